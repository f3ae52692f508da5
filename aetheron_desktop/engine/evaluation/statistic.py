"""The metrics as functions of the rows' weights: their values on samples, and the influence of each row.

A bootstrap sample (Efron 1979) is a vector of counts: how often each row was drawn. The metrics are written for such
weights, so that many samples are a few passes over a matrix, and nothing is evaluated anew.

The influence of a row is the derivative of the metric by the row's weight (the infinitesimal jackknife; Efron 1982, The
Jackknife, the Bootstrap and Other Resampling Plans, chapter 6). The influences of all rows add up to 0, and the sum of
their squares is the metric's variance. For ROC AUC they are DeLong's (1988).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol, TypeGuard

import numpy as np

from aetheron_desktop.engine.datasets.profiles.sampling import Z
from aetheron_desktop.engine.evaluation.ranked import AveragePrecision, RankArea, RankAreas

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Task

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]


class Statistic(Protocol):
    """One metric of one model on some rows; ``value`` is NaN where it is not defined."""

    value: float

    def influence(self) -> Floats:
        """Give the derivative of the metric by each row's weight, shape (rows,)."""
        ...


class Weighted(Statistic, Protocol):
    """A metric that can be taken of weighted rows."""

    def resampled(self, weights: Floats) -> Floats:
        """Give the metric for each row of ``weights`` (samples, rows); NaN where it is not defined."""
        ...


class Summed(Weighted, Protocol):
    """A metric that is made of sums over the rows alone: those that were drawn are added up without being counted."""

    def of_drawn(self, drawn: Indices) -> Floats:
        """Give the metric for each row of ``drawn`` (samples, rows), the indices of the rows in a sample."""
        ...


def is_summed(statistic: Statistic) -> TypeGuard[Summed]:
    """Whether the metric is made of sums over the rows alone."""
    return hasattr(statistic, "of_drawn")


class Studentized(Weighted, Protocol):
    """A metric of weighted rows that tells its own error on them."""

    def errors(self, weights: Floats) -> Floats:
        """Give the standard error for each row of ``weights`` (samples, rows), by the influences of its rows."""
        ...


def is_studentized(statistic: Statistic) -> TypeGuard[Studentized]:
    """Whether the metric tells its own error on weighted rows."""
    return hasattr(statistic, "errors")


def is_weighted(statistic: Statistic) -> TypeGuard[Weighted]:
    """Whether the metric can be taken of weighted rows."""
    return hasattr(statistic, "resampled")


def decided(task: Task, predicted: Floats, threshold: float | None) -> Indices | None:
    """Give the class that is predicted for each row, as :func:`.scores.scores` has it; None for numbers."""
    if task == "regression":
        return None
    if threshold is None or predicted.shape[1] != 2:
        best: Indices = predicted.argmax(axis=1)
        return best
    return (predicted[:, 1] >= threshold).astype(np.int64)


def statistics(
    task: Task, truth: NDArray[Any], predicted: Floats, chosen: Indices | None = None, *, only: str = ""
) -> dict[str, Statistic]:
    """Give the metrics of ``task`` on the rows, those that are defined; shapes as in :func:`.scores.scores`.

    ``chosen`` is the class that is predicted, by default the most probable one. ``only`` asks for one metric. Without
    any row, or with predictions that are not finite, no metric is defined.
    """
    if not len(truth) or not np.isfinite(predicted).all():
        return {}
    if task == "regression":
        known = _of_numbers(truth, predicted)
    else:
        known = _of_classes(truth.astype(np.int64), predicted, predicted.argmax(axis=1) if chosen is None else chosen)
    made = {name: make() for name, make in known.items() if only in {"", name}}
    return {name: statistic for name, statistic in made.items() if math.isfinite(statistic.value)}


def _of_numbers(truth: NDArray[Any], predicted: Floats) -> dict[str, Callable[[], Statistic]]:
    error = predicted - truth
    return {
        "rmse": lambda: RootMean(error**2),
        "mae": lambda: Mean(np.abs(error)),
        "r2": lambda: Explained(np.asarray(truth, dtype=np.float64), error**2),
        "median_absolute_error": lambda: Median(np.abs(error)),
    }


