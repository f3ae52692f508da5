from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QPushButton, QScrollArea, QWidget

from aetheron_desktop.engine.evaluation.metrics import ALL
from aetheron_desktop.engine.evaluation.verdict import State, Verdict
from aetheron_desktop.engine.registry.versions import AliasMove, Labels, VersionInfo
from aetheron_desktop.engine.versioning.difference import DifferenceLine, Section, VersionDifference, VersionVerdict
from aetheron_desktop.engine.versioning.lineage import Link
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.problem_card import ProblemCard
from aetheron_desktop.ui.widgets.versions.difference_list import DifferenceList
from aetheron_desktop.ui.widgets.versions.difference_rows import TITLES, DifferenceRow, DifferenceTable
from aetheron_desktop.ui.widgets.versions.difference_text import as_markdown
from aetheron_desktop.ui.widgets.versions.difference_view import DifferenceView
from aetheron_desktop.ui.widgets.versions.interval_bar import IntervalBar
from aetheron_desktop.ui.widgets.versions.lineage_view import LineageView
from aetheron_desktop.ui.widgets.versions.record_view import RecordView, conditions_words
from aetheron_desktop.ui.widgets.versions.verdict_card import LOOKS, VerdictCard, parted
from aetheron_desktop.ui.widgets.versions.version_card import VersionCard

if TYPE_CHECKING:
    from pytestqt.modeltest import ModelTester
    from pytestqt.qtbot import QtBot

SPOKEN = Qt.ItemDataRole.AccessibleTextRole
TIP = Qt.ItemDataRole.ToolTipRole
OLD, NEW = "a" * 40, "b" * 40
LONG = "a_name_without_any_space_" * 12
LABELS = Labels(branches={"main": NEW}, tags={"audit": OLD}, aliases={"champion": OLD})


def version(commit: str, number: int, message: str = "why", **others: object) -> VersionInfo:
    fields: dict[str, object] = {
        "commit": commit, "number": number, "at": time.time() - 3 * 3600 - 60, "author": "Ada", "message": message,
        "deed": "trained", "task": "binary", "estimator": "forest",
        "metrics": {"roc_auc": 0.98531, "log_loss": 0.1712} if commit == OLD else {"roc_auc": 0.9918, "log_loss": 0.18},
    }  # fmt: skip
    return VersionInfo(**{**fields, **others})  # type: ignore[arg-type]  # a test's own table of fields


def line(section: Section, name: str, before: str, after: str, better: bool | None = None) -> DifferenceLine:
    return DifferenceLine(section=section, name=name, before=before, after=after, better=better)


LINES = (
    line("metrics", "ROC AUC", "0.9853 (0.978 to 0.991)", "0.9918 (0.985 to 0.996)", True),
    line("metrics", "Log loss", "0.1712", "0.18", False),
    line("metrics", "F1", "0.95", "0.95"),
    line("metrics", "Accuracy", "–", "0.96", True),
    line("model", "Threshold", "0.5", "0.42"),
    line("plan", "Seed", "0", "0"),
    line("columns", "age", "number, 0 to 99, middle 41", "number, 0 to 120, middle 44"),
    line("columns", "clinic", "–", "category"),
)
CARD = ("@@ -1,3 +1,3 @@", " # Breast cancer", "-for the spring", "+for the summer", "+and all after")


def difference(lines: tuple[DifferenceLine, ...] = LINES, card: tuple[str, ...] = CARD) -> VersionDifference:
    return VersionDifference(model="m", before=OLD, after=NEW, lines=lines, card=card)


def verdict(
    state: State = "better", sentence: str = "v2 is better: by much.", **others: float | None
) -> VersionVerdict:
    numbers: dict[str, float | None] = {"difference": 0.0065, "low": 0.0012, "high": 0.0131, "equivalence": 0.01}
    found = Verdict(state=state, sentence=sentence, metric="roc_auc", **{**numbers, **others})  # type: ignore[arg-type]
    return VersionVerdict(model="m", before=OLD, after=NEW, verdict=found)


