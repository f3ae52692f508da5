"""The members of the ensemble that a run makes, while it makes it and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.engine.evaluation.metrics import main_metric
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models import quantities
from aetheron_desktop.ui.item_models.leaderboard import ACTIVE
from aetheron_desktop.ui.item_models.members import (
    MODEL,
    RANK,
    ROW_ROLE,
    SCORE,
    TIME,
    WEIGHT,
    MembersModel,
    MembersOrder,
    judged_by,
)
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.members.growth_line import GrowthLine
from aetheron_desktop.ui.widgets.members.member_cells import MemberDelegate
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.tables import set_up_table

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from aetheron_desktop.engine.jobs.progress import RunState

_WIDTHS: Final = {RANK: 36, SCORE: 216, WEIGHT: 116, TIME: 76}
_ROOM: Final = 220
"""With less room for the titles the least needed columns are left out."""
_GROWTH: Final = 560
"""With less room in all the line of the growth is left out."""


class MembersView(QWidget):
    """What the ensemble is worth, how it grew, and its members, the best first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "members_view", "Members of the ensemble")
        self._shown: tuple[object, ...] = ()
        self._run = ""
        self.model = MembersModel(self)
        self._order = MembersOrder(self.model, self)
        self._build()
        self._order.rowsInserted.connect(self._on_inserted)

    def _build(self) -> None:
        self._whole, self._whole_words = self._figure("ensemble_score")
        self._test, self._test_words = self._figure("ensemble_test_score")
        self._facts = named(QLabel(self, wordWrap=True), "ensemble_facts")
        theme.mark(self._facts, role="muted")
        self._growth = GrowthLine(self)
        head = QHBoxLayout()
        head.setContentsMargins(theme.WIDE, theme.GAP, theme.WIDE, 0)
        head.setSpacing(theme.LOOSE)
        for number, words in ((self._whole, self._whole_words), (self._test, self._test_words)):
            figure = QVBoxLayout()
            figure.setSpacing(0)
            figure.addWidget(number)
            figure.addWidget(words)
            figure.addStretch()
            head.addLayout(figure)
        facts = QVBoxLayout()
        facts.addWidget(self._facts)
        facts.addStretch()
        head.addLayout(facts, 1)
        head.addWidget(self._growth, 2)
        self.table = self._make_table()
        self.setFocusProxy(self.table)
        there = QWidget(self)
        column = QVBoxLayout(there)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        self._empty = Empty("sparkles", self)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(there)

    def _figure(self, name: str) -> tuple[QLabel, QLabel]:
        number, words = named(QLabel(self), name), QLabel(self)
        theme.mark(number, role="number")
        theme.mark(words, role="caption")
        return number, words

    def _make_table(self) -> QTableView:
        table = named(QTableView(self), "member_table", "Members of the ensemble, best first")
        table.setModel(self._order)
        table.setItemDelegate(MemberDelegate(table, self.model))
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setSortingEnabled(True)
        table.sortByColumn(SCORE, Qt.SortOrder.AscendingOrder)
        set_up_table(table, _WIDTHS, stretched=MODEL, row=theme.ROW_HEIGHT - 4)
        return table

    def show_run(self, run: RunState) -> None:
        """Show what ``run`` has told of its members; of one that has told none, what there is to wait for."""
        shown = (run.id, run.status, len(run.members), run.members[-1:], run.stage, tuple(run.metrics.items()))
        if shown == self._shown:
            return
        self._shown = shown
        if run.id != self._run:
            self._run = run.id
            self.table.clearSelection()
        self.model.show_run(run)
        self._stack.setCurrentIndex(1 if run.members else 0)
        if not run.members:
            self._show_waiting(run)
            return
        main = main_metric(run.task)
        self._whole.setText(quantities.number(run.ensemble))
        self._whole_words.setText(f"{main.label}, {judged_by(run.members)}")
        self._whole.setToolTip("The ensemble on rows that its members did not learn from")
        for labels, value in (
            ((self._whole, self._whole_words), run.ensemble),
            ((self._test, self._test_words), run.score),
        ):
            for label in labels:
                label.setVisible(value is not None)
        self._test.setText(quantities.number(run.score))
        self._test_words.setText(f"{main.label}, test rows")
        self._facts.setText(_facts(run))
        self._growth.show_run(run)

    def _show_waiting(self, run: RunState) -> None:
        if run.status not in ACTIVE:
            self._empty.show_words("It has no members", "It ended before the first model was complete.")
        elif run.status == "postponed":
            self._empty.show_words("Not begun", "It waited when the window closed; Resume puts it into the queue.")
        elif run.status == "queued":
            self._empty.show_words("No model yet", "It begins as soon as the runs before it have ended.")
        else:
            stage = f" Now: {run.stage}." if run.stage else ""
            self._empty.show_words("No model yet", f"The first one is complete within seconds.{stage}")

    def _on_inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        """Bring the newest into view, unless a person looks at another."""
        if self.table.currentIndex().isValid():
            return
        for place in range(first, last + 1):
            index = self._order.index(place, MODEL, parent)
            if (row := index.data(ROW_ROLE)) is not None and row.is_newest:
                self.table.scrollTo(index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = event.size().width() - sum(_WIDTHS.values())
        self.table.setColumnHidden(TIME, room < _ROOM)
        self.table.setColumnHidden(RANK, room + _WIDTHS[TIME] < _ROOM)
        self._growth.allow(event.size().width() >= _GROWTH)


def _facts(run: RunState) -> str:
    """Give what can be counted, in words."""
    failed = sum(bool(one.reason) for one in run.members)
    fitted = len(run.members) - failed
    counting = sum(weight != 0 for weight in run.weights.values())
    parts = [f"Ensemble of {fitted} model{'s' if fitted != 1 else ''}" if fitted else "No model"]
    if fitted > 1:
        parts.append("all of them count" if counting == fitted else f"{counting} of them count{'s' * (counting == 1)}")
    if failed:
        parts.append(f"{failed} could not be fitted")
    return ", ".join(parts)
