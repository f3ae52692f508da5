"""A workspace, a session and a window for each test, and the watch that nothing of it stays behind."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QThread
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from aetheron_desktop.engine.workspace import Workspace
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.collector import collect_due
from aetheron_desktop.ui.jobs import Jobs
from aetheron_desktop.ui.main_window import MainWindow
from aetheron_desktop.ui.session import Session
from aetheron_desktop.ui.settings import Settings
from aetheron_desktop.ui.widgets import motion

LIMIT_MS = 30_000


@pytest.fixture(autouse=True)
def nothing_left_behind(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test that leaves a window or a running thread behind is a failed test."""
    started: list[QThread] = []
    start = QThread.start

    def remembered(thread: QThread, *arguments: object) -> None:
        started.append(thread)
        start(thread, *arguments)

    monkeypatch.setattr(QThread, "start", remembered)
    before = set(QApplication.topLevelWidgets())
    yield
    running = [thread.objectName() for thread in started if _runs(thread)]
    left = [widget for widget in QApplication.topLevelWidgets() if widget not in before and widget.isVisible()]
    for widget in left:
        widget.hide()
    assert not running, f"threads still running: {running}"
    assert not left, f"windows left open: {left}"


@pytest.fixture(autouse=True)
def garbage_in_one_thread() -> Iterator[None]:
    """As in the program: no thread but the window's looks for garbage."""
    gc.disable()
    yield
    collect_due()
    gc.enable()


@pytest.fixture(autouse=True)
def pointer_aside(qapp: QApplication) -> None:
    """Nothing lies under the pointer, wherever the test before has left it."""
    QCursor.setPos(qapp.primaryScreen().geometry().bottomRight())


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the settings of whoever runs it."""
    monkeypatch.setenv("AETHERON_CONFIG", str(tmp_path / "config"))


@pytest.fixture(autouse=True)
def no_warm_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker loads the learning libraries ahead, which takes longer than most tests."""
    monkeypatch.setattr(Jobs, "warm_up", lambda self: None)


@pytest.fixture
def dressed(qapp: QApplication) -> Iterator[QApplication]:
    """The application in the light theme, without motion."""
    theme.apply(qapp, "light")
    motion.prefer("reduced")
    yield qapp
    theme.apply(qapp, "light")
    motion.prefer("system")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    workspace = Workspace.open(tmp_path / "workspace")
    yield workspace
    workspace.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(tmp_path / "config" / "window.json")
    settings.values.motion = "reduced"
    settings.values.scheme = "light"
    settings.values.tray = False
    return settings


@pytest.fixture
def session(workspace: Workspace, qtbot: QtBot) -> Iterator[Session]:
    session = Session(workspace)
    yield session
    shut_down(session, qtbot)


@pytest.fixture
def make_window(
    dressed: QApplication, workspace: Workspace, settings: Settings, qtbot: QtBot
) -> Iterator[Callable[[], MainWindow]]:
    """Make main windows that have painted their first frame and finished their start."""
    made: list[MainWindow] = []

    def make() -> MainWindow:
        window = MainWindow(Session(workspace), settings)
        window.setParent(None)
        made.append(window)
        with qtbot.waitSignal(window.first_painted, timeout=LIMIT_MS):
            window.show()
        window.finish_start()
        return window

    yield make
    for window in made:
        if not window.is_closed:
            with qtbot.waitSignal(window.closed, timeout=LIMIT_MS):
                window.shut_down("cancel")
        window.deleteLater()
    made.clear()
    # Now, and not at some later turn of the event loop, when its workspace has gone.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def window(make_window: Callable[[], MainWindow]) -> MainWindow:
    return make_window()


def shut_down(session: Session, qtbot: QtBot) -> None:
    """End a session and wait until it has ended."""
    with qtbot.waitSignal(session.finished, timeout=LIMIT_MS):
        session.shut_down("cancel")


def _runs(thread: QThread) -> bool:
    try:
        return thread.isRunning()
    except RuntimeError:  # Qt has deleted it, which it does with threads that have ended
        return False
