"""Metrics of the classes that are predicted: all of them are functions of how often each pair of classes occurs.

So their errors are too: by the derivative of a metric by each cell of the confusion matrix (the delta method), whatever
the number of rows. The limits are Wilson's (1927) for as many rows as a share of that error would have (Korn and
Graubard 1998), of plain shares therefore Wilson's own. All functions take matrices (..., classes, classes), true class
by row and predicted class by column; leading axes are thresholds.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from aetheron_desktop.engine.evaluation.curves.bands import share_limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.curves.cutoffs import Counts

    Floats = NDArray[np.float64]


class Estimate(NamedTuple):
    """A metric and its limits at 95 %, arrays of one shape; NaN where it is not defined."""

    value: Floats
    low: Floats
    high: Floats


class _Told(NamedTuple):
    """A metric, its derivative by each of the cells, and the rows that it stands on where it makes no error.

    ``low`` is its least value. ``more`` rows, spread over all cells, are added before its error is told: where few rows
    are in a cell they are too sure of themselves (as Agresti and Coull 1998 do it for a share).
    """

    value: Floats
    slope: Callable[[], Floats]
    rows: Floats
    low: float = 0.0
    more: float = 2.0


def cells_of(counts: Counts) -> Floats:
    """Give the matrices (..., 2, 2) of two classes."""
    rows = [np.stack([counts.tn, counts.fp], axis=-1), np.stack([counts.fn, counts.tp], axis=-1)]
    return np.asarray(np.stack(rows, axis=-2), dtype=np.float64)


def accuracy(cells: Floats) -> Estimate:
    """Give the share of rows that are predicted right."""
    return _share(_diagonal(cells).sum(axis=-1), cells.sum(axis=(-2, -1)))


def precision(cells: Floats, label: int = 1) -> Estimate:
    """Give the share of rows of the class among those predicted as it; not defined where none is."""
    return _share(cells[..., label, label], cells[..., :, label].sum(axis=-1))


def recall(cells: Floats, label: int = 1) -> Estimate:
    """Give the share of the rows of the class that are predicted as it."""
    return _share(cells[..., label, label], cells[..., label, :].sum(axis=-1))


def specificity(cells: Floats, label: int = 1) -> Estimate:
    """Give the share of the rows of other classes that are not predicted as the class."""
    others = cells.sum(axis=(-2, -1)) - cells[..., label, :].sum(axis=-1)
    return _share(others - cells[..., :, label].sum(axis=-1) + cells[..., label, label], others)


def balanced_accuracy(cells: Floats) -> Estimate:
    """Give the mean over the classes that are there of the share that is predicted right (Zou and Donner's limits)."""
    rows = cells.sum(axis=-1)
    own = _share(_diagonal(cells), rows)
    known = rows > 0.0
    count = np.maximum(known.sum(axis=-1), 1)
    value = np.where(known, own.value, 0.0).sum(axis=-1) / count
    down, up = (
        np.sqrt(np.where(known, np.square(end - own.value), 0.0).sum(axis=-1)) / count for end in (own.low, own.high)
    )
    return _masked(Estimate(value, value - down, value + up), known.any(axis=-1))


def f_beta(cells: Floats, beta: float = 1.0, label: int = 1) -> Estimate:
    """Give the harmonic mean of precision and recall, recall counting ``beta`` times as much (Rijsbergen 1979).

    As scikit-learn has it, it is 0 where the class is neither there nor predicted.
    """
    hits = cells[..., label, label]
    both = cells[..., label, :].sum(axis=-1) + cells[..., :, label].sum(axis=-1)
    if beta == 1.0:
        # 2q / (1 + q) of q, the share of hits among hits and errors.
        q = _share(hits, both - hits)
        made = Estimate(*(2.0 * end / (1.0 + end) for end in q))
        return Estimate(*(np.where(both > 0.0, end, none) for end, none in zip(made, (0.0, 0.0, 1.0), strict=True)))
    return _limited(partial(_averaged_f, weight=_only(cells, label), beta=beta), cells)


def mean_f(cells: Floats, beta: float = 1.0, *, weighted: bool = False) -> Estimate:
    """Give F of each class, averaged; by their rows where it is ``weighted``."""
    return _limited(partial(_averaged_f, weight=None if weighted else _counted(cells), beta=beta), cells)


def mean_precision(cells: Floats, *, weighted: bool = False) -> Estimate:
    """Give the precision of each class, averaged; that of a class that is never predicted counts as 0."""
    return _limited(partial(_averaged_precision, weight=None if weighted else _counted(cells)), cells)


def matthews(cells: Floats) -> Estimate:
    """Give Matthews' correlation of predicted and true class (Gorodkin 2004); 0 where either is constant."""
    return _limited(_matthews, cells)


def kappa(cells: Floats) -> Estimate:
    """Give Cohen's kappa (1960): how much more often the classes agree than by chance, of what is left to chance."""
    made = _limited(_kappa, cells)
    return _masked(made, np.isfinite(made.value))


AT_THRESHOLD: Final[dict[str, Callable[[Floats], Estimate]]] = {
    "accuracy": accuracy,
    "balanced_accuracy": balanced_accuracy,
    "precision": precision,
    "recall": recall,
    "specificity": specificity,
    "f1": f_beta,
    "f2": lambda cells: f_beta(cells, 2.0),
    "f_half": lambda cells: f_beta(cells, 0.5),
    "mcc": matthews,
    "kappa": kappa,
}
"""The metrics of two classes that a threshold changes."""


def value_at(name: str, counts: Counts) -> Floats:
    """Give a metric of :data:`AT_THRESHOLD` alone, without its limits, which take longer."""
    if name in _SHARES:
        return _portion(*_SHARES[name](counts))
    if name == "f1":
        return np.nan_to_num(_portion(2.0 * counts.tp, 2.0 * counts.tp + counts.fp + counts.fn))
    cells = cells_of(counts)
    return _VALUES[name](cells).value if name in _VALUES else AT_THRESHOLD[name](cells).value


def _portion(part: Floats, whole: Floats) -> Floats:
    """Give a share, NaN of nothing."""
    made: Floats = np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=np.asarray(whole) > 0.0)
    return made


