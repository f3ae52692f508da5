"""A job in this process: it ends once, writes before it tells, and keeps the best when it is stopped."""

import contextlib
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pandas as pd
import pytest

from aetheron_desktop.engine.datasets.dataset import Dataset
from aetheron_desktop.engine.datasets.reading.preview import Preview, PreviewQuestion
from aetheron_desktop.engine.datasets.recipe import Recipe
from aetheron_desktop.engine.errors import StorageError
from aetheron_desktop.engine.estimators import linear
from aetheron_desktop.engine.estimators.base import Progress, Rows
from aetheron_desktop.engine.evaluation.verdict import rows_hash
from aetheron_desktop.engine.events import (
    Answered,
    Event,
    JobEnded,
    JobStarted,
    MetricLogged,
    ModelSaved,
    Progressed,
    RunStarted,
)
from aetheron_desktop.engine.jobs import asking, execution
from aetheron_desktop.engine.jobs.execution import Execution
from aetheron_desktop.engine.jobs.job import AskJob, ChangeJob, TrainJob
from aetheron_desktop.engine.jobs.process import settled
from aetheron_desktop.engine.jobs.run_life import RunLife
from aetheron_desktop.engine.registry.artifact import load_model
from aetheron_desktop.engine.registry.model import ModelInfo
from aetheron_desktop.engine.registry.repository import plain_files
from aetheron_desktop.engine.store.event_log import EventLog, read_log
from aetheron_desktop.engine.training.experiment import Experiment, plan
from aetheron_desktop.engine.versioning.changes import StartVariation
from aetheron_desktop.engine.workspace import Workspace
from tests.models import made_info, put_model
from tests.tables import FEATURES


def experiment(workspace: Workspace, dataset: Dataset, estimator: str = "dummy", **params: Any) -> Experiment:
    return plan(
        dataset.info,
        target="sold",
        features=FEATURES,
        estimators=[estimator],
        params={estimator: params},
        new_id=lambda: workspace.new_id("run"),
    )[-1]


def test_that_a_run_is_told_in_order_and_ends_once(workspace: Workspace, dataset: Dataset) -> None:
    job = TrainJob(experiment=experiment(workspace, dataset, "logistic"))
    told: list[Event] = []
    end = Execution(workspace, job, lambda event, line: told.append(event)).run(lambda: False)
    assert end.outcome == "succeeded", told
    assert [type(event) for event in told[:2]] == [JobStarted, RunStarted]
    assert [type(event) for event in told[-2:]] == [ModelSaved, JobEnded]
    assert sum(isinstance(event, JobEnded) for event in told) == 1
    assert end == told[-1]
    assert end.outcome == "succeeded"
    assert {event.part for event in told if isinstance(event, MetricLogged)} == {"train", "valid"}


def test_that_each_event_is_in_the_log_before_it_is_told(workspace: Workspace, dataset: Dataset) -> None:
    job = TrainJob(experiment=experiment(workspace, dataset))
    path = workspace.job_log(job.id)
    lagging = []

    def tell(event: Event, line: bytes) -> None:
        lagging.append(not path.read_bytes().endswith(line))

    Execution(workspace, job, tell).run(lambda: False)
    assert lagging
    assert not any(lagging)


def same(told: ModelInfo, known: ModelInfo) -> bool:
    """Whether a description tells what the index knows, but for what only a workspace knows."""
    own = ("version", "versions", "branch", "signer")
    return told == msgspec.structs.replace(known, **{name: getattr(told, name) for name in own})


def test_that_what_was_reported_as_saved_is_on_disk_and_in_the_index(workspace: Workspace, dataset: Dataset) -> None:
    job = TrainJob(experiment=experiment(workspace, dataset))
    there: list[bool] = []

    def tell(event: Event, line: bytes) -> None:
        if isinstance(event, ModelSaved):
            there.append(same(load_model(workspace.model_folder(event.model)).info, workspace.model(event.model)))

    Execution(workspace, job, tell).run(lambda: False)
    assert there == [True]
    run = workspace.run(job.id)
    assert (run.outcome, run.metrics) == ("succeeded", workspace.model(run.model or "").metrics)
    predicted = pd.read_parquet(workspace.run_folder(job.id) / "predictions.parquet")
    assert len(predicted) == 40
    assert run.test_rows == rows_hash(predicted["row"].to_numpy(), dataset.info.id)


