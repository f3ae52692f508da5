"""A picture of the window, drawn without a screen."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QTimer

from aetheron_desktop.engine.errors import AetheronError, StorageError
from aetheron_desktop.engine.workspace import Workspace
from aetheron_desktop.ui.main_window import MainWindow
from aetheron_desktop.ui.session import Session
from aetheron_desktop.ui.widgets.motion import prefer

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtCore import SignalInstance

    from aetheron_desktop.ui.actions import Page
    from aetheron_desktop.ui.settings import Settings

_SETTLE_MS = 1500
_SHUT_DOWN_MS = 5000


def take(root: Path | None, settings: Settings, picture: Path, *, page: Page | None, size: tuple[int, int]) -> int:
    """Draw the newest state of the workspace into the PNG file ``picture``, and give the exit code.

    ``page`` is what the picture shows, by default the runs where there are some; ``size`` is in points. The workspace
    may be open in a window; nothing of it is changed, nor are the settings.
    """
    try:
        workspace = Workspace.open(root)
    except AetheronError as error:
        return _refuse(error)
    settings.values.geometry = settings.values.layout = ""
    settings.values.motion = "reduced"
    prefer("reduced")
    session = Session(workspace)
    window = MainWindow(session, settings)
    window.resize(*size)
    window.show()
    window.finish_start()
    _show_newest(window, page)
    _wait(_SETTLE_MS)
    saved = window.grab().save(str(picture), "PNG")
    _close(window)
    workspace.close()
    if not saved:
        return _refuse(StorageError(f"{picture} could not be written.", hint="Check the folder, or choose another."))
    return 0


def _show_newest(window: MainWindow, page: Page | None) -> None:
    session = window.session
    datasets = session.workspace.datasets()
    newest = next(iter(session.workspace.runs()), None)
    if datasets and page != "start":
        known = [info.id for info in datasets]
        session.open_dataset(newest.dataset if newest is not None and newest.dataset in known else known[0])
    window.show_page(page or ("train" if newest is not None else "data" if datasets else "start"))


def _close(window: MainWindow) -> None:
    session = window.session
    _wait(_SHUT_DOWN_MS, until=session.finished, first=lambda: session.shut_down("keep"))
    window.deleteLater()


def _wait(milliseconds: int, *, until: SignalInstance | None = None, first: object = None) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    if until is not None:
        until.connect(loop.quit)
    if callable(first):
        QTimer.singleShot(0, first)
    loop.exec()


def _refuse(error: AetheronError) -> int:
    print(f"{error.title}: {error.detail} {error.hint}".rstrip(), file=sys.stderr)  # noqa: T201  # there is no window
    return 1
