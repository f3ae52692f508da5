"""The views of the runs that are chosen, the line that chooses among them, and the rows they are compared on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.widgets.comparison.differing_view import DifferingView
from aetheron_desktop.ui.widgets.comparison.plots_view import PlotsView
from aetheron_desktop.ui.widgets.comparison.sweep_view import SweepView
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
    ("sweep", "Parameters", "number"),
    ("trade", "Trade-off", "target"),
)


OF_TEST_ROWS: Final = frozenset({"verdict", "plots"})
"""The views that can be of a cohort alone."""


class Beside(QWidget):
    """Keeps the views; ``shown`` tells which is in front, ``cohort_chosen`` on which test rows runs are compared."""

    shown = Signal(str)
    cohort_chosen = Signal(str)  # its name; empty for all test rows
    sweep_made = Signal(object)  # SweepView: it is made when it is looked at first

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "beside", "The chosen runs")
        self.verdict = VerdictView(self)
        self.differing = DifferingView(self)
        self.curves = Curves(self)
        self.plots = PlotsView(self)
        self._sweep: SweepView | None = None
        self.trade = TradeView(self)
        self._bar = named(QTabBar(self), "beside_bar", "Views of the chosen runs")
        self._bar.setDrawBase(False)
        self._bar.setExpanding(False)
        self._bar.setIconSize(QSize(16, 16))
        self._stack = QStackedWidget(self)
        widgets: Sequence[QWidget] = (
            self.verdict, self.differing, self.curves, self.plots, QStackedWidget(self), self.trade)  # fmt: skip
        for (_, title, picture), widget in zip(VIEWS, widgets, strict=True):
            self._bar.addTab(icon(picture, "muted"), title)
            self._stack.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, 0)
        layout.setSpacing(theme.TIGHT)
        self._cohorts = named(
            QComboBox(self), "beside_cohort", "Test rows", "Compare on all test rows, or on those of a saved cohort"
        )
        self._cohorts.setMaximumWidth(300)
        self._cohorts.activated.connect(lambda _: self.cohort_chosen.emit(self.cohort))
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, theme.GAP, 0)
        line.addWidget(self._bar, 1)
        line.addWidget(self._cohorts)
        layout.addLayout(line)
        layout.addWidget(self._stack, 1)
        self.offer_cohorts(())
        self._bar.currentChanged.connect(self._on_changed)
        theme.changed.connect(self._draw_icons)

    @property
    def view(self) -> str:
        """The name of the view in front."""
        return VIEWS[max(0, self._bar.currentIndex())][0]

    @property
    def has_sweep(self) -> bool:
        """Whether the runs over their parameters have been looked at."""
        return self._sweep is not None

    @property
    def sweep(self) -> SweepView:
        """The runs over their parameters: its three charts would take their time where nobody looks at them."""
        if self._sweep is None:
            self._sweep = SweepView(self)
            room = self._stack.widget([view[0] for view in VIEWS].index("sweep"))
            assert isinstance(room, QStackedWidget)
            room.addWidget(self._sweep)
            self.sweep_made.emit(self._sweep)
        return self._sweep

    @property
    def cohort(self) -> str:
        """The cohort that was chosen; empty for all test rows."""
        return str(self._cohorts.currentData() or "")

    def offer_cohorts(self, names: Sequence[str]) -> None:
        """Offer the cohorts of the chosen runs; what was chosen stays so, if it is among them."""
        chosen = self.cohort
        self._cohorts.clear()
        self._cohorts.addItem("All test rows", "")
        for name in names:
            self._cohorts.addItem(f"Cohort “{name}”", name)
        self._cohorts.setCurrentIndex(max(0, self._cohorts.findData(chosen)))
        self._show_cohorts()

    def _show_cohorts(self) -> None:
        """Let a cohort be chosen where there is one, and where it changes something."""
        self._cohorts.setVisible(self._cohorts.count() > 1 and self.view in OF_TEST_ROWS)

    def bring(self, name: str) -> None:
        """Bring a view to the front."""
        self._bar.setCurrentIndex([view[0] for view in VIEWS].index(name))

    def _on_changed(self, place: int) -> None:
        self._stack.setCurrentIndex(place)
        self._show_cohorts()
        self.shown.emit(self.view)

    def _draw_icons(self) -> None:
        for place, (_, _, picture) in enumerate(VIEWS):
            self._bar.setTabIcon(place, icon(picture, "muted"))
