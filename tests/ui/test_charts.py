"""Charts of data that does not move."""

import csv
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from aetheron_desktop.engine.datasets.profiles.dates import microseconds
from aetheron_desktop.engine.datasets.profiles.pairs import (
    Association,
    Associations,
    Axis,
    Box,
    Boxes,
    Heat,
    Hexagons,
    Scatter,
)
from aetheron_desktop.engine.datasets.profiles.profile import (
    ColumnProfile,
    Estimate,
    Histogram,
    TargetBin,
    TargetProfile,
    TopValue,
)
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.charts.bars import HistogramChart, TargetChart, ValuesChart
from aetheron_desktop.ui.widgets.charts.card import ChartCard
from aetheron_desktop.ui.widgets.charts.chart import Chart
from aetheron_desktop.ui.widgets.charts.confusion import ConfusionChart
from aetheron_desktop.ui.widgets.charts.fields import HeatChart, MatrixChart
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.intervals import Between, IntervalsChart
from aetheron_desktop.ui.widgets.charts.lines import Line, LinesChart, Spot, Step
from aetheron_desktop.ui.widgets.charts.mirrored import MirroredChart
from aetheron_desktop.ui.widgets.charts.pairs import BoxesChart, HexagonChart, ScatterChart
from aetheron_desktop.ui.widgets.charts.points import PointsChart, Square
from aetheron_desktop.ui.widgets.charts.ranked import Bar, Part, RankedChart
from aetheron_desktop.ui.widgets.charts.scores import ScoreLine, ScoresChart
from aetheron_desktop.ui.widgets.charts.ticks import ticks

HISTOGRAM = Histogram("all", (0.0, 1.0, 2.0, 3.0), (4, 0, 6), 0, 2)
X, Y = Axis("x", is_date=False, low=0.0, high=10.0), Axis("y", is_date=False, low=-1.0, high=1.0)


def histogram() -> Chart:
    chart = HistogramChart()
    chart.show_histogram(HISTOGRAM, "number", 12)
    return chart


def log_histogram() -> Chart:
    chart = HistogramChart()
    chart.show_histogram(Histogram("log", (1.0, 10.0, 100.0), (4, 6)), "number", 10)
    return chart


def classes() -> Chart:
    chart = HistogramChart()
    chart.show_histogram(HISTOGRAM, "date", 12, [("yes", (1, 0, 6)), ("no", (3, 0, 0))])
    return chart


def values() -> Chart:
    chart = ValuesChart()
    top = (TopValue("red", 5), TopValue("", 3, 1), TopValue(" ", 1))
    chart.show_profile(
        ColumnProfile(
            column="c", type="category", kind="words", rows=9, sampled=9, is_exact=True, missing=0, distinct=3, top=top
        )
    )
    return chart


def parts() -> Chart:
    chart = TargetChart()
    bins = (
        TargetBin("0 – 1", 10, (Estimate(0.3, 0.2, 0.5), Estimate(0.7, 0.5, 0.8))),
        TargetBin("missing", 2, (Estimate(1.0, 0.3, 1.0), Estimate(0.0, 0.0, 0.7))),
    )
    chart.show_profile(
        TargetProfile(
            column="c", target="t", task="binary", rows=12, sampled=12, is_exact=True, classes=("yes", "no"), bins=bins
        )
    )
    return chart


def means() -> Chart:
    chart = TargetChart()
    bins = (TargetBin("1", 10, (Estimate(3.0, 2.0, 4.0),)), TargetBin("2", 1, (Estimate(9.0, None, None),)))
    overall = (Estimate(4.0, 3.5, 4.5),)
    chart.show_profile(
        TargetProfile(
            column="c", target="t", task="regression", rows=9, sampled=9, is_exact=True, bins=bins, overall=overall
        )
    )
    return chart


def scatter() -> Chart:
    chart = ScatterChart()
    chart.show_points(Scatter(x=X, y=Y, places=(3, 7), xs=(0.0, 10.0), ys=(-1.0, 1.0), rows=9, sampled=2))
    return chart


def hexagons() -> Chart:
    chart = HexagonChart()
    chart.show_hexagons(
        Hexagons(x=X, y=Y, xs=(2.0, 5.0), ys=(0.0, 0.5), counts=(1, 90), width=0.5, height=0.1, rows=91, outside=0)
    )
    return chart


