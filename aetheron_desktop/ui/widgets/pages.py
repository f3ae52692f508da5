"""The tabs of the window. A tab stands there when it works, and is made when it is first looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.ui.actions import Page


class Pages(QTabWidget):
    """Pages in their order; ``shown`` tells which one is in front."""

    shown = Signal(str)  # Page

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, documentMode=True)
        named(self, "pages", "Pages")
        self.tabBar().setObjectName("page_tabs")
        self.tabBar().setAccessibleName("Pages")
        self.tabBar().setExpanding(False)
        # It would pass the focus on to its tabs, and Tab would stand still there while they are hidden.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setIconSize(QSize(16, 16))
        self._makers: dict[Page, Callable[[], QWidget]] = {}
        self._frames: dict[Page, QWidget] = {}
        self._made: dict[Page, QWidget] = {}
        self.currentChanged.connect(self._on_changed)

    def add(self, page: Page, title: str, picture: str, make: Callable[[], QWidget]) -> None:
        """Add a page that is not visible yet; ``make`` is called when it is first needed."""
        frame = named(QWidget(self), f"{page}_page")
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(0, 0, 0, 0)
        self._makers[page], self._frames[page] = make, frame
        self.addTab(frame, icon(picture, "muted"), title)
        self.set_available(page, available=False)

    @property
    def page(self) -> Page | None:
        """Which page is in front."""
        front = self.currentWidget()
        return next((page for page, frame in self._frames.items() if frame is front), None)

    def is_available(self, page: Page) -> bool:
        """Whether the page can be looked at."""
        return self.isTabVisible(self.indexOf(self._frames[page]))

    def set_available(self, page: Page, *, available: bool) -> None:
        """Let the page be looked at, or take it away."""
        self.setTabVisible(self.indexOf(self._frames[page]), available)
        self.tabBar().setVisible(sum(self.is_available(page) for page in self._frames) > 1)

    def bring(self, page: Page) -> None:
        """Bring a page to the front, if it can be looked at, and give it the focus when it comes anew."""
        if self.is_available(page):
            is_new = self.page != page
            self.setCurrentWidget(self._frames[page])
            widget = self.make(page)
            if is_new:
                # Its focus proxy, the list or table that the page is about.
                widget.setFocus()

    def make(self, page: Page) -> QWidget:
        """Give the widget of a page, made now if need be."""
        if page not in self._made:
            widget = self._makers[page]()
            layout = self._frames[page].layout()
            assert layout is not None
            layout.addWidget(widget)
            self._made[page] = widget
        return self._made[page]

    def made(self, page: Page) -> QWidget | None:
        """Give the widget of a page, if there is one already."""
        return self._made.get(page)

    def _on_changed(self) -> None:
        page = self.page
        if page is not None and self.is_available(page) and self.isVisible():
            self.make(page)
            self.shown.emit(page)
