"""Missing values that pretend to be values, and gaps that tell the target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aetheron_desktop.engine.datasets.checks.examined import listed, percent
from aetheron_desktop.engine.datasets.checks.finding import Finding, Fix
from aetheron_desktop.engine.datasets.profiles.power import power

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.checks.examined import Examined, Sampled

_FEWEST: Final = 20
"""Columns of fewer values are not judged."""


class DisguisedGaps:
    """A number or word that stands for a missing value: -1 or 999 far from the rest, a spike of zeros, “unknown”.

    Harm: a quarter of the share of the cells, between 0.03 and 0.3; a mean or a line through them is bent by so much.
    Columns with the same word are one finding.
    """

    name = "disguised missing values"
    _SIGNS: Final = (-1, -9, -99, -999, -9999, -99999, 99, 999, 9999, 99999, 999999)
    _WORDS: Final = frozenset(
        {"unknown", "n/a", "na", "none", "null", "nan", "missing", "not available", "not known", "undefined", "tbd",
         "not applicable", "no data", "nil", "-", "--", "?", "unbekannt", "inconnu", "desconocido", "#n/a", "xxx"}
    )  # fmt: skip
    _FEW: Final = 3

    def __init__(self) -> None:
        self._found: list[tuple[str, str, NDArray[np.bool_], str]] = []

    def look(self, table: Examined, one: Sampled) -> None:
        del table
        if not one.is_feature or one.column.type in {"boolean", "date", "identifier"}:
            return
        if one.ordered is not None and len(one.ordered) >= _FEWEST:
            self._look_at_numbers(one)
        elif one.values.codes is not None:
            plain = pc.utf8_lower(pc.utf8_trim_whitespace(one.values.words))
            stands = pc.is_in(plain, value_set=pa.array(sorted(self._WORDS)))
            for code in np.flatnonzero(stands.to_numpy(zero_copy_only=False)):
                chosen = one.values.codes == code
                if chosen.sum() >= self._FEW:
                    word = one.values.words[int(code)].as_py()
                    self._found.append((one.column.name, word, chosen, "is a word for a missing value"))

    def _look_at_numbers(self, one: Sampled) -> None:
        ordered, numbers = one.ordered, one.values.numbers
        assert ordered is not None
        assert numbers is not None
        if not float(ordered[0]) <= 0 and float(ordered[-1]) < 99:
            return
        for sign in self._SIGNS:
            why = _stands_apart(ordered, sign)
            if why:
                self._found.append((one.column.name, str(sign), one.values.valid & (numbers == sign), why))
        why = _zeros(ordered)
        if why:
            self._found.append((one.column.name, "0", one.values.valid & (numbers == 0), why))

    def findings(self, table: Examined) -> Iterator[Finding]:
        by_word: dict[str, list[tuple[str, NDArray[np.bool_], str]]] = {}
        for name, word, chosen, why in self._found:
            by_word.setdefault(word, []).append((name, chosen, why))
        for word, held in by_word.items():
            names = tuple(name for name, _, _ in held)
            rows = np.logical_or.reduce([chosen for _, chosen, _ in held])
            share = max(float(chosen.mean()) for _, chosen, _ in held)
            yield Finding(
                id=f"disguised:{word}:{','.join(names)}",
                check=self.name,
                headline=f"“{word}” in {listed(names)} seems to stand for a missing value",
                why="A model takes it for a quantity or a kind of its own, and learns from what is not known.",
                evidence=tuple(f"“{name}”: {_counted(chosen)}: it {why}." for name, chosen, why in held[:6]),
                harm=float(np.clip(share / 4, 0.03, 0.3)),
                columns=names,
                rows=table.where(rows),
                count=int(rows.sum()),
                sampled=table.part,
                fix=Fix(deed="missing", label=f"Take “{word}” for missing", columns=names, words=(word,)),
            )


class TellingGaps:
    """Whether a cell is filled tells the target: then it is often filled because of the target.

    Harm: half of the skill of the gaps alone, since a gap may also be known in time.
    """

    name = "gaps that tell the target"
    _SKILL: Final = 0.25

    def __init__(self) -> None:
        self._found: list[tuple[float, str, float]] = []

    def look(self, table: Examined, one: Sampled) -> None:
        valid = one.values.valid
        if not one.is_feature or not _FEWEST <= valid.sum() <= len(valid) - _FEWEST:
            return
        told = power(valid[table.target.known].astype(np.int64), table.judged).power
        if told is not None and told >= self._SKILL:
            self._found.append((told, one.column.name, 1 - float(valid.mean())))

    def findings(self, table: Examined) -> Iterator[Finding]:
        for told, name, share in sorted(self._found, reverse=True):
            yield Finding(
                id=f"gaps:{name}",
                check=self.name,
                headline=f"Whether “{name}” is filled tells “{table.question.target}”",
                why="If it is filled in because of the target, a new row will not have it, and the model is lost.",
                evidence=(f"{percent(share)} of “{name}” is missing; the gaps alone have a skill of {told:.2f} of 1.",),
                harm=told / 2,
                columns=(name,),
                sampled=table.part,
                fix=Fix(deed="exclude", label=f"Leave out “{name}”", columns=(name,)),
            )


def _counted(chosen: NDArray[np.bool_]) -> str:
    return f"{int(chosen.sum()):,} of {len(chosen):,} rows, {percent(float(chosen.mean()))}"


def _stands_apart(ordered: NDArray[np.float64], sign: int) -> str:
    """Say in words that ``sign`` is no value like the others: beyond all of them by a good distance, and frequent."""
    first, last = np.searchsorted(ordered, sign, side="left"), np.searchsorted(ordered, sign, side="right")
    count, rest = int(last - first), np.concatenate([ordered[:first], ordered[last:]])
    if count < max(3, 0.002 * len(ordered)) or len(rest) < _FEWEST:
        return ""
    spread = float(np.quantile(rest, 0.9) - np.quantile(rest, 0.1))
    if sign < 0 and first == 0 and float(rest[0]) >= 0 and (sign < -1 or (rest == np.floor(rest)).mean() < 0.5):
        return f"is the only value below 0, and the least other is {float(rest[0]):,.6g}"
    if sign == -1 and first == 0 and float(rest[0]) > 0 and spread > 2:
        return f"is the only value below 0, and the least other is {float(rest[0]):,.6g}"
    if sign > 0 and last == len(ordered) and sign > float(rest[-1]) + max(spread, 0.1 * sign):
        return f"is far beyond the others, the greatest of which is {float(rest[-1]):,.6g}"
    return ""


def _zeros(ordered: NDArray[np.float64]) -> str:
    """Say in words that zero is no quantity there: the other values keep away from it, and it is frequent."""
    first, last = np.searchsorted(ordered, 0, side="left"), np.searchsorted(ordered, 0, side="right")
    count, rest = int(last - first), ordered[last:]
    if (
        first > 0
        or not max(5, 0.0001 * len(ordered)) <= count < 0.5 * len(ordered)
        or len(np.unique(rest[:1000])) < 5
        or len(rest) < _FEWEST
    ):
        return ""
    middle, least = float(np.median(rest)), float(rest[0])
    spread = float(np.quantile(rest, 0.75) - np.quantile(rest, 0.25))
    if least > 0.2 * middle and least > 1.5 * spread / 2 and least > 2 * float(np.median(np.diff(np.unique(rest)))):
        return f"comes often, and nothing else lies below {least:,.6g}"
    return ""
