"""What a fit is judged by while it learns: one number, the lower the better."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aetheron_desktop.engine.estimators.limits import LEVEL
from aetheron_desktop.engine.estimators.quantiles import levels
from aetheron_desktop.engine.evaluation.scores import log_loss, mean_pinball

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.estimators.base import Judged


class Judge:
    """Gives the log loss; of numbers the squared error, of their quantiles at ``level`` the mean pinball loss.

    The last two are relative to what looking at nothing would have on the first rows that it is given, so that curves
    of all targets have one scale: 1 is the mean, or the quantiles of the target.
    """

    def __init__(self, task: Task, level: float = LEVEL) -> None:
        self._is_number = task == "regression"
        self._levels = levels(level)
        self._variance: float | None = None
        self._spread: float | None = None

    def loss(self, judged: Judged) -> float:
        """Give the loss of what is predicted: (n, classes), (n,), or (n, 3) with the quantiles of numbers."""
        rows, predicted = judged
        if not self._is_number:
            return log_loss(rows.y, predicted, rows.weight)
        if predicted.ndim == 2:
            if self._spread is None:
                plain = np.tile(np.quantile(rows.y, self._levels), (len(rows), 1))
                self._spread = mean_pinball(rows.y, plain, self._levels) or 1.0
            return mean_pinball(rows.y, predicted, self._levels, rows.weight) / self._spread
        if self._variance is None:
            around = rows.y - np.average(rows.y, weights=rows.weight)
            self._variance = float(np.average(around**2, weights=rows.weight)) or 1.0
        return float(np.average((predicted - rows.y) ** 2, weights=rows.weight)) / self._variance
