"""What takes space and is needed by nothing: looked at, chosen, and freed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QStackedWidget, QWidget

from aetheron_desktop.engine.versioning.cleaning import FOR_GOOD
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.dialogs.versions.clean_up_table import CleanUpTable
from aetheron_desktop.ui.dialogs.versions.frame import VersionDialog
from aetheron_desktop.ui.item_models.quantities import size
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from aetheron_desktop.engine.versioning.cleaning import CleanUpItem, CleanUpList, Freed

_LEAST: Final = 150


class CleanUpDialog(VersionDialog):
    """``free_wanted`` tells the keys of what shall be freed; it stays until it is closed.

    Its owner has the list made, and tells it: :meth:`show_list`, later :meth:`show_freed` or :meth:`show_error`.
    """

    free_wanted = Signal(tuple)

    def __init__(self, parent: QWidget | None = None) -> None:
        lead = "Listed is what no version, no run that may be resumed and no alias needs."
        super().__init__("clean_up", "Clean up", "Free", parent, lead=lead, width=1000, height=560)
        self._sure_of: frozenset[str] = frozenset()
        self._table = CleanUpTable(self.inside)
        self._empty = named(Empty("search", self.inside), "clean_up_empty")
        self._empty.show_words("Looking…", "What can be freed is being looked for.")
        self._pages = QStackedWidget(self.inside)
        self._pages.setMinimumHeight(_LEAST)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self._table)
        self.body.addWidget(self._pages, 1)
        self._sure = named(QCheckBox(self.inside), "clean_up_sure")
        self._sure.hide()
        self.body.addWidget(self._sure)
        self.cancel.setText("Close")
        self.cancel.setAccessibleName("Close")
        self._table.ticked_changed.connect(self._on_ticked)
        self._sure.toggled.connect(self._show_button)
        self.finish()
        self._show_button()
        self.cancel.setFocus()

    def show_list(self, found: CleanUpList) -> None:
        """Show what can be freed; what comes back by itself is ticked."""
        self.show_ready()
        self._table.show_items(found.items)
        if found.items:
            self._pages.setCurrentWidget(self._table)
            self._table.setFocus()
        else:
            self._show_words("success", "There is nothing to free", "All that is here is needed by something.")
        self._on_ticked()

    def show_freed(self, freed: Freed) -> None:
        """Say what was freed, and what waits."""
        self.show_ready()
        self._table.show_items(())
        self._on_ticked()
        waiting = (
            f"{size(freed.waiting)} more wait in the bin under today's date; the next clean-up can free them for good."
            if freed.waiting
            else ""
        )
        self._show_words("success", f"{size(freed.size)} are free now", waiting)
        self.cancel.setFocus()

    def show_busy(self, words: str) -> None:
        super().show_busy(words)
        self._table.setEnabled(False)
        self._sure.setEnabled(False)

    def show_ready(self) -> None:
        super().show_ready()
        self._table.setEnabled(True)
        self._sure.setEnabled(True)
        self._show_button()

    def ask(self) -> None:
        keys = tuple(item.key for item in self._table.ticked())
        self.show_busy(f"Freeing {self._sum()}…")
        self.free_wanted.emit(keys)

    def _show_words(self, picture: str, title: str, text: str) -> None:
        before = self._empty
        self._empty = named(Empty(picture, self.inside), "clean_up_empty")
        self._empty.show_words(title, text)
        self._pages.insertWidget(0, self._empty)
        self._pages.setCurrentWidget(self._empty)
        before.setParent(None)
        before.deleteLater()

    def _on_ticked(self) -> None:
        gone = self._gone()
        keys = frozenset(item.key for item in gone)
        if not keys <= self._sure_of:  # nobody is sure yet of what was ticked later
            self._sure.setChecked(False)
        self._sure_of = keys
        what = "One of these is" if len(gone) == 1 else f"{len(gone):,} of these are"
        words = f"{what} gone for good, with {size(sum(item.size for item in gone))}. I do not need them any more."
        self._sure.setText(words.replace("need them", "need it") if len(gone) == 1 else words)
        self._sure.setAccessibleName(self._sure.text())
        self._sure.setVisible(bool(gone))
        self._show_button()

    def _show_button(self) -> None:
        ticked, gone = self._table.ticked(), self._gone()
        words = f"Free {self._sum()}" if ticked else "Free"
        self.go.setVisible(self._table.rowCount() > 0)
        self.go.setText(words)
        self.go.setAccessibleName(words)
        theme.mark(self.go, role="danger" if gone else "primary")
        self.go.setEnabled(bool(ticked) and (not gone or self._sure.isChecked()))

    def _gone(self) -> list[CleanUpItem]:
        return [item for item in self._table.ticked() if item.kind in FOR_GOOD]

    def _sum(self) -> str:
        return size(sum(item.size for item in self._table.ticked()))
