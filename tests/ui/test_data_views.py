"""The views of the data: made when they are looked at, told of a dataset when they are in front."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from aetheron_desktop.engine.datasets.dataset import Dataset
from aetheron_desktop.ui.session import Session
from aetheron_desktop.ui.widgets.data_views import DataView, DataViews, View
from tests.tables import made_dataset, made_table


class Shown(DataView):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: list[str | None] = []

    def show_dataset(self, dataset: Dataset | None) -> None:
        self.shown.append(dataset.info.id if dataset is not None else None)


@pytest.fixture
def dataset(session: Session) -> Dataset:
    made = made_dataset(session.workspace.dataset_folder("0123456789abcdef"), made_table(20))
    session.workspace.add_dataset(made.info)
    return made


@pytest.fixture
def views(qtbot: QtBot, session: Session, dressed: QApplication) -> DataViews:
    views = DataViews(session, [View("a", "First", "table", Shown), View("b", "Second", "chart", Shown)])
    qtbot.addWidget(views)
    views.show()
    return views


def shown(views: DataViews, name: str) -> list[str | None]:
    view = views.made(name)
    assert isinstance(view, Shown)
    return view.shown


def test_that_a_view_is_made_when_it_is_looked_at_and_told_once(views: DataViews, dataset: Dataset) -> None:
    views.show_dataset(dataset)
    assert views.made("b") is None
    assert shown(views, "a") == [dataset.info.id]
    views.bring("b")
    views.bring("a")
    views.bring("b")
    assert shown(views, "a") == shown(views, "b") == [dataset.info.id]
    views.show_dataset(None)
    assert shown(views, "a") == shown(views, "b") == [dataset.info.id, None]


def test_that_a_view_that_is_not_in_front_hears_of_a_dataset_when_it_comes_there(
    views: DataViews, dataset: Dataset
) -> None:
    views.bring("b")
    views.bring("a")
    views.show_dataset(dataset)
    assert shown(views, "b") == []
    views.bring("b")
    assert shown(views, "b") == [dataset.info.id]


def test_that_the_views_are_reached_by_the_keyboard(qtbot: QtBot, views: DataViews) -> None:
    bar = views.findChild(QTabBar, "data_view_bar")
    assert isinstance(bar, QTabBar)
    with qtbot.waitSignal(views.shown) as told:
        qtbot.keyClick(bar, Qt.Key.Key_Right)
    assert told.args == ["b"]
    assert views.view == "b"


def test_that_a_line_of_one_view_is_not_shown(qtbot: QtBot, session: Session, dressed: QApplication) -> None:
    views = DataViews(session, [View("a", "Only", "table", Shown)])
    qtbot.addWidget(views)
    views.show()
    bar = views.findChild(QTabBar, "data_view_bar")
    assert isinstance(bar, QTabBar)
    assert not bar.isVisible()
    with pytest.raises(ValueError, match="not in tuple"):
        views.bring("b")


def test_that_marks_are_sorted_told_once_and_gone_with_the_dataset(
    qtbot: QtBot, session: Session, dataset: Dataset
) -> None:
    session.open_dataset(dataset.info.id)
    with qtbot.waitSignal(session.marked_changed):
        session.mark([3, 1, 3])
    assert session.marked == (1, 3)
    with qtbot.assertNotEmitted(session.marked_changed):
        session.mark((1, 3))
    session.close_dataset()
    assert session.marked == ()
