"""Numbers so far out that they are rather mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.datasets.checks.examined import listed
from aetheron_desktop.engine.datasets.checks.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.checks.examined import Examined, Sampled
_GAP: Final = 2.0


class Outliers:
    """Numbers so far out that they are rather mistakes: 20 times the quartiles' distance, on the log scale as well.

    Between them and the others is a gap: they are twice as far from the middle as the next, or it is but a long tail.
    Harm 0.05: few rows, but they bend every mean and every line.
    """

    name = "outliers"
    _FAR: Final = 20.0
    _SHARE: Final = 0.01

    def __init__(self) -> None:
        self._found: list[tuple[str, float, float, NDArray[np.bool_]]] = []

    def look(self, table: Examined, one: Sampled) -> None:
        del table
        ordered, numbers = one.ordered, one.values.numbers
        if not one.is_feature or ordered is None or numbers is None or one.column.type not in {"number", "integer"}:
            return
        if len(ordered) < 100:
            return
        low, high = _limits(ordered.astype(np.float64), self._FAR)
        chosen = one.values.valid & ((numbers < low) | (numbers > high))
        if chosen.any() and float(ordered[0]) > 0:
            low_log, high_log = _limits(np.log(ordered.astype(np.float64)), self._FAR / 4)
            with np.errstate(invalid="ignore", divide="ignore"):
                logs = np.log(np.maximum(numbers, 1e-300))
            chosen &= (logs < low_log) | (logs > high_log)
        chosen = _behind_a_gap(numbers, one.values.valid, chosen, float(np.median(ordered)))
        if 0 < chosen.mean() <= self._SHARE:
            self._found.append(
                (one.column.name, float(np.median(ordered)), _farthest(numbers[chosen], ordered), chosen)
            )

    def findings(self, table: Examined) -> Iterator[Finding]:
        if self._found:
            names = [name for name, *_ in self._found]
            chosen = np.logical_or.reduce([rows for *_, rows in self._found])
            yield Finding(
                id="outliers",
                check=self.name,
                headline=f"{listed(names)} hold{'s' if len(names) == 1 else ''} values far out of the usual",
                why="A slip of the point or of the unit bends every mean and every line that it is part of.",
                evidence=tuple(
                    f"“{name}”: {int(rows.sum()):,} rows, as far as {far:,.6g} where the middle is {middle:,.6g}."
                    for name, middle, far, rows in self._found[:6]
                ),
                harm=0.05,
                columns=tuple(names),
                rows=table.where(chosen),
                count=int(chosen.sum()),
                sampled=table.part,
            )


def _limits(ordered: NDArray[np.float64], far: float) -> tuple[float, float]:
    low, high = float(np.quantile(ordered, 0.25)), float(np.quantile(ordered, 0.75))
    # Where most values are alike, the quartiles have no distance; then the tenths are asked.
    distance = max(high - low, float(np.quantile(ordered, 0.9) - np.quantile(ordered, 0.1)) / 2)
    if distance <= 0:
        return -np.inf, np.inf
    return low - far * distance, high + far * distance


def _behind_a_gap(
    numbers: NDArray[Any], valid: NDArray[np.bool_], chosen: NDArray[np.bool_], middle: float
) -> NDArray[np.bool_]:
    """Give those of the ``chosen`` that lie beyond the first gap: twice as far from the middle as all before."""
    if not chosen.any():
        return chosen
    with np.errstate(invalid="ignore", over="ignore"):
        distance = np.abs(numbers.astype(np.float64) - middle)
    inside = distance[valid & ~chosen & np.isfinite(distance)]
    ordered = np.append(inside.max(initial=0.0), np.sort(distance[chosen]))
    gaps = np.flatnonzero(ordered[1:] >= _GAP * ordered[:-1])
    if not len(gaps):
        return np.zeros_like(chosen)
    made: NDArray[np.bool_] = chosen & (distance >= ordered[gaps[0] + 1])
    return made


def _farthest(numbers: NDArray[np.float64], ordered: NDArray[np.float64]) -> float:
    middle = float(np.median(ordered))
    return float(numbers[np.argmax(np.abs(numbers - middle))])
