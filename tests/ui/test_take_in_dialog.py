"""A model of another program, asked for and taken in."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QLabel, QLineEdit, QPushButton, QWidget

from aetheron_desktop.engine.datasets.splitting.frozen_split import SplitRequest
from aetheron_desktop.engine.datasets.splitting.parting import part
from aetheron_desktop.engine.versioning.changes import ImportForeign
from aetheron_desktop.ui.dialogs.version_wishes import VersionWishes
from aetheron_desktop.ui.dialogs.versions.take_in import TakeInDialog
from tests.engine.registry.foreign_files import TYPES, lightgbm_file, table
from tests.tables import made_dataset
from tests.ui.in_process import InProcess

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.workspace import Workspace
    from aetheron_desktop.ui.messages import Notice
    from aetheron_desktop.ui.session import Session

LIMIT_MS = 60_000
Kind = TypeVar("Kind", bound=QWidget)


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    made = made_dataset(workspace.dataset_folder("0123456789abcdef"), table(), TYPES)
    workspace.add_dataset(made.info)
    part(made, SplitRequest(name="held out", kind="random"))
    return made


def shown(qtbot: QtBot, workspace: Workspace, file: Path | None = None) -> TakeInDialog:
    dialog = TakeInDialog(workspace, file)
    dialog.wanted.connect(lambda change: None)
    qtbot.addWidget(dialog)
    dialog.open()
    return dialog


def find(dialog: QWidget, kind: type[Kind], name: str) -> Kind:
    made = dialog.findChild(kind, name)
    assert made is not None
    return made


def said(dialog: QWidget) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisibleTo(dialog))


def go(dialog: QWidget) -> None:
    find(dialog, QPushButton, "take_in_go").click()


def test_that_file_dataset_target_rows_and_name_are_told(
    qtbot: QtBot, workspace: Workspace, dataset: Dataset, tmp_path: Path, dressed: QApplication
) -> None:
    file = tmp_path / "theirs.onnx"
    file.write_bytes(b"whatever")
    dialog = shown(qtbot, workspace, file)
    assert find(dialog, QComboBox, "take_in_target").currentText() == "sold", "as the dataset proposes"
    rows = find(dialog, QComboBox, "take_in_rows")
    assert [rows.itemText(place) for place in range(rows.count())] == [
        "All rows with a target",
        "Test part of held out",
    ]
    rows.setCurrentIndex(1)
    find(dialog, QComboBox, "take_in_target").setCurrentText("price")
    find(dialog, QLineEdit, "take_in_name").setText("Theirs")
    with qtbot.waitSignal(dialog.wanted) as blocker:
        go(dialog)
    assert blocker.args == [
        ImportForeign(source=str(file), dataset=dataset.info.id, target="price", split="held out", name="Theirs")
    ]
    assert dialog.isVisible(), "its owner says how it went"
    assert not find(dialog, QPushButton, "take_in_go").isEnabled()
    dialog.show_error("The file cannot be used", "It holds an operator that is not known: Loop.", "Export it again.")
    assert "Loop" in said(dialog)
    assert find(dialog, QPushButton, "take_in_go").isEnabled()


def test_that_a_file_is_wrong_only_when_it_is_written_to_its_end(
    qtbot: QtBot, workspace: Workspace, dataset: Dataset, tmp_path: Path, dressed: QApplication
) -> None:
    dialog = shown(qtbot, workspace)
    go(dialog)
    assert "Choose the model's file." in said(dialog)
    path = find(dialog, QLineEdit, "take_in_file")
    path.setText(str(tmp_path))
    assert "There is no such file." in said(dialog)
    file = tmp_path / "it.txt"
    file.write_text("tree")
    path.setText(str(file))
    assert "There is no such file." not in said(dialog)
    path.setText(str(tmp_path / "other.txt"))
    assert "There is no such file." not in said(dialog), "it may still be written"
    go(dialog)
    assert "There is no such file." in said(dialog)


def test_that_without_a_table_it_says_what_to_do_first(
    qtbot: QtBot, workspace: Workspace, tmp_path: Path, dressed: QApplication
) -> None:
    file = tmp_path / "theirs.onnx"
    file.write_bytes(b"whatever")
    dialog = shown(qtbot, workspace, file)
    told: list[object] = []
    dialog.wanted.connect(told.append)
    go(dialog)
    assert "Open a table first" in said(dialog)
    assert told == []


def test_that_a_dataset_that_was_removed_meanwhile_is_no_question(
    qtbot: QtBot, workspace: Workspace, dataset: Dataset, tmp_path: Path, dressed: QApplication
) -> None:
    file = tmp_path / "theirs.onnx"
    file.write_bytes(b"whatever")
    dialog = shown(qtbot, workspace, file)
    find(dialog, QComboBox, "take_in_dataset").addItem("gone", "f" * 16)
    told: list[object] = []
    dialog.wanted.connect(told.append)
    find(dialog, QComboBox, "take_in_dataset").setCurrentText("gone")
    assert find(dialog, QComboBox, "take_in_target").count() == 0
    go(dialog)
    assert "not here any more" in said(dialog)
    assert told == []
    find(dialog, QComboBox, "take_in_dataset").setCurrentIndex(0)
    go(dialog)
    assert len(told) == 1


def test_that_the_file_can_be_looked_for(
    qtbot: QtBot, workspace: Workspace, dataset: Dataset, tmp_path: Path, dressed: QApplication
) -> None:
    dialog = shown(qtbot, workspace, tmp_path / "before.onnx")
    find(dialog, QPushButton, "take_in_file_browse").click()
    browse = find(dialog, QFileDialog, "take_in_browse_dialog")
    assert browse.directory().path() == str(tmp_path)
    browse.fileSelected.emit(str(tmp_path / "chosen.onnx"))
    browse.close()
    assert find(dialog, QLineEdit, "take_in_file").text() == str(tmp_path / "chosen.onnx")


def test_that_a_booster_of_another_program_becomes_a_model_and_a_foreign_text_does_not(
    qtbot: QtBot, session: Session, dataset: Dataset, tmp_path: Path, dressed: QApplication,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    pytest.importorskip("lightgbm")
    InProcess(session, monkeypatch)
    notices: list[Notice] = []
    session.noticed.connect(notices.append)
    above = QWidget()
    qtbot.addWidget(above)
    above.show()
    wishes = VersionWishes(session, above)
    file = tmp_path / "booster.txt"
    file.write_text("a letter to a friend")
    wishes.take_in(file)
    dialog = find(above, TakeInDialog, "take_in_dialog")
    go(dialog)
    qtbot.waitUntil(lambda: find(dialog, QPushButton, "take_in_go").isEnabled(), timeout=LIMIT_MS)
    assert session.workspace.models() == []
    assert notices == []
    lightgbm_file(file, "binary")
    with qtbot.waitSignal(dialog.finished, timeout=LIMIT_MS):
        go(dialog)
    assert [model.name for model in session.workspace.models()] == ["booster"]
    assert notices[0].title == "booster was taken in."