def boxes() -> Chart:
    chart = BoxesChart()
    box = Box("red", 9, 1.0, 2.0, 3.0, 4.0, 8.0, 3.3, 1, (1, 5))
    found = Boxes(words_column="c", numbers=X, boxes=(box,), edges=(0.0, 5.0, 10.0), of=1, rows=9, sampled=9)
    chart.show_boxes(found)
    return chart


def heat() -> Chart:
    chart = HeatChart()
    found = Heat(
        x="a",
        y="b",
        xs=("p", "others"),
        ys=("r", "s"),
        counts=((1, 3), (0, 6)),
        x_others=True,
        y_others=False,
        rows=10,
        sampled=10,
    )
    chart.show_heat(found, "row")
    return chart


def matrix() -> Chart:
    chart = MatrixChart()
    cells = (Association(0, 1, "pearson", -0.8), Association(0, 2, "cramer", None), Association(1, 2, "ratio", 0.3))
    chart.show_associations(Associations(columns=("a", "b", "c"), cells=cells, rows=9, sampled=9, of=3))
    return chart


def lines() -> Chart:
    chart = LinesChart()
    curve = Line("ours", (0.0, 0.5, 1.0), (0.0, 0.8, 1.0), 0, (0.0, 0.7, 0.9), (0.1, 0.9, 1.0), (1.0, 0.5, 0.0))
    broken = Line("theirs", (0.0, 0.4, 0.6, 1.0), (0.2, math.nan, 0.5, 0.6), 1, is_dashed=True)
    dots = Line("dots", (0.2, 0.7), (0.3, 0.4), 2, (0.2, 0.3), (0.4, 0.5), has_dots=True)
    chart.show_lines([curve, broken, dots], ("False alarms", "Hits"), at_name="Threshold", bars=[Step(0.0, 0.5, 3)])
    chart.show_handle(0.5, 0.8)
    chart.show_spots([Spot(0.4, 0.2, "Best")])
    chart.show_marked([(0.5, 0.8)])
    return chart


def mirrored() -> Chart:
    chart = MirroredChart()
    chart.show_groups(
        (0.0, 0.5, 1.0), ("yes", "no"), ((1, 3), (5, 0)), ((0.25, 0.75), (1.0, 0.0)), "Probability of yes"
    )
    chart.show_handle(0.4)
    chart.show_marked(((0.0, 0.25), (0.2, 0.0)))
    return chart


def confusion() -> Chart:
    chart = ConfusionChart()
    chart.show_cells(("no", "yes"), ((8, 2), (0, 5)), ((0.8, 0.2), (0.0, 1.0)), has_shares=True)
    chart.show_chosen((0, 1), ((0, 2), (0, 0)))
    return chart


def ranked() -> Chart:
    chart = RankedChart()
    bars = [Bar("ant", (Part(5, 0), Part(2, 1))), Bar("bee", (Part(3, 1),), "a note")]
    chart.show_bars(bars, "Rows", ("ant", "bee"))
    chart.show_marked((1, 0), (0, 1))
    return chart


def intervals() -> Chart:
    chart = IntervalsChart()
    chart.show_intervals([Between("ant", 0.8, 0.7, 0.9, "5 rows"), Between("bee", None)], "Recall")
    chart.choose(0)
    return chart


def points() -> Chart:
    chart = PointsChart()
    chart.show_points((1.0, 2.0), (3.0, 5.0), (7, 8), ("Actual", "Predicted"), line=((1.0, 2.0), (1.0, 2.0)))
    chart.show_marked([(1.0, 3.0)])
    return chart


def squares() -> Chart:
    chart = PointsChart()
    chart.show_squares([Square(0.0, 1.0, 0.0, 1.0, 9), Square(1.0, 2.0, 1.0, 2.0, 90)], ("Actual", "Predicted"))
    return chart


def score_lines() -> Chart:
    chart = ScoresChart()
    chart.show_scores(
        [
            ScoreLine("auc", "ROC AUC", 0.9, 0.8, 0.95, 0.5, help="How often.", is_share=True),
            ScoreLine("loss", "Log loss", 0.3, 0.2, 0.4, 0.7, "lower"),
            ScoreLine("none", "Not defined", None, help="All rows are of one class."),
        ]
    )
    chart.choose("loss")
    return chart