def test_that_a_stop_keeps_the_best_so_far_and_evaluates_it(workspace: Workspace, dataset: Dataset) -> None:
    many = {"max_iter": 10_000, "patience": 1000, "learning_rate": 0.001}
    job = TrainJob(experiment=experiment(workspace, dataset, "boosting", **many))
    stop = threading.Event()

    def tell(event: Event, line: bytes) -> None:
        if isinstance(event, MetricLogged) and event.part == "valid":
            stop.set()

    end = Execution(workspace, job, tell).run(stop.is_set)
    assert end.outcome == "stopped"
    model = workspace.model(end.result or "")
    assert model.status == "stopped"
    assert model.metrics["roc_auc"] is not None


class _Deaf(linear.Dummy):
    """Keeps a model, and then sits where no wish to stop is heard."""

    leave = threading.Event()

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        super().fit(train, valid, progress)
        self.leave.wait(60)
        progress.say("too late")


def test_that_a_fit_that_does_not_come_back_is_left_behind_with_its_best(
    workspace: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linear, "Dummy", _Deaf)
    monkeypatch.setattr(execution, "GRACE_S", 0.05)
    job = TrainJob(experiment=experiment(workspace, dataset))
    stop = threading.Event()
    told: list[Event] = []

    def tell(event: Event, line: bytes) -> None:
        told.append(event)
        if isinstance(event, MetricLogged):
            stop.set()

    run = Execution(workspace, job, tell)
    end = run.run(stop.is_set)
    assert (end.outcome, run.abandoned) == ("stopped", True)
    assert workspace.model(end.result or "").status == "stopped"
    fits = [thread for thread in threading.enumerate() if thread.name == job.id]
    _Deaf.leave.set()
    for thread in fits:
        thread.join()
    assert told[-1] == end, "nothing may be told after the end"


def test_that_quick_progress_is_told_now_and_then_and_each_stage_with_its_end(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Event] = []
    job = ChangeJob(id="change-1", change=StartVariation(model="model-1", name="try", at="current"))
    run = Execution(workspace, job, lambda event, line: None)
    monkeypatch.setattr(run, "emit", told.append)
    now = 100.0
    monkeypatch.setattr(execution, "time", SimpleNamespace(monotonic=lambda: now))

    for step in range(1, 1_001):
        now += 0.000_5
        run.progress("Look", step, 1_000)
    run.progress("Compare", 0, None)

    assert [event.stage for event in told if isinstance(event, Progressed)][-2:] == ["Look", "Compare"]
    steps = [event.done for event in told if isinstance(event, Progressed) and event.stage == "Look"]
    assert (steps[0], steps[-1], len(steps)) == (1, 1_000, 11)


def test_that_a_change_that_was_asked_to_stop_is_given_time_to_come_to_its_end(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "GRACE_S", 0.01)
    put_model(workspace, made_info())
    job = ChangeJob(id="change-1", change=StartVariation(model="model-1", name="try", at="current"))
    stop = threading.Event()
    with contextlib.ExitStack() as held:
        held.enter_context(plain_files.changing(workspace.shelf.folder("model-1")))
        release = threading.Timer(0.4, held.pop_all().close)
        release.start()
        run = Execution(workspace, job, lambda event, line: stop.set())
        end = run.run(stop.is_set)
    release.join()
    assert (end.outcome, run.abandoned) == ("succeeded", False)
    assert "try" in workspace.shelf.labels("model-1").branches


def test_that_a_change_that_does_not_come_to_its_end_says_what_is_so(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "CHANGE_GRACE_S", 0.05)
    put_model(workspace, made_info())
    job = ChangeJob(id="change-1", change=StartVariation(model="model-1", name="try", at="current"))
    stop = threading.Event()
    with plain_files.changing(workspace.shelf.folder("model-1")):
        run = Execution(workspace, job, lambda event, line: stop.set())
        end = run.run(stop.is_set)
        left = [thread for thread in threading.enumerate() if thread.name == job.id]
    for thread in left:
        thread.join()
    assert (end.outcome, run.abandoned) == ("stopped", True)
    assert end.detail == "It was stopped; what was whole until then is kept."


def test_that_a_run_stopped_before_it_started_says_so(workspace: Workspace, dataset: Dataset) -> None:
    job = TrainJob(experiment=experiment(workspace, dataset, "network"))
    end = Execution(workspace, job, lambda event, line: None).run(lambda: True)
    assert (end.outcome, end.result) == ("stopped", None)
    assert workspace.models() == []


