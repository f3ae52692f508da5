"""The left of the status bar: what goes on, how far it is, and how to end it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models import quantities
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.picture import Picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.jobs.progress import RunState
    from aetheron_desktop.ui.arrivals import ImportState

_STEPS = 1000
_GOING = ("running", "starting", "stopping", "paused")


class JobLine(QWidget):
    """Shows the import first, otherwise the runs; ``cancel_wanted`` is for the import alone."""

    cancel_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "job_line", "What goes on")
        self._icon = Picture("check", 15, "muted", self)
        self._words = named(QLabel(self), "job_words")
        self._bar = named(QProgressBar(self), "job_bar", "Progress")
        self._bar.setFixedWidth(120)
        self._bar.setTextVisible(False)
        self._cancel = named(QToolButton(self), "cancel_import", "Cancel the import", "Cancel the import")
        pictured(self._cancel, "close", "muted", 14)
        self._cancel.clicked.connect(self.cancel_wanted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 0, 0)
        layout.setSpacing(theme.GAP)
        for widget in (self._icon, self._words, self._bar, self._cancel):
            layout.addWidget(widget)
        self.show_state(None, ())

    def show_state(self, importing: ImportState | None, runs: Sequence[RunState]) -> None:
        """Say what goes on now."""
        # What works is named before what rests.
        going = [run for status in _GOING for run in runs if run.status == status]
        waiting = sum(run.status == "queued" for run in runs)
        self._cancel.setVisible(importing is not None)
        if importing is not None:
            self._show(_words(importing), "import", importing.done, importing.total, importing=True)
        elif going:
            first = going[0]
            more = f" and {len(going) - 1} more" if len(going) > 1 else ""
            queue = f", {waiting} waiting" if waiting else ""
            left = quantities.time_left(first.eta_s)
            state = {"paused": "Paused", "stopping": "Stopping"}.get(first.status, "Training")
            words = f"{state}: {first.name}{more}{queue}" + (f" · {left}" if left and state == "Training" else "")
            self._show(words, "pause" if state == "Paused" else "train", first.done, first.total)
        else:
            self._icon.show_icon("check", "muted")
            self._words.setText("Ready")
            self._bar.hide()

    def _show(self, words: str, icon: str, done: float, total: float | None, *, importing: bool = False) -> None:
        self._icon.show_icon(icon, "accent")
        self._words.setText(words)
        self._bar.setRange(0, _STEPS if total else 0)
        if total:
            self._bar.setValue(min(_STEPS, int(_STEPS * done / total)))
        self._bar.setVisible(importing or bool(total))


def _words(importing: ImportState) -> str:
    parts = [f"{importing.name}: {importing.stage}"]
    if importing.total and importing.unit == "bytes":
        parts.append(f"{quantities.size(int(importing.done))} of {quantities.size(int(importing.total))}")
    elif importing.total and importing.unit == "rows":
        parts.append(f"{importing.done:,.0f} of {importing.total:,.0f} rows")
    parts.append(quantities.time_left(importing.eta_s))
    return " · ".join(part for part in parts if part)
