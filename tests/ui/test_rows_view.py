"""The rows in the window: filtered, sorted, looked through, arranged, copied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QPushButton, QToolButton, QWidget

from aetheron_desktop.engine.datasets.schema import Column
from aetheron_desktop.engine.datasets.viewing.found import CHUNK, FoundCells
from aetheron_desktop.engine.datasets.viewing.views import SortKey
from aetheron_desktop.engine.events import JobEnded
from aetheron_desktop.ui.item_models.table_pages import PAGE, WINDOW, TablePages
from aetheron_desktop.ui.widgets.data_views.rows import RowsView
from aetheron_desktop.ui.widgets.grid import grid_menus
from aetheron_desktop.ui.widgets.grid.finder import Finder
from aetheron_desktop.ui.widgets.grid.table_grid import TableGrid
from aetheron_desktop.ui.widgets.grid.view_choice import ViewChoice
from tests.tables import made_dataset, made_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aetheron_desktop.ui.session import Session

ROWS = 700
LIMIT_MS = 30_000


@pytest.fixture(autouse=True)
def keys_let_go(qtbot: QtBot) -> Iterator[None]:
    """Qt remembers Shift and Ctrl as pressed until the next key."""
    yield
    widget = QWidget()
    qtbot.addWidget(widget)
    qtbot.keyClick(widget, Qt.Key.Key_Escape)


@pytest.fixture
def view(qtbot: QtBot, session: Session, dressed: QApplication) -> RowsView:
    made = made_dataset(session.workspace.dataset_folder("0123456789abcdef"), made_table(ROWS))
    session.workspace.add_dataset(made.info)
    session.open_dataset(made.info.id)
    view = RowsView(session)
    qtbot.addWidget(view, before_close_func=lambda view: view.show_dataset(None))
    view.resize(1000, 600)
    view.show_dataset(session.dataset)
    view.show()
    qtbot.waitUntil(lambda: pages(view).is_loaded(0), timeout=LIMIT_MS)
    return view


def pages(view: RowsView) -> TablePages:
    found = view.grid.pages()
    assert found is not None
    return found


def type_filter(qtbot: QtBot, view: RowsView, text: str) -> None:
    qtbot.waitUntil(lambda: bool(view.filter_bar.field._kinds), timeout=LIMIT_MS)
    view.filter_bar.field.setText(text)
    qtbot.keyClick(view.filter_bar.field, Qt.Key.Key_Return)


def words(view: RowsView, name: str) -> str:
    label = view.findChild(QLabel, name)
    assert isinstance(label, QLabel)
    return label.text()


def test_that_a_filter_shows_its_rows_and_can_be_cleared(qtbot: QtBot, view: RowsView) -> None:
    table = made_table(ROWS)
    kept = table[(table["price"] > 100) & (table["colour"] == "red")]
    type_filter(qtbot, view, "price > 100 and colour = 'red'")
    qtbot.waitUntil(lambda: pages(view).rows == len(kept), timeout=LIMIT_MS)
    qtbot.waitUntil(lambda: pages(view).is_loaded(0))
    assert pages(view).number(0) == kept.index[0]
    assert float(pages(view).cell(0, 6) or "nan") == pytest.approx(kept["price"].iloc[0])
    assert words(view, "shown_rows") == f"{len(kept):,} of {ROWS:,} rows"
    clear = view.findChild(QPushButton, "clear_filter")
    assert clear.isVisible()
    qtbot.mouseClick(clear, Qt.MouseButton.LeftButton)
    assert pages(view).rows == ROWS
    assert view.filter_bar.field.text() == ""


def test_that_what_is_wrong_with_a_filter_is_told_where_it_stands(qtbot: QtBot, view: RowsView) -> None:
    type_filter(qtbot, view, "prise > 3")
    assert view.findChild(QLabel, "filter_problem").isVisible()
    assert "at sign 1" in words(view, "filter_problem")
    assert "price" in words(view, "filter_problem")
    assert pages(view).rows == ROWS
    view.filter_bar.field.setText("price > 3")
    view.filter_bar.field.check()
    assert not view.findChild(QLabel, "filter_problem").isVisible()


def test_that_the_names_of_columns_are_completed(qtbot: QtBot, view: RowsView) -> None:
    field = view.filter_bar.field
    field.setFocus()
    qtbot.keyClicks(field, "pri")
    offers = field._offers
    assert offers.isVisible()
    qtbot.keyClick(offers, Qt.Key.Key_Down)
    qtbot.keyClick(offers, Qt.Key.Key_Return)
    assert field.text() == "price "
    field.clear()
    qtbot.keyClicks(field, "siz")
    qtbot.keyClick(offers, Qt.Key.Key_Tab)
    assert field.text() == "size "
    qtbot.keyClicks(field, "> 0 and co")
    assert offers.isVisible()
    with qtbot.waitSignal(field.checked):
        qtbot.keyClick(offers, Qt.Key.Key_Return)  # nothing was chosen from the list
    assert not offers.isVisible()
    assert field.text() == "size > 0 and co"


def test_that_a_click_on_a_head_sorts_up_then_down_then_not(qtbot: QtBot, view: RowsView) -> None:
    prices = made_table(ROWS)["price"]

    def first(expected: float) -> Callable[[], bool]:
        return lambda: float(pages(view).cell(0, 6) or "nan") == pytest.approx(expected)

    click_head(qtbot, view, "price")
    qtbot.waitUntil(first(prices.min()), timeout=LIMIT_MS)
    assert pages(view).headerData(0, Qt.Orientation.Vertical) == f"{prices.idxmin() + 1:,}"
    click_head(qtbot, view, "price")
    qtbot.waitUntil(first(prices.max()), timeout=LIMIT_MS)
    assert view.findChild(QPushButton, "clear_sort").text() == "price ↓"
    click_head(qtbot, view, "price")
    qtbot.waitUntil(first(prices.iloc[0]), timeout=LIMIT_MS)
    assert not view.findChild(QPushButton, "clear_sort").isVisible()


def test_that_shift_adds_a_column_to_sort_by(qtbot: QtBot, view: RowsView) -> None:
    table = made_table(ROWS).sort_values(["count", "price"], kind="stable")
    click_head(qtbot, view, "count")
    click_head(qtbot, view, "price", Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: pages(view).number(0) == table.index[0], timeout=LIMIT_MS)
    assert [pages(view).number(row) for row in range(50)] == table.index[:50].tolist()


def click_head(
    qtbot: QtBot, view: RowsView, name: str, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    header = view.grid.header
    place = view.grid.place_of(name)
    assert place is not None
    view.grid.scrollTo(pages(view).index(0, place))
    at = QPoint(header.sectionViewportPosition(place) + 30, 12)
    qtbot.keyPress(header.viewport(), Qt.Key.Key_Shift) if keys != Qt.KeyboardModifier.NoModifier else None
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, keys, at)
    qtbot.keyRelease(header.viewport(), Qt.Key.Key_Shift) if keys != Qt.KeyboardModifier.NoModifier else None


def test_that_a_text_is_found_cell_by_cell_and_counted(qtbot: QtBot, view: RowsView) -> None:
    remarks = made_table(ROWS)["remark"]
    rows = remarks[remarks.str.contains("pear")].index.tolist()
    view.open_find()
    qtbot.keyClicks(view.findChild(QLineEdit, "find_text"), "PEAR")
    qtbot.waitUntil(lambda: words(view, "find_count") == f"1 of {len(rows):,}", timeout=LIMIT_MS)
    assert view.grid.current_cell() == (rows[0], 5)
    qtbot.mouseClick(view.findChild(QToolButton, "find_next"), Qt.MouseButton.LeftButton)
    assert view.grid.current_cell() == (rows[1], 5)
    assert pages(view).data(pages(view).index(rows[1], 5), Qt.ItemDataRole.BackgroundRole) is not None
    for _ in range(2):
        qtbot.keyClick(view.findChild(QLineEdit, "find_text"), Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert view.grid.current_cell() == (rows[-1], 5)  # round the beginning
    assert words(view, "find_count") == f"{len(rows):,} of {len(rows):,}"
    qtbot.keyClick(view.findChild(QLineEdit, "find_text"), Qt.Key.Key_Escape)
    assert not view.find_bar.isVisible()


def test_that_what_is_not_there_is_not_found(qtbot: QtBot, view: RowsView) -> None:
    view.open_find()
    qtbot.keyClicks(view.findChild(QLineEdit, "find_text"), "zebra")
    qtbot.waitUntil(lambda: words(view, "find_count") == "Not found", timeout=LIMIT_MS)


class Questions:
    """A session that is answered by the test."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, Any, Any]] = []

    def ask(self, question: Any, on_answer: Any, on_end: Any) -> str:
        self.asked.append((question, on_answer, on_end))
        return f"job {len(self.asked)}"

    def withdraw(self, job: str) -> None:
        del job


