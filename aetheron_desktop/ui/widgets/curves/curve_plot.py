"""One plot of live curves on pyqtgraph; imported late, see ``plot_loader``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models import quantities
from aetheron_desktop.ui.widgets.curves.crosshair import Crosshair, Point, Reading
from aetheron_desktop.ui.widgets.curves.curve_behind import Behind
from aetheron_desktop.ui.widgets.curves.curve_line import CurveItem, Line
from aetheron_desktop.ui.widgets.curves.plot_axes import StepAxis, ValueAxis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.events import Part
    from aetheron_desktop.ui.widgets.curves.curve_buffer import Axis, CurveBuffer, Floats

_MARGIN = 0.06
_SMALLEST = 1e-12
_DOTS = 12  # of so few points each is seen
_DOT_ROOM = 0.04
_SMOOTH_POINTS = 8000  # smooth strokes of more points than this cost a frame, and on a dense band nobody sees them


class CurvePlot(pg.PlotWidget):  # type: ignore[misc]
    """Draws lines at the width of the screen; knows no run and keeps no time.

    Whoever owns it calls :meth:`draw` when there is something new, at most once a frame.
    """

    hovered = Signal(object)  # x under the pointer, None when it left
    moved = Signal()  # somebody zoomed or panned: it no longer follows
    stale = Signal()  # the view changed and wants a frame
    fit_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        self._x_axis, self._y_axis = StepAxis(), ValueAxis()
        super().__init__(parent, axisItems={"bottom": self._x_axis, "left": self._y_axis}, enableMenu=False)
        self._lines: tuple[Line, ...] = ()
        self._items: dict[tuple[str, Part], Any] = {}
        self._behind: dict[tuple[str, Part], Behind] = {}
        self._hidden: set[str] = set()
        self._axis: Axis = "step"
        self._unit = "step"
        self._log = False
        self._pointer: float | None = None
        self._reduced: dict[CurveBuffer, tuple[tuple[int, float, float, int], Floats, Floats]] = {}
        self._drawn: dict[tuple[str, Part], Floats] = {}
        self._build()
        self._crosshair = Crosshair(self)
        box = self.getViewBox()
        box.sigRangeChangedManually.connect(self._on_moved)
        box.sigRangeChanged.connect(self._on_range)
        box.sigResized.connect(self._on_resized)
        self.scene().sigMouseMoved.connect(self._on_mouse)
        self.recolor()

    def _build(self) -> None:
        self.setFrameShape(self.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 120)
        plot = self.getPlotItem()
        plot.hideButtons()
        plot.setContentsMargins(0, 4, 10, 0)
        plot.showGrid(x=False, y=True, alpha=1.0)
        self.getViewBox().disableAutoRange()
        self.getViewBox().setDefaultPadding(0)

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is shown."""
        return self._lines

    def points(self, run: str, part: Part) -> tuple[Floats, Floats]:
        """Give the points that were drawn last for one curve, as they are on the screen."""
        item = self._items.get((run, part))
        x, y = item.getData() if item is not None else (None, None)
        return (np.empty(0) if x is None else x, np.empty(0) if y is None else y)

    def behind(self, run: str, part: Part) -> Behind | None:
        """Give what lies behind one curve: its values before smoothing, or the band of a mean."""
        return self._behind.get((run, part))

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Draw ``lines`` from now on, the first one on top."""
        keys = {(line.run, line.part) for line in lines}
        for key in [key for key in self._items if key not in keys]:
            self.removeItem(self._items.pop(key))
        layered = {(line.run, line.part) for line in lines if line.raw is not None or line.spread is not None}
        for key in [key for key in self._behind if key not in layered]:
            self._behind.pop(key).remove()
        self._behind |= {key: Behind(self) for key in layered if key not in self._behind}
        self._lines = tuple(lines)
        for place, line in enumerate(self._lines):
            key = (line.run, line.part)
            if key not in self._items:
                item = CurveItem(connect="finite")
                item.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
                self._items[key] = item
                self.addItem(item)
            self._items[key].setZValue((1000 if line.part == "valid" else 0) + (500 if line.strong else 0) - place)
            self._items[key].strong = line.strong
            self._items[key].has_dots = False
        self._reduced.clear()
        self._drawn.clear()
        self.recolor()

    def hide_runs(self, runs: set[str]) -> None:
        """Leave ``runs`` out of the picture and of its range."""
        self._hidden = set(runs)
        for (run, _), item in self._items.items():
            item.setVisible(run not in self._hidden)
        for (run, _), layer in self._behind.items():
            layer.set_visible(run not in self._hidden)

    def set_axis(self, axis: Axis) -> None:
        """Put steps or time on the x axis."""
        self._axis = self._x_axis.axis = axis
        self._x_axis.picture = None
        self._reduced.clear()

    def set_unit(self, unit: str) -> None:
        """Call a step by what it is: an epoch, or a model of an ensemble."""
        self._unit = unit

    def set_log(self, log: bool) -> None:
        """Make the y axis logarithmic; what is not above zero becomes a gap."""
        self._log = log
        self._y_axis.setLogMode(False, log)
        self._reduced.clear()

    def recolor(self) -> None:
        """Take the colours of the theme as they are now."""
        self.setBackground(theme.color("plot.background"))
        for axis in (self._x_axis, self._y_axis):
            axis.recolor(self._small_font())
        for line in self._lines:
            self._items[(line.run, line.part)].setPen(line.pen)
            if (layer := self._behind.get((line.run, line.part))) is not None:
                layer.recolor(line)
        self._crosshair.update()

    def _visible(self) -> list[Line]:
        return [line for line in self._lines if line.run not in self._hidden and len(line.buffer)]

    def follow(self) -> None:
        """Choose the range: as far as the strong line goes, or all lines without one, and as high as they are there."""
        visible = self._visible()
        curves = [line for line in visible if not line.is_reference] or visible
        leading = [line for line in curves if line.strong] or curves
        if not leading:
            return
        left = min(float(line.buffer.x(self._axis)[0]) for line in leading)
        right = max(float(line.buffer.x(self._axis)[-1]) for line in leading)
        right = max(right, left + (1 if self._axis == "step" else 0.1))
        if self._axis == "step" and right - left <= _DOTS:
            room = (right - left) * _DOT_ROOM  # for the dots of the ends, and their numbers
            left, right = left - room, right + room
        else:
            right = _calm(left, right)[1]
        ends = [end for line in curves for end in line.reach]
        values = [self._reduce(end, left, right)[1] for end in ends]
        low = float(np.fmin.reduce([np.fmin.reduce(y, initial=np.inf) for y in values]))
        high = float(np.fmax.reduce([np.fmax.reduce(y, initial=-np.inf) for y in values]))
        if not np.isfinite((low, high)).all():
            low, high = 0.0, 1.0
        room = (high - low) * _MARGIN or max(abs(high) * _MARGIN, 0.05 if self._log else _SMALLEST)
        self.getViewBox().setRange(xRange=(left, right), yRange=_calm(low - room, high + room), padding=0)

    def _reduce(self, buffer: CurveBuffer, left: float, right: float) -> tuple[Floats, Floats]:
        """Give the points of a curve for this screen; what was asked before and has not changed is kept."""
        pixels = max(int(self.getViewBox().width() * self.devicePixelRatioF()), 16)
        state = (len(buffer), left, right, pixels)
        held = self._reduced.get(buffer)
        if held is not None and held[0] == state:
            return held[1], held[2]
        x, y = buffer.reduce(self._axis, left, right, pixels)
        if len(buffer) == 1:  # a reference
            x, y = np.array([left, right]), np.repeat(buffer.values, 2)
        if self._log:
            y = np.log10(np.where(y > 0, y, np.nan))
        self._reduced[buffer] = (state, x, y)
        return x, y

    @property
    def span(self) -> tuple[float, float]:
        """Left and right end of the x axis."""
        (left, right), _ = self.getViewBox().viewRange()
        return left, right

    def show_span(self, left: float, right: float) -> None:
        """Show x from ``left`` to ``right``, as another plot does."""
        self.getViewBox().setXRange(left, right, padding=0)

    def draw(self) -> None:
        """Give every visible line that is new or in a new view the points of this screen."""
        left, right = self.span
        total = 0
        for line in self._visible():
            key = (line.run, line.part)
            x, y = self._reduce(line.buffer, left, right)
            total += len(x)
            if self._drawn.get(key) is y:
                continue
            self._drawn[key] = y
            item = self._items[key]
            if (item.opts["pen"].style() == Qt.PenStyle.DashLine) != line.is_reference:
                item.setPen(line.pen)
            item.has_dots = len(line.buffer) <= _DOTS and not line.is_reference
            item.setData(x, y, skipFiniteCheck=not (self._log or line.buffer.has_gaps))
            self._draw_behind(line, left, right)
        self._smooth(total <= _SMOOTH_POINTS)
        if self._pointer is not None:
            self.point_at(self._pointer)

    def _draw_behind(self, line: Line, left: float, right: float) -> None:
        layer = self._behind.get((line.run, line.part))
        if layer is None:
            return
        nothing = np.empty(0)
        layer.draw_raw(*(self._reduce(line.raw, left, right) if line.raw is not None else (nothing, nothing)))
        if line.spread is None:
            layer.draw_band(nothing, nothing, nothing, 0.0)
            return
        (x, low), (_, high) = (self._reduce(end, left, right) for end in line.spread[:2])
        layer.draw_band(x, low, high, floor=self.getViewBox().viewRange()[1][0])

    def _smooth(self, smooth: bool) -> None:
        for item in self._items.values():
            item.opts["antialias"] = smooth

    def point_at(self, x: float | None) -> None:
        """Show the crosshair at ``x`` with every visible line's value there; hide it with None."""
        self._pointer = x
        if x is None:
            self._crosshair.show_readings("", None, [])
            return
        found = [(line, point) for line in self._visible() if (point := self._value_at(line, x)) is not None]
        if not found:
            self._crosshair.show_readings("", None, [])
            return
        at = min((point[0] for _, point in found), key=lambda place: abs(place - x))
        title = f"{self._unit.capitalize()} {at:,.0f}" if self._axis == "step" else f"After {quantities.duration(at)}"
        if any(line.raw is not None for line, _ in found):
            title += ", smoothed"
        points = {
            (line.run, line.part): Point(self._words(line, point), line.color, self._pixel(point))
            for line, point in found
        }
        names = {line.run: line.name for line, _ in found}
        self._crosshair.setGeometry(self._area())
        self._crosshair.show_readings(
            title,
            self._pixel((at, 1.0)).x(),
            [Reading(name, points.get((run, "valid")), points.get((run, "train"))) for run, name in names.items()],
        )

    def _words(self, line: Line, point: tuple[float, float]) -> str:
        """Give a value, of a mean with the deviation of its runs."""
        value = quantities.number(point[1])
        spread = line.spread and line.spread.sd.at(self._axis, point[0])
        return f"{value} ± {quantities.number(spread[1])}" if spread else value

    def _value_at(self, line: Line, x: float) -> tuple[float, float] | None:
        """A curve has no value beyond its ends; a reference has its one everywhere."""
        if line.is_reference:
            return x, float(line.buffer.values[0])
        places = line.buffer.x(self._axis)
        left, right = self.span
        beyond = (right - left) / 100
        return line.buffer.at(self._axis, x) if places[0] - beyond <= x <= places[-1] + beyond else None

    def _area(self) -> Any:
        return self.mapFromScene(self.getViewBox().sceneBoundingRect()).boundingRect()

    def _pixel(self, point: tuple[float, float]) -> QPointF:
        x, y = point
        if self._log:
            y = float(np.log10(y)) if y > 0 else float("nan")
        (left, right), (low, high) = self.getViewBox().viewRange()
        area = self._area()
        return QPointF(
            (x - left) / (right - left) * area.width(),
            float("nan") if not np.isfinite(y) else (high - y) / (high - low) * area.height(),
        )

    def _on_moved(self, *_: object) -> None:
        self.moved.emit()

    def _on_range(self, *_: object) -> None:
        self.stale.emit()

    def _on_resized(self, *_: object) -> None:
        self.stale.emit()

    def _on_mouse(self, position: QPointF) -> None:
        box = self.getViewBox()
        if box.sceneBoundingRect().contains(position):
            self.hovered.emit(float(box.mapSceneToView(position).x()))
        else:
            self.hovered.emit(None)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hovered.emit(None)

    def mouseDoubleClickEvent(self, event: Any) -> None:
        self.fit_wanted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        box = self.getViewBox()
        (left, right), (low, high) = box.viewRange()
        match event.key():
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                box.scaleBy((0.8, 1))
            case Qt.Key.Key_Minus:
                box.scaleBy((1.25, 1))
            case Qt.Key.Key_Left:
                box.translateBy(x=-(right - left) / 10)
            case Qt.Key.Key_Right:
                box.translateBy(x=(right - left) / 10)
            case Qt.Key.Key_Up:
                box.translateBy(y=(high - low) / 10)
            case Qt.Key.Key_Down:
                box.translateBy(y=-(high - low) / 10)
            case Qt.Key.Key_Home | Qt.Key.Key_0 | Qt.Key.Key_F:
                self.fit_wanted.emit()
                return
            case _:
                super().keyPressEvent(event)
                return
        self.moved.emit()

    def _small_font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(max(10, self.fontInfo().pixelSize() - 2))
        return font


def _calm(low: float, high: float) -> tuple[float, float]:
    """Widen a range to round ends, by a fiftieth at most: an axis that moves with every point is slow and restless."""
    if not high > low:
        return low, high
    step = 2.0 ** math.floor(math.log2((high - low) / 50))
    return math.floor(low / step) * step, math.ceil(high / step) * step
