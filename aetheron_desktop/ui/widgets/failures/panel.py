"""A part of where a model fails: a heading, a sentence in plain words, and what is shown under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.tables import set_up_table

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_SHOWN = 9


class Panel(QFrame):
    """``line`` takes controls behind the heading; it is empty until :meth:`say` is called."""

    def __init__(self, name: str, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        named(self, name, title)
        theme.mark(self, role="card")
        heading = QLabel(title, self)
        theme.mark(heading, role="strong")
        self.words = named(QLabel(self, wordWrap=True), f"{name}_words")
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        theme.mark(self.words, role="muted")
        self.line = QHBoxLayout()
        self.line.setSpacing(theme.GAP)
        self.line.addWidget(heading)
        self.line.addStretch(1)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(theme.WIDE, theme.WIDE, theme.WIDE, theme.WIDE)
        self.body.setSpacing(theme.GAP)
        self.body.addLayout(self.line)
        self.body.addWidget(self.words)

    def say(self, text: str) -> None:
        """Say in plain words what is to be seen."""
        self.words.setText(text)


def plain_table(name: str, title: str, heads: tuple[str, ...], parent: QWidget, widths: dict[int, int]) -> QTableWidget:
    """Give a table of words, whose first column takes the room that is left."""
    table = named(QTableWidget(0, len(heads), parent), name, title)
    table.setHorizontalHeaderLabels(list(heads))
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    set_up_table(table, widths, stretched=0)
    table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    table.hide()
    return table


def align_heads(table: QTableWidget, numbers: set[int]) -> None:
    """Set the names of the columns ``numbers`` to the right, as what stands below them."""
    for place in numbers:
        if (head := table.horizontalHeaderItem(place)) is not None:
            head.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


def fill(table: QTableWidget, rows: Sequence[Sequence[str]], *, numbers_from: int = 1) -> None:
    """Show rows of words, from a column on set to the right; a table without rows is hidden."""
    table.blockSignals(True)
    table.clearSelection()
    table.setRowCount(len(rows))
    align_heads(table, set(range(numbers_from, table.columnCount())))
    for number, row in enumerate(rows):
        for place, text in enumerate(row):
            item = QTableWidgetItem(text)
            item.setToolTip(text)
            if place >= numbers_from:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            table.setItem(number, place, item)
    table.blockSignals(False)
    table.setVisible(bool(rows))
    shown = max(1, min(len(rows), _MOST_SHOWN))
    table.setFixedHeight(table.horizontalHeader().sizeHint().height() + shown * theme.ROW_HEIGHT + 4)