@pytest.fixture
def view(dressed: QApplication, qtbot: QtBot) -> DifferenceView:
    made = DifferenceView()
    qtbot.addWidget(made)
    made.resize(340, 700)
    made.show()
    qtbot.waitExposed(made)
    made.show_loading(version(OLD, 1), version(NEW, 2, "Doubled rows left out\nall of them"), LABELS)
    return made


def part(view: QWidget, name: str) -> QWidget:
    found = view.findChildren(QWidget, name)
    assert found, name
    return found[0] if found[0].isVisibleTo(view) else found[-1]


def rows(view: DifferenceView, section: Section) -> DifferenceList:
    found = part(view, f"difference_{section}")
    assert isinstance(found, DifferenceList)
    return found


def told(view: DifferenceView, section: Section) -> list[str]:
    model = rows(view, section).model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def words(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible() and label.text()]


def button(view: QWidget, name: str) -> QPushButton:
    found = part(view, name)
    assert isinstance(found, QPushButton)
    return found


def has_color(picture: QImage, color: QColor) -> bool:
    return any(picture.pixelColor(x, y) == color for x in range(picture.width()) for y in range(picture.height()))


# -- the two versions -------------------------------------------------------------------------------------------------


def test_that_both_versions_are_told_before_anything_is_known_of_them(view: DifferenceView) -> None:
    after = part(view, "difference_after")
    assert words(after) == ["v2", "“Doubled rows left out”", "Ada · 3 h ago"]
    assert after.accessibleName() == "After: version 2, variation main, by Ada, 3 hours ago: Doubled rows left out"
    assert "alias champion, mark audit" in part(view, "difference_before").accessibleName()
    assert "Holding both against the test rows …" in words(view)
    assert "Reading what differs …" in words(view)
    assert not button(view, "difference_copy").isEnabled()
    assert not part(view, "difference_all").isVisible()


def test_that_a_view_without_versions_offers_nothing(dressed: QApplication, qtbot: QtBot) -> None:
    made = DifferenceView()
    qtbot.addWidget(made)
    made.show()
    made.show_difference(difference())
    made.show_verdict(verdict())
    assert words(made) == ["Difference"]
    assert made.as_text() == ""
    assert not button(made, "difference_swap").isEnabled()


def test_that_the_versions_stand_beside_each_other_where_there_is_room(view: DifferenceView, qtbot: QtBot) -> None:
    before, after = part(view, "difference_before"), part(view, "difference_after")
    assert after.y() > before.geometry().bottom()
    view.resize(560, 700)
    qtbot.waitUntil(lambda: after.y() == before.y())
    assert after.x() > before.geometry().right()
    view.resize(340, 700)
    qtbot.waitUntil(lambda: after.y() > before.geometry().bottom())


def test_that_swap_asks_for_the_other_way_round(view: DifferenceView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.swapped):
        qtbot.keyClick(button(view, "difference_swap"), Qt.Key.Key_Space)


def test_that_a_version_without_number_or_message_is_called_by_its_commit(dressed: QApplication, qtbot: QtBot) -> None:
    card = VersionCard("before")
    qtbot.addWidget(card)
    card.show_version(version(OLD, 0, ""), Labels())
    card.show()
    assert words(card)[:2] == ["aaaaaaa", "No message"]
    assert not card.chips.isVisible()


# -- the verdict ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", LOOKS)
def test_that_each_verdict_has_a_tone_and_a_sentence(view: DifferenceView, state: State) -> None:
    view.show_verdict(verdict(state))
    card = part(view, "difference_verdict")
    assert words(card)[:2] == ["v2 is better", "By much."]
    assert card.accessibleName() == "v2 is better. By much."
    assert card.property("tone") == LOOKS[state][1]
    assert "Reading what differs …" in words(view)


