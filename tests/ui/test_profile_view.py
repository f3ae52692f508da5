"""The view of one column, and of two: what is asked, what is shown, and the rows that are marked."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from aetheron_desktop.engine.datasets.dataset import Dataset
from aetheron_desktop.engine.datasets.profiles.pairs import MarkedQuestion, PairQuestion, PairsQuestion, RowsQuestion
from aetheron_desktop.engine.datasets.profiles.profile import ProfileQuestion
from aetheron_desktop.ui.session import Session
from aetheron_desktop.ui.widgets.charts.bars import HistogramChart, TargetChart, ValuesChart
from aetheron_desktop.ui.widgets.charts.card import ChartCard
from aetheron_desktop.ui.widgets.charts.fields import HeatChart, MatrixChart
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.pairs import BoxesChart, HexagonChart, ScatterChart
from aetheron_desktop.ui.widgets.data_views.pairs import PairsView
from aetheron_desktop.ui.widgets.data_views.profile import ProfileView
from aetheron_desktop.ui.widgets.data_views.rows import RowsView
from tests.tables import made_dataset, made_table
from tests.ui.answering import Answering


@pytest.fixture
def table() -> pd.DataFrame:
    return made_table(400)


@pytest.fixture
def dataset(session: Session, table: pd.DataFrame) -> Dataset:
    made = made_dataset(session.workspace.dataset_folder("0123456789abcdef"), table)
    session.workspace.add_dataset(made.info)
    return made


@pytest.fixture
def answering(session: Session, monkeypatch: pytest.MonkeyPatch, dressed: QApplication) -> Answering:
    return Answering(session, monkeypatch)


@pytest.fixture
def profile(qtbot: QtBot, session: Session, dataset: Dataset, answering: Answering) -> Iterator[ProfileView]:
    view = ProfileView(session)
    qtbot.addWidget(view)
    view.resize(1000, 700)
    view.show()
    session.dataset, session.target, session.task = dataset, "sold", "binary"
    view.show_dataset(dataset)
    yield view
    view.show_dataset(None)


@pytest.fixture
def pairs(qtbot: QtBot, session: Session, dataset: Dataset, answering: Answering) -> PairsView:
    view = PairsView(session)
    qtbot.addWidget(view)
    view.resize(1000, 700)
    view.show()
    session.dataset, session.target, session.task = dataset, "sold", "binary"
    view.show_dataset(dataset)
    return view


def text(view: QWidget, name: str) -> str:
    label = view.findChild(QLabel, name)
    assert isinstance(label, QLabel)
    return label.text()


def press(view: QWidget, name: str) -> None:
    button = view.findChild(QAbstractButton, name)
    assert isinstance(button, QAbstractButton)
    assert button.isVisible()
    button.click()


def chart(view: QWidget, name: str) -> object:
    card = view.findChild(ChartCard, name)
    assert isinstance(card, ChartCard)
    return card.chart if card.isVisible() else None


def figures(view: ProfileView) -> dict[str, str]:
    shown = view.findChild(QTableWidget, "profile_figures")
    assert isinstance(shown, QTableWidget)
    cells = [[shown.item(row, place) for place in (0, 1)] for row in range(shown.rowCount())]
    return {label.text(): value.text() for label, value in cells if label is not None and value is not None}


# -- one column -------------------------------------------------------------------------------------------------------


def test_that_the_chosen_column_is_shown_with_its_figures_and_target(
    profile: ProfileView, session: Session, table: pd.DataFrame
) -> None:
    session.choose_column("size")
    assert text(profile, "profile_column") == "size"
    assert text(profile, "profile_badge") == "Exact"
    assert figures(profile)["Missing"] == str(table["size"].isna().sum())
    assert isinstance(chart(profile, "profile_chart"), HistogramChart)
    assert isinstance(chart(profile, "profile_target"), TargetChart)
    assert text(profile, "profile_target_caption").startswith("Power 0.")
    press(profile, "profile_against_classes")
    assert isinstance(chart(profile, "profile_target"), HistogramChart)
    session.choose_column("colour")
    assert isinstance(chart(profile, "profile_chart"), ValuesChart)
    press(profile, "profile_picture_lengths")
    assert isinstance(chart(profile, "profile_chart"), HistogramChart)
    session.choose_column("sold")
    assert chart(profile, "profile_target") is None, "the target is not held against itself"
    session.choose_column("no such column")
    assert text(profile, "profile_column") == "sold"


def test_that_errors_of_a_sample_give_way_to_the_figures(profile: ProfileView, session: Session) -> None:
    session.choose_column("size")
    shown = profile.findChild(QTableWidget, "profile_figures")
    assert isinstance(shown, QTableWidget)
    profile.resize(1600, 700)
    assert not shown.isColumnHidden(2), "the share of missing rows stands beside their number"
    for width in (1600, 560):
        profile.resize(width, 700)
        for row in range(shown.rowCount()):
            item = shown.item(row, 1)
            assert item is not None
            assert shown.columnWidth(1) >= shown.fontMetrics().horizontalAdvance(item.text())


def test_that_the_range_is_changed_and_kept_for_the_next_column(profile: ProfileView, session: Session) -> None:
    session.choose_column("size")
    press(profile, "profile_scope_all")
    wide = chart(profile, "profile_chart")
    assert isinstance(wide, HistogramChart)
    ends = wide.edges[0], wide.edges[-1]
    press(profile, "profile_scope_robust")
    assert wide.edges[0] >= ends[0]
    assert wide.edges[-1] <= ends[1]
    assert wide.edges != ends
    session.choose_column("price")
    assert text(profile, "profile_chart_caption") != "", "the robust range says what it leaves out"


def test_that_what_is_known_is_not_asked_again_and_another_target_is(
    profile: ProfileView, session: Session, answering: Answering
) -> None:
    asked = len(answering.asked)
    assert asked == 1
    session.choose_column("price")
    session.choose_column("size")
    assert len(answering.asked) == asked
    session.set_target("price")
    assert [type(question) for question in answering.asked[asked:]] == [ProfileQuestion]
    assert answering.asked[-1].target == "price"
    assert answering.asked[-1].columns[0] == "size"
    assert text(profile, "profile_target_caption").startswith("Power 0.")


def test_that_it_says_what_it_does_and_what_goes_wrong(
    profile: ProfileView, dataset: Dataset, answering: Answering, session: Session
) -> None:
    answering.holds = True
    session.column = "size"
    (dataset.folder / "profile.jsonl").unlink()
    profile.show_dataset(dataset)
    assert not profile.findChild(QLabel, "profile_column").isVisible()  # type: ignore[union-attr]
    dataset.parquet.write_bytes(b"nothing")
    answering.answer()
    words = [label.text() for label in profile.findChildren(QLabel) if label.isVisible()]
    assert any("cannot be read" in word for word in words)


def test_that_a_bar_and_a_region_mark_rows(
    profile: ProfileView, session: Session, answering: Answering, table: pd.DataFrame
) -> None:
    session.choose_column("size")
    shown = chart(profile, "profile_chart")
    assert isinstance(shown, HistogramChart)
    shown.region_chosen.emit(Bounds(45.0, 55.0, 0.0, 1.0))
    assert isinstance(answering.asked[-2], RowsQuestion)
    assert isinstance(answering.asked[-1], MarkedQuestion)
    assert list(session.marked) == np.flatnonzero(table["size"].between(45, 55)).tolist()
    assert text(profile, "marks_words").startswith(f"{len(session.marked)} rows marked")
    session.choose_column("colour")
    values = chart(profile, "profile_chart")
    assert isinstance(values, ValuesChart)
    told = values.tip(0.0, 0.0, values.frame())
    inside = table[table["size"].between(45, 55)]
    assert f"{(inside['colour'] == values.values[0]).sum()} marked" in told
    values.point_chosen.emit(0.0, -1.0)
    assert list(session.marked) == np.flatnonzero(table["colour"] == values.values[1]).tolist()
    press(profile, "marks_clear")
    assert session.marked == ()
    assert not profile.findChild(QLabel, "marks_words").isVisible()  # type: ignore[union-attr]


def test_that_marked_rows_stand_out_in_the_grid(
    qtbot: QtBot, session: Session, dataset: Dataset, dressed: QApplication
) -> None:
    view = RowsView(session)
    qtbot.addWidget(view)
    view.resize(600, 300)
    view.show()
    session.dataset = dataset
    view.show_dataset(dataset)
    pages = view.grid.pages()
    assert pages is not None
    qtbot.waitUntil(lambda: pages.is_loaded(0))
    session.mark([200, 5])
    ground = [pages.index(row, 0).data(Qt.ItemDataRole.BackgroundRole) for row in (4, 5, 200)]
    assert ground[0] is None
    assert ground[1] == ground[2]
    assert ground[1] is not None
    colors = [view.grid.grab().toImage().pixelColor(400, y).name() for y in range(view.grid.height())]
    assert ground[1].name() in colors, "the style sheet does not paint over it"
    session.mark(())
    assert pages.index(5, 0).data(Qt.ItemDataRole.BackgroundRole) is None
    view.show_dataset(None)


@pytest.mark.parametrize("rows", [0, 1])
def test_that_a_table_without_rows_has_views(
    qtbot: QtBot, session: Session, answering: Answering, table: pd.DataFrame, rows: int
) -> None:
    made = made_dataset(session.workspace.dataset_folder("0123456789abcdef"), table.head(rows))
    session.workspace.add_dataset(made.info)
    session.dataset, session.target, session.task = made, "sold", "binary"
    for view in (ProfileView(session), PairsView(session)):
        qtbot.addWidget(view)
        view.show()
        view.show_dataset(made)
        for name in made.info.schema.names:
            session.choose_column(name)
        view.grab()
    assert text(view, "pairs_facts") == "" or rows


def test_that_nothing_is_asked_while_nobody_looks(
    profile: ProfileView, pairs: PairsView, session: Session, answering: Answering
) -> None:
    profile.hide()
    pairs.hide()
    asked = len(answering.asked)
    session.choose_column("count")
    session.set_target("price")
    assert len(answering.asked) == asked
    profile.show()
    assert [question.columns[0] for question in answering.asked[asked:]] == ["count"]
    assert answering.asked[-1].target == "price"
    assert text(profile, "profile_column") == "count"
    pairs.show()
    assert answering.asked[-1].focus == "price"


# -- two columns ------------------------------------------------------------------------------------------------------


def test_that_the_matrix_opens_with_the_strongest_pair(pairs: PairsView, answering: Answering) -> None:
    assert [type(question) for question in answering.asked] == [PairsQuestion, PairQuestion]
    assert {answering.asked[-1].x, answering.asked[-1].y} == {"size", "price"}
    assert text(pairs, "pairs_facts") == "8 columns · All 400 rows"
    assert isinstance(chart(pairs, "pairs_matrix"), MatrixChart)
    assert isinstance(chart(pairs, "pairs_picture"), ScatterChart)
    assert text(pairs, "pairs_picture_caption").startswith("Pearson’s correlation: 0.9")


@pytest.mark.parametrize(
    ("pair", "kind"),
    [(("colour", "sort"), HeatChart), (("size", "colour"), BoxesChart), (("seen", "size"), ScatterChart)],
)
def test_that_the_picture_suits_the_types(pairs: PairsView, pair: tuple[str, str], kind: type) -> None:
    matrix = chart(pairs, "pairs_matrix")
    assert isinstance(matrix, MatrixChart)
    places = [tick.text for tick in matrix.names(upright=False)]
    matrix.point_chosen.emit(float(places.index(pair[0])), -float(places.index(pair[1])))
    assert isinstance(chart(pairs, "pairs_picture"), kind)


def test_that_density_ranks_shares_and_names_are_chosen(pairs: PairsView, answering: Answering, qtbot: QtBot) -> None:
    press(pairs, "pairs_kind_hexagons")
    assert isinstance(chart(pairs, "pairs_picture"), HexagonChart)
    press(pairs, "pairs_method_ranks")
    assert answering.asked[-1].ranks
    pairs.show_pair("colour", "sort")
    press(pairs, "pairs_share_row")
    heat = chart(pairs, "pairs_picture")
    assert isinstance(heat, HeatChart)
    search = pairs.findChild(QLineEdit, "pairs_search")
    assert isinstance(search, QLineEdit)
    asked = len(answering.asked)
    QTest.keyClicks(search, "CO")
    qtbot.waitUntil(lambda: len(answering.asked) > asked)
    assert answering.asked[asked].containing == "CO"
    matrix = chart(pairs, "pairs_matrix")
    assert isinstance(matrix, MatrixChart)
    assert [tick.text for tick in matrix.names(upright=False)] == ["count", "colour", "sold"]


def test_that_each_picture_marks_its_rows(pairs: PairsView, session: Session, table: pd.DataFrame) -> None:
    pairs.show_pair("size", "price")
    shown = chart(pairs, "pairs_picture")
    assert isinstance(shown, ScatterChart)
    shown.region_chosen.emit(Bounds(40.0, 60.0, 80.0, 120.0))
    chosen = table["size"].between(40, 60) & table["price"].between(80, 120)
    assert list(session.marked) == np.flatnonzero(chosen).tolist()
    pairs.show_pair("colour", "sort")
    heat = chart(pairs, "pairs_picture")
    assert isinstance(heat, HeatChart)
    heat.point_chosen.emit(0.0, 0.0)
    values = heat.values_at(0.0, 0.0)
    assert values is not None
    assert (
        list(session.marked) == np.flatnonzero((table["colour"] == values[0]) & (table["sort"] == values[1])).tolist()
    )
    pairs.show_pair("colour", "size")
    boxes = chart(pairs, "pairs_picture")
    assert isinstance(boxes, BoxesChart)
    category = boxes.category_at(0.0)
    boxes.region_chosen.emit(Bounds(50.0, 99.0, -0.2, 0.2))
    assert (
        list(session.marked) == np.flatnonzero((table["colour"] == category) & table["size"].between(50, 99)).tolist()
    )
    boxes.cleared.emit()
    assert session.marked == ()


def test_that_a_narrow_view_shows_one_at_a_time(pairs: PairsView) -> None:
    pairs.resize(560, 500)
    assert chart(pairs, "pairs_matrix") is not None
    assert chart(pairs, "pairs_picture") is None
    matrix = chart(pairs, "pairs_matrix")
    assert isinstance(matrix, MatrixChart)
    matrix.point_chosen.emit(1.0, 0.0)
    assert chart(pairs, "pairs_matrix") is None
    assert chart(pairs, "pairs_picture") is not None
    press(pairs, "pairs_back")
    assert chart(pairs, "pairs_matrix") is not None


def test_that_a_table_without_pairs_says_so(
    qtbot: QtBot, session: Session, answering: Answering, dressed: QApplication
) -> None:
    made = made_dataset(
        session.workspace.dataset_folder("0123456789abcdef"),
        pd.DataFrame({"x": [1.0, 2.0], "same": [1.0, 1.0]}),
        target="x",
    )
    session.workspace.add_dataset(made.info)
    view = PairsView(session)
    qtbot.addWidget(view)
    view.show()
    session.dataset = made
    view.show_dataset(made)
    words = [label.text() for label in view.findChildren(QLabel) if label.isVisible()]
    assert "There is no pair" in words
