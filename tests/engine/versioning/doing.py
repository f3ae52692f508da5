"""Jobs about models, done in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from aetheron_desktop.engine.events import Answered, Event, JobEnded, JobStarted
from aetheron_desktop.engine.jobs import asking
from aetheron_desktop.engine.jobs.execution import Execution
from aetheron_desktop.engine.jobs.job import AskJob, ChangeJob, TrainJob, dumps, loads
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.versioning.changes import Changed, JoinModel, NotChanged
from tests.tables import FEATURES, TARGETS, made_dataset

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.jobs.asking import Question
    from aetheron_desktop.engine.jobs.job import Job
    from aetheron_desktop.engine.registry.model import ModelInfo
    from aetheron_desktop.engine.versioning.changes import Change
    from aetheron_desktop.engine.workspace import Workspace

Kind = TypeVar("Kind")
QUICK: dict[str, dict[str, Any]] = {
    "logistic": {"max_iter": 20},
    "forest": {"n_estimators": 5},
    "extra_trees": {"n_estimators": 5},
    "elastic_net": {"n_alphas": 8},
    "glass_box": {"max_iter": 6},
    "lightgbm": {"n_estimators": 10},
    "xgboost": {"n_estimators": 10},
    "catboost": {"iterations": 10},
    "boosting": {"max_iter": 3},
    "network": {"epochs": 2, "hidden_size": 16},
    "tabm": {"epochs": 2, "hidden_size": 16, "members": 4},
    "resnet": {"epochs": 2, "hidden_size": 16},
    "ft_transformer": {"epochs": 2, "hidden_size": 16},
    "auto": {"models": 2, "folds": 2},
}


def run_job(
    workspace: Workspace, job: Job, should_stop: Callable[[], bool] = lambda: False
) -> tuple[JobEnded, list[Event]]:
    """Do a job as a worker that was sent it does, and give its end and all that it told."""
    told: list[Event] = []
    sent = loads(dumps(job))
    assert sent == job
    end = Execution(workspace, sent, lambda event, line: told.append(event)).run(should_stop)
    assert isinstance(told[0], JobStarted)
    assert told[0].title
    assert told[-1] == end
    assert sum(isinstance(event, JobEnded) for event in told) == 1
    return end, told


def answers(told: Sequence[Event]) -> list[object]:
    """The answers among what was told, as whoever hears the lines reads them."""
    found: list[object] = []
    for event in told:
        if isinstance(event, Answered):
            line = msgspec.json.encode(event)
            found.append(asking.told(msgspec.json.decode(line, type=Answered).answer))
    return found


def changed(workspace: Workspace, change: Change) -> Changed:
    """Do a change that must go well, and give what it answered."""
    end, told = run_job(workspace, ChangeJob(id=workspace.new_id("change"), change=change))
    assert end.outcome == "succeeded", (end.title, end.detail)
    (made,) = answers(told)
    assert isinstance(made, Changed)
    assert end.result == made.model
    assert made.words
    return made


def refused(workspace: Workspace, change: Change) -> tuple[JobEnded, NotChanged | None]:
    """Try a change that must be refused in words, and give its end, and what somebody must decide."""
    end, told = run_job(workspace, ChangeJob(id=workspace.new_id("change"), change=change))
    assert end.outcome == "failed", told
    assert end.title
    assert end.title != "An error in the program", end.detail
    assert end.detail
    assert end.hint
    made = answers(told)
    assert not made or (len(made) == 1 and isinstance(made[0], NotChanged))
    return end, made[0] if made else None  # type: ignore[return-value]  # looked at in the line before


def asked(workspace: Workspace, question: Question, kind: type[Kind]) -> Kind:
    """Ask something that can be answered, and give the answer of this kind."""
    end, told = run_job(workspace, AskJob(id=workspace.new_id("ask"), question=question))
    assert end.outcome == "succeeded", (end.title, end.detail)
    return next(answer for answer in answers(told) if isinstance(answer, kind))


def put_dataset(workspace: Workspace, table: pd.DataFrame | None = None, id_: str = "0123456789abcdef") -> Dataset:
    """Make a dataset of the workspace."""
    made = made_dataset(workspace.dataset_folder(id_), table)
    info = msgspec.structs.replace(made.info, id=id_)
    workspace.add_dataset(info)
    return workspace.dataset(id_)


def trained(
    workspace: Workspace,
    dataset: Dataset,
    estimator: str = "logistic",
    task: Task = "binary",
    seed: int = 0,
    *,
    features: Sequence[str] = FEATURES,
) -> ModelInfo:
    """Train a small model."""
    experiment = plan(
        dataset.info,
        target=TARGETS[task],
        features=features,
        estimators=[estimator],
        params={estimator: QUICK.get(estimator, {})},
        seed=seed,
        new_id=lambda: workspace.new_id("run"),
    )[-1]
    end, _ = run_job(workspace, TrainJob(experiment=experiment))
    assert end.outcome == "succeeded", (end.title, end.detail)
    return workspace.model(end.result or "")


def trained_into(workspace: Workspace, model: str, dataset: Dataset, estimator: str = "forest", seed: int = 0) -> str:
    """Train another one, make it the next version of a model, and give the commit."""
    other = trained(workspace, dataset, estimator, seed=seed)
    return changed(workspace, JoinModel(model=other.id, into=model, message=f"{estimator} instead")).version
