"""A field for a condition: it is checked while it is typed, and offers what may follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QModelIndex, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Sequence

_OFFERED: Final = 12


class OfferingField(QLineEdit):
    """``applied`` tells a condition that can be understood; on Enter, and when the field is cleared.

    ``checked`` tells what is wrong, in words, while it is typed; empty when all is well. A kind of field says what is
    wrong (:meth:`problem_of`) and what may stand at the cursor (:meth:`offers_after`).
    """

    applied = Signal(str)
    checked = Signal(str)

    def __init__(self, name: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setClearButtonEnabled(True)
        theme.mark(self, role="search")
        self._names = QStringListModel(self)
        self._completer = QCompleter(self._names, self)
        self._completer.setWidget(self)
        self._completer.setMaxVisibleItems(_OFFERED)
        self._offers = named(QListView(), name, words)
        theme.mark(self._offers, role="framed")
        self._completer.setPopup(self._offers)
        self._completer.activated.connect(self._complete)
        self.textEdited.connect(self._on_edited)
        self.returnPressed.connect(self._apply)
        self.textChanged.connect(self._on_changed)

    # -- what a kind of field says ------------------------------------------------------------------------------------

    def problem_of(self, text: str) -> str:
        """Say what is wrong with a condition; empty when nothing is, or when nothing can be said yet."""
        raise NotImplementedError

    def offers_after(self, before: str) -> tuple[int, Sequence[str]]:
        """Give what may stand at the end of ``before``, in place of what begins at a character of it."""
        raise NotImplementedError

    def written(self, offer: str) -> str:
        """Give an offer as it is written into the field."""
        return f"{offer} "

    # -- what is typed ------------------------------------------------------------------------------------------------

    def check(self) -> str:
        """Say what is wrong with what is typed."""
        problem = self.problem_of(self.text()) if self.text().strip() else ""
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
        before = self.text()[: self.cursorPosition()]
        start, words = self.offers_after(before)
        typed = before[start:]
        if (not typed and not always) or not words or list(words) == [typed]:
            self._offers.hide()
            return
        self._names.setStringList(list(words))
        self._completer.setCompletionPrefix("")  # they are chosen already
        self._offers.setCurrentIndex(QModelIndex())
        room = self.cursorRect()
        room.setWidth(min(360, max(180, self._offers.sizeHintForColumn(0) + 40)))
        self._completer.complete(room)

    def _complete(self, offer: str) -> None:
        end = self.cursorPosition()
        start, _ = self.offers_after(self.text()[:end])
        made = self.written(offer)
        self.setText(self.text()[:start] + made + self.text()[end:].lstrip())
        self.setCursorPosition(start + len(made))
        self.check()