def _of_classes(truth: Indices, predicted: Floats, chosen: Indices) -> dict[str, Callable[[], Statistic]]:
    classes = predicted.shape[1]
    true = predicted[np.arange(len(truth)), truth]
    made: dict[str, Callable[[], Statistic]] = {
        "accuracy": lambda: Mean((chosen == truth).astype(np.float64)),
        "balanced_accuracy": lambda: Recalls(truth, chosen, classes),
        "log_loss": lambda: Mean(-np.log(np.clip(true, np.finfo(np.float64).eps, 1.0))),
    }
    if classes > 2:
        return made | {
            "macro_f1": lambda: F1(truth, chosen, classes),
            "roc_auc_ovr": lambda: RankAreas([RankArea(truth == one, predicted[:, one]) for one in np.unique(truth)]),
        }
    positive = predicted[:, 1]
    return made | {
        "roc_auc": lambda: RankArea(truth == 1, positive),
        "f1": lambda: F1(truth, chosen, classes, label=1),
        "brier": lambda: Mean((positive - truth) ** 2),
        "average_precision": lambda: AveragePrecision(truth == 1, positive),
    }


class Mean:
    """The mean of what each row has."""

    def __init__(self, each: Floats) -> None:
        self.each = each
        self.value = float(each.mean())

    def influence(self) -> Floats:
        made: Floats = (self.each - self.value) / len(self.each)
        return made

    def resampled(self, weights: Floats) -> Floats:
        made: Floats = weights @ self.each / weights.sum(axis=1)
        return made

    def of_drawn(self, drawn: Indices) -> Floats:
        made: Floats = self.each[drawn].mean(axis=1)
        return made

    def errors(self, weights: Floats) -> Floats:
        about, rows = self.each - self.value, weights.sum(axis=1)
        mean, square = (weights @ np.column_stack([about, about**2])).T / rows
        made: Floats = np.sqrt(np.maximum(square - mean**2, 0.0) / rows)
        return made


class RootMean:
    """The root of the mean of what each row has."""

    def __init__(self, each: Floats) -> None:
        self.each = each
        self._mean = Mean(each)
        self.value = math.sqrt(self._mean.value)

    def influence(self) -> Floats:
        if self.value == 0.0:
            return np.zeros(len(self.each))
        made: Floats = self._mean.influence() / (2.0 * self.value)
        return made

    def resampled(self, weights: Floats) -> Floats:
        return np.sqrt(self._mean.resampled(weights))

    def of_drawn(self, drawn: Indices) -> Floats:
        return np.sqrt(self._mean.of_drawn(drawn))

    def errors(self, weights: Floats) -> Floats:
        value = self.resampled(weights)
        return np.divide(self._mean.errors(weights), 2.0 * value, out=np.zeros(len(value)), where=value > 0.0)


class Explained:
    """R²: the share of the target's variance that is explained."""

    def __init__(self, truth: Floats, squared: Floats) -> None:
        # Around the mean: the variance of a weighted sample is then no small difference of large numbers.
        self._truth, self._squared = truth - truth.mean(), squared
        self._missed, self._spread = float(squared.sum()), float((self._truth**2).sum())
        self.value = 1.0 - self._missed / self._spread if self._spread > 0.0 else math.nan

    def influence(self) -> Floats:
        made: Floats = (self._missed * self._truth**2 / self._spread - self._squared) / self._spread
        return made

    def resampled(self, weights: Floats) -> Floats:
        spread = weights @ self._truth**2 - (weights @ self._truth) ** 2 / weights.sum(axis=1)
        # One value drawn again and again leaves no variance but what rounding makes.
        spread[spread <= 1e-12 * self._spread] = np.nan
        made: Floats = 1.0 - weights @ self._squared / spread
        return made

    def errors(self, weights: Floats) -> Floats:
        t, rows = self._truth, weights.sum(axis=1)
        # In units of their means: powers of a target in millions keep their digits.
        unit, s = self._spread / len(t), self._squared / (self._missed / len(t) or 1.0)
        u = t / math.sqrt(unit)
        powers = np.column_stack([u, u**2, u**3, u**4, s, s**2, s * u, s * u**2])
        u1, u2, u3, u4, missed, ss, su, suu = (weights @ powers).T / rows
        spread = u2 - u1**2
        fourth = u4 - 4.0 * u1 * u3 + 6.0 * u1**2 * u2 - 3.0 * u1**4
        both = suu - 2.0 * u1 * su + u1**2 * missed
        with np.errstate(divide="ignore", invalid="ignore"):
            square = (missed**2 * fourth / spread**2 - 2.0 * missed * both / spread + ss) / spread**2
            made: Floats = np.sqrt(np.maximum(square, 0.0) / rows) * (self._missed / self._spread)
        return made


