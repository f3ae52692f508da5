from pathlib import Path

import pandas as pd
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPlainTextEdit, QPushButton, QTableWidget, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from aetheron_desktop.engine.datasets.schema import Column
from aetheron_desktop.ui.dialogs.difference import DifferenceDialog
from aetheron_desktop.ui.dialogs.quarantine import QuarantineDialog
from aetheron_desktop.ui.item_models.columns import ColumnsModel, share
from aetheron_desktop.ui.item_models.table_pages import PAGE, TablePages
from aetheron_desktop.ui.session import Session
from aetheron_desktop.ui.tabs.data import DataTab
from aetheron_desktop.ui.widgets.grid.page_reader import PageReader, Source
from aetheron_desktop.ui.widgets.grid.table_grid import TableGrid
from tests.tables import made_dataset, made_table

ROWS = 1000


@pytest.fixture
def tab(qtbot: QtBot, session: Session, dressed: QApplication) -> DataTab:
    made = made_dataset(session.workspace.dataset_folder("0123456789abcdef"), made_table(ROWS))
    session.workspace.add_dataset(made.info)
    session.open_dataset(made.info.id)
    tab = DataTab(session)
    qtbot.addWidget(tab, before_close_func=lambda tab: tab.close_table())
    tab.resize(1000, 700)
    tab.show()
    return tab


def loaded(tab: DataTab) -> TablePages:
    pages = tab.grid.pages()
    assert pages is not None
    return pages


def test_that_the_rows_are_read_when_they_are_looked_at(qtbot: QtBot, tab: DataTab) -> None:
    pages = loaded(tab)
    assert pages.rowCount() == ROWS
    qtbot.waitUntil(lambda: pages.is_loaded(0))
    assert not pages.is_loaded(ROWS - 1)
    tab.grid.go_to_row(ROWS)
    qtbot.waitUntil(lambda: pages.is_loaded(ROWS - 1))
    expected = made_table(ROWS)["price"].iloc[-1]
    assert float(pages.cell(ROWS - 1, 6) or "nan") == pytest.approx(expected)


def test_that_a_missing_cell_is_marked_in_words(qtbot: QtBot, tab: DataTab) -> None:
    pages = loaded(tab)
    qtbot.waitUntil(lambda: pages.is_loaded(0))
    row = int(made_table(ROWS)["size"].isna().to_numpy()[:PAGE].argmax())
    assert pages.index(row, 0).data() == "missing"
    assert pages.index(row, 0).data(Qt.ItemDataRole.FontRole).italic()


def test_that_chosen_cells_are_copied_as_a_table(qtbot: QtBot, tab: DataTab) -> None:
    pages = loaded(tab)
    qtbot.waitUntil(lambda: pages.is_loaded(0))
    tab.grid.selectRow(0)
    QApplication.clipboard().clear()
    qtbot.keyClick(tab.grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: QApplication.clipboard().text() != "")
    cells = QApplication.clipboard().text().removesuffix("\n").split("\t")
    assert len(cells) == pages.columnCount()
    assert cells[2] == (made_table(ROWS)["colour"].iloc[0] or "")


