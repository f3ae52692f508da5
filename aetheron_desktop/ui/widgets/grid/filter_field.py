"""The field for a condition: it is checked while it is typed, and offers the names of columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QModelIndex, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView, QWidget

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aetheron_desktop.engine.datasets.expression_parts import Kind

_WORD: Final = re.compile(r"`[^`]*$|[^\W\d]\w*$")
_OFFERED: Final = 12


class FilterField(QLineEdit):
    """``applied`` tells a condition that can be understood, ``refused`` why one cannot; both on Enter.

    ``checked`` tells the same, in words, while it is typed; empty when all is well.
    """

    applied = Signal(str)
    checked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "filter_text", "Filter the rows", "Rows for which this is true are shown; Enter applies it")
        self.setPlaceholderText("Filter: age > 30 and city = 'Ulm'")
        self.setClearButtonEnabled(True)
        theme.mark(self, role="search")
        self._kinds: Mapping[str, Kind] = {}
        self._names = QStringListModel(self)
        self._completer = QCompleter(self._names, self)
        self._completer.setWidget(self)
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self._completer.setMaxVisibleItems(_OFFERED)
        self._offers = named(QListView(), "filter_offers", "Columns")
        theme.mark(self._offers, role="framed")
        self._completer.setPopup(self._offers)
        self._completer.activated.connect(self._complete)
        self.textEdited.connect(self._on_edited)
        self.returnPressed.connect(self._apply)
        self.textChanged.connect(self._on_changed)

    def show_columns(self, names: Sequence[str]) -> None:
        """Offer these columns."""
        self._kinds = {}
        self._names.setStringList(list(names))

    def show_kinds(self, kinds: Mapping[str, Kind]) -> None:
        """Know what the columns are, so that a condition can be checked."""
        self._kinds = kinds
        self.check()

    def check(self) -> str:
        """Say what is wrong with what is typed; empty when nothing is, or when nothing can be said yet."""
        from aetheron_desktop.engine.datasets import expression  # only a filter needs it

        problem = ""
        if self._kinds and self.text().strip():
            try:
                expression.condition(self.text(), self._kinds)
            except UsageError as error:
                problem = " ".join(part for part in (error.detail, error.hint) if part)
        theme.mark(self, invalid=bool(problem))
        self.checked.emit(problem)
        return problem

    def event(self, event: QEvent) -> bool:
        is_tab = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab
        if is_tab and event.type() == QEvent.Type.KeyPress and self._offers.isVisible():
            # Otherwise the key would go on to the next control.
            place = self._offers.currentIndex()
            best = place if place.isValid() else self._completer.completionModel().index(0, 0)
            self._complete(str(best.data()))
            self._offers.hide()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._offers.isVisible():
            key, is_chosen = event.key(), self._offers.currentIndex().isValid()
            if key == Qt.Key.Key_Escape or (is_chosen and key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}):
                event.ignore()  # it is for the list of offers
                return
            if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                self._offers.hide()
        if event.key() == Qt.Key.Key_Space and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._offer(always=True)
            return
        super().keyPressEvent(event)

    def _on_changed(self, text: str) -> None:
        if not text:
            self.check()
            self.applied.emit("")

    def _on_edited(self) -> None:
        self.check()
        self._offer()

    def _apply(self) -> None:
        if not self.check():
            self.applied.emit(self.text().strip())

    def _offer(self, *, always: bool = False) -> None:
        word = self._word()
        self._completer.setCompletionPrefix(word.lstrip("`"))
        names = self._completer.completionModel()
        is_whole = names.rowCount() == 1 and names.index(0, 0).data() == word
        if (not word and not always) or not names.rowCount() or is_whole:
            self._offers.hide()
            return
        self._offers.setCurrentIndex(QModelIndex())
        room = self.cursorRect()
        room.setWidth(min(360, max(180, self._offers.sizeHintForColumn(0) + 40)))
        self._completer.complete(room)

    def _word(self) -> str:
        """Give the beginning of a name that stands left of the cursor."""
        found = _WORD.search(self.text()[: self.cursorPosition()])
        return found.group() if found else ""

    def _complete(self, name: str) -> None:
        from aetheron_desktop.engine.datasets import expression

        end = self.cursorPosition()
        start = end - len(self._word())
        made = expression.column(name) + " "
        self.setText(self.text()[:start] + made + self.text()[end:].lstrip())
        self.setCursorPosition(start + len(made))
        self.check()
