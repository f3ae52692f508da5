"""The start and the end of the window: arguments, workspace, first paint, and what happens to errors nobody expected.

Every import that the first painted frame does not need stands inside the function that needs it: the frame has a budget
of 200 ms from the start of the process.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, QtMsgType, Signal, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from aetheron_desktop.engine.errors import AetheronError, WorkspaceLocked
from aetheron_desktop.engine.workspace import Workspace
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import application_icon
from aetheron_desktop.ui.main_window import MainWindow
from aetheron_desktop.ui.messages import Notice
from aetheron_desktop.ui.session import Session
from aetheron_desktop.ui.settings import Settings

if TYPE_CHECKING:
    from types import TracebackType

    from PySide6.QtCore import QMessageLogContext

    from aetheron_desktop.ui.actions import Page


@dataclass(frozen=True, slots=True)
class Arguments:
    """What the command line of the window asks for."""

    files: tuple[Path, ...] = ()
    workspace: Path | None = None
    scheme: Literal["light", "dark"] | None = None
    screenshot: Path | None = None
    pdf: tuple[Path, Path] | None = None
    page: Page | None = None
    size: tuple[int, int] = (1440, 900)


def main(argv: list[str]) -> int:
    """Open the window and give the exit code when it has closed."""
    arguments = parse(argv)
    if arguments.screenshot is not None or arguments.pdf is not None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if not _has_display():  # Qt would abort the process
        sys.stderr.write("There is no display to open the window on. Without one: aetheron --help\n")
        return 1
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication([sys.argv[0] if sys.argv else "aetheron-desktop"])
    if arguments.pdf is not None:
        return _print_report(*arguments.pdf)
    app.setApplicationName("Aetheron Desktop")
    app.setDesktopFileName("aetheron-desktop")
    app.setWindowIcon(application_icon())
    app.setQuitOnLastWindowClosed(False)
    settings = Settings()
    if arguments.scheme is not None:
        settings.values.scheme = arguments.scheme
    theme.apply(app, settings.values.scheme)
    if arguments.screenshot is not None:
        from aetheron_desktop.ui.snapshot import take  # a picture is drawn once, by whoever asks for it

        return take(arguments.workspace, settings, arguments.screenshot, page=arguments.page, size=arguments.size)
    program = Program(app, arguments, settings)
    program.start(arguments.workspace)
    return program.exit_code if program.has_ended else app.exec()


def _print_report(page: Path, out: Path) -> int:
    from aetheron_desktop.ui.printing import write_pdf  # a report is printed once, by whoever asks for it

    try:
        write_pdf(page.read_text(encoding="utf-8"), out)
    except (AetheronError, OSError, ValueError) as error:
        sys.stderr.write(f"The report cannot be printed: {error}\n")
        return 1
    return 0


def _has_display() -> bool:
    named = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in named)


def parse(argv: list[str]) -> Arguments:
    """Read the command line of the window; wrong usage ends the program with exit code 2."""
    if not argv:
        return Arguments()
    import argparse  # half of all starts have no arguments

    parser = argparse.ArgumentParser(prog="aetheron-desktop", description="Open the window of Aetheron Desktop.")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="tables to open")
    parser.add_argument("--workspace", type=Path, metavar="DIR", help="the folder that everything is kept in")
    parser.add_argument("--scheme", choices=("light", "dark"), help="colours for this time")
    parser.add_argument("--screenshot", type=Path, metavar="FILE", help="draw the window into a PNG file and exit")
    parser.add_argument(
        "--pdf",
        nargs=2,
        type=Path,
        metavar=("REPORT.html", "FILE.pdf"),
        help="print a report and exit, without a screen",
    )
    parser.add_argument(
        "--page", choices=("start", "data", "train", "analyze", "compare", "models"), help="what the picture shows"
    )
    parser.add_argument("--size", type=_size, default=(1440, 900), metavar="WxH", help="how large the picture is")
    given = parser.parse_args(argv)
    return Arguments(
        tuple(given.files),
        given.workspace,
        given.scheme,
        given.screenshot,
        tuple(given.pdf) if given.pdf else None,
        given.page,
        given.size,
    )


class Program(QObject):
    """Holds what lives as long as the program: workspace, session, window, and the ear for later starts."""

    def __init__(self, app: QApplication, arguments: Arguments, settings: Settings) -> None:
        super().__init__(app)
        self._app = app
        self._arguments = arguments
        self._settings = settings
        self._workspace: Workspace | None = None
        self._first: QObject | None = None
        self.window: MainWindow | None = None
        self.has_ended = False
        self.exit_code = 0

    def start(self, root: Path | None) -> None:
        """Open the workspace at ``root`` and its window, or say why not."""
        try:
            workspace = Workspace.open(root)
        except AetheronError as error:
            self._show_problem(error)
            return
        try:
            workspace.lock()
        except WorkspaceLocked as error:
            self._hand_over(workspace, error)
            return
        self._workspace = workspace
        self._open_window(workspace)

    def _open_window(self, workspace: Workspace) -> None:
        session = Session(workspace, self)
        self.window = MainWindow(session, self._settings)
        self._hooks = Hooks(workspace.root / "logs", self)
        self._hooks.noticed.connect(session.noticed)
        self._hooks.install()
        self.window.first_painted.connect(self._finish_start)
        self.window.closed.connect(self._end)
        self.window.show()

    def _finish_start(self) -> None:
        """Do what the first painted frame did not need."""
        _write_time(os.environ.get("AETHERON_FIRST_PAINT"))
        assert self.window is not None
        assert self._workspace is not None
        from aetheron_desktop.ui.collector import Collector
        from aetheron_desktop.ui.instance import FirstWindow  # QtNetwork

        Collector(self).start()
        self.window.finish_start()
        first = FirstWindow(self._workspace.root, self)
        first.asked.connect(self._on_asked)
        self._first = first
        self.window.open_paths([path.absolute() for path in self._arguments.files])

    def _on_asked(self, files: list[Path]) -> None:
        assert self.window is not None
        self.window.come_to_front()
        self.window.open_paths(files)

    def _hand_over(self, workspace: Workspace, error: WorkspaceLocked) -> None:
        from aetheron_desktop.ui.instance import ask_first_window

        root = workspace.root
        workspace.close()
        if ask_first_window(root, list(self._arguments.files)):
            self.has_ended = True
        else:
            self._show_problem(error)

    def _show_problem(self, error: AetheronError) -> None:
        from aetheron_desktop.ui.dialogs.workspace_problem import WorkspaceProblem

        dialog = WorkspaceProblem(error)
        self._problem = dialog
        dialog.folder_chosen.connect(self.start)
        dialog.rejected.connect(lambda: self._app.exit(1))
        dialog.open()

    def _end(self) -> None:
        if self._workspace is not None:
            self._workspace.close()
        self._hooks.remove()
        self._app.exit(0)


class Hooks(QObject):
    """Errors that nobody expected, of Python and of Qt: written to a log of this start, and offered in a notice."""

    noticed = Signal(object)  # Notice

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = folder / time.strftime("window-%Y%m%d-%H%M%S.log")
        self._told: set[str] = set()

    def install(self) -> None:
        """Hear of every error from now on."""
        sys.excepthook = self._on_error
        threading.excepthook = self._on_thread_error
        qInstallMessageHandler(self._on_qt_message)

    def remove(self) -> None:
        """Leave errors to Python and Qt again."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)

    def _on_error(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        import traceback  # only when something went wrong

        if issubclass(kind, KeyboardInterrupt):
            QApplication.exit(130)
            return
        self._write("".join(traceback.format_exception(kind, error, trace)))
        if isinstance(error, AetheronError):
            self.noticed.emit(Notice("error", error.title, error.detail, error.hint))
            return
        where = traceback.extract_tb(trace)[-1] if trace else None
        words = f"{kind.__name__}: {error}"
        if (key := f"{words} {where}") not in self._told:
            # The same bug in every frame is one bug.
            self._told.add(key)
            hint = "Your data and models are safe. The log says where it happened."
            self.noticed.emit(Notice("error", "Something unexpected happened", words, hint, "log", str(self._path)))

    def _on_thread_error(self, arguments: threading.ExceptHookArgs) -> None:
        self._on_error(arguments.exc_type, arguments.exc_value or arguments.exc_type(), arguments.exc_traceback)

    def _on_qt_message(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if kind != QtMsgType.QtDebugMsg:
            self._write(f"{kind.name}: {text}\n")

    def _write(self, text: str) -> None:
        try:
            with self._path.open("a", encoding="utf-8") as log:
                log.write(f"{time.strftime('%H:%M:%S')} {text}")
        except OSError:  # a full disk must not turn one error into two
            return


def _write_time(path: str | None) -> None:
    """Write when the first frame was on the screen, in seconds since 1970, for who measures the start."""
    if path:
        Path(path).write_text(f"{time.time()}\n", encoding="ascii")


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)
