"""The views of the runs that are chosen, and the line that chooses among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.widgets.comparison.differing_view import DifferingView
from aetheron_desktop.ui.widgets.comparison.plots_view import PlotsView
from aetheron_desktop.ui.widgets.comparison.trade_view import TradeView
from aetheron_desktop.ui.widgets.comparison.verdict_view import VerdictView
from aetheron_desktop.ui.widgets.curves.curves import Curves
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Sequence

VIEWS: Final = (
    ("verdict", "Which is better", "success"),
    ("differing", "What differs", "table"),
    ("curves", "Curves", "curve"),
    ("plots", "Plots", "chart"),
    ("trade", "Trade-off", "target"),
)


class Beside(QWidget):
    """Keeps the views; ``shown`` tells which is in front, by its name."""

    shown = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "beside", "The chosen runs")
        self.verdict = VerdictView(self)
        self.differing = DifferingView(self)
        self.curves = Curves(self)
        self.plots = PlotsView(self)
        self.trade = TradeView(self)
        self._bar = named(QTabBar(self), "beside_bar", "Views of the chosen runs")
        self._bar.setDrawBase(False)
        self._bar.setExpanding(False)
        self._bar.setIconSize(QSize(16, 16))
        self._stack = QStackedWidget(self)
        widgets: Sequence[QWidget] = (self.verdict, self.differing, self.curves, self.plots, self.trade)
        for (_, title, picture), widget in zip(VIEWS, widgets, strict=True):
            self._bar.addTab(icon(picture, "muted"), title)
            self._stack.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, 0)
        layout.setSpacing(theme.TIGHT)
        layout.addWidget(self._bar)
        layout.addWidget(self._stack, 1)
        self._bar.currentChanged.connect(self._on_changed)
        theme.changed.connect(self._draw_icons)

    @property
    def view(self) -> str:
        """The name of the view in front."""
        return VIEWS[max(0, self._bar.currentIndex())][0]

    def bring(self, name: str) -> None:
        """Bring a view to the front."""
        self._bar.setCurrentIndex([view[0] for view in VIEWS].index(name))

    def _on_changed(self, place: int) -> None:
        self._stack.setCurrentIndex(place)
        self.shown.emit(self.view)

    def _draw_icons(self) -> None:
        for place, (_, _, picture) in enumerate(VIEWS):
            self._bar.setTabIcon(place, icon(picture, "muted"))
