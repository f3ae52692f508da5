"""Columns of which little can be learned: they name the rows, hold one value, are empty, or have too many words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.datasets.checks.examined import listed, percent
from aetheron_desktop.engine.datasets.checks.finding import Finding, Fix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aetheron_desktop.engine.datasets.checks.examined import Examined, Sampled

_FEWEST: Final = 20
"""Columns of fewer values are not judged."""


class Identifiers:
    """A feature with another word in almost each row is learned by heart. Harm 0.3: what is learned is lost."""

    name = "identifiers"

    def __init__(self) -> None:
        self._found: list[str] = []

    def look(self, table: Examined, one: Sampled) -> None:
        column, filled = one.column, table.rows - one.column.missing
        if not one.is_feature or filled < _FEWEST or column.type in {"number", "date", "text"}:
            return
        unique = column.distinct >= 0.95 * filled
        if column.type == "identifier" or (unique and (column.type == "category" or _runs(one))):
            self._found.append(column.name)

    def findings(self, table: Examined) -> Iterator[Finding]:
        del table
        if self._found:
            yield Finding(
                id="identifiers",
                check=self.name,
                headline=f"{listed(self._found)} name{'s' if len(self._found) == 1 else ''} the rows",
                why="A value that comes once says nothing about a new row; a model can only learn it by heart.",
                evidence=("Almost every row has a value of its own there.",),
                harm=0.3,
                columns=tuple(self._found),
                fix=Fix(deed="exclude", label="Leave out", columns=tuple(self._found)),
            )


class Constants:
    """One value almost everywhere (99.5 %) teaches nothing. Harm 0.02: it costs time, and tempts to read it."""

    name = "constant columns"
    _SHARE: Final = 0.995

    def __init__(self) -> None:
        self._found: list[tuple[str, float]] = []

    def look(self, table: Examined, one: Sampled) -> None:
        if not one.is_feature or not one.values.valid.any():
            return
        values = one.values
        cells = values.numbers if values.numbers is not None else values.codes
        assert cells is not None
        _, counts = np.unique(cells[values.valid], return_counts=True)
        share = float(counts.max()) / len(values)
        if share >= self._SHARE and (one.power is None or one.power < 0.02):
            self._found.append((one.column.name, share))

    def findings(self, table: Examined) -> Iterator[Finding]:
        if self._found:
            names = [name for name, _ in self._found]
            yield Finding(
                id="constants",
                check=self.name,
                headline=f"{listed(names)} ha{'s' if len(names) == 1 else 've'} almost one value only",
                why="There is nothing to learn from, and what little there is may be chance.",
                evidence=tuple(
                    f"“{name}”: one value in {percent(share)} of the rows." for name, share in self._found[:6]
                ),
                harm=0.02,
                columns=tuple(names),
                sampled=table.part,
                fix=Fix(deed="exclude", label="Leave out", columns=tuple(names)),
            )


class Gaps:
    """A feature that is missing in most rows. Harm 0.05: what is learned rests on few rows."""

    name = "missing values"
    _SHARE: Final = 0.6

    def __init__(self) -> None:
        self._found: list[tuple[str, float]] = []

    def look(self, table: Examined, one: Sampled) -> None:
        share = one.column.missing / max(1, table.rows)
        if one.is_feature and share >= self._SHARE and (one.power or 0.0) < 0.05:
            self._found.append((one.column.name, share))

    def findings(self, table: Examined) -> Iterator[Finding]:
        del table
        if self._found:
            names = [name for name, _ in self._found]
            yield Finding(
                id="gaps",
                check=self.name,
                headline=f"{listed(names)} {'is' if len(names) == 1 else 'are'} mostly empty",
                why="What a model learns there rests on few rows, and these are seldom like the others.",
                evidence=tuple(f"“{name}”: {percent(share)} missing." for name, share in self._found[:6]),
                harm=0.05,
                columns=tuple(names),
                fix=Fix(deed="exclude", label="Leave out", columns=tuple(names)),
            )


class ManyLevels:
    """A category of so many words that most come once or twice. Harm 0.08: what is learned of them is chance."""

    name = "categories of many words"
    _ROWS: Final = 3.0

    def __init__(self) -> None:
        self._found: list[tuple[str, int, float]] = []

    def look(self, table: Examined, one: Sampled) -> None:
        column, filled = one.column, table.rows - one.column.missing
        if one.is_feature and column.type == "category" and column.distinct > 100:
            each = filled / column.distinct
            if each < self._ROWS and column.distinct < 0.95 * filled:
                self._found.append((column.name, column.distinct, each))

    def findings(self, table: Examined) -> Iterator[Finding]:
        del table
        if self._found:
            names = [name for name, _, _ in self._found]
            yield Finding(
                id="levels",
                check=self.name,
                headline=f"{listed(names)} ha{'s' if len(names) == 1 else 've'} a word for every few rows",
                why="What a model learns of a word that comes once or twice is chance.",
                evidence=tuple(
                    f"“{name}”: {distinct:,} words, {each:.1f} rows each." for name, distinct, each in self._found[:6]
                ),
                harm=0.08,
                columns=tuple(names),
                fix=Fix(deed="exclude", label="Leave out", columns=tuple(names)),
            )


def _runs(one: Sampled) -> bool:
    """Whether whole numbers count the rows: without a gap, one after the other."""
    ordered = one.ordered
    if ordered is None or one.column.type != "integer" or len(ordered) < _FEWEST:
        return False
    steps = np.diff(ordered)
    return bool((steps == 1).mean() > 0.95)
