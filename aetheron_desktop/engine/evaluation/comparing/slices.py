"""Where the model that is worse over all is better: slices of the test rows by the values of single columns.

Each slice is looked at by the mean difference of the rows' losses, with the paired t test; the p-values are corrected
for how many slices were looked at (Holm 1979), so that one that stands out by chance is not shown.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from scipy.special import stdtr

from aetheron_desktop.engine.evaluation.multiplicity import holm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

FEWEST: Final = 25
"""A slice of fewer rows is not looked at."""
BINS: Final = 4
_MOST_VALUES: Final = 12


class Slice(NamedTuple):
    """Rows whose ``column`` is as ``words`` say; ``places`` are their indices among the test rows.

    ``gain`` is by how much b's mean loss is smaller there; ``p_value`` is corrected for all slices.
    """

    column: str
    words: str
    places: NDArray[np.intp]
    gain: float
    p_value: float


class Sliced(NamedTuple):
    """The slices in which b wins, and in which a does, the clearest first; of so many that were looked at."""

    b_wins: tuple[Slice, ...]
    a_wins: tuple[Slice, ...]
    looked_at: int


def losses(task: str, truth: NDArray[Any], predicted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the loss (n,) of each row: the log loss of classes, the squared error of numbers."""
    if task == "regression":
        made: NDArray[np.float64] = (predicted - truth) ** 2
        return made
    true = predicted[np.arange(len(truth)), truth.astype(np.int64)]
    return -np.log(np.clip(true, np.finfo(np.float64).eps, 1.0))


def sliced(
    columns: Mapping[str, Sequence[Any] | NDArray[Any]], gained: NDArray[np.float64], level: float = 0.05
) -> Sliced:
    """Look for slices; ``columns`` has the values of the test rows, ``gained`` (n,) by how much b's loss is smaller."""
    found: list[tuple[str, str, NDArray[np.intp], float, float]] = []
    for name, values in columns.items():
        for words, mask in _parts(values):
            places = np.flatnonzero(mask)
            if FEWEST <= len(places) < len(gained):
                mean, p_value = _test(gained[places])
                found.append((name, words, places, mean, p_value))
    corrected = holm([one[4] for one in found])
    clear = [Slice(*one[:4], p) for one, p in zip(found, corrected, strict=True) if p < level]
    clear.sort(key=lambda one: one.p_value)
    return Sliced(
        tuple(one for one in clear if one.gain > 0.0), tuple(one for one in clear if one.gain < 0.0), len(found)
    )


def _test(gained: NDArray[np.float64]) -> tuple[float, float]:
    """Give mean and p-value of the paired t test."""
    mean, error = float(gained.mean()), float(gained.std(ddof=1)) / math.sqrt(len(gained))
    if error == 0.0:
        return mean, 1.0 if mean == 0.0 else 0.0
    return mean, 2.0 * float(stdtr(len(gained) - 1.0, -abs(mean) / error))


def _parts(values: Sequence[Any] | NDArray[Any]) -> list[tuple[str, NDArray[np.bool_]]]:
    """Part rows by a column: numbers at quartiles, others by their commonest values; missing is one of its own."""
    array = np.asarray(values)
    if array.dtype.kind in "iuf":
        return _by_numbers(array.astype(np.float64))
    words = np.array(["" if value is None else str(value) for value in array.tolist()], dtype=object)
    missing = words == ""
    names, counts = np.unique(words[~missing].astype(str), return_counts=True)
    common = names[np.argsort(-counts, kind="stable")][:_MOST_VALUES]
    made = [(f"= {name}", words == name) for name in common]
    return [*made, ("is missing", missing)] if missing.any() else made


def _by_numbers(values: NDArray[np.float64]) -> list[tuple[str, NDArray[np.bool_]]]:
    missing = np.isnan(values)
    known = values[~missing]
    made: list[tuple[str, NDArray[np.bool_]]] = [("is missing", missing)] if missing.any() else []
    if not len(known):
        return made
    distinct = np.unique(known)
    if len(distinct) <= BINS:
        return [*made, *((f"= {value:g}", values == value) for value in distinct)]
    edges = np.unique(np.quantile(known, np.linspace(0.0, 1.0, BINS + 1)))
    for low, high in pairwise(edges.tolist()):
        is_last = high == edges[-1]
        mask = (values >= low) & ((values <= high) if is_last else (values < high))
        words = f"from {low:.4g} to {high:.4g}" if is_last else f"from {low:.4g} to below {high:.4g}"
        made.append((words, mask))
    return made
