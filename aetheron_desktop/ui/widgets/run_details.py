"""One run in detail: where it stands, members of an ensemble, curves, what columns count, its end, and its log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QTabWidget, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.columns_view import ColumnsView
from aetheron_desktop.ui.widgets.curves.curves import Curves
from aetheron_desktop.ui.widgets.members.members_view import MembersView
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.run_card import RunHeader, RunResult
from aetheron_desktop.ui.widgets.run_log import RunLog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.events import MessageLogged
    from aetheron_desktop.engine.jobs.progress import RunState
    from aetheron_desktop.ui.item_models.leaderboard import LeaderboardRow


class RunDetails(QFrame):
    """The header above, the rest as tabs; those that a run has nothing for are hidden."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, role="panel")
        self._run = ""
        self.header = RunHeader(self)
        self.members = MembersView(self)
        self.curves = Curves(self)
        self.columns = ColumnsView(self)
        self.result = RunResult(self)
        self.log = RunLog(self)
        self.tabs = named(QTabWidget(self, documentMode=True), "run_details", "Details of the run")
        shown: tuple[tuple[QWidget, str], ...] = (
            (self.members, "Members"),
            (self.curves, "Curves"),
            (self.columns, "Columns"),
            (self.result, "Result"),
            (self.log, "Log"),
        )
        for widget, title in shown:
            self.tabs.addTab(widget, title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.tabs, 1)

    def show_nothing(self) -> None:
        """Show no run; the curves may have some."""
        self._run = ""
        self.header.hide()
        for widget in (self.members, self.columns, self.result, self.log):
            self._allow(widget, allowed=False)

    def show_run(self, run: RunState, row: LeaderboardRow, log: Sequence[MessageLogged]) -> None:
        """Show a run; the members of an ensemble first of all, unless a person looks at something else."""
        is_fresh, self._run = run.id != self._run, run.id
        self._allow(self.members, allowed=row.is_ensemble)
        self._allow(self.columns, allowed=True)
        self._allow(self.result, allowed=True)
        self._allow(self.log, allowed=True)
        if row.is_ensemble:
            if is_fresh and self.tabs.currentWidget() is self.curves:
                self.tabs.setCurrentWidget(self.members)
            self.members.show_run(run)
        self.columns.show_run(run, is_ensemble=row.is_ensemble)
        self.header.show()
        self.header.show_row(row)
        self.result.show_run(run)
        self.log.show_lines(run.id, list(log))

    def bring_live(self) -> None:
        """Bring what changes while a run learns to the front: its curves, of an ensemble its members."""
        self._run = ""
        self.tabs.setCurrentWidget(self.curves)

    def bring_members(self) -> None:
        """Bring the members to the front, and give them the keyboard."""
        self.tabs.setCurrentWidget(self.members)
        self.members.setFocus()

    def _allow(self, widget: QWidget, *, allowed: bool) -> None:
        self.tabs.setTabVisible(self.tabs.indexOf(widget), allowed)