def test_that_the_interval_is_drawn_and_told(view: DifferenceView) -> None:
    view.show_verdict(verdict())
    bar = part(view, "verdict_interval")
    assert bar.isVisible()
    assert bar.accessibleName() == (
        "A difference of 0.0065, above 0 where the later one is better; its interval at 95 % is 0.0012 to 0.0131. "
        "Less than 0.0100 makes none in practice."
    )
    assert "Line: the interval at 95 %. Shaded: less than 0.01 makes no difference in practice." in words(view)


@pytest.mark.parametrize(("low", "high", "side"), [(0.01, 0.02, "right"), (-0.02, -0.01, "left")])
def test_that_better_is_at_the_right_of_zero(
    dressed: QApplication, qtbot: QtBot, low: float, high: float, side: str
) -> None:
    bar = IntervalBar()
    qtbot.addWidget(bar)
    bar.resize(200, 50)
    bar.show_verdict(verdict(difference=(low + high) / 2, low=low, high=high).verdict, "success")
    picture, ink = bar.grab().toImage(), theme.color("success")
    half = picture.width() // 2
    left = has_color(picture.copy(0, 0, half - 2, picture.height()), ink)
    right = has_color(picture.copy(half + 2, 0, half - 2, picture.height()), ink)
    assert (left, right) == (side == "left", side == "right")


@pytest.mark.parametrize("low", [None, float("nan"), float("-inf")])
def test_that_no_interval_is_drawn_where_none_is_known(view: DifferenceView, low: float | None) -> None:
    view.show_verdict(verdict("withheld", "No verdict: v1 and v2 were tested on different datasets.", low=low))
    assert not part(view, "verdict_interval").isVisible()
    assert words(part(view, "difference_verdict")) == ["No verdict", "v1 and v2 were tested on different datasets."]


def test_that_a_difference_of_nothing_at_all_can_be_drawn(view: DifferenceView) -> None:
    view.show_verdict(verdict("same", difference=0.0, low=0.0, high=0.0, equivalence=0.0))
    assert not view.grab().isNull()
    assert "Line: the interval at 95 %." in words(view)


def test_that_a_sentence_is_parted_at_its_first_colon() -> None:
    assert parted("v2 is better: RMSE 1: much.") == ("v2 is better", "RMSE 1: much.")
    assert parted("No verdict: there are no rows.") == ("No verdict", "There are no rows.")
    assert parted("No colon.") == ("No colon.", "")


# -- what differs -----------------------------------------------------------------------------------------------------


def test_that_the_item_model_keeps_qt_promises(qtmodeltester: ModelTester) -> None:
    table = DifferenceTable()
    table.show_rows([DifferenceRow("age", "1", "2"), DifferenceRow("b", "1", "1", is_same=True)])
    qtmodeltester.check(table)


def test_that_only_what_differs_is_shown_at_first_and_all_when_asked(view: DifferenceView, qtbot: QtBot) -> None:
    view.show_difference(difference())
    assert "7 differences" in words(view)
    assert told(view, "plan") == []
    assert not rows(view, "plan").isVisible()
    assert "Metrics · 3 of 4 differ" in words(view)
    assert "Columns · 2 differ" in words(view)
    qtbot.keyClick(button(view, "difference_all"), Qt.Key.Key_Space)
    assert told(view, "plan") == ["Seed: 0"]
    assert "Plan · 0 of 1 differ" in words(view)
    assert told(view, "metrics")[2] == "F1: 0.95"
    assert not rows(view, "data").isVisible()
    qtbot.keyClick(button(view, "difference_all"), Qt.Key.Key_Space)
    assert not rows(view, "plan").isVisible()


