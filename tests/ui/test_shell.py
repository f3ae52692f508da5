"""The window as a whole: its commands, its pages, its start and its end."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAccessible, QAction, QDragEnterEvent, QDropEvent, QImage, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from aetheron_desktop.engine.datasets.dataset import Dataset
from aetheron_desktop.engine.errors import UsageError, WorkspaceError
from aetheron_desktop.engine.jobs.progress import RunState
from aetheron_desktop.engine.workspace import Workspace
from aetheron_desktop.shipped import shipped
from aetheron_desktop.ui import app as program
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.actions import ACTIONS, MENUS, action
from aetheron_desktop.ui.app import Hooks, parse
from aetheron_desktop.ui.dialogs.about import AboutDialog
from aetheron_desktop.ui.dialogs.close_while_running import CloseWhileRunningDialog
from aetheron_desktop.ui.dialogs.help import PAGES, HelpDialog
from aetheron_desktop.ui.dialogs.import_preview import ImportDialog
from aetheron_desktop.ui.dialogs.preferences import PreferencesDialog
from aetheron_desktop.ui.dialogs.shortcuts import ShortcutsDialog
from aetheron_desktop.ui.dialogs.workspace_problem import WorkspaceProblem
from aetheron_desktop.ui.icons import names as icon_names
from aetheron_desktop.ui.instance import FirstWindow, ask_first_window
from aetheron_desktop.ui.main_window import MainWindow
from aetheron_desktop.ui.messages import Notice
from aetheron_desktop.ui.settings import Settings
from aetheron_desktop.ui.widgets import motion
from aetheron_desktop.ui.widgets.accent import Accent
from aetheron_desktop.ui.widgets.start_page import SAMPLES, StartPage
from tests.tables import made_dataset
from tests.ui.conftest import LIMIT_MS

HEAVY = ("torch", "sklearn", "pandas", "scipy", "lightgbm", "catboost", "skops", "safetensors")
LATE = ("numpy", "pyqtgraph", "duckdb", "pyarrow", "PySide6.QtNetwork", "psutil")


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    made = made_dataset(workspace.dataset_folder("0123456789abcdef"))
    workspace.add_dataset(made.info)
    return made


def add_run(window: MainWindow, status: str = "running") -> RunState:
    run = RunState(
        id="run-1", name="Ridge on apples", estimator="ridge", dataset="0123456789abcdef", target="price",
        task="regression", group="",
    )  # fmt: skip
    run.status = status  # type: ignore[assignment]
    window.session.runs[run.id] = run
    window.session.run_added.emit(run.id)
    return run


# -- commands ---------------------------------------------------------------------------------------------------------


def test_that_commands_have_ids_and_keys_of_their_own() -> None:
    ids = [one.id for one in ACTIONS]
    keys = [QKeySequence(key).toString() for one in ACTIONS for key in (one.shortcut, *one.more_shortcuts)]
    assert len(set(ids)) == len(ids)
    assert "" not in keys
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("one", ACTIONS, ids=lambda one: one.id)
def test_that_every_command_has_a_menu_an_icon_and_words(one: object) -> None:
    known = action(one.id)  # type: ignore[attr-defined]
    assert known.menu in MENUS
    assert known.icon in icon_names()
    assert known.text[0].isupper()


def test_that_an_unknown_command_is_an_error() -> None:
    with pytest.raises(KeyError):
        action("fly")


def test_that_the_menus_hold_every_command_with_its_keys(window: MainWindow) -> None:
    rows = {row.objectName(): row for row in window.findChildren(QAction) if row.objectName()}
    for one in ACTIONS:
        assert rows[one.id].text() == one.text
        assert rows[one.id].shortcut() == QKeySequence(one.shortcut)


def test_that_a_command_that_makes_no_sense_now_is_greyed_out_only_while_the_menu_is_open(window: MainWindow) -> None:
    menu = next(bar.menu() for bar in window.header.menus.actions() if bar.text() == "&Run")
    train = next(row for row in menu.actions() if row.objectName() == "run.train")
    menu.aboutToShow.emit()
    assert not train.isEnabled()
    menu.aboutToHide.emit()
    assert train.isEnabled()


@pytest.mark.parametrize(
    ("id_", "dialog"),
    [("file.preferences", PreferencesDialog), ("help.shortcuts", ShortcutsDialog), ("help.about", AboutDialog),
     ("help.contents", HelpDialog)],
)  # fmt: skip
def test_that_a_dialog_opens_beside_the_running_window_and_escape_closes_it(
    window: MainWindow, qtbot: QtBot, id_: str, dialog: type[QDialog]
) -> None:
    action(id_).run(window)
    opened = window.findChild(dialog)
    assert opened is not None
    assert opened.isVisible()
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    del opened
    qtbot.waitUntil(lambda: window.findChild(dialog) is None)


def test_that_every_command_that_makes_sense_at_the_start_can_be_run(window: MainWindow, qtbot: QtBot) -> None:
    left_out = {"file.quit", "file.workspace", "file.open", "view.full_screen"}
    for one in ACTIONS:
        if one.when(window) and one.id not in left_out:
            one.run(window)
            for dialog in window.findChildren(QDialog):
                dialog.close()
    window.palette_box().close_palette()


def test_that_the_shortcut_sheet_and_the_help_name_every_key(window: MainWindow) -> None:
    window.show_shortcuts()
    sheet = window.findChild(ShortcutsDialog)
    words = {label.text() for label in sheet.findChildren(QLabel)}
    assert {one.words for one in ACTIONS} <= words
    sheet.close()


# -- pages ------------------------------------------------------------------------------------------------------------


def test_that_an_empty_workspace_shows_the_start_page_alone(window: MainWindow) -> None:
    assert window.pages.page == "start"
    assert not window.pages.tabBar().isVisible()
    assert not any(window.has_page(page) for page in ("data", "train", "models"))


def test_that_a_dataset_brings_its_pages_and_takes_them_away(
    window: MainWindow, dataset: Dataset, qtbot: QtBot
) -> None:
    window.session.open_dataset(dataset.info.id)
    assert window.pages.page == "data"
    assert window.has_page("train")
    assert not window.has_page("models")
    assert dataset.info.name in window.windowTitle()
    assert dataset.info.name in window.header.dataset.accessibleName()
    window.show_page("start")
    assert window.pages.page == "start"
    window.close_dataset()
    assert window.pages.page == "start"
    assert not window.has_page("data")
    assert not window.header.dataset.isVisible()


def test_that_a_name_with_an_ampersand_is_shown_with_it(window: MainWindow) -> None:
    window.header.show_dataset("Q & A", 3)
    assert window.header.dataset.text() == "Q && A"


def test_that_a_run_brings_the_models_page(window: MainWindow) -> None:
    add_run(window, "succeeded")
    assert window.has_page("models")
    assert window.has_page("train")
    window.show_page("models")
    assert window.pages.page == "models"


def test_that_a_page_is_made_when_it_is_first_looked_at(window: MainWindow) -> None:
    add_run(window, "succeeded")
    assert window.pages.made("models") is None
    window.show_page("models")
    assert window.pages.made("models") is not None


def test_that_a_page_that_comes_to_the_front_has_the_focus_in_its_list(
    window: MainWindow, dataset: Dataset, qtbot: QtBot
) -> None:
    window.session.open_dataset(dataset.info.id)
    window.session.set_target("price")
    add_run(window, "succeeded")
    for page, list_ in (("models", "models"), ("train", "run_table"), ("data", "grid")):
        window.show_page(page)
        focused = window.focusWidget()
        assert focused is not None
        assert focused.objectName() == list_
    # A page that is in front already leaves the focus where it is.
    window.header.search.setFocus()
    window.show_page("data")
    assert window.focusWidget() is window.header.search


def test_that_the_status_bar_tells_what_goes_on(window: MainWindow) -> None:
    words = window.job_line.findChild(QLabel, "job_words")
    assert words.text() == "Ready"
    run = add_run(window)
    run.stage, run.done, run.total, run.eta_s = "Fit", 3.0, 10.0, 48.0
    window.session.run_changed.emit(run.id)
    assert words.text() == "Training: Ridge on apples · about 48 s left"
    assert not motion.is_idle_motion_allowed()
    run.status = "succeeded"
    window.session.run_changed.emit(run.id)
    assert words.text() == "Ready"


# -- start page -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.file)
def test_that_the_sample_data_is_there_and_as_large_as_promised(sample: object) -> None:
    path = shipped("data") / sample.file  # type: ignore[attr-defined]
    assert len(path.read_text().splitlines()) - 1 == sample.rows  # type: ignore[attr-defined]


def test_that_a_press_on_a_sample_asks_for_its_file(dressed: QApplication, qtbot: QtBot) -> None:
    page = StartPage()
    qtbot.addWidget(page)
    with qtbot.waitSignal(page.file_wanted) as asked:
        page.findChild(QPushButton, "sample_penguins").click()
    assert asked.args[0].name == "penguins.csv"


def test_that_recent_files_are_offered_and_can_be_forgotten(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window.settings.add_recent(tmp_path / "apples.csv")
    window.start_page.show_recent(window.settings.recent())
    row = window.start_page.findChild(QPushButton, "recent_0")
    assert row.accessibleName() == "Open apples.csv"
    window.start_page.findChild(QPushButton, "forget_recent").click()
    assert window.settings.recent() == []


def test_that_a_file_that_has_gone_is_told_in_words(window: MainWindow, tmp_path: Path) -> None:
    window.open_path(tmp_path / "gone.csv")
    notice = window.board.notices.all()[0]
    assert notice.level == "error"
    assert "gone.csv" in notice.detail
    assert notice.hint


def accent_in_a_window(qtbot: QtBot) -> Accent:
    host = QWidget()
    qtbot.addWidget(host)
    accent = Accent(host)
    accent.host = host  # type: ignore[attr-defined]
    return accent


def show_in_front(accent: Accent, qtbot: QtBot) -> None:
    host = accent.window()
    host.show()
    accent.rest()
    host.activateWindow()
    qtbot.waitUntil(host.isActiveWindow)


def test_that_the_light_moves_only_where_it_may(dressed: QApplication, qtbot: QtBot) -> None:
    accent = accent_in_a_window(qtbot)
    motion.prefer("full")
    show_in_front(accent, qtbot)
    assert accent.is_moving
    motion.set_busy(True)
    assert not accent.is_moving
    motion.set_busy(False)
    assert accent.is_moving
    motion.prefer("reduced")
    assert not accent.is_moving
    motion.prefer("full")
    accent.set_wanted(False)
    assert not accent.is_moving
    accent.set_wanted(True)
    accent.hide()
    assert not accent.is_moving


def test_that_the_light_comes_to_rest_by_itself(
    dressed: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aetheron_desktop.ui.widgets.accent._AWAKE_S", 0.05)
    motion.prefer("full")
    accent = accent_in_a_window(qtbot)
    show_in_front(accent, qtbot)
    assert accent.is_moving
    qtbot.waitUntil(lambda: not accent.is_moving)


# -- dropping ---------------------------------------------------------------------------------------------------------


def test_that_a_file_dropped_anywhere_is_opened(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(window, "preview_path", opened.append)
    file = tmp_path / "apples.csv"
    file.write_text("a,b\n1,2\n")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(600, 300), Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    overlay = window.findChild(QWidget, "drop_overlay")
    assert overlay.isVisible()
    QApplication.sendEvent(window, QDropEvent(QPointF(600, 300), Qt.DropAction.CopyAction, mime, buttons, keys))
    assert opened == [file]
    assert not overlay.isVisible()
    assert window.settings.recent() == [file]


def shown_import(window: MainWindow, qtbot: QtBot) -> ImportDialog:
    """Give the dialog that looks at a file, as soon as it has."""

    def seen() -> list[ImportDialog]:
        return [one for one in window.findChildren(ImportDialog) if one.isVisible()]

    qtbot.waitUntil(lambda: bool(seen()))
    go = seen()[0].findChild(QPushButton, "import_go")
    qtbot.waitUntil(go.isEnabled, timeout=30_000)
    return seen()[0]


def test_that_files_that_come_together_are_shown_one_after_the_other(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(window.session, "open_file", lambda path, recipe=None: opened.append(path))
    files = [tmp_path / f"{name}.csv" for name in "abc"]
    for file in files:
        file.write_text("a,b\n1,2\n")
    window.open_paths(files)
    first = shown_import(window, qtbot)
    assert "2 more" in first.findChild(QPushButton, "import_all").text()
    first.reject()
    second = shown_import(window, qtbot)
    assert second is not first
    second.findChild(QPushButton, "import_all").click()
    assert opened == files[1:]
    assert not [one for one in window.findChildren(ImportDialog) if one.isVisible()]


def test_that_a_file_is_imported_at_once_when_that_is_wanted(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(window.session, "open_file", opened.append)
    window.settings.values.preview = False
    file = tmp_path / "a.csv"
    file.write_text("a,b\n1,2\n")
    window.open_path(file)
    assert opened == [file]


def test_that_cells_on_the_clipboard_are_imported(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Path] = []
    monkeypatch.setattr(window, "preview_path", shown.append)
    QApplication.clipboard().setText("name\tage\nAda\t36")
    window.paste_table()
    assert shown[0].parent == window.session.workspace.root / "pasted"
    assert shown[0].read_text() == "name\tage\nAda\t36\n"
    assert shown[0].suffix == ".tsv"


def test_that_an_empty_clipboard_is_told_in_words(window: MainWindow) -> None:
    QApplication.clipboard().clear()
    window.paste_table()
    assert "no table on the clipboard" in window.board.notices.all()[0].detail


def test_that_a_drop_of_words_is_not_taken(window: MainWindow) -> None:
    mime = QMimeData()
    mime.setText("not a file")
    enter = QDragEnterEvent(
        QPoint(600, 300), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    enter.ignore()
    QApplication.sendEvent(window, enter)
    assert not enter.isAccepted()


# -- for everybody ----------------------------------------------------------------------------------------------------


def test_that_every_control_of_the_shell_has_a_name_for_tests_and_for_screen_readers(
    window: MainWindow, tmp_path: Path
) -> None:
    parts: list[QWidget] = [window.header, window.start_page, window.statusBar()]
    parts += [PreferencesDialog(window.settings.values, tmp_path, window), ShortcutsDialog(window)]
    parts += [AboutDialog(tmp_path, window), CloseWhileRunningDialog(1, 1, window), window.palette_box()]
    kinds = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox)
    for part in parts:
        for control in [child for kind in kinds for child in part.findChildren(kind)]:
            if control.objectName().startswith("qt_") or control.focusPolicy() == Qt.FocusPolicy.NoFocus:
                continue
            heard = QAccessible.queryAccessibleInterface(control).text(QAccessible.Text.Name)
            assert control.objectName(), f"{type(control).__name__} {heard} in {part.objectName()}"
            assert heard, f"{control.objectName()} in {part.objectName()}"


def test_that_tab_goes_round_the_whole_window(window: MainWindow, qtbot: QtBot) -> None:
    window.header.search.setFocus()
    seen: set[str] = set()
    for _ in range(60):
        # The window's own, not the application's: a screen without a window manager activates no window.
        widget = window.focusWidget() or window
        seen.add(widget.objectName())
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
    assert {"search", "scheme", "bell", "open_file", "sample_penguins", "monitor"} <= seen


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(760, 520), (1280, 800), (1920, 1080)])
def test_that_the_window_is_drawn_at_every_size_in_both_schemes(
    window: MainWindow, dressed: QApplication, scheme: theme.Scheme, size: tuple[int, int]
) -> None:
    theme.apply(dressed, scheme)
    window.resize(*size)
    window.board.tell(Notice("warning", "A notice", "with a detail that is long enough to need a second line of words"))
    QApplication.processEvents()
    image = window.grab().toImage()
    assert (image.width(), image.height()) == size
    ground = theme.color("surface")
    assert image.pixelColor(size[0] // 2, 2) == ground
    for toast in window.board.toasts.shown:
        assert window.rect().contains(toast.geometry())


# -- the end ----------------------------------------------------------------------------------------------------------


def test_that_the_window_remembers_its_size_and_what_was_shown(
    make_window: Callable[[], MainWindow], settings: Settings, qtbot: QtBot
) -> None:
    first = make_window()
    first.resize(780, 640)
    first.toggle_files()
    with qtbot.waitSignal(first.closed, timeout=LIMIT_MS):
        first.close()
    assert not first.isVisible()
    second = make_window()
    assert (second.width(), second.height()) == (780, 640)
    assert second.files.isHidden()


def test_that_damaged_geometry_is_no_harm(make_window: Callable[[], MainWindow], settings: Settings) -> None:
    settings.values.geometry, settings.values.layout = "nonsense", "%%%"
    assert make_window().width() >= 760


@pytest.mark.parametrize(
    ("button", "mode"), [("close_keep", "keep"), ("close_stop", "stop"), ("close_cancel", "cancel")]
)
def test_that_closing_while_runs_go_on_asks_what_becomes_of_them(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, button: str, mode: str
) -> None:
    add_run(window)
    window.close()
    dialog = window.findChild(CloseWhileRunningDialog)
    assert window.isVisible()
    assert not dialog.isHidden()
    asked: list[str] = []
    shut_down = window.session.shut_down
    monkeypatch.setattr(window.session, "shut_down", lambda mode: (asked.append(mode), shut_down(mode)))
    with qtbot.waitSignal(window.closed, timeout=LIMIT_MS):
        dialog.findChild(QPushButton, button).click()
    assert asked == [mode]
    assert not window.isVisible()


def test_that_the_window_stays_when_the_person_changes_their_mind(window: MainWindow) -> None:
    add_run(window)
    window.close()
    dialog = window.findChild(CloseWhileRunningDialog)
    dialog.findChild(QPushButton, "stay").click()
    assert window.isVisible()
    assert window.isEnabled()
    window.session.runs.clear()


# -- the program ------------------------------------------------------------------------------------------------------


def test_that_arguments_of_the_window_are_read() -> None:
    given = parse(
        ["a.csv", "b.parquet", "--workspace", "w", "--scheme", "dark", "--screenshot", "p.png", "--size", "800x600"]
    )
    assert given.files == (Path("a.csv"), Path("b.parquet"))
    assert given.workspace == Path("w")
    assert given.scheme == "dark"
    assert given.screenshot == Path("p.png")
    assert given.size == (800, 600)
    assert parse([]) == program.Arguments()


def test_that_wrong_arguments_end_with_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["--scheme", "pink"])
    assert ended.value.code == 2
    assert "pink" in capsys.readouterr().err


def test_that_a_second_start_is_heard_by_the_first(workspace: Workspace, qtbot: QtBot, tmp_path: Path) -> None:
    first = FirstWindow(workspace.root)
    assert first.is_listening
    code = (
        "import sys; from pathlib import Path\n"
        "from PySide6.QtCore import QCoreApplication; app = QCoreApplication([])\n"
        "from aetheron_desktop.ui.instance import ask_first_window\n"
        "sys.exit(0 if ask_first_window(Path(sys.argv[1]), [Path(sys.argv[2])]) else 1)"
    )
    with qtbot.waitSignal(first.asked, timeout=LIMIT_MS) as asked:
        second = subprocess.Popen([sys.executable, "-c", code, str(workspace.root), str(tmp_path / "apples.csv")])
    assert asked.args == [[tmp_path / "apples.csv"]]
    assert second.wait(30) == 0
    first.close()


def test_that_a_workspace_without_a_window_does_not_answer(tmp_path: Path) -> None:
    assert not ask_first_window(tmp_path, [])


def test_that_a_workspace_that_cannot_be_opened_is_told_with_a_way_on(dressed: QApplication, qtbot: QtBot) -> None:
    dialog = WorkspaceProblem(WorkspaceError("/w was written by a newer version.", hint="Update the program."))
    qtbot.addWidget(dialog)
    words = {label.text() for label in dialog.findChildren(QLabel)}
    assert {"The workspace cannot be opened", "/w was written by a newer version.", "Update the program."} <= words
    assert dialog.findChild(QPushButton, "choose_folder") is not None
    with qtbot.waitSignal(dialog.rejected):
        dialog.findChild(QPushButton, "quit").click()


@pytest.fixture
def hooks(tmp_path: Path) -> Hooks:
    return Hooks(tmp_path)


def test_that_an_unexpected_error_is_logged_and_offered_once(hooks: Hooks, tmp_path: Path) -> None:
    told: list[Notice] = []
    hooks.noticed.connect(told.append)
    for _ in range(3):
        error = ZeroDivisionError("a bug")
        hooks._on_error(type(error), error, None)
    assert [notice.action for notice in told] == ["log"]
    assert Path(told[0].target).read_text().count("ZeroDivisionError: a bug") == 3


def test_that_an_expected_error_that_nobody_caught_is_told_in_its_own_words(hooks: Hooks) -> None:
    told: list[Notice] = []
    hooks.noticed.connect(told.append)
    error = UsageError("No such thing.", hint="Choose another.")
    hooks._on_error(UsageError, error, None)
    assert (told[0].title, told[0].detail, told[0].hint) == (UsageError.title, "No such thing.", "Choose another.")


def test_that_a_log_that_cannot_be_written_is_no_second_error(tmp_path: Path) -> None:
    hooks = Hooks(tmp_path / "missing")
    hooks._on_error(ValueError, ValueError("x"), None)


@pytest.mark.parametrize("moment", ["import", "paint", "start"])
def test_that_the_window_loads_no_learning_library_and_plots_only_after_the_first_frame(
    tmp_path: Path, moment: str
) -> None:
    code = f"""
