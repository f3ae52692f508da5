"""The rows of one section, painted: as wide as the view, and no higher than what they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from aetheron_desktop.ui import icons, theme
from aetheron_desktop.ui.item_models.quantities import NONE
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.versions.difference_rows import ROW_ROLE, DifferenceRow, DifferenceTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QFocusEvent, QResizeEvent, QWheelEvent

_Index = QModelIndex | QPersistentModelIndex
_PAD: Final = 6
_AIR: Final = 4
_GAP: Final = 12
_ARROW: Final = 13
_BETWEEN: Final = _ARROW + 12
"""The points from the end of what was before to what is after; the arrow is in their middle."""
_NAMES_SHARE: Final = 0.46
_LEFT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True, slots=True)
class _Widths:
    """The points that the parts of a row need."""

    name: int
    before: int
    after: int
    change: int = 0
    has_intervals: bool = False


class _Painter(QStyledItemDelegate):
    """A row has one line where it fits, otherwise two (name, values) or three (name, before, after)."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._widths: list[_Widths] = []
        self._columns = _Widths(0, 0, 0)
        self._is_measured = False
        self.dress(view.font())

    def dress(self, font: QFont) -> None:
        """Take ``font`` for the rows."""
        self._font = QFont(font)
        self._small = QFont(font)
        self._small.setPixelSize(max(10, font.pixelSize() - 1))
        self._metrics, self._small_metrics = QFontMetrics(self._font), QFontMetrics(self._small)
        self._line = self._metrics.height() + 2

    def measure(self, rows: Sequence[DifferenceRow]) -> None:
        """Find the room that these rows need."""

        def wide(text: str) -> int:
            return self._metrics.horizontalAdvance(text) + 2 if text else 0  # letters end between points

        self._widths = [
            _Widths(
                wide(row.name),
                0 if row.is_same else wide(row.before),
                wide(row.after),
                wide(row.change),
                any(row.low_high),
            )
            for row in rows
        ]
        self._is_measured = any(widths.change or widths.has_intervals for widths in self._widths)
        self._columns = _Widths(
            max((widths.name for widths in self._widths), default=0),
            max((widths.before for widths in self._widths), default=0),
            max((widths.after for widths in self._widths), default=0),
            max((widths.change for widths in self._widths), default=0),
        )

    def height(self, place: int, width: int) -> int:
        """Give the points that the row at ``place`` is high."""
        below = self._small_metrics.height() if self._widths[place].has_intervals else 0
        return self._lines(place, width - 2 * _PAD) * self._line + below + 2 * _AIR

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        view = self.parent()
        width = view.viewport().width() if isinstance(view, QListView) else option.rect.width()
        return QSize(width, self.height(index.row(), width))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row: DifferenceRow | None = index.data(ROW_ROLE)
        if row is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        has_focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
        if has_focus or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("selection" if has_focus else "hover"))
            painter.drawRoundedRect(option.rect, 6, 6)
        area = option.rect.adjusted(_PAD, _AIR, -_PAD, -_AIR)
        if self._is_measured:
            self._paint_metric(painter, area, row, index.row())
        else:
            self._paint_row(painter, area, row, index.row())
        painter.restore()

    # -- how the room is parted ---------------------------------------------------------------------------------------

    def _lines(self, place: int, width: int) -> int:
        widths = self._widths[place]
        values = widths.after + (widths.before + _BETWEEN if widths.before else 0)
        if self._is_measured:
            return 1 if widths.name <= self._metric_name_width(width) else 2
        names = self._names_width(width)
        if widths.name <= names and names + _GAP + values <= width:
            return 1
        return 2 if values <= width or not widths.before else 3

    def _names_width(self, width: int) -> int:
        return min(self._columns.name, round(_NAMES_SHARE * width))

    def _metric_name_width(self, width: int) -> int:
        """Give what is left for the names of metrics when their values stand in columns at the right."""
        columns = self._columns
        change = columns.change + _GAP if columns.change else 0
        before = columns.before + _BETWEEN if columns.before else 0
        return min(columns.name, width - change - columns.after - before - _GAP)

    # -- what is painted ----------------------------------------------------------------------------------------------

    def _paint_row(self, painter: QPainter, area: QRect, row: DifferenceRow, place: int) -> None:
        lines = self._lines(place, area.width())
        line = QRect(area.left(), area.top(), area.width(), self._line)
        if lines == 1:
            names = self._names_width(area.width())
            self._write(painter, QRect(line.left(), line.top(), names, line.height()), row.name, "muted")
            self._paint_values(painter, line.adjusted(names + _GAP, 0, 0, 0), row)
            return
        self._write(painter, line, row.name, "muted")
        line.translate(0, self._line)
        if lines == 2:
            self._paint_values(painter, line, row)
            return
        self._write(painter, line.adjusted(_BETWEEN - 6, 0, 0, 0), row.before, "muted")
        line.translate(0, self._line)
        self._paint_arrow(painter, line.left() + 6, line)
        self._write(painter, line.adjusted(_BETWEEN - 6, 0, 0, 0), row.after, "text")

    def _paint_values(self, painter: QPainter, area: QRect, row: DifferenceRow) -> None:
        """Write what was before and what is after, one beside the other; of what is the same only that."""
        if row.is_same:
            self._write(painter, area, row.after, "faint")
            return
        before = min(self._metrics.horizontalAdvance(row.before) + 2, max(0, area.width() - _BETWEEN))
        self._write(painter, QRect(area.left(), area.top(), before, area.height()), row.before, "muted")
        self._paint_arrow(painter, area.left() + before + _BETWEEN // 2, area)
        self._write(painter, area.adjusted(before + _BETWEEN, 0, 0, 0), row.after, "text")

    def _paint_metric(self, painter: QPainter, area: QRect, row: DifferenceRow, place: int) -> None:
        """Write values in columns at the right, with how far they went, and their intervals below."""
        columns, line = self._columns, QRect(area.left(), area.top(), area.width(), self._line)
        tone = {True: "success", False: "danger", None: "muted"}[row.is_better]
        if row.change:
            self._write(painter, line, row.change, tone, _RIGHT)
        is_one = self._lines(place, area.width()) == 1
        names = self._metric_name_width(area.width()) if is_one else area.width() - columns.change - _GAP
        self._write(painter, QRect(line.left(), line.top(), names, line.height()), row.name, "text")
        right = line.right() + 1
        if self._metric_name_width(area.width()) >= 0:
            right -= columns.change + _GAP if columns.change else 0
        if not is_one:
            line.translate(0, self._line)
        after = QRect(right - columns.after, line.top(), columns.after, line.height())
        self._write(painter, after, row.after, "faint" if row.is_same else "text", _RIGHT)
        if not row.is_same:
            self._paint_arrow(painter, after.left() - _BETWEEN // 2, line)
            before = QRect(after.left() - _BETWEEN - columns.before, line.top(), columns.before, line.height())
            self._write(painter, before, row.before, "muted", _RIGHT)
        if any(row.low_high):
            self._paint_intervals(painter, QRect(area.left(), line.bottom() + 1, area.width(), 0), right, row)

    def _paint_intervals(self, painter: QPainter, area: QRect, right: int, row: DifferenceRow) -> None:
        """Write them below the values, which end at ``right``; where that is too narrow, to the end of the row."""
        area.setHeight(self._small_metrics.height())
        first, second = (_short_interval(words) for words in row.low_high)
        text = second if row.is_same or first == second else f"{first}  →  {second}"
        if self._small_metrics.horizontalAdvance(text) + 2 <= right - area.left():
            area.setRight(right - 1)
        painter.setFont(self._small)
        painter.setPen(theme.color("faint"))
        shown = self._small_metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, area.width())
        painter.drawText(area, int(_RIGHT), shown)

    def _paint_arrow(self, painter: QPainter, center: int, line: QRect) -> None:
        picture = icons.pixmap("arrow-right", _ARROW, "faint", painter.device().devicePixelRatioF())
        painter.drawPixmap(center - _ARROW // 2, line.center().y() - _ARROW // 2 + 1, picture)

    def _write(self, painter: QPainter, area: QRect, text: str, color: str, where: Qt.AlignmentFlag = _LEFT) -> None:
        if area.width() <= 0:
            return
        painter.setFont(self._font)
        painter.setPen(theme.color(color))
        shown = self._metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, area.width())
        painter.drawText(area, int(where | Qt.TextFlag.TextSingleLine), shown)


def _short_interval(words: str) -> str:
    """Give ``0.91–0.95`` for ``0.91 to 0.95``, but where a sign would be taken for the dash."""
    return words if "−" in words else words.replace(" to ", "–") or NONE


class DifferenceList(QListView):
    """As high as its rows, so that what it lies in scrolls; only rows in view are painted.

    The arrow keys go through the rows, and ``moved`` tells where the current one is, so that it can be shown.
    """

    moved = Signal(QRect)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, name)
        self._table = DifferenceTable(self)
        self._painter = _Painter(self)
        self.setModel(self._table)
        self.setItemDelegate(self._painter)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setSelectionMode(QListView.SelectionMode.NoSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        theme.changed.connect(self.viewport().update)

    @property
    def rows(self) -> Sequence[DifferenceRow]:
        """The rows that are shown."""
        return self._table.rows

    def show_rows(self, rows: Sequence[DifferenceRow]) -> None:
        """Show these from now on."""
        self._painter.dress(self.font())
        self._painter.measure(rows)
        self._table.show_rows(rows)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # there is nothing to scroll in here

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.rows:
            self.setCurrentIndex(self._table.index(0))

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid():
            self.moved.emit(self.visualRect(current))

    def _fit(self) -> None:
        width = self.viewport().width()
        self.setFixedHeight(sum(self._painter.height(place, width) for place in range(len(self.rows))))
