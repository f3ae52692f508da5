"""How a fit of a member speaks: it is judged, and ended when its own time is used up or when all is to end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from aetheron_desktop.engine.estimators.base import FitEnded
from aetheron_desktop.engine.estimators.limits import LEVEL
from aetheron_desktop.engine.training.auto_record import Cut
from aetheron_desktop.engine.training.judge import Judge
from aetheron_desktop.engine.training.lives import Mark, mark_in, put_mark

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from pathlib import Path

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.estimators.base import Judged
    from aetheron_desktop.engine.training.checkpoints import Checkpoints


class TimeIsUp(FitEnded):
    """The fit is to end with the best so far; the others go on."""


class FoldProgress:
    """Hears one of many fits: it is ended when ``budget_s`` seconds are over, or when one of ``ends`` is set.

    With ``cut_at`` it is ended where another one was.
    """

    def __init__(
        self,
        task: Task,
        checkpoints: Checkpoints,
        budget_s: float | None,
        ends: tuple[threading.Event, ...],
        *,
        cut_at: Cut | None = None,
        level: float = LEVEL,
    ) -> None:
        self._loss_of = Judge(task, level).loss
        self._checkpoints = checkpoints
        self._began = time.monotonic()
        self._until = None if budget_s is None else self._began + budget_s
        self._ends = ends
        self._cut_at = cut_at
        mark = mark_in(checkpoints.newest())
        self._done = mark.step if mark else 0
        self.cut: Cut | None = None
        """Where the fit was ended; None while it goes on, or when it ended by itself."""

    def step(self, number: int, total: int | None, train: Judged | None, valid: Judged | None) -> float:
        """Give the validation loss."""
        del total, train
        loss = float("nan") if valid is None else self._loss_of(valid)
        self._told(number)
        return loss

    def tick(self, number: int, total: int | None) -> None:
        """Look whether to go on."""
        del total
        self._told(number)

    def batch(self, number: int, total: int | None, loss: float) -> None:
        """Look whether to go on."""
        del number, total, loss
        self._look(is_after=True)

    def work(self, done: float, total: float) -> None:
        """Pass over."""
        del done, total

    def stage(self, name: str) -> None:
        """Pass over."""
        del name

    def say(self, text: str) -> None:
        """Pass over: what each of many fits decides would be too much."""
        del text

    def checkpoint(self, write: Callable[[Path], None]) -> None:
        """Write a checkpoint of this fit, every few seconds."""

        def write_all(folder: Path) -> None:
            write(folder)
            put_mark(folder, Mark(step=self._done, seconds=time.monotonic() - self._began))

        self._checkpoints.offer(write_all)

    def restored(self) -> Path | None:
        """Give the last checkpoint of this fit."""
        return self._checkpoints.newest()

    def _told(self, number: int) -> None:
        # Some tell a step once more while they are at the next one.
        is_after = number == self._done
        self._done = number
        self._look(is_after=is_after)

    def _look(self, *, is_after: bool) -> None:
        here = Cut(step=self._done, is_after=is_after)
        if any(end.is_set() for end in self._ends):
            self.cut = here
            raise FitEnded
        if self._is_over(here):
            self.cut = here
            raise TimeIsUp

    def _is_over(self, here: Cut) -> bool:
        """Whether the time is up, or another fit was ended here; how often one speaks after a step, time decides."""
        at = self._cut_at
        if at is not None:
            return here.step > at.step or (here.step == at.step and here.is_after >= at.is_after)
        return self._until is not None and time.monotonic() > self._until