import sys
from pathlib import Path
import aetheron_desktop.ui.app as program
from PySide6.QtWidgets import QApplication
def tell():
    print(*sorted(sys.modules))
    sys.stdout.flush()
    import os; os._exit(0)
if {moment!r} == "import":
    tell()
from aetheron_desktop.engine.workspace import Workspace
from aetheron_desktop.ui.main_window import MainWindow
app = QApplication([])
program.theme.apply(app, "light")
window = MainWindow(program.Session(Workspace.open(Path({str(tmp_path / "w")!r}))), program.Settings())
def painted():
    if {moment!r} == "start":
        window.finish_start()
    tell()
window.first_painted.connect(painted)
window.show()
app.exec()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    loaded = set(done.stdout.split())
    assert not loaded & set(HEAVY)
    if moment != "start":
        assert not loaded & set(LATE)


def test_that_a_picture_of_the_window_can_be_drawn_without_a_screen(tmp_path: Path) -> None:
    picture = tmp_path / "window.png"
    arguments = [
        "--workspace",
        str(tmp_path / "w"),
        "--screenshot",
        str(picture),
        "--scheme",
        "dark",
        "--size",
        "900x600",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "aetheron_desktop", *arguments], capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (900, 600)
    assert image.pixelColor(450, 2).name() == theme.tokens("dark").colors["surface"]


# -- help -------------------------------------------------------------------------------------------------------------


def test_that_every_help_page_is_there_and_every_link_leads_to_one() -> None:
    folder = shipped("resources") / "help"
    names = {name for name, _ in PAGES}
    assert {path.stem for path in folder.glob("*.md")} == names
    for path in folder.glob("*.md"):
        for link in re.findall(r"\]\(([^)]+)\)", path.read_text(encoding="utf-8")):
            assert link.removesuffix(".md") in names


def test_that_a_link_leads_to_its_page(dressed: QApplication, qtbot: QtBot) -> None:
    dialog = HelpDialog()
    qtbot.addWidget(dialog)
    dialog.show_page("getting-started")
    dialog.text.anchorClicked.emit(QUrl("training.md"))
    assert dialog.text.toPlainText().startswith("Training")
    dialog.show_page("no such page")
    assert dialog.text.toPlainText().startswith("Getting started")