def test_that_metrics_tell_how_far_they_went_and_whether_that_is_better(view: DifferenceView) -> None:
    view.show_difference(difference())
    assert told(view, "metrics") == [
        "ROC AUC: 0.9853 (0.978 to 0.991) → 0.9918 (0.985 to 0.996) ↑ 0.0065",
        "Log loss: 0.1712 → 0.18 ↑ 0.0088",
        "Accuracy: – → 0.96",
    ]
    model = rows(view, "metrics").model()
    assert [model.index(row, 0).data(SPOKEN) for row in range(3)] == [
        "ROC AUC: before 0.9853, interval 0.978 to 0.991; after 0.9918, interval 0.985 to 0.996; better by 0.0065",
        "Log loss: before 0.1712; after 0.18; worse by 0.0088",
        "Accuracy: before none; after 0.96",
    ]


def test_that_better_and_worse_have_their_colours_in_both_schemes(view: DifferenceView, qapp: QApplication) -> None:
    view.show_difference(difference())
    list_ = rows(view, "metrics")
    tops = [list_.visualRect(list_.model().index(row, 0)) for row in range(3)]
    for scheme in ("light", "dark"):
        theme.apply(qapp, "dark" if scheme == "dark" else "light")
        picture = list_.viewport().grab().toImage()
        found = [[has_color(picture.copy(area), theme.color(tone)) for tone in ("success", "danger")] for area in tops]
        assert found == [[True, False], [False, True], [False, False]]


def test_that_the_names_of_metrics_are_known_by_their_labels() -> None:
    assert len({metric.label for metric in ALL}) == len(ALL)


def test_that_every_section_of_the_engine_has_a_title(view: DifferenceView) -> None:
    lines = tuple(line(section, "thing", "1", "2") for section in TITLES)
    view.show_difference(difference(lines, ()))
    assert all(rows(view, section).isVisible() for section in TITLES)
    assert [text.partition(" · ")[0] for text in words(view) if " · 1" in text] == list(TITLES.values())


def test_that_long_names_and_values_are_cut_but_told_by_tips(view: DifferenceView, qtbot: QtBot) -> None:
    view.show_loading(version(OLD, 1, LONG, author=LONG), version(NEW, 2, "<b>no markup & such"), LABELS)
    lines = tuple(line(section, LONG, f"<b>{LONG}", f"{LONG} after") for section in TITLES)
    view.show_difference(difference(lines, (f"+{LONG}",)))
    view.show_verdict(verdict(sentence=f"{LONG} is better: {LONG}"))
    view.show_error(LONG, LONG, LONG)
    scroll = view.findChild(QScrollArea)
    assert scroll is not None
    qtbot.waitUntil(lambda: rows(view, "model").isVisible())
    content = scroll.widget()
    assert content is not None
    assert (view.width(), content.width() <= scroll.viewport().width()) == (340, True)
    tip = rows(view, "model").model().index(0, 0).data(TIP)
    assert LONG in tip
    assert "&lt;b&gt;" in tip
    assert "“<b>no markup & such”" in words(view)


def test_that_rows_take_a_line_where_they_fit_and_more_where_they_do_not(view: DifferenceView) -> None:
    lines = (line("data", "Rows", "1", "2"), line("data", "x", "v" * 12, "w" * 12), line("data", "y", LONG, LONG[::-1]))
    view.resize(340, 700)
    view.show_difference(difference(lines, ()))
    list_ = rows(view, "data")
    heights = [list_.visualRect(list_.model().index(row, 0)).height() for row in range(3)]
    assert heights == sorted(set(heights))
    assert list_.height() == sum(heights)


