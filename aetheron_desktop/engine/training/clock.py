"""How long a run has worked: pauses are left out, and what it did before it was cut short counts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_GAP_S: Final = 0.25
"""Between two looks that are closer together nothing was paused that would count."""


class Clock:
    """Counts seconds of work from its making on, with ``earlier_s`` of an earlier life of the run.

    ``paused_s`` gives how long the process has been suspended since then; it is asked after a gap only.
    """

    def __init__(self, earlier_s: float = 0.0, paused_s: Callable[[], float] = lambda: 0.0) -> None:
        self._began = self._looked = time.monotonic()
        self._earlier_s = earlier_s
        self._paused_s = paused_s
        self._paused = 0.0

    def seconds(self) -> float:
        """Give the seconds of work of all lives of the run."""
        return self._earlier_s + self.of_this_life()

    def of_this_life(self) -> float:
        """Give the seconds of work since the clock was made."""
        now = time.monotonic()
        if now - self._looked >= _GAP_S:
            self._paused = self._paused_s()
        self._looked = now
        return max(0.0, now - self._began - self._paused)
