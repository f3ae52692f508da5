"""Which training rows pull most at a weighted sum of the columns: Cook's distance over leverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton

from aetheron_desktop.engine.explaining.questions import InfluenceQuestion
from aetheron_desktop.engine.explaining.results import Influence
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.charts.points import PointsChart
from aetheron_desktop.ui.widgets.explanations.asked_card import AskedCard
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.explaining.results import Explanation
    from aetheron_desktop.ui.session import Session
    from aetheron_desktop.ui.widgets.charts.frame import Bounds

_TITLES = ("Leverage", "Cook’s distance")


class InfluenceCard(AskedCard):
    """``row_chosen`` tells a training row that was clicked, ``rows_wanted`` asks for rows in the grid."""

    title = "Influence of rows"
    offer = "How much each row that was learned from pulls at the weights: its leverage, and Cook’s distance."

    row_chosen = Signal(int)
    rows_wanted = Signal(object)  # rows

    def __init__(self, name: str, session: Session, parent: QWidget) -> None:
        self.chart_ = PointsChart()
        super().__init__(name, "Find", "Weigh the training rows, in a worker", self.chart_, session, parent)
        self._found: Influence | None = None
        self._to_grid = named(
            QPushButton("Show in grid", self), f"{name}_grid", "Show the rows beyond the line in the grid"
        )
        theme.mark(self._to_grid, role="link")
        self.tools.insertWidget(0, self._to_grid)
        self._to_grid.hide()
        self._to_grid.clicked.connect(self._show_in_grid)
        self.chart_.point_chosen.connect(self._on_point)
        self.chart_.region_chosen.connect(self._on_region)

    def question(self) -> InfluenceQuestion:
        return InfluenceQuestion(model=self.model, version=self.version)

    def draw_nothing(self) -> None:
        self._found = None
        self._to_grid.hide()
        self.chart_.show_points((), (), (), _TITLES)

    def hear(self, told: Explanation) -> None:
        if not isinstance(told, Influence):
            return
        self._found = told
        across = [one.leverage for one in told.shown]
        up = [one.distance for one in told.shown]
        line = ((min(across, default=0.0), max(across, default=1.0)), (told.limit, told.limit))
        self.show_chart(self.chart_, self.title, f"{told.rows:,} training rows", self.title)
        self.chart_.show_points(across, up, [one.row for one in told.shown], _TITLES, line=line)
        self._to_grid.setVisible(told.many > 0)
        self.say(" ".join(told.sentences))

    def _on_point(self, x: float, y: float) -> None:
        place = self.chart_.point_at(x, y, self.chart_.frame())
        if place is not None and self._found is not None:
            self.row_chosen.emit(self._found.shown[place].row)

    def _on_region(self, region: Bounds) -> None:
        if self._found is not None:
            self.rows_wanted.emit(
                sorted(
                    one.row
                    for one in self._found.shown
                    if region.left <= one.leverage <= region.right and region.low <= one.distance <= region.high
                )
            )

    def _show_in_grid(self) -> None:
        if self._found is not None:
            self.rows_wanted.emit(sorted(one.row for one in self._found.shown if one.distance > self._found.limit))
