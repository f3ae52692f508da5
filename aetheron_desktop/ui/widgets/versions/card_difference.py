"""How the card of a model changed: lines that came and lines that went, in colours and with signs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.versions.texts import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

_MOST_LINES: Final = 200
_LINES_HIGH: Final = 12
_AROUND: Final = 18
"""The points that the style sheet puts above and below the lines of a field, with its border."""
_TONES: Final = {"+": "success", "−": "danger", "·": "faint"}
_PLACE: Final = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@")


class CardDifference(QWidget):
    """Shows the lines of a unified difference; without any it is hidden."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "difference_card")
        title = plain(QLabel(self), "Card", "overline")
        self._text = named(QPlainTextEdit(self), "difference_card_text")
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._text.setFont(theme.monospaced())
        self._lines: Sequence[str] = ()
        self._rest = plain(QLabel(self), role="caption")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.TIGHT)
        layout.addWidget(title)
        layout.addWidget(self._text)
        layout.addWidget(self._rest)
        theme.changed.connect(self._write)
        self.hide()

    def show_lines(self, lines: Sequence[str]) -> None:
        """Show these, as the standard library's ``unified_diff`` gives them after its first two lines."""
        shown = [_words(line) for line in lines[:_MOST_LINES]]
        came, went = (sum(line.startswith(sign) for line in lines) for sign in "+-")
        more = len(lines) - len(shown)
        self._lines = shown
        self._write()
        self._text.setAccessibleName(f"How the card changed: {_lines(came)} added, {_lines(went)} removed")
        self._rest.setText(f"and {_lines(more)} more, which “Copy” has" if more else "")
        self._rest.setVisible(more > 0)
        self.setVisible(bool(lines))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _write(self) -> None:
        """Write the lines in their colours; the ground of a line is coloured too, since a line may be empty."""
        self._text.clear()
        cursor = QTextCursor(self._text.document())
        for place, line in enumerate(self._lines):
            tone = _TONES.get(line[:1], "text")
            ground, ink = QTextBlockFormat(), QTextCharFormat()
            ink.setForeground(theme.color(tone))
            if tone in {"success", "danger"}:
                ground.setBackground(theme.color(f"{tone}.soft"))
            if place:
                cursor.insertBlock()
            cursor.setBlockFormat(ground)
            cursor.insertText(line, ink)

    def _fit(self) -> None:
        """Make the block as high as its lines are when broken, up to a limit; then it scrolls."""
        document = self._text.document()
        lines = min(_LINES_HIGH, max(1, round(document.size().height())))  # of plain text it is in lines
        line = self._text.fontMetrics().lineSpacing()
        self._text.setFixedHeight(lines * line + _AROUND + 2 * round(document.documentMargin()) + line // 2)


def _words(line: str) -> str:
    """Give a line as it is shown: a minus sign, and instead of Git's marks where it is."""
    if place := _PLACE.match(line):
        return f"· line {place[1]}"
    return f"−{line[1:]}" if line.startswith("-") else line


def _lines(count: int) -> str:
    return f"{count:,} line{'' if count == 1 else 's'}"
