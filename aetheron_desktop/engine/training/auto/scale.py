"""By what members of an ensemble are measured for people: the task's main metric, of quantiles the pinball loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aetheron_desktop.engine.evaluation.intervals import intervals
from aetheron_desktop.engine.evaluation.metrics import main_metric
from aetheron_desktop.engine.evaluation.scores import limit_scores, scores
from aetheron_desktop.engine.training.auto.portfolio import tells_quantiles

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.intervals import Interval
    from aetheron_desktop.engine.training.experiment import Experiment

_PINBALL: Final = "pinball_loss"
_INTERVAL_S: Final = 0.05


class Scale:
    """Measures what is said of rows: (m, classes), (m,), or (m, 3) quantiles, of which the outer ones are limits."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self.of_quantiles = tells_quantiles(experiment)
        self.metric = _PINBALL if self.of_quantiles else main_metric(experiment.task).name

    def score(self, truth: NDArray[Any], predicted: NDArray[np.float64]) -> float | None:
        """Give the score of what was ``predicted``."""
        if self.of_quantiles:
            return limit_scores(truth, predicted[:, [0, 2]], self._experiment.level)[_PINBALL]
        return scores(self._experiment.task, truth, predicted)[self.metric]

    def interval(self, truth: NDArray[Any], predicted: NDArray[np.float64]) -> Interval | None:
        """Give the interval of the score."""
        plan = self._experiment
        values, between = (predicted[:, 1], predicted[:, [0, 2]]) if self.of_quantiles else (predicted, None)
        found = intervals(
            plan.task, truth, values, between=between, level=plan.level, seed=plan.seed, budget_s=_INTERVAL_S
        )
        return found.get(self.metric)
