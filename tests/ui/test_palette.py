"""The palette: a few letters find what is meant, and the keyboard is enough."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from aetheron_desktop.ui.dialogs.palette import Palette
from aetheron_desktop.ui.item_models.matching import match
from aetheron_desktop.ui.item_models.palette_entries import Entry, PaletteEntries

MakePalette: TypeAlias = Callable[[list[str]], tuple[Palette, QLineEdit]]
TEXTS = ["Open a file", "Train", "Show the workspace folder", "bill_length_mm", "Stop and keep the best", "History"]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("tra", "Train"),
        ("swf", "Show the workspace folder"),
        ("SHOWWO", "Show the workspace folder"),
        ("length", "bill_length_mm"),
        ("blm", "bill_length_mm"),
        ("engt", "bill_length_mm"),
        ("a file", "Open a file"),
        ("rf", "RandomForest"),
        ("", "anything"),
    ],
)
def test_that_letters_find_what_is_meant(query: str, text: str) -> None:
    found = match(query, text)
    assert found is not None
    letters = "".join(text[place] for place in found.places).casefold().replace(" ", "")
    assert letters == query.casefold().replace(" ", "")


@pytest.mark.parametrize(("query", "text"), [("tra", "Show the workspace folder"), ("xyz", "Train"), ("train", "tra")])
def test_that_letters_scattered_over_words_find_nothing(query: str, text: str) -> None:
    assert match(query, text) is None


@given(query=st.text(max_size=8), text=st.text(max_size=30))
def test_that_a_match_is_made_of_the_letters_in_their_order(query: str, text: str) -> None:
    found = match(query, text)
    if found is not None:
        assert list(found.places) == sorted(set(found.places))
        assert all(0 <= place < len(text) for place in found.places)


@given(text=st.text(alphabet=st.characters(categories=("L", "N", "Pc", "Zs")), min_size=1, max_size=30), data=st.data())
def test_that_every_piece_of_a_text_finds_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert match(text[start:end], text) is not None


def test_that_a_whole_word_at_the_start_is_the_best_match() -> None:
    scores = {text: found.score for text in ("Train", "Restrain", "Start training") if (found := match("train", text))}
    assert max(scores, key=lambda text: scores[text]) == "Train"


def entries(chosen: list[str], texts: list[str] = TEXTS) -> list[Entry]:
    return [Entry("command", text, "play", lambda text=text: chosen.append(text)) for text in texts]


def test_that_the_list_is_a_sound_item_model(qtbot: QtBot) -> None:
    model = PaletteEntries()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.offer(entries([]))
    for query in ("t", "tr", "trx", ""):
        model.narrow(query)
    assert model.rowCount() == len(TEXTS)
    tester.deleteLater()


@pytest.fixture
def palette(dressed: QApplication, qtbot: QtBot) -> Iterator[MakePalette]:
    host = QWidget()
    before = QLineEdit(host)
    QVBoxLayout(host).addWidget(before)
    host.resize(900, 600)
    qtbot.addWidget(host)

    def make(chosen: list[str]) -> tuple[Palette, QLineEdit]:
        with qtbot.waitExposed(host):
            host.show()
        host.activateWindow()
        before.setFocus()
        made = Palette(host)
        made.open_with(entries(chosen))
        return made, before

    yield make
    host.hide()


def test_that_the_keyboard_alone_runs_a_command(palette: MakePalette, qtbot: QtBot) -> None:
    chosen: list[str] = []
    box, before = palette(chosen)
    qtbot.keyClicks(box.field, "st")
    qtbot.keyClick(box.field, Qt.Key.Key_Return)
    assert chosen == ["Stop and keep the best"]
    assert not box.isVisible()
    qtbot.waitUntil(before.hasFocus)


def test_that_the_arrows_go_round(palette: MakePalette, qtbot: QtBot) -> None:
    chosen: list[str] = []
    box, _ = palette(chosen)
    qtbot.keyClick(box.field, Qt.Key.Key_Up)
    assert box.list.currentIndex().row() == len(TEXTS) - 1
    qtbot.keyClick(box.field, Qt.Key.Key_Down)
    qtbot.keyClick(box.field, Qt.Key.Key_Tab)
    qtbot.keyClick(box.field, Qt.Key.Key_Return)
    assert chosen == [TEXTS[1]]


def test_that_escape_closes_it_and_nothing_is_run(palette: MakePalette, qtbot: QtBot) -> None:
    chosen: list[str] = []
    box, _ = palette(chosen)
    qtbot.keyClick(box.field, Qt.Key.Key_Escape)
    assert not box.isVisible()
    assert chosen == []


def test_that_it_says_when_nothing_fits(palette: MakePalette, qtbot: QtBot) -> None:
    chosen: list[str] = []
    box, _ = palette(chosen)
    qtbot.keyClicks(box.field, "qqq")
    assert not box.list.isVisible()
    qtbot.keyClick(box.field, Qt.Key.Key_Return)
    assert chosen == []


def test_that_a_press_beside_it_closes_it(palette: MakePalette, qtbot: QtBot) -> None:
    box, _ = palette([])
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=box.rect().bottomLeft())
    assert not box.isVisible()


def test_that_its_rows_are_painted_in_both_schemes(palette: MakePalette) -> None:
    box, _ = palette([])
    box.field.setText("s")
    assert not box.grab().isNull()
