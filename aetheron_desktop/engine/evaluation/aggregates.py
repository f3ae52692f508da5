"""Metrics that are put together from others, with the influence of each row; see :mod:`.statistic`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from aetheron_desktop.engine.evaluation.statistic import RootMean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.ranked import AveragePrecision, RankArea, Ranked
    from aetheron_desktop.engine.evaluation.statistic import Statistic

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]


class ClassMean:
    """The mean of a metric of each class against the rest; ``weighted`` by the rows of the class.

    ``labels`` are the classes of ``parts``. A class whose metric is not defined counts nowhere.
    """

    def __init__(self, truth: Indices, labels: Sequence[int], parts: Sequence[Statistic], *, weighted: bool) -> None:
        known = [(label, part) for label, part in zip(labels, parts, strict=True) if math.isfinite(part.value)]
        self._truth, self._weighted = truth, weighted
        self._labels = np.array([label for label, _ in known], dtype=np.int64)
        self._parts = [part for _, part in known]
        self._values = np.array([part.value for part in self._parts])
        counts = np.array([np.count_nonzero(truth == label) for label in self._labels], dtype=np.float64)
        self._weights = counts if weighted else np.ones(len(known))
        self._total = float(self._weights.sum())
        self.value = float(self._weights @ self._values / self._total) if known else math.nan

    def influence(self) -> Floats:
        made = np.zeros(len(self._truth))
        for weight, part in zip(self._weights, self._parts, strict=True):
            made += weight / self._total * part.influence()
        if self._weighted:
            # A row more of a class weighs it up.
            for label, value in zip(self._labels, self._values, strict=True):
                made[self._truth == label] += (value - self.value) / self._total
        return made


class Pooled:
    """A metric of all pairs of row and class together (micro); the pairs of a row go together.

    ``ranked`` has the pairs of the first row first, then those of the second.
    """

    def __init__(self, kind: type[RankArea | AveragePrecision], truth: Indices, ranked: Ranked) -> None:
        self._shape = len(truth), len(ranked) // len(truth)
        is_true = np.zeros(self._shape, dtype=np.bool_)
        is_true[np.arange(len(truth)), truth] = True
        self._pooled = kind(is_true.ravel(), ranked)
        self.value = self._pooled.value

    def influence(self) -> Floats:
        made: Floats = self._pooled.influence().reshape(self._shape).sum(axis=1)
        return made


class RelativeRoot:
    """The root of the mean squared error as a share of the mean of the truth."""

    def __init__(self, truth: NDArray[Any], squared: Floats) -> None:
        self._truth, self._root = np.asarray(truth, dtype=np.float64), RootMean(squared)
        self._mean = float(self._truth.mean())
        self.value = self._root.value / abs(self._mean) if self._mean else math.nan

    def influence(self) -> Floats:
        about = (self._truth - self._mean) / len(self._truth)
        made: Floats = self._root.influence() / abs(self._mean) - self.value * about / self._mean
        return made

    def resampled(self, weights: Floats) -> Floats:
        mean = np.abs(weights @ self._truth / weights.sum(axis=1))
        made: Floats = np.divide(self._root.resampled(weights), mean, out=np.full(len(mean), np.nan), where=mean > 0.0)
        return made

    def errors(self, weights: Floats) -> Floats:
        # The logarithm of it has the influence squared / 2 - truth, each as a share of its mean and less 1.
        rows, squared = weights.sum(axis=1), self._root.each / (self._root.value**2 or 1.0)
        about = self._truth - self._mean
        parts = np.column_stack([squared, squared**2, about, about**2, squared * about])
        s, ss, u, uu, su = (weights @ parts).T / rows
        mean = self._mean + u
        with np.errstate(divide="ignore", invalid="ignore"):
            square = (ss / s**2 - 1.0) / 4.0 + (uu - u**2) / mean**2 - (su / s - u) / mean
            made: Floats = self.resampled(weights) * np.sqrt(np.maximum(square, 0.0) / rows)
        return made


class Largest:
    """The largest of what each row has: no row but one has a say, so it has no interval."""

    def __init__(self, each: Floats) -> None:
        self._rows = len(each)
        self.value = float(each.max())

    def influence(self) -> Floats:
        return np.zeros(self._rows)