@pytest.mark.parametrize(
    ("error", "title"),
    [(MemoryError(), "The memory is not enough"), (RuntimeError("odd"), "An error in the program")],
)
def test_that_an_unexpected_failure_ends_the_run_in_words(
    workspace: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, error: Exception, title: str
) -> None:
    def fail(self: object, *rows: object) -> None:
        raise error

    monkeypatch.setattr(linear.Dummy, "fit", fail)
    job = TrainJob(experiment=experiment(workspace, dataset))
    end = Execution(workspace, job, lambda event, line: None).run(lambda: False)
    assert (end.outcome, end.title) == ("failed", title)
    assert end.hint
    assert workspace.run(job.id).outcome == "failed"


def test_that_a_disk_that_fills_during_training_ends_the_run_in_words(
    workspace: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = EventLog.append

    def full(self: EventLog, event: Event) -> bytes:
        if isinstance(event, MetricLogged | JobEnded):
            raise StorageError("The disk is full: events.jsonl.", hint="Free some space and try again.")
        return append(self, event)

    monkeypatch.setattr(EventLog, "append", full)
    job = TrainJob(experiment=experiment(workspace, dataset))
    told: list[Event] = []
    end = Execution(workspace, job, lambda event, line: told.append(event)).run(lambda: False)
    assert (end.outcome, end.title) == ("failed", "The disk refused")
    assert told[-1] == end
    assert workspace.models() == []


def test_that_an_index_that_refuses_the_end_hears_of_it_from_the_log(
    workspace: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: RunLife, end: JobEnded) -> None:
        raise StorageError("The index is locked.", hint="Try again.")

    monkeypatch.setattr(RunLife, "end", refuse)
    job = TrainJob(experiment=experiment(workspace, dataset))
    told: list[Event] = []
    end = Execution(workspace, job, lambda event, line: told.append(event)).run(lambda: False)
    assert (end.outcome, end) == ("succeeded", told[-1])
    assert workspace.history(job.id)[-1] == end, "what is told is what the log has"
    assert workspace.run(job.id).outcome is None
    run = settled(workspace, workspace.run(job.id))
    assert (run.outcome, run.model) == ("succeeded", end.result)


def test_that_the_index_is_made_anew_from_the_folders(workspace: Workspace, dataset: Dataset) -> None:
    job = TrainJob(experiment=experiment(workspace, dataset))
    Execution(workspace, job, lambda event, line: None).run(lambda: False)
    (dataset.folder / "dataset.json").write_bytes(msgspec.json.encode(dataset.info))
    known = (workspace.datasets(), workspace.models(), [(run.id, run.outcome) for run in workspace.runs()])
    workspace.close()
    for file in workspace.root.glob("workspace.db*"):
        file.unlink()
    again = Workspace.open(workspace.root)
    assert (again.datasets(), again.models(), [(run.id, run.outcome) for run in again.runs()]) == known
    again.close()


def test_that_a_copied_workspace_opens_elsewhere(workspace: Workspace, dataset: Dataset, tmp_path: Path) -> None:
    import shutil

    job = TrainJob(experiment=experiment(workspace, dataset))
    end = Execution(workspace, job, lambda event, line: None).run(lambda: False)
    shutil.copytree(workspace.root, tmp_path / "elsewhere")
    for file in (tmp_path / "elsewhere").rglob("*.json*"):
        assert str(workspace.root) not in file.read_text()
    copy = Workspace.open(tmp_path / "elsewhere")
    assert same(load_model(copy.model_folder(end.result or "")).info, workspace.model(end.result or ""))
    assert read_log(copy.job_log(job.id)) == read_log(workspace.job_log(job.id))
    copy.close()


def test_that_a_look_at_a_file_tells_its_columns_and_keeps_nothing(workspace: Workspace, tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_text("a,b\n1,x\n2,y\n")
    told: list[Event] = []
    job = AskJob(id="ask-1", question=PreviewQuestion(source=str(source), recipe=Recipe(delimiter=",")))
    end = Execution(workspace, job, lambda event, line: told.append(event)).run(lambda: False)
    assert (end.outcome, end.result) == ("succeeded", None)
    found = [event.answer for event in told if isinstance(event, Answered)]
    look = asking.told(found[0])
    assert isinstance(look, Preview)
    assert [(column.name, column.type) for column in look.columns] == [("a", "integer"), ("b", "category")]
    assert look.rows == (("1", "x"), ("2", "y"))
    assert not workspace.datasets()
    assert not list((workspace.root / "tmp").iterdir())
