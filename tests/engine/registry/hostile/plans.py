"""Plans, ``schema.json`` of the pipeline, that ask skops for what no model needs, or lead its readers astray."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.engine.registry.hostile.tools import PIPELINE, Pipeline, Place, replaced, zipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _function(module: str, name: str, loader: str = "FunctionNode") -> Callable[[Pipeline, str], Any]:
    return lambda pipeline, effect: pipeline.made(name, loader, module)


def _called(module: str, name: str) -> Callable[[Pipeline, str], Any]:
    """Give what skops would call with the effect's path: the constructor of a reduced object."""

    def make(pipeline: Pipeline, effect: str) -> Any:
        content = pipeline.sequence([pipeline.data(effect)], "tuple")
        return pipeline.made(name, "ConstructorFromReduceNode", module, content=content)

    return make


def _partial(pipeline: Pipeline, effect: str) -> Any:
    content = {
        "func": pipeline.made("mkdir", "FunctionNode", "os"),
        "args": pipeline.sequence([pipeline.data(effect)], "tuple"),
        "kwds": pipeline.mapping({}),
        "namespace": pipeline.data(None),
    }
    return pipeline.made("partial", "PartialNode", "functools", content=content)


def _method(pipeline: Pipeline, effect: str) -> Any:
    owner = pipeline.made("Path", "ConstructorFromReduceNode", "pathlib", content=pipeline.sequence([], "tuple"))
    return pipeline.made("Path", "MethodNode", "pathlib", content={"func": "mkdir", "obj": owner})


def _allowed_method(pipeline: Pipeline, effect: str) -> Any:
    owner = pipeline.sequence([])
    return pipeline.made("list", "MethodNode", content={"func": "append", "obj": owner})


def _operator(pipeline: Pipeline, effect: str) -> Any:
    attrs = pipeline.sequence([pipeline.data("mkdir")], "tuple")
    return pipeline.made("methodcaller", "OperatorFuncNode", "operator", attrs=attrs)


def _reduce(pipeline: Pipeline, effect: str) -> Any:
    args = pipeline.sequence([pipeline.data(effect)], "tuple")
    return pipeline.made("mkdir", "LossNode", "os", content=pipeline.data(None), __reduce__={"args": args})


def _default_dict(pipeline: Pipeline, effect: str) -> Any:
    content = {"main": pipeline.mapping({}), "default_factory": pipeline.made("getcwd", "FunctionNode", "os")}
    return pipeline.made("defaultdict", "DefaultDictNode", "collections", content=content)


def _key_type(pipeline: Pipeline, effect: str) -> Any:
    node = pipeline.mapping({effect: pipeline.data(1)})
    node["key_types"]["content"] = [pipeline.made("mkdir", "TypeNode", "os")]
    return node


def _generator(pipeline: Pipeline, effect: str) -> Any:
    state = pipeline.mapping({"bit_generator": pipeline.data("seed")})
    content = {"bit_generator": state, "seed_seq": pipeline.mapping({})}
    return pipeline.made("Generator", "RandomGeneratorNode", "numpy.random", content=content)


def _nested(pipeline: Pipeline, effect: str) -> Any:
    evil: Any = pipeline.made("system", "FunctionNode", "os")
    for _ in range(10):
        evil = pipeline.sequence([pipeline.mapping({"a": evil})], "tuple")
    return evil


def _in_a_slice(pipeline: Pipeline, effect: str) -> Any:
    evil = pipeline.made("system", "FunctionNode", "os")
    return pipeline.made("slice", "SliceNode", content={"start": evil, "stop": None, "step": None})


def _in_a_shape(pipeline: Pipeline, effect: str) -> Any:
    shape = pipeline.made("system", "FunctionNode", "os")
    return pipeline.made("ndarray", "NdArrayNode", "numpy", type="json", content=[], shape=shape)


def _no_class(pipeline: Pipeline, effect: str) -> Any:
    return {"__loader__": "ObjectNode", "__id__": 1, "content": None}


def _random_state(pipeline: Pipeline, effect: str) -> Any:
    return pipeline.made("RandomState", "RandomStateNode", "numpy.random", content=pipeline.mapping({}))