def test_that_a_chunk_with_too_many_cells_is_asked_again(qtbot: QtBot) -> None:
    session = Questions()
    finder = Finder(session)  # type: ignore[arg-type]
    gone: list[tuple[int, int]] = []
    finder.found.connect(lambda row, column: gone.append((row, column)))
    from aetheron_desktop.engine.datasets.viewing.found import FindQuestion

    finder.start(FindQuestion(dataset="d", text="x"), ("a", "b"), 2 * CHUNK)
    _, answer, end = session.asked[0]
    answer(FoundCells(start=0, stop=CHUNK, count=900, cells=((5, "a"), (5, "b"), (9, "a"))))
    answer(FoundCells(start=CHUNK, stop=2 * CHUNK, count=1, cells=((CHUNK + 3, "b"),)))
    end(JobEnded(job="job 1", work="ask", outcome="succeeded"))
    assert finder.is_whole
    question, closer, _ = session.asked[1]
    assert (question.only_from, question.only_to) == (0, CHUNK)
    closer(FoundCells(start=0, stop=CHUNK, count=900, cells=((5, "a"), (5, "b"), (9, "a"))))
    finder.go((5, 0), 1)
    assert gone == [(5, 0), (5, 1)]
    finder.go((9, 0), 1)
    question, closer, _ = session.asked[2]
    assert (question.only_from, question.only_to, question.from_end) == (9, CHUNK, False)
    closer(FoundCells(start=9, stop=CHUNK, count=1, cells=((9, "a"),)))
    assert gone[-1] == (CHUNK + 3, 1)  # none was left on this side
    finder.go((CHUNK + 3, 1), -1)
    question, closer, _ = session.asked[3]
    assert (question.only_from, question.only_to, question.from_end) == (0, CHUNK, True)
    closer(FoundCells(start=0, stop=CHUNK, count=900, cells=((CHUNK - 9, "a"),)))
    assert gone[-1] == (CHUNK - 9, 0)
    assert finder.count == 901


