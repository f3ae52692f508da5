"""How what is predicted depends on a column that is chosen, or on the two that are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QToolButton, QVBoxLayout, QWidget

from aetheron_desktop.ui.widgets.charts.card import ChartCard
from aetheron_desktop.ui.widgets.explanations.dependence_chart import MEAN, SINGLE, STEPS, DependenceChart
from aetheron_desktop.ui.widgets.explanations.surface_chart import SurfaceChart
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.explaining.results import Dependence, Surface

_LONGEST: Final = 28
_HEIGHT: Final = 280
_TIPS: Final = {
    MEAN: "The mean over rows that are given each value in turn (partial dependence)",
    STEPS: "What small steps change in rows that are there, added up (ALE): right where columns go together",
    SINGLE: "Single rows that are given each value in turn (ICE)",
}


class DependencePart(QWidget):
    """A plot, the columns to choose from, and which kinds of lines are shown; ``wanted`` asks for a column."""

    wanted = Signal(str, str)  # the column, and the other one where there are two
    failed = Signal(object)  # AetheronError

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart = DependenceChart(self)
        self.chart.is_scrolled = True
        self.chart.setMinimumHeight(_HEIGHT)
        self.surface = SurfaceChart(self)
        self.surface.is_scrolled = True
        self.surface.setMinimumHeight(_HEIGHT)
        self.surface.hide()
        self.card = ChartCard("dependence_card", self)
        self.card.failed.connect(self.failed)
        self._columns = named(QComboBox(self), "dependence_column", "Column", "The column that is varied")
        self._others = named(QComboBox(self), "dependence_other", "Other column", "Varied together with this one")
        for box in (self._columns, self._others):
            box.setMinimumContentsLength(12)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.activated.connect(self._on_chosen)
            self.card.tools.addWidget(box)
        self._kinds = {name: self._kind(name) for name in (MEAN, STEPS, SINGLE)}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.card)
        self.clear()

    @property
    def column(self) -> str:
        """The column that is chosen."""
        return str(self._columns.currentData() or "")

    @property
    def other(self) -> str:
        """The column that is varied together with it; empty where it is varied alone."""
        return str(self._others.currentData() or "")

    @property
    def is_shown(self) -> bool:
        """Whether there is a plot, of one column or of two."""
        return bool(self.chart.lines) or self.card.chart is self.surface

    def clear(self) -> None:
        """Show nothing."""
        self.chart.show_dependence(None)
        self.card.show_chart(self.chart, "Dependence", "", "dependence")
        self.card.say("")

    def show_columns(self, names: Sequence[str]) -> None:
        """Offer these columns; the one that is chosen stays so."""
        before = self.column, self.other
        self._others.clear()
        self._columns.clear()
        self._others.addItem("alone", "")
        for name in names:
            for box in (self._columns, self._others):
                box.addItem(name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…", name)
        for box, name in zip((self._columns, self._others), before, strict=True):
            box.setCurrentIndex(max(0, box.findData(name)))

    def select(self, column: str) -> None:
        """Show that this column is the one, alone."""
        place = self._columns.findData(column)
        if place >= 0:
            self._columns.setCurrentIndex(place)
            self._others.setCurrentIndex(0)

    def choose(self, column: str) -> None:
        """Choose a column, and ask for it."""
        if self._columns.findData(column) >= 0:
            self.select(column)
            self.wanted.emit(column, "")

    def show_dependence(self, found: Dependence) -> None:
        """Show what was found."""
        self.chart.show_dependence(found)
        self._show_buttons(are_shown=True)
        shown = f" of {found.outputs[found.shown]}" if len(found.outputs) > 1 else ""
        self.card.show_chart(
            self.chart, found.grid.column, f"{found.unit}{shown}, {found.rows:,} test rows", found.grid.column
        )
        self.card.say(" ".join(found.sentences))

    def show_surface(self, found: Surface) -> None:
        """Show what was found of two columns."""
        self.surface.show_surface(found)
        shown = f" of {found.outputs[found.shown]}" if len(found.outputs) > 1 else ""
        title = f"{found.across.column} × {found.down.column}"
        self.card.show_chart(self.surface, title, f"{found.unit}{shown}, {found.rows:,} test rows", title)
        self.card.say(" ".join(found.sentences))
        self._show_buttons(are_shown=False)

    def say(self, words: str) -> None:
        """Say why nothing is shown."""
        self.chart.show_dependence(None)
        self.card.show_chart(self.chart, "Dependence", "", "dependence")
        self.card.say(words)

    def _on_chosen(self) -> None:
        self.wanted.emit(self.column, self.other if self.other != self.column else "")

    def _show_buttons(self, *, are_shown: bool) -> None:
        for button in self._kinds.values():
            button.setVisible(are_shown)

    def _kind(self, name: str) -> QToolButton:
        button = named(QToolButton(self), f"dependence_{name.partition(' ')[0].lower()}", name, _TIPS[name])
        button.setText(name)
        button.setCheckable(True)
        button.setChecked(True)
        button.toggled.connect(self._show_kinds)
        self.card.tools.addWidget(button)
        return button

    def _show_kinds(self) -> None:
        self.chart.show_kinds(frozenset(name for name, button in self._kinds.items() if button.isChecked()))
