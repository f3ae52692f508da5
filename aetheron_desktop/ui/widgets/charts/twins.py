"""Two distributions side by side: a pair of bars for each part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, Qt

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.charts.chart import Chart
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.ticks import Scale, Tick

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QPainter
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.datasets.comparing.drift import ColumnDrift
    from aetheron_desktop.ui.widgets.charts.frame import Frame

_HEADROOM: Final = 1.05
_HALF: Final = 0.38
_LONGEST: Final = 28


class TwinChart(Chart):
    """The shares of a column's parts before and after."""

    zooms = (False, False)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drift: ColumnDrift | None = None
        self._named = ("before", "after")

    def show_drift(self, drift: ColumnDrift, named: tuple[str, str]) -> None:
        """Show a column of two tables of these names."""
        self._drift, self._named = drift, named
        most = max((share for side in drift.shares for share in side), default=0.0)
        self.set_home(Bounds(0.0, 100 * most * _HEADROOM or 1.0, 0.5 - max(1, len(drift.labels)), 0.5))

    def scales(self) -> tuple[Scale | None, Scale | None]:
        return "number", None

    def titles(self) -> tuple[str, str]:
        return "% of the rows", ""

    def names(self, upright: bool) -> list[Tick]:
        if self._drift is None or not upright:
            return []
        return [Tick(-place, _shown(label)) for place, label in enumerate(self._drift.labels)]

    def draw(self, painter: QPainter, frame: Frame) -> None:
        if self._drift is None:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        for side, shares in enumerate(self._drift.shares):
            painter.setBrush(theme.series(side))
            for place, share in enumerate(shares):
                top = frame.y(-place + (_HALF if side == 0 else 0.0))
                bottom = frame.y(-place + (0.0 if side == 0 else -_HALF))
                width = frame.x(100 * share) - frame.x(0)
                if share > 0:
                    painter.drawRect(QRectF(frame.x(0), top, max(1.0, width), max(1.0, bottom - top - 1.0)))

    def legend(self) -> list[tuple[str, QColor]]:
        return [(name, theme.series(side)) for side, name in enumerate(self._named)]

    def tip(self, x: float, y: float, frame: Frame) -> str:
        del x, frame
        place = round(-y)
        if self._drift is None or not 0 <= place < len(self._drift.labels):
            return ""
        told = [
            f"{name}: {100 * side[place]:.1f} %" for name, side in zip(self._named, self._drift.shares, strict=True)
        ]
        return "\n".join([_shown(self._drift.labels[place]), *told])

    def table(self) -> list[list[str]]:
        if self._drift is None:
            return []
        rows = zip(self._drift.labels, *self._drift.shares, strict=True)
        return [[self._drift.column, *self._named], *([label, repr(a), repr(b)] for label, a, b in rows)]


def _shown(label: str) -> str:
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}…"
