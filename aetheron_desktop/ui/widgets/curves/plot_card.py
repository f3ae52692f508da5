"""One plot under the name of its metric."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models import score
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.ui.widgets.curves.curve_plot import CurvePlot


class PlotCard(QFrame):
    """A plot under the name of its metric; with several metrics the name is a choice."""

    metric_chosen = Signal(str)

    def __init__(self, plot: CurvePlot, place: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.plot = plot
        theme.mark(self, role="card")
        self.setObjectName(f"plot_card_{place}")
        self._name = QLabel(self)
        theme.mark(self._name, role="strong")
        self._choice = named(QComboBox(self), f"plot_metric_{place}", "Metric of this plot")
        self._choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._direction = QLabel(self)
        theme.mark(self._direction, role="caption")
        header = QHBoxLayout()
        header.setContentsMargins(12, 0, 12, 0)
        header.setSpacing(theme.GAP)
        for widget in (self._name, self._choice, self._direction):
            header.addWidget(widget)
        header.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 8, 2, 6)
        layout.setSpacing(2)
        layout.addLayout(header)
        layout.addWidget(plot, 1)
        plot.setObjectName(f"curve_plot_{place}")
        self._choice.activated.connect(lambda index: self.metric_chosen.emit(self._choice.itemData(index)))

    def show_metric(self, name: str, names: Sequence[str], judged_by: str = "") -> None:
        """Head the plot with ``name``, one of ``names``; ``judged_by`` says on which rows it was measured."""
        with QSignalBlocker(self._choice):
            if [self._choice.itemData(place) for place in range(self._choice.count())] != list(names):
                self._choice.clear()
                for other in names:
                    self._choice.addItem(score.label(other), other)
            self._choice.setCurrentIndex(self._choice.findData(name))
        self._name.setText(score.label(name))
        self._name.setVisible(len(names) <= 2)
        self._choice.setVisible(len(names) > 2)
        self._direction.setText(", ".join(words for words in (score.wish(name), judged_by) if words))
        self.plot.setAccessibleName(f"Curves of {score.label(name)}")


def metrics_of_plots(names: Sequence[str], chosen: Sequence[str | None]) -> list[str]:
    """Give the names that two plots show: what was chosen, else the first, and the first that is no loss."""
    other = next((name for name in names if "loss" not in name), names[1] if len(names) > 1 else None)
    first = names[0] if names else None
    wanted = [choice if choice in names else usual for choice, usual in zip(chosen, (first, other), strict=True)]
    return list(dict.fromkeys(name for name in wanted if name is not None))