def test_that_the_arrow_keys_go_through_rows_and_bring_them_into_view(view: DifferenceView, qtbot: QtBot) -> None:
    lines = tuple(line("columns", f"column {n}", "text", "date") for n in range(200))
    view.show_difference(difference(lines, ()))
    list_ = rows(view, "columns")
    scroll = view.findChild(QScrollArea)
    assert scroll is not None
    qtbot.waitUntil(lambda: scroll.verticalScrollBar().maximum() > 2000)
    view.activateWindow()
    list_.setFocus()
    qtbot.waitUntil(list_.hasFocus)
    assert list_.currentIndex().row() == 0
    qtbot.keyClick(list_, Qt.Key.Key_End)
    assert list_.currentIndex().row() == 199
    shown = list_.viewport().mapTo(scroll.viewport(), list_.visualRect(list_.currentIndex()).center())
    assert 0 <= shown.y() <= scroll.viewport().height()
    qtbot.keyClick(list_, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "column 199: text → date"


def test_that_thousands_of_columns_are_rows_of_one_widget(view: DifferenceView, qtbot: QtBot) -> None:
    count = len(view.findChildren(QWidget))
    lines = tuple(line("columns", f"column {n}", f"number, 0 to {n}", f"number, 1 to {n}") for n in range(5000))
    view.show_difference(difference(lines, ()))
    qtbot.waitUntil(lambda: rows(view, "columns").height() > 100_000)
    assert len(view.findChildren(QWidget)) == count
    assert "5,000 differences" in words(view)


def test_that_nothing_differs_is_said_and_all_can_still_be_seen(view: DifferenceView, qtbot: QtBot) -> None:
    view.show_difference(difference((line("plan", "Seed", "0", "0"),), ()))
    empty = view.findChild(Empty)
    assert empty is not None
    assert empty.isVisible()
    assert empty.accessibleName().startswith("Nothing differs.")
    assert "Nothing differs." in view.as_text()
    qtbot.mouseClick(button(view, "difference_all"), Qt.MouseButton.LeftButton)
    assert not empty.isVisible()
    assert told(view, "plan") == ["Seed: 0"]


def test_that_the_card_is_told_by_signs_and_colours(view: DifferenceView, qapp: QApplication) -> None:
    view.show_difference(difference())
    text = part(view, "difference_card_text")
    assert isinstance(text, QPlainTextEdit)
    assert text.toPlainText().splitlines() == [
        "· line 1", " # Breast cancer", "−for the spring", "+for the summer", "+and all after",
    ]  # fmt: skip
    assert text.isReadOnly()
    assert text.accessibleName() == "How the card changed: 2 lines added, 1 line removed"
    theme.apply(qapp, "dark")
    block = text.document().findBlockByNumber(2)
    assert block.blockFormat().background().color() == theme.color("danger.soft")


def test_that_a_long_card_is_limited_and_copied_whole(view: DifferenceView) -> None:
    card = tuple(f"+line {number}" for number in range(400))
    view.show_difference(difference((), card))
    text = part(view, "difference_card_text")
    assert isinstance(text, QPlainTextEdit)
    assert text.blockCount() == 200
    assert text.height() < 400
    assert "and 200 lines more, which “Copy” has" in words(view)
    assert "+line 399" in view.as_text()


# -- answers that come, and do not ------------------------------------------------------------------------------------


def test_that_answers_about_other_versions_are_passed_by(view: DifferenceView) -> None:
    view.show_loading(version(NEW, 2), version(OLD, 1), LABELS)
    view.show_difference(difference())
    view.show_verdict(verdict())
    assert "Reading what differs …" in words(view)
    assert "v2 is better" not in words(view)


def test_that_what_was_shown_goes_when_two_others_are_asked_for(view: DifferenceView) -> None:
    view.show_difference(difference())
    view.show_verdict(verdict())
    view.show_error("Gone", "", "")
    view.show_loading(version(OLD, 1), version("c" * 40, 3), LABELS)
    assert all(not rows(view, section).isVisible() for section in TITLES)
    assert not part(view, "difference_card").isVisible()
    assert "v2 is better" not in words(view)
    assert "Gone" not in words(view)
    assert view.accessibleName() == "The difference of v1 and v3"


def test_that_an_error_takes_the_place_of_what_is_waited_for(view: DifferenceView) -> None:
    view.show_error("It is damaged", "The description is no JSON.", "Take it again.")
    problem = view.findChild(ProblemCard)
    assert problem is not None
    assert words(problem) == ["It is damaged", "The description is no JSON.", "Take it again."]
    assert not part(view, "difference_verdict").isVisible()
    assert "Reading what differs …" not in words(view)


def test_that_an_error_leaves_what_is_known(view: DifferenceView) -> None:
    view.show_difference(difference())
    view.show_error("No verdict came", "", "")
    assert "7 differences" in words(view)
    assert not part(view, "difference_verdict").isVisible()
    assert button(view, "difference_copy").isEnabled()


# -- as text ----------------------------------------------------------------------------------------------------------


def test_that_copy_puts_what_is_shown_to_the_clipboard(view: DifferenceView, qtbot: QtBot) -> None:
    view.show_difference(difference())
    view.show_verdict(verdict())
    qtbot.mouseClick(button(view, "difference_copy"), Qt.MouseButton.LeftButton)
    text = QGuiApplication.clipboard().text()
    assert text == view.as_text()
    assert button(view, "difference_copy").text() == "Copied"
    assert text.startswith("# Difference of v1 and v2\n")
    assert "- **v1** (champion, audit) “why”, Ada, " in text
    assert "\nv2 is better: by much.\n" in text
    assert "| ROC AUC | 0.9853 (0.978 to 0.991) | 0.9918 (0.985 to 0.996) | ↑ 0.0065 better |" in text
    assert "| Threshold | 0.5 | 0.42 |" in text
    assert "Seed" not in text
    assert text.endswith("```diff\n" + "\n".join(CARD) + "\n```\n")
    view._copied.timeout.emit()
    assert button(view, "difference_copy").text() == "Copy"


@given(name=st.text(max_size=30), value=st.text(max_size=30), card=st.lists(st.text("`ab ", max_size=8), max_size=4))
def test_that_no_value_breaks_out_of_its_cell_nor_a_card_out_of_its_block(
    name: str, value: str, card: list[str]
) -> None:
    row = DifferenceRow(name, value, "after")
    pair = (version(OLD, 1), version(NEW, 2))
    text = as_markdown(pair, Labels(), None, {"model": [row]}, [f"+{line}" for line in card])
    lines = text.split("\n")
    cells = lines[lines.index("|---|---|---|") + 1]
    assert cells.replace("\\\\", "").replace("\\|", "").count("|") == 4
    if card:
        fence = lines[lines.index("## Card") + 2].removesuffix("diff")
        block = text.partition(f"{fence}diff\n")[2]
        assert block == "\n".join(f"+{line}" for line in card) + f"\n{fence}\n"


# -- the lineage ------------------------------------------------------------------------------------------------------

BACK = (
    Link(kind="version", id=NEW, name="Version 2: why", detail="by Ada"),
    Link(kind="run", id="run-1", name="A forest", detail="Random forest, seed 0, 1.2 s"),
    Link(kind="dataset", id="ds-1", name="clinic", detail="566 rows", state="bin"),
    Link(kind="split", name="spring", detail="test rows 81bc"),
    Link(kind="dataset", id="ds-0", name="Made from", detail="2 steps", state="gone"),
    Link(kind="recipe", name="How it was read", detail="recipe 77aa"),
    Link(kind="source", id="/data/clinic.csv", name="clinic.csv", detail="12 bytes", state="changed"),
)
SIBLINGS = tuple(Link(kind="model", id=f"model-{n}", name=f"Model {n}", detail="1 of 2 versions") for n in range(9))


@pytest.fixture
def lineage(dressed: QApplication, qtbot: QtBot) -> LineageView:
    made = LineageView()
    qtbot.addWidget(made)
    made.resize(316, 800)
    made.show_lineage(BACK, SIBLINGS)
    made.show()
    qtbot.waitExposed(made)
    return made


def pressable(view: QWidget) -> list[str]:
    return [row.accessibleName() for row in view.findChildren(QPushButton) if row.isVisible()]


def test_that_the_lineage_tells_each_step_and_whether_it_is_still_here(lineage: LineageView) -> None:
    shown = [row.accessibleName() for row in lineage.findChildren(QWidget) if row.objectName().startswith("lineage_")]
    assert shown[:7] == [
        "Version: Version 2: why, by Ada, here",
        "Run: A forest, Random forest, seed 0, 1.2 s, here; open it",
        "Dataset: clinic, 566 rows, in the bin; open it",
        "Split: spring, test rows 81bc, here",
        "Dataset: Made from, 2 steps, gone",
        "Recipe: How it was read, recipe 77aa, here",
        "File: clinic.csv, 12 bytes, changed; open it",
    ]
    assert words(part(lineage, "lineage_recipe")) == ["How it was read", "recipe 77aa", "here"]
    assert words(part(lineage, "lineage_run")) == ["A forest", "Run · Random forest, seed 0, 1.2 s", "here"]


def test_that_six_siblings_are_shown_and_the_rest_is_counted(lineage: LineageView) -> None:
    assert "Also made of this dataset" in words(lineage)
    assert len(pressable(lineage)) == 3 + 6
    assert words(lineage)[-1] == "and 3 more"
    lineage.show_lineage(BACK, SIBLINGS[:6])
    assert not any("more" in text for text in words(lineage))
    lineage.show_lineage(BACK)
    assert "Also made of this dataset" not in words(lineage)


def test_that_what_can_be_opened_is_opened_by_pointer_and_by_keys(lineage: LineageView, qtbot: QtBot) -> None:
    opened: list[tuple[str, str]] = []
    lineage.opened.connect(lambda kind, id_: opened.append((kind, id_)))
    lineage.activateWindow()
    lineage.setFocus()
    run = button(lineage, "lineage_run")
    qtbot.waitUntil(run.hasFocus)
    qtbot.keyClick(run, Qt.Key.Key_Space)
    qtbot.keyClick(run, Qt.Key.Key_Tab)
    focused = QApplication.focusWidget()
    assert isinstance(focused, QPushButton)
    qtbot.keyClick(focused, Qt.Key.Key_Space)
    source = button(lineage, "lineage_source")
    qtbot.mouseClick(source, Qt.MouseButton.LeftButton, pos=QPoint(60, source.height() // 2))
    qtbot.mouseClick(button(lineage, "lineage_model"), Qt.MouseButton.LeftButton)
    assert opened == [("run", "run-1"), ("dataset", "ds-1"), ("source", "/data/clinic.csv"), ("model", "model-0")]


def test_that_a_lineage_that_is_not_known_is_said(lineage: LineageView) -> None:
    lineage.show_lineage(())
    assert words(lineage) == ["It is not known where it comes from."]
    lineage.show_lineage((Link(kind="run", name="Trained elsewhere", state="unknown"),))
    assert words(lineage) == ["Trained elsewhere", "Run", "not known"]
    assert pressable(lineage) == []


def test_that_long_names_do_not_widen_the_lineage(lineage: LineageView, qapp: QApplication) -> None:
    theme.apply(qapp, "dark")
    lineage.show_lineage((Link(kind="run", id="r", name=LONG, detail=f"<b>{LONG}"),))
    assert lineage.minimumSizeHint().width() <= 316
    assert "&lt;b&gt;" in part(lineage, "lineage_run").toolTip()


# -- the record -------------------------------------------------------------------------------------------------------


def move(**others: object) -> AliasMove:
    fields: dict[str, object] = {
        "alias": "champion", "before": OLD, "after": NEW, "at": time.time() - 7260, "author": "Ada", "reason": "Better"
    }  # fmt: skip
    return AliasMove(**{**fields, **others})  # type: ignore[arg-type]  # a test's own table of fields


@pytest.fixture
def record(dressed: QApplication, qtbot: QtBot) -> RecordView:
    made = RecordView()
    qtbot.addWidget(made)
    made.resize(316, 800)
    made.show()
    qtbot.waitExposed(made)
    return made


def moves(view: RecordView) -> list[str]:
    found = view.findChildren(QWidget, "record_move")
    return [row.accessibleName() for row in found if row.isVisible()]


def test_that_each_move_tells_from_where_to_where_who_when_and_why(record: RecordView) -> None:
    gone = move(alias="night", before="c" * 40, after="", reason="Not used")
    record.show_moves((move(), move(before="", after=OLD), gone), {OLD: 1, NEW: 2})
    assert moves(record) == [
        "champion moved from v1 to v2 by Ada, 2 hours ago: Better",
        "champion given to v1 by Ada, 2 hours ago: Better",
        "night removed from ccccccc by Ada, 2 hours ago: Not used",
    ]
    assert {"Better", "Ada · 2 h ago", "new", "removed"} <= set(words(record))


def test_that_the_versions_of_a_move_are_opened(record: RecordView, qtbot: QtBot) -> None:
    record.show_moves((move(),), {OLD: 1, NEW: 2})
    opened: list[str] = []
    record.opened.connect(opened.append)
    versions = record.findChildren(QPushButton, "record_version")
    assert [one.text() for one in versions] == ["v1", "v2"]
    qtbot.keyClick(versions[1], Qt.Key.Key_Space)
    qtbot.mouseClick(versions[0], Qt.MouseButton.LeftButton)
    assert opened == [NEW, OLD]


def test_that_conditions_are_folded_until_they_are_asked_for(record: RecordView, qtbot: QtBot) -> None:
    checked = ("met: signed (by Ada)", "not met: latency <= 2 ms (3 ms)", "moved despite of what is not met")
    record.show_moves((move(checked=checked), move()))
    fold = button(record, "record_conditions")
    assert fold.text() == "1 condition met, 1 not"
    assert not part(record, "record_condition_lines").isVisible()
    qtbot.keyClick(fold, Qt.Key.Key_Space)
    assert words(part(record, "record_condition_lines")) == list(checked)
    assert fold.accessibleDescription() == "Shown below"
    qtbot.keyClick(fold, Qt.Key.Key_Space)
    assert not part(record, "record_condition_lines").isVisible()
    assert len(record.findChildren(QPushButton, "record_conditions")) == 1


@pytest.mark.parametrize(
    ("checked", "expected"),
    [
        (("met: a", "met: b", "not met: c"), "2 conditions met, 1 not"),
        (("not met: a",), "1 condition not met"),
        (("not met: a", "not met: b"), "2 conditions not met"),
        (("not known: a",), "1 condition not known"),
        (("met: a", "not known: b"), "1 condition met, 1 not known"),
        (("anything",), "1 note"),
    ],
)
def test_that_conditions_are_counted(checked: tuple[str, ...], expected: str) -> None:
    assert conditions_words(checked) == expected


def test_that_many_moves_are_shown_a_part_at_a_time(record: RecordView, qtbot: QtBot) -> None:
    record.show_moves(tuple(move(reason=f"reason {number}") for number in range(35)))
    more = button(record, "record_more")
    assert len(moves(record)) == 8
    assert more.text() == "Show 20 of 27 earlier moves"
    qtbot.keyClick(more, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(moves(record)) == 28)
    assert more.text() == "Show 7 of 7 earlier moves"
    qtbot.keyClick(more, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(moves(record)) == 35)
    assert not more.isVisible()
    assert moves(record)[-1].endswith("reason 34")


def test_that_no_move_is_said_and_long_words_do_not_widen_it(record: RecordView, qapp: QApplication) -> None:
    record.show_moves(())
    assert words(record) == ["No alias was moved yet."]
    theme.apply(qapp, "dark")
    record.show_moves((move(alias=LONG, author=LONG, reason=f"<b>{LONG}", checked=(f"met: {LONG}",)),))
    button(record, "record_conditions").click()
    assert record.minimumSizeHint().width() <= 316
    assert any(text.startswith("<b>") for text in words(record))


def test_that_a_verdict_card_alone_waits(dressed: QApplication, qtbot: QtBot) -> None:
    card = VerdictCard()
    qtbot.addWidget(card)
    assert card.accessibleName() == "Holding both against the test rows …"
