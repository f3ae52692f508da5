"""How the open dataset differs from another, or the test part of a split from its training part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.engine.datasets.comparing import drift as drifts
from aetheron_desktop.engine.datasets.comparing.drift import ColumnDrift, Drifted, DriftQuestion, Severity
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.widgets.charts.card import ChartCard
from aetheron_desktop.ui.widgets.charts.twins import TwinChart
from aetheron_desktop.ui.widgets.data_views import DataView
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.events import JobEnded
    from aetheron_desktop.ui.session import Session

_LOOK: Final[dict[Severity, tuple[str, str]]] = {
    "much": ("error", "danger"),
    "some": ("warning", "warning"),
    "little": ("success", "success"),
}
_HEADS: Final = ("Column", "PSI", "JS", "Moved by", "New words")
_TIPS: Final = (
    "The worst first",
    "Population stability index: below 0.1 little has changed, from 0.25 on much has",
    "Jensen-Shannon distance: 0 the same, 1 nothing in common",
    "Wasserstein distance in standard deviations of the first",
    "Words that only the second has, and their share of its rows",
)


class DriftView(DataView):
    """A table of the columns, the most changed first, and the two distributions of the one that is chosen."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "drift_view", "Drift")
        self._session = session
        self._job = ""
        self._found: dict[str, ColumnDrift] = {}
        self._named = ("before", "after")
        self._against = named(QComboBox(self), "drift_against", "Compare with")
        self._against.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._against.setMinimumContentsLength(24)
        self._against.activated.connect(self._ask)
        self._words = named(QLabel(self, wordWrap=True), "drift_words")
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        theme.mark(self._words, role="muted")
        self._table = self._make_table()
        self._chart = TwinChart(self)
        self._card = ChartCard("drift_chart", self)
        self._empty = Empty("chart", self)
        self._pages = QStackedWidget(self)
        self._build()
        session.trust.changed.connect(self._offer)
        session.datasets_changed.connect(self._offer)
        session.column_chosen.connect(self._choose)

    def _make_table(self) -> QTableWidget:
        table = named(QTableWidget(0, len(_HEADS), self), "drift_table", "Columns, the most changed first")
        table.setHorizontalHeaderLabels(list(_HEADS))
        for place, tip in enumerate(_TIPS):
            if (head := table.horizontalHeaderItem(place)) is not None:
                head.setToolTip(tip)
        table.verticalHeader().hide()
        table.setWordWrap(False)
        table.setShowGrid(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.horizontalHeader().setStretchLastSection(True)
        table.currentCellChanged.connect(self._on_row)
        return table

    def _build(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(theme.GAP)
        line.addWidget(QLabel("Compare with", self))
        line.addWidget(self._against)
        line.addStretch(1)
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.addWidget(self._table)
        split.addWidget(self._card)
        split.setSizes([220, 300])
        split.setChildrenCollapsible(False)
        split.setHandleWidth(theme.GAP)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(split)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP)
        layout.addLayout(line)
        layout.addWidget(self._words)
        layout.addWidget(self._pages, 1)

    def show_dataset(self, dataset: Dataset | None) -> None:
        self._session.withdraw(self._job)
        self._job = ""
        self._found.clear()
        self._table.setRowCount(0)
        self._against.clear()
        if dataset is not None:
            self._offer()
            self._ask()

    def _offer(self) -> None:
        """List what the open dataset can be compared with."""
        dataset = self._session.dataset
        if dataset is None:
            return
        chosen = self._against.currentData()
        self._against.blockSignals(True)
        self._against.clear()
        self._against.addItem("Choose…", None)
        for one in self._session.trust.splits():
            if not one.request.folds:
                self._against.addItem(f"Test against training of the split “{one.name}”", ("split", one.name))
        for info in self._session.workspace.datasets():
            if info.id != dataset.info.id:
                earlier = " (the version before)" if info.id == dataset.info.previous else ""
                self._against.addItem(f"{info.name}{earlier}", ("dataset", info.id))
        wanted = chosen if chosen is not None else ("dataset", dataset.info.previous)
        self._against.setCurrentIndex(max(0, self._place_of(wanted)))
        self._against.blockSignals(False)
        if not self._found:
            self._say_nothing()

    def _place_of(self, wanted: tuple[str, str | None]) -> int:
        places = range(self._against.count())
        return next((place for place in places if self._against.itemData(place) == wanted), 0)

    def _say_nothing(self) -> None:
        if self._against.count() > 1:
            self._empty.show_words("Compare two tables", "Choose another dataset, or the parts of a split.")
        else:
            self._empty.show_words(
                "Nothing to compare with yet", "Import another table of this kind, or make a split under Trust."
            )
        self._words.setText("")
        self._pages.setCurrentIndex(0)

    # -- asking -------------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        self._session.withdraw(self._job)
        self._found.clear()
        self._table.setRowCount(0)
        chosen, dataset = self._against.currentData(), self._session.dataset
        if chosen is None or dataset is None:
            self._say_nothing()
            return
        kind, name = chosen
        if kind == "split":
            question = DriftQuestion(reference=dataset.info.id, current=dataset.info.id, split=name)
            self._named = ("training", "test")
        else:
            question = DriftQuestion(reference=name, current=dataset.info.id)
            other = self._against.currentText().removesuffix(" (the version before)")
            self._named = (other, dataset.info.name)
        self._empty.show_words("Comparing the columns…", "")
        self._pages.setCurrentIndex(0)
        self._job = self._session.ask(question, self._on_answer, self._on_end)

    def _on_answer(self, answer: ColumnDrift | Drifted) -> None:
        if isinstance(answer, ColumnDrift):
            self._found[answer.column] = answer
            return
        self._show(answer)

    def _on_end(self, end: JobEnded) -> None:
        if end.outcome != "succeeded":
            self._empty.show_words("They cannot be compared", f"{end.detail or end.title} {end.hint}".strip())
            self._pages.setCurrentIndex(0)

    # -- what is shown ------------------------------------------------------------------------------------------------

    def _show(self, end: Drifted) -> None:
        ranked = sorted(self._found.values(), key=lambda one: -one.psi)
        moved = sum(one.severity != "little" for one in ranked)
        parts = [f"{end.rows[0]:,} and {end.rows[1]:,} rows", f"{moved} of {len(ranked)} columns have drifted"]
        for words, names in (
            (f"only in {self._named[0]}", end.only_before),
            (f"only in {self._named[1]}", end.only_after),
            ("of another kind", end.other_kind),
        ):
            if names:
                parts.append(f"{words}: {', '.join(names[:5])}{' …' if len(names) > 5 else ''}")
        self._words.setText("; ".join(parts) + ".")
        if not ranked:
            self._empty.show_words("No column is in both", "These tables cannot be compared.")
            self._pages.setCurrentIndex(0)
            return
        self._table.setRowCount(len(ranked))
        for row, one in enumerate(ranked):
            new = ", ".join(f"{word} ({100 * share:.1f} %)" for word, share in one.new)
            moved_by = "" if one.wasserstein is None else f"{one.wasserstein:.2f} sd"
            for place, text in enumerate((one.column, f"{one.psi:.3f}", f"{one.js:.3f}", moved_by, new)):
                item = QTableWidgetItem(text)
                item.setToolTip(drifts.words(one) if place == 0 else text)
                if place == 0:
                    item.setIcon(icon(*_LOOK[one.severity]))
                self._table.setItem(row, place, item)
        self._table.resizeColumnsToContents()
        self._table.setColumnWidth(0, min(240, self._table.columnWidth(0)))
        self._pages.setCurrentIndex(1)
        self._table.setCurrentCell(0, 0)

    def _on_row(self, row: int) -> None:
        item = self._table.item(row, 0)
        one = self._found.get(item.text()) if item is not None else None
        if one is not None:
            self._chart.show_drift(one, self._named)
            self._card.show_chart(self._chart, one.column, drifts.words(one), f"drift of {one.column}")

    def _choose(self, name: str) -> None:
        for row in range(self._table.rowCount()):
            item = self._table.item(row, 0)
            if item is not None and item.text() == name:
                self._table.setCurrentCell(row, 0)
