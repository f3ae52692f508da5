"""The heads of the columns: type, name, how the table is sorted, and what is in the column at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication, QHelpEvent, QPainter, QPolygonF
from PySide6.QtWidgets import QHeaderView, QToolTip, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.columns import share
from aetheron_desktop.ui.item_models.table_pages import TablePages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aetheron_desktop.engine.datasets.schema import Column
    from aetheron_desktop.engine.datasets.viewing.heads import ColumnHead
    from aetheron_desktop.engine.datasets.viewing.views import SortKey

_TITLE: Final = 32
_PICTURE: Final = 30
_FACTS: Final = 18
_EDGE: Final = 10
_ICON: Final = 14
_ARROW: Final = 14


class ColumnHeader(QHeaderView):
    """Shows the columns of a :class:`TablePages`.

    ``sort_wanted`` tells a click: the column, and whether it is added to the columns that are sorted by already.
    """

    sort_wanted = Signal(str, bool)
    menu_wanted = Signal(str, QPoint)  # the column, a place on the screen

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._heads: Mapping[str, ColumnHead] = {}
        self._sort: tuple[SortKey, ...] = ()
        self._is_tall = False
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumSectionSize(48)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.sectionClicked.connect(self._on_clicked)
        self.customContextMenuRequested.connect(self._on_menu)

    @property
    def is_tall(self) -> bool:
        """Whether what is in the columns is shown."""
        return self._is_tall

    def show_heads(self, heads: Mapping[str, ColumnHead], *, tall: bool) -> None:
        """Show what is in the columns, as far as it is known; or, not ``tall``, their names alone."""
        self._heads = heads
        if tall != self._is_tall:
            self._is_tall = tall
            self.geometriesChanged.emit()
            self.updateGeometry()
        self.viewport().update()

    def show_sort(self, keys: tuple[SortKey, ...]) -> None:
        """Show by which columns the rows are sorted."""
        self._sort = keys
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), _TITLE + (_PICTURE + _FACTS if self._is_tall else 0))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self.logicalIndexAt(event.pos())
            if (column := self._column(place)) is not None:
                QToolTip.showText(event.globalPos(), self._words(column, place), self)
                return True
        return super().viewportEvent(event)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        column = self._column(section)
        if column is None:
            return
        painter.save()
        painter.setClipRect(rect)
        painter.fillRect(rect, theme.color("surface"))
        self._paint_title(painter, QRect(rect.left(), rect.top(), rect.width(), _TITLE), column, section)
        if self._is_tall:
            self._paint_head(painter, rect.adjusted(_EDGE, _TITLE - 2, -_EDGE, -2), column)
        painter.setPen(theme.pen("border"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.drawLine(rect.topRight() + QPoint(0, 8), rect.bottomRight() - QPoint(0, 8))
        painter.restore()

    # -- painting -----------------------------------------------------------------------------------------------------

    def _paint_title(self, painter: QPainter, rect: QRect, column: Column, place: int) -> None:
        def told(role: Qt.ItemDataRole) -> Any:
            return self.model().headerData(place, Qt.Orientation.Horizontal, role)

        inner = rect.adjusted(_EDGE, 0, -_EDGE + 2, 0)
        picture = told(Qt.ItemDataRole.DecorationRole)
        picture.paint(painter, QRect(inner.left(), inner.center().y() - _ICON // 2 + 1, _ICON, _ICON))
        inner.setLeft(inner.left() + _ICON + 6)
        order = next((number for number, key in enumerate(self._sort) if key.column == column.name), None)
        if order is not None:
            inner.setRight(inner.right() - _ARROW - (8 if len(self._sort) > 1 else 0))
            self._paint_arrow(painter, inner, order)
        painter.setFont(self._font(600))
        painter.setPen(told(Qt.ItemDataRole.ForegroundRole) or theme.color("muted" if order is None else "text"))
        text = QFontMetrics(painter.font()).elidedText(column.name, Qt.TextElideMode.ElideMiddle, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _paint_arrow(self, painter: QPainter, inner: QRect, order: int) -> None:
        x, y = inner.right() + _ARROW / 2 + 2, inner.center().y() + 1
        side = -1 if self._sort[order].descending else 1
        points = [QPointF(x - 4, y + 2 * side), QPointF(x + 4, y + 2 * side), QPointF(x, y - 3 * side)]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        painter.drawPolygon(QPolygonF(points))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if len(self._sort) > 1:
            painter.setFont(self._font(600, -3))
            painter.setPen(theme.color("accent"))
            room = QRectF(x + 5, y - 8, 10, 14)
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, str(order + 1))

    def _paint_head(self, painter: QPainter, rect: QRect, column: Column) -> None:
        head = self._heads.get(column.name)
        picture = QRect(rect.left(), rect.top(), rect.width(), _PICTURE)
        facts = QRect(rect.left(), picture.bottom() + 1, rect.width(), _FACTS)
        if head is not None and head.bars:
            if head.labels:
                self._paint_shares(painter, picture, head)
            else:
                self._paint_bars(painter, picture, head)
        painter.setFont(self._font(400, -2))
        painter.setPen(theme.color("faint"))
        words = self._facts(column, head)
        metrics = QFontMetrics(painter.font())
        text = next((one for one in words if metrics.horizontalAdvance(one) <= facts.width()), words[-1])
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, facts.width())
        painter.drawText(facts, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _paint_bars(self, painter: QPainter, rect: QRect, head: ColumnHead) -> None:
        color = theme.series(0)
        color.setAlphaF(0.75 if head.is_exact else 0.45)
        highest, width = max(head.bars), rect.width() / len(head.bars)
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.color("border"))
        for place, count in enumerate(head.bars):
            if count:
                left, right = round(rect.left() + place * width), round(rect.left() + (place + 1) * width)
                height = max(1, round((rect.height() - 3) * count / highest))
                painter.fillRect(QRect(left, rect.bottom() - height, max(1, right - left - 1), height), color)

    def _paint_shares(self, painter: QPainter, rect: QRect, head: ColumnHead) -> None:
        """Paint the commonest values one after the other in a line, the first with its name."""
        total = max(1, sum(head.bars) + head.others)
        line = QRect(rect.left(), rect.bottom() - 8, rect.width(), 7)
        painter.fillRect(line, theme.color("sunken"))
        left = 0.0
        for place, count in enumerate(head.bars):
            width = line.width() * count / total
            color = theme.series(0)
            color.setAlphaF((0.85 if head.is_exact else 0.5) * (1 - 0.13 * place))
            painter.fillRect(QRectF(line.left() + left, line.top(), max(0.5, width - 1), line.height()), color)
            left += width
        painter.setFont(self._font(400, -2))
        painter.setPen(theme.color("muted"))
        metrics = QFontMetrics(painter.font())
        part = f" {share(head.bars[0], total)}"
        room = rect.width() - metrics.horizontalAdvance(part)
        name = metrics.elidedText(head.labels[0] or "“”", Qt.TextElideMode.ElideRight, max(0, room))
        above = QRect(rect.left(), rect.top(), rect.width(), rect.height() - 10)
        painter.drawText(above, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name + part)

    def _font(self, weight: int, larger: int = -1) -> QFont:
        font = QFont(self.viewport().font())
        font.setPixelSize(font.pixelSize() + larger)
        font.setWeight(QFont.Weight(weight))
        return font

    # -- words --------------------------------------------------------------------------------------------------------

    def _facts(self, column: Column, head: ColumnHead | None) -> tuple[str, ...]:
        """Give what is said below the picture, the longest first."""
        rows = head.rows if head is not None else 0
        missing = share(column.missing, rows) if rows else f"{column.missing:,}"
        few = f"{column.distinct:,} values"
        if not column.missing:
            return (few, f"{column.distinct:,}")
        short = f"{column.distinct:,} · {missing}"
        return (f"{few} · {missing} missing", f"{short} missing", f"{short} ∅", f"{missing} ∅")

    def _words(self, column: Column, place: int) -> str:
        tip = self.model().headerData(place, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
        lines = [str(tip)] if tip else [column.name]
        head = self._heads.get(column.name)
        lines.append(self._facts(column, head)[0])
        if head is not None and head.labels:
            total = max(1, head.rows - column.missing)
            lines += [
                f"{label or '“”'}: {share(count, total)}" for label, count in zip(head.labels, head.bars, strict=True)
            ]
        elif head is not None and head.bars:
            lines.append(f"From {head.low} to {head.high}" + (f", {head.others:,} rows beyond" if head.others else ""))
        if head is not None and not head.is_exact:
            lines.append(f"The picture is that of a sample of {head.sampled:,} rows.")
        lines.append("Click to sort, with Shift to sort by several columns.")
        return "\n".join(lines)

    def _column(self, place: int) -> Column | None:
        model = self.model()
        if not isinstance(model, TablePages) or not 0 <= place < model.columnCount():
            return None
        return model.columns()[place]

    def _on_clicked(self, place: int) -> None:
        if column := self._column(place):
            added = bool(QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.sort_wanted.emit(column.name, added)

    def _on_menu(self, at: QPoint) -> None:
        if column := self._column(self.logicalIndexAt(at)):
            self.menu_wanted.emit(column.name, self.viewport().mapToGlobal(at))