def test_that_columns_are_hidden_shown_again_and_kept_at_the_left(qtbot: QtBot, view: RowsView) -> None:
    grid = view.grid
    view._change(view._choice.hide(["count"]).pin("price"))
    count, price = grid.place_of("count"), grid.place_of("price")
    assert count is not None
    assert price is not None
    assert grid.isColumnHidden(count)
    assert grid.header.visualIndex(price) == 0
    assert grid.pinned.isVisible()
    assert not grid.pinned.isColumnHidden(price)
    assert grid.pinned.isColumnHidden(0)
    grid.horizontalScrollBar().setValue(grid.horizontalScrollBar().maximum())
    grid.show_column("size")
    assert grid.columnViewportPosition(0) >= grid.pinned.width()
    shown = view.findChild(QPushButton, "show_hidden")
    assert shown.text() == "1 hidden"
    qtbot.mouseClick(shown, Qt.MouseButton.LeftButton)
    assert not grid.isColumnHidden(count)
    view._change(view._choice.pin("price"))
    assert not grid.pinned.isVisible()
    assert grid.header.visualIndex(price) == price


def test_that_copied_cells_leave_hidden_columns_out_and_may_have_names(qtbot: QtBot, view: RowsView) -> None:
    view._change(view._choice.hide(["count"]).pin("price"))
    view.grid.selectRow(0)
    QApplication.clipboard().clear()
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(view.grid, Qt.Key.Key_C, keys)
    qtbot.waitUntil(lambda: QApplication.clipboard().text() != "")
    names, cells = (line.split("\t") for line in QApplication.clipboard().text().split("\n"))
    assert names == ["price", "size", "colour", "fresh", "seen", "remark", "sort", "sold"]
    assert float(cells[0]) == pytest.approx(made_table(ROWS)["price"].iloc[0])


def test_that_a_cell_offers_filters(qtbot: QtBot, view: RowsView) -> None:
    qtbot.waitUntil(lambda: bool(view._kinds), timeout=LIMIT_MS)
    at = view.grid.visualRect(pages(view).index(0, 8)).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.grid.viewport().mapToGlobal(at))
    QApplication.sendEvent(view.grid.viewport(), event)
    menu = view.findChild(QMenu, "cell_menu")
    sold = made_table(ROWS)["sold"]
    keep = next(one for one in menu.actions() if one.text() == f"Keep only rows with “{sold.iloc[0]}”")
    keep.trigger()
    menu.close()
    assert view.filter_bar.field.text() == f"sold = '{sold.iloc[0]}'"
    qtbot.waitUntil(lambda: pages(view).rows == (sold == sold.iloc[0]).sum(), timeout=LIMIT_MS)


