"""Texts: their words found letter by letter, weighed (TF-IDF) and folded, as scikit-learn does it.

ONNX has no operator that splits a text into words as Python does, nor one that makes its letters small. The texts are
split into letters (an operator of ONNX Runtime's own), each letter becomes the number of its small form, and a word
the hash of its letters' numbers, which is looked up among the hashes of the vocabulary. Two words share a hash of 62
bits by a chance of 1 in 10**18.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from onnx import helper
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from aetheron_desktop.engine.registry.onnx.graph import DOUBLE, INT64, shape, words
from aetheron_desktop.engine.registry.onnx.report import OnnxUnsupported, named

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.registry.onnx.graph import Graph

_LETTER: Final = r"[\p{L}\p{N}_]"
"""What Python takes for a part of a word."""
_DOTTED: Final = "İ"
"""The one letter whose small form is two signs, an i and a dot that is no part of a word."""
_SIGMA, _SMALL_SIGMA, _LAST_SIGMA = "Σσς"
_USUAL_COUNTS: Final = 1_024
_NO_CASE_FROM: Final = 0x20000
"""Unicode's planes from the second on hold Han alone, which has no large letters."""
_HASHES: Final = ((2_147_483_647, 1_103_515_245), (2_147_483_629, 1_664_525_013))
"""A prime below 2**31 and a factor each: no product leaves 63 bits."""


def text(graph: Graph, column: str, fitted: Any) -> str:
    """Give (rows, width) numbers of the texts of ``column``, as the fitted pipeline does.

    Raises:
        OnnxUnsupported: its words are not found in the usual way.
    """
    steps = [step for _, step in fitted.steps]
    _check(steps, column)
    found = _words(graph, column, steps[0].vocabulary_)
    weights = _weights(graph, found, steps[0].idf_)
    made = _folded(graph, weights, steps[1].components_) if len(steps) > 1 else weights
    return graph.op("Slice", made, shape(0), shape(-1), shape(0))


def _check(steps: list[Any], column: str) -> None:
    plain = TfidfVectorizer(sublinear_tf=True).get_params()
    first = steps[0]
    fits = isinstance(first, TfidfVectorizer) and all(
        first.get_params()[name] == value
        for name, value in plain.items()
        if name not in {"max_features", "max_df", "min_df", "vocabulary", "smooth_idf"}
    )
    if not fits or not all(isinstance(step, TruncatedSVD) for step in steps[1:]) or len(steps) > 2:
        raise OnnxUnsupported(
            f"The text of the {named([column])} is prepared in a way that has no counterpart in ONNX here.",
            hint="Train the model again with this version of the program, or without the column, then export it.",
        )


def _words(graph: Graph, column: str, vocabulary: dict[str, int]) -> str:
    """Give (rows + 1, words of the vocabulary): how often each stands in the text."""
    # A row more, since the operator needs one, and a blank at the end: no text is empty, and every word ends.
    more = graph.op("Concat", graph.op("Reshape", column, shape(-1)), words([""]), axis=0)
    ended = graph.op("StringConcat", more, words([" "]))
    signs = graph.op("Tokenizer", ended, mark=0, mincharnum=1, pad_value=" ", separators=[""])
    is_letter = graph.op("RegexFullMatch", signs, pattern=_LETTER)
    goes_on = graph.op("And", is_letter, graph.op("Not", graph.op("Equal", signs, words([_DOTTED]))))
    before, after = (graph.op("Pad", goes_on, shape(0, 1, 0, -1)), graph.op("Pad", is_letter, shape(0, -1, 0, 1)))
    is_end = graph.op("And", is_letter, graph.op("Not", graph.op("And", goes_on, after)))
    alphabet = {letter: number for number, letter in enumerate(sorted(set("".join(vocabulary))), start=1)}
    known = {sign: number for letter, number in alphabet.items() for sign in _signs_of().get(letter, [letter])}
    number = graph.op(
        "LabelEncoder",
        signs,
        keys_strings=list(known),
        values_int64s=list(known.values()),
        default_int64=len(alphabet) + 1,
    )
    if _SMALL_SIGMA in alphabet or _LAST_SIGMA in alphabet:
        is_last = graph.op("And", graph.op("Equal", signs, words([_SIGMA])), graph.op("And", is_end, before))
        number = graph.op("Where", is_last, shape(alphabet.get(_LAST_SIGMA, len(alphabet) + 1)), number)
    hashes = {_hash([alphabet[letter] for letter in word]): place for word, place in vocabulary.items()}
    place = graph.op(
        "LabelEncoder",
        _rolled(graph, number, before),
        keys_int64s=list(hashes),
        values_int64s=[int(one) for one in hashes.values()],
        default_int64=len(vocabulary),
    )
    return _counted(graph, graph.op("Where", is_end, place, shape(len(vocabulary))), len(vocabulary))


@functools.cache
def _signs_of() -> dict[str, list[str]]:
    """Give for each small letter that has large forms all signs that become it."""
    made: dict[str, list[str]] = {}
    for number in range(_NO_CASE_FROM):
        sign = chr(number)
        small = sign.lower()
        if small != sign:
            made.setdefault(small[0], [small[0]]).append(sign)
    return made


