"""What each row counts while a model learns: the same, or as a column says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox

from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QWidget

EACH_THE_SAME: Final = "Each row counts the same"


class WeightPicker(QComboBox):
    """``weight_chosen`` tells the column that a person chose; empty where each row counts the same."""

    weight_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(
            self,
            "row_weights",
            "Row weights",
            "A column of numbers that says what each row counts while a model learns, as survey weights or how often a "
            "row was seen. The scores count each test row once.",
        )
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMaxVisibleItems(16)
        self._offered: tuple[str, ...] = ()
        self.addItem(EACH_THE_SAME, "")
        self.activated.connect(lambda _: self.weight_chosen.emit(self.currentData()))

    def show_columns(self, offered: tuple[str, ...], chosen: str) -> None:
        """Offer columns, and show which of them is ``chosen``."""
        if offered != self._offered:
            self._offered = offered
            self.clear()
            self.addItem(EACH_THE_SAME, "")
            for name in offered:
                self.addItem(name, name)
        self.setCurrentIndex(max(0, self.findData(chosen)))

    def wheelEvent(self, event: QWheelEvent) -> None:
        # It stands in a panel that scrolls: a turn of the wheel on the way must not change what is trained.
        event.ignore()
