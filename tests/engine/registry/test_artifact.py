"""A model's files: opened as they were written, or refused without anything of them being run."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import pickle
import shutil
import stat
import struct
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pandas as pd
import pytest
import skops.io
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import ExtraTreeClassifier

from aetheron_desktop.engine.errors import AetheronError, ModelError, StorageError, UntrustedModel
from aetheron_desktop.engine.evaluation.ranking import helpful, worth
from aetheron_desktop.engine.registry.allowed import ALLOWED
from aetheron_desktop.engine.registry.artifact import load_model, save_model
from aetheron_desktop.engine.registry.carrying import pack_model, unpack_model
from aetheron_desktop.engine.registry.onnx_export import export_onnx
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.training.trainer import train
from tests.tables import FEATURES, made_dataset, made_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aetheron_desktop.engine.training.run import Run

QUICK = {"forest": {"n_estimators": 3}, "boosting": {"max_iter": 3}, "network": {"epochs": 1, "hidden_size": 8}}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    dataset = made_dataset(tmp_path_factory.mktemp("dataset"))
    planned = plan(dataset.info, features=FEATURES, params=QUICK, new_id=lambda: "run-1")
    return {one.estimator: train(one, dataset, lambda event: None, lambda: False) for one in planned}


@pytest.fixture(scope="module")
def saved(runs: dict[str, Run], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("saved")
    return {name: folder / save_model(run, folder, id=f"model-{name}", name=name).id for name, run in runs.items()}


def copied(saved: dict[str, Path], name: str, tmp_path: Path) -> Path:
    return shutil.copytree(saved[name], tmp_path / f"model-{name}")


def described(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change what stands in ``model.json``, and take the signature away, which would tell of it."""
    (folder / "signature.json").unlink(missing_ok=True)
    file = folder / "model.json"
    body = json.loads(file.read_text())
    change(body)
    file.write_text(json.dumps(body))


def replaced(folder: Path, name: str, body: bytes) -> None:
    """Put another file in the place of ``name``, with the hash that fits."""
    (folder / name).write_bytes(body)
    described(folder, lambda told: told["hashes"].update({name: hashlib.sha256(body).hexdigest()}))


def refused(folder: Path, words: str = "") -> None:
    with pytest.raises(UntrustedModel) as caught:
        load_model(folder)
    assert words in caught.value.detail
    assert caught.value.hint


