"""The icons, drawn for this program: 24 by 24, strokes of 1.75, one colour that is a token of the theme.

An icon is painted when it is shown, in the colours of that moment and for the pixels of that screen; a change of the
scheme needs no new icons. ``icon("train", "accent")``; names are the files of ``resources/icons``.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap

from aetheron_desktop.shipped import shipped
from aetheron_desktop.ui import theme

COLUMN_TYPES = ("number", "integer", "category", "boolean", "date", "text", "identifier")
"""Each type of a column has the icon of its name."""


@cache
def names() -> frozenset[str]:
    """Give the names of all icons."""
    return frozenset(path.stem for path in (shipped("resources") / "icons").glob("*.svg"))


@cache
def source(name: str) -> str:
    """Give the SVG of icon ``name``.

    Raises:
        FileNotFoundError: there is no such icon.
    """
    return (shipped("resources") / "icons" / f"{name}.svg").read_text(encoding="utf-8")


def icon(name: str, color: str = "text") -> QIcon:
    """Give icon ``name`` in the colour of token ``color``, whatever the scheme is when it is painted."""
    return QIcon(_Engine(name, color))


def pixmap(name: str, size: int, color: str = "text", ratio: float = 1.0) -> QPixmap:
    """Draw icon ``name`` with ``size`` by ``size`` points now; ``ratio`` is device pixels per point."""
    return _drawn(name, theme.color(color).name(), round(size * ratio), ratio)


@cache
def application_icon() -> QIcon:
    """Give the program's own icon."""
    return icon("app")


class _Engine(QIconEngine):
    def __init__(self, name: str, color: str) -> None:
        super().__init__()
        self._name = name
        self._color = color

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        ratio = painter.device().devicePixelRatioF() if painter.device() else 1.0
        side = min(rect.width(), rect.height())
        corner = QPoint(rect.x(), rect.y() + (rect.height() - side) // 2)
        painter.drawPixmap(corner, self._pixmap(round(side * ratio), ratio, mode))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self._roomy(size, 1.0, mode)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        return self._roomy(size, scale, mode)

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:
        return size

    def isNull(self) -> bool:
        return False

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._color)

    def _roomy(self, size: QSize, ratio: float, mode: QIcon.Mode) -> QPixmap:
        width, height = round(size.width() * ratio), round(size.height() * ratio)
        drawn = self._pixmap(min(width, height), ratio, mode)
        if width <= height or height <= 0:
            return drawn
        canvas = QPixmap(width, height)
        canvas.fill(Qt.GlobalColor.transparent)
        canvas.setDevicePixelRatio(ratio)
        painter = QPainter(canvas)
        painter.drawPixmap(0, 0, drawn)
        painter.end()
        return canvas

    def _pixmap(self, pixels: int, ratio: float, mode: QIcon.Mode) -> QPixmap:
        shown = "disabled" if mode == QIcon.Mode.Disabled else self._color
        return _drawn(self._name, theme.color(shown).name(), pixels, ratio)


@cache
def _drawn(name: str, color: str, pixels: int, ratio: float) -> QPixmap:
    from PySide6.QtSvg import QSvgRenderer  # the first icon loads it, not the import of the window

    renderer = QSvgRenderer(QByteArray(source(name).replace("currentColor", color).encode()))
    canvas = QPixmap(max(1, pixels), max(1, pixels))
    canvas.fill(Qt.GlobalColor.transparent)
    painter = QPainter(canvas)
    renderer.render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    canvas.setDevicePixelRatio(ratio)
    return canvas
