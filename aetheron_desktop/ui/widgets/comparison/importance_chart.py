"""What several models lean on: a row for each run, a column for each of the table's, the deeper the weightier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models import quantities
from aetheron_desktop.ui.widgets.charts.fields import Cells
from aetheron_desktop.ui.widgets.charts.shades import shade
from aetheron_desktop.ui.widgets.charts.ticks import Tick
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.comparing.importances import RunImportances
    from aetheron_desktop.ui.widgets.charts.frame import Frame


class ImportanceChart(Cells):
    """The weightiest column of each run is 100; a click tells the cell by ``point_chosen``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "importance_chart", "What the models of the chosen runs lean on")
        self._told: RunImportances | None = None
        self._names: Mapping[str, str] = {}

    def show_importances(self, told: RunImportances, names: Mapping[str, str]) -> None:
        """Show runs; ``names`` has theirs by their ids."""
        self._told, self._names = told, names
        self._home_of(len(told.columns), len(told.runs))

    def run_at(self, x: float, y: float) -> str | None:
        """Give the run of a cell."""
        _, down = self.cell_at(x, y)
        return self._told.runs[down].run if self._told is not None and 0 <= down < len(self._told.runs) else None

    def names(self, upright: bool) -> list[Tick]:
        told = self._told
        if told is None:
            return []
        if upright:
            return [Tick(-place, self._names.get(one.run, one.run)) for place, one in enumerate(told.runs)]
        return [Tick(place, column) for place, column in enumerate(told.columns)]

    def draw(self, painter: QPainter, frame: Frame) -> None:
        told = self._told
        for down, run in enumerate(() if told is None else told.runs):
            for across in range(len(told.columns) if told is not None else 0):
                share = run.shares[across] if run.shares else None
                cell = self._cell(frame, across, down)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color("sunken") if share is None else shade(share))
                painter.drawRect(cell)
                self._write(painter, cell, "–" if share is None else f"{100 * share:.0f}")

    def tip(self, x: float, y: float, frame: Frame) -> str:
        del frame
        told, (across, down) = self._told, self.cell_at(x, y)
        if told is None or not (0 <= across < len(told.columns) and 0 <= down < len(told.runs)):
            return ""
        run, column = told.runs[down], told.columns[across]
        name = self._names.get(run.run, run.run)
        if run.missing:
            return f"{name}\n{run.missing}"
        share = run.shares[across]
        if share is None:
            return f"{column}\n{name} did not learn from it."
        return (
            f"{column}\n{name}: {100 * share:.0f} of 100, where 100 is its weightiest column\n"
            f"mixing it up costs {quantities.number(share * run.worth)} of the main metric"
        )

    def table(self) -> list[list[str]]:
        told = self._told
        if told is None:
            return []
        rows = [
            [self._names.get(run.run, run.run), *("" if share is None else repr(share) for share in run.shares)]
            if run.shares
            else [self._names.get(run.run, run.run), *("" for _ in told.columns)]
            for run in told.runs
        ]
        return [["run", *told.columns], *rows]