def test_that_rows_never_looked_at_are_copied_too(
    qtbot: QtBot, tab: DataTab, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    qtbot.waitUntil(lambda: loaded(tab).is_loaded(0))
    tab.grid.selectAll()
    QApplication.clipboard().clear()
    tab.grid.copy()
    qtbot.waitUntil(lambda: QApplication.clipboard().text() != "")
    lines = QApplication.clipboard().text().splitlines()
    assert len(lines) == ROWS
    assert float(lines[-1].split("\t")[6]) == pytest.approx(made_table(ROWS)["price"].iloc[-1])
    monkeypatch.setattr("aetheron_desktop.ui.widgets.grid.table_grid._COPIED_CELLS", 50)
    with qtbot.waitSignal(session.noticed) as blocker:
        tab.grid.copy()
    assert f"of {ROWS:,} chosen rows" in blocker.args[0].detail


def test_that_a_wide_table_is_read_where_it_is_looked_at(qtbot: QtBot, tmp_path: Path, dressed: QApplication) -> None:
    width = 2_000
    pd.DataFrame({f"value {place}": [place, place + 0.5] for place in range(width)}).to_parquet(
        tmp_path / "wide.parquet"
    )
    grid = TableGrid()
    qtbot.addWidget(grid, before_close_func=lambda grid: grid.close_table())
    grid.resize(900, 500)
    grid.show()
    grid.show_table(tmp_path / "wide.parquet", [Column(f"value {place}", "number", 0, 2) for place in range(width)], 2)
    pages = grid.pages()
    assert pages is not None
    qtbot.waitUntil(lambda: pages.is_loaded(0))
    assert not pages.is_loaded(0, width - 1)
    grid.show_column(f"value {width - 1}")
    qtbot.waitUntil(lambda: pages.is_loaded(1, width - 1))
    assert pages.cell(1, width - 1) == f"{width - 1}.5"


def test_that_the_target_is_proposed_with_its_reason_and_can_be_changed(
    qtbot: QtBot, tab: DataTab, session: Session
) -> None:
    assert session.target == "sold"
    assert "made so" in tab.findChild(QLabel, "target_reason").text()
    session.set_target("price")
    assert session.task == "regression"
    assert tab.findChild(QLabel, "target_reason").text() == ""
    assert loaded(tab).headerData(6, Qt.Orientation.Horizontal, Qt.ItemDataRole.ForegroundRole) is not None


def test_that_a_wrong_choice_is_refused_in_place(tab: DataTab, session: Session) -> None:
    session.set_target("price")
    session.set_task("binary")
    problem = tab.findChild(QLabel, "target_problem")
    assert problem.isVisible()
    assert "price" in problem.text()
    session.set_task("regression")
    assert not problem.isVisible()


def test_that_a_column_is_taken_from_the_models_by_its_tick(tab: DataTab, session: Session) -> None:
    view = tab._columns.view
    model = view.model()
    row = next(row for row in range(model.rowCount()) if model.index(row, 0).data() == "remark")
    assert model.setData(model.index(row, 0), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert "remark" in session.excluded
    assert "remark" not in session.plan()[0].features


def test_that_it_leads_on_to_the_training(qtbot: QtBot, tab: DataTab) -> None:
    with qtbot.waitSignal(tab.train_requested):
        qtbot.mouseClick(tab.findChild(QPushButton, "go_to_train"), Qt.MouseButton.LeftButton)


def test_that_the_name_of_the_table_has_room_before_the_words_on_buttons(tab: DataTab) -> None:
    export = tab.findChild(QPushButton, "export_table")
    assert isinstance(export, QPushButton)
    tab.resize(1600, 700)
    assert export.text() == "Export…"

    tab.resize(tab.minimumSizeHint().width(), 700)

    assert export.text() == ""
    assert (export.accessibleName(), bool(export.toolTip())) == ("Export", True)
    tab.resize(1600, 700)
    assert export.text() == "Export…"


def test_that_rows_in_quarantine_are_counted_and_shown(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    import msgspec

    made = made_dataset(session.workspace.dataset_folder("fedcba9876543210"))
    info = msgspec.structs.replace(made.info, id="fedcba9876543210", quarantined=2)
    lost = pd.DataFrame({"line": [4, 9], "text": ["a;b", "c"], "reason": ["too many cells", "too few cells"]})
    lost.to_parquet(made.folder / "quarantine.parquet")
    session.workspace.add_dataset(info)
    session.open_dataset(info.id)
    tab = DataTab(session)
    qtbot.addWidget(tab, before_close_func=lambda tab: tab.close_table())
    tab.show()
    button = tab.findChild(QPushButton, "show_quarantine")
    assert button.text() == "2 lines in quarantine"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    from aetheron_desktop.ui.dialogs.quarantine import QuarantineDialog

    dialog = tab.findChild(QuarantineDialog)
    pages = dialog._grid.pages()
    assert pages is not None
    qtbot.waitUntil(lambda: pages.is_loaded(0))
    assert [pages.cell(1, column) for column in range(3)] == ["9", "too few cells", "c"]
    dialog.reject()


def test_that_a_damaged_snapshot_is_told_in_words(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "data.parquet").write_bytes(b"PAR1 this is none")
    reader = PageReader(Source(tmp_path / "data.parquet"))
    with qtbot.waitSignal(reader.failed) as blocker:
        reader.start()
    assert "cannot be read" in blocker.args[0].detail
    reader.close()


def test_that_the_item_models_keep_their_promises(qtmodeltester: ModelTester) -> None:
    columns = (Column("a", "number", 0, 5), Column("b", "text", 1, 2))
    table = TablePages(columns, 3 * PAGE)
    table.take(0, 0, [("1.0", None)] * PAGE)
    qtmodeltester.check(table)
    model = ColumnsModel()
    model.show_columns(columns, 10, {"b": "text"})
    model.show_choice("a", {"b"})
    qtmodeltester.check(model)


@pytest.mark.parametrize(("part", "words"), [(0, "–"), (1, "<0.1 %"), (500, "5.0 %"), (10_000, "100.0 %")])
def test_that_a_little_is_never_shown_as_nothing(part: int, words: str) -> None:
    assert share(part, 10_000) == words


def test_that_the_table_is_written_where_its_person_says(
    qtbot: QtBot, tab: DataTab, session: Session, tmp_path: Path
) -> None:
    told: list[str] = []
    session.noticed.connect(lambda notice: told.append(f"{notice.title}: {notice.detail}"))
    tab.findChild(QPushButton, "export_table").click()
    dialog = tab.findChild(QFileDialog, "export_table_dialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "rows.csv"))
    dialog.close()
    qtbot.waitUntil(lambda: told == ["Table saved: rows.csv"], timeout=30_000)
    assert len(pd.read_csv(tmp_path / "rows.csv")) == ROWS


def test_that_the_ending_follows_the_format(qtbot: QtBot, tab: DataTab, tmp_path: Path) -> None:
    tab.ask_for_file()
    dialog = tab.findChild(QFileDialog, "export_table_dialog")
    assert dialog is not None
    dialog.setDirectory(str(tmp_path))
    dialog.selectFile(str(tmp_path / "mine.csv"))
    dialog.filterSelected.emit("Excel (*.xlsx)")
    assert Path(dialog.selectedFiles()[0]).name == "mine.xlsx"
    dialog.close()


# -- versions ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def people(qtbot: QtBot, session: Session, tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text("id,age\n" + "".join(f"p{number:02},{number % 7}\n" for number in range(30)))
    with qtbot.waitSignal(session.dataset_opened, timeout=30_000):
        session.open_file(path)
    return path


def test_that_a_file_that_has_changed_is_noticed_and_becomes_a_new_version(
    qtbot: QtBot, session: Session, people: Path, dressed: QApplication
) -> None:
    tab = DataTab(session)
    qtbot.addWidget(tab, before_close_func=lambda tab: tab.close_table())
    tab.resize(1000, 700)
    tab.show()
    banner = tab.findChild(QWidget, "source_banner")
    qtbot.waitUntil(lambda: session.source == "same")
    assert not banner.isVisible()
    people.write_text(people.read_text().replace("p03,3\n", "p03,99\n") + "p77,1\n")
    session.look_at_source()
    qtbot.waitUntil(banner.isVisible)
    first = session.dataset.info
    assert not tab.findChild(QPushButton, "compare_versions").isVisible()
    with qtbot.waitSignal(session.dataset_opened, timeout=30_000):
        tab.findChild(QPushButton, "source_update").click()
    info = session.dataset.info
    assert (info.name, info.previous, info.rows) == ("people v2", first.id, 31)
    qtbot.waitUntil(lambda: session.source == "same")
    assert not banner.isVisible()
    tab.findChild(QPushButton, "compare_versions").click()
    dialog = tab.findChild(DifferenceDialog)
    facts = dialog.findChild(QLabel, "difference_facts")
    qtbot.waitUntil(lambda: "1 added, 0 removed, 1 changed, 29 the same" in facts.text(), timeout=30_000)
    rows = dialog.findChild(QTableWidget, "difference_rows")
    assert [[rows.item(row, place).text() for place in range(3)] for row in range(rows.rowCount())] == [
        ["~", "p03", "age: 3 → 99"], ["+", "p77", ""],
    ]  # fmt: skip
    dialog.findChild(QPushButton, "difference_added").click()
    assert rows.rowCount() == 1
    dialog.reject()


def test_that_a_notice_of_a_changed_file_is_put_off(
    qtbot: QtBot, session: Session, people: Path, dressed: QApplication
) -> None:
    tab = DataTab(session)
    qtbot.addWidget(tab, before_close_func=lambda tab: tab.close_table())
    tab.show()
    banner = tab.findChild(QWidget, "source_banner")
    people.write_text("id,age\nx,1\n")
    session.look_at_source()
    qtbot.waitUntil(banner.isVisible)
    tab.findChild(QPushButton, "source_later").click()
    assert not banner.isVisible()
    people.unlink()
    session.look_at_source()
    qtbot.waitUntil(lambda: session.source == "gone")
    assert not banner.isVisible()


def test_that_a_line_in_quarantine_is_edited_and_merged(
    qtbot: QtBot, session: Session, tmp_path: Path, dressed: QApplication
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,price\n" + "".join(f"{row},{row}.5\n" for row in range(20)) + "20,20,5\n")
    with qtbot.waitSignal(session.dataset_opened, timeout=30_000):
        session.open_file(path)
    tab = DataTab(session)
    qtbot.addWidget(tab, before_close_func=lambda tab: tab.close_table())
    tab.show()
    tab.findChild(QPushButton, "show_quarantine").click()
    dialog = tab.findChild(QuarantineDialog)
    grid, editor = dialog.findChild(TableGrid), dialog.findChild(QPlainTextEdit)
    merge = dialog.findChild(QPushButton, "quarantine_merge")
    assert not merge.isEnabled()
    qtbot.waitUntil(lambda: grid.model().index(0, 2).data() == "20,20,5")
    grid.setCurrentIndex(grid.model().index(0, 0))
    assert editor.toPlainText() == "20,20,5"
    editor.setPlainText("20,20.5")
    assert merge.text() == "Merge 1 line"
    editor.setPlainText("20,20,5")
    assert not merge.isEnabled()
    editor.setPlainText("20,20.5")
    with qtbot.waitSignal(session.dataset_opened, timeout=30_000):
        merge.click()
    info = session.dataset.info
    assert (info.name, info.rows, info.quarantined) == ("t v2", 21, 0)
    assert not tab.findChild(QPushButton, "show_quarantine").isVisible()


def test_that_the_quarantine_is_written_to_a_file(
    qtbot: QtBot, session: Session, tmp_path: Path, dressed: QApplication
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,price\n1,1.5\n2,2.5\n3,3,5\n")
    with qtbot.waitSignal(session.dataset_opened, timeout=30_000):
        session.open_file(path)
    told: list[str] = []
    session.noticed.connect(lambda notice: told.append(notice.title))
    dialog = QuarantineDialog(session.dataset)
    qtbot.addWidget(dialog)
    dialog.export_wanted.connect(lambda out: session.outputs.write_table(session.dataset.info.id, out, quarantine=True))
    dialog.show()
    dialog.findChild(QPushButton, "quarantine_export").click()
    chosen = dialog.findChild(QFileDialog, "quarantine_export_dialog")
    chosen.fileSelected.emit(str(tmp_path / "aside.csv"))
    chosen.close()
    qtbot.waitUntil(lambda: told == ["Table saved"], timeout=30_000)
    assert pd.read_csv(tmp_path / "aside.csv")["text"].tolist() == ["3,3,5"]
    dialog.reject()
