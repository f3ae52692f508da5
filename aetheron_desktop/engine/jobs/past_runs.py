"""How fast this machine trains, as the runs of the workspace tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.jobs.resuming import plan_of
from aetheron_desktop.engine.training.forecast import forecast, size_of, speed_of

if TYPE_CHECKING:
    from aetheron_desktop.engine.workspace import Workspace

_LOOKED_AT: Final = 60
_TELLING_S: Final = 2.0
"""Shorter trainings say more of the start of a process than of how fast it trains."""
OVERALL: Final = ""


def speeds(workspace: Workspace) -> dict[str, float]:
    """Give how many times as long as forecast the last runs took: by estimator, and of all under :data:`OVERALL`.

    Raises:
        StorageError: the disk refused.
    """
    datasets = {info.id: info for info in workspace.datasets()}
    taken: dict[str, list[tuple[float, float]]] = {}
    for run in workspace.runs()[:_LOOKED_AT]:
        info = datasets.get(run.dataset)
        if run.outcome != "succeeded" or run.lives > 1 or run.seconds is None or info is None:
            continue
        try:
            job = plan_of(workspace, run)
            card, size = catalog.card(run.estimator), size_of(info, job.experiment)
        except AetheronError:  # of a plan, an estimator or a column that is not known any more
            continue
        told = forecast(card, size, job.experiment.params, threads=job.threads, steps=run.steps)
        if told is not None and told.seconds >= _TELLING_S:
            taken.setdefault(run.estimator, []).append((run.seconds, told.seconds))
    every = [pair for pairs in taken.values() for pair in pairs]
    return {estimator: speed_of(pairs) for estimator, pairs in taken.items()} | {OVERALL: speed_of(every)}
