"""What a fit tells of its time, by a clock that the test turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aetheron_desktop.engine.events import Progressed
from aetheron_desktop.engine.training import fit_progress
from aetheron_desktop.engine.training.checkpoints import Checkpoints
from aetheron_desktop.engine.training.clock import Clock
from aetheron_desktop.engine.training.experiment import Experiment
from aetheron_desktop.engine.training.fit_progress import FitProgress

if TYPE_CHECKING:
    from aetheron_desktop.engine.events import Event


class Turned(Clock):
    """A clock that stands still until it is turned; it is that of the module ``time``, too."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def seconds(self) -> float:
        return self.now

    monotonic = process_time = seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Turned:
    made = Turned()
    monkeypatch.setattr(fit_progress, "time", made)
    return made


def progress_of(clock: Turned, told: list[Event]) -> FitProgress:
    plan = Experiment(
        run="run-1", name="", dataset="", target="y", task="binary", features=("x",), estimator="svm", params={}
    )
    return FitProgress(plan, told.append, lambda: False, clock=clock, checkpoints=Checkpoints(None, 0.0))


def said(told: list[Event]) -> tuple[float, float | None, float | None]:
    last = told[-1]
    assert isinstance(last, Progressed)
    return last.done, last.total, last.eta_s


def test_that_steps_that_are_alike_tell_the_time_that_is_left(clock: Turned) -> None:
    told: list[Event] = []
    progress = progress_of(clock, told)
    for number in range(1, 5):
        clock.now += 2.0
        progress.tick(number, 20)
    assert said(told) == (4, 20, pytest.approx(32.0))


def test_that_work_tells_it_where_steps_are_unlike(clock: Turned) -> None:
    told: list[Event] = []
    progress = progress_of(clock, told)
    done = 0.0
    progress.work(0.0, 85.0)
    progress.tick(0, 4)
    for number, work in enumerate((1.0, 4.0, 16.0), 1):
        clock.now += 3.0 * work
        done += work
        progress.work(done, 85.0)
        progress.tick(number, 4)
        assert said(told) == (done, 85.0, pytest.approx(3.0 * (85.0 - done)))
    assert progress.done == 3, "a run still counts its steps"


def test_that_more_work_than_was_known_is_taken_in(clock: Turned) -> None:
    told: list[Event] = []
    progress = progress_of(clock, told)
    for done, total in ((1.0, 10.0), (2.0, 40.0)):
        clock.now += 1.0
        progress.work(done, total)
        progress.tick(0, 2)
    assert said(told) == (2.0, 40.0, pytest.approx(38.0))