NODES: dict[str, Callable[[Pipeline, str], Any]] = {
    "os.system": _function("os", "system"),
    "builtins.eval": _function("builtins", "eval"),
    "builtins.exec as a type": _function("builtins", "exec", "TypeNode"),
    "subprocess.Popen called": _called("subprocess", "Popen"),
    "os.mkdir called": _called("os", "mkdir"),
    "importlib.import_module called": _called("importlib", "import_module"),
    "codecs.decode called": _called("codecs", "decode"),
    "numpy.load called": _called("numpy", "load"),
    "pandas.read_pickle called": _called("pandas", "read_pickle"),
    "types.FunctionType called": _called("types", "FunctionType"),
    "ctypes.CDLL called": _called("ctypes", "CDLL"),
    "a partial": _partial,
    "a path's method": _method,
    "an allowed type's method": _allowed_method,
    "methodcaller": _operator,
    "a reduced function as a loss": _reduce,
    "a dict with a factory": _default_dict,
    "a function as a key's type": _key_type,
    "a generator that names a function": _generator,
    "a random state": _random_state,
    "deep in tuples and dicts": _nested,
    "in a slice, where skops does not look": _in_a_slice,
    "as an array's shape": _in_a_shape,
    "a loader without a class": _no_class,
    "a module that prints when imported": _function("this", "s", "ObjectNode"),
    "a module that opens a browser when imported": _function("antigravity", "webbrowser", "TypeNode"),
    "a method's name as a class": _function("sklearn.preprocessing._data", "StandardScaler.fit", "ObjectNode"),
    "an allowed class by a foreign way": _function("sklearn.linear_model._ridge", "Ridge", "FunctionNode"),
    "an old way of the first protocol": _function("builtins", "dict", "FunctionNode"),
    "a Greek letter in the module": _function("sklearn.linear_m\u03bfdel._ridge", "Ridge", "ObjectNode"),
    "a Cyrillic letter in the class": _function("sklearn.linear_model._ridge", "R\u0456dge", "ObjectNode"),
    "full-width letters": _function("\uff4f\uff53", "\uff53\uff59\uff53\uff54\uff45\uff4d", "FunctionNode"),
    "a relative module": _function("..os", "system", "FunctionNode"),
    "a class of an estimator that was not asked for": _function("sklearn.svm._classes", "SVC", "ObjectNode"),
}


def node(place: Place, name: str) -> Path:
    """Build a pipeline with a foreign node that nothing asks for."""
    pipeline = Pipeline(place.copied("forest"))
    return pipeline.planted(NODES[name](pipeline, str(place.effect)))


def instead(place: Place) -> Path:
    """Build a pipeline the predictor of which is a function."""
    pipeline = Pipeline(place.copied("forest"))
    pipeline.plan["content"]["predictor"] = pipeline.made("system", "FunctionNode", "os")
    return pipeline.write()


# -- plans that are read in two ways ----------------------------------------------------------------------------------


def _text(place: Place, change: Callable[[str], bytes]) -> Path:
    pipeline = Pipeline(place.copied("forest"))
    pipeline.members["schema.json"] = change(pipeline.members["schema.json"].decode())
    return replaced(pipeline.folder, PIPELINE, zipped(pipeline.members))


_EVIL = '{"__class__": "system", "__module__": "os", "__loader__": "FunctionNode", "__id__": 7}'


def _twice(text: str) -> bytes:
    return text.replace('"content"', f'"content": {_EVIL}, "content"', 1).encode()


def _deep(text: str) -> bytes:
    return ('{"content": ' * 100_000 + text + "}" * 100_000).encode()


