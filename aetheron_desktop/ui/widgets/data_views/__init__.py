"""The views of the dataset that is open: its rows, and what else there is to see of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.ui.session import Session


class DataView(QWidget):
    """One view. It is made when it is first looked at, and hears of a dataset when it is in front.

    ``view_wanted`` asks for another view, by its name.
    """

    view_wanted = Signal(str)

    def show_dataset(self, dataset: Dataset | None) -> None:
        """Show a dataset, or nothing: then what goes on for it ends."""
        raise NotImplementedError


class View(NamedTuple):
    """What is known of a view before it is made."""

    name: str
    title: str
    picture: str
    make: Callable[[Session, QWidget], DataView]


class DataViews(QWidget):
    """A line of views and the one in front; ``shown`` tells its name."""

    shown = Signal(str)

    def __init__(self, session: Session, views: Sequence[View], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "data_views", "Views of the data")
        self._session = session
        self._views = tuple(views)
        self._made: dict[str, DataView] = {}
        self._dataset: Dataset | None = None
        self._seen: dict[str, str] = {}
        self._bar = named(QTabBar(self), "data_view_bar", "Views of the data")
        self._bar.setDrawBase(False)
        self._bar.setExpanding(False)
        self._bar.setIconSize(QSize(16, 16))
        for view in self._views:
            place = self._bar.addTab(icon(view.picture, "muted"), view.title)
            self._bar.setTabData(place, view.name)
        self._bar.setVisible(len(self._views) > 1)
        self._stack = QStackedWidget(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP)
        layout.addWidget(self._bar)
        layout.addWidget(self._stack, 1)
        self._bar.currentChanged.connect(self._on_changed)
        theme.changed.connect(self._draw_icons)
        self._on_changed()

    @property
    def view(self) -> str:
        """The name of the view in front."""
        return self._views[max(0, self._bar.currentIndex())].name

    def names(self) -> tuple[str, ...]:
        """Give the views in their order."""
        return tuple(view.name for view in self._views)

    def bring(self, name: str) -> DataView:
        """Bring a view to the front, and give it.

        Raises:
            ValueError: there is none of this name.
        """
        self._bar.setCurrentIndex(self.names().index(name))
        return self._made[name]

    def made(self, name: str) -> DataView | None:
        """Give a view, if it was looked at already."""
        return self._made.get(name)

    def show_dataset(self, dataset: Dataset | None) -> None:
        """Show a dataset in the view in front, and in the others when they come there."""
        self._dataset = dataset
        if dataset is None:
            self._seen.clear()
            for view in self._made.values():
                view.show_dataset(None)
            return
        self._show_front()

    def _on_changed(self) -> None:
        view = self._views[max(0, self._bar.currentIndex())]
        if view.name not in self._made:
            self._made[view.name] = view.make(self._session, self)
            self._made[view.name].view_wanted.connect(self.bring)
            self._stack.addWidget(self._made[view.name])
        self._stack.setCurrentWidget(self._made[view.name])
        self.setFocusProxy(self._made[view.name])
        self._show_front()
        self.shown.emit(view.name)

    def _show_front(self) -> None:
        name = self.view
        if self._dataset is not None and self._seen.get(name) != self._dataset.info.id:
            self._seen[name] = self._dataset.info.id
            self._made[name].show_dataset(self._dataset)

    def _draw_icons(self) -> None:
        for place, view in enumerate(self._views):
            self._bar.setTabIcon(place, icon(view.picture, "muted"))
