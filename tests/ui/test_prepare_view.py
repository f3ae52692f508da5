"""Prepare in the window: steps are added, previewed, edited, moved, undone, copied, taken over, and made a dataset."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QInputDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QTableWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from aetheron_desktop.engine.datasets import steps as s
from aetheron_desktop.engine.datasets.dataset import Dataset
from aetheron_desktop.engine.datasets.preparing.answers import EffectQuestion, StepEffect
from aetheron_desktop.engine.datasets.preparing.journal import Journal
from aetheron_desktop.engine.datasets.steps import Step
from aetheron_desktop.ui.session import Session
from aetheron_desktop.ui.widgets.data_views.prepare import PrepareView
from aetheron_desktop.ui.widgets.prepare.kinds import KINDS
from aetheron_desktop.ui.widgets.prepare.step_form import StepForm
from aetheron_desktop.ui.widgets.prepare.step_list import StepList
from tests.tables import made_dataset
from tests.ui.answering import Answering

LIMIT_MS = 30_000
EVERY: tuple[Step, ...] = (
    s.KeepRows(condition="size > 50"),
    s.DropRows(condition="size > 50"),
    s.Sort(keys=(s.SortKey("size", descending=True), s.SortKey("count"))),
    s.Sample(rows=10, seed=4),
    s.Deduplicate(columns=("colour",), keep="last"),
    s.Fill(columns=("size",), by="constant", value="1.5"),
    s.Replace(columns=("colour",), find="red", put="rot", match="part"),
    s.Clip(columns=("size", "price"), low=0.05, high=0.95, by="quantiles"),
    s.Retype(columns=("count",), to="category"),
    s.Rename(column="size", to="width"),
    s.DropColumns(columns=("remark",)),
    s.Derive(name="double", expression="size * 2"),
    s.SplitText(column="remark", into=("first", "rest"), sign=" ", keep=False),
    s.SplitDate(column="seen", parts=("year", "weekday")),
    s.Join(dataset="made", keys=(s.KeyPair("count", "count"),), how="with", suffix=""),
    s.Concatenate(dataset="made"),
    s.Group(keys=("colour",), aggregations=(s.Aggregation("size", "mean", "m"), s.Aggregation("size", "rows", "n"))),
    s.Pivot(keys=("colour",), column="sort", value="size", summary="mean", values=("a", "b")),
    s.Melt(columns=("size", "price"), name="what", value="much"),
)


@pytest.fixture
def dataset(session: Session) -> Dataset:
    made = made_dataset(session.workspace.dataset_folder("0123456789abcdef"))
    session.workspace.add_dataset(made.info)
    return made


@pytest.fixture
def answering(session: Session, monkeypatch: pytest.MonkeyPatch, dressed: QApplication) -> Answering:
    return Answering(session, monkeypatch)


@pytest.fixture
def view(qtbot: QtBot, session: Session, dataset: Dataset, answering: Answering) -> Iterator[PrepareView]:
    view = PrepareView(session)
    qtbot.addWidget(view)
    view.resize(1000, 700)
    view.show()
    session.dataset = dataset
    view.show_dataset(dataset)
    yield view
    view.show_dataset(None)


def steps(dataset: Dataset) -> tuple[Step, ...]:
    return Journal(dataset).read().steps


def text(view: QWidget, name: str) -> str:
    label = view.findChild(QLabel, name)
    assert isinstance(label, QLabel)
    return label.text()


def press(view: QWidget, name: str) -> None:
    button = view.findChild(QAbstractButton, name)
    assert isinstance(button, QAbstractButton)
    assert button.isEnabled(), name
    button.click()


def choose(view: QWidget, name: str) -> None:
    action = view.findChild(QAction, name)
    assert isinstance(action, QAction)
    action.trigger()


def write(view: QWidget, name: str, words: str) -> None:
    line = view.findChild(QLineEdit, name)
    assert isinstance(line, QLineEdit)
    line.selectAll()
    QTest.keyClicks(line, words)


def tick(view: QWidget, name: str, *wanted: str) -> None:
    listed = view.findChild(QListWidget, name)
    assert isinstance(listed, QListWidget)
    for row in range(listed.count()):
        if listed.item(row).text() in wanted:
            listed.item(row).setCheckState(Qt.CheckState.Checked)


def lines(view: PrepareView) -> list[str]:
    listed = view.findChild(StepList, "step_list")
    assert isinstance(listed, StepList)
    found = []
    for row in range(listed.count()):
        _, sentence, effect, _ = listed.item(row).data(Qt.ItemDataRole.UserRole)
        found.append(f"{sentence}: {effect}")
    return found


def add_two(view: PrepareView) -> None:
    choose(view, "add_filter")
    write(view, "field_condition", "size > 50")
    press(view, "step_accept")
    choose(view, "add_drop_columns")
    tick(view, "field_columns", "remark", "seen")
    press(view, "step_accept")


def test_that_a_step_is_previewed_before_it_is_added(
    qtbot: QtBot, view: PrepareView, dataset: Dataset, answering: Answering
) -> None:
    choose(view, "add_fill")
    tick(view, "field_columns", "size")
    qtbot.waitUntil(lambda: bool(text(view, "effect_words")), timeout=LIMIT_MS)
    missing = dataset.info.schema.column("size").missing
    assert text(view, "effect_words") == f"{missing} cells"
    assert text(view, "effect_rows") == "200 rows before, 200 after"
    table = view.findChild(QTableWidget, "example_after")
    assert isinstance(table, QTableWidget)
    assert str(table.model().index(0, 0).data()).startswith("missing  →  ")
    assert steps(dataset) == ()
    press(view, "step_accept")
    assert steps(dataset) == (s.Fill(columns=("size",), by="median"),)
    assert lines(view) == [f"Fill missing size by the median: {missing} cells"]


def test_that_steps_are_undone_redone_moved_edited_and_removed(view: PrepareView, dataset: Dataset) -> None:
    add_two(view)
    first, second = steps(dataset)
    assert isinstance(first, s.KeepRows)
    press(view, "prepare_undo")
    assert steps(dataset) == (first,)
    shortcuts = {short.key().toString(): short for short in view.findChildren(QShortcut)}
    shortcuts["Ctrl+Shift+Z"].activated.emit()
    assert steps(dataset) == (first, second)
    shortcuts["Ctrl+Z"].activated.emit()
    assert steps(dataset) == (first,)
    press(view, "prepare_redo")
    listed = view.findChild(StepList, "step_list")
    assert isinstance(listed, StepList)
    listed.setCurrentRow(1)
    QTest.keyClick(listed, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert steps(dataset) == (second, first)
    listed.setCurrentRow(1)
    press(view, "prepare_edit")
    write(view, "field_condition", "size > 60")
    press(view, "step_accept")
    assert steps(dataset) == (second, s.KeepRows(condition="size > 60"))
    listed.setCurrentRow(0)
    QTest.keyClick(listed, Qt.Key.Key_Delete)
    assert steps(dataset) == (s.KeepRows(condition="size > 60"),)
    assert len(lines(view)) == 1


def test_that_a_step_is_dragged_to_another_place(view: PrepareView, dataset: Dataset) -> None:
    add_two(view)
    first, second = steps(dataset)
    listed = view.findChild(StepList, "step_list")
    assert isinstance(listed, StepList)
    model = listed.model()
    # What a drop within the list does to its rows.
    assert model.moveRow(listed.rootIndex(), 0, listed.rootIndex(), 2)
    assert steps(dataset) == (second, first)
    assert [line.split(" ")[0] for line in lines(view)] == ["Drop", "Keep"]


def test_that_only_effects_from_the_change_on_are_asked_again(view: PrepareView, answering: Answering) -> None:
    add_two(view)
    asked = [one for one in answering.asked if isinstance(one, EffectQuestion)]
    assert [one.first for one in asked] == [0, 1]


def test_that_a_step_that_does_not_fit_is_told_and_nothing_can_be_made(view: PrepareView, dataset: Dataset) -> None:
    add_two(view)
    choose(view, "add_filter")
    write(view, "field_condition", "remark = 'a'")
    press(view, "step_accept")
    assert lines(view)[2].startswith("Keep rows where remark = 'a': There is no column “remark”")
    assert "There is no column “remark”" in text(view, "effect_words")
    make = view.findChild(QAbstractButton, "prepare_make")
    assert isinstance(make, QAbstractButton)
    assert not make.isEnabled()
    press(view, "prepare_undo")
    assert make.isEnabled()


def test_that_a_field_that_is_not_filled_in_rightly_is_told(view: PrepareView, dataset: Dataset) -> None:
    choose(view, "add_clip")
    tick(view, "field_columns", "size")
    write(view, "field_low", "much")
    press(view, "step_accept")
    assert text(view, "step_problem") == "Lowest: “much” is not a number."
    assert steps(dataset) == ()
    press(view, "step_cancel")
    assert view.findChild(StepForm, "step_form", Qt.FindChildOption.FindDirectChildrenOnly) is None


@pytest.mark.parametrize("step", EVERY, ids=s.sentence)
def test_that_the_form_of_each_kind_gives_back_the_step_it_shows(
    view: PrepareView, dataset: Dataset, step: Step
) -> None:
    Journal(dataset).change((step,), "add", 0)
    view.show_dataset(dataset)
    assert "There is" not in lines(view)[0]
    press(view, "prepare_edit")
    press(view, "step_accept")
    assert steps(dataset) == (step,)
    assert Journal(dataset).read().revision == 1


def test_that_every_kind_of_step_has_a_form() -> None:
    tags = {one.__struct_config__.tag for one in s.Step.__args__}
    assert {kind.tag for kind in KINDS} == tags
    assert len(EVERY) == len(KINDS)
    for kind in KINDS:
        record = next(one for one in s.Step.__args__ if one.__struct_config__.tag == kind.tag)
        assert {field.name for field in kind.fields} == set(record.__struct_fields__)


def test_that_steps_are_copied_as_sql_and_python(view: PrepareView, dataset: Dataset) -> None:
    add_two(view)
    menu = view.findChild(QMenu, "prepare_more_menu")
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    choose(menu, "prepare_sql")
    assert "-- 1. Keep rows where size > 50" in QGuiApplication.clipboard().text()
    menu.aboutToShow.emit()
    choose(menu, "prepare_python")
    assert "frame = pd.read_parquet(" in QGuiApplication.clipboard().text()


def test_that_the_steps_of_another_dataset_and_of_a_file_are_taken(
    view: PrepareView, session: Session, dataset: Dataset, tmp_path: Path
) -> None:
    other = made_dataset(session.workspace.dataset_folder("fedcba9876543210"))
    session.workspace.add_dataset(msgspec.structs.replace(other.info, id="fedcba9876543210", name="other"))
    wanted: tuple[Step, ...] = (s.KeepRows(condition="size > 1"),)
    Journal(session.workspace.dataset("other")).change(wanted, "add", 0)
    menu = view.findChild(QMenu, "prepare_more_menu")
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    taken = [action for child in menu.findChildren(QMenu) for action in child.actions()]
    assert [action.text() for action in taken] == ["other (1 step)"]
    taken[0].trigger()
    assert steps(dataset) == wanted
    path = tmp_path / "steps.json"
    path.write_bytes(s.dumps((s.Sample(rows=3),)))
    view.steps_menu.open_file(str(path))
    assert steps(dataset) == (s.Sample(rows=3),)
    view.steps_menu.save_file(str(tmp_path / "kept.json"))
    assert s.load(tmp_path / "kept.json") == (s.Sample(rows=3),)


def test_that_the_keys_of_a_join_are_offered_from_the_other_dataset(view: PrepareView) -> None:
    choose(view, "add_join")
    right = view.findChild(QComboBox, "field_right")
    assert isinstance(right, QComboBox)
    assert right.itemText(0) == "size"
    assert right.count() == 9


def test_that_another_windows_change_is_told_and_shown(
    view: PrepareView, session: Session, dataset: Dataset, qtbot: QtBot
) -> None:
    add_two(view)
    Journal(dataset).change((), "remove all", 2)
    with qtbot.waitSignal(session.noticed) as told:
        press(view, "prepare_undo")
    assert "another window" in told.args[0].detail
    assert lines(view) == []


def test_that_a_dataset_is_made_by_a_worker_and_opened(
    qtbot: QtBot, session: Session, dataset: Dataset, dressed: QApplication
) -> None:
    view = PrepareView(session)
    qtbot.addWidget(view)
    view.show()
    session.open_dataset(dataset.info.id)
    view.show_dataset(session.dataset)
    add_two(view)
    preparation = view.preparation
    qtbot.waitUntil(lambda: len(preparation.effects) == 2, timeout=LIMIT_MS)
    assert all(isinstance(effect, StepEffect) for effect in preparation.effects.values())
    press(view, "prepare_make")
    dialog = view.findChild(QInputDialog, "prepare_name")
    assert isinstance(dialog, QInputDialog)
    dialog.setTextValue("large ones")
    with qtbot.waitSignal(session.dataset_opened, timeout=LIMIT_MS):
        dialog.accept()
    made = session.dataset
    assert made is not None
    assert made.info.name == "large ones"
    assert made.info.schema.names == ("size", "count", "colour", "fresh", "price", "sort", "sold")
    assert made.info.lineage is not None
    assert made.info.lineage.steps == steps(dataset)
    view.show_dataset(None)
