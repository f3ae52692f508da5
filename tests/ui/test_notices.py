"""Notices: each is seen, none is lost, and what they offer is done."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from aetheron_desktop.ui.messages import Notice, Notices, ago
from aetheron_desktop.ui.widgets.header import Bell
from aetheron_desktop.ui.widgets.notice_board import NoticeBoard
from aetheron_desktop.ui.widgets.notice_card import NoticeCard

DONE = Notice("success", "Training finished", "Best: Ridge, R² 0.5.", "", "model", "model-1")
FAILED = Notice("error", "The file could not be read as a table", "line 3", "Correct that line.")


@pytest.fixture
def board(dressed: QApplication, qtbot: QtBot) -> tuple[NoticeBoard, Bell]:
    window = QMainWindow()
    window.resize(900, 600)
    qtbot.addWidget(window)
    bell = Bell(window)
    with qtbot.waitExposed(window):
        window.show()
    made = NoticeBoard(bell, window)
    made.fit(QRect(0, 40, 900, 530), 30)
    return made, bell


def room() -> QRect:
    return QRect(0, 40, 900, 530)


def test_that_notices_are_kept_newest_first_and_counted() -> None:
    notices = Notices()
    notices.add(DONE)
    notices.add(FAILED)
    assert [notice.title for notice in notices.all()] == [FAILED.title, DONE.title]
    assert notices.unread == 2
    notices.mark_read()
    assert notices.unread == 0
    assert len(notices.all()) == 2


def test_that_very_many_notices_do_not_fill_the_memory() -> None:
    notices = Notices()
    for number in range(500):
        notices.add(Notice("info", str(number)))
    assert len(notices.all()) == 200
    assert notices.all()[0].title == "499"
    assert notices.unread == 200


def test_that_a_notice_says_its_level_in_words() -> None:
    assert FAILED.spoken() == "Problem: The file could not be read as a table. line 3 Correct that line."


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (7200, "2 h ago"),
        (90_000, "yesterday"),
        (260_000, "3 days ago"),
    ],
)
def test_that_an_age_is_said_in_words(seconds: float, words: str) -> None:
    assert ago(seconds) == words


def test_that_a_notice_is_a_toast_at_the_lower_right(board: tuple[NoticeBoard, Bell]) -> None:
    made, bell = board
    made.tell(DONE)
    (toast,) = made.toasts.shown
    assert toast.isVisible()
    assert toast.geometry().right() < 900
    assert toast.geometry().bottom() < 570
    assert bell.accessibleName() == "Notices, 1 new"
    assert {label.text() for label in toast.findChildren(QLabel)} >= {DONE.title, DONE.detail}


@pytest.mark.parametrize("detail", ["", "word " * 60, "x" * 200, "/a/long/path" * 12])
def test_that_a_toast_is_as_high_as_its_words(board: tuple[NoticeBoard, Bell], detail: str) -> None:
    made, _ = board
    made.tell(Notice("error", "Something unexpected happened, and this is its title", detail, "Do this next.", "log"))
    (toast,) = made.toasts.shown
    for label in toast.findChildren(QLabel):
        if label.text():
            assert label.height() >= label.heightForWidth(label.width())
            assert toast.rect().contains(label.geometry())


def test_that_toasts_stack_and_the_oldest_goes_when_there_are_many(board: tuple[NoticeBoard, Bell]) -> None:
    made, _ = board
    for number in range(6):
        made.tell(Notice("info", f"notice {number}"))
    shown = made.toasts.shown
    assert [toast.notice.title for toast in shown] == [f"notice {number}" for number in range(2, 6)]
    boxes = [toast.geometry() for toast in shown]
    assert not any(one.intersects(other) for place, one in enumerate(boxes) for other in boxes[place + 1 :])


def test_that_a_toast_can_be_closed_and_the_area_still_has_its_notice(
    board: tuple[NoticeBoard, Bell], qtbot: QtBot
) -> None:
    made, _ = board
    made.tell(DONE)
    close = made.toasts.shown[0].findChild(QToolButton, "notice_close")
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert made.toasts.shown == []
    assert made.notices.all() == [DONE]


def test_that_the_button_of_a_toast_does_what_it_offers(board: tuple[NoticeBoard, Bell], qtbot: QtBot) -> None:
    made, _ = board
    made.tell(DONE)
    button = made.toasts.shown[0].findChild(QPushButton, "notice_action")
    assert button.text() == "Show the model"
    with qtbot.waitSignal(made.acted) as acted:
        button.click()
    assert acted.args == [DONE]
    assert made.toasts.shown == []


def test_that_the_area_shows_all_notices_and_takes_them_for_read(board: tuple[NoticeBoard, Bell], qtbot: QtBot) -> None:
    made, bell = board
    made.tell(DONE)
    made.tell(FAILED)
    made.toggle(room())
    assert made.area is not None
    assert made.area.isVisible()
    cards = made.area.findChildren(NoticeCard)
    assert {card.notice.title for card in cards} == {DONE.title, FAILED.title}
    assert made.toasts.shown == []
    assert bell.accessibleName() == "Notices"
    made.tell(Notice("info", "while it is open"))
    assert made.notices.unread == 0
    assert made.toasts.shown == []
    qtbot.keyClick(made.area, Qt.Key.Key_Escape)
    assert not made.area.isVisible()


def test_that_clear_all_empties_the_area(board: tuple[NoticeBoard, Bell]) -> None:
    made, _ = board
    made.tell(FAILED)
    made.toggle(room())
    assert made.area is not None
    made.area.findChild(QPushButton, "clear_notices").click()
    assert made.notices.all() == []
    assert made.area.findChild(QLabel, "") is not None


def test_that_a_toast_goes_by_itself_but_not_under_the_focus(
    board: tuple[NoticeBoard, Bell], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = board
    monkeypatch.setattr("aetheron_desktop.ui.widgets.toasts._STAYS_MS", dict.fromkeys(("info", "success"), 10))
    made.tell(DONE)
    qtbot.waitUntil(lambda: made.toasts.shown == [])
    assert made.notices.all() == [DONE]


def test_that_words_of_a_notice_are_never_taken_for_markup(dressed: QApplication, qtbot: QtBot) -> None:
    card = NoticeCard(Notice("error", "<b>bold</b>", "<img src=x>"), with_age=True)
    qtbot.addWidget(card)
    assert all(
        label.textFormat() == Qt.TextFormat.PlainText for label in card.findChildren(QLabel) if "<" in label.text()
    )


def test_that_the_bell_shows_how_many_are_new(dressed: QApplication, qtbot: QtBot) -> None:
    bell = Bell()
    qtbot.addWidget(bell)
    count = bell.findChild(QLabel, "unread")
    for unread, words in ((3, "3"), (250, "99+")):
        bell.show_unread(unread)
        assert count.text() == words
    bell.show_unread(0)
    assert count.isHidden()
