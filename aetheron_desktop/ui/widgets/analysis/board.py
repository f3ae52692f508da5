"""All plots and tables of the analysis, in sections, and the list of these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QTabBar, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.analysis.certainty_cards import CalibrationCard, ScoresByClassCard
from aetheron_desktop.ui.widgets.analysis.class_cards import (
    EachClassCard,
    MostConfusedCard,
    PredictionErrorCard,
    TopCard,
)
from aetheron_desktop.ui.widgets.analysis.decision_cards import AgainstRestCard, ConfusionCard
from aetheron_desktop.ui.widgets.analysis.number_cards import (
    CoverageCard,
    ErrorByBinCard,
    PredictedCard,
    QuantileCard,
    ResidualCard,
    ResidualHistogramCard,
)
from aetheron_desktop.ui.widgets.analysis.ranking_cards import (
    DetectionErrorCard,
    GainCard,
    LiftCard,
    PrecisionRecallCard,
    RocCard,
    SeparationCard,
)
from aetheron_desktop.ui.widgets.analysis.score_card import ScoreCard
from aetheron_desktop.ui.widgets.analysis.threshold_cards import CostCard, MetricByThresholdCard
from aetheron_desktop.ui.widgets.analysis.tiles import TileLayout
from aetheron_desktop.ui.widgets.analysis.training_cards import LossCard, MetricCard
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.ui.widgets.analysis.analysis import Analysis
    from aetheron_desktop.ui.widgets.analysis.figure_card import FigureCard

_CLASSES: Final[tuple[Task, ...]] = ("binary", "multiclass")
_SEVERAL: Final[tuple[Task, ...]] = ("multiclass",)
_NUMBERS: Final[tuple[Task, ...]] = ("regression",)
_ALL: Final[tuple[Task, ...]] = (*_CLASSES, "regression")


class CardMaker(NamedTuple):
    """A card: its object name, what makes it, the tasks that it is for, whether it has a row of its own."""

    name: str
    make: Callable[[str, Analysis, QWidget], FigureCard]
    tasks: tuple[Task, ...] = _CLASSES
    is_wide: bool = False


SECTIONS: Final[tuple[tuple[str, str, tuple[CardMaker, ...]], ...]] = (
    ("scores", "Scores", (CardMaker("score_card", ScoreCard, _ALL, is_wide=True),)),
    (
        "decisions",
        "Decisions",
        (
            CardMaker("confusion_card", ConfusionCard),
            CardMaker("against_rest_card", AgainstRestCard, _SEVERAL),
            CardMaker("metric_by_threshold_card", MetricByThresholdCard),
            CardMaker("cost_card", CostCard),
            CardMaker("each_class_card", EachClassCard, _SEVERAL),
            CardMaker("most_confused_card", MostConfusedCard, _SEVERAL),
            CardMaker("prediction_error_card", PredictionErrorCard, _SEVERAL),
            CardMaker("top_card", TopCard, _SEVERAL),
        ),
    ),
    (
        "ranking",
        "Ranking",
        (
            CardMaker("roc_card", RocCard),
            CardMaker("precision_recall_card", PrecisionRecallCard),
            CardMaker("gain_card", GainCard),
            CardMaker("lift_card", LiftCard),
            CardMaker("separation_card", SeparationCard),
            CardMaker("detection_error_card", DetectionErrorCard),
        ),
    ),
    (
        "certainty",
        "Certainty",
        (CardMaker("score_histogram_card", ScoresByClassCard), CardMaker("calibration_card", CalibrationCard)),
    ),
    (
        "errors",
        "Errors",
        (
            CardMaker("predicted_card", PredictedCard, _NUMBERS),
            CardMaker("residual_card", ResidualCard, _NUMBERS),
            CardMaker("residual_histogram_card", ResidualHistogramCard, _NUMBERS),
            CardMaker("quantile_card", QuantileCard, _NUMBERS),
            CardMaker("error_by_bin_card", ErrorByBinCard, _NUMBERS),
            CardMaker("coverage_card", CoverageCard, _NUMBERS),
        ),
    ),
    ("training", "Training", (CardMaker("loss_card", LossCard, _ALL), CardMaker("metric_card", MetricCard, _ALL))),
)
"""Name, title and cards of each section, in the order of the board."""


class Section(QWidget):
    """A title, and cards in as many columns as there is room for."""

    def __init__(self, name: str, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        named(self, f"section_{name}", title)
        label = QLabel(title, self)
        theme.mark(label, role="heading")
        inner = QWidget(self)
        self.tiles = TileLayout(inner)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP)
        layout.addWidget(label)
        layout.addWidget(inner)

    def show_instead(self, content: QWidget) -> None:
        """Show ``content`` in place of cards."""
        layout = self.layout()
        assert layout is not None
        layout.addWidget(content)


class Board(QWidget):
    """The sections of one task; ``failed`` tells that a file could not be written."""

    failed = Signal(object)  # AetheronError

    def __init__(self, analysis: Analysis, task: Task, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "analysis_board", "Plots and tables")
        self._analysis = analysis
        self.task = task
        self.cards: list[FigureCard] = []
        self._sections: list[Section] = []
        self._bar = named(QTabBar(self), "section_bar", "Sections")
        self._bar.setDrawBase(False)
        self._bar.setExpanding(False)
        self._is_following = False
        self._scroll = named(QScrollArea(self), "board_scroll", "Plots and tables")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._inner = QWidget(self)
        theme.mark(self._inner, role="page")
        self._rows = QVBoxLayout(self._inner)
        self._rows.setContentsMargins(0, 0, theme.GAP, theme.WIDE)
        self._rows.setSpacing(theme.LOOSE)
        self._fill()
        self._rows.addStretch(1)
        self._scroll.setWidget(self._inner)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP)
        layout.addWidget(self._bar)
        layout.addWidget(self._scroll, 1)
        self._bar.currentChanged.connect(self._go_to)
        self._bar.tabBarClicked.connect(self._go_to)
        self._scroll.verticalScrollBar().valueChanged.connect(self._follow)
        self.setFocusProxy(self._bar)

    def show_evidence(self) -> None:
        """Have all figures made of what is analyzed now, those at the top first."""
        for card in self.cards:
            card.figure = None
            card.ask()
        for card in self.cards:
            if isinstance(card, ScoreCard):
                card.ask_for_all()

    def _fill(self) -> None:
        for name, title, makers in SECTIONS:
            wanted = [maker for maker in makers if self.task in maker.tasks]
            if not wanted:
                continue
            section = Section(name, title, self._inner)
            for maker in wanted:
                card = maker.make(maker.name, self._analysis, section)
                card.failed.connect(self.failed)
                section.tiles.add(card, wide=maker.is_wide)
                self.cards.append(card)
            self._sections.append(section)
            self._rows.addWidget(section)
            self._bar.addTab(title)

    def add_card(self, section: str, card: QWidget) -> None:
        """Put a card behind those of a section that is there."""
        found = next(one for one in self._sections if one.objectName() == f"section_{section}")
        found.tiles.addWidget(card)

    def add_section(self, name: str, title: str, content: QWidget) -> None:
        """Put a section that is no tiles of figures behind the others."""
        section = Section(name, title, self._inner)
        section.show_instead(content)
        self._sections.append(section)
        self._rows.insertWidget(self._rows.count() - 1, section)
        self._bar.addTab(title)

    def _go_to(self, place: int) -> None:
        if 0 <= place < len(self._sections) and not self._is_following:
            self._scroll.verticalScrollBar().setValue(self._sections[place].y())

    def _follow(self, value: int) -> None:
        """Let the bar show which section is looked at."""
        top = value + self._scroll.viewport().height() // 3
        scroll = self._scroll.verticalScrollBar()
        place = max((place for place, one in enumerate(self._sections) if one.y() <= top), default=0)
        # Nothing is below the end, so what was asked for there is what is looked at.
        if value == scroll.maximum() and self._sections[self._bar.currentIndex()].y() >= value:
            return
        self._is_following = True
        self._bar.setCurrentIndex(place)
        self._is_following = False
