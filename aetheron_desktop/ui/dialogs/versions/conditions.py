"""The conditions that a version must meet to be named by an alias: read, and written one a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.engine.versioning.gates import read_gate
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.dialogs.versions.fields import Field, TextArea, plain_label
from aetheron_desktop.ui.dialogs.versions.phrases import shortened
from aetheron_desktop.ui.item_models.tips import plain_tip
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.picture import Picture

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLES: Final = "One a line, such as: roc_auc >= 0.9 · not worse by 0.01 · not worse by 0.02 where age > 60 · latency <= 5 ms · size <= 50 MB · signed"  # noqa: E501 - one line for people
_LINES: Final = 4
_MOST: Final = 12
_LOOKS: Final = {"met": ("success", "success"), "not met": ("error", "danger"), "not known": ("help", "warning")}
_PLAIN: Final = ("minus", "faint")


class ConditionLines(QWidget):
    """A list of conditions; those that begin with ``met:``, ``not met:`` or ``not known:`` get the sign of it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(theme.TIGHT)
        self._shown: list[QWidget] = []

    def show_lines(self, lines: Sequence[str]) -> None:
        """Show these."""
        for row in self._shown:
            row.setParent(None)
            row.deleteLater()
        told = list(lines[:_MOST])
        if len(lines) > _MOST:
            told.append(f"and {len(lines) - _MOST} more")
        self._shown = [self._row(line) for line in told]
        for row in self._shown:
            self._rows.addWidget(row)
        self.setAccessibleName("; ".join(lines))

    def _row(self, line: str) -> QWidget:
        row = QWidget(self)
        state = line.partition(":")[0]
        picture, tone = _LOOKS.get(state, _PLAIN)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP)
        layout.addWidget(Picture(picture, 14, tone, row), 0, Qt.AlignmentFlag.AlignTop)
        said = plain_label(shortened(line, 160), row)
        said.setToolTip(plain_tip(line))
        layout.addWidget(said, 1)
        return row


class Conditions(Field):
    """Shows the conditions of an alias, and lets them be edited; ``changed`` tells that they were."""

    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        self.edit = named(TextArea(parent, lines=_LINES, is_sentence=False), "promote_conditions")
        self.edit.setFont(theme.monospaced())
        super().__init__("Conditions", self.edit, parent, hint=EXAMPLES, check=self._wrong)
        self.edit.submitted.connect(self.submitted)
        self.edit.textChanged.connect(self._on_text)
        self.edit.cursorPositionChanged.connect(self._on_cursor)
        self.edit.focused.connect(self._on_cursor)
        self._filling = False
        self._lines = ConditionLines(self)
        self._none = QLabel("None. A condition is looked at each time before the alias is moved.", self)
        theme.mark(self._none, role="muted")
        self._open = named(QPushButton("Edit conditions…", self), "promote_edit", "Edit conditions")
        self._open.setAutoDefault(False)
        theme.mark(self._open, role="link")
        self._open.clicked.connect(self.open_editor)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(1, self._lines)
        layout.insertWidget(2, self._none)
        layout.addWidget(self._open, 0, Qt.AlignmentFlag.AlignLeft)
        self.show_conditions(())

    @property
    def is_editing(self) -> bool:
        """Whether the editor is open."""
        return not self.edit.isHidden()

    @property
    def texts(self) -> tuple[str, ...]:
        """The conditions as they are written, each once.

        Raises:
            UsageError: one of them cannot be read.
        """
        return tuple(dict.fromkeys(read_gate(line).text for _, line in self._written()))

    @property
    def draft(self) -> str:
        """What stands in the editor, right or not."""
        return self.edit.toPlainText()

    def show_conditions(self, texts: Sequence[str], draft: str | None = None) -> None:
        """Show these; with a ``draft`` the editor is open, and it stands there."""
        self._filling = True
        self.edit.setPlainText("\n".join(texts) if draft is None else draft)
        self._filling = False
        self._lines.show_lines(texts)
        self.refuse("")
        is_editing = draft is not None
        self.edit.setVisible(is_editing)
        self._hint.setVisible(is_editing)
        self._open.setHidden(is_editing)
        self._lines.setVisible(bool(texts) and not is_editing)
        self._none.setVisible(not texts and not is_editing)

    def open_editor(self) -> None:
        """Let the conditions be written."""
        self.show_conditions((), self.draft)
        self.edit.setFocus()
        self.edit.moveCursor(self.edit.textCursor().MoveOperation.End)

    def _written(self) -> list[tuple[int, str]]:
        lines = enumerate(self.draft.splitlines())
        return [(place, line.strip()) for place, line in lines if line.strip()]

    def _wrong(self, but: int = -1) -> str:
        """Say of each line why it is none, save of the line ``but``, in which somebody still writes."""
        said = []
        for place, line in self._written():
            try:
                read_gate(line)
            except AetheronError as error:
                if place != but:
                    said.append(f"Line {place + 1}: {shortened(error.detail, 120)}")
        return "\n".join(said)

    def _on_text(self) -> None:
        if not self._filling:
            self._look()
            self.changed.emit()

    def _on_cursor(self) -> None:
        if not self._filling:
            self._look()

    def _look(self) -> None:
        is_writing = self.window().focusWidget() is self.edit
        self.refuse(self._wrong(but=self.edit.textCursor().blockNumber() if is_writing else -1))