TEXTS: dict[str, Callable[[str], bytes]] = {
    "a key twice, the good one last": _twice,
    "an escaped key twice": lambda text: text.replace('"content"', f'"cont\\u0065nt": {_EVIL}, "content"', 1).encode(),
    "in UTF-16": lambda text: text.encode("utf-16"),
    "in UTF-32": lambda text: text.encode("utf-32"),
    "a mark of the byte order": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "rubbish behind it": lambda text: text.encode() + b"\0" + _EVIL.encode(),
    "a second plan behind it": lambda text: text.encode() + _EVIL.encode(),
    "a number that is none": lambda text: text.replace('"protocol": 2', '"protocol": 2, "x": NaN').encode(),
    "an endless number": lambda text: text.replace('"protocol": 2', '"protocol": 2, "x": Infinity').encode(),
    "a number of a million digits": lambda text: text.replace('"protocol": 2', '"protocol": 2' + "0" * 10**6).encode(),
    "100,000 levels deep": _deep,
    "30 million parts": lambda text: b'{"protocol": 2, "x": [' + b"1," * 30_000_000 + b"1]}",
    "no protocol": lambda text: text.replace('"protocol": 2', '"protocal": 2').encode(),
    "the first protocol": lambda text: text.replace('"protocol": 2', '"protocol": 0').encode(),
    "a protocol to come": lambda text: text.replace('"protocol": 2', '"protocol": 3').encode(),
    "a protocol that is half a number": lambda text: text.replace('"protocol": 2', '"protocol": 2.0').encode(),
    "half a character": lambda text: text.encode().replace(b"sklearn", b"skl\xc3", 1),
    "nothing": lambda text: b"",
    "a list": lambda text: b"[" + text.encode() + b"]",
    "a half": lambda text: text.encode()[: len(text) // 2],
}


def text(place: Place, name: str) -> Path:
    """Build a pipeline with a changed text of its plan."""
    return _text(place, TEXTS[name])


# -- ids that lead astray ---------------------------------------------------------------------------------------------


def doubling(place: Place) -> Path:
    """Build a plan of forty lists, each of which names the one before twice: small, and endless to look through."""
    pipeline = Pipeline(place.copied("forest"))
    inner = pipeline.data(0)
    for _ in range(40):
        named = {"__class__": "list", "__module__": "builtins", "__loader__": "ListNode", "__id__": inner["__id__"]}
        inner = pipeline.sequence([inner, named | {"content": []}, named | {"content": []}])
    return pipeline.planted(inner)


def circle(place: Place) -> Path:
    """Build a list that holds itself, by its id."""
    pipeline = Pipeline(place.copied("forest"))
    outer = pipeline.sequence([])
    outer["content"] = [outer | {"content": []}]
    return pipeline.planted(outer)


def exchanged(place: Place) -> Path:
    """Build a plan in which an id says one thing, and the same id another."""
    pipeline = Pipeline(place.copied("forest"))
    first, second = pipeline.data(64), pipeline.data(1)
    second["__id__"] = first["__id__"]
    pipeline.set("RandomForestClassifier", "n_jobs", second)
    pipeline.plan["content"] = {"evil": first, **pipeline.plan["content"]}
    pipeline.plan["key_types"]["content"].append(pipeline.made("str", "TypeNode"))
    return pipeline.write()


def cached(place: Place) -> Path:
    """Build a plan that asks for what was built before."""
    pipeline = Pipeline(place.copied("forest"))
    known = next(pipeline.nodes("RandomForestClassifier"))["__id__"]
    return pipeline.planted(pipeline.made("x", "CachedNode", "y") | {"__id__": known})


def odd_id(place: Place, value: Any) -> Path:
    """Build a plan with an id that is no usual number."""
    pipeline = Pipeline(place.copied("forest"))
    return pipeline.planted(pipeline.data(1) | {"__id__": value})


def one_array_many_times(place: Place) -> Path:
    """Build a plan that reads one array of 4 MB 1,000 times."""
    pipeline = Pipeline(place.copied("forest"))
    file = pipeline.array([0.0] * 500_000)["file"]
    nodes = [pipeline.made("ndarray", "NdArrayNode", "numpy", type="numpy", file=file) for _ in range(1_000)]
    return pipeline.planted(pipeline.sequence(nodes))


def plan_as_an_array(place: Place) -> Path:
    """Build a plan that reads itself as an array."""
    pipeline = Pipeline(place.copied("forest"))
    return pipeline.planted(pipeline.made("ndarray", "NdArrayNode", "numpy", type="numpy", file="schema.json"))


def keys_without_types(place: Place) -> Path:
    """Build a plan whose settings are left out, as their keys have no types."""
    pipeline = Pipeline(place.copied("forest"))
    next(pipeline.nodes("ColumnTransformer"))["content"]["key_types"]["content"] = []
    return pipeline.write()


def state_as_text(place: Place) -> Path:
    """Build a plan that sets an estimator by JSON in JSON."""
    pipeline = Pipeline(place.copied("dummy"))
    found = next(pipeline.nodes("DummyClassifier"))
    found["content"] = pipeline.data({"n_jobs": 64, "strategy": "prior"})
    return pipeline.write()


def second_plan(place: Place) -> Path:
    """Build a pipeline with another plan in a second file."""
    pipeline = Pipeline(place.copied("forest"))
    pipeline.members["schema2.json"] = json.dumps(pipeline.made("system", "FunctionNode", "os")).encode()
    return pipeline.write()
