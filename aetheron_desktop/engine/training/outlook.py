"""What a run will take, of any estimator: also of one that trains as many others as it has to."""

from __future__ import annotations

import math
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.training.auto.usual import MODELS, usual_folds
from aetheron_desktop.engine.training.forecast import (
    JUDGED,
    LEARNED,
    Forecast,
    forecast,
    largest_of,
    number_of,
    of_experiment,
    size_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aetheron_desktop.engine.datasets.dataset import DatasetInfo
    from aetheron_desktop.engine.training.experiment import Experiment


def of_run(
    experiment: Experiment, info: DatasetInfo, *, threads: int = 1, speeds: Mapping[str, float] | None = None
) -> Forecast | None:
    """Say what a run takes; None when that is not known."""
    card = catalog.card(experiment.estimator)
    if not card.ensemble or (experiment.budget_s is not None and experiment.params.get("models") is None):
        return of_experiment(experiment, info, threads=threads, speeds=speeds)
    return _of_members(experiment, info, threads, speeds or {})


def _of_members(experiment: Experiment, info: DatasetInfo, threads: int, speeds: Mapping[str, float]) -> Forecast:
    """Say what one takes that trains others: each once a fold, on all rows but those of the fold."""
    from aetheron_desktop.engine.training.auto.portfolio import portfolio, tells_quantiles  # NumPy

    size = size_of(info, experiment)
    rows = size.rows * (LEARNED + JUDGED)
    given = int(number_of(experiment.params.get("folds"), 0.0))
    folds = given or usual_folds(round(rows))
    # Of one fold, the validation part is what it is judged by.
    part = size if folds < 2 else msgspec.structs.replace(size, rows=round(rows * (1 - 1 / folds) / LEARNED))
    seconds = 0.0
    count = int(number_of(experiment.params.get("models"), MODELS))
    for one in islice(portfolio(experiment.task, experiment.seed, of_quantiles=tells_quantiles(experiment)), count):
        speed = speeds.get(one.estimator, speeds.get("", 1.0))
        found = forecast(one.card, part, one.params, threads=threads, speed=speed)
        seconds += folds * found.seconds if found is not None else 0.0
    return Forecast(
        estimator=experiment.estimator,
        seconds=min(seconds, experiment.budget_s or math.inf),
        bytes=largest_of(experiment, size),
        is_most=True,
    )