class Median:
    """The middle of what each row has."""

    def __init__(self, each: Floats) -> None:
        self._order = np.argsort(each, kind="stable")
        self.ordered = each[self._order]
        self.value = float(np.median(self.ordered))

    def influence(self) -> Floats:
        """Give the influences, the density at the median being taken from the width of its interval (Woodruff 1952)."""
        rows = len(self.ordered)
        half = Z * math.sqrt(rows) / 2.0
        low, high = max(0, math.floor(rows / 2.0 - half)), min(rows - 1, math.ceil(rows / 2.0 + half))
        width = float(self.ordered[high] - self.ordered[low]) / (2.0 * half)
        made: Floats = np.empty(rows)
        sides = np.sign(self.ordered - self.value)
        made[self._order] = (sides - sides.mean()) * width / 2.0
        return made

    def resampled(self, weights: Floats) -> Floats:
        return np.array([self._middle(np.cumsum(row[self._order])) for row in weights])

    def _middle(self, drawn: Floats) -> float:
        lower, upper = np.searchsorted(drawn, [(drawn[-1] - 1) // 2, drawn[-1] // 2], side="right")
        return float(self.ordered[lower] + self.ordered[upper]) / 2.0


class Recalls:
    """Balanced accuracy: the mean over the classes that are there of the share that is predicted right."""

    def __init__(self, truth: Indices, chosen: Indices, classes: int) -> None:
        self._truth, self._hit, self._classes = truth, chosen == truth, classes
        self.counts = np.bincount(truth, minlength=classes).astype(np.float64)
        self.hits = np.bincount(truth[self._hit], minlength=classes).astype(np.float64)
        self.value = float(_ratios(self.hits, self.counts))

    def influence(self) -> Floats:
        counts = np.maximum(self.counts, 1.0)
        present = np.count_nonzero(self.counts)
        made: Floats = (self._hit - (self.hits / counts)[self._truth]) / (counts[self._truth] * present)
        return made

    def resampled(self, weights: Floats) -> Floats:
        hits = _by_class(weights[:, self._hit], self._truth[self._hit], self._classes)
        return _ratios(hits, _by_class(weights, self._truth, self._classes))


class F1:
    """F1 of one class, or the mean over the classes that are there or are predicted."""

    def __init__(self, truth: Indices, chosen: Indices, classes: int, *, label: int | None = None) -> None:
        self._truth, self._chosen, self._hit, self._classes = truth, chosen, chosen == truth, classes
        # Of the pairs of truth and choice there are few: for them the rows of a sample are counted once.
        self._pairs, self._cell = np.unique(truth * classes + chosen, return_inverse=True)
        self._only: list[int] = list(range(classes)) if label is None else [label]
        counted = np.isin(np.arange(classes), self._only).astype(np.float64)
        self.hits: Floats = np.bincount(truth[self._hit], minlength=classes) * counted
        self.both: Floats = (np.bincount(truth, minlength=classes) + np.bincount(chosen, minlength=classes)) * counted
        # As scores() has it: a class that is neither there nor predicted has 0, where it is the only one.
        self.value = float(_ratios(2.0 * self.hits, self.both)) if self.both.any() else 0.0

    def influence(self) -> Floats:
        both, counted = np.maximum(self.both, 1.0), self.both > 0.0
        gain: Floats = counted * 2.0 / both / np.maximum(counted.sum(), 1)
        cost = gain * self.hits / both
        made: Floats = gain[self._truth] * self._hit - cost[self._truth] - cost[self._chosen]
        return made

    def resampled(self, weights: Floats) -> Floats:
        counts = _by_class(weights, self._cell, len(self._pairs))
        truth, chosen = np.divmod(self._pairs, self._classes)
        hits = _by_class(counts * (truth == chosen), truth, self._classes)
        both = _by_class(counts, truth, self._classes) + _by_class(counts, chosen, self._classes)
        return _ratios(2.0 * hits[:, self._only], both[:, self._only])


def _by_class(weights: Floats, labels: Indices, classes: int) -> Floats:
    """Add up each row of ``weights`` by label; shape (samples, classes)."""
    samples = len(weights)
    if samples == 1:
        return np.bincount(labels, weights=weights[0], minlength=classes)[None].astype(np.float64)
    where = (labels + np.arange(samples)[:, None] * classes).ravel()
    sums = np.bincount(where, weights=weights.ravel(), minlength=samples * classes)
    return np.asarray(sums.reshape(samples, classes), dtype=np.float64)


def _ratios(parts: Floats, wholes: Floats) -> Floats:
    """Give the mean over the last axis of the ratios whose whole is not 0; NaN where all are."""
    known = wholes > 0.0
    total = np.divide(parts, wholes, out=np.zeros(wholes.shape), where=known).sum(axis=-1)
    made: Floats = total / np.where(known.any(axis=-1), known.sum(axis=-1), np.nan)
    return made