class Effect:
    """Unpickled, it leaves a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


# -- writing and carrying ---------------------------------------------------------------------------------------------


def test_that_a_model_has_its_files_their_hashes_and_a_card(saved: dict[str, Path]) -> None:
    for name, folder in saved.items():
        told = json.loads((folder / "model.json").read_text())
        files = {file.name for file in folder.iterdir()}
        assert files - {"model.json", "signature.json"} == set(told["hashes"])
        assert ("weights.safetensors" in files) == (name == "network")
        assert "Measured on the test rows" in (folder / "card.md").read_text()
        assert not any(file.read_bytes()[:2] == b"\x80\x04" for file in folder.iterdir())


def test_that_a_model_keeps_how_much_each_column_helps(runs: dict[str, Run], saved: dict[str, Path]) -> None:
    assert set(runs["dummy"].importance.values()) <= {0.0}
    for name, folder in saved.items():
        importance = runs[name].importance
        assert load_model(folder).description.importance == importance
        card = (folder / "card.md").read_text(encoding="utf-8")
        assert ("## Most important columns" in card) == bool(importance)
        if found := helpful(importance):
            assert f"| {found[0][0]} | {worth(found[0][1])} |" in card


def test_that_a_changed_description_is_told_by_its_signature(saved: dict[str, Path], tmp_path: Path) -> None:
    folder = copied(saved, "dummy", tmp_path)
    body = (folder / "model.json").read_text()
    (folder / "model.json").write_text(body.replace('"dummy"', '"forest"'))
    refused(folder, "signature")


def test_that_a_run_without_a_model_is_not_saved(runs: dict[str, Run], tmp_path: Path) -> None:
    import dataclasses

    with pytest.raises(ModelError):
        save_model(dataclasses.replace(runs["dummy"], model=None), tmp_path, id="model-1", name="none")
    assert list(tmp_path.iterdir()) == []


def test_that_a_disk_that_refuses_leaves_nothing(
    runs: dict[str, Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("aetheron_desktop.engine.registry.format.dump", full)
    with pytest.raises(StorageError, match="full"):
        save_model(runs["forest"], tmp_path / "models", id="model-1", name="it")
    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.parametrize("name", ["logistic", "forest", "boosting", "network"])
def test_that_a_model_survives_being_carried(saved: dict[str, Path], name: str, tmp_path: Path) -> None:
    pack_model(saved[name], tmp_path / "it.aether")
    unpack_model(tmp_path / "it.aether", tmp_path / "there")
    table = made_table()
    want, got = load_model(saved[name]), load_model(tmp_path / "there")
    assert got.description == want.description
    assert got.predict_frame(table).equals(want.predict_frame(table))
    pack_model(tmp_path / "there", tmp_path / "again.aether")
    assert (tmp_path / "again.aether").read_bytes() == (tmp_path / "it.aether").read_bytes()


# -- hostile and damaged folders --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["model.json", "pipeline.skops"])
def test_that_a_missing_file_is_said(saved: dict[str, Path], tmp_path: Path, name: str) -> None:
    folder = copied(saved, "forest", tmp_path)
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name.replace(".", r"\.")):
        load_model(folder)
    with pytest.raises(ModelError):
        load_model(tmp_path / "nowhere")


@pytest.mark.parametrize("planted", ["model.pkl", "pipeline.pickle", "__init__.py", "extra.json", "a folder"])
def test_that_a_file_that_does_not_belong_there_is_refused(
    saved: dict[str, Path], tmp_path: Path, planted: str
) -> None:
    folder, effect = copied(saved, "forest", tmp_path), tmp_path / "effect"
    (folder / planted).mkdir() if planted == "a folder" else (folder / planted).write_bytes(
        pickle.dumps(Effect(effect))
    )
    refused(folder, planted)
    assert not effect.exists()


@pytest.mark.parametrize("name", ["pipeline.skops", "weights.safetensors", "sample.parquet", "card.md"])
def test_that_a_changed_file_is_refused(saved: dict[str, Path], tmp_path: Path, name: str) -> None:
    folder = copied(saved, "network", tmp_path)
    body = bytearray((folder / name).read_bytes())
    body[len(body) // 2] ^= 1
    (folder / name).write_bytes(body)
    refused(folder, name)


@pytest.mark.parametrize("name", ["pipeline.skops", "weights.safetensors"])
@pytest.mark.parametrize("how", ["pickle", "zipped pickle", "empty", "cut", "text"])
def test_that_a_file_of_another_kind_is_refused_though_its_hash_fits(
    saved: dict[str, Path], tmp_path: Path, name: str, how: str
) -> None:
    folder, effect = copied(saved, "network", tmp_path), tmp_path / "effect"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("data.pkl", pickle.dumps(Effect(effect)))
    old = (folder / name).read_bytes()
    bodies = {"pickle": pickle.dumps(Effect(effect)), "empty": b"", "cut": old[: len(old) // 2], "text": b"hello"}
    replaced(folder, name, bodies.get(how, archive.getvalue()))
    refused(folder)
    assert not effect.exists()


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_that_a_link_is_refused(saved: dict[str, Path], tmp_path: Path) -> None:
    for name in ("model.json", "pipeline.skops", "card.md"):
        folder = copied(saved, "forest", tmp_path)
        (folder / name).rename(tmp_path / "elsewhere")
        (folder / name).symlink_to(tmp_path / "elsewhere")
        refused(folder, name)
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"format": 1}',
        b'{"a": ' * 100_000,
        b"[" * 1_000_000,
        b"\xff\xfe",
        b'{"format": "one"}',
        pickle.dumps({"format": 1}),
    ],
    ids=lambda body: repr(body[:12]),
)
def test_that_a_description_that_is_none_is_refused(saved: dict[str, Path], tmp_path: Path, body: bytes) -> None:
    folder = copied(saved, "forest", tmp_path)
    (folder / "model.json").write_bytes(body)
    refused(folder, "model.json")


def test_that_a_newer_format_asks_for_a_newer_program(saved: dict[str, Path], tmp_path: Path) -> None:
    folder = copied(saved, "forest", tmp_path)
    described(folder, lambda told: told.update(format=99))
    with pytest.raises(ModelError, match="newer"):
        load_model(folder)


CONTRADICTIONS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a class more": lambda told: told["classes"].append("more"),
    "a class twice": lambda told: told.update(classes=["no", "no"]),
    "another task": lambda told: told["info"].update(task="regression"),
    "no columns": lambda told: told.update(columns=[]),
    "a column twice": lambda told: told["columns"].append(told["columns"][0]),
    "no network": lambda told: told.update(network=None),
    "more inputs": lambda told: told["network"].update(inputs=told["network"]["inputs"] + 1),
    "absurd inputs": lambda told: told["network"].update(inputs=10**15),
    "absurd width": lambda told: told["network"].update(hidden_size=10**9),
    "large but allowed": lambda told: told["network"].update(inputs=1_000_000, hidden_size=65_536),
    "more layers": lambda told: told["network"].update(layers=60),
    "negative layers": lambda told: told["network"].update(layers=-1),
    "more outputs": lambda told: told["network"].update(outputs=3),
    "another embedding": lambda told: told["network"].update(embedding=1_000, frequencies=1_000),
    "another kind": lambda told: told["network"].update(kind="residual", inner_size=4),
    "an unknown kind": lambda told: told["network"].update(kind="pickle"),
    "members without an ensemble": lambda told: told["network"].update(members=2),
    "heads that do not divide it": lambda told: told["network"].update(kind="transformer", heads=5),
    "endless levels": lambda told: told["network"].update(kind="transformer", levels=[10**12]),
    "a name with a path": lambda told: told["hashes"].update({"../../evil": "0" * 64}),
    "a hash less": lambda told: told["hashes"].pop("card.md"),
}


@pytest.mark.parametrize("change", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_that_a_description_that_contradicts_the_files_is_refused(
    saved: dict[str, Path], tmp_path: Path, change: Callable[[dict[str, Any]], Any]
) -> None:
    folder = copied(saved, "network", tmp_path)
    described(folder, change)
    with pytest.raises(ModelError):
        load_model(folder)


# -- hostile pipelines ------------------------------------------------------------------------------------------------


def pipelines(tmp_path: Path) -> dict[str, Any]:
    """Objects that skops would write, and that no model holds."""
    import functools
    import operator

    effect = str(tmp_path / "effect")
    return {
        "a function": os.mkdir,
        "a partial": functools.partial(os.mkdir, effect),
        "a transformer that calls": ColumnTransformer([("it", FunctionTransformer(os.mkdir), [0])]),
        "a transformer that is a list's method": FunctionTransformer([].append),
        "an operator": operator.methodcaller("mkdir"),
        "a foreign estimator": __import__("sklearn.svm").svm.SVC(),
        "random state": np.random.RandomState(0),
        "generator": np.random.default_rng(0),
        "bytes": b"abc",
        "a set": {1, 2},
        "a type": dict,
        "a module's type": zipfile.ZipFile,
        "a masked array": np.ma.array([1.0], mask=[True]),
    }


@pytest.mark.parametrize("kind", [*pipelines(__import__("pathlib").Path())])
def test_that_a_pipeline_with_a_foreign_part_is_refused_before_it_is_built(
    saved: dict[str, Path], tmp_path: Path, kind: str
) -> None:
    folder = copied(saved, "logistic", tmp_path)
    kept = load_model(folder).pipeline
    parts = {"transformer": kept.transformer, "predictor": kept.predictor.model}  # type: ignore[attr-defined]
    body = skops.io.dumps(parts | {"x": pipelines(tmp_path)[kind]})
    replaced(folder, "pipeline.skops", body)
    refused(folder, "which no pipeline has" if kind == "bytes" else "no model needs")
    assert not (tmp_path / "effect").exists()


def rezipped(body: bytes, change: Callable[[str, bytes], bytes | None], how: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as source, zipfile.ZipFile(out, "w", how) as target:
        for name in source.namelist():
            made = change(name, source.read(name))
            if made is not None:
                target.writestr(name, made)
    return out.getvalue()


def node(**named: Any) -> dict[str, Any]:
    return {"__class__": "system", "__module__": "os", "__loader__": "FunctionNode", "__id__": 1, **named}


def planted(schema: bytes, value: Any) -> bytes:
    told = json.loads(schema)
    told["content"]["evil"] = value
    return json.dumps(told).encode()


PLANS: dict[str, Any] = {
    "function": node(),
    "method": node(__loader__="MethodNode", content={"func": "system", "obj": node()}),
    "reduce": node(__loader__="ConstructorFromReduceNode", content=[]),
    "operator": node(__loader__="OperatorFuncNode", __module__="operator", __class__="methodcaller"),
    "type": node(__loader__="TypeNode", __module__="subprocess", __class__="Popen"),
    "object": node(__loader__="ObjectNode", __module__="subprocess", __class__="Popen", content=None),
    "unknown loader": node(__loader__="NoSuchNode"),
    "no loader": {"__class__": "system", "__module__": "os"},
    "allowed type, other loader": node(__loader__="FunctionNode", __module__="builtins", __class__="dict"),
    "module of another type": node(__loader__="ObjectNode", __module__="sklearn.linear_model._ridge", __class__="os"),
    "a list for a name": node(__module__=["os"]),
}


@pytest.mark.parametrize("plan_", PLANS.values(), ids=PLANS)
def test_that_a_plan_with_a_planted_node_is_refused(saved: dict[str, Path], tmp_path: Path, plan_: Any) -> None:
    folder = copied(saved, "forest", tmp_path)
    old = (folder / "pipeline.skops").read_bytes()
    replaced(
        folder,
        "pipeline.skops",
        rezipped(old, lambda name, body: planted(body, plan_) if name == "schema.json" else body),
    )
    refused(folder, "no model needs")


def test_that_other_protocols_of_the_format_are_refused(saved: dict[str, Path], tmp_path: Path) -> None:
    folder = copied(saved, "forest", tmp_path)
    old = (folder / "pipeline.skops").read_bytes()
    for protocol in (0, 1, 99, None, "2"):

        def change(name: str, body: bytes, protocol: Any = protocol) -> bytes:
            return json.dumps(json.loads(body) | {"protocol": protocol}).encode() if name == "schema.json" else body

        replaced(folder, "pipeline.skops", rezipped(old, change))
        refused(folder, "unknown kind")


def array(dtype: str, shape: tuple[int, ...], body: bytes = b"") -> bytes:
    header = repr({"descr": dtype, "fortran_order": False, "shape": shape}).encode()
    header += b" " * (63 - (10 + len(header)) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + body


ARRAYS = {
    "objects": array("|O", (1,), pickle.dumps([1])),
    "huge": array("<f8", (10**12,)),
    "huge in many ways": array("<f8", (2**32, 2**32)),
    "negative": array("<f8", (-1,)),
    "short": array("<f8", (4,), b"\0" * 8),
    "no header": b"\x93NUMPY\x01\x00\xff\xff",
    "no array": b"hello",
    "nothing": b"",
    "code for a header": b"\x93NUMPY\x01\x00" + struct.pack("<H", 22) + b"__import__('os').abort",
}


@pytest.mark.parametrize("body", ARRAYS.values(), ids=ARRAYS)
def test_that_an_array_that_is_not_what_it_says_is_refused(saved: dict[str, Path], tmp_path: Path, body: bytes) -> None:
    folder = copied(saved, "forest", tmp_path)
    old = (folder / "pipeline.skops").read_bytes()
    with zipfile.ZipFile(io.BytesIO(old)) as archive:
        victim = next(name for name in archive.namelist() if name.endswith(".npy"))
    replaced(folder, "pipeline.skops", rezipped(old, lambda name, kept: body if name == victim else kept))
    refused(folder)


@pytest.mark.parametrize("name", ["../../evil.npy", "/etc/evil", "evil.pkl", "sub/evil.npy", "schema.json"])
def test_that_a_pipeline_with_a_strange_member_is_refused(saved: dict[str, Path], tmp_path: Path, name: str) -> None:
    folder = copied(saved, "forest", tmp_path)
    out = io.BytesIO((folder / "pipeline.skops").read_bytes())
    twice = pytest.warns(UserWarning, match="Duplicate") if name == "schema.json" else contextlib.nullcontext()
    with twice, zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, b"{}")
    replaced(folder, "pipeline.skops", out.getvalue())
    refused(folder)


def test_that_a_compressed_pipeline_is_refused_since_it_may_swell(saved: dict[str, Path], tmp_path: Path) -> None:
    folder = copied(saved, "forest", tmp_path)
    old = (folder / "pipeline.skops").read_bytes()
    replaced(folder, "pipeline.skops", rezipped(old, lambda name, body: body, zipfile.ZIP_DEFLATED))
    refused(folder, "compressed")


@pytest.mark.parametrize("estimator", ["forest", "boosting"])
@pytest.mark.parametrize("value", [10**6, 0, -5])
def test_that_trees_that_lead_out_of_themselves_are_refused(
    saved: dict[str, Path], tmp_path: Path, estimator: str, value: int
) -> None:
    folder = copied(saved, estimator, tmp_path)
    old = (folder / "pipeline.skops").read_bytes()

    def change(name: str, body: bytes) -> bytes:
        if not name.endswith(".npy"):
            return body
        nodes = np.load(io.BytesIO(body), allow_pickle=False)
        field = "left_child" if estimator == "forest" else "left"
        if nodes.dtype.names is None or field not in nodes.dtype.names or len(nodes) < 3:
            return body
        nodes = nodes.copy()
        nodes[field][0] = np.array(value).astype(nodes.dtype[field])
        out = io.BytesIO()
        np.save(out, nodes, allow_pickle=False)
        return out.getvalue()

    replaced(folder, "pipeline.skops", rezipped(old, change))
    refused(folder)


def test_that_another_estimator_in_the_place_of_the_models_is_refused(
    saved: dict[str, Path], runs: dict[str, Run], tmp_path: Path
) -> None:
    folder = copied(saved, "forest", tmp_path)
    model = runs["forest"].model
    assert model is not None
    # The last one stands in forests alone.
    for predictor in (model.transformer, "a word", None, {"a": 1}, ExtraTreeClassifier()):
        replaced(folder, "pipeline.skops", skops.io.dumps({"transformer": model.transformer, "predictor": predictor}))
        refused(folder)
    for body in ([1], {"predictor": model.predictor.model}, {"transformer": "x"}):  # type: ignore[attr-defined]
        replaced(folder, "pipeline.skops", skops.io.dumps(body))
        refused(folder)


def test_that_nothing_on_the_list_calls_what_a_file_names() -> None:
    calling = {"FunctionNode", "MethodNode", "PartialNode", "OperatorFuncNode", "ConstructorFromReduceNode"}
    assert not {how for _, how in ALLOWED} & calling
    assert {name for name, how in ALLOWED if how == "TypeNode"} == {"builtins.str", "numpy.float64"}


# -- hostile carriers -------------------------------------------------------------------------------------------------


def carried(tmp_path: Path, members: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> Path:
    file = tmp_path / "it.aether"
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return file


def test_that_a_carrier_that_reaches_out_is_refused_and_leaves_nothing(saved: dict[str, Path], tmp_path: Path) -> None:
    models = tmp_path / "deep" / "models"
    models.mkdir(parents=True)
    good = {file.name: file.read_bytes() for file in saved["forest"].iterdir()}
    effect = tmp_path / "effect"
    bad: list[dict[str, bytes]] = [
        good | {"../evil": b"x"},
        good | {"../../../../../../evil": b"x"},
        good | {"/evil": b"x"},
        good | {"C:\\evil": b"x"},
        good | {"sub/model.json": b"x"},
        good | {"model.pkl": pickle.dumps(Effect(effect))},
        good | {"pipeline.skops": pickle.dumps(Effect(effect))},
        good | {"card.md": b"\0" * (64 << 20)},
        {},
        {"model.json": good["model.json"]},
        {name: body for name, body in good.items() if name != "model.json"},
    ]
    for members in bad:
        with pytest.raises(ModelError):
            unpack_model(carried(tmp_path, members), models / "it")
    assert list(models.iterdir()) == []
    assert not effect.exists()


def test_that_a_link_in_a_carrier_is_refused(saved: dict[str, Path], tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    file = tmp_path / "it.aether"
    with zipfile.ZipFile(file, "w") as archive:
        link = zipfile.ZipInfo("card.md")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(UntrustedModel):
        unpack_model(file, models / "it")
    assert list(models.iterdir()) == []


def test_that_a_file_that_is_no_carrier_is_refused(saved: dict[str, Path], tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    pack_model(saved["forest"], tmp_path / "good.aether")
    whole = (tmp_path / "good.aether").read_bytes()
    for body in (b"", b"hello", whole[: len(whole) // 2], whole[: len(whole) // 2] + whole[len(whole) // 2 + 9 :]):
        (tmp_path / "bad.aether").write_bytes(body)
        with pytest.raises(AetheronError):
            unpack_model(tmp_path / "bad.aether", models / "it")
    with pytest.raises(StorageError):
        unpack_model(tmp_path / "nowhere.aether", models / "it")
    assert list(models.iterdir()) == []


def test_that_a_folder_that_is_there_is_not_unpacked_into_and_stays(saved: dict[str, Path], tmp_path: Path) -> None:
    file, folder = tmp_path / "good.aether", tmp_path / "mine"
    pack_model(saved["forest"], file)
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(StorageError):
        unpack_model(file, folder)
    assert (folder / "notes.txt").read_text() == "mine"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=st.floats(0, 1, exclude_max=True),
    value=st.integers(0, 255),
    name=st.sampled_from(["model.json", "pipeline.skops"]),
)
def test_that_a_byte_changed_anywhere_is_refused_or_changes_nothing_that_runs(
    saved: dict[str, Path], tmp_path_factory: pytest.TempPathFactory, at: float, value: int, name: str
) -> None:
    folder = copied(saved, "logistic", tmp_path_factory.mktemp("changed"))
    body = bytearray((folder / name).read_bytes())
    body[int(at * len(body))] = value
    if name == "model.json":
        (folder / name).write_bytes(bytes(body))
    else:
        replaced(folder, name, bytes(body))
    try:
        opened = load_model(folder)
    except ModelError as error:
        assert error.detail  # noqa: PT017
    else:
        assert msgspec.json.encode(opened.info)


def test_that_opening_models_loads_no_torch_until_a_network_is_opened() -> None:
    code = "import sys; from aetheron_desktop.engine.registry import artifact; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]


def test_that_trees_may_part_missing_numbers_from_all_others(tmp_path: Path) -> None:
    """LightGBM writes such a question with an endless threshold."""
    rng = np.random.default_rng(0)
    x = np.where(rng.random(400) < 0.4, np.nan, rng.normal(size=400))
    table = pd.DataFrame({"x": x, "y": np.where(np.isnan(x), 5.0, 1.0) + rng.normal(0, 0.1, 400)})
    dataset = made_dataset(tmp_path / "dataset", table, {}, target="y")
    plans = plan(
        dataset.info, estimators=["lightgbm"], task="regression", params={"lightgbm": {"n_estimators": 5}},
        new_id=lambda: "run-1",
    )  # fmt: skip
    run = train(plans[-1], dataset, lambda event: None, lambda: False)
    assert run.model is not None
    assert b"inf" in run.model.predictor.body  # type: ignore[attr-defined]
    save_model(run, tmp_path / "models", id="model-1", name="it")
    opened = load_model(tmp_path / "models" / "model-1")
    asked = pd.DataFrame({"x": [np.nan, np.inf, 1e30, -1e30, 0.0]})
    pd.testing.assert_frame_equal(opened.predict_frame(asked), run.model.predict(asked), check_exact=True)
    report = export_onnx(opened.pipeline, table, tmp_path / "it.onnx")
    assert report.largest_difference < 1e-9
