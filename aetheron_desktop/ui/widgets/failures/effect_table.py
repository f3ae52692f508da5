"""A table of slices of the test rows, with a bar for how much worse each is and its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.failures.panel import align_heads
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.tables import set_up_table

if TYPE_CHECKING:
    from collections.abc import Sequence

_BAR: Final = 4
_RESULT: Final = Qt.ItemDataRole.UserRole
_MARGIN: Final = 10
_MOST_SHOWN: Final = 9


class Effect(NamedTuple):
    """A row: the ``condition`` it is about, what its ``cells`` say, and where its bar lies, each from 0 to 1.

    ``zero`` is the place of no difference, ``at`` that of the difference, ``low`` and ``high`` those of its interval.
    """

    condition: str
    cells: tuple[str, str, str, str, str]
    zero: float
    at: float
    low: float
    high: float
    tip: str = ""


class EffectTable(QTableWidget):
    """``chosen`` tells the condition of the row that was chosen."""

    chosen = Signal(str)

    def __init__(self, name: str, title: str, heads: tuple[str, str, str, str, str], parent: QWidget) -> None:
        super().__init__(0, len(heads) + 1, parent)
        named(self, name, title)
        self.setHorizontalHeaderLabels([*heads[:_BAR], "Difference, with its 95 % interval", heads[_BAR]])
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        set_up_table(self, {1: 80, 2: 110, 3: 110, 4: 260, 5: 90}, stretched=0)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        align_heads(self, {1, 2, 3, 5})
        self.setItemDelegateForColumn(_BAR, _Bars(self))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.itemSelectionChanged.connect(self._tell)

    def show_effects(self, effects: Sequence[Effect]) -> None:
        """Show the rows in their order, none of them chosen."""
        self.blockSignals(True)
        self.clearSelection()
        self.setRowCount(len(effects))
        for number, effect in enumerate(effects):
            cells = [*effect.cells[:_BAR], "", effect.cells[_BAR]]
            for place, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(effect.tip or effect.condition)
                if 0 < place != _BAR:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                item.setData(_RESULT, effect)
                self.setItem(number, place, item)
        self.blockSignals(False)
        shown = max(1, min(len(effects), _MOST_SHOWN))
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + shown * theme.ROW_HEIGHT + 4)

    def condition(self) -> str:
        """Give the condition of the row that is chosen; empty when none is."""
        items = self.selectedItems()
        return items[0].data(_RESULT).condition if items else ""

    def _tell(self) -> None:
        self.chosen.emit(self.condition())


class _Bars(QStyledItemDelegate):
    """Draws an effect: a bar from no difference to what was seen, and the interval over it."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        effect: Any = index.data(_RESULT)
        if not isinstance(effect, Effect):
            return
        rect = QRectF(option.rect).adjusted(_MARGIN, 0, -_MARGIN, 0)

        def x(share: float) -> float:
            return rect.left() + share * rect.width()

        middle = rect.center().y()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.drawLine(QPointF(x(effect.zero), rect.top() + 4), QPointF(x(effect.zero), rect.bottom() - 4))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("danger" if effect.at > effect.zero else "success"))
        painter.drawRect(QRectF(QPointF(x(effect.zero), middle - 4), QPointF(x(effect.at), middle + 4)).normalized())
        painter.setPen(QPen(theme.color("text"), 1.5))
        painter.drawLine(QPointF(x(effect.low), middle), QPointF(x(effect.high), middle))
        for end in (effect.low, effect.high):
            painter.drawLine(QPointF(x(end), middle - 4), QPointF(x(end), middle + 4))
        painter.restore()
