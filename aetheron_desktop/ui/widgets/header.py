"""The line at the top: mark and menus, what is open, the search, light or dark, and the bell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenuBar, QPushButton, QSizePolicy, QToolButton, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.picture import Picture

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

_HEIGHT = 48
_SEARCH = 320
_SEARCH_WORDS = ("Search or run a command", "Search commands", "Search")


class Header(QFrame):
    """Each signal asks the window for something; ``menus`` is where it puts its menus."""

    search_wanted = Signal()
    datasets_wanted = Signal()
    scheme_wanted = Signal()
    notices_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "header", "Header")
        theme.mark(self, role="header")
        self.setFixedHeight(_HEIGHT)
        self.menus = named(QMenuBar(self), "menus", "Menus")
        self.menus.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.dataset = named(QPushButton(self), "open_dataset", "", "What is open; press to open another (Ctrl+K)")
        theme.mark(self.dataset, role="ghost")
        self.dataset.setIcon(icon("table", "accent"))
        self.dataset.setIconSize(QSize(20, 16))
        self.dataset.clicked.connect(self.datasets_wanted)
        self.search = SearchButton(self)
        self.search.clicked.connect(self.search_wanted)
        self.scheme = _quiet_button(self, "scheme", "moon", "Change between light and dark")
        self.scheme.clicked.connect(self.scheme_wanted)
        self.bell = Bell(self)
        self.bell.clicked.connect(self.notices_wanted)
        self._lay_out()
        self.show_dataset("", 0)
        self._show_scheme()
        theme.changed.connect(self._show_scheme)

    def show_dataset(self, name: str, rows: int) -> None:
        """Say what is open; nothing when ``name`` is empty."""
        self.dataset.setVisible(bool(name))
        shown = self.dataset.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, 220)
        self.dataset.setText(shown.replace("&", "&&"))  # one alone would underline the next letter
        self.dataset.setAccessibleName(f"Open dataset: {name}, {rows:,} rows")

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 0, 10, 0)
        layout.setSpacing(theme.GAP)
        layout.addWidget(Picture("app", 24, "text", self))
        layout.addWidget(self.menus, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self.dataset)
        layout.addStretch(1)
        layout.addWidget(self.search, 2)
        layout.addStretch(1)
        layout.addWidget(self.scheme)
        layout.addWidget(self.bell)

    def _show_scheme(self) -> None:
        # The icon is what a press brings.
        self.scheme.setIcon(icon("sun" if theme.is_dark() else "moon", "muted"))
        self.scheme.setAccessibleName("Change to light" if theme.is_dark() else "Change to dark")


class SearchButton(QPushButton):
    """Looks like a field and opens the palette, where the typing is done."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "search", "Search or run a command", "Commands, datasets, models, columns and files (Ctrl+K)")
        theme.mark(self, role="field")
        self.setMinimumWidth(180)
        self.setMaximumWidth(_SEARCH)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._words = QLabel(_SEARCH_WORDS[0], self)
        theme.mark(self._words, role="muted")
        self._words.setMinimumWidth(0)
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        key = QLabel("Ctrl K", self)
        theme.mark(key, role="key")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 0, 5, 0)
        layout.setSpacing(theme.GAP)
        layout.addWidget(Picture("search", 15, "muted", self))
        layout.addWidget(self._words, 1)
        layout.addWidget(key, 0, Qt.AlignmentFlag.AlignVCenter)
        for child in (self._words, key):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room, font = self.width() - 100, self._words.fontMetrics()
        fitting = [words for words in _SEARCH_WORDS if font.horizontalAdvance(words) <= room]
        self._words.setText(fitting[0] if fitting else _SEARCH_WORDS[-1])

    def sizeHint(self) -> QSize:
        return QSize(_SEARCH, super().sizeHint().height())


class Bell(QToolButton):
    """The bell, with the number of notices that nobody has looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "bell", "", "Notices (F8)")
        pictured(self, "bell", "muted", theme.ICON_SIZE)
        self.setFixedSize(36, 34)
        self._count = named(QLabel(self), "unread")
        theme.mark(self._count, role="count")
        self._count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._count.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.show_unread(0)

    def show_unread(self, unread: int) -> None:
        """Show how many are new."""
        self._count.setText(str(unread) if unread < 100 else "99+")
        self._count.setVisible(unread > 0)
        self.setAccessibleName(f"Notices, {unread} new" if unread else "Notices")
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        wanted = self._count.sizeHint()
        width = max(15, wanted.width())
        self._count.setGeometry(self.width() - width - 1, 1, width, 15)


def _quiet_button(parent: QWidget, name: str, picture: str, words: str) -> QToolButton:
    button = named(QToolButton(parent), name, words, words)
    pictured(button, picture, "muted", theme.ICON_SIZE)
    button.setFixedSize(36, 34)
    return button
