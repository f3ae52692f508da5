"""The help pages of ``resources/help``, read without a network."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QListWidget, QListWidgetItem, QTextBrowser, QWidget

from aetheron_desktop.shipped import shipped
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named

PAGES = (
    ("getting-started", "Getting started"),
    ("data", "Looking at the data"),
    ("trust", "What would harm a model"),
    ("training", "Training"),
    ("analyzing", "What a model did"),
    ("failures", "Where a model fails"),
    ("compare", "Comparing runs"),
    ("models", "Models"),
    ("versions", "Versions"),
    ("command-line", "Command line"),
    ("keyboard", "Keyboard"),
)

_LINE_HEIGHT = 135.0
_PROPORTIONAL = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value


class HelpDialog(QDialog):
    """The pages at the left, the text at the right; links lead from one to the other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "help", "Help")
        self.setWindowTitle("Help")
        self.resize(860, 600)
        self.pages = named(QListWidget(self), "help_pages", "Pages")
        self.pages.setFixedWidth(190)
        for name, title in PAGES:
            item = QListWidgetItem(title, self.pages)
            item.setData(Qt.ItemDataRole.UserRole, name)
        self.text = named(QTextBrowser(self), "help_text", "Text of the page")
        self.text.setOpenLinks(False)
        self.text.anchorClicked.connect(self._follow)
        self.pages.currentItemChanged.connect(lambda item: self._read(item.data(Qt.ItemDataRole.UserRole)))
        line = QFrame(self)
        line.setFixedWidth(1)
        theme.mark(line, role="side")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 12, 0, 12)
        layout.setSpacing(12)
        layout.addWidget(self.pages)
        layout.addWidget(line)
        layout.addWidget(self.text, 1)

    def show_page(self, name: str) -> None:
        """Show the page ``name``; an unknown one shows the first."""
        names = [page for page, _ in PAGES]
        self.pages.setCurrentRow(names.index(name) if name in names else 0)

    def _read(self, name: str) -> None:
        self.text.setMarkdown((shipped("resources") / "help" / f"{name}.md").read_text(encoding="utf-8"))
        self._give_room()

    def _give_room(self) -> None:
        """Set paragraphs and lists apart; Markdown comes in without any room."""
        block = self.text.document().begin()
        while block.isValid():
            look = block.blockFormat()
            look.setLineHeight(_LINE_HEIGHT, _PROPORTIONAL)
            look.setBottomMargin(4 if block.textList() is not None else 10)
            look.setTopMargin(14 if look.headingLevel() else 0)
            cursor = QTextCursor(block)
            if cursor.currentTable() is None:
                cursor.setBlockFormat(look)
            block = block.next()
        self.text.moveCursor(QTextCursor.MoveOperation.Start)

    def _follow(self, url: QUrl) -> None:
        if url.isRelative():
            self.show_page(url.path().removesuffix(".md"))
        else:
            QDesktopServices.openUrl(url)
