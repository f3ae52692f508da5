"""Naive Bayes: each feature tells of the class for itself."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from aetheron_desktop.engine.estimators.base import Estimator
from aetheron_desktop.engine.estimators.plain import SumsPredictor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Progress, Rows

_BLOCK_ROWS: Final = 16_384
_JUDGED_ROWS: Final = 20_000
_CONSTANT: Final = 1e-6
_LEAST_SHARE: Final = 1e-4
"""A variance below counts as none; and the least share of a feature's own variance that it has within a class."""
_TRUST: Final = (-6.0, 0.5)
"""The logarithms of how much the features together are believed at least and at most."""


class NaiveBayes(Estimator):
    """Gaussian numbers and Bernoulli truths, independent within a class (``sklearn.naive_bayes``).

    Numbers are made normal by their ranks before. Features that say the same are counted twice, which makes naive Bayes
    far too sure: how much all of them together are believed is fitted on the validation rows.
    """

    style = "network"

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``."""
        count, total, squared, is_truth = self._sums(train, progress)
        smoothing = float(self.recipe.number("smoothing"))
        share = np.log(count / count.sum())
        # Numbers.
        mean = total / count[:, None]
        spread = np.maximum(squared / count[:, None] - mean**2, 0.0)
        common = np.maximum(squared.sum(0) / count.sum() - (total.sum(0) / count.sum()) ** 2, 0.0)
        variance = (spread * count[:, None] + common * smoothing) / (count[:, None] + smoothing)
        # What hardly varies says nothing, and what does not within a class says not everything.
        variance = np.where(common > _CONSTANT, np.maximum(variance, _LEAST_SHARE * common), 1.0)
        bias = -0.5 * np.log(variance) - 0.5 * mean**2 / variance
        linear, square = mean / variance, -0.5 / variance
        # Truths.
        small = max(smoothing, 1e-9)
        true = (total[:, is_truth] + small) / (count[:, None] + 2.0 * small)
        for part in (bias, linear, square):
            part[:, common <= _CONSTANT] = 0.0
        bias[:, is_truth] = np.log1p(-true)
        linear[:, is_truth], square[:, is_truth] = np.log(true) - np.log1p(-true), 0.0
        told = SumsPredictor(bias.sum(axis=1), linear.T.copy(), square.T.copy())
        trust = _trust(told, share, valid.head(_JUDGED_ROWS, self.recipe.seed))
        self.fitted = made = SumsPredictor(share + trust * told.bias, trust * told.linear, trust * told.square)
        progress.say(f"All features together are believed as much as {trust:.0%} of what they say one by one.")
        seen = train.head(_JUDGED_ROWS // 4, self.recipe.seed), valid.head(_JUDGED_ROWS, self.recipe.seed)
        judged = [(rows, made.predict(rows.X)) for rows in seen]
        progress.step(1, 1, judged[0], judged[1])

    def _sums(self, train: Rows, progress: Progress) -> tuple[NDArray[np.float64], ...]:
        """Give each class's weight (classes,), its sums and squares (classes, features), and which are truths."""
        classes, width = self.recipe.classes, train.X.shape[1]
        weight = np.ones(len(train)) if train.weight is None else train.weight
        count = np.maximum(np.bincount(train.y, weight, minlength=classes), 1e-12)
        total, squared = np.zeros((classes, width)), np.zeros((classes, width))
        is_truth = np.ones(width, dtype=bool)
        for begin in range(0, len(train), _BLOCK_ROWS):
            part = slice(begin, begin + _BLOCK_ROWS)
            X = train.X[part]
            of_class = np.zeros((classes, len(X)))
            of_class[train.y[part], np.arange(len(X))] = weight[part]
            total += of_class @ X
            squared += of_class @ X**2
            is_truth &= ((X == 0.0) | (X == 1.0)).all(axis=0)
            progress.tick(0, 1)
        return count, total, squared, is_truth


def _trust(told: SumsPredictor, share: NDArray[np.float64], valid: Rows) -> float:
    """Give how much of what the features say makes the log loss on ``valid`` smallest."""
    raw = told.bias + valid.X @ told.linear + valid.X**2 @ told.square
    at = np.arange(len(valid))

    def loss(logarithm: float) -> float:
        likely = log_softmax(share + math.exp(logarithm) * raw, axis=1)[at, valid.y]
        return float(np.average(-likely, weights=valid.weight))

    return math.exp(float(minimize_scalar(loss, bounds=_TRUST, method="bounded").x))
