"""Classes against classes: what was, and what was predicted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPen

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.charts.fields import Cells
from aetheron_desktop.ui.widgets.charts.shades import on, two_sided
from aetheron_desktop.ui.widgets.charts.ticks import Tick

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtGui import QKeyEvent, QPainter
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.ui.widgets.charts.frame import Frame

_MANY: Final = 40
"""More classes are drawn as points of a picture, and looked at by zooming in."""
_LEVELS: Final = 101
"""Depths of a colour: with those of right and wrong, and of none, there are not more than a byte counts."""


class ConfusionChart(Cells):
    """A row for each class that was, a column for each that was predicted; what is right lies on the diagonal.

    A click, or the arrow keys, tell the cell by ``point_chosen``.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._counts: Sequence[Sequence[int]] | NDArray[np.int64] = ()
        self._shares: Sequence[Sequence[float]] | NDArray[np.float64] = ()
        self._has_shares = False
        self._marked: Sequence[Sequence[int]] | NDArray[np.int64] = ()
        self._chosen: tuple[int, int] | None = None
        self._picture: QImage | None = None
        theme.changed.connect(self._forget_picture)

    @property
    def counts(self) -> Sequence[Sequence[int]] | NDArray[np.int64]:
        """The rows of each cell: what was, then what was predicted."""
        return self._counts

    def show_cells(
        self,
        names: Sequence[str],
        counts: Sequence[Sequence[int]] | NDArray[np.int64],
        shares: Sequence[Sequence[float]] | NDArray[np.float64],
        *,
        has_shares: bool,
    ) -> None:
        """Show counts; ``shares`` (0 to 1) are the depth of their colours, and written when ``has_shares``."""
        same = tuple(names) == self._names
        self._names, self._counts, self._shares = tuple(names), counts, shares
        self._has_shares = has_shares
        self.zooms = (len(names) > _MANY,) * 2
        self._picture = None
        if same:
            self.redraw()
        else:
            self._chosen, self._marked = None, ()
            self._home_of(len(names), len(names))

    def show_chosen(
        self, cell: tuple[int, int] | None, marked: Sequence[Sequence[int]] | NDArray[np.int64] = ()
    ) -> None:
        """Show which cell is looked at (what was, what was predicted), and how many marked rows are in each."""
        self._chosen, self._marked = cell, marked
        self.update()

    def choice_at(self, x: float, y: float) -> tuple[int, int] | None:
        """Give the cell at a place: what was, and what was predicted."""
        across, down = self.cell_at(x, y)
        count = len(self._names)
        return (down, across) if 0 <= across < count and 0 <= down < count else None

    def titles(self) -> tuple[str, str]:
        return "Predicted", "Actual"

    def names(self, upright: bool) -> list[Tick]:
        low, high = (-self._view.high, -self._view.low) if upright else (self._view.left, self._view.right)
        shown = range(max(0, math.floor(low)), min(len(self._names), math.ceil(high) + 1))
        return [Tick(-place if upright else place, self._names[place]) for place in shown]

    def draw(self, painter: QPainter, frame: Frame) -> None:
        if len(self._names) > _MANY:
            self._draw_picture(painter, frame)
            return
        for down, (counts, shares) in enumerate(zip(self._counts, self._shares, strict=True)):
            for across, (count, share) in enumerate(zip(counts, shares, strict=True)):
                cell = self._cell(frame, across, down)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(_color(share, is_right=across == down) if count else theme.color("sunken"))
                painter.drawRect(cell)
                self._write_cell(painter, cell, f"{int(count):,}", f"{share:.1%}" if self._has_shares and count else "")

    def draw_over(self, painter: QPainter, frame: Frame) -> None:
        if len(self._marked) and len(self._names) <= _MANY:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("warning"))
            for down, counts in enumerate(self._marked):
                for across, count in enumerate(counts):
                    if count:
                        cell = self._cell(frame, across, down)
                        width = cell.width() * min(1.0, count / max(1, self._counts[down][across]))
                        painter.drawRect(QRectF(cell.left(), cell.bottom() - 5, max(2.0, width), 5))
        if self._chosen is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("text"), 2))
            painter.drawRect(self._cell(frame, self._chosen[1], self._chosen[0]))

    def tip(self, x: float, y: float, frame: Frame) -> str:
        del frame
        found = self.choice_at(x, y)
        if found is None:
            return ""
        actual, predicted = found
        count = self._counts[actual][predicted]
        lines = [
            f"{count:,} row{'' if count == 1 else 's'}",
            f"actual {self._names[actual]}, predicted {self._names[predicted]}",
        ]
        if self._has_shares and count:
            lines.append(f"{self._shares[actual][predicted]:.2%}")
        if len(self._marked):
            lines.append(f"{self._marked[actual][predicted]:,} marked")
        return "\n".join(lines)

    def table(self) -> list[list[str]]:
        rows = [
            [name, *(str(int(count)) for count in counts)]
            for name, counts in zip(self._names, self._counts, strict=True)
        ]
        return [["actual / predicted", *self._names], *rows]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self._names:
            super().keyPressEvent(event)
            return
        last = len(self._names) - 1
        down, across = self._chosen or (-step[0], -step[1])
        down, across = min(last, max(0, down + step[0])), min(last, max(0, across + step[1]))
        self.point_chosen.emit(float(across), float(-down))

    def _write_cell(self, painter: QPainter, cell: QRectF, count: str, share: str) -> None:
        metrics = QFontMetricsF(painter.font())
        texts = [text for text in (share, count) if text]
        width = max(metrics.horizontalAdvance(text) for text in texts) + 4
        if cell.width() < width or cell.height() < metrics.height():
            return
        if cell.height() < metrics.height() * len(texts):
            texts = texts[:1]
        painter.setPen(on(painter.brush().color()))
        painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, "\n".join(texts))

    def _draw_picture(self, painter: QPainter, frame: Frame) -> None:
        if self._picture is None:
            self._picture = _picture(self._counts, self._shares)
        count = len(self._names)
        left, top = frame.x(-0.5), frame.y(0.5)
        painter.drawImage(QRectF(left, top, frame.x(count - 0.5) - left, frame.y(0.5 - count) - top), self._picture)

    def _forget_picture(self) -> None:
        self._picture = None


def _color(share: float, *, is_right: bool) -> QColor:
    depth = 0.12 + 0.88 * min(1.0, max(0.0, share))
    return two_sided(depth if is_right else -depth)


def _picture(counts: Any, shares: Any) -> QImage:
    """Draw a point for each cell; few errors among many rows are seen, for depth goes with the root of the share."""
    import numpy as np  # so many cells come as arrays

    depth = np.sqrt(np.clip(np.nan_to_num(np.asarray(shares)), 0.0, 1.0))
    level = np.where(np.asarray(counts) > 0, 1 + (depth * (_LEVELS - 1)).astype(np.uint8), 0).astype(np.uint8)
    diagonal = np.arange(len(level))
    right = level[diagonal, diagonal]
    level[diagonal, diagonal] = np.where(right > 0, right + _LEVELS, 0)
    data = np.zeros((len(level), -(-len(level) // 4) * 4), dtype=np.uint8)  # lines begin at multiples of four bytes
    data[:, : len(level)] = level
    image = QImage(data.tobytes(), len(level), len(level), data.shape[1], QImage.Format.Format_Indexed8)
    shades = [_color(step / (_LEVELS - 1), is_right=is_right) for is_right in (False, True) for step in range(_LEVELS)]
    image.setColorTable([color.rgb() for color in (theme.color("surface"), *shades)])
    return image.copy()
