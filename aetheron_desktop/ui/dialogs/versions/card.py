"""What is written about a model, and how it reads."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QSplitter, QWidget

from aetheron_desktop.engine.versioning.changes import SetCard
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.dialogs.versions.fields import Field, MessageField, TextArea
from aetheron_desktop.ui.dialogs.versions.frame import VersionDialog
from aetheron_desktop.ui.dialogs.versions.markdown_view import MarkdownView
from aetheron_desktop.ui.widgets.naming import named

_WAIT_MS: Final = 150
_LEAST: Final = 160
_MOST: Final = 1_000_000


class CardDialog(VersionDialog):
    """The text at the left and the preview at the right; tells :class:`SetCard`."""

    def __init__(self, model: str, card: str, parent: QWidget | None = None) -> None:
        lead = "It is written in Markdown, and goes where the model goes. A new version is made of the current one."
        super().__init__("card", "Change the card", "Keep it", parent, lead=lead, width=960, height=640)
        self._model, self._known = model, card
        self._text = named(TextArea(self.inside, is_sentence=False), "card_text", "The card as it is written")
        self._text.setMinimumHeight(_LEAST)
        self._text.setMaximumHeight(16_777_215)
        self._text.setFont(theme.monospaced())
        self._text.setPlainText(card)
        self._view = named(MarkdownView(self.inside), "card_view", "The card as it reads")
        self._view.setMinimumHeight(_LEAST)
        split = QSplitter(Qt.Orientation.Horizontal, self.inside)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(theme.GAP + 4)
        self._written = Field("Written", self._text, split, check=self._wrong)
        reads = Field("Reads", self._view, split)
        for part in (self._written, reads):
            split.addWidget(part)
        self.body.addWidget(split, 1)
        self._message = self.add_field(
            MessageField("card_message", "Why", self.inside, required="Write in a few words what is new in it.")
        )
        self._wait = QTimer(self, interval=_WAIT_MS, singleShot=True)
        self._wait.timeout.connect(self._show)
        self._text.textChanged.connect(self._on_text)
        self._text.submitted.connect(self.go.click)
        self._show()
        self.finish()
        self._text.setFocus()

    def ask(self) -> None:
        if self._written.is_right():
            self.tell(SetCard(model=self._model, card=self._text.toPlainText(), message=self._message.text))

    def _wrong(self) -> str:
        text = self._text.toPlainText()
        if text == self._known:
            return "Nothing was changed."
        return f"It is longer than {_MOST:,} letters." if len(text) > _MOST else ""

    def _on_text(self) -> None:
        self._wait.start()
        if self._written.is_refused:
            self._written.is_right()

    def _show(self) -> None:
        self._view.show_markdown(self._text.toPlainText()[:_MOST])
