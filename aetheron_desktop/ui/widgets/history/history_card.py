"""The history of the chosen model, with where the model is and what can be done with all of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget

from aetheron_desktop.engine.evaluation.metrics import main_metric
from aetheron_desktop.engine.registry.versions import MAIN
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.widgets.elided import ElidedLabel
from aetheron_desktop.ui.widgets.history.history_view import HistoryView
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

    from aetheron_desktop.engine.registry.model import ModelInfo
    from aetheron_desktop.engine.registry.versions import History
    from aetheron_desktop.ui.widgets.history.lanes import LaneRow

_LEAST_WITH_FILTER: Final = 400


class HistoryCard(QFrame):
    """``wished`` tells what is wanted of the whole model, and for switch and drop the variation."""

    wished = Signal(str, str)  # switch | drop | threshold | card | join | onnx | remotes | verify, variation

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "history_card", "Versions of the chosen model")
        theme.mark(self, role="card")
        self._history: History | None = None
        self._counts = "", ""
        self._title = QLabel("Versions", self)
        theme.mark(self._title, role="heading")
        self._count = named(ElidedLabel(self), "history_count")
        theme.mark(self._count, role="muted")
        self._branch = named(
            QPushButton(self), "history_branch", "The variation", "The variation that the model is at; go to another"
        )
        pictured(self._branch, "branch")
        theme.mark(self._branch, role="chip")
        self._branch.clicked.connect(self._show_branches)
        self._filter = named(QLineEdit(self), "history_filter", "Find a version")
        self._filter.setPlaceholderText("Find a version")
        self._filter.setClearButtonEnabled(True)
        self._filter.setMaximumWidth(220)
        theme.mark(self._filter, role="search")
        self._more = named(
            QPushButton(self), "history_more", "More to do with this model", "More to do with this model"
        )
        pictured(self._more, "more")
        theme.mark(self._more, role="ghost")
        self._more.clicked.connect(self._show_more)
        self.view = HistoryView(self)
        self._filter.textChanged.connect(self.view.set_filter)
        self._build()

    def show_history(
        self, info: ModelInfo | None, history: History | None, lanes: Sequence[LaneRow] | None = None
    ) -> None:
        """Show the versions of a model, laid out as ``lanes`` where that was done before; None while none is known."""
        self._history = history
        if info is None or history is None:
            self._counts = "", ""
            self._show_head()
            self._branch.hide()
            self._more.setEnabled(False)
            self.view.show_nothing()
            return
        count = len(history.versions)
        lines = len(history.labels.branches)
        self._counts = f"{count:,}", f"{count:,} in {lines:,} variations" if lines > 1 else f"{count:,}"
        self._count.setToolTip(self._counts[1])
        self._show_head()
        self._branch.setText(history.labels.branch)
        self._branch.show()
        self._more.setEnabled(True)
        self.view.show_history(history, main_metric(info.task), lanes)

    def show_trouble(self, detail: str, hint: str) -> None:
        """Say that the history cannot be read, and why."""
        self.view.show_nothing("The history cannot be read", f"{detail} {hint}".strip())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_head()

    def _show_head(self) -> None:
        """Say less where there is no room for more."""
        has_room = self.width() >= _LEAST_WITH_FILTER
        # A field in which no word can be read is none; words that stand in it stay where they can be cleared.
        self._filter.setVisible(has_room or bool(self._filter.text()))
        self._count.setText(self._counts[has_room])

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.GAP)
        head.addWidget(self._title)
        head.addWidget(self._count, 1, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self._branch)
        head.addWidget(self._filter, 1)
        head.addWidget(self._more)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.WIDE, theme.GAP + 2, theme.WIDE, theme.WIDE)
        layout.setSpacing(theme.GAP)
        layout.addLayout(head)
        layout.addWidget(self.view, 1)

    def _show_branches(self) -> None:
        if self._history is None:
            return
        labels = self._history.labels
        menu = self._menu()
        for name in labels.branches:
            action = menu.addAction(name, partial(self.wished.emit, "switch", name))
            action.setCheckable(True)
            action.setChecked(name == labels.branch)
        dropped = [name for name in labels.branches if name not in {labels.branch, MAIN}]
        if dropped:
            below = menu.addMenu(icon("bin"), "Put to the bin")
            for name in dropped:
                below.addAction(name, partial(self.wished.emit, "drop", name))
        menu.popup(self._branch.mapToGlobal(self._branch.rect().bottomLeft()))

    def _show_more(self) -> None:
        menu = self._menu()
        for wish, words, picture in (
            ("threshold", "Set the threshold…", "curve"),
            ("card", "Edit the card…", "text"),
            ("onnx", "Export as ONNX…", "export"),
            ("join", "Make it a version of another model…", "models"),
            ("remotes", "Push and pull…", "upload"),
            ("verify", "Verify", "check"),
        ):
            menu.addAction(icon(picture), words, partial(self.wished.emit, wish, ""))
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu
