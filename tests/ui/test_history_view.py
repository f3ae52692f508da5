from __future__ import annotations

import time
from typing import TYPE_CHECKING, get_args

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QImage
from PySide6.QtWidgets import QApplication, QLabel, QMenu

from aetheron_desktop.engine.evaluation.metrics import Metric, metric
from aetheron_desktop.engine.registry.versions import Deed, History, Labels, VersionInfo
from aetheron_desktop.ui import icons, theme
from aetheron_desktop.ui.actions import ACTIONS
from aetheron_desktop.ui.item_models.history_rows import DEED_WORDS, Scale, age, change_text, spoken_age
from aetheron_desktop.ui.item_models.history_table import DEED, GRAPH, MESSAGE, METRIC, WHEN, WHO, HistoryTable
from aetheron_desktop.ui.widgets.history import history_view
from aetheron_desktop.ui.widgets.history.history_cells import DEED_ICONS
from aetheron_desktop.ui.widgets.history.history_view import HistoryView
from aetheron_desktop.ui.widgets.history.lanes import lay_out
from aetheron_desktop.ui.widgets.history.wishes import DIFFERENCE, WISHES

if TYPE_CHECKING:
    from pytestqt.modeltest import ModelTester
    from pytestqt.qtbot import QtBot

AUC, RMSE = metric("roc_auc"), metric("rmse")
HOUR = 3600.0
SPOKEN = Qt.ItemDataRole.AccessibleTextRole
TIP = Qt.ItemDataRole.ToolTipRole
# Newest first: e adopts the variation d, which left c; x is another first version, adopted by b.
PARENTS = {"e": ("c", "d"), "d": ("c",), "c": ("b",), "b": ("a", "x"), "x": (), "a": ()}
VALUES = {"e": 0.95, "d": 0.96, "c": None, "b": 0.9, "x": 0.7, "a": 0.93}


def version(commit: str, number: int, value: float | None, **others: object) -> VersionInfo:
    fields: dict[str, object] = {
        "commit": commit, "parents": PARENTS.get(commit, ()), "number": number, "at": time.time() - 3 * HOUR - 60,
        "author": "Ada", "message": f"why {commit}\nand more", "deed": "trained", "task": "binary",
        "estimator": "forest", "metrics": {"roc_auc": value, "rmse": value}, "run": f"run-{commit}",
    }  # fmt: skip
    return VersionInfo(**{**fields, **others})  # type: ignore[arg-type]  # a test's own table of fields


def made(model: str = "m", **others: object) -> History:
    versions = tuple(version(commit, 6 - row, VALUES[commit], **others) for row, commit in enumerate(PARENTS))
    labels = Labels(
        branches={"main": "e", "try": "d"},
        tags={"sent": "b", "audit": "b"},
        aliases={"challenger": "e", "champion": "d", "night": "d"},
    )
    return History(model=model, versions=versions, labels=labels)


@pytest.fixture
def view(dressed: QApplication, qtbot: QtBot) -> HistoryView:
    made_ = HistoryView()
    qtbot.addWidget(made_)
    made_.resize(1000, 400)
    made_.show_history(made(), AUC)
    made_.show()
    qtbot.waitExposed(made_)
    made_.tree.setFocus()
    return made_


def click(
    qtbot: QtBot, view: HistoryView, row: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    button: Qt.MouseButton = Qt.MouseButton.LeftButton,
) -> None:  # fmt: skip
    place = view.tree.visualRect(view.tree.model().index(row, MESSAGE)).center()
    qtbot.mouseClick(view.tree.viewport(), button, keys, place)


def messages(view: HistoryView) -> list[str]:
    model = view.tree.model()
    return [model.index(row, MESSAGE).data() for row in range(model.rowCount())]


def painted(view: HistoryView) -> QImage:
    return view.tree.viewport().grab().toImage()


def lane_point(view: HistoryView, lane: int, row: int, share: float) -> QPoint:
    """Where a lane is at ``share`` of the height of a row; its distances are those of the painter."""
    area = view.tree.visualRect(view.tree.model().index(row, GRAPH))
    return QPoint(13 + 14 * lane, round(area.top() + share * (area.height() - 1)))


# -- the rows ---------------------------------------------------------------------------------------------------------