def limits_of(value: Floats, variance: Floats, rows: Floats, low: float = 0.0, high: float = 1.0) -> Estimate:
    """Give a metric between ``low`` and ``high`` with Wilson's limits for as many rows as a share so uncertain has.

    ``rows`` are taken where the variance is none.
    """
    span = high - low
    share = np.clip((value - low) / span, 0.0, 1.0)
    error = np.asarray(variance / span**2)
    spread = share * (1.0 - share)
    many = np.divide(spread, error, out=np.array(np.broadcast_to(rows, error.shape), dtype=np.float64), where=error > 0)
    ends = share_limits(share * many, many)
    return Estimate(np.asarray(value), np.minimum(low + span * ends[0], value), np.maximum(low + span * ends[1], value))


def _limited(make: Callable[[Floats], _Told], cells: Floats) -> Estimate:
    told = make(cells)
    added = cells + told.more / cells.shape[-1] ** 2
    soft = make(added)
    variance = (added * np.square(soft.slope())).sum(axis=(-2, -1))
    found = limits_of(soft.value, variance, told.rows, told.low)
    return Estimate(told.value, np.minimum(found.low, told.value), np.maximum(found.high, told.value))


def _share(part: Floats, whole: Floats) -> Estimate:
    low, high = share_limits(part, whole)
    return _masked(Estimate(_ratio(part, whole), low, high), np.asarray(whole) > 0.0)


def _averaged_f(cells: Floats, weight: Floats | None, beta: float) -> _Told:
    """Give F of the classes by their ``weight``, None for that of their rows."""
    square = beta * beta
    rows, told, hits = cells.sum(axis=-1), cells.sum(axis=-2), _diagonal(cells)
    total = cells.sum(axis=(-2, -1))[..., None]
    both = square * rows + told
    each = _ratio((1.0 + square) * hits, both)
    by = _ratio(rows, total) if weight is None else weight
    value = (by * each).sum(axis=-1)

    def slope() -> Floats:
        gain, cost = _ratio(by * (1.0 + square), both), _ratio(by * each, both)
        made = gain[..., :, None] * np.eye(cells.shape[-1]) - square * cost[..., :, None] - cost[..., None, :]
        return made if weight is not None else made + _ratio(each - value[..., None], total)[..., :, None]

    return _Told(value, slope, ((rows + told - hits) * (by > 0.0)).sum(axis=-1))


def _averaged_precision(cells: Floats, weight: Floats | None) -> _Told:
    """Give precision of the classes by their ``weight``, None for that of their rows."""
    rows, told = cells.sum(axis=-1), cells.sum(axis=-2)
    each = _ratio(_diagonal(cells), told)
    total = cells.sum(axis=(-2, -1))[..., None]
    by = _ratio(rows, total) if weight is None else weight
    value = (by * each).sum(axis=-1)

    def slope() -> Floats:
        made = _ratio(by, told)[..., None, :] * (np.eye(cells.shape[-1]) - each[..., None, :])
        return made if weight is not None else made + _ratio(each - value[..., None], total)[..., :, None]

    return _Told(value, slope, total[..., 0])


