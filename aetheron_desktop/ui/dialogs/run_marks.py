"""What a person notes of runs: tags, a note, a colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.engine.comparing.marks import COLOURS, Marks, checked
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.dialog_buttons import dialog_buttons
from aetheron_desktop.ui.widgets.flow_layout import FlowLayout
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Sequence

_SWATCH: Final = 16
_NONE: Final = COLOURS
"""The number of the button for no colour; those below 0 are Qt's own."""


class RunMarksDialog(QDialog):
    """``chosen`` gives the marks of each run by its id; of several, the tags that all have can be changed together."""

    chosen = Signal(object)  # dict[str, Marks]

    def __init__(self, runs: dict[str, Marks], known: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        several = len(runs) > 1
        title = f"Tags and colour of {len(runs):,} runs" if several else "Tags, note and colour"
        named(self, "run_marks_dialog", title)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(440)
        self._runs = dict(runs)
        marks = list(self._runs.values())
        self._common = [tag for tag in marks[0].tags if all(tag in one.tags for one in marks)]
        self._tags = named(QLineEdit(", ".join(self._common), self), "marks_tags", "Tags", "With commas between them")
        self._tags.setPlaceholderText("candidate, for review")
        self._note = named(QPlainTextEdit(marks[0].note if not several else "", self), "marks_note", "Note")
        self._note.setTabChangesFocus(True)
        self._note.setMaximumHeight(120)
        self._note.setPlaceholderText("Each of them keeps its own" if several else "Why this run?")
        self._note.setEnabled(not several)
        colours = {one.colour for one in marks}
        self._swatches = self._make_swatches(colours.pop() if len(colours) == 1 else None)
        self._error = named(QLabel(self, wordWrap=True), "marks_error")
        theme.mark(self._error, role="error")
        self._error.hide()
        self._build(known)

    def _build(self, known: Sequence[str]) -> None:
        form = QFormLayout()
        form.setSpacing(theme.GAP + 4)
        tags = QVBoxLayout()
        tags.addWidget(self._tags)
        if known:
            chips = QWidget(self)
            flow = FlowLayout(chips)
            for tag in known[:12]:
                chip = QPushButton(tag, chips)
                theme.mark(chip, role="chip")
                chip.clicked.connect(lambda _=False, tag=tag: self._add(tag))
                flow.addWidget(chip)
            tags.addWidget(chips)
        swatches = QHBoxLayout()
        swatches.setSpacing(theme.TIGHT)
        for button in self._swatches.buttons():
            swatches.addWidget(button)
        swatches.addStretch()
        form.addRow("Tags", tags)
        form.addRow("Note", self._note)
        form.addRow("Colour", swatches)
        buttons, _ = dialog_buttons(self, "Keep")
        buttons.accepted.connect(self._accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.LOOSE, theme.LOOSE, theme.LOOSE, theme.WIDE)
        layout.setSpacing(theme.GAP + 4)
        layout.addLayout(form)
        layout.addWidget(self._error)
        layout.addWidget(buttons)
        self._tags.setFocus()

    def _make_swatches(self, chosen: int | None) -> QButtonGroup:
        group = QButtonGroup(self)
        for number in (_NONE, *range(COLOURS)):
            words = "No colour of its own" if number == _NONE else f"Colour {number + 1}"
            button = named(QToolButton(self), f"marks_colour_{number}", words, words)
            button.setCheckable(True)
            button.setIcon(_swatch(number))
            button.setIconSize(QSize(_SWATCH, _SWATCH))
            button.setChecked(number == (_NONE if chosen is None else chosen))
            group.addButton(button, number)
        return group

    def _add(self, tag: str) -> None:
        words = [word.strip() for word in self._tags.text().split(",") if word.strip()]
        if tag not in words:
            self._tags.setText(", ".join([*words, tag]))

    def _accept(self) -> None:
        wanted = [word.strip() for word in self._tags.text().split(",")]
        colour = self._swatches.checkedId()
        made = {}
        try:
            for run, marks in self._runs.items():
                own = [tag for tag in marks.tags if tag not in self._common]
                note = self._note.toPlainText() if len(self._runs) == 1 else marks.note
                made[run] = checked([*own, *wanted], note, None if colour == _NONE else colour)
        except UsageError as error:
            self._error.setText(f"{error.detail} {error.hint}")
            self._error.show()
            return
        self.chosen.emit(made)
        self.accept()


def _swatch(number: int) -> QIcon:
    picture = QPixmap(_SWATCH * 2, _SWATCH * 2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if number == _NONE:
        painter.setPen(theme.pen("border.strong"))
        painter.drawLine(6, 26, 26, 6)
        painter.drawEllipse(4, 4, 24, 24)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.series(number))
        painter.drawRoundedRect(4, 4, 24, 24, 7, 7)
    painter.end()
    return QIcon(picture)