def test_that_the_item_model_keeps_qt_promises(qtmodeltester: ModelTester) -> None:
    table = HistoryTable()
    qtmodeltester.check(table)
    table.show_history(made(), AUC)
    qtmodeltester.check(table)
    table.set_filter("why d")
    qtmodeltester.check(table)


def test_that_each_row_tells_why_what_who_and_when(view: HistoryView) -> None:
    model = view.tree.model()
    assert messages(view) == [f"why {commit}" for commit in PARENTS]
    assert [model.index(3, column).data() for column in (METRIC, WHO, WHEN, DEED)] == [
        "0.9000 ↓ 0.0300", "Ada", "3 h ago", "trained",
    ]  # fmt: skip
    assert model.headerData(METRIC, Qt.Orientation.Horizontal) == "ROC AUC ↑"


def test_that_a_row_is_a_sentence_for_screen_readers(view: HistoryView) -> None:
    model = view.tree.model()
    assert [model.index(row, GRAPH).data(SPOKEN) for row in (0, 1, 3)] == [
        "version 6, current, challenger, main, ROC AUC 0.9500, Ada, 3 hours ago: why e",
        "version 5, champion, night, try, ROC AUC 0.9600, Ada, 3 hours ago: why d",
        "version 3, audit, sent, ROC AUC 0.9000, worse by 0.0300 than the one before, Ada, 3 hours ago: why b",
    ]
    assert "ROC AUC not measured" in model.index(2, GRAPH).data(SPOKEN)
    assert model.index(3, WHO).data(SPOKEN) == "Ada"


def test_that_what_falls_is_the_better_where_lower_is_better() -> None:
    table = HistoryTable()
    table.show_history(made(), RMSE)
    assert change_text(table.row(3)) == "↓ 0.0300"
    assert table.row(3).is_better is True
    assert "Better by 0.0300 than version 1" in table.index(3, METRIC).data(TIP)
    assert table.headerData(METRIC, Qt.Orientation.Horizontal) == "RMSE ↓"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [(0.9, 0.9, "="), (0.9, 0.90001, "↑ <0.0001"), (12_345.6, 11_000.0, "↓ 1,346"), (2e-6, 1e-6, "↓ 1.000e−06"),
     (None, 0.9, ""), (0.9, None, ""), (float("nan"), 0.9, ""), (0.9, float("inf"), "")],
)  # fmt: skip
def test_that_a_change_is_told_with_the_decimals_of_its_value(
    before: float | None, after: float | None, words: str
) -> None:
    versions = (version("2", 2, after, parents=("1",)), version("1", 1, before))
    table = HistoryTable()
    table.show_history(History(model="m", versions=versions, labels=Labels()), AUC)
    assert change_text(table.row(0)) == words


def test_that_a_value_far_out_does_not_press_the_others_together() -> None:
    scale = Scale.of([0.90, 0.91, 0.92, 0.93, 0.94, -1e9])
    assert scale is not None
    assert scale.low > 0.8
    assert (scale.share(-1e9), scale.share(0.94)) == (0.0, 1.0)
    assert Scale.of([]) is None
    assert Scale.of([0.5, 0.5]) is None


def test_that_ages_are_words_and_become_dates() -> None:
    now = time.mktime((2026, 3, 20, 12, 0, 0, 0, 0, -1))
    assert [age(now - back, now) for back in (0, 5 * 60, 26 * HOUR, 40 * 24 * HOUR)] == [
        "just now", "5 min ago", "yesterday", "2026-02-08",
    ]  # fmt: skip
    assert [spoken_age(now - back, now) for back in (-5, 60, 7 * 60, HOUR, 5 * HOUR)] == [
        "just now", "1 minute ago", "7 minutes ago", "1 hour ago", "5 hours ago",
    ]  # fmt: skip


