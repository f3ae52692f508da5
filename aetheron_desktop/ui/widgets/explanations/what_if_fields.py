"""A field for each column that may be set to something else: a slider of plausible numbers or dates, or its levels."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QSlider, QToolButton, QWidget

from aetheron_desktop.engine.explaining.words import MISSING, cell_word
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.elided import ElidedLabel
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.explaining.results import Cell, Plausible

_MOST_STEPS: Final = 10_000
_SLIDER: Final = 24
_NAME, _FIELD, _VALUE, _KEEP = range(4)


class WhatIfFields(QWidget):
    """The fields; ``changed`` tells that a cell is otherwise now."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.GAP)
        self._grid.setVerticalSpacing(theme.TIGHT)
        self._grid.setColumnStretch(_NAME, 2)
        self._grid.setColumnStretch(_FIELD, 3)
        self._fields: dict[str, _Field] = {}

    def show_ways(self, ways: Sequence[Plausible], cells: Sequence[Cell]) -> None:
        """Offer what each column may be set to; it stands at its cell."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._fields = {}
        for way, cell in zip(ways, cells, strict=True):
            if way.is_open:
                self._add(way, cell)

    def cells(self) -> dict[str, Cell]:
        """Give the cells that are otherwise."""
        return {name: field.cell for name, field in self._fields.items() if field.is_changed}

    def kept(self) -> tuple[str, ...]:
        """Give the columns that cannot be otherwise."""
        return tuple(name for name, field in self._fields.items() if field.keep.isChecked())

    def set_cells(self, cells: dict[str, Cell]) -> None:
        """Set fields to these cells, and all others to what the row has."""
        for name, field in self._fields.items():
            field.set_cell(cells.get(name, field.start))
        self.changed.emit()

    def _add(self, way: Plausible, cell: Cell) -> None:
        row = len(self._fields)
        field = _Field(way, cell, self)
        field.changed.connect(self.changed)
        self._fields[way.column] = field
        label = ElidedLabel(self)
        label.setText(way.column)
        label.setToolTip(way.column)
        for column, widget in ((_NAME, label), (_FIELD, field.control), (_VALUE, field.value), (_KEEP, field.keep)):
            self._grid.addWidget(widget, row, column)


class _Field(QWidget):
    """One column: its control, the value in words, and whether it must stay; laid out by its parent."""

    changed = Signal()

    def __init__(self, way: Plausible, cell: Cell, parent: QWidget) -> None:
        super().__init__(parent)
        self.hide()
        self.start: Cell = cell
        self.cell: Cell = cell
        self._way = way
        self._step = way.step or 1.0
        if not way.levels and (steps := self._step_of(way.high)) > _MOST_STEPS:
            # In larger steps, the slider reaches the other end all the same.
            self._step *= math.ceil(steps / _MOST_STEPS)
        self.value = QLabel(parent)
        self.value.setMinimumWidth(84)
        theme.mark(self.value, role="muted")
        self.keep = pictured(
            named(
                QToolButton(parent),
                f"keep_{way.column}",
                f"Keep {way.column}",
                "What is looked for must keep this value",
            ),
            "shield",
            "muted",
            14,
        )
        self.keep.setCheckable(True)
        self.control: QWidget = self._levels(parent) if way.levels else self._slider(parent)
        self.set_cell(cell)

    @property
    def is_changed(self) -> bool:
        """Whether it is otherwise than in the row."""
        return self.cell != self.start

    def set_cell(self, cell: Cell) -> None:
        """Set the control to a cell."""
        self.cell = cell
        self.control.blockSignals(True)
        if isinstance(self.control, QComboBox):
            self.control.setCurrentIndex(self.control.findData(_level(cell)))
        elif isinstance(self.control, QSlider) and cell is not None:
            self.control.setValue(self._step_of(cell))
        self.control.blockSignals(False)
        self._write()

    def _write(self) -> None:
        self.value.setText(cell_word(self.cell))
        theme.mark(self.value, role="strong" if self.is_changed else "muted")

    def _levels(self, parent: QWidget) -> QComboBox:
        box = named(QComboBox(parent), f"what_if_{self._way.column}", self._way.column)
        levels = list(self._way.levels)
        if (own := _level(self.start)) is not None and own not in levels:
            levels.append(own)
        for level in levels:
            box.addItem(level, level)
        if self._way.may_be_missing or self.start is None:
            box.addItem(MISSING, None)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.activated.connect(lambda _: self._take(box.currentData()))
        return box

    def _slider(self, parent: QWidget) -> QSlider:
        slider = named(QSlider(Qt.Orientation.Horizontal, parent), f"what_if_{self._way.column}", self._way.column)
        slider.setMinimumHeight(_SLIDER)
        high, last = self._way.high, max(1, self._step_of(self._way.high))
        if isinstance(high, float) and float(self._cell_of(last) or 0.0) < high:
            last += 1  # a last step that is a shorter one
        slider.setRange(0, last)
        slider.valueChanged.connect(lambda step: self._take(self._cell_of(step)))
        return slider

    def _take(self, cell: Cell) -> None:
        self.cell = cell
        self._write()
        self.changed.emit()

    def _step_of(self, cell: Cell) -> int:
        """Give the step of the slider that is nearest to a cell."""
        low, step = self._way.low, self._step
        if isinstance(low, str):
            try:
                apart = (datetime.fromisoformat(str(cell)) - datetime.fromisoformat(low)) / timedelta(days=1)
            except ValueError:
                return 0
            return max(0, round(apart / step))
        return max(0, round((float(cell or 0.0) - float(low or 0.0)) / step))

    def _cell_of(self, place: int) -> Cell:
        low, step = self._way.low, self._step
        if isinstance(low, str):
            return (datetime.fromisoformat(low) + timedelta(days=step * place)).isoformat()
        return min(float(low or 0.0) + step * place, float(self._way.high or 0.0))


def _level(cell: Cell) -> str | None:
    return None if cell is None else cell_word(cell)
