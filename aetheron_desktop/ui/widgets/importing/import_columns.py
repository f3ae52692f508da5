"""The columns of a file that is to be imported: what becomes of each, why, and what would not fit."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHeaderView,
    QInputDialog,
    QMenu,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QWidget,
)

from aetheron_desktop.engine.datasets.recipe import ROLES, ColumnRecipe, Recipe
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from aetheron_desktop.engine.datasets.reading.preview import ColumnPreview

MOST: Final = 300
"""Columns that are shown; all are imported."""
_ROW: Final = 40
_WIDTHS: Final = (106, 106, 120, 120, 104, 84)
_SOURCE, _NAME, _TYPE, _WHY, _MISSING, _FAILING = range(6)


class ImportColumns(QTableWidget):
    """``chosen`` tells what a person decided about a column."""

    chosen = Signal(object)  # ColumnRecipe

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 6, parent)
        named(self, "import_columns", "Columns")
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.setWordWrap(False)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setMinimumSectionSize(60)
        self.setHorizontalHeaderLabels(["Column", "Name", "Type", "Why", "Missing is", "Do not fit"])
        for place, width in enumerate(_WIDTHS):
            self.setColumnWidth(place, width)
        header.setSectionResizeMode(_WHY, QHeaderView.ResizeMode.Stretch)
        self.setShowGrid(False)  # the style draws a line under each row
        self._recipe = Recipe()
        self._columns: tuple[ColumnPreview, ...] = ()
        self._filling = False
        self.itemChanged.connect(self._on_cell)

    def show_columns(self, columns: tuple[ColumnPreview, ...], recipe: Recipe) -> None:
        """Show what was found, as ``recipe`` has it."""
        self._filling = True
        self._recipe, self._columns = recipe, columns[:MOST]
        self.setRowCount(len(self._columns))
        for row, column in enumerate(self._columns):
            bad = f"{column.failing:,}" if column.failing else ""
            rows = f"Their rows would be put aside: {', '.join(column.examples)}" if bad else ""
            for place, text, tip in (
                (_SOURCE, column.source, column.source),
                (_NAME, column.name, column.name),
                (_WHY, column.evidence, column.evidence),
                (_FAILING, bad, rows),
            ):
                item = QTableWidgetItem(text)
                item.setToolTip(tip)
                if place != _NAME:
                    item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                if place == _FAILING and bad:
                    item.setIcon(icon("warning", "warning"))
                self.setItem(row, place, item)
            self.setCellWidget(row, _TYPE, self._types(row, column))
            self.setCellWidget(row, _MISSING, self._words(row, column))
        self._filling = False

    def _types(self, row: int, column: ColumnPreview) -> QComboBox:
        combo = named(QComboBox(self), f"import_type_{row}", f"Type of {column.source}")
        for role in ROLES:
            combo.addItem(role, role)
        combo.setCurrentIndex(ROLES.index(column.type))
        combo.activated.connect(partial(self._on_type, row, combo))
        return combo

    def _words(self, row: int, column: ColumnPreview) -> QToolButton:
        """Give the button that says which words stand for a missing value, and the menu where they are chosen."""
        seen = [word for word in column.words if word in _matching(column)]
        chosen = self._recipe.column(column.source).missing
        words = ", ".join(seen) or "blank"
        counted = ", ".join(f"{word} ({count:,})" for word, count in column.words.items())
        tip = f"What stands for a missing value besides a blank cell. Seen: {counted or 'none of the usual words'}"
        button = named(QToolButton(self), f"import_missing_{row}", f"Words for missing in {column.source}", tip)
        button.setText(words if column.missing == 0 else f"{words} · {column.missing:,}")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        menu = QMenu(button)
        for word in dict.fromkeys((*column.words, *column.tokens)):
            count = column.words.get(word)
            entry = menu.addAction(
                word.replace("&", "&&") if count is None else f"{word.replace('&', '&&')}   {count:,}"
            )
            entry.setCheckable(True)
            entry.setChecked(word in _matching(column))
            entry.triggered.connect(partial(self._on_word, row, word, entry))
        menu.addSeparator()
        menu.addAction("Another word…").triggered.connect(partial(self._ask_word, row))
        if chosen is not None:
            menu.addAction("The usual words").triggered.connect(partial(self._take_words, row, None))
        button.setMenu(menu)
        return button

    def _column(self, row: int) -> ColumnRecipe:
        return self._recipe.column(self._columns[row].source)

    def _on_type(self, row: int, combo: QComboBox, _: int = 0) -> None:
        self.chosen.emit(msgspec.structs.replace(self._column(row), type=combo.currentData(), form=None))

    def _on_cell(self, item: QTableWidgetItem) -> None:
        if self._filling:
            return
        column, name = self._column(item.row()), item.text().strip()
        self.chosen.emit(msgspec.structs.replace(column, rename=name if name and name != column.name else None))

    def _on_word(self, row: int, word: str, entry: QAction, _: bool = False) -> None:
        known = _matching(self._columns[row])
        self._take_words(row, (*known, word) if entry.isChecked() else tuple(other for other in known if other != word))

    def _take_words(self, row: int, words: tuple[str, ...] | None, _: bool = False) -> None:
        self.chosen.emit(msgspec.structs.replace(self._column(row), missing=words))

    def _ask_word(self, row: int, _: bool = False) -> None:
        dialog = named(QInputDialog(self), "import_word", "Another word for missing")
        dialog.setWindowTitle("Another word for missing")
        dialog.setLabelText(f"A cell of {self._columns[row].source} that holds this is missing:")
        dialog.textValueSelected.connect(partial(self._on_asked, row))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _on_asked(self, row: int, word: str) -> None:
        if word.strip():
            self._take_words(row, (*_matching(self._columns[row]), word.strip()))


def _matching(column: ColumnPreview) -> tuple[str, ...]:
    """Give the words that are taken for missing, as they are written in the file; case does not matter there."""
    lower = {token.lower() for token in column.tokens}
    seen = tuple(word for word in column.words if word.lower() in lower)
    return (*seen, *(token for token in column.tokens if token.lower() not in {word.lower() for word in seen}))
