"""What errors cost among several classes: a table with a row for each class that is true."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.engine.estimators.deciding import ErrorCost
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.tips import plain_tip
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST: Final = 30
"""Classes for which a table can be filled in by hand."""
_USUAL: Final = "1"


class ErrorCostsDialog(QDialog):
    """``chosen`` gives the costs that are not 1; it deletes itself when closed."""

    chosen = Signal(object)  # tuple[ErrorCost, ...]

    def __init__(self, classes: Sequence[str], costs: Iterable[ErrorCost] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "error_costs_dialog", "What errors cost")
        self.setWindowTitle("What errors cost")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._classes = tuple(classes)
        self._build()
        self._fill({(one.actual, one.predicted): one.amount for one in costs})
        self.table.itemChanged.connect(self._check)
        self._check()
        self.resize(min(980, 240 + 130 * len(self._classes)), min(640, 260 + 36 * len(self._classes)))

    def costs(self) -> tuple[ErrorCost, ...]:
        """Give the costs that are not 1; only while none is refused."""
        found = []
        for row, actual in enumerate(self._classes):
            for column, predicted in enumerate(self._classes):
                amount = _amount(self._text(row, column))
                if row != column and amount is not None and amount != 1.0:
                    found.append(ErrorCost(actual, predicted, amount))
        return tuple(found)

    def _build(self) -> None:
        heading = QLabel("What errors cost", self)
        theme.mark(heading, role="heading")
        lead = QLabel(
            "In any unit: a row for each class that is true, a column for each that is predicted. The class that is "
            "expected to cost least is then predicted.",
            self,
            wordWrap=True,
        )
        theme.mark(lead, role="muted")
        self.table = self._make_table()
        self._problem = named(QLabel(self, wordWrap=True, textFormat=Qt.TextFormat.PlainText), "error_costs_problem")
        theme.mark(self._problem, role="error")
        reset = named(QPushButton("All cost 1", self), "error_costs_reset", "Let all errors cost 1")
        reset.setAutoDefault(False)
        reset.clicked.connect(self._on_reset)
        cancel = named(QPushButton("Cancel", self), "error_costs_cancel", "Cancel")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        self._go = named(QPushButton("Use these", self), "error_costs_go", "Use these")
        theme.mark(self._go, role="primary")
        self._go.setDefault(True)
        self._go.clicked.connect(self._on_go)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GAP)
        buttons.addWidget(reset)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.WIDE, theme.WIDE, theme.WIDE, theme.WIDE)
        layout.setSpacing(theme.GAP)
        for widget in (heading, lead):
            layout.addWidget(widget)
        layout.addWidget(self.table, 1)
        layout.addWidget(self._problem)
        layout.addLayout(buttons)

    def _make_table(self) -> QTableWidget:
        count = len(self._classes)
        table = named(QTableWidget(count, count, self), "error_costs_table", "Costs of errors, true by predicted class")
        table.setHorizontalHeaderLabels([f"as {name}" for name in self._classes])
        table.setVerticalHeaderLabels(list(self._classes))
        table.horizontalHeader().setDefaultSectionSize(130)
        table.verticalHeader().setMaximumWidth(240)
        table.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        return table

    def _fill(self, costs: dict[tuple[str, str], float]) -> None:
        with QSignalBlocker(self.table):
            for row, actual in enumerate(self._classes):
                for column, predicted in enumerate(self._classes):
                    is_right = row == column
                    told = "0" if is_right else f"{costs.get((actual, predicted), 1.0):g}"
                    item = QTableWidgetItem(told)
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                    if is_right:
                        item.setFlags(Qt.ItemFlag.NoItemFlags)
                    words = f"{actual} taken for {predicted}" if not is_right else f"{actual} is right"
                    item.setToolTip(plain_tip(words))
                    item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{words}: {told}")
                    self.table.setItem(row, column, item)

    def _check(self, item: QTableWidgetItem | None = None) -> None:
        if item is not None:
            with QSignalBlocker(self.table):
                words = f"{self._classes[item.row()]} taken for {self._classes[item.column()]}"
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{words}: {item.text()}")
        amounts = [
            (row, column, _amount(self._text(row, column)))
            for row in range(len(self._classes))
            for column in range(len(self._classes))
            if row != column
        ]
        wrong = next((one for one in amounts if one[2] is None), None)
        problem = ""
        if wrong is not None:
            text = self._text(wrong[0], wrong[1])
            pair = f"{self._classes[wrong[0]]} taken for {self._classes[wrong[1]]}"
            problem = f"{pair}: {text!r} is no cost; write a number of at least 0."
        elif not any(amount for _, _, amount in amounts):
            problem = "At least one error must cost something."
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        self._go.setEnabled(not problem)
        self._go.setToolTip(plain_tip(problem))
        self._go.setAccessibleDescription(problem)

    def _text(self, row: int, column: int) -> str:
        item = self.table.item(row, column)
        return item.text() if item is not None else ""

    def _on_reset(self) -> None:
        self._fill({})
        self._check()

    def _on_go(self) -> None:
        self.chosen.emit(self.costs())
        self.accept()


def _amount(text: str) -> float | None:
    """Give the cost that stands in a cell, 1 where nothing does; None where it is none."""
    try:
        amount = float(text.strip().replace(",", ".") or _USUAL)
    except ValueError:
        return None
    return amount if math.isfinite(amount) and amount >= 0.0 else None
