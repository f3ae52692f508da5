"""How a column goes with the target: the target within parts of the column, and what the column tells alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.datasets.profiles.bars import spread
from aetheron_desktop.engine.datasets.profiles.cuts import OTHERS, cut
from aetheron_desktop.engine.datasets.profiles.measure import spell
from aetheron_desktop.engine.datasets.profiles.power import power
from aetheron_desktop.engine.datasets.profiles.profile import LONGEST, Estimate, TargetBin, TargetProfile
from aetheron_desktop.engine.datasets.profiles.sampling import student, wilson
from aetheron_desktop.engine.events import finite

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.profiles.cells import Numbers, Values
    from aetheron_desktop.engine.datasets.schema import Task

CLASSES: Final = 7
"""The classes that are told by themselves; the others are one."""
_JUDGED: Final = 100
"""The classes by which the power is judged; the others are one."""
_FEWEST: Final = 5
"""The least rows of which the interval of a mean is told."""


@dataclass(frozen=True)
class Target:
    """A target made ready for many columns.

    ``known`` says which rows have one. Of these, ``values`` has the number, or the rank of the class by its rows.
    """

    name: str
    task: Task
    classes: tuple[str, ...]
    known: NDArray[np.bool_]
    values: NDArray[Any]


def made_target(name: str, task: Task, values: Values) -> Target:
    """Make a target ready; ``task`` is of classes when its values are words."""
    if task == "regression" and values.numbers is not None:
        known = values.valid & np.isfinite(values.numbers)
        return Target(name, task, (), known, values.numbers[known].astype(np.float64))
    codes, words = _classes(values)
    order = np.argsort(-np.bincount(codes, minlength=len(words)), kind="stable")
    rank = np.empty(len(words), dtype=np.int64)
    rank[order] = np.arange(len(words))
    names = [words[place] for place in order[:CLASSES]] + ([OTHERS] if len(words) > CLASSES else [])
    return Target(name, task, tuple(names), values.valid, rank[codes])


def against(
    name: str, values: Values, ordered: Numbers | None, target: Target, rows: int, *, is_exact: bool
) -> TargetProfile:
    """Tell how the column ``name`` goes with ``target``; both of the same rows of a table of ``rows``.

    ``ordered`` are the column's finite numbers in ascending order, None of words.
    """
    looked = target.values if not target.classes else np.minimum(target.values, _JUDGED)
    made = cut(values, ordered)
    bins = made.bins[target.known]
    judged = power(bins, looked)
    shown = target.values if not target.classes else np.minimum(target.values, CLASSES).astype(np.int64)
    estimates, sizes = _estimates(made.part[bins], len(made.labels), shown, len(target.classes))
    edges, by_class = _by_class(values, ordered, target, shown)
    return TargetProfile(
        column=name,
        target=target.name,
        task=target.task,
        rows=rows,
        sampled=int(target.known.sum()),
        is_exact=is_exact,
        classes=target.classes,
        overall=_estimates(np.zeros(len(shown), dtype=np.int64), 1, shown, len(target.classes))[0][0],
        bins=tuple(
            TargetBin(label, size, estimate, *ends)
            for label, ends, estimate, size in zip(made.labels, made.ends, estimates, sizes, strict=True)
            if size
        ),
        edges=edges,
        by_class=by_class,
        power=judged.power,
        loss=judged.loss,
        dummy_loss=judged.dummy_loss,
    )


def _classes(values: Values) -> tuple[NDArray[np.int64], list[str]]:
    """Give the class of each row that has one, and the names of the classes that come."""
    if values.numbers is None:
        assert values.codes is not None
        different, codes = np.unique(values.codes[values.valid], return_inverse=True)
        return codes.astype(np.int64), [values.words[int(code)].as_py()[:LONGEST] for code in different]
    different_numbers, codes = np.unique(values.numbers[values.valid], return_inverse=True)
    return codes.astype(np.int64), [spell(value, values.kind) for value in different_numbers.tolist()]


# -- the target within the parts --------------------------------------------------------------------------------------


def _estimates(
    part: NDArray[np.int64], parts: int, target: NDArray[Any], classes: int
) -> tuple[list[tuple[Estimate, ...]], list[int]]:
    """Give the target within each part: the share of each class, or the mean; and the rows of each part."""
    sizes = np.bincount(part, minlength=parts).tolist()
    if classes:
        counts = np.bincount(part * classes + target, minlength=parts * classes).reshape(parts, classes).tolist()
        shares = [tuple(_share(count, size) for count in row) for row, size in zip(counts, sizes, strict=True)]
        return shares, sizes
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        means = np.bincount(part, weights=target, minlength=parts) / np.asarray(sizes)
        beyond = np.square(target - means[part])
        spreads = np.bincount(part, weights=beyond, minlength=parts)
    return [(_mean(float(means[at]), float(spreads[at]), size),) for at, size in enumerate(sizes)], sizes


def _share(count: float, rows: int) -> Estimate:
    """Give a share with the interval of Wilson (1927)."""
    return Estimate(count / rows, *wilson(count, rows)) if rows else Estimate(None, None, None)


def _mean(mean: float, spread: float, rows: int) -> Estimate:
    """Give a mean with the interval of Student (1908), where there are rows enough."""
    if rows < _FEWEST:
        return Estimate(finite(mean), None, None)
    half = student(rows - 1) * math.sqrt(spread / (rows - 1) / rows)
    return Estimate(finite(mean), finite(mean - half), finite(mean + half))


def _by_class(
    values: Values, ordered: Numbers | None, target: Target, shown: NDArray[Any]
) -> tuple[tuple[float, ...], tuple[tuple[int, ...], ...]]:
    """Give a histogram of the column for each class, over the robust range."""
    if values.numbers is None or ordered is None or not len(ordered) or not target.classes:
        return (), ()
    edges = dict(spread(ordered, values.kind).edges())
    chosen = edges.get("robust", edges["all"])
    # As many places as bars, one below, one above; the last bar takes its upper end.
    inner = chosen.copy()
    inner[-1] = np.nextafter(inner[-1], np.inf)
    place = np.searchsorted(inner, values.numbers[target.known], side="right")
    place[~values.valid[target.known]] = 0
    classes = len(target.classes)
    counts = np.bincount(place * classes + shown, minlength=(len(inner) + 1) * classes)
    inside = counts.reshape(len(inner) + 1, classes)[1:-1]
    return tuple(chosen.tolist()), tuple(tuple(row) for row in inside.T.tolist())