def _matthews(cells: Floats) -> _Told:
    total = cells.sum(axis=(-2, -1))
    rows, told, right = cells.sum(axis=-1), cells.sum(axis=-2), _diagonal(cells).sum(axis=-1)
    over = right * total - (rows * told).sum(axis=-1)
    spread_told = total**2 - (told**2).sum(axis=-1)
    spread_true = total**2 - (rows**2).sum(axis=-1)
    value = _ratio(over, np.sqrt(spread_told * spread_true))

    def slope() -> Floats:
        change = _change(cells, total, right, rows, told)
        made = _ratio(change, np.sqrt(spread_told * spread_true)[..., None, None])
        return made - value[..., None, None] * (
            _ratio((total[..., None] - told)[..., None, :], spread_told[..., None, None])
            + _ratio((total[..., None] - rows)[..., :, None], spread_true[..., None, None])
        )

    return _Told(value, slope, _fewest(rows), low=-1.0, more=4.0)


def _kappa(cells: Floats) -> _Told:
    """Give kappa; NaN where chance leaves nothing."""
    total = cells.sum(axis=(-2, -1))
    rows, told, right = cells.sum(axis=-1), cells.sum(axis=-2), _diagonal(cells).sum(axis=-1)
    chance = (rows * told).sum(axis=-1)
    left = total**2 - chance
    value = np.where(left > 0.0, _ratio(right * total - chance, left), np.nan)

    def slope() -> Floats:
        change = _change(cells, total, right, rows, told)
        down = 2.0 * total[..., None, None] - told[..., :, None] - rows[..., None, :]
        return _ratio(change - value[..., None, None] * down, left[..., None, None])

    return _Told(value, slope, _fewest(rows), low=-1.0, more=4.0)


def _change(cells: Floats, total: Floats, right: Floats, rows: Floats, told: Floats) -> Floats:
    """Give the derivative by each cell of (rows x right - the sum of rows x told), as both correlations have it."""
    eye = np.eye(cells.shape[-1])
    made: Floats = total[..., None, None] * eye + right[..., None, None] - told[..., :, None] - rows[..., None, :]
    return made


def _counted(cells: Floats) -> Floats:
    """Give the weight of each class in a plain mean over those that are there or are predicted."""
    known = (cells.sum(axis=-1) + cells.sum(axis=-2)) > 0.0
    return np.asarray(known / np.maximum(known.sum(axis=-1, keepdims=True), 1))


def _only(cells: Floats, label: int) -> Floats:
    made = np.zeros(cells.shape[:-1])
    made[..., label] = 1.0
    return made


def _fewest(rows: Floats) -> Floats:
    """Give the rows of the rarest class that is there: a correlation without an error stands on them."""
    return np.asarray(np.where(rows > 0.0, rows, np.inf).min(axis=-1))


def _diagonal(cells: Floats) -> Floats:
    return np.asarray(np.diagonal(cells, axis1=-2, axis2=-1))


def _ratio(part: Floats, whole: Floats) -> Floats:
    shape = np.broadcast_shapes(np.shape(part), np.shape(whole))
    known = np.broadcast_to(np.asarray(whole) > 0.0, shape)
    made: Floats = np.divide(part, whole, out=np.zeros(shape), where=known)
    return made


def _masked(estimate: Estimate, known: NDArray[np.bool_]) -> Estimate:
    return Estimate(*(np.where(known, each, np.nan) for each in estimate))


_SHARES: Final[dict[str, Callable[[Counts], tuple[Floats, Floats]]]] = {
    "accuracy": lambda counts: (counts.tp + counts.tn, counts.tp + counts.fp + counts.tn + counts.fn),
    "precision": lambda counts: (counts.tp, counts.tp + counts.fp),
    "recall": lambda counts: (counts.tp, counts.tp + counts.fn),
    "specificity": lambda counts: (counts.tn, counts.tn + counts.fp),
}
"""Part and whole of what is a share of counts."""
_VALUES: Final[dict[str, Callable[[Floats], _Told]]] = {
    "f2": lambda cells: _averaged_f(cells, _only(cells, 1), 2.0),
    "f_half": lambda cells: _averaged_f(cells, _only(cells, 1), 0.5),
    "mcc": _matthews,
    "kappa": _kappa,
}
