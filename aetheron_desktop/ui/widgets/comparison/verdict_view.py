"""Is B better? The sentence first, then what it stands on; of several runs, who can be told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.comparison.ranking_chart import RankingChart
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.versions.verdict_card import VerdictCard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aetheron_desktop.engine.comparing.evidence import RunRanking, RunVerdict


class VerdictView(QScrollArea):
    """``rows_wanted`` asks for rows of a dataset in the grid, by its id and their numbers; ``swapped`` turns them."""

    rows_wanted = Signal(str, tuple)
    swapped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, widgetResizable=True)
        named(self, "verdict_view", "Which run is better")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._told: RunVerdict | None = None
        self.card = VerdictCard(self)
        self.chart = RankingChart(self)
        self._sentence = named(QLabel(self, wordWrap=True), "ranking_words")
        theme.mark(self._sentence, role="heading")
        self._pair = QLabel(self, wordWrap=True)
        theme.mark(self._pair, role="muted")
        self._swap = pictured(named(QPushButton("Swap", self), "verdict_swap", "Swap the two runs"), "sort", "muted")
        self._disagree = pictured(
            named(QPushButton(self), "verdict_disagree", "Show the rows on which they disagree"), "table", "muted"
        )
        for button in (self._swap, self._disagree):
            theme.mark(button, role="ghost")
        self._swap.clicked.connect(self.swapped)
        self._disagree.clicked.connect(self._show_disagreements)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(theme.GAP)
        self._build()
        self.show_nothing("")

    def _build(self) -> None:
        body = QWidget(self)
        theme.mark(body, role="scrolled")
        head = QHBoxLayout()
        head.addWidget(self._pair, 1)
        head.addWidget(self._disagree)
        head.addWidget(self._swap)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(theme.WIDE, theme.GAP, theme.WIDE, theme.WIDE)
        layout.setSpacing(theme.GAP + 4)
        layout.addLayout(head)
        layout.addWidget(self._sentence)
        layout.addWidget(self.card)
        layout.addWidget(self.chart)
        layout.addLayout(self._lines)
        layout.addStretch(1)
        self.setWidget(body)

    # -- what is shown ------------------------------------------------------------------------------------------------

    def show_nothing(self, words: str) -> None:
        """Say what to do before there is a verdict."""
        self._clear()
        self._pair.setText(words)
        self._show(pair=bool(words))

    def show_waiting(self, words: str) -> None:
        """Say that the answer is on its way; ``words`` name the runs."""
        self._clear()
        self._pair.setText(words)
        self.card.show_waiting()
        self._show(pair=True, card=True)

    def show_verdict(self, told: RunVerdict) -> None:
        """Show whether the second of two runs is better."""
        self._clear()
        self._told = told
        self.card.show_verdict(told.verdict)
        for one in told.evidence:
            self._add(one.title, one.words)
        for weak in told.slices:
            chance = f"{weak.p_value:.2g}".replace("-", "−")
            words = f"{weak.words}: {weak.count:,} rows, p = {chance} after correction."
            self._add("The other way round where", words, (told.dataset, weak.rows))
        if told.looked_at and not told.slices:
            self._add("The other way round", f"in none of the {told.looked_at:,} slices that were looked at.")
        if told.disagreements:
            rows = "row" if told.disagreements == 1 else "rows"
            self._disagree.setText(f"{told.disagreements:,} {rows} on which they disagree")
        self._show(pair=True, card=True, swap=True, disagree=bool(told.disagreements))

    def show_ranking(self, told: RunRanking, names: Mapping[str, str]) -> None:
        """Show which of several runs can be told apart."""
        self._clear()
        self._sentence.setText(told.sentence)
        self.chart.show_ranking(told, names)
        for pair in told.pairs:
            first, second = (names.get(run, run) for run in (pair.a, pair.b))
            if pair.difference < 0.0:
                first, second = second, first
            apart = f"{abs(pair.difference):.4g}, p = {pair.corrected:.3g} after correction"
            words = f"{second} is ahead of {first} by {apart}."
            self._add("Told apart" if pair.corrected < 0.05 else "Not told apart", words)
        self._show(sentence=True, chart=bool(told.order))

    def show_problem(self, words: str) -> None:
        """Say why there is no answer."""
        self._clear()
        self._sentence.setText(words)
        self._show(sentence=True)

    # -- the inside ---------------------------------------------------------------------------------------------------

    def _clear(self) -> None:
        self._told = None
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _add(self, title: str, words: str, rows: tuple[str, tuple[int, ...]] | None = None) -> None:
        line = named(QWidget(self), "verdict_line", f"{title}: {words}")
        head, text = QLabel(title, line, wordWrap=True), QLabel(words, line, wordWrap=True)
        for label in (head, text):
            label.setTextFormat(Qt.TextFormat.PlainText)
        theme.mark(head, role="strong")
        head.setFixedWidth(220)
        head.setAlignment(Qt.AlignmentFlag.AlignTop)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.WIDE)
        layout.addWidget(head)
        layout.addWidget(text, 1)
        if rows is not None:
            show = named(QPushButton("Show rows", line), "slice_rows", f"Show the rows: {words}")
            theme.mark(show, role="link")
            show.clicked.connect(lambda: self.rows_wanted.emit(*rows))
            layout.addWidget(show)
        self._lines.addWidget(line)
        line.show()

    def _show_disagreements(self) -> None:
        if self._told is not None:
            self.rows_wanted.emit(self._told.dataset, self._told.disagree)

    def _show(self, **shown: bool) -> None:
        parts = {
            "pair": self._pair, "card": self.card, "swap": self._swap, "disagree": self._disagree,
            "sentence": self._sentence, "chart": self.chart,
        }  # fmt: skip
        for name, widget in parts.items():
            widget.setVisible(shown.get(name, False))
        self.verticalScrollBar().setValue(0)
