"""Features that make up the target together: as parts of a sum, or as the words of a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.datasets.checks.examined import listed, percent
from aetheron_desktop.engine.datasets.checks.finding import Finding, Fix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.checks.examined import Examined, Sampled


class Sums:
    """The target is a sum of features, so that these are known only together with it, as casual + registered = all.

    Least squares on the features that are numbers. Either the target's variance is told to 0.9999, by at least two of
    them that each carry a twentieth of it; or at least two have a weight of about 1, and their plain sum leaves less
    than 0.02 of the variance, as fare + tip + tolls of a bill. Harm: the share that is told.
    """

    name = "target made of features"
    _TOLD: Final = 0.9999
    _PLAIN: Final = 0.98
    _CARRIES: Final = 0.05
    _ABOUT: Final = 0.25
    _MOST: Final = 200
    _ROWS: Final = 20_000

    def __init__(self) -> None:
        self._columns: dict[str, NDArray[np.float64]] = {}

    def look(self, table: Examined, one: Sampled) -> None:
        values = one.values
        if not one.is_feature or table.target.classes or values.numbers is None or values.kind == "date":
            return
        if len(self._columns) < self._MOST and values.valid.mean() > 0.9:
            numbers = np.where(values.valid, values.numbers, np.nan)[table.target.known][: self._ROWS]
            self._columns[one.column.name] = numbers.astype(np.float64)

    def findings(self, table: Examined) -> Iterator[Finding]:
        if len(self._columns) < 2:
            return
        features = np.column_stack(list(self._columns.values()))
        whole: NDArray[np.bool_] = np.asarray(np.isfinite(features).all(axis=1))
        features, target = features[whole], table.target.values[: len(whole)][whole].astype(np.float64)
        spread = features.std(axis=0)
        if len(features) < 10 * features.shape[1] or not target.std():
            return
        scaled = (features - features.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
        wanted = (target - target.mean()) / target.std()
        weights = np.linalg.lstsq(scaled, wanted, rcond=1e-9)[0]
        told = 1 - float(np.square(wanted - scaled @ weights).mean())
        carries = np.abs(weights) >= self._CARRIES
        parts = carries & (np.abs(weights * target.std() / np.where(spread > 0, spread, np.inf) - 1) <= self._ABOUT)
        plain = 1 - float((target - features[:, parts].sum(axis=1)).var() / target.var())
        if told >= self._TOLD and carries.sum() >= 2:
            yield self._finding(table, carries, told, "A weighted sum")
        elif plain >= self._PLAIN and parts.sum() >= 2:
            yield self._finding(table, parts, plain, "The plain sum")

    def _finding(self, table: Examined, chosen: NDArray[np.bool_], told: float, what: str) -> Finding:
        names = tuple(name for name, is_part in zip(self._columns, chosen, strict=True) if is_part)
        return Finding(
            id=f"sum:{','.join(names)}",
            check=self.name,
            headline=f"“{table.question.target}” is a sum of {listed(names)}",
            why="Who knows the parts knows the sum: on new data they are as unknown as the target.",
            evidence=(f"{what} of the columns tells {100 * told:.3f} % of the target's variance.",),
            harm=min(1.0, told),
            columns=names,
            sampled=table.part,
            fix=Fix(deed="exclude", label="Leave them out", columns=names),
        )


class Compounds:
    """The class is put together from features, as “c-CS-m” from genotype, behaviour and treatment.

    Of the features of few values up to four are taken, each time the one that tells most beside those before, as long
    as no more combinations come than twice the classes: then a combination is a class. Harm: how much of what a dummy
    gets wrong they get right, at least 0.98.
    """

    name = "classes put together from features"
    _TOLD: Final = 0.98
    _VALUES: Final = 12
    _MOST: Final = 200
    _CLASSES: Final = 50
    _PARTS: Final = 4
    _EACH: Final = 10
    """The rows that a combination has on average, at least."""

    def __init__(self) -> None:
        self._columns: dict[str, NDArray[np.int64]] = {}

    def look(self, table: Examined, one: Sampled) -> None:
        if not one.is_feature or not table.target.classes or not 2 <= one.column.distinct <= self._VALUES:
            return
        cells = one.values.codes if one.values.codes is not None else one.values.numbers
        if cells is not None and len(self._columns) < self._MOST:
            codes = np.unique(np.where(one.values.valid, cells, cells.min() - 1), return_inverse=True)[1]
            self._columns[one.column.name] = codes[table.target.known].astype(np.int64)

    def findings(self, table: Examined) -> Iterator[Finding]:
        target = table.judged.astype(np.int64)
        classes = int(target.max()) + 1 if len(target) else 0
        if len(self._columns) < 2 or not 2 <= classes <= self._CLASSES:
            return
        dummy = float(np.bincount(target).max()) / len(target)
        chosen: list[str] = []
        made, told = np.zeros(len(target), dtype=np.int64), 0.0
        while len(chosen) < self._PARTS and told < self._TOLD:
            rated = {
                name: _right(_joined(made, codes), target, classes)
                for name, codes in self._columns.items()
                if name not in chosen and int(_joined(made, codes).max()) < 2 * classes
            }
            if not rated:
                return
            best = max(rated, key=lambda name: rated[name])
            made, better = _joined(made, self._columns[best]), (rated[best] - dummy) / max(1e-9, 1 - dummy)
            if better <= told:
                return
            told = better
            chosen.append(best)
        combinations = int(made.max()) + 1
        if len(chosen) < 2 or told < self._TOLD or len(target) < self._EACH * combinations:
            return
        chosen.sort()
        yield Finding(
            id=f"compound:{','.join(chosen)}",
            check=self.name,
            headline=f"“{table.question.target}” is put together from {listed(chosen)}",
            why="The class is another way to write these columns; where they are known there is nothing to predict.",
            evidence=(
                f"{combinations} combinations of their values stand for {classes} classes.",
                f"They get right {percent(told)} of what a dummy gets wrong.",
            ),
            harm=min(1.0, told),
            columns=tuple(chosen),
            sampled=table.part,
            fix=Fix(deed="exclude", label="Leave them out", columns=tuple(chosen)),
        )


def _joined(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the combination of each row, counted from zero; of those that come."""
    cells = first * (int(second.max()) + 1) + second
    came = np.flatnonzero(np.bincount(cells))
    made: NDArray[np.int64] = np.searchsorted(came, cells)
    return made


def _right(cells: NDArray[np.int64], target: NDArray[np.int64], classes: int) -> float:
    """Give the share of rows whose class is the most frequent one of their cell."""
    counts = np.bincount(cells * classes + target, minlength=(int(cells.max()) + 1) * classes).reshape(-1, classes)
    return float(counts.max(axis=1).sum()) / len(target)
