"""Runs wait in an order that can be changed, and share the processor."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aetheron_desktop.engine.errors import StorageError
from aetheron_desktop.engine.jobs.job import TrainJob
from aetheron_desktop.engine.jobs.run_queue import QUEUE, RunQueue, keep_queue, kept_queue, share
from aetheron_desktop.engine.training.experiment import Experiment
from aetheron_desktop.engine.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path


def job(run: str) -> TrainJob:
    return TrainJob(
        experiment=Experiment(
            run=run, name=run, dataset="", target="", task="binary", features=(), estimator="dummy", params={}
        )
    )


def filled(*runs: str) -> RunQueue:
    queue = RunQueue()
    for run in runs:
        queue.add(job(run))
    return queue


def order(queue: RunQueue) -> list[str]:
    return [job.id for job in queue]


def test_that_runs_wait_in_the_order_in_which_they_came() -> None:
    queue = filled("a", "b", "c")
    assert [queue.place(run) for run in ("a", "b", "c", "d")] == [1, 2, 3, None]
    first = queue.take()
    assert first is not None
    assert (first.id, order(queue)) == ("a", ["b", "c"])
    assert queue.take("d") is None
    assert queue.take("c") is not None
    assert order(queue) == ["b"]


@given(st.permutations(list("abcde")), st.sampled_from("abcdef"), st.integers(-3, 9))
def test_that_a_moved_run_is_where_it_was_put_and_the_others_keep_their_order(
    runs: list[str], run: str, place: int
) -> None:
    queue = filled(*runs)
    assert queue.move(run, place) == (run in runs)
    if run in runs:
        assert queue.place(run) == min(max(place, 1), len(runs))
    assert [one for one in order(queue) if one != run] == [one for one in runs if one != run]


@given(st.integers(1, 256), st.integers(1, 64), st.booleans())
def test_that_no_core_has_two_threads(cores: int, limit: int, keeps_core: bool) -> None:
    shared = share(cores, limit, keeps_core=keeps_core)
    assert 1 <= shared.runs <= limit
    assert shared.threads >= 1
    assert shared.runs * shared.threads <= cores
    if keeps_core and cores > limit:
        assert shared.runs * shared.threads < cores, "one is the window's"


@given(st.lists(st.sampled_from("abcdefgh"), unique=True))
def test_that_what_waits_is_kept_for_the_next_window(tmp_path_factory: pytest.TempPathFactory, runs: list[str]) -> None:
    with closing(Workspace.open(tmp_path_factory.mktemp("workspace"))) as workspace:
        assert kept_queue(workspace) == []
        waiting = [job(run) for run in runs]
        keep_queue(workspace, waiting)
        assert kept_queue(workspace) == waiting
        keep_queue(workspace, [])
        assert not (workspace.root / QUEUE).exists()


def test_that_a_damaged_list_of_what_waits_is_set_aside_in_words(tmp_path: Path) -> None:
    with closing(Workspace.open(tmp_path)) as workspace:
        (tmp_path / QUEUE).write_text('[{"kind": "train"')
        with pytest.raises(StorageError, match="set aside"):
            kept_queue(workspace)
        assert kept_queue(workspace) == []
        assert (tmp_path / "queue.unreadable").exists()