def test_that_ages_go_on_while_one_looks(view: HistoryView, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    later = time.time() + 2 * HOUR
    monkeypatch.setattr(time, "time", lambda: later)
    with qtbot.waitSignal(view.tree.model().dataChanged):
        view._ages.timeout.emit()
    assert view.tree.model().index(0, WHEN).data() == "5 h ago"
    assert view._ages.isActive()
    view.hide()
    assert not view._ages.isActive()


def test_that_the_words_of_others_are_no_markup(dressed: QApplication, qtbot: QtBot) -> None:
    history = made(message="<img src='http://example.org'> & more", author="<b>Eve", email="eve@example.org")
    table = HistoryTable()
    table.show_history(history, AUC)
    for column in (GRAPH, MESSAGE, WHO):
        assert "<img" not in table.index(0, column).data(TIP)
        assert "<b>" not in table.index(0, column).data(TIP)
    tip = QLabel(table.index(0, MESSAGE).data(TIP))
    qtbot.addWidget(tip)
    assert "&lt;img" in tip.text()


# -- what is chosen ---------------------------------------------------------------------------------------------------


def test_that_the_current_version_is_chosen_first(view: HistoryView) -> None:
    assert view.chosen() == ("e",)
    assert [index.row() for index in view.tree.selectionModel().selectedRows()] == [0]


def test_that_a_click_chooses_one_and_ctrl_a_second_and_the_oldest_goes(view: HistoryView, qtbot: QtBot) -> None:
    told: list[list[str]] = []
    view.chosen_changed.connect(told.append)
    control = Qt.KeyboardModifier.ControlModifier
    click(qtbot, view, 1)
    click(qtbot, view, 3, control)
    click(qtbot, view, 4, control)
    click(qtbot, view, 4, control)
    click(qtbot, view, 5)
    click(qtbot, view, 5)
    assert told == [["d"], ["d", "b"], ["b", "x"], ["b"], ["a"]]
    assert [index.row() for index in view.tree.selectionModel().selectedRows()] == [5]


def test_that_shift_keeps_the_first_choice_and_moves_the_second(view: HistoryView, qtbot: QtBot) -> None:
    click(qtbot, view, 1)
    click(qtbot, view, 4, Qt.KeyboardModifier.ShiftModifier)
    assert view.chosen() == ("d", "x")
    qtbot.keyClick(view.tree, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert view.chosen() == ("d", "b")


def test_that_the_keys_go_through_the_versions(view: HistoryView, qtbot: QtBot) -> None:
    qtbot.keyClick(view.tree, Qt.Key.Key_Down)
    assert view.chosen() == ("d",)
    qtbot.keyClick(view.tree, Qt.Key.Key_End)
    assert view.chosen() == ("a",)
    qtbot.keyClick(view.tree, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert view.chosen() == ("a",)
    qtbot.keyClick(view.tree, Qt.Key.Key_Space)
    assert view.chosen() == ("a", "x")
    qtbot.keyClick(view.tree, Qt.Key.Key_Space)
    assert view.chosen() == ("a",)
    qtbot.keyClick(view.tree, Qt.Key.Key_Home)
    assert view.chosen() == ("e",)


def test_that_enter_tells_the_choice_again(view: HistoryView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.chosen_changed) as told:
        qtbot.keyClick(view.tree, Qt.Key.Key_Return)
    assert told.args == [["e"]]
    qtbot.keyClick(view.tree, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(view.chosen_changed) as told:
        qtbot.keyClick(view.tree, Qt.Key.Key_Return)
    assert told.args == [["d"]]


def test_that_no_more_than_two_are_chosen_by_whatever_way(view: HistoryView, qtbot: QtBot) -> None:
    qtbot.keyClick(view.tree, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert view.chosen() == ("e",)
    flags = QItemSelectionModel.SelectionFlag
    for row in (1, 2):  # as a screen reader does
        view.tree.selectionModel().select(view.tree.model().index(row, 0), flags.Select | flags.Rows)
    assert len(view.chosen()) == 2
    assert len(view.tree.selectionModel().selectedRows()) == 2
    view.choose(["a", "b", "c", "gone"])
    assert view.chosen() == ("b", "c")


def test_that_the_choice_is_kept_when_a_version_is_added(view: HistoryView) -> None:
    view.choose(["b", "d"])
    newer = made()
    versions = (version("f", 7, 0.97, parents=("e",)), *newer.versions)
    told: list[list[str]] = []
    view.chosen_changed.connect(told.append)
    view.show_history(History(model="m", versions=versions, labels=newer.labels), AUC)
    assert view.chosen() == ("b", "d")
    assert told == []
    assert sorted(index.row() for index in view.tree.selectionModel().selectedRows()) == [2, 4]
    view.show_history(made("other"), AUC)
    assert told == [["e"]]
    view.show_history(None, AUC)
    assert told[-1] == []


# -- what is wished ---------------------------------------------------------------------------------------------------


def test_that_the_menu_raises_each_wish(view: HistoryView) -> None:
    told: list[tuple[str, str]] = []
    view.wished.connect(lambda wish, commit: told.append((wish, commit)))
    view.choose(["b"])
    menu = view.make_menu()
    actions = [action for action in menu.actions() if not action.isSeparator()]
    assert [action.text().split("\t")[0] for action in actions] == [wish.text for wish in WISHES]
    for action in actions:
        action.trigger()
    assert told == [(wish.id, "b") for wish in WISHES]
    menu.deleteLater()


def test_that_keys_raise_the_wishes_that_have_some(view: HistoryView, qtbot: QtBot) -> None:
    view.choose(["b"])
    control = Qt.KeyboardModifier.ControlModifier
    for key, wish in ((Qt.Key.Key_Return, "predict"), (Qt.Key.Key_S, "save"), (Qt.Key.Key_L, "lineage")):
        with qtbot.waitSignal(view.wished) as told:
            qtbot.keyClick(view.tree, key, control)
        assert told.args == [wish, "b"]
    with qtbot.assertNotEmitted(view.wished):
        qtbot.keyClick(view.tree, Qt.Key.Key_D, control)


def test_that_the_current_version_is_not_adopted_into_itself(view: HistoryView) -> None:
    menu = view.make_menu()
    refused = {action.objectName() for action in menu.actions() if not action.isEnabled() and action.text()}
    assert refused == {"history_roll_back", "history_adopt", "history_take"}
    menu.deleteLater()


def test_that_two_versions_offer_their_difference(view: HistoryView, qtbot: QtBot) -> None:
    view.choose(["b", "d"])
    menu = view.make_menu()
    assert [action.text().split("\t")[0] for action in menu.actions()] == ["Show the difference"]
    with qtbot.waitSignal(view.wished) as told:
        qtbot.keyClick(view.tree, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert told.args == ["difference", "d"]
    assert view.chosen() == ("b", "d")
    with qtbot.assertNotEmitted(view.wished):
        qtbot.keyClick(view.tree, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    menu.deleteLater()


@pytest.mark.parametrize("reason", [QContextMenuEvent.Reason.Keyboard, QContextMenuEvent.Reason.Mouse])
def test_that_the_menu_opens_by_key_and_by_pointer(
    view: HistoryView, qtbot: QtBot, reason: QContextMenuEvent.Reason
) -> None:
    click(qtbot, view, 3, button=Qt.MouseButton.RightButton)
    assert view.chosen() == ("b",)
    place = view.tree.visualRect(view.tree.model().index(3, MESSAGE)).center()
    event = QContextMenuEvent(reason, place, view.tree.viewport().mapToGlobal(place))
    QApplication.sendEvent(view.tree.viewport(), event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert menu.objectName() == "history_menu"
    menu.close()


def test_that_every_wish_has_a_picture_and_keys_of_its_own() -> None:
    wishes = (*WISHES, DIFFERENCE)
    assert {wish.icon for wish in wishes} <= icons.names()
    keys = [wish.keys for wish in wishes if wish.keys]
    taken = {keys for action in ACTIONS for keys in (action.shortcut, *action.more_shortcuts)}
    assert len(set(keys)) == len(keys)
    assert not set(keys) & taken


def test_that_every_deed_has_words_and_a_picture() -> None:
    assert set(DEED_WORDS) == set(DEED_ICONS) == set(get_args(Deed))
    assert {name for name in DEED_ICONS.values() if name} <= icons.names()


# -- what is drawn ----------------------------------------------------------------------------------------------------


def test_that_lines_go_from_row_to_row_in_the_color_of_their_lane(view: HistoryView) -> None:
    picture = painted(view)
    rows = lay_out(made().versions, "e")
    assert [row.lane for row in rows] == [0, 1, 0, 0, 1, 0]
    for row in range(5):  # the current line, from each row into the next
        assert picture.pixelColor(lane_point(view, 0, row, 0.95)) == theme.series(0)
        assert picture.pixelColor(lane_point(view, 0, row + 1, 0.0)) == theme.series(0)
    assert picture.pixelColor(lane_point(view, 1, 1, 0.5)) == theme.series(1)
    assert picture.pixelColor(lane_point(view, 1, 2, 1.0)) == theme.color("surface")
    assert picture.pixelColor(lane_point(view, 0, 5, 1.0)) == theme.color("surface")


def test_that_the_current_version_is_a_ring_and_others_are_dots(view: HistoryView) -> None:
    picture = painted(view)
    assert picture.pixelColor(lane_point(view, 0, 0, 0.5)) == theme.color("selection")
    assert picture.pixelColor(lane_point(view, 0, 2, 0.5)) == theme.series(0)


def test_that_the_dark_scheme_is_drawn_in_its_own_colors(view: HistoryView, dressed: QApplication) -> None:
    theme.apply(dressed, "dark")
    picture = painted(view)
    assert picture.pixelColor(lane_point(view, 0, 2, 1.0)) == QColor(theme.tokens("dark").series[0])
    assert picture.pixelColor(lane_point(view, 1, 2, 1.0)) == QColor(theme.tokens("dark").colors["surface"])


def test_that_the_row_below_the_pointer_is_marked(view: HistoryView, qtbot: QtBot) -> None:
    place = view.tree.visualRect(view.tree.model().index(2, MESSAGE)).center()
    qtbot.mouseMove(view.tree.viewport(), place)
    qtbot.waitUntil(lambda: painted(view).pixelColor(lane_point(view, 1, 2, 0.9)) == theme.color("hover"))


def test_that_a_filter_shows_dots_alone(view: HistoryView) -> None:
    view.choose(["a", "d"])
    view.set_filter("WHY  run-d")
    assert messages(view) == ["why d"]
    assert view.chosen() == ("d",)
    picture = painted(view)
    assert picture.pixelColor(lane_point(view, 1, 0, 0.5)) == theme.series(1)
    assert picture.pixelColor(lane_point(view, 0, 0, 0.5)) == theme.color("selection")
    view.set_filter("champion")
    assert messages(view) == ["why d"]
    view.set_filter("nothing like it")
    assert messages(view) == []
    assert view._empty.accessibleName().startswith("No version fits")
    view.set_filter("")
    assert len(messages(view)) == 6


def test_that_there_are_words_where_there_is_no_history(view: HistoryView) -> None:
    view.show_history(None, AUC)
    assert view._stack.currentWidget() is view._empty
    assert view._empty.accessibleName().startswith("Choose a model")
    view.show_history(History(model="m", versions=(), labels=Labels()), AUC)
    assert view._empty.accessibleName().startswith("This model has no versions yet")
    assert view.chosen() == ()
    with_versions = made()
    view.show_history(with_versions, AUC)
    assert view._stack.currentWidget() is view.tree


@pytest.mark.parametrize("width", [300, 480, 590, 760, 1400])
def test_that_the_message_keeps_its_room_in_any_width(view: HistoryView, width: int) -> None:
    view.resize(width, 300)
    assert view.tree.columnWidth(MESSAGE) >= min(240, width // 3)
    assert not view.tree.isColumnHidden(METRIC)
    assert view.tree.isColumnHidden(WHO) == (width < 700)
    assert not painted(view).isNull()


def test_that_neither_scrolling_nor_resizing_lays_the_graph_out_again(
    view: HistoryView, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    monkeypatch.setattr(history_view, "lay_out", lambda *_: calls.append(1))
    view.resize(700, 150)
    view.tree.verticalScrollBar().setValue(40)
    view.set_filter("ada")
    view.set_filter("")
    painted(view)
    assert calls == []


def test_that_many_names_and_many_lanes_are_painted(view: HistoryView) -> None:
    tips = [version(f"t{number}", 60 - number, 0.9, parents=("root",)) for number in range(50)]
    history = History(
        model="wide",
        versions=(*tips, version("root", 1, None)),
        labels=Labels(
            branches={"main": "t0", **{f"a branch with a long name {number}": "t0" for number in range(20)}},
            tags={f"tag-{number}": f"t{number}" for number in range(50)},
        ),
    )
    for width in (300, 700, 1100):
        view.resize(width, 400)
        view.show_history(history, AUC)
        assert not painted(view).isNull()
        assert view.tree.columnWidth(GRAPH) < 200


def test_that_another_metric_is_shown_in_place_of_the_main_one(view: HistoryView) -> None:
    def header(main: Metric) -> str:
        view.show_history(made(), main)
        return str(view.tree.model().headerData(METRIC, Qt.Orientation.Horizontal))

    assert [header(main) for main in (RMSE, AUC, metric("accuracy"))] == ["RMSE ↓", "ROC AUC ↑", "Accuracy ↑"]
    assert view.tree.model().index(0, METRIC).data() == "–"
    assert not painted(view).isNull()
