"""The session with real workers: the queue, the five ends, pause, and what is left when it shuts down."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from pytestqt.qtbot import QtBot

from aetheron_desktop.engine.datasets.dataset import Dataset
from aetheron_desktop.engine.datasets.reading.preview import Preview, PreviewQuestion
from aetheron_desktop.engine.errors import TrainingError
from aetheron_desktop.engine.events import JobEnded, MetricLogged, Paused
from aetheron_desktop.engine.jobs import pausing, process
from aetheron_desktop.engine.jobs.job import TrainJob
from aetheron_desktop.engine.jobs.run_queue import keep_queue, kept_queue
from aetheron_desktop.engine.workspace import RunRecord, Workspace
from aetheron_desktop.ui import session as session_module
from aetheron_desktop.ui.jobs import Jobs
from aetheron_desktop.ui.session import Session
from tests.tables import made_dataset

if TYPE_CHECKING:
    from aetheron_desktop.ui.messages import Notice

LONG = {"boosting": {"max_iter": 10_000, "patience": 1000, "learning_rate": 0.001}}
"""Many steps, and no library that takes seconds to load."""
LIMIT_MS = 30_000


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    workspace = Workspace.open(tmp_path / "workspace")
    yield workspace
    workspace.close()


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    made = made_dataset(workspace.dataset_folder("0123456789abcdef"))
    workspace.add_dataset(made.info)
    return made


@pytest.fixture
def make_session(workspace: Workspace, qtbot: QtBot) -> Iterator[Callable[[], Session]]:
    made: list[Session] = []

    def make() -> Session:
        session = Session(workspace)
        session.notices: list[Notice] = []  # type: ignore[attr-defined,misc]
        session.noticed.connect(session.notices.append)  # type: ignore[attr-defined]
        session.start()
        made.append(session)
        return session

    yield make
    for session in made:
        shut_down(qtbot, session, "cancel")


@pytest.fixture
def session(make_session: Callable[[], Session], dataset: Dataset) -> Session:
    session = make_session()
    session.open_dataset(dataset.info.id)
    return session


def shut_down(qtbot: QtBot, session: Session, mode: str) -> None:
    if not session.is_shut_down():
        with qtbot.waitSignal(session.finished, timeout=LIMIT_MS):
            session.shut_down(mode)  # type: ignore[arg-type]


def wait_for_status(qtbot: QtBot, session: Session, run: str, *statuses: str) -> None:
    def reached() -> bool:
        return session.runs[run].status in statuses

    qtbot.waitUntil(reached, timeout=LIMIT_MS)


def wait_for_curve(qtbot: QtBot, session: Session, run: str) -> None:
    def has_curve(job: str, events: list[object]) -> bool:
        assert not any(isinstance(event, JobEnded) for event in events if job == run), session.runs[run].detail
        return job == run and any(isinstance(event, MetricLogged) and event.part == "valid" for event in events)

    with qtbot.waitSignal(session.run_events, timeout=LIMIT_MS, check_params_cb=has_curve):
        pass


def pid_of(session: Session, run: str) -> int:
    record = session.workspace.run(run)
    return record.pid


def test_that_train_with_nothing_chosen_gives_a_leaderboard_with_a_baseline(qtbot: QtBot, session: Session) -> None:
    runs = session.train()
    for run in runs:
        wait_for_status(qtbot, session, run, "succeeded")
    states = [session.runs[run] for run in runs]
    assert [state.estimator for state in states] == ["dummy", "logistic", "forest", "boosting", "network"]
    assert all(state.score is not None and state.model for state in states)
    qtbot.waitUntil(lambda: any(n.title == "Training finished" for n in session.notices))  # type: ignore[attr-defined]
    assert len(session.workspace.models()) == 5


def test_that_a_worker_loads_the_learning_libraries_once_a_table_is_open(
    qtbot: QtBot, make_session: Callable[[], Session], dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Jobs] = []
    monkeypatch.setattr(Jobs, "warm_up", lambda jobs: asked.append(jobs))  # noqa: PLW0108  # it becomes a method
    session = make_session()
    session.open_dataset(dataset.info.id)
    assert not asked, "the table is shown first"
    qtbot.waitUntil(lambda: bool(asked), timeout=LIMIT_MS)


def test_that_a_running_run_is_stopped_with_its_best(qtbot: QtBot, session: Session) -> None:
    run = session.train(["boosting"], LONG)[-1]
    wait_for_curve(qtbot, session, run)
    session.stop(run)
    wait_for_status(qtbot, session, run, "stopped")
    assert session.runs[run].model == session.workspace.models()[0].id


def test_that_a_waiting_run_is_stopped_before_it_started(qtbot: QtBot, session: Session) -> None:
    session.parallel_limit = 1
    runs = session.train(["boosting", "forest"], LONG)
    assert session.runs[runs[-1]].status == "queued"
    assert [session.runs[run].place for run in runs] == [None, 1, 2]
    session.move(runs[-1], 1)
    assert [session.runs[run].place for run in runs] == [None, 2, 1]
    session.stop(runs[-1])
    assert [session.runs[run].place for run in runs] == [None, 1, None]
    assert session.runs[runs[-1]].status == "stopped"
    assert "before it started" in session.runs[runs[-1]].detail


def test_that_a_starting_run_is_stopped_before_its_worker_has_begun(qtbot: QtBot, session: Session) -> None:
    run = session.train(["dummy"])[0]
    session.stop(run)
    wait_for_status(qtbot, session, run, "stopped")
    assert session.runs[run].model is None


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")
def test_that_a_killed_worker_is_a_crash_in_words_and_the_queue_goes_on(qtbot: QtBot, session: Session) -> None:
    session.parallel_limit = 1
    first, second = session.train(["dummy", "boosting"], LONG)
    wait_for_curve(qtbot, session, second)
    with qtbot.waitSignal(session.run_changed, timeout=1000):
        os.kill(pid_of(session, second), signal.SIGKILL)
    wait_for_status(qtbot, session, second, "crashed")
    assert "SIGKILL" in session.runs[second].detail
    assert session.runs[first].status == "succeeded"
    assert [n.action for n in session.notices if n.target == second] == ["resume-run"]  # type: ignore[attr-defined]
    third = session.train(["dummy"])[0]
    wait_for_status(qtbot, session, third, "succeeded")


def test_that_a_run_that_was_cut_short_before_the_start_is_offered_to_be_resumed(
    session: Session, make_session: Callable[[], Session], qtbot: QtBot
) -> None:
    run = RunRecord(
        id="run-1",
        name="Forest",
        estimator="forest",
        dataset="",
        target="",
        task="binary",
        started=1.0,
        pid=1,
        born=0.0,
    )
    session.workspace.put_run(run)
    shut_down(qtbot, session, "stop")
    again = make_session()
    assert again.runs["run-1"].can_resume
    (notice,) = (n for n in again.notices if n.target == "run-1")  # type: ignore[attr-defined]
    assert (notice.action, notice.title) == ("resume-run", "Forest: The run crashed")
    again.resume("run-1")
    assert any("before it had begun" in n.detail for n in again.notices)  # type: ignore[attr-defined]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")
def test_that_a_run_whose_worker_was_killed_is_resumed_in_its_turn(qtbot: QtBot, session: Session) -> None:
    session.parallel_limit = 1
    run = session.train(["boosting"], LONG)[-1]
    wait_for_curve(qtbot, session, run)
    others: list[str] = []

    def begin_another_and_resume(changed: str) -> None:
        # At once, while the thread that listened to the worker is still there.
        if changed == run and session.runs[run].status == "crashed" and not others:
            others.append("")
            others[0] = session.train(["boosting"], LONG)[-1]
            session.resume(run)

    session.run_changed.connect(begin_another_and_resume)
    os.kill(pid_of(session, run), signal.SIGKILL)
    wait_for_status(qtbot, session, run, "queued")
    session.run_changed.disconnect(begin_another_and_resume)
    (other,) = others
    session.stop(run)
    assert session.runs[run].status == "crashed", "it is as it was, and can be resumed still"
    session.stop_all()
    wait_for_status(qtbot, session, other, "stopped")
    session.resume(run)
    wait_for_curve(qtbot, session, run)
    session.stop(run)
    wait_for_status(qtbot, session, run, "stopped")
    assert session.workspace.run(run).lives == 2
    assert session.runs[run].model


def test_that_what_cannot_fit_is_refused_before_it_starts(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    told = dict(session.forecasts(["forest"]))
    assert told["Random forest"] is not None
    assert told["Random forest"].seconds > 0
    monkeypatch.setattr(session_module, "free_memory", lambda: 1000)
    with pytest.raises(TrainingError, match="Baseline needs about 300 MB"):
        session.train(["forest"])
    assert not session.runs
    assert not session.is_busy()


def test_that_a_failure_is_told_in_words(qtbot: QtBot, session: Session) -> None:
    session.workspace.dataset_folder("0123456789abcdef").joinpath("data.parquet").unlink()
    run = session.train(["dummy"])[0]
    wait_for_status(qtbot, session, run, "failed")
    assert "cannot be read" in session.runs[run].detail
    qtbot.waitUntil(lambda: any(n.level == "error" and n.hint for n in session.notices))  # type: ignore[attr-defined]


def test_that_a_paused_run_rests_and_goes_on(qtbot: QtBot, session: Session) -> None:
    run = session.train(["boosting"], LONG)[-1]
    wait_for_curve(qtbot, session, run)
    session.pause(run)
    assert session.runs[run].status == "paused"
    worker = psutil.Process(pid_of(session, run))
    qtbot.waitUntil(lambda: worker.status() == psutil.STATUS_STOPPED)
    session.resume(run)
    wait_for_curve(qtbot, session, run)
    record = session.workspace.run(run)
    assert pausing.pause(session.workspace, run, record.pid, record.born)
    wait_for_status(qtbot, session, run, "paused")
    assert pausing.go_on(session.workspace, run, record.pid, record.born)
    wait_for_status(qtbot, session, run, "running")
    session.pause(run)
    session.stop(run)
    wait_for_status(qtbot, session, run, "stopped")
    assert len([event for event in session.history(run) if isinstance(event, Paused)]) == 3


def test_that_only_as_many_runs_go_as_the_limit_allows(qtbot: QtBot, session: Session) -> None:
    session.parallel_limit = 2
    runs = session.train(["dummy", "logistic", "forest", "boosting"], LONG)
    going = [run for run in runs if session.runs[run].is_going]
    assert len(going) == 2
    session.stop_all()
    for run in runs:
        wait_for_status(qtbot, session, run, "stopped", "succeeded")


# Here the process lives on, as a window's would not, and Python notices that the worker outlives the record of it.
@pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")
def test_that_a_run_goes_on_without_the_window_and_is_found_by_the_next(
    qtbot: QtBot, session: Session, make_session: Callable[[], Session]
) -> None:
    run = session.train(["boosting"], LONG)[-1]
    wait_for_curve(qtbot, session, run)
    record = session.workspace.run(run)
    shut_down(qtbot, session, "keep")
    assert process.is_running(record.pid, record.born)
    again = make_session()
    assert again.runs[run].status == "running"
    wait_for_curve(qtbot, again, run)
    again.stop(run)
    wait_for_status(qtbot, again, run, "stopped")
    assert again.runs[run].model
    qtbot.waitUntil(lambda: not process.is_running(record.pid, record.born), timeout=LIMIT_MS)


@pytest.mark.parametrize("is_killed", [True, False])
def test_that_what_waits_when_a_window_goes_is_offered_by_the_next(
    qtbot: QtBot,
    session: Session,
    make_session: Callable[[], Session],
    monkeypatch: pytest.MonkeyPatch,
    is_killed: bool,
) -> None:
    given: list[tuple[Jobs, str]] = []  # to workers that never begin
    monkeypatch.setattr(Jobs, "start", lambda self, job, work: given.append((self, job.id)))
    monkeypatch.setattr(Jobs, "of", lambda self, work: [job for jobs, job in given if jobs is self])
    session.parallel_limit = 1
    first, second, third = session.train(["network", "naive_bayes"])
    session.move(third, 1)
    assert [job for _, job in given] == [first]
    if not is_killed:
        shut_down(qtbot, session, "keep")
    later = make_session()
    # The first had been given to a worker that had not begun with it.
    assert [later.runs[run].status for run in (first, third, second)] == ["postponed"] * 3
    offer = next(n for n in later.notices if n.action == "resume-queue")  # type: ignore[attr-defined]
    assert offer.title == "3 runs were still waiting"
    assert "Baseline, Naive Bayes, Neural network" in offer.detail
    later.parallel_limit = 1
    later.resume_postponed()
    assert [job for _, job in given] == [first, first]
    assert [later.runs[run].place for run in (first, third, second)] == [None, 1, 2]
    assert [job.id for job in kept_queue(later.workspace)] == [first, third, second]


def test_that_what_waited_can_be_dropped_and_is_not_offered_again(
    session: Session, make_session: Callable[[], Session], qtbot: QtBot
) -> None:
    keep_queue(session.workspace, [TrainJob(experiment=one) for one in session.plan(["dummy"])])
    later = make_session()
    (waiting,) = [run for run, state in later.runs.items() if state.status == "postponed"]
    shut_down(qtbot, later, "stop")
    again = make_session()
    assert again.runs[waiting].status == "postponed"
    again.stop(waiting)
    assert again.runs[waiting].status == "stopped"
    assert kept_queue(session.workspace) == []


@pytest.mark.parametrize(("mode", "models"), [("stop", 2), ("cancel", 1)])
def test_that_nothing_is_left_behind_when_it_shuts_down(qtbot: QtBot, session: Session, mode: str, models: int) -> None:
    run = session.train(["boosting"], LONG)[-1]
    wait_for_curve(qtbot, session, run)
    pid = pid_of(session, run)
    shut_down(qtbot, session, mode)
    qtbot.waitUntil(lambda: not psutil.pid_exists(pid), timeout=LIMIT_MS)
    assert len(session.workspace.models()) == models
    assert session.workspace.run(run).outcome == "stopped"


def test_that_the_machine_is_sampled(qtbot: QtBot, session: Session) -> None:
    session.monitor_interval_s = 0.05
    with qtbot.waitSignal(session.resources_sampled, timeout=LIMIT_MS) as blocker:
        pass
    sample = blocker.args[0]
    assert 0 < sample.app_memory < sample.machine_memory_total
    assert 0 <= sample.machine_cpu <= 100


def test_that_a_question_is_answered_in_parts_and_ends_once(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_text("a,b\n1,x\n2,y\n")
    answers: list[Preview] = []
    ends: list[JobEnded] = []
    session.ask(PreviewQuestion(source=str(source)), answers.append, ends.append)
    assert not session.is_busy(), "a question keeps nobody from closing the window"
    qtbot.waitUntil(lambda: bool(ends), timeout=LIMIT_MS)
    assert [[column.name for column in answer.columns] for answer in answers] == [["a", "b"]]
    assert [end.outcome for end in ends] == ["succeeded"]


def test_that_a_question_that_cannot_be_answered_ends_in_words(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    ends: list[JobEnded] = []
    session.ask(PreviewQuestion(source=str(tmp_path / "gone.csv")), lambda _: None, ends.append)
    qtbot.waitUntil(lambda: bool(ends), timeout=LIMIT_MS)
    assert ends[0].outcome == "failed"
    assert "gone.csv" in ends[0].detail


def test_that_nothing_is_heard_of_a_question_that_was_withdrawn(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_text("a\n1\n")
    heard: list[object] = []
    job = session.ask(PreviewQuestion(source=str(source)), heard.append, heard.append)
    session.withdraw(job)
    session.withdraw(job)
    last: list[JobEnded] = []
    session.ask(PreviewQuestion(source=str(source)), lambda _: None, last.append)
    qtbot.waitUntil(lambda: bool(last), timeout=LIMIT_MS)
    assert not heard


def test_that_deleted_runs_go_at_the_end_beside_the_windows_thread_and_before_it_is_told(
    qtbot: QtBot, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.lock()
    deleted = workspace.root / "bin" / "runs" / "run-1"
    cleared: list[tuple[bool, threading.Thread]] = []

    def clear(root: Path) -> int:
        cleared.append((session.is_shut_down(), threading.current_thread()))
        return delete(root)

    session = Session(workspace)
    delete = session_module.delete_removed
    monkeypatch.setattr(session_module, "delete_removed", clear)
    deleted.mkdir(parents=True)
    (deleted / "events.jsonl").write_text("{}", encoding="utf-8")
    still_there: list[bool] = []
    session.finished.connect(lambda: still_there.append(deleted.exists()))

    shut_down(qtbot, session, "keep")

    ((is_over, thread),) = cleared
    assert is_over
    assert thread is not threading.main_thread()
    assert still_there == [False]