ALL = (
    histogram, log_histogram, classes, values, parts, means, scatter, hexagons, boxes, heat, matrix, lines, mirrored,
    confusion, ranked, intervals, points, squares, score_lines,
)  # fmt: skip


@pytest.fixture(params=ALL, ids=lambda make: make.__name__)
def card(request: pytest.FixtureRequest, qtbot: QtBot, dressed: QApplication) -> ChartCard:
    card = ChartCard("card")
    qtbot.addWidget(card)
    card.show_chart(request.param(), "Title", "caption", "file")
    card.resize(500, 320)
    with qtbot.waitExposed(card):
        card.show()
    return card


def test_that_a_long_interval_is_written_in_full(qtbot: QtBot, dressed: QApplication, tmp_path: Path) -> None:
    line = ScoreLine("mean_error", "Mean error", -22.2, -24.84, -19.55, -103.8)
    chart, card = ScoresChart(), ChartCard("card")
    qtbot.addWidget(card)
    chart.show_scores([line])
    card.show_chart(chart, "Scores", "", "file")
    card.resize(900, 200)
    with qtbot.waitExposed(card):
        card.show()

    card.save(tmp_path / "chart.svg")

    assert f">{line.between}<" in (tmp_path / "chart.svg").read_text(encoding="utf-8").replace("\n", "")


