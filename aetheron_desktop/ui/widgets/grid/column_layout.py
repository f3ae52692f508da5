"""How wide the columns of a grid are, and in which order they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from PySide6.QtWidgets import QTableView

    from aetheron_desktop.engine.datasets.viewing.pages import Row

_NARROWEST, _WIDEST, _HEADER_ROOM = 96, 280, 60
_CELL_ROOM: Final = 40
_SAMPLED: Final = 40
_SIGNS: Final = 60
_WIDE_TABLE: Final = 300
"""The columns whose names are measured at once; the others are fitted when their cells are first looked at."""


class ColumnLayout:
    """Fits the columns ``names`` of ``grid`` to their names, and to their first cells when these come."""

    def __init__(self, grid: QTableView, names: Sequence[str]) -> None:
        self._grid = grid
        self._names = tuple(names)
        self._places = {name: place for place, name in enumerate(names)}
        self._settled: set[int] = set()
        for place in range(min(len(names), _WIDE_TABLE)):
            grid.setColumnWidth(place, self._name_width(place))

    def place_of(self, name: str) -> int | None:
        """Give the place of a column."""
        return self._places.get(name)

    def fit(self, first: int, rows: Sequence[Row]) -> None:
        """Fit columns from ``first`` on to their first cells, once; what is in view does not move."""
        grid = self._grid
        left = grid.columnAt(0)
        before = grid.columnViewportPosition(left)
        metrics = grid.fontMetrics()
        for place in range(first, first + len(rows[0]) if rows else first):
            if place not in self._settled and not grid.isColumnHidden(place):
                self._settled.add(place)
                shown = (row[place - first] or "missing" for row in rows[:_SAMPLED])
                cells = max(metrics.horizontalAdvance(cell[:_SIGNS]) for cell in shown) + _CELL_ROOM
                grid.setColumnWidth(place, min(max(cells, self._name_width(place)), _WIDEST))
        if left >= 0:
            bar = grid.horizontalScrollBar()
            bar.setValue(bar.value() + grid.columnViewportPosition(left) - before)

    def widths(self) -> dict[str, int]:
        """Give the widths of the columns that were looked at, to set them again."""
        places = (place for place in self._settled if not self._grid.isColumnHidden(place))
        return {self._names[place]: self._grid.columnWidth(place) for place in places}

    def set_widths(self, widths: Mapping[str, int]) -> None:
        """Make columns as wide as they were, instead of fitting them."""
        for name, width in widths.items():
            if (place := self._places.get(name)) is not None:
                self._settled.add(place)
                self._grid.setColumnWidth(place, width)

    def arrange(self, hidden: Collection[str], pinned: Sequence[str]) -> tuple[int, ...]:
        """Hide columns, put others to the left of all, and give the places of these."""
        grid, header = self._grid, self._grid.horizontalHeader()
        front = [self._places[name] for name in pinned if name in self._places and name not in hidden]
        for name, place in self._places.items():
            if grid.isColumnHidden(place) != (name in hidden):
                grid.setColumnHidden(place, name in hidden)
        rest = [place for place in range(len(self._names)) if place not in set(front)]
        for number, place in enumerate([*front, *rest]):
            if (at := header.visualIndex(place)) != number:
                header.moveSection(at, number)
        return tuple(front)

    def _name_width(self, place: int) -> int:
        metrics = self._grid.horizontalHeader().fontMetrics()
        width = metrics.horizontalAdvance(self._names[place][:_SIGNS]) + _HEADER_ROOM
        return min(max(width, _NARROWEST), _WIDEST)
