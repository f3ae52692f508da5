from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QLineEdit, QPushButton
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from aetheron_desktop.engine.registry.model import ModelInfo
from aetheron_desktop.engine.registry.repository import plain_files
from aetheron_desktop.ui.dialogs.confirm import confirm
from aetheron_desktop.ui.dialogs.predict import PredictDialog
from aetheron_desktop.ui.item_models.models_table import ModelsTable
from aetheron_desktop.ui.session import Session
from aetheron_desktop.ui.tabs.models import ModelsTab
from aetheron_desktop.ui.widgets.file_browser import FileBrowser
from aetheron_desktop.ui.widgets.model_details import ModelDetails
from aetheron_desktop.ui.widgets.versions.metric_table import MetricTable
from aetheron_desktop.ui.widgets.versions.texts import spoken_since
from tests.models import add_version, made_info, put_model
from tests.tables import made_dataset


@pytest.fixture
def models(session: Session) -> list[ModelInfo]:
    made = [made_info(1), made_info(2, status="stopped"), made_info(3)]
    return [put_model(session.workspace, info) for info in made]


@pytest.fixture
def tab(qtbot: QtBot, session: Session, models: list[ModelInfo], dressed: QApplication) -> ModelsTab:
    tab = ModelsTab(session)
    qtbot.addWidget(tab)
    tab.resize(1200, 700)
    tab.show()
    return tab


def column(tab: ModelsTab, place: int) -> list[str]:
    model = tab.view.model()
    return [str(model.index(row, place).data()) for row in range(model.rowCount())]


def test_that_each_model_is_listed_with_score_baseline_and_status(tab: ModelsTab) -> None:
    assert column(tab, 0) == ["Forest 3", "Forest 2", "Forest 1"]
    assert column(tab, 1)[0] == "ROC AUC 0.8300"
    assert column(tab, 2)[0] == "0.5000"
    assert column(tab, 3) == ["trained", "stopped early", "trained"]


def test_that_they_are_found_and_sorted(qtbot: QtBot, tab: ModelsTab) -> None:
    tab.view.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert column(tab, 0) == ["Forest 1", "Forest 2", "Forest 3"]
    qtbot.keyClicks(tab.findChild(QLineEdit, "models_filter"), "stopped")
    assert column(tab, 0) == ["Forest 2"]


