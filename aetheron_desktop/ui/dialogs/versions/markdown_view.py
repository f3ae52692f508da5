"""Markdown as it reads, without anything that lies outside of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QTextBlockFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextBrowser

from aetheron_desktop.ui import icons

if TYPE_CHECKING:
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QPixmap
    from PySide6.QtWidgets import QWidget

_LINE_HEIGHT: Final = 130.0
_PROPORTIONAL: Final = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
_PICTURE: Final = 16


class MarkdownView(QTextBrowser):
    """Shows a text of anybody: no HTML in it is followed, no file and no address is opened, links lead nowhere."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)

    def show_markdown(self, text: str) -> None:
        """Show ``text`` at the place that is read now."""
        bar = self.verticalScrollBar()
        place = bar.value()
        features = QTextDocument.MarkdownFeature
        self.document().setMarkdown(text, features.MarkdownDialectGitHub | features.MarkdownNoHTML)
        self._give_room()
        self.moveCursor(QTextCursor.MoveOperation.Start)
        bar.setValue(min(place, bar.maximum()))

    def loadResource(self, kind: int, name: QUrl | str) -> QPixmap:
        """Give a picture of a file for whatever is asked for; without one Qt would open the file itself."""
        return icons.pixmap("file", _PICTURE, "faint", self.devicePixelRatioF())

    def _give_room(self) -> None:
        """Set paragraphs and lists apart; Markdown comes in without any room."""
        block = self.document().begin()
        while block.isValid():
            cursor = QTextCursor(block)
            if cursor.currentTable() is None:
                look = block.blockFormat()
                look.setLineHeight(_LINE_HEIGHT, _PROPORTIONAL)
                look.setBottomMargin(3 if block.textList() is not None else 8)
                look.setTopMargin(10 if look.headingLevel() else 0)
                cursor.setBlockFormat(look)
            block = block.next()
