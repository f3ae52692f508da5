"""What differs between two versions of a dataset: how many rows, in which columns, and which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.engine.datasets.comparing.difference import DifferenceQuestion, Kind, RowChange, TableDifference
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.datasets.dataset import DatasetInfo
    from aetheron_desktop.engine.events import JobEnded
    from aetheron_desktop.ui.session import Session

_LOOK: Final[dict[Kind, tuple[str, str, str]]] = {
    "added": ("+", "success", "Added"),
    "removed": ("−", "danger", "Removed"),
    "changed": ("~", "warning", "Changed"),
}
_NOTHING: Final = "∅"
_WIDEST: Final = 320


class DifferenceDialog(QDialog):
    """Asks for the difference when it is made, and shows it."""

    def __init__(
        self, session: Session, before: DatasetInfo, after: DatasetInfo, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        named(self, "difference_dialog", "What has changed")
        self.setWindowTitle("What has changed")
        self.resize(980, 640)
        self._session = session
        self._found: TableDifference | None = None
        self._title = QLabel(f"{before.name}  →  {after.name}", self)
        theme.mark(self._title, role="heading")
        self._facts = named(QLabel(self, wordWrap=True), "difference_facts")
        theme.mark(self._facts, role="muted")
        self._waiting = Empty("search", self)
        self._waiting.show_words("Comparing the rows…", "")
        self._kinds = QButtonGroup(self)
        self._kinds.setExclusive(False)
        self._columns = _table(self, "difference_columns", "Columns that differ", ("Column", "Type", "Cells changed"))
        self._rows = _table(self, "difference_rows", "Rows that differ", ("", "Row", "What changed"))
        self._pages = QStackedWidget(self)
        self._build()
        question = DifferenceQuestion(before=before.id, after=after.id)
        self._job = session.ask(question, self._on_found, self._on_end)
        self.finished.connect(self._stop)

    def _build(self) -> None:
        filters = QHBoxLayout()
        filters.setSpacing(theme.GAP)
        for kind, (sign, _, words) in _LOOK.items():
            button = named(QPushButton(f"{sign} {words}", self), f"difference_{kind}", f"Show rows: {words}")
            theme.mark(button, role="chip")
            button.setCheckable(True)
            button.setChecked(True)
            button.setProperty("kind", kind)
            self._kinds.addButton(button)
            filters.addWidget(button)
        filters.addStretch(1)
        self._kinds.buttonToggled.connect(self._show_rows)
        below = QWidget(self)
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addLayout(filters)
        column.addWidget(self._rows, 1)
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.addWidget(self._columns)
        split.addWidget(below)
        split.setSizes([180, 360])
        split.setChildrenCollapsible(False)
        self._pages.addWidget(self._waiting)
        self._pages.addWidget(split)
        buttons = QDialogButtonBox(self)
        close = named(QPushButton("Close", self), "difference_close")
        buttons.addButton(close, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.LOOSE, theme.LOOSE, theme.LOOSE, theme.WIDE)
        layout.setSpacing(theme.GAP)
        layout.addWidget(self._title)
        layout.addWidget(self._facts)
        layout.addWidget(self._pages, 1)
        layout.addWidget(buttons)

    def _on_found(self, found: TableDifference) -> None:
        self._found = found
        by = f"by {', '.join(found.key)} ({found.reason})" if found.key else found.reason
        self._facts.setText(
            f"{found.rows_before:,} → {found.rows_after:,} rows: {found.added:,} added, {found.removed:,} removed, "
            f"{found.changed:,} changed, {found.same:,} the same. Compared {by}."
        )
        if found.is_none:
            self._waiting.show_words("Nothing differs", "Both have the same rows, maybe in another order.")
            return
        self._show_columns(found)
        self._show_rows()
        self._pages.setCurrentIndex(1)

    def _on_end(self, end: JobEnded) -> None:
        if end.outcome != "succeeded":
            self._waiting.show_words("They cannot be compared", f"{end.detail or end.title} {end.hint}".strip())

    def _stop(self) -> None:
        self._session.withdraw(self._job)

    def _show_columns(self, found: TableDifference) -> None:
        lines = []
        for column in found.columns:
            if column.before is None:
                lines.append((column.name, f"new: {column.after}", ""))
            elif column.after is None:
                lines.append((column.name, f"gone, was {column.before}", ""))
            elif column.before != column.after:
                lines.append((column.name, f"{column.before} → {column.after}", f"{column.changed:,}"))
            elif column.changed:
                lines.append((column.name, column.before, f"{column.changed:,}"))
        self._columns.setVisible(bool(lines))
        _fill(self._columns, lines)

    def _show_rows(self) -> None:
        if self._found is None:
            return
        wanted = {button.property("kind") for button in self._kinds.buttons() if button.isChecked()}
        rows = [row for row in self._found.rows if row.kind in wanted]
        _fill(self._rows, [(_LOOK[row.kind][0], self._key(row), _cells(row)) for row in rows])
        for place, row in enumerate(rows):
            if (item := self._rows.item(place, 0)) is not None:
                item.setForeground(QColor(theme.color(_LOOK[row.kind][1])))
                item.setToolTip(_LOOK[row.kind][2])
        self._rows.setColumnWidth(0, 28)

    def _key(self, row: RowChange) -> str:
        assert self._found is not None
        words = [_NOTHING if value is None else value for value in row.key]
        times = f"  ({row.times:,} times)" if row.times > 1 else ""
        return ", ".join(words) + times


def _cells(row: RowChange) -> str:
    return ";  ".join(
        f"{cell.column}: {_NOTHING if cell.before is None else cell.before} → "
        f"{_NOTHING if cell.after is None else cell.after}"
        for cell in row.cells
    )


def _table(parent: QWidget, name: str, words: str, heads: tuple[str, ...]) -> QTableWidget:
    table = named(QTableWidget(0, len(heads), parent), name, words)
    table.setShowGrid(False)
    table.setHorizontalHeaderLabels(list(heads))
    table.verticalHeader().hide()
    table.setWordWrap(False)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    table.horizontalHeader().setStretchLastSection(True)
    return table


def _fill(table: QTableWidget, rows: Sequence[tuple[str, ...]]) -> None:
    table.setRowCount(len(rows))
    for place, cells in enumerate(rows):
        for column, text in enumerate(cells):
            item = QTableWidgetItem(text)
            item.setToolTip(text)
            table.setItem(place, column, item)
    table.resizeColumnsToContents()
    for column in range(table.columnCount() - 1):
        table.setColumnWidth(column, min(_WIDEST, table.columnWidth(column)))