def test_that_each_chart_goes_to_picture_drawing_and_table(card: ChartCard, tmp_path: Path) -> None:
    assert card.chart is not None
    for kind in ("png", "svg", "csv"):
        card.save(tmp_path / f"chart.{kind}")
    image = QImage(str(tmp_path / "chart.png"))
    assert image.size() == card.chart.size() * 2
    colors = {image.pixelColor(x, y).name() for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    assert len(colors) > 3
    assert QSvgRenderer(str(tmp_path / "chart.svg")).isValid()
    with (tmp_path / "chart.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert len(rows) > 1
    assert len({len(row) for row in rows}) == 1


def test_that_a_disk_that_refuses_is_told(card: ChartCard, tmp_path: Path, qtbot: QtBot) -> None:
    for kind in ("png", "svg", "csv"):
        with qtbot.waitSignal(card.failed) as told:
            card.save(tmp_path / "nowhere" / f"chart.{kind}")
        assert told.args is not None
        assert "nowhere" in told.args[0].detail


def test_that_each_chart_tells_values_under_the_pointer_and_is_drawn_in_both_schemes(card: ChartCard) -> None:
    chart = card.chart
    assert chart is not None
    frame = chart.frame()
    area = frame.area
    spots = [
        QPointF(area.left() + area.width() * x / 40, area.top() + area.height() * y / 40)
        for x in range(41)
        for y in range(41)
    ]
    tips = {chart.tip(*frame.at(spot), frame) for spot in spots}
    assert len(tips - {""}) >= 1
    chart.grab()
    light = chart.grab().toImage()
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, "dark")
    assert chart.grab().toImage() != light


def test_that_wheel_keys_and_drag_zoom_and_pan_and_come_back(qtbot: QtBot, dressed: QApplication) -> None:
    chart = scatter()
    qtbot.addWidget(chart)
    chart.resize(400, 300)
    chart.show()
    home = chart.view
    QTest.keyClick(chart, Qt.Key.Key_Plus)
    assert chart.view.right - chart.view.left == pytest.approx((home.right - home.left) / 1.2)
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert chart.view.left > home.left
    middle = chart.frame().area.center().toPoint()
    before = chart.view
    drag(chart, middle, middle + QPoint(40, 0))
    assert chart.view.left < before.left
    QTest.keyClick(chart, Qt.Key.Key_0)
    assert chart.view == home
    for _ in range(400):
        chart.zoom(2.0)
    chart.grab()
    assert chart.view.right > chart.view.left
    for _ in range(400):
        chart.zoom(0.5)
    assert chart.view.right - chart.view.left < 4 * (home.right - home.left)


def drag(chart: Chart, start: QPoint, end: QPoint, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mousePress(chart, Qt.MouseButton.LeftButton, keys, start)
    QTest.mouseMove(chart, end)
    QTest.mouseRelease(chart, Qt.MouseButton.LeftButton, keys, end)


@pytest.mark.parametrize("by_button", [True, False])
def test_that_a_region_is_marked_with_the_button_or_the_shift_key(
    qtbot: QtBot, dressed: QApplication, by_button: bool
) -> None:
    card = ChartCard("card")
    qtbot.addWidget(card)
    chart = scatter()
    card.show_chart(chart, "Title", "", "file")
    card.resize(500, 320)
    with qtbot.waitExposed(card):
        card.show()
    view = chart.view
    if by_button:
        mark = card.findChild(QToolButton, "card_mark")
        assert isinstance(mark, QToolButton)
        mark.click()
    area = chart.frame().area
    start, end = area.topLeft().toPoint() + QPoint(20, 20), area.center().toPoint()
    keys = Qt.KeyboardModifier.NoModifier if by_button else Qt.KeyboardModifier.ShiftModifier
    with qtbot.waitSignal(chart.region_chosen) as told:
        drag(chart, start, end, keys)
    assert told.args is not None
    region = told.args[0]
    assert isinstance(region, Bounds)
    wanted = chart.frame().at(QPointF(end))
    assert (region.right, region.low) == pytest.approx(wanted, abs=0.1)
    assert chart.view == view


def test_that_a_chart_is_drawn_once_while_the_pointer_moves(
    qtbot: QtBot, dressed: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    chart = scatter()
    qtbot.addWidget(chart)
    chart.resize(400, 300)
    drawn: list[object] = []
    draw = chart.draw
    monkeypatch.setattr(chart, "draw", lambda painter, frame: (drawn.append(frame), draw(painter, frame)))
    with qtbot.waitExposed(chart):
        chart.show()
    chart.repaint()
    before = len(drawn)
    for x in range(50, 150, 10):
        QTest.mouseMove(chart, QPoint(x, 100))
        chart.repaint()
    assert len(drawn) == before
    chart.zoom(2.0)
    chart.repaint()
    assert len(drawn) == before + 1


def test_that_a_click_tells_the_place_and_escape_clears(qtbot: QtBot, dressed: QApplication) -> None:
    chart = histogram()
    assert isinstance(chart, HistogramChart)
    qtbot.addWidget(chart)
    chart.resize(400, 300)
    chart.show()
    with qtbot.waitSignal(chart.point_chosen) as told:
        QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=chart.frame().area.center().toPoint())
    assert told.args is not None
    assert chart.bar_at(told.args[0]) == 1
    with qtbot.waitSignal(chart.cleared):
        QTest.keyClick(chart, Qt.Key.Key_Escape)


def test_that_marked_rows_are_drawn_over_the_bars(qtbot: QtBot, dressed: QApplication) -> None:
    chart = histogram()
    assert isinstance(chart, HistogramChart)
    qtbot.addWidget(chart)
    chart.resize(400, 300)
    before = chart.grab().toImage()
    chart.show_marked((2, 0, 1))
    assert chart.grab().toImage() != before
    assert "2 marked" in chart.tip(0.5, 0.0, chart.frame())
    chart.show_marked((1, 2))  # of other bars
    assert chart.grab().toImage() == before


def test_that_the_matrix_is_walked_with_the_keys(qtbot: QtBot, dressed: QApplication) -> None:
    chart = matrix()
    assert isinstance(chart, MatrixChart)
    qtbot.addWidget(chart)
    chart.show()
    chart.choose("a", "b")
    with qtbot.waitSignal(chart.point_chosen) as told:
        QTest.keyClick(chart, Qt.Key.Key_Down)
    assert told.args is not None
    assert chart.pair_at(*told.args) == ("a", "c")
    assert chart.pair_at(0.0, 0.0) is None


def test_that_others_of_a_heat_map_cannot_be_marked(qtbot: QtBot, dressed: QApplication) -> None:
    chart = heat()
    assert isinstance(chart, HeatChart)
    qtbot.addWidget(chart)
    assert chart.values_at(0.1, -0.9) == ("p", "s")
    assert chart.values_at(1.0, 0.0) is None
    assert chart.values_at(5.0, 0.0) is None


@given(st.sampled_from(["number", "date", "log"]), st.floats(-1e18, 1e18), st.floats(1e-6, 1e18), st.integers(0, 12))
def test_that_ticks_lie_within_and_are_not_too_many(scale: str, low: float, width: float, wanted: int) -> None:
    if scale == "log":
        low, width = low / 1e17, width / 1e17
    high = low + width
    found = ticks(scale, low, high, wanted)  # type: ignore[arg-type]
    assert len(found) <= 40
    assert [tick.at for tick in found] == sorted({tick.at for tick in found})
    assert all(low - abs(low) * 1e-9 - 1e-9 <= tick.at <= high + abs(high) * 1e-9 + 1e-9 for tick in found)


@pytest.mark.parametrize(
    ("scale", "low", "high", "texts"),
    [
        ("number", 0, 1, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ("number", 0, 60_000, ["0", "10k", "20k", "30k", "40k", "50k", "60k"]),
        ("number", -2, 2, ["−2", "−1", "0", "1", "2"]),
        ("log", 0, 4, ["1", "10", "100", "1k", "10k"]),
    ],
)
def test_that_ticks_are_round(scale: str, low: float, high: float, texts: list[str]) -> None:
    assert [tick.text for tick in ticks(scale, low, high, 5)] == texts  # type: ignore[arg-type]


def test_that_years_months_days_and_hours_are_told() -> None:
    start = microseconds("1890-01-01")
    day = microseconds("1890-01-02") - start
    assert [tick.text for tick in ticks("date", start, start + 3 * 366 * day, 3)][:2] == ["1890", "1891"]
    assert "Mar 1890" in [tick.text for tick in ticks("date", start, start + 150 * day, 5)]
    assert "03 Jan 1890" in [tick.text for tick in ticks("date", start, start + 4 * day, 4)]
    assert "06:00" in [tick.text for tick in ticks("date", start, start + day, 4)]


def test_that_the_wheel_scrolls_a_page_and_zooms_a_plot_in_it_with_the_control_key(
    qtbot: QtBot, dressed: QApplication
) -> None:
    chart = lines()
    chart.is_scrolled = True
    qtbot.addWidget(chart)
    chart.resize(400, 300)
    chart.show()
    home, middle = chart.view, chart.frame().area.center()

    def wheel(keys: Qt.KeyboardModifier) -> bool:
        no = Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False
        event = QWheelEvent(middle, chart.mapToGlobal(middle), QPoint(), QPoint(0, 120), *no)
        event.ignore()
        QApplication.sendEvent(chart, event)
        return event.isAccepted()

    assert not wheel(Qt.KeyboardModifier.NoModifier)
    assert chart.view == home
    assert wheel(Qt.KeyboardModifier.ControlModifier)
    assert chart.view.right - chart.view.left < home.right - home.left


def test_that_what_is_taken_hold_of_is_carried_and_the_plane_stays(qtbot: QtBot, dressed: QApplication) -> None:
    chart = lines()
    assert isinstance(chart, LinesChart)
    qtbot.addWidget(chart)
    chart.resize(400, 300)
    chart.show()
    home, frame = chart.view, chart.frame()
    told: list[tuple[float, float]] = []
    chart.handle_moved.connect(lambda x, y: told.append((x, y)))
    drag(chart, QPointF(frame.x(0.5), frame.y(0.8)).toPoint(), QPointF(frame.x(0.9), frame.y(0.9)).toPoint())
    assert told[-1] == pytest.approx((0.9, 0.9), abs=0.02)
    assert chart.view == home
    drag(chart, QPointF(frame.x(0.2), frame.y(0.6)).toPoint(), QPointF(frame.x(0.4), frame.y(0.6)).toPoint())
    assert chart.view != home  # where there is nothing to hold the plane moves


def test_that_a_chart_is_copied_as_picture_and_as_table(card: ChartCard) -> None:
    card.copy()
    data = QApplication.clipboard().mimeData()
    assert data.hasImage()
    assert card.chart is not None
    assert data.text().split("\n")[0].split("\t") == card.chart.table()[0]
