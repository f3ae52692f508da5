"""The scroll bar of a table that is longer than what Qt's own views can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollBar

from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.ui.item_models.table_pages import TablePages

_STEPS = 2**30


class RowBar(QScrollBar):
    """Lies over the grid's own bar, which counts the rows of a window alone, and counts those of the table."""

    moved = Signal(object)
    """To which row of the table; it may be more than Qt's own numbers hold."""

    def __init__(self, own: QScrollBar, pages: Callable[[], TablePages | None]) -> None:
        super().__init__(Qt.Orientation.Vertical, own)
        named(self, "row_bar", "Scroll through all rows")
        self._pages = pages
        self._own = own
        self._unit = 1
        own.valueChanged.connect(self.follow)
        own.rangeChanged.connect(self.follow)
        self.valueChanged.connect(self._lead)
        self.hide()

    def follow(self) -> None:
        """Stand where the grid is."""
        pages = self._pages()
        self.setVisible(pages is not None and pages.rows > pages.rowCount())
        if pages is None or self.isHidden():
            return
        self.setGeometry(self._own.rect())
        self._unit = max(1, pages.rows // _STEPS)
        self.blockSignals(True)
        self.setPageStep(max(1, self._own.pageStep() // self._unit))
        self.setRange(0, (pages.rows - self._own.pageStep()) // self._unit)
        self.setValue((pages.base + self._own.value()) // self._unit)
        self.blockSignals(False)

    def _lead(self, value: int) -> None:
        self.moved.emit(value * self._unit)
