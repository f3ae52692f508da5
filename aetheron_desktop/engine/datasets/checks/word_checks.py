"""Words that were read wrongly: numbers among words, and signs of another encoding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow.compute as pc

from aetheron_desktop.engine.datasets.checks.examined import listed, percent
from aetheron_desktop.engine.datasets.checks.finding import Finding, Fix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.checks.examined import Examined, Sampled

_FEWEST: Final = 20
"""Columns of fewer values are not judged."""


def _are_like(words: Any, pattern: str) -> NDArray[np.bool_]:
    """Say of each of an Arrow array of words whether ``pattern`` is found in it."""
    found: NDArray[np.bool_] = pc.match_substring_regex(words, pattern).to_numpy(zero_copy_only=False).astype(bool)
    return found


class MixedTypes:
    """A column of numbers that some words have made a column of words.

    Harm 0.2: the order and the distance of the numbers are lost to a model.
    """

    name = "mixed types"
    _NUMBER: Final = r"^\s*[-+]?(\d+([.,]\d+)*|\.\d+)([eE][-+]?\d+)?\s*%?\s*$"
    _SHARE: Final = 0.6
    _FEW: Final = 8

    def __init__(self) -> None:
        self._found: list[tuple[str, float, list[str], NDArray[np.bool_]]] = []

    def look(self, table: Examined, one: Sampled) -> None:
        del table
        codes = one.values.codes
        if one.column.type not in {"category", "text"} or codes is None or not len(one.values.words):
            return
        are_numbers = _are_like(one.values.words, self._NUMBER)
        counts = np.bincount(codes[codes >= 0], minlength=len(one.values.words))
        filled = int(counts.sum())
        share = float(counts[are_numbers].sum()) / max(1, filled)
        if filled >= _FEWEST and self._SHARE <= share < 1 and int(are_numbers.sum()) > self._FEW:
            others = [one.values.words[int(place)].as_py() for place in np.flatnonzero(~are_numbers)]
            chosen = (codes >= 0) & ~are_numbers[np.maximum(codes, 0)]
            self._found.append((one.column.name, share, others, chosen))

    def findings(self, table: Examined) -> Iterator[Finding]:
        for name, share, others, chosen in self._found:
            few = tuple(others) if len(others) <= self._FEW else ()
            yield Finding(
                id=f"mixed:{name}",
                check=self.name,
                headline=f"“{name}” holds numbers and words",
                why="Because of the words it is read as text: the order and the distances of its numbers are lost.",
                evidence=(f"{percent(share)} of its cells are numbers; the others are {listed(others)}.",),
                harm=0.2,
                columns=(name,),
                rows=table.where(chosen),
                count=int(chosen.sum()),
                sampled=table.part,
                fix=Fix(deed="missing", label="Take the words for missing", columns=(name,), words=few)
                if few
                else Fix(deed="import_again", label="Import again…", columns=(name,)),
            )


class Encodings:
    """Signs of a file read in the wrong encoding, or that no keyboard has. Harm 0.1: words fall apart."""

    name = "encodings"
    _BROKEN: Final = "[\u00c2\u00c3\u00e2][\u0080-\u00bf\u20ac\u2122\u0153]|\ufffd|[\\x00-\\x08\\x0e-\\x1f\\x7f]"

    def __init__(self) -> None:
        self._found: list[tuple[str, list[str], NDArray[np.bool_]]] = []

    def look(self, table: Examined, one: Sampled) -> None:
        del table
        if one.values.codes is None or one.column.type == "boolean":
            return
        broken = _are_like(one.values.words, self._BROKEN)
        if broken.any():
            words = [one.values.words[int(place)].as_py() for place in np.flatnonzero(broken)[:3]]
            chosen = (one.values.codes >= 0) & broken[np.maximum(one.values.codes, 0)]
            self._found.append((one.column.name, words, chosen))

    def findings(self, table: Examined) -> Iterator[Finding]:
        if self._found:
            names = [name for name, _, _ in self._found]
            chosen = np.logical_or.reduce([rows for _, _, rows in self._found])
            yield Finding(
                id="encodings",
                check=self.name,
                headline=f"{listed(names)} hold{'s' if len(names) == 1 else ''} signs that look wrongly read",
                why="The same word in two spellings is two words to a model.",
                evidence=tuple(
                    f"“{name}”: {listed([word[:40] for word in words])}" for name, words, _ in self._found[:6]
                ),
                harm=0.1,
                columns=tuple(names),
                rows=table.where(chosen),
                count=int(chosen.sum()),
                sampled=table.part,
                fix=Fix(deed="import_again", label="Import again…", columns=tuple(names)),
            )
