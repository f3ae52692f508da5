"""Several runs at their scores, with a bar over those that cannot be told apart (after Demšar 2006)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPen

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models import quantities
from aetheron_desktop.ui.item_models import score as score_words
from aetheron_desktop.ui.widgets.charts.chart import Chart
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.ticks import Tick
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.comparing.evidence import RunRanking
    from aetheron_desktop.ui.widgets.charts.frame import Frame
    from aetheron_desktop.ui.widgets.charts.ticks import Scale

_ROW: Final = 30
_FOOT: Final = 70


class RankingChart(Chart):
    """A line for each run, best above; what is joined at the left cannot be told apart."""

    zooms = (False, False)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "ranking_chart", "Runs that can and cannot be told apart")
        self._told: RunRanking | None = None
        self._names: Mapping[str, str] = {}

    def show_ranking(self, told: RunRanking, names: Mapping[str, str]) -> None:
        """Show an order of runs; ``names`` has theirs by their ids."""
        self._told, self._names = told, names
        count = len(told.order)
        if count:
            low, high = min(told.scores), max(told.scores)
            room = (high - low) * 0.12 or 0.01
            self.set_home(Bounds(low - room, high + room, 0.5 - count, 0.5))
            self.setFixedHeight(_ROW * count + _FOOT)
        self.setAccessibleDescription(told.sentence)

    def scales(self) -> tuple[Scale | None, Scale | None]:
        return "number", None

    def names(self, upright: bool) -> list[Tick]:
        order = self._told.order if self._told is not None and upright else ()
        return [Tick(-float(place), self._names.get(run, run)) for place, run in enumerate(order)]

    def bars(self) -> list[tuple[int, int]]:
        """Give the first and the last line of each group of runs that cannot be told apart."""
        if self._told is None:
            return []
        places = {run: place for place, run in enumerate(self._told.order)}
        return [(min(places[run] for run in group), max(places[run] for run in group)) for group in self._told.groups]

    def draw(self, painter: QPainter, frame: Frame) -> None:
        told = self._told
        if told is None:
            return
        for place, score in enumerate(told.scores):
            at = QPointF(frame.x(score), frame.y(-place))
            painter.setPen(theme.pen("plot.grid"))
            painter.drawLine(QPointF(frame.area.left(), at.y()), at)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent"))
            painter.drawEllipse(at, 5, 5)
            painter.setPen(theme.color("text"))
            is_right = at.x() > frame.area.right() - 80
            room = QRectF(at.x() - 90 if is_right else at.x() + 10, at.y() - 10, 80, 20)
            side = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
            painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, quantities.number(score))
        for number, (first, last) in enumerate(self.bars()):
            x = frame.area.left() + 7 + 9 * number
            painter.setPen(QPen(theme.color("warning"), 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(x, frame.y(-first) - 6), QPointF(x, frame.y(-last) + 6))

    def titles(self) -> tuple[str, str]:
        return (score_words.label(self._told.metric) if self._told is not None else "", "")

    def tip(self, x: float, y: float, frame: Frame) -> str:
        del x, frame
        place, told = round(-y), self._told
        if told is None or not 0 <= place < len(told.order):
            return ""
        run = told.order[place]
        with_ = [self._names.get(one, one) for group in told.groups if run in group for one in group if one != run]
        more = f"\nnot told apart from {', '.join(dict.fromkeys(with_))}" if with_ else ""
        return f"{self._names.get(run, run)}: {quantities.number(told.scores[place])}{more}"

    def table(self) -> list[list[str]]:
        told = self._told
        rows = [] if told is None else [
            [self._names.get(run, run), repr(score)] for run, score in zip(told.order, told.scores, strict=True)
        ]  # fmt: skip
        return [["run", "score"], *rows]
