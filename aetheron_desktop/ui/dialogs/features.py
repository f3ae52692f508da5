"""What is made of each column before a model sees it: automatic, said in words, or chosen."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.engine.estimators.monotone import KEEPS_ORDER, Monotone, Sign
from aetheron_desktop.engine.estimators.treatments import (
    AUTO,
    PRESETS,
    Style,
    Treatment,
    automatic,
    kind_of,
    label,
    told,
)
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.item_models.tips import plain_tip
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PySide6.QtGui import QResizeEvent, QShowEvent

    from aetheron_desktop.engine.datasets.schema import Column

MOST: Final = 200
"""Columns that are shown at once; others are found by their names."""
_STYLES: Final[tuple[tuple[Style, str], ...]] = (
    ("linear", "Weighted sums"),
    ("tree", "Trees"),
    ("network", "Networks"),
)
_NAME, _HOW, _DIRECTION, _WORDS = range(4)
_DIRECTIONS: Final[tuple[tuple[str, Sign | None], ...]] = (("Free", None), ("Only rises", "+"), ("Only falls", "-"))


class FeaturesDialog(QDialog):
    """``chosen`` gives the treatments of all columns for which something was chosen; it deletes itself when closed.

    Before it, ``directed`` gives the columns with which a prediction shall only rise, or only fall.
    """

    directed = Signal(object)  # tuple[Monotone, ...]
    chosen = Signal(object)  # tuple[Treatment, ...]

    def __init__(
        self,
        columns: Sequence[Column],
        treatments: Iterable[Treatment],
        monotone: Iterable[Monotone] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        named(self, "features_dialog", "What is made of the columns")
        self.setWindowTitle("What is made of the columns")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._columns = tuple(columns)
        self._how = {one.column: one.how for one in treatments}
        self._shown: list[Column] = []
        self._signs: dict[str, Sign] = {one.column: one.sign for one in monotone}
        self._combos: list[QComboBox] = []
        self._direction_combos: list[QComboBox | None] = []
        self._told: list[QTableWidgetItem] = []
        self._build()
        self._fill()
        self.resize(1040, 560)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit_rows()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_rows()

    def treatments(self) -> tuple[Treatment, ...]:
        """Give what is chosen, in the order of the columns."""
        return tuple(Treatment(one.name, self._how[one.name]) for one in self._columns if one.name in self._how)

    def directions(self) -> tuple[Monotone, ...]:
        """Give the directions that are chosen, in the order of the columns."""
        return tuple(
            Monotone(one.name, self._signs[one.name])
            for one in self._columns
            if one.name in self._signs and self._has_direction(one)
        )

    def direction(self, row: int) -> QComboBox | None:
        """Give what the direction is chosen by in a row that is shown; None of a column that has none."""
        return self._direction_combos[row]

    def choice(self, row: int) -> QComboBox:
        """Give what is chosen by in a row that is shown."""
        return self._combos[row]

    def _build(self) -> None:
        heading = QLabel("What is made of the columns", self)
        theme.mark(heading, role="heading")
        lead = QLabel("Automatic suits each kind of model. A choice counts for all that is trained next.", self)
        lead.setWordWrap(True)
        theme.mark(lead, role="muted")
        self._find = named(QLineEdit(self), "features_find", "Find a column")
        self._find.setPlaceholderText("Find a column")
        self._find.setClearButtonEnabled(True)
        theme.mark(self._find, role="search")
        self._find.textChanged.connect(self._fill)
        self.table = self._make_table()
        self._more = QLabel(self)
        theme.mark(self._more, role="caption")
        self._reset = named(QPushButton("All automatic", self), "features_reset", "Make all columns automatic")
        self._reset.setAutoDefault(False)
        self._reset.clicked.connect(self._on_reset)
        cancel = named(QPushButton("Cancel", self), "features_cancel", "Cancel")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        go = named(QPushButton("Use these", self), "features_go", "Use these")
        theme.mark(go, role="primary")
        go.setDefault(True)
        go.clicked.connect(self._on_go)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GAP)
        buttons.addWidget(self._reset)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.WIDE, theme.WIDE, theme.WIDE, theme.WIDE)
        layout.setSpacing(theme.GAP)
        for widget in (heading, lead, self._find):
            layout.addWidget(widget)
        layout.addWidget(self.table, 1)
        layout.addWidget(self._more)
        layout.addLayout(buttons)

    def _make_table(self) -> QTableWidget:
        table = named(QTableWidget(0, 4, self), "features_table", "Columns and what is made of them")
        table.setHorizontalHeaderLabels(["Column", "Features", "Prediction", "In words"])
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the choices in it take the keys
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setVerticalScrollMode(QTableWidget.ScrollMode.ScrollPerPixel)
        table.setWordWrap(True)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(_WORDS, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(_NAME, 190)
        header.resizeSection(_HOW, 210)
        header.resizeSection(_DIRECTION, 150)
        # A row is as high as its words at the width that there is, which is known once the dialog is shown.
        header.sectionResized.connect(self._fit_rows)
        table.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover, False)
        return table

    def _fill(self) -> None:
        wanted = self._find.text().strip().casefold()
        found = [column for column in self._columns if wanted in column.name.casefold()]
        self._shown = found[:MOST]
        self._combos, self._direction_combos, self._told = [], [], []
        self.table.setRowCount(0)
        self.table.setRowCount(len(self._shown))
        for row, column in enumerate(self._shown):
            name = QTableWidgetItem(icon(column.type, "muted"), column.name)
            name.setToolTip(plain_tip(f"{column.name}\n{column.type}, {column.distinct:,} different values"))
            self.table.setItem(row, _NAME, name)
            self._told.append(QTableWidgetItem())
            self.table.setItem(row, _WORDS, self._told[row])
            self.table.setCellWidget(row, _HOW, self._choice(row, column))
            if kind_of(column.type) == "number":
                self.table.setCellWidget(row, _DIRECTION, self._direction_choice(row, column))
            else:
                self._direction_combos.append(None)
            self._tell(row)
        self._fit_rows()
        rest = len(found) - len(self._shown)
        self._more.setText(f"{rest:,} more columns; find them by their names." if rest else "")
        self._more.setVisible(bool(rest))

    def _fit_rows(self) -> None:
        for row in range(len(self._told)):
            self.table.resizeRowToContents(row)
            self.table.setRowHeight(row, self.table.rowHeight(row) + theme.GAP)

    def _choice(self, row: int, column: Column) -> QWidget:
        combo = named(QComboBox(), f"treatment_{row}", f"What is made of {column.name}")
        combo.addItem("Automatic", (AUTO,))
        kind = kind_of(column.type)
        for how in self._offered(column):
            combo.addItem(label(kind, how), how)
        combo.setCurrentIndex(max(0, combo.findData(self._how.get(column.name, (AUTO,)))))
        combo.activated.connect(partial(self._on_chosen, row, combo))
        self._combos.append(combo)
        return self._cell(combo)

    def _direction_choice(self, row: int, column: Column) -> QWidget:
        told = f"Whether the prediction only rises or only falls with {column.name}"
        combo = named(QComboBox(), f"direction_{row}", told)
        for words, sign in _DIRECTIONS:
            combo.addItem(words, sign)
        combo.setCurrentIndex(max(0, combo.findData(self._signs.get(column.name))))
        combo.activated.connect(partial(self._on_directed, row, combo))
        self._direction_combos.append(combo)
        return self._cell(combo)

    def _cell(self, combo: QComboBox) -> QWidget:
        # In the middle of its cell, as high as a choice is everywhere.
        cell = QWidget(self.table)
        layout = QHBoxLayout(cell)
        layout.setContentsMargins(theme.TIGHT, theme.TIGHT, theme.GAP, theme.TIGHT)
        layout.addWidget(combo)
        return cell

    def _has_direction(self, column: Column) -> bool:
        return set(self._how.get(column.name, ())) <= KEEPS_ORDER

    def _offered(self, column: Column) -> list[tuple[str, ...]]:
        """Give the ways for a column; what was chosen on the command line may be more than is usually offered."""
        offered = list(PRESETS[kind_of(column.type)])
        own = self._how.get(column.name)
        return offered if own is None or own in offered else [*offered, own]

    def _tell(self, row: int) -> None:
        column = self._shown[row]
        how = self._how.get(column.name)
        words = told(kind_of(column.type), how) if how is not None else _automatic(column)
        self._told[row].setText(words)
        self._combos[row].setAccessibleDescription(words)
        self._combos[row].setToolTip(plain_tip(words))
        if (direction := self._direction_combos[row] if row < len(self._direction_combos) else None) is not None:
            self._tell_direction(direction, column)

    def _tell_direction(self, combo: QComboBox, column: Column) -> None:
        can = self._has_direction(column)
        combo.setEnabled(can)
        if not can:
            tip = "What is made of the column has no order, and so no direction."
        else:
            tip = "All else being equal, the prediction (of two classes, the probability of the positive one) does so."
        combo.setToolTip(plain_tip(tip))
        combo.setAccessibleDescription(tip)

    def _on_chosen(self, row: int, combo: QComboBox, _: int = 0) -> None:
        name, how = self._shown[row].name, tuple(combo.currentData())
        if how == (AUTO,):
            self._how.pop(name, None)
        else:
            self._how[name] = how
        self._tell(row)
        self._fit_rows()

    def _on_directed(self, row: int, combo: QComboBox, _: int = 0) -> None:
        name, sign = self._shown[row].name, combo.currentData()
        if sign is None:
            self._signs.pop(name, None)
        else:
            self._signs[name] = sign

    def _on_reset(self) -> None:
        self._how.clear()
        self._signs.clear()
        self._fill()

    def _on_go(self) -> None:
        self.directed.emit(self.directions())
        self.chosen.emit(self.treatments())
        self.accept()


def _automatic(column: Column) -> str:
    """Say what each kind of model makes of a column; what several make is said once."""
    words: dict[str, list[str]] = {}
    for style, name in _STYLES:
        words.setdefault(automatic(column, style), []).append(name)
    if len(words) == 1:
        return next(iter(words))
    return "\n".join(
        f"{names[0]}{''.join(f', {name.lower()}' for name in names[1:])}: {said[0].lower()}{said[1:]}"
        for said, names in words.items()
    )