def test_that_a_model_is_deleted_by_key_and_restored_from_the_bin(
    qtbot: QtBot, tab: ModelsTab, session: Session
) -> None:
    tab.show_model("model-2")
    with qtbot.waitSignal(session.noticed) as blocker:
        tab._do("bin", "model-2")
    assert (blocker.args[0].action, blocker.args[0].target) == ("undo-model", "model-2")
    assert blocker.args[0].title == "Model deleted"
    assert [info.id for info in session.workspace.models(binned=True)] == ["model-2"], "it is told once it is so"
    assert column(tab, 0) == ["Forest 3", "Forest 1"]
    qtbot.mouseClick(tab.findChild(QPushButton, "models_bin"), Qt.MouseButton.LeftButton)
    assert column(tab, 0) == ["Forest 2"]
    qtbot.mouseClick(tab.findChild(QPushButton, "model_restore"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: column(tab, 0) == [])
    qtbot.mouseClick(tab.findChild(QPushButton, "models_bin"), Qt.MouseButton.LeftButton)
    assert len(column(tab, 0)) == 3


def test_that_deleting_for_good_is_asked_first(qtbot: QtBot, tab: ModelsTab, session: Session) -> None:
    with qtbot.waitSignal(session.models_changed):
        session.models.bin("model-1")
    tab.findChild(QPushButton, "models_bin").setChecked(True)
    qtbot.mouseClick(tab.findChild(QPushButton, "model_delete"), Qt.MouseButton.LeftButton)
    assert len(session.workspace.models(binned=True)) == 1
    with qtbot.waitSignal(session.models_changed):
        qtbot.mouseClick(tab.findChild(QPushButton, "confirm_go"), Qt.MouseButton.LeftButton)
    assert session.workspace.models(binned=True) == []


def test_that_a_name_is_changed_in_place(qtbot: QtBot, tab: ModelsTab, session: Session) -> None:
    model = tab.view.model()
    with qtbot.waitSignal(session.models_changed):
        assert model.setData(model.index(0, 0), "My best", Qt.ItemDataRole.EditRole)
    assert session.workspace.model("model-3").name == "My best"
    assert "My best" in column(tab, 0)


def test_that_the_window_goes_on_while_a_model_is_in_use_and_what_waits_is_done_in_order(
    qtbot: QtBot, tab: ModelsTab, session: Session
) -> None:
    with plain_files.changing(session.workspace.shelf.folder("model-3")):
        session.models.rename("model-3", "First")
        session.models.rename("model-3", "Second")
        session.models.bin("model-3")
        assert column(tab, 0)[0] == "Forest 3"
    with qtbot.waitSignal(session.noticed) as blocker:
        pass
    assert blocker.args[0].detail == "Second is in the bin."
    assert column(tab, 0) == ["Forest 2", "Forest 1"]


def test_that_what_cannot_be_done_to_a_model_is_told(qtbot: QtBot, tab: ModelsTab, session: Session) -> None:
    with qtbot.waitSignal(session.noticed) as blocker:
        session.models.bin("model-none")
    assert blocker.args[0].level == "error"
    with qtbot.waitSignal(session.models_changed):
        session.models.rename("model-1", "It goes on")


def test_that_the_empty_list_says_what_to_do(qtbot: QtBot, session: Session, dressed: QApplication) -> None:
    tab = ModelsTab(session)
    qtbot.addWidget(tab)
    assert "press Train" in tab._empty.accessibleName()


def test_that_the_predict_dialog_refuses_what_cannot_be(qtbot: QtBot, tmp_path: Path, dressed: QApplication) -> None:
    dialog = PredictDialog(made_info(1))
    qtbot.addWidget(dialog)
    dialog.show()
    go = dialog.findChild(QPushButton, "predict_go")
    out = dialog.findChild(QLineEdit, "predict_out")
    assert not go.isEnabled()
    reached = []
    for _ in range(6):
        qtbot.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Tab)
        reached.append((dialog.focusWidget() or dialog).objectName())
    assert reached == [
        "predict_source", "predict_source_browse", "predict_out", "predict_out_browse", "predict_with_input",
        "predict_cancel",
    ]  # fmt: skip
    # Whatever is typed on the way to a file is no error of the program.
    for typed in ("/", ".", "..", "~", str(tmp_path), str(tmp_path / "missing.csv")):
        dialog._source.setText(typed)
        assert "There is no file" in dialog._problem.text()
        assert not out.text()
    source = tmp_path / "new.csv"
    source.write_text("size,colour\n1,red\n")
    dialog.set_source(source)
    assert out.text() == str(tmp_path / "new-predictions.csv")
    assert go.isEnabled()
    for wrong in (str(source), str(tmp_path / "x.docx"), str(tmp_path / "nowhere" / "x.csv")):
        out.setText(wrong)
        assert not go.isEnabled()
        assert dialog._problem.text()
    out.setText(str(tmp_path / "out.parquet"))
    dialog.findChild(QCheckBox, "predict_with_input").setChecked(True)
    with qtbot.waitSignal(dialog.wanted) as blocker:
        qtbot.mouseClick(go, Qt.MouseButton.LeftButton)
    assert blocker.args == [str(source), str(tmp_path / "out.parquet"), True]


def test_that_the_item_model_keeps_its_promises(qtmodeltester: ModelTester) -> None:
    table = ModelsTable()
    table.show_models([made_info(1), made_info(2)])
    qtmodeltester.check(table)


def test_that_the_file_pane_lists_opens_renames_and_deletes(
    qtbot: QtBot, session: Session, models: list[ModelInfo], tmp_path: Path, dressed: QApplication
) -> None:
    pane = FileBrowser(session)
    qtbot.addWidget(pane)
    pane.show()
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "table.csv").write_text("a,b\n1,2\n")
    (folder / "song.mp3").write_text("la")
    qtbot.waitUntil(lambda: pane.files_view.model() is not None)
    pane.show_folder(folder)
    files, root = pane.files_view.model(), pane.files_view.rootIndex()
    qtbot.waitUntil(lambda: files.rowCount(root) > 0)
    names = [files.index(row, 0, root).data() for row in range(files.rowCount(root))]
    assert "table.csv" in names
    assert "song.mp3" not in names
    tree = pane.workspace_view.model()
    branch = tree.index(1, 0)
    assert branch.data() == "Models (3)"
    first = tree.index(0, 0, branch)
    with qtbot.waitSignal(session.show_wanted) as blocker:
        pane._open_item(first)
    assert blocker.args == ["model", "model-3"]
    with qtbot.waitSignal(session.models_changed):
        assert tree.setData(first, "Renamed", Qt.ItemDataRole.EditRole)
    assert session.workspace.model("model-3").name == "Renamed"
    with qtbot.waitSignal(session.noticed) as blocker:
        pane._remove_item(tree.index(0, 0, tree.index(1, 0)))
    assert blocker.args[0].detail == "Renamed is in the bin."
    assert tree.index(1, 0).data() == "Models (2)"
    dragged = pane._tree.mimeData([pane._tree.index(0, 0, pane._tree.branch("model"))])
    assert dragged.urls()[0].toLocalFile().endswith("model-2")


