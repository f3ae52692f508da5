"""Soft coloured light behind the start page. It drifts for a few seconds after somebody came, then lies still."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPixmap, QRadialGradient
from PySide6.QtWidgets import QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets import motion

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QPaintEvent, QShowEvent

_FRAME_MS = 66
_AWAKE_S = 10.0
_EASE_S = 2.0
# A small picture drawn large is a blur that costs nothing.
_SMALL = (320, 144)
# Where each light circles (share of the width and height), how far, how fast, how large.
_LIGHTS = (
    ("glow.first", 0.30, 0.10, 0.10, 0.31, 0.55),
    ("glow.second", 0.72, 0.16, 0.12, 0.23, 0.50),
    ("glow.third", 0.52, 0.42, 0.16, 0.17, 0.42),
)


class Accent(QWidget):
    """Paints the light; :meth:`wake` lets it drift for ten seconds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("accent")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._wanted = True
        self._phase = 0.0
        self._until = 0.0
        self._picture = QPixmap()
        self._timer = QTimer(self, interval=_FRAME_MS)
        self._timer.timeout.connect(self._step)
        theme.changed.connect(self._redraw)
        motion.changed.connect(self._reconsider)

    @property
    def is_moving(self) -> bool:
        """Whether it drifts now."""
        return self._timer.isActive()

    def set_wanted(self, wanted: bool) -> None:
        """Show the light, or leave the ground plain."""
        self._wanted = wanted
        self._reconsider()
        self.update()

    def wake(self) -> None:
        """Somebody is here."""
        self._until = time.monotonic() + _AWAKE_S
        self._reconsider()

    def rest(self) -> None:
        """Lie still from now on."""
        self._until = 0.0
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._wanted:
            return
        if self._picture.isNull():
            self._picture = self._drawn()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(QRectF(self.rect()), self._picture, QRectF(self._picture.rect()))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.wake()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.rest()

    def event(self, event: QEvent) -> bool:
        # These two reach every widget of the window, as ActivationChange does not.
        if event.type() == QEvent.Type.WindowActivate:
            self.wake()
        elif event.type() == QEvent.Type.WindowDeactivate:
            self.rest()
        return super().event(event)

    def _reconsider(self) -> None:
        awake = time.monotonic() < self._until
        if awake and self._wanted and motion.is_idle_motion_allowed() and self.isVisible() and self.isActiveWindow():
            self._timer.start()
        else:
            self._timer.stop()

    def _step(self) -> None:
        left = self._until - time.monotonic()
        if left <= 0:
            self.rest()
            return
        self._phase += _FRAME_MS / 1000 * min(1.0, left / _EASE_S)
        self._redraw()

    def _redraw(self) -> None:
        self._picture = QPixmap()
        self.update()

    def _drawn(self) -> QPixmap:
        width, height = _SMALL
        picture = QPixmap(width, height)
        picture.fill(theme.color("window"))
        painter = QPainter(picture)
        for name, x, y, reach, speed, radius in _LIGHTS:
            angle = self._phase * speed * 2 + x * 7
            center = QPointF((x + reach * math.cos(angle)) * width, (y + reach * math.sin(angle * 0.9)) * height)
            light = QRadialGradient(center, radius * width * 0.62)
            full, none = QColor(theme.color(name)), QColor(theme.color(name))
            full.setAlphaF(0.85)
            none.setAlphaF(0.0)
            light.setColorAt(0.0, full)
            light.setColorAt(1.0, none)
            painter.fillRect(0, 0, width, height, light)
        ground = QLinearGradient(0, 0, 0, height)
        none = QColor(theme.color("window"))
        none.setAlphaF(0.0)
        ground.setColorAt(0.25, none)
        ground.setColorAt(1.0, theme.color("window"))
        painter.fillRect(0, 0, width, height, ground)
        painter.end()
        return picture
