"""Python's search for garbage, in the window's thread alone.

Left to itself it runs in whichever thread allocates: a thread that reads a file would then delete widgets and timers
that belong to the window's thread, beside it. Qt is free to crash or to hang then. So the automatic search is off while
the window is open, and made here when it is due, by the same thresholds.
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

_EVERY_MS: Final = 1_000


class Collector(QObject):
    """Looks for garbage once a second, as far as it is due."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(collect_due)

    def start(self) -> None:
        """Take the search over; what is there now stays, and is not looked at again."""
        gc.disable()
        gc.freeze()
        self._timer.start()


def collect_due() -> None:
    """Look for garbage in the oldest generation that is due, if any; call it in the window's thread."""
    due = [
        generation
        for generation, (count, threshold) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True))
        if count > threshold
    ]
    if due:
        gc.collect(due[-1])
