"""The cells that are chosen in an item view, as areas."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QItemSelection, QItemSelectionModel

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel


class Area(NamedTuple):
    """Rows and columns of an item model, the last ones with them."""

    top: int
    left: int
    bottom: int
    right: int


def chosen(model: QItemSelectionModel) -> list[Area]:
    """Give the chosen areas; with sorted or pinned columns there may be several."""
    selection = model.selection()
    ranges = [selection.at(place) for place in range(selection.count())]
    return [Area(one.top(), one.left(), one.bottom(), one.right()) for one in ranges]


def move(selected: QItemSelectionModel, model: QAbstractItemModel, shift: int) -> None:
    """Choose the cells ``shift`` rows further on instead; what would lie outside is chosen no more."""
    current = selected.currentIndex()
    moved = QItemSelection()
    for area in chosen(selected):
        top, bottom = max(0, area.top + shift), min(model.rowCount() - 1, area.bottom + shift)
        if top <= bottom:
            moved.select(model.index(top, area.left), model.index(bottom, area.right))
    flags = QItemSelectionModel.SelectionFlag
    selected.select(moved, flags.ClearAndSelect)
    selected.setCurrentIndex(model.index(current.row() + shift, current.column()), flags.NoUpdate)
