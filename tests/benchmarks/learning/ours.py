"""The project's own estimators, through the functions that the command line calls: a file is imported, then trained.

The file has no test rows at all. A run wants a part to test on; it has a few of the training rows, which are lost,
and what it says of them is not used. The choice between the estimators is made on the run's own validation rows.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from aetheron_desktop import __version__
from aetheron_desktop.engine.datasets.reading.reader import import_file
from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.engine.events import MessageLogged
from aetheron_desktop.engine.training.experiment import SplitPlan, plan
from aetheron_desktop.engine.training.machine import warm_up
from aetheron_desktop.engine.training.preparation import read
from aetheron_desktop.engine.training.trainer import Training
from aetheron_desktop.engine.workspace import Workspace
from tests.benchmarks.learning.given import TARGET, write_table
from tests.benchmarks.learning.scoring import is_better, score

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.estimators.pipeline import FittedPipeline
    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.engine.training.experiment import Experiment
    from tests.benchmarks.learning.given import Given

_LOST = 5
"""So many rows are the run's own test part."""
_MOST_WORDS = 100


class Defaults:
    """The best, by the validation rows, of what is trained when nothing is chosen; each has its share of the time."""

    estimators: Sequence[str] = ()

    def __init__(self) -> None:
        self.notes: dict[str, Any] = {"version": __version__, "said": []}
        self._model: FittedPipeline | None = None
        warm_up()  # a worker has done so before Train is pressed

    def fit(self, given: Given) -> None:
        self._classes = given.classes
        began = time.perf_counter()
        dataset = _imported(given)
        self.notes["import_s"] = time.perf_counter() - began
        experiments = self._chosen(_planned(dataset, given, self.estimators))
        valid = read(experiments[0], dataset, lambda text: None).parts.valid
        began = time.perf_counter()
        found: dict[str, float] = {}
        for place, experiment in enumerate(experiments):
            # What the quick ones leave is there for the slow ones, as on the command line.
            left = (given.budget_s - (time.perf_counter() - began)) / (len(experiments) - place)
            model = self._trained(experiment, dataset, given, max(0.1, left))
            if model is None:
                continue
            if len(experiments) == 1:
                self._model, self.notes["best"] = model, experiment.estimator
                break
            # Every row has a target, so the positions are those of the table that was given.
            value = score(given.task, given.y[valid], self._ordered(model, given.X.iloc[valid]))  # type: ignore[arg-type]
            if self._model is None or is_better(given.metric, value, found[self.notes["best"]]):
                self._model, self.notes["best"] = model, experiment.estimator
            found[experiment.estimator] = value
        self.notes["valid"] = found
        if self._model is None:
            raise RuntimeError(f"no estimator made a model: {self.notes}")

    def predict(self, X: pd.DataFrame) -> NDArray[np.float64]:
        assert self._model is not None
        return self._ordered(self._model, X)

    def _chosen(self, experiments: Sequence[Experiment]) -> list[Experiment]:
        return list(experiments)

    def _trained(
        self, experiment: Experiment, dataset: Dataset, given: Given, budget_s: float
    ) -> FittedPipeline | None:
        import msgspec

        timed = msgspec.structs.replace(experiment, budget_s=budget_s)
        try:
            checkpoints = given.folder / "checkpoints" / experiment.run
            training = Training(timed, dataset, self._hear, threads=given.threads, checkpoints=checkpoints)
            return training.run(lambda: False).model
        except AetheronError as error:
            # One that fails never ends the others; the leaderboard of the program says why, too.
            self.notes.setdefault("failed", []).append(f"{experiment.estimator}: {error.detail}")
            return None

    def _hear(self, event: Event) -> None:
        """Keep the words that a run says, to see afterwards why a model is as it is."""
        if isinstance(event, MessageLogged) and len(self.notes["said"]) < _MOST_WORDS:
            self.notes["said"].append(event.text)

    def _ordered(self, model: FittedPipeline, X: pd.DataFrame) -> NDArray[np.float64]:
        raw = model.raw(X)
        return raw[:, [model.classes.index(word) for word in self._classes]] if self._classes else raw


class Auto(Defaults):
    """The search within a budget."""

    estimators = ("auto",)

    def _chosen(self, experiments: Sequence[Experiment]) -> list[Experiment]:
        return [experiment for experiment in experiments if experiment.estimator == "auto"]


def _imported(given: Given) -> Dataset:
    frame = given.X.copy()
    frame[TARGET] = np.array(given.classes, dtype=object)[given.y] if given.classes else given.y
    path = given.folder / "rows.parquet"
    write_table(frame, path)
    workspace = Workspace.open(given.folder / "workspace")
    info = import_file(path, workspace.root / "datasets", progress=lambda *_: None, should_stop=lambda: False)
    assert info is not None
    workspace.add_dataset(info)
    dataset = workspace.dataset(info.id)
    workspace.close()
    return dataset


def _planned(dataset: Dataset, given: Given, estimators: Sequence[str]) -> tuple[Experiment, ...]:
    info = dataset.info
    out = {TARGET, *info.proposal.excluded}
    return plan(
        info,
        target=TARGET,
        task=given.task,  # type: ignore[arg-type]  # the tables' words are Tasks
        estimators=estimators,
        seed=given.seed,
        metric=given.metric,  # the others are told it, too
        features=[name for name in info.schema.names if name not in out],
        split=SplitPlan(test=_LOST / info.rows),
        new_id=lambda: Workspace.new_id("run"),
    )
