"""How a fit of a member speaks: it is judged, and ended when its own time is used up or when all is to end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from aetheron_desktop.engine.estimators.base import FitEnded
from aetheron_desktop.engine.training.judge import Judge

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
    """Hears one of many fits: it is ended when ``budget_s`` seconds are over, or when one of ``ends`` is set."""

    def __init__(
        self, task: Task, checkpoints: Checkpoints, budget_s: float | None, ends: tuple[threading.Event, ...]
    ) -> None:
        self._loss_of = Judge(task).loss
        self._checkpoints = checkpoints
        self._until = None if budget_s is None else time.monotonic() + budget_s
        self._ends = ends

    def step(self, number: int, total: int | None, train: Judged | None, valid: Judged | None) -> float:
        """Give the validation loss."""
        del number, total, train
        loss = float("nan") if valid is None else self._loss_of(valid)
        self._look()
        return loss

    def tick(self, number: int, total: int | None) -> None:
        """Look whether to go on."""
        del number, total
        self._look()

    def batch(self, number: int, total: int | None, loss: float) -> None:
        """Look whether to go on."""
        del number, total, loss
        self._look()

    def stage(self, name: str) -> None:
        """Pass over."""
        del name

    def say(self, text: str) -> None:
        """Pass over: what each of many fits decides would be too much."""
        del text

    def checkpoint(self, write: Callable[[Path], None]) -> None:
        """Write a checkpoint of this fit, every few seconds."""
        self._checkpoints.offer(write)

    def restored(self) -> Path | None:
        """Give the last checkpoint of this fit."""
        return self._checkpoints.newest()

    def _look(self) -> None:
        if any(end.is_set() for end in self._ends):
            raise FitEnded
        if self._until is not None and time.monotonic() > self._until:
            raise TimeIsUp