@pytest.mark.parametrize(
    ("value", "kind", "condition"),
    [
        (None, "text", "`a b` is missing"),
        ("O'Hara", "text", "`a b` = 'O''Hara'"),
        ("3.5", "number", "`a b` = 3.5"),
        ("true", "boolean", "`a b` = true"),
        ("2024-01-01 00:00:00", "date", "`a b` = '2024-01-01 00:00:00'"),
    ],
)
def test_that_the_filter_of_a_cell_can_be_understood(value: str | None, kind: Any, condition: str) -> None:
    from aetheron_desktop.engine.datasets import expression

    offered = [made for _, made in grid_menus.filters("a b", value, kind)]
    assert offered[0] == condition
    for made in offered:
        assert expression.condition(made, {"a b": kind}).columns == ("a b",)


def test_that_marked_rows_are_tinted_and_can_be_shown_alone(qtbot: QtBot, view: RowsView, session: Session) -> None:
    session.mark([3, 500])
    button = view.findChild(QPushButton, "only_marked")
    assert button.isVisible()
    assert pages(view).data(pages(view).index(3, 0), Qt.ItemDataRole.BackgroundRole) is not None
    assert pages(view).data(pages(view).index(4, 0), Qt.ItemDataRole.BackgroundRole) is None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: pages(view).rows == 2, timeout=LIMIT_MS)
    qtbot.waitUntil(lambda: pages(view).number(1) == 500)
    session.mark([7])
    qtbot.waitUntil(lambda: pages(view).rows == 1, timeout=LIMIT_MS)
    session.mark([])
    qtbot.waitUntil(lambda: pages(view).rows == ROWS, timeout=LIMIT_MS)
    assert not button.isVisible()


def test_that_what_was_chosen_is_kept_for_each_dataset(qtbot: QtBot, view: RowsView, session: Session) -> None:
    view._change(ViewChoice(condition="count > 3", sort=(SortKey("price"),), hidden=frozenset({"size"})))
    kept = int((made_table(ROWS)["count"] > 3).sum())
    qtbot.waitUntil(lambda: pages(view).rows == kept, timeout=LIMIT_MS)
    first = session.dataset
    price = view.grid.place_of("price")
    assert price is not None
    view.grid.setColumnWidth(price, 61)
    view.show_dataset(None)
    view.show_dataset(first)
    qtbot.waitUntil(lambda: pages(view).rows == kept, timeout=LIMIT_MS)
    assert view.filter_bar.field.text() == "count > 3"
    assert view.grid.isColumnHidden(0)
    qtbot.waitUntil(lambda: pages(view).is_loaded(0))
    assert view.grid.columnWidth(price) == 61


def test_that_heads_show_what_is_in_the_columns(qtbot: QtBot, view: RowsView) -> None:
    tall = view.grid.header.height()
    qtbot.waitUntil(lambda: {"size", "count", "colour"} <= set(view._heads._heads), timeout=LIMIT_MS)
    colours = made_table(ROWS)["colour"].value_counts()
    assert view._heads._heads["colour"].labels[0] == colours.index[0]
    picture = view.grid.header.grab().toImage()
    assert len({picture.pixel(x, 40) for x in range(picture.width())}) > 1
    qtbot.mouseClick(view.findChild(QToolButton, "toggle_heads"), Qt.MouseButton.LeftButton)
    assert view.grid.header.height() < tall
    qtbot.mouseClick(view.findChild(QToolButton, "toggle_heads"), Qt.MouseButton.LeftButton)
    assert view.grid.header.height() == tall


# -- tables that are longer than Qt can hold ----------------------------------------------------------------------


@pytest.fixture
def long_grid(qtbot: QtBot, tmp_path: Path, dressed: QApplication) -> TableGrid:
    rows = WINDOW * 3
    table = pd.DataFrame({"row": range(rows)})
    pq.write_table(__import__("pyarrow").Table.from_pandas(table), tmp_path / "long.parquet", row_group_size=65_536)
    grid = TableGrid()
    qtbot.addWidget(grid, before_close_func=lambda grid: grid.close_table())
    grid.resize(500, 500)
    grid.show()
    grid.show_table(tmp_path / "long.parquet", [Column("row", "integer", 0, rows)], rows)
    return grid


