"""Why a row is predicted so: its waterfall, what would be, what would change it, and rows that are like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QSpinBox, QVBoxLayout, QWidget

from aetheron_desktop.engine.explaining.results import Counterfactuals, Predicted, RowReasons, SimilarRows
from aetheron_desktop.engine.explaining.words import cell_word, change_words, number
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.charts.card import ChartCard
from aetheron_desktop.ui.widgets.elided import ElidedLabel
from aetheron_desktop.ui.widgets.explanations.waterfall import WaterfallChart
from aetheron_desktop.ui.widgets.explanations.what_if_fields import WhatIfFields
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from aetheron_desktop.engine.explaining.results import Cell, Counterfactual, Explanation

_SHOWN: Final = 4


class RowPart(QWidget):
    """One row; the signals ask for what a worker must find out."""

    row_wanted = Signal(int)
    random_wanted = Signal()
    wrong_wanted = Signal()
    what_if_wanted = Signal(dict)  # cells
    change_wanted = Signal(dict, tuple)  # cells, columns that are kept
    rows_wanted = Signal(object)  # rows of the dataset, to the grid
    failed = Signal(object)  # AetheronError

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart = WaterfallChart(self)
        self.chart.is_scrolled = True
        self.card = ChartCard("waterfall_card", self)
        self.card.failed.connect(self.failed)
        self.fields = WhatIfFields(self)
        self.row: int | None = None
        """The row whose reasons and cells stand here."""
        self._similar: tuple[int, ...] = ()
        self._cells: dict[str, Cell] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP)
        layout.addLayout(self._head())
        self._body = QWidget(self)
        columns = QHBoxLayout(self._body)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(theme.WIDE)
        left = QVBoxLayout()
        left.setSpacing(theme.WIDE)
        left.addWidget(self.card)
        left.addWidget(self._similar_frame())
        left.addStretch(1)
        columns.addLayout(left, 1)
        columns.addWidget(self._what_if_frame(), 1, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._body)
        self.fields.changed.connect(self._on_changed)
        self.clear()

    # -- layout -------------------------------------------------------------------------------------------------------

    def _head(self) -> QHBoxLayout:
        self._number = named(QSpinBox(self), "explained_row", "Row", "The row of the dataset, as the grid counts them")
        self._number.setKeyboardTracking(False)
        self._number.setMinimum(1)
        self._number.setMaximum(1)
        self._number.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._number.setMinimumWidth(110)
        self._number.valueChanged.connect(lambda value: self.row_wanted.emit(value - 1))
        random = pictured(
            named(
                QPushButton("Any test row", self), "any_row", "Any test row", "Another of the rows that are shown above"
            ),
            "refresh",
        )
        random.clicked.connect(self.random_wanted)
        wrong = pictured(
            named(
                QPushButton("Most wrong", self),
                "most_wrong_row",
                "Most wrong",
                "The test row that was told most wrongly; again, the next one",
            ),
            "error",
        )
        wrong.clicked.connect(self.wrong_wanted)
        self._said = named(ElidedLabel(self), "row_prediction")
        theme.mark(self._said, role="strong")
        label = QLabel("&Row", self)
        label.setBuddy(self._number)
        head = QHBoxLayout()
        head.setSpacing(theme.GAP)
        for widget in (label, self._number, random, wrong):
            head.addWidget(widget)
        head.addWidget(self._said, 1)
        return head

    def _what_if_frame(self) -> QFrame:
        frame = QFrame(self)
        theme.mark(frame, role="card")
        frame.setObjectName("what_if")
        title = QLabel("What if", frame)
        theme.mark(title, role="strong")
        self._would = named(QLabel(frame, wordWrap=True), "what_if_prediction")
        self._reset = named(QPushButton("Reset", frame), "what_if_reset", "Reset", "Back to the values of the row")
        theme.mark(self._reset, role="ghost")
        self._reset.clicked.connect(lambda: self.fields.set_cells({}))
        self._look = named(
            QPushButton("What would change it?", frame),
            "counterfactual",
            "What would change it?",
            "Look for the smallest change of plausible values after which something else is predicted",
        )
        self._look.clicked.connect(lambda: self.change_wanted.emit(self.fields.cells(), self.fields.kept()))
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self._reset)
        self._ways = QVBoxLayout()
        self._ways.setSpacing(theme.TIGHT)
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(12, 8, 12, 12)
        layout.setSpacing(theme.GAP)
        layout.addLayout(head)
        layout.addWidget(self._would)
        layout.addWidget(self.fields)
        layout.addWidget(self._look, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addLayout(self._ways)
        return frame

    def _similar_frame(self) -> QFrame:
        frame = self._like = QFrame(self)
        theme.mark(frame, role="card")
        frame.setObjectName("similar_rows")
        title = QLabel("Rows like it", frame)
        theme.mark(title, role="strong")
        self._like_words = named(QLabel(frame, wordWrap=True), "similar_words")
        theme.mark(self._like_words, role="caption")
        self._to_grid = pictured(
            named(QPushButton("Show in grid", frame), "similar_to_grid", "Show these rows in the grid"), "table"
        )
        self._to_grid.clicked.connect(lambda: self.rows_wanted.emit(self._similar))
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self._to_grid)
        self._table = QGridLayout()
        self._table.setHorizontalSpacing(theme.WIDE)
        self._table.setVerticalSpacing(theme.TIGHT)
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(12, 8, 12, 12)
        layout.setSpacing(theme.GAP)
        layout.addLayout(head)
        layout.addWidget(self._like_words)
        layout.addLayout(self._table)
        return frame

    # -- what is shown ------------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Show no row."""
        self.row = None
        self.chart.show_reasons(None)
        self.card.show_chart(self.chart, "Why this row", "", "waterfall")
        self.card.say("")
        self._said.setText("")
        self.fields.show_ways((), ())
        self._would.setText("")
        self._look.setEnabled(False)
        self._like.hide()
        self._body.hide()
        self._clear_ways()

    def show_rows(self, count: int) -> None:
        """Say how many rows the dataset has."""
        self._number.setMaximum(max(1, count))

    def show_number(self, row: int) -> None:
        """Show which row it is."""
        self._number.blockSignals(True)
        self._number.setValue(row + 1)
        self._number.blockSignals(False)

    def show_answer(self, told: Explanation) -> None:
        """Show what was told of the row."""
        match told:
            case Predicted():
                self._said.setText(predicted_words(told))
                self._would.setText(predicted_words(told))
            case RowReasons():
                self._show_reasons(told)
            case SimilarRows():
                self._show_similar(told)
            case Counterfactuals():
                self._show_ways(told)
            case _:
                return

    def show_would(self, told: Predicted) -> None:
        """Show what would be predicted."""
        odd = f" {', '.join(told.odd)}: outside of what the model has learned from." if told.odd else ""
        self._would.setText(predicted_words(told) + odd)

    def _show_reasons(self, told: RowReasons) -> None:
        self.row = told.row
        self.chart.show_reasons(told)
        truth = f"the truth is {told.truth}" if told.truth is not None else ""
        row = f"Why row {told.row + 1:,}" if told.row is not None else "Why this row"
        self.card.show_chart(self.chart, row, f"{told.unit}{f', {truth}' if truth else ''}", "waterfall")
        self.card.say(" ".join(told.sentences))
        ordered = [(told.plausible[place], told.cells[place]) for place in told.order]
        self.fields.show_ways([way for way, _ in ordered], [cell for _, cell in ordered])
        self._look.setEnabled(True)
        self._clear_ways()
        self._body.show()

    def _show_similar(self, told: SimilarRows) -> None:
        self._similar = tuple(one.row for one in told.found)
        self._like.setVisible(bool(told.found))
        self._like_words.setText(" ".join(told.sentences))
        while (item := self._table.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for column, name in enumerate(("Row", "Truth", "Predicted", "Distance")):
            label = QLabel(name, self._like)
            theme.mark(label, role="caption")
            self._table.addWidget(label, 0, column)
        for line, one in enumerate(told.found, 1):
            cells = ", ".join(f"{name} {cell_word(cell)}" for name, cell in zip(told.names, one.cells, strict=True))
            for column, text in enumerate((f"{one.row + 1:,}", one.truth, one.prediction, f"{one.distance:.3f}")):
                label = QLabel(text, self._like)
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setToolTip(cells)
                self._table.addWidget(label, line, column)
        self._table.setColumnStretch(3, 1)

    def _show_ways(self, told: Counterfactuals) -> None:
        self._clear_ways()
        said = told.sentences[-1] if told.found else " ".join(told.sentences)
        for one in told.found:
            self._ways.addWidget(self._way(told.wish, one))
        note = QLabel(said, self, wordWrap=True)
        theme.mark(note, role="caption")
        self._ways.addWidget(note)

    def _way(self, wish: str, one: Counterfactual) -> QWidget:
        words = f"{wish} {change_words(one)}"
        line = QWidget(self)
        label = QLabel(words, line, wordWrap=True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        apply = named(QPushButton("Try it", line), "try_change", f"Try: {words}", "Set the values above to these")
        cells = self.fields.cells() | {change.column: change.after for change in one.changes}
        apply.clicked.connect(lambda: self.fields.set_cells(cells))
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label, 1)
        row.addWidget(apply, 0, Qt.AlignmentFlag.AlignTop)
        return line

    def _clear_ways(self) -> None:
        while (item := self._ways.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _on_changed(self) -> None:
        self.what_if_wanted.emit(self.fields.cells())


def predicted_words(told: Predicted) -> str:
    """Say what is predicted."""
    likely = sorted(told.likely.items(), key=lambda one: -one[1])[:_SHOWN]
    shares = ", ".join(f"{label} {share:.1%}" for label, share in likely)
    between = ""
    if told.lower is not None and told.upper is not None:
        between = f", between {number(told.lower)} and {number(told.upper)}"
    return f"Predicted: {told.prediction}{between}{f' ({shares})' if shares else ''}"
