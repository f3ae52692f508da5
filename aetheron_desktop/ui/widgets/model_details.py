"""One model: how good it is, what it was made from, and what can be done with it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.evaluation.metrics import BASELINE, metric
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.models_table import baseline
from aetheron_desktop.ui.item_models.quantities import number, size
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aetheron_desktop.engine.registry.model import ModelInfo

_ARROWS: Final = {"higher": "↑", "lower": "↓"}
_TASKS: Final = {"binary": "one of two classes", "multiclass": "one of several classes", "regression": "a number"}


class ModelDetails(QFrame):
    """Shows a model; ``wished`` tells what its person wants done with it."""

    wished = Signal(str, str)  # predict | export | rename | bin | reveal | restore | delete, model id

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "model_details", "The chosen model")
        theme.mark(self, role="card")
        self._id = ""
        self._name = named(QLabel(self, wordWrap=True), "model_name")
        self._lead = QLabel(self, wordWrap=True)
        theme.mark(self._name, role="heading")
        theme.mark(self._lead, role="muted")
        self._name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons = self._make_buttons()
        self._scroll = named(QScrollArea(self), "model_facts", "Facts of the model")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._clear()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.WIDE, theme.WIDE, theme.GAP, theme.WIDE)
        layout.setSpacing(theme.GAP)
        layout.addWidget(self._name)
        layout.addWidget(self._lead)
        layout.addLayout(self._button_rows())
        layout.addWidget(self._scroll, 1)

    def sizeHint(self) -> QSize:
        # What it shows scrolls; its longest line must not take the width from the list.
        return QSize(348, 480)

    def show_model(self, info: ModelInfo) -> None:
        """Show a model, in the bin or out of it."""
        self._id = info.id
        self._name.setText(info.name)
        early = " The run was stopped; this is the best it had." if info.status == "stopped" else ""
        self._lead.setText(f"Predicts {info.target} ({_TASKS[info.task]}).{early}")
        for wish, button in self._buttons.items():
            button.setVisible((wish in {"restore", "delete"}) == (info.binned is not None))
        self._clear()
        self._add("Measured on the test rows", self._metrics(info))
        self._add("Made from", _table(_facts(info)))
        if info.params:
            parameters = {parameter.name: parameter for parameter in catalog.card(info.estimator).parameters}
            rows = [(parameters[n].label if n in parameters else n, str(v)) for n, v in info.params.items()]
            self._add("Parameters", _table(rows))
        self._add(f"Columns ({len(info.features):,})", _words(", ".join(info.features[:200])))
        if info.classes:
            self._add(f"Classes ({len(info.classes):,})", _words(", ".join(info.classes[:100])))
        self._rows.addStretch(1)

    def _make_buttons(self) -> dict[str, QPushButton]:
        buttons: dict[str, QPushButton] = {}
        for wish, words, picture, tip in (
            ("predict", "Predict…", "predict", "Predict the rows of another file"),
            ("export", "Save as…", "export", "Save the model as one file, to carry it elsewhere"),
            ("rename", "Rename", "rename", "Give it another name (F2)"),
            ("reveal", "Show files", "reveal", "Show its files in the file manager"),
            ("bin", "Delete", "trash", "Put it into the bin (Del)"),
            ("restore", "Restore", "restore", "Take it out of the bin"),
            ("delete", "Delete for good", "trash", "Free its space; it cannot be restored"),
        ):
            button = named(QPushButton(words, self), f"model_{wish}", tip, tip)
            if wish == "predict":
                theme.mark(button, role="primary")
            if wish == "delete":
                theme.mark(button, role="danger")
            pictured(button, picture, "accent.on" if wish == "predict" else "text")
            button.clicked.connect(lambda _, wish=wish: self.wished.emit(wish, self._id))
            buttons[wish] = button
        return buttons

    def _button_rows(self) -> QVBoxLayout:
        rows = QVBoxLayout()
        rows.setSpacing(theme.GAP)
        for names in (("predict", "export", "restore", "delete"), ("rename", "reveal", "bin")):
            row = QHBoxLayout()
            row.setSpacing(theme.GAP)
            for name in names:
                row.addWidget(self._buttons[name])
            row.addStretch(1)
            rows.addLayout(row)
        return rows

    def _metrics(self, info: ModelInfo) -> QWidget:
        rows: list[Sequence[str]] = [("", "model", "baseline")]
        for name, score in info.metrics.items():
            if not name.startswith(BASELINE):
                known = metric(name)
                label = f"{known.label} {_ARROWS[known.direction]}"
                rows.append((label, number(score), number(baseline(info, name))))
        return _table(rows, has_header=True)

    def _add(self, title: str, widget: QWidget) -> None:
        label = QLabel(title, self._body)
        theme.mark(label, role="overline")
        part = QVBoxLayout()
        part.setSpacing(theme.TIGHT)
        part.addWidget(label)
        part.addWidget(widget)
        self._rows.addLayout(part)

    def _clear(self) -> None:
        self._body = QWidget(self)
        theme.mark(self._body, role="scrolled")
        self._rows = QVBoxLayout(self._body)
        self._rows.setContentsMargins(0, theme.GAP, theme.GAP, 0)
        self._rows.setSpacing(theme.WIDE)
        self._scroll.setWidget(self._body)  # which deletes the one before


def _facts(info: ModelInfo) -> list[Sequence[str]]:
    return [
        ("Estimator", catalog.card(info.estimator).name),
        ("Dataset", info.dataset_name),
        ("Run", info.run),
        ("Made", time.strftime("%Y-%m-%d %H:%M", time.localtime(info.created))),
        ("Size", size(info.bytes)),
        ("Folder", f"models/{info.id}" if info.binned is None else f"bin/models/{info.id}"),
    ]


def _table(rows: Iterable[Sequence[str]], *, has_header: bool = False) -> QWidget:
    table = QWidget()
    grid = QGridLayout(table)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(theme.WIDE)
    grid.setVerticalSpacing(theme.TIGHT)
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            label = QLabel(text, table)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            is_head = column == 0 or (has_header and row == 0)
            theme.mark(label, role="muted" if is_head else "strong" if has_header else "")
            if has_header and column:
                label.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(label, row, column)
    grid.setColumnStretch(3, 1)
    return table


def _words(text: str) -> QLabel:
    label = QLabel(text, wordWrap=True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
