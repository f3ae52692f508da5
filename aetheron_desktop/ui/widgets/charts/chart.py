"""What all charts can do: axes, zoom and pan, a value under the pointer, a region that is chosen, and three files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.charts.axes import (
    BOTTOM,
    GAP,
    paint_foot,
    paint_legend,
    paint_side,
    paint_tip,
    paint_titles,
)
from aetheron_desktop.ui.widgets.charts.frame import Bounds, Frame, scaled
from aetheron_desktop.ui.widgets.charts.ticks import Scale, Tick, ticks

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPaintEvent, QWheelEvent

_TOP: Final = 10.0
_RIGHT: Final = 14.0
_NAME: Final = 170.0
"""The most room for a name at an axis."""
_ZOOM: Final = 1.2
_LEAST_DRAG: Final = 4.0


class Chart(QWidget):
    """Base of charts. One draws itself in :meth:`draw` and says what it is in the other methods below.

    ``region_chosen`` tells a part of the plane that was marked, ``point_chosen`` one that was clicked.
    """

    region_chosen = Signal(object)  # Bounds
    point_chosen = Signal(float, float)
    cleared = Signal()
    view_changed = Signal(object)  # Bounds: somebody zoomed, moved, or looks at everything again

    zooms: tuple[bool, bool] = (True, True)
    """Whether it can be zoomed across, and up."""
    marks_across = False
    """Whether a region always has the full height."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 110)
        self._home = Bounds(0.0, 1.0, 0.0, 1.0)
        self._view = self._home
        self._pointer: QPointF | None = None
        self._pressed: QPointF | None = None
        self._panned_from = self._home
        self._marking = self._carried = False
        self._layer: QPixmap | None = None
        self.is_marking = False
        """Whether a drag marks a region; otherwise it moves the plane, and marks with the Shift key."""
        self.can_mark = False
        """Whether a click tells :attr:`point_chosen`, and Escape :attr:`cleared`."""
        self.can_mark_regions = False
        """Whether a drag may mark."""
        self.is_scrolled = False
        """Whether it lies in a page that the wheel scrolls; it then zooms with the Ctrl key alone."""
        theme.changed.connect(self.redraw)

    # -- what a chart says of itself -----------------------------------------------------------------------------------

    def draw(self, painter: QPainter, frame: Frame) -> None:
        """Draw the data; the paper is clipped to the area."""
        raise NotImplementedError

    def draw_over(self, painter: QPainter, frame: Frame) -> None:
        """Draw what moves over the data, on the screen and in files; the data are not drawn anew for it."""

    def takes(self, at: QPointF, frame: Frame) -> bool:
        """Whether a press at a point of the paper takes hold of something; then :meth:`carry` hears where it goes."""
        del at, frame
        return False

    def carry(self, x: float, y: float) -> None:
        """Hear where what was taken hold of is brought."""

    def scales(self) -> tuple[Scale | None, Scale | None]:
        """Give what the axes count; None for one with names, see :meth:`names`."""
        return "number", "number"

    def names(self, upright: bool) -> list[Tick]:
        """Give the names on an axis that counts nothing."""
        del upright
        return []

    def titles(self) -> tuple[str, str]:
        """Give what stands at the ends of the axes."""
        return "", ""

    def tip(self, x: float, y: float, frame: Frame) -> str:
        """Say what lies under the pointer; nothing where nothing lies."""
        del x, y, frame
        return ""

    def legend(self) -> list[tuple[str, QColor]]:
        """Give the names of what has a colour of its own."""
        return []

    def table(self) -> list[list[str]]:
        """Give what is drawn as rows of text, the names of the columns first."""
        raise NotImplementedError

    # -- the view ------------------------------------------------------------------------------------------------------

    @property
    def view(self) -> Bounds:
        """What is looked at."""
        return self._view

    def set_home(self, home: Bounds, *, keep_view: bool = False) -> None:
        """Set all that there is to see, and look at it."""
        keep = keep_view and self._view != self._home
        self._home = home
        self._view = self._view if keep else home
        self.redraw()

    def fit(self) -> None:
        """Look at everything."""
        self._turn_to(self._home)

    def look(self, view: Bounds) -> None:
        """Look at the same part of the plane as another chart; nobody is told."""
        if view != self._view:
            self._view = view
            self.redraw()

    def _turn_to(self, view: Bounds) -> None:
        self._view = view
        self.redraw()
        self.view_changed.emit(view)

    def zoom(self, factor: float, at: tuple[float, float] | None = None) -> None:
        """Come nearer by ``factor``, or go away when it is below one; ``at`` stays where it is."""
        view, home = self._view, self._home
        x, y = at or ((view.left + view.right) / 2, (view.low + view.high) / 2)
        across, up = self.zooms
        left, right = scaled(view.left, view.right, x, factor, home.right - home.left) if across else view[:2]
        low, high = scaled(view.low, view.high, y, factor, home.high - home.low) if up else view[2:]
        self._turn_to(Bounds(left, right, low, high))

    def pan(self, across: float, up: float) -> None:
        """Move by parts of what is looked at."""
        view = self._view
        dx = across * (view.right - view.left) if self.zooms[0] else 0.0
        dy = up * (view.high - view.low) if self.zooms[1] else 0.0
        self._turn_to(Bounds(view.left + dx, view.right + dx, view.low + dy, view.high + dy))

    # -- drawing -------------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(480, 260)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        frame = self.frame()
        if self._layer is None or self._layer.size() != self.size() * self.devicePixelRatioF():
            self._layer = self._drawn()
        painter.drawPixmap(0, 0, self._layer)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.small_font())
        self._draw_over(painter, frame)
        if self.hasFocus():
            painter.setPen(QPen(theme.color("focus"), 1))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        self._paint_marking(painter, frame)
        is_free = self._pressed is None or self._carried
        if self._pointer is not None and is_free and frame.area.contains(self._pointer):
            text = self.tip(*frame.at(self._pointer), frame)
            if text:
                paint_tip(painter, self._pointer, text, QSizeF(self.size()))

    def redraw(self) -> None:
        """Draw anew; what lies under the pointer is drawn over what is there."""
        self._layer = None
        self.update()

    def _drawn(self) -> QPixmap:
        layer = QPixmap(self.size() * self.devicePixelRatioF())
        layer.setDevicePixelRatio(self.devicePixelRatioF())
        layer.fill(Qt.GlobalColor.transparent)
        painter = QPainter(layer)
        self.paint_on(painter, QSizeF(self.size()))
        painter.end()
        return layer

    def _draw_over(self, painter: QPainter, frame: Frame) -> None:
        painter.save()
        painter.setClipRect(frame.area.adjusted(-1, -1, 1, 1))
        self.draw_over(painter, frame)
        painter.restore()

    def paint_all(self, painter: QPainter, size: QSizeF) -> None:
        """Draw the chart and what lies over it on paper of ``size``, for a file."""
        self._draw_over(painter, self.paint_on(painter, size))

    def paint_on(self, painter: QPainter, size: QSizeF) -> Frame:
        """Draw the chart on paper of ``size``, and give where it lies."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.small_font())
        metrics = QFontMetricsF(painter.font())
        frame = self._frame(size, metrics)
        counted = self.scales()
        paint_side(painter, frame, self._ticks(frame.area, upright=True), counts=counted[1] is not None)
        under = metrics.height() if self.titles()[0] else 0.0
        feet = self._ticks(frame.area, upright=False)
        paint_foot(painter, frame, feet, size, counts=counted[0] is not None, under=under)
        paint_legend(painter, frame, self.legend())
        paint_titles(painter, frame, self.titles(), size)
        painter.save()
        painter.setClipRect(frame.area.adjusted(-1, -1, 1, 1))
        self.draw(painter, frame)
        painter.restore()
        return frame

    def small_font(self) -> QFont:
        """Give the font of axes."""
        font = QFont(self.font())
        font.setPixelSize(max(10, self.fontInfo().pixelSize() - 2))
        return font

    def frame(self) -> Frame:
        """Give where the chart lies on the screen."""
        return self._frame(QSizeF(self.size()), QFontMetricsF(self.small_font()))

    def _frame(self, size: QSizeF, metrics: QFontMetricsF) -> Frame:
        texts = [tick.text for tick in self._ticks(QRectF(0, 0, size.width(), size.height()), upright=True)]
        widest = max((metrics.horizontalAdvance(text) for text in texts), default=0.0)
        left = min(widest, size.width() * 0.35, _NAME) + 2 * GAP
        across, up = self.titles()
        top = _TOP + (metrics.height() + 4) * (bool(self.legend()) + bool(up))
        width = max(10.0, size.width() - left - _RIGHT)
        bottom = self._foot(width, metrics, size) + (metrics.height() if across else 0.0)
        return Frame(QRectF(left, top, width, max(10.0, size.height() - top - bottom)), self._view)

    def _foot(self, width: float, metrics: QFontMetricsF, size: QSizeF) -> float:
        """Give the room below: names that are wider than their place stand upright."""
        if self.scales()[0] is not None:
            return BOTTOM
        names = self.names(upright=False)
        widest = max((metrics.horizontalAdvance(tick.text) for tick in names), default=0.0)
        is_wide = bool(names) and widest > width / len(names) - 4
        return max(BOTTOM, min(widest + 12, size.height() * 0.3, _NAME)) if is_wide else BOTTOM

    def _ticks(self, area: QRectF, *, upright: bool) -> list[Tick]:
        scale = self.scales()[1 if upright else 0]
        if scale is None:
            return self.names(upright)
        view = self._view
        if upright:
            return ticks(scale, view.low, view.high, int(area.height() / 38))
        return ticks(scale, view.left, view.right, int(area.width() / (100 if scale == "date" else 70)))

    def _paint_marking(self, painter: QPainter, frame: Frame) -> None:
        if not self._marking or self._pressed is None or self._pointer is None:
            return
        area = self._dragged(frame)
        color = theme.color("accent")
        painter.setPen(QPen(color, 1))
        color.setAlphaF(0.15)
        painter.setBrush(color)
        painter.drawRect(area)

    # -- the hand ------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self._pointer = event.position()
            self._panned_from = self._view
            self._carried = self.takes(event.position(), self.frame())
            if self._carried:
                self.carry(*self.frame().at(event.position()))
                return
            has_shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._marking = self.can_mark_regions and (self.is_marking or has_shift)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        if self._pressed is not None and self._carried:
            self.carry(*self.frame().at(event.position()))
        elif self._pressed is None:
            held = self.takes(event.position(), self.frame())
            self.setCursor(Qt.CursorShape.SizeAllCursor if held else Qt.CursorShape.ArrowCursor)
        elif not self._marking:
            frame = Frame(self.frame().area, self._panned_from)
            (x, y), (from_x, from_y) = frame.at(event.position()), frame.at(self._pressed)
            before = self._panned_from
            dx = from_x - x if self.zooms[0] else 0.0
            dy = from_y - y if self.zooms[1] else 0.0
            self._turn_to(Bounds(before.left + dx, before.right + dx, before.low + dy, before.high + dy))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        marking, self._marking = self._marking, False
        carried, self._carried = self._carried, False
        if pressed is None or carried or event.button() != Qt.MouseButton.LeftButton:
            return
        frame = self.frame()
        if (event.position() - pressed).manhattanLength() < _LEAST_DRAG:
            if self.can_mark and frame.area.contains(event.position()):
                self.point_chosen.emit(*frame.at(event.position()))
        elif marking:
            self._pressed = pressed
            area = self._dragged(frame)
            self._pressed = None
            left, low = frame.at(area.bottomLeft())
            right, high = frame.at(area.topRight())
            self.region_chosen.emit(Bounds(left, right, low, high))
        self.update()

    def _dragged(self, frame: Frame) -> QRectF:
        assert self._pressed is not None
        assert self._pointer is not None
        area = QRectF(self._pressed, self._pointer).normalized().intersected(frame.area)
        if self.marks_across:
            area.setTop(frame.area.top())
            area.setBottom(frame.area.bottom())
        return area

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        del event
        self._pressed = None
        self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        has_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if not any(self.zooms) or not event.angleDelta().y() or (self.is_scrolled and not has_control):
            event.ignore()
            return
        factor = _ZOOM ** (event.angleDelta().y() / 120)
        self.zoom(factor, self.frame().at(event.position()))
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._pointer = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom(_ZOOM)
            case Qt.Key.Key_Minus:
                self.zoom(1 / _ZOOM)
            case Qt.Key.Key_Left:
                self.pan(-0.1, 0)
            case Qt.Key.Key_Right:
                self.pan(0.1, 0)
            case Qt.Key.Key_Up:
                self.pan(0, 0.1)
            case Qt.Key.Key_Down:
                self.pan(0, -0.1)
            case Qt.Key.Key_Home | Qt.Key.Key_0 | Qt.Key.Key_F:
                self.fit()
            case Qt.Key.Key_Escape if self.can_mark:
                self.cleared.emit()
            case _:
                super().keyPressEvent(event)