def _hash(numbers: list[int]) -> int:
    made = [0, 0]
    for number in numbers:
        made = [(value * factor + number) % prime for value, (prime, factor) in zip(made, _HASHES, strict=True)]
    return made[0] * 2**31 + made[1]


def _rolled(graph: Graph, number: str, goes_on: str) -> str:
    """Give (rows, signs): the hash of the word up to each sign; where ``goes_on`` is false, it begins anew."""
    body = graph.inner()
    names = [body.name("state") for _ in _HASHES]
    step, keeps = body.name("number"), body.name("keeps")
    made = []
    for state, (prime, factor) in zip(names, _HASHES, strict=True):
        rolled = body.op("Add", body.op("Mul", body.op("Mul", state, keeps), shape(factor)), step)
        made.append(body.op("Mod", rolled, shape(prime)))
    told = [body.op("Identity", one) for one in made]
    loop = body.graph(
        "rolled",
        [helper.make_tensor_value_info(name, INT64, [None]) for name in (*names, step, keeps)],
        [helper.make_tensor_value_info(name, INT64, [None]) for name in (*made, *told)],
    )
    rows = graph.op("Slice", graph.op("Shape", number), shape(0), shape(1))
    start = graph.op("Expand", shape(0), rows)
    first, second = graph.ops(
        "Scan",
        start,
        start,
        number,
        graph.op("Cast", goes_on, to=INT64),
        count=4,
        body=loop,
        num_scan_inputs=2,
        scan_input_axes=[1, 1],
        scan_output_axes=[1, 1],
    )[2:]
    return graph.op("Add", graph.op("Mul", first, shape(2**31)), second)


def _counted(graph: Graph, places: str, width: int) -> str:
    """Give (rows, width): how often each place stands in a row; the place ``width`` is none."""
    rows = graph.op("Slice", graph.op("Shape", places), shape(0), shape(1))
    zeros = graph.op("Expand", 0.0, graph.op("Concat", rows, shape(width + 1), axis=0))
    ones = graph.op("Expand", 1.0, graph.op("Shape", places))
    counts = graph.op("ScatterElements", zeros, places, ones, axis=1, reduction="add")
    return graph.op("Slice", counts, shape(0), shape(width), shape(1))


def _weights(graph: Graph, counts: str, rarity: NDArray[np.float64]) -> str:
    """Give each word's weight: 1 + the logarithm of its count, times its rarity, at a length of 1 for each row."""
    # Each runtime's logarithm has another last bit; of usual counts it is scikit-learn's own.
    usual = np.append(0.0, np.log(np.arange(1.0, _USUAL_COUNTS)) + 1.0)
    read = graph.op("Gather", usual, graph.op("Cast", graph.op("Min", counts, _USUAL_COUNTS - 1.0), to=INT64))
    computed = graph.op("Add", graph.op("Log", graph.op("Max", counts, 1.0)), 1.0)
    said = graph.op("Where", graph.op("Less", counts, float(_USUAL_COUNTS)), read, computed)
    weights = graph.op("Mul", said, rarity)
    # CumSum adds in order.
    squares = graph.op("CumSum", graph.op("Mul", weights, weights), np.array(1, dtype=np.int64))
    length = graph.op("Sqrt", graph.op("Gather", squares, shape(-1), axis=1))
    return graph.op("Div", weights, graph.op("Where", graph.op("Equal", length, 0.0), 1.0, length))


def _folded(graph: Graph, weights: str, components: NDArray[np.float64]) -> str:
    """Give (rows, components): the weighted sum of the words' vectors, word by word in the vocabulary's order.

    A product of matrices adds in an order of its own. The last bit matters: thresholds of trees can be values of
    training rows.
    """
    width = components.shape[1]
    is_there = graph.op("Cast", graph.op("Greater", weights, 0.0), to=INT64)
    ranks = graph.op("Mul", is_there, np.arange(width, 0, -1, dtype=np.int64))
    most = graph.op("ReduceMax", graph.op("ReduceSum", is_there, shape(1), keepdims=0), keepdims=1)
    first = graph.ops("TopK", ranks, graph.op("Max", most, shape(1)), count=2, axis=1)[0]
    places = graph.op("Sub", shape(width), first)
    # The place behind the last is that of no word.
    padded = graph.op("Pad", weights, shape(0, 0, 0, 1))
    chosen = graph.op("GatherElements", padded, places, axis=1)
    vectors = graph.constant(np.vstack([components.T, np.zeros((1, len(components)))]))
    body = graph.inner()
    state, place, weight = body.name("state"), body.name("place"), body.name("weight")
    product = body.op("Mul", body.op("Unsqueeze", weight, shape(1)), body.op("Gather", vectors, place))
    added = body.op("Add", state, product)
    loop = body.graph(
        "folded",
        [
            helper.make_tensor_value_info(state, DOUBLE, [None, len(components)]),
            helper.make_tensor_value_info(place, INT64, [None]),
            helper.make_tensor_value_info(weight, DOUBLE, [None]),
        ],
        [helper.make_tensor_value_info(added, DOUBLE, [None, len(components)])],
    )
    rows = graph.op("Slice", graph.op("Shape", weights), shape(0), shape(1))
    start = graph.op("Expand", 0.0, graph.op("Concat", rows, shape(len(components)), axis=0))
    return graph.op("Scan", start, places, chosen, body=loop, num_scan_inputs=2, scan_input_axes=[1, 1])
