"""The command palette: everything by a few letters, without the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.palette_entries import PaletteEntries
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.palette_rows import PaletteRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QMouseEvent

    from aetheron_desktop.ui.item_models.palette_entries import Entry

_WIDTH, _HEIGHT, _TOP = 620, 440, 64
_MOVES = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}


class Palette(QFrame):
    """Covers the window with a veil while it is open; a press beside it or Esc closes it.

    It is part of the window, not a window: no desktop can place it wrongly or draw it with square corners.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        named(self, "palette", "Search or run a command")
        theme.mark(self, role="overlay")
        self._before: QWidget | None = None
        self.box = QFrame(self)
        theme.mark(self.box, role="floating")
        self.field = named(QLineEdit(self.box), "palette_field", "Search or run a command")
        theme.mark(self.field, role="palette")
        self.entries = PaletteEntries(self)
        self.list = named(QListView(self.box), "palette_list", "What fits")
        self.list.setModel(self.entries)
        self.list.setItemDelegate(PaletteRow(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._nothing = QLabel("Nothing fits. Try fewer letters.", self.box)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme.mark(self._nothing, role="muted")
        line = QFrame(self.box)
        theme.mark(line, role="line")
        rows = QVBoxLayout(self.box)
        rows.setContentsMargins(8, 6, 8, 8)
        rows.setSpacing(6)
        for widget in (self.field, line):
            rows.addWidget(widget)
        rows.addWidget(self.list, 1)
        rows.addWidget(self._nothing, 1)
        self.field.textChanged.connect(self._narrow)
        self.field.installEventFilter(self)
        self.list.clicked.connect(self._choose)
        self.list.entered.connect(self.list.setCurrentIndex)
        self.hide()

    def open_with(
        self, entries: Sequence[Entry], hint: str = "Search commands, datasets, models, columns, files"
    ) -> None:
        """Show it over the window with these entries."""
        if not self.isVisible():
            self._before = self.window().focusWidget()
        self.entries.offer(entries)
        self.field.setPlaceholderText(hint)
        self.field.clear()
        self._narrow("")
        self.fit()
        self.show()
        self.raise_()
        self.field.setFocus()

    def close_palette(self) -> None:
        """Hide it, and give the focus back."""
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus()
        self._before = None

    def fit(self) -> None:
        """Follow the window's size."""
        parent = self.parentWidget()
        assert parent is not None
        self.setGeometry(parent.rect())
        width, height = min(_WIDTH, self.width() - 32), min(_HEIGHT, self.height() - _TOP - 32)
        self.box.setGeometry((self.width() - width) // 2, _TOP, width, height)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.box.geometry().contains(event.position().toPoint()):
            self.close_palette()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._on_key(event)
        if watched is self.field and event.type() == QEvent.Type.FocusOut and self.window().isActiveWindow():
            self.close_palette()
        return False

    def _on_key(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            self.close_palette()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._choose(self.list.currentIndex())
        elif event.key() in _MOVES:
            self._move(event.key())
        elif event.key() in {Qt.Key.Key_Tab, Qt.Key.Key_Backtab}:
            self._move(Qt.Key.Key_Down if event.key() == Qt.Key.Key_Tab else Qt.Key.Key_Up)
        else:
            return False
        return True

    def _move(self, key: int) -> None:
        count = self.entries.rowCount()
        if not count:
            return
        page = max(1, self.list.height() // max(1, self.list.sizeHintForRow(0)))
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -page, Qt.Key.Key_PageDown: page}
        row = self.list.currentIndex().row() + steps[Qt.Key(key)]
        row = row % count if abs(steps[Qt.Key(key)]) == 1 else min(max(row, 0), count - 1)
        self.list.setCurrentIndex(self.entries.index(row))

    def _narrow(self, query: str) -> None:
        self.entries.narrow(query)
        found = self.entries.rowCount() > 0
        self.list.setVisible(found)
        self._nothing.setVisible(not found)
        if found:
            self.list.setCurrentIndex(self.entries.index(0))
            self.list.scrollToTop()

    def _choose(self, index: QModelIndex) -> None:
        entry = self.entries.entry(index.row())
        if entry is not None:
            self.close_palette()
            entry.run()