def top_of(grid: TableGrid) -> int:
    model = grid.pages()
    assert model is not None
    return model.base + grid.rowAt(0)


def test_that_any_row_of_a_long_table_can_be_gone_to(qtbot: QtBot, long_grid: TableGrid) -> None:
    model = long_grid.pages()
    assert model is not None
    assert model.rowCount() == WINDOW
    for number in (WINDOW * 3, 1, WINDOW * 2 + 17, WINDOW + 1):
        long_grid.go_to_row(number)
        assert long_grid.current_cell() == (number - 1, 0)
        qtbot.waitUntil(lambda row=number - 1: model.cell(row, 0) == str(row))  # type: ignore[misc]
        index = long_grid.currentIndex()
        assert index.data() == str(number - 1)
        assert long_grid.viewport().rect().contains(long_grid.visualRect(index).center())
    qtbot.keyClick(long_grid, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert long_grid.current_cell()[0] == WINDOW * 3 - 1
    qtbot.keyClick(long_grid, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    assert long_grid.current_cell()[0] == 0


def test_that_the_bar_of_a_long_table_counts_all_its_rows(qtbot: QtBot, long_grid: TableGrid) -> None:
    from aetheron_desktop.ui.widgets.grid.row_bar import RowBar

    bar = long_grid.findChild(RowBar)
    assert bar.isVisible()
    bar.setValue(WINDOW * 2 + 5)
    assert top_of(long_grid) == WINDOW * 2 + 5
    bar.setValue(bar.maximum())
    assert long_grid.rowAt(long_grid.viewport().height() - 1) in {WINDOW - 1, WINDOW - 2, -1}
    long_grid.show_at_top(WINDOW)
    assert bar.value() == WINDOW


def test_that_chosen_cells_stay_when_the_window_moves(qtbot: QtBot, long_grid: TableGrid) -> None:
    model = long_grid.pages()
    assert model is not None
    long_grid.go_to_row(WINDOW - 50)
    flags = QItemSelectionModel.SelectionFlag
    long_grid.selectionModel().setCurrentIndex(long_grid.currentIndex(), flags.ClearAndSelect)
    before = model.base
    top = top_of(long_grid)
    for _ in range(5):
        long_grid.verticalScrollBar().setValue(long_grid.verticalScrollBar().value() + WINDOW // 9)
    assert model.base > before
    assert top_of(long_grid) == top + 5 * (WINDOW // 9)
    long_grid.copy()
    qtbot.waitUntil(lambda: QApplication.clipboard().text() == str(WINDOW - 51))


def test_that_pages_beyond_what_qt_counts_are_asked_for() -> None:
    rows = 5_000_000_000
    model = TablePages((Column("a", "integer", 0, 1),), rows)
    wanted: list[int] = []
    model.wanted.connect(lambda start, *_: wanted.append(start))
    model.show_rows(rows, is_view=True)
    model.move_window(rows)
    assert model.base == rows - WINDOW
    model.index(WINDOW - 1, 0).data()
    assert wanted == [rows - PAGE]
    model.take(rows - PAGE, 0, [("x",)] * PAGE, list(range(PAGE)))
    assert model.index(WINDOW - 1, 0).data() == "x"
    assert model.headerData(WINDOW - 1, Qt.Orientation.Vertical) == f"{PAGE:,}"


def test_that_fitting_columns_does_not_move_what_is_in_view(
    qtbot: QtBot, tmp_path: Path, dressed: QApplication
) -> None:
    width = 400
    pd.DataFrame({f"v{place}": ["a rather long text in this cell"] * 3 for place in range(width)}).to_parquet(
        tmp_path / "wide.parquet"
    )
    grid = TableGrid()
    qtbot.addWidget(grid, before_close_func=lambda grid: grid.close_table())
    grid.resize(900, 400)
    grid.show()
    columns = [Column(f"v{place}" if place < 390 else "name " * 8, "text", 0, 1) for place in range(width)]
    grid.show_table(tmp_path / "wide.parquet", columns, 3)
    model = grid.pages()
    assert model is not None
    qtbot.waitUntil(lambda: model.is_loaded(0))
    grid.horizontalScrollBar().setValue(grid.columnViewportPosition(40))
    left = grid.columnAt(5)
    offset = grid.columnViewportPosition(left)
    qtbot.waitUntil(lambda: model.is_loaded(0, 40))
    assert grid.columnAt(5) == left
    assert grid.columnViewportPosition(left) == offset