def test_that_a_folder_without_tables_says_so(
    qtbot: QtBot, session: Session, tmp_path: Path, dressed: QApplication
) -> None:
    pane = FileBrowser(session)
    qtbot.addWidget(pane)
    pane.show()
    qtbot.waitUntil(lambda: pane.files_view.model() is not None)
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "cat.jpg").write_text("miaow")
    words = pane.findChild(QLabel, "files_empty")
    assert words is not None
    pane.show_folder(folder)
    qtbot.waitUntil(words.isVisible)
    (folder / "cats.csv").write_text("name,age\nTom,3\n")
    qtbot.waitUntil(pane.files_view.isVisible)
    assert not words.isVisible()


def test_that_the_models_made_of_a_dataset_are_shown(tab: ModelsTab, session: Session) -> None:
    dataset = made_dataset(session.workspace.root / "datasets" / "0123456789abcdee")
    info = msgspec.structs.replace(dataset.info, id="0123456789abcdee", name="visits")
    session.workspace.add_dataset(info)
    put_model(session.workspace, made_info(4, dataset=info.id, dataset_name=info.name))
    put_model(session.workspace, made_info(5, dataset="other", dataset_name="elsewhere"))
    tab.show_models_of(info.id)
    assert "Forest 4" in column(tab, 0)
    assert "Forest 5" not in column(tab, 0)


def test_that_strangers_words_are_shown_as_they_stand(qtbot: QtBot, session: Session, dressed: QApplication) -> None:
    odd = "<b>x</b> & <img src='file:///x'>"
    put_model(
        session.workspace,
        made_info(4, name=odd, target=odd, dataset_name=odd, features=(odd,)),
    )
    tab = ModelsTab(session)
    qtbot.addWidget(tab)
    tab.show()
    tab.show_model("model-4")
    model = tab.view.model()
    for place in (0, 5, 6):
        tip = model.index(0, place).data(Qt.ItemDataRole.ToolTipRole)
        assert "<b>" not in tip
        assert "&lt;b&gt;x" in tip
    shown = [label for label in tab.findChildren(QLabel) if "<img" in label.text().replace("\N{ZERO WIDTH SPACE}", "")]
    assert len(shown) >= 3
    assert {label.textFormat() for label in shown} == {Qt.TextFormat.PlainText}
    dialog = confirm(tab, odd, odd, "Go", lambda: None)
    heads = [label for label in dialog.findChildren(QLabel) if label.text() == odd]
    assert [label.textFormat() for label in heads] == [Qt.TextFormat.PlainText] * 2
    dialog.reject()


def test_that_a_metric_that_is_not_known_is_shown_as_it_stands(qtbot: QtBot, dressed: QApplication) -> None:
    table = MetricTable(made_info(1, metrics={"roc_auc": 0.8, "odd_one": 1.0}), {})
    qtbot.addWidget(table)
    assert "Odd one" in [label.text() for label in table.findChildren(QLabel)]


def test_that_a_time_that_no_calendar_has_is_a_dash(qtbot: QtBot, dressed: QApplication) -> None:
    table = ModelsTable()
    table.show_models([made_info(1, created=1e300)])
    assert table.index(0, 7).data() == "–"
    assert spoken_since(1e300)
    details = ModelDetails()
    qtbot.addWidget(details)
    details.show_model(made_info(1, created=1e300))
    assert "–" in [label.text() for label in details.findChildren(QLabel)]


def test_that_the_key_asks_in_the_bin_and_the_question_says_how_much_goes(
    qtbot: QtBot, tab: ModelsTab, session: Session
) -> None:
    add_version(session.workspace, "model-1", made_info(1), weights=b"two")
    with qtbot.waitSignal(session.models_changed):
        session.models.bin("model-1")
    tab.findChild(QPushButton, "models_bin").setChecked(True)
    (key,) = [short for short in tab.view.findChildren(QShortcut) if short.key() == QKeySequence("Del")]
    key.activated.emit()
    assert tab.findChild(QPushButton, "confirm_go") is not None
    assert any("all 2 versions" in label.text() for label in tab.findChildren(QLabel))
    qtbot.mouseClick(tab.findChild(QPushButton, "confirm_cancel"), Qt.MouseButton.LeftButton)
    assert [info.id for info in session.workspace.models(binned=True)] == ["model-1"]
