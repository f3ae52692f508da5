"""The window: puts the parts together, shows the session's state, and begins and ends in good order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDockWidget, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import application_icon
from aetheron_desktop.ui.main_window.commands import GOING, Commands
from aetheron_desktop.ui.runs import default_parallel_limit
from aetheron_desktop.ui.widgets import menus, motion
from aetheron_desktop.ui.widgets.header import Header
from aetheron_desktop.ui.widgets.job_line import JobLine
from aetheron_desktop.ui.widgets.monitor import MonitorButton
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.notice_board import NoticeBoard
from aetheron_desktop.ui.widgets.pages import Pages
from aetheron_desktop.ui.widgets.start_page import StartPage

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QResizeEvent

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.jobs.monitor import Sample
    from aetheron_desktop.ui.actions import Page
    from aetheron_desktop.ui.arrivals import ImportState
    from aetheron_desktop.ui.session import Session
    from aetheron_desktop.ui.settings import Settings
    from aetheron_desktop.ui.tabs.analyze import AnalyzeTab
    from aetheron_desktop.ui.tabs.compare import CompareTab
    from aetheron_desktop.ui.tabs.data import DataTab
    from aetheron_desktop.ui.tabs.models import ModelsTab
    from aetheron_desktop.ui.tabs.train import TrainTab
    from aetheron_desktop.ui.widgets.drop_overlay import DropOverlay
    from aetheron_desktop.ui.widgets.training_request import TrainChoice
    from aetheron_desktop.ui.widgets.tray import Tray

_SIZE = (1280, 820)
# What the desktop may need for the title line and the borders of a window.
_FRAME = (16, 48)
_TRAIN_DELAY_MS = 250
_LAYOUT_VERSION = 1


class MainWindow(Commands):
    """``first_painted`` tells that all of the window is on the screen, ``closed`` that nothing of it runs any more."""

    first_painted = Signal()
    closed = Signal()

    def __init__(self, session: Session, settings: Settings) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setWindowTitle("Aetheron Desktop")
        self.setWindowIcon(application_icon())
        self.setAcceptDrops(True)
        self.setMinimumSize(760, 520)
        self.session = session
        self.settings = settings
        self._tray: Tray | None = None
        self._ready_to_close = False
        self._build()
        self._connect()
        self.apply_preferences()
        self._restore()
        self.show_pages()
        # A ring around the first control would be the first thing to be seen.
        self.start_page.setFocus()
        self.header.installEventFilter(self)

    @property
    def is_closed(self) -> bool:
        """Whether the session has ended and the window with it."""
        return self._ready_to_close

    # -- building -----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.header = Header(self)
        menus.fill(self.header.menus, self, self)
        self.setMenuWidget(self.header)
        self.start_page = StartPage(self)
        self.start_page.show_recent(self.settings.recent())
        self.pages = Pages(self)
        self.pages.add("start", "Start", "sparkles", lambda: self.start_page)
        self.pages.add("data", "Data", "table", self._make_data)
        self.pages.add("train", "Train", "train", self._make_train)
        self.pages.add("analyze", "Analyze", "eye", self._make_analyze)
        self.pages.add("compare", "Compare", "chart", self._make_compare)
        self.pages.add("models", "Models", "models", self._make_models)
        self.setCentralWidget(self.pages)
        self.files = named(QDockWidget("Files", self), "files", "Files")
        self.files.setTitleBarWidget(QWidget(self.files))
        self.files.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self.files)
        self.job_line = JobLine(self)
        self.monitor = MonitorButton(self)
        bar = self.statusBar()
        bar.setObjectName("status_bar")
        bar.setSizeGripEnabled(False)
        bar.addWidget(self.job_line, 1)
        bar.addPermanentWidget(self.monitor)
        self.board = NoticeBoard(self.header.bell, self)
        self._overlay: DropOverlay | None = None

    def _connect(self) -> None:
        session, header, start = self.session, self.header, self.start_page
        header.search_wanted.connect(self.show_palette)
        header.datasets_wanted.connect(self.show_datasets)
        header.scheme_wanted.connect(self.toggle_scheme)
        header.notices_wanted.connect(self.toggle_notices)
        start.open_wanted.connect(self.choose_file)
        start.file_wanted.connect(self.open_path)
        start.forget_wanted.connect(self._forget_recent)
        self.job_line.cancel_wanted.connect(session.cancel_import)
        self.monitor.clicked.connect(self.show_monitor)
        self.board.acted.connect(self.act_on)
        session.dataset_opened.connect(self._on_dataset)
        session.datasets_changed.connect(self._on_datasets)
        session.models_changed.connect(self.show_pages)
        session.trust.import_wanted.connect(self.import_as_fixed)
        session.run_added.connect(self._on_run)
        session.run_changed.connect(self._on_run)
        session.import_changed.connect(self._on_import)
        session.noticed.connect(self.board.tell)
        session.show_wanted.connect(self._on_show_wanted)
        session.resources_sampled.connect(self._on_sample)
        session.finished.connect(self._on_finished)

    def _make_data(self) -> DataTab:
        from aetheron_desktop.ui.tabs.data import DataTab  # a tab is loaded when it is needed, not at the start

        tab = DataTab(self.session)
        tab.train_requested.connect(lambda: self.show_page("train"))
        tab.import_again_requested.connect(self.import_again)
        return tab

    def _make_train(self) -> TrainTab:
        from aetheron_desktop.ui.tabs.train import TrainTab
        from aetheron_desktop.ui.widgets.training_request import TrainChoice

        tab = TrainTab(self.session)
        tab.model_requested.connect(self.show_model)
        tab.analysis_requested.connect(self.analyze_run)
        tab.trust_requested.connect(lambda: self.show_data_view("trust"))
        values = self.settings.values
        tab.setup.show_choice(TrainChoice(values.train_mode, values.train_time_s, tuple(values.train_estimators)))
        tab.setup.choice_changed.connect(self._remember_training)
        return tab

    def _make_analyze(self) -> AnalyzeTab:
        from aetheron_desktop.ui.tabs.analyze import AnalyzeTab

        tab = AnalyzeTab(self.session)
        tab.rows_wanted.connect(self.show_rows)
        return tab

    def _make_compare(self) -> CompareTab:
        from aetheron_desktop.ui.tabs.compare import CompareTab

        tab = CompareTab(self.session)
        tab.model_requested.connect(self.show_model)
        tab.rows_wanted.connect(self.show_rows)
        return tab

    def _make_models(self) -> ModelsTab:
        from aetheron_desktop.ui.tabs.models import ModelsTab

        tab = ModelsTab(self.session)
        tab.analysis_requested.connect(self.analyze_version)
        tab.data_requested.connect(lambda: self.show_page("data" if self.has_dataset() else "start"))
        return tab

    def finish_start(self) -> None:
        """Do what the first painted frame did not need: files, earlier runs, the machine, the desktop's wishes."""
        from aetheron_desktop.ui.widgets.file_browser import FileBrowser

        files = FileBrowser(self.session, self.files)
        files.files_wanted.connect(self.open_paths)
        self.files.setWidget(files)
        self.session.start()
        self.show_pages()
        self._show_last_page()
        motion.ask_desktop()
        self._use_tray()

    def _show_last_page(self) -> None:
        # The others need a dataset, or are shown anyway.
        pages: tuple[Page, ...] = ("train", "analyze", "compare", "models")
        for page in pages:
            if page == self.settings.values.tab:
                self.show_page(page)

    def _use_tray(self) -> None:
        from aetheron_desktop.ui.widgets.tray import Tray

        if self._tray is None and Tray.is_available():
            self._tray = Tray(self)
            self._tray.show_wanted.connect(self.come_to_front)
            self._tray.quit_wanted.connect(self.leave)
            self.board.use_tray(self._tray)
        if self._tray is not None:
            self._tray.set_shown(self.settings.values.tray)

    # -- state --------------------------------------------------------------------------------------------------------

    def apply_preferences(self) -> None:
        """Take the preferences as they are now."""
        values = self.settings.values
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, values.scheme)
        motion.prefer(values.motion)
        self.start_page.accent.set_wanted(values.accent)
        self.session.monitor_interval_s = values.monitor_interval_s
        self.session.parallel_limit = values.parallel_runs or default_parallel_limit()
        self.session.keeps_core = values.keeps_core
        self.session.rest_on_battery(is_wanted=values.saves_battery)
        if self.pages.made("train") is not None:
            self.train_tab().setup.show_parallel(self.session.parallel_limit)
        if self._tray is not None:
            self._tray.set_shown(values.tray)

    def show_pages(self) -> None:
        opened = self.has_dataset()
        has_models = bool(self.session.runs) or bool(self.session.workspace.models())
        self.pages.set_available("start", available=True)
        self.pages.set_available("data", available=opened)
        self.pages.set_available("train", available=opened or bool(self.session.runs))
        self.pages.set_available("analyze", available=has_models)
        self.pages.set_available("compare", available=bool(self.session.runs))
        self.pages.set_available("models", available=has_models)
        self.pages.set_available("start", available=not opened or self._start_wanted)
        if self.pages.page is not None:
            self.pages.make(self.pages.page)

    def _on_dataset(self, dataset: Dataset | None) -> None:
        info = dataset.info if dataset is not None else None
        self.header.show_dataset(info.name if info else "", info.rows if info else 0)
        self.setWindowTitle(f"{info.name} – Aetheron Desktop" if info else "Aetheron Desktop")
        self._start_wanted = info is None
        self.show_pages()
        self.show_page("data" if info else "start")
        if info:
            # Made while the person looks at the table, so that Train is there at once.
            QTimer.singleShot(_TRAIN_DELAY_MS, self, self._make_train_soon)

    def _make_train_soon(self) -> None:
        if self.has_page("train"):
            self.pages.make("train")

    def _on_datasets(self) -> None:
        if self.session.dataset is not None:
            known = {info.id: info for info in self.session.workspace.datasets()}
            info = known.get(self.session.dataset.info.id)
            if info is not None:
                self.header.show_dataset(info.name, info.rows)

    def _on_run(self, _: str) -> None:
        if not self.has_page("models") or not self.has_page("train"):
            self.show_pages()
        motion.set_busy(self.has_running())
        self._show_job()

    def _on_import(self, state: ImportState | None) -> None:
        self._importing = state
        self._show_job()

    def _show_job(self) -> None:
        self.job_line.show_state(self._importing, list(self.session.runs.values()))

    def _on_sample(self, sample: Sample) -> None:
        self.monitor.add(sample)
        if self._history is not None and self._history.isVisible():
            self._history.show_samples(self.monitor.history)

    def _forget_recent(self) -> None:
        self.settings.values.recent_files = []
        self.settings.save()
        self.start_page.show_recent([])

    # -- the window itself --------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.header and event.type() == QEvent.Type.Paint:
            self.header.removeEventFilter(self)
            # The rest of the window is painted in the same go; the timer comes after it.
            QTimer.singleShot(0, self, self.first_painted.emit)
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.board.fit(self.room(), self.statusBar().height())
        if self._palette is not None and self._palette.isVisible():
            self._palette.fit()
        if self._history is not None and self._history.isVisible():
            self._history.hide()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        files = [url.fileName() for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._veil().cover(files)

    def _veil(self) -> DropOverlay:
        from aetheron_desktop.ui.widgets.drop_overlay import DropOverlay

        if self._overlay is None:
            self._overlay = DropOverlay(self)
        return self._overlay

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._veil().hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._veil().hide()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.come_to_front()
        self.open_paths([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            # Whoever comes back may have worked on the file meanwhile.
            self.session.look_at_source()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._ready_to_close:
            event.accept()
            return
        event.ignore()
        if self.has_running():
            self._ask_before_closing()
        else:
            self.shut_down("stop")

    def _ask_before_closing(self) -> None:
        from aetheron_desktop.ui.dialogs.close_while_running import CloseWhileRunningDialog

        if self.findChild(CloseWhileRunningDialog) is not None:
            return
        states = [run.status for run in self.session.runs.values()]
        waiting = states.count("queued")
        going = sum(state in GOING for state in states) - waiting
        dialog = CloseWhileRunningDialog(going, waiting, self)
        dialog.chosen.connect(self.shut_down)
        self.come_to_front()
        self.open_dialog(dialog)

    def shut_down(self, mode: Literal["keep", "stop", "cancel"]) -> None:
        """Remember the window, end the session, and close when it has ended."""
        self._remember()
        self.setEnabled(False)
        self.session.shut_down(mode)

    def _on_finished(self) -> None:
        self._ready_to_close = True
        if self._tray is not None:
            self._tray.set_shown(False)
        self.close()
        self.closed.emit()

    def _remember(self) -> None:
        values = self.settings.values
        values.geometry = _text(self.saveGeometry())
        values.layout = _text(self.saveState(_LAYOUT_VERSION))
        values.files_shown = not self.files.isHidden()
        values.tab = self.pages.page or ""
        self.settings.save()

    def _remember_training(self, choice: TrainChoice) -> None:
        values = self.settings.values
        values.train_mode, values.train_time_s = choice.mode, choice.seconds
        values.train_estimators = list(choice.estimators)

    def _restore(self) -> None:
        values = self.settings.values
        if not (values.geometry and self.restoreGeometry(_bytes(values.geometry))):
            # Not self.screen(): PySide deletes what that gives with the window, and Qt goes on using the screen.
            room = QGuiApplication.primaryScreen().availableGeometry().size()
            self.resize(min(_SIZE[0], room.width() - _FRAME[0]), min(_SIZE[1], room.height() - _FRAME[1]))
        if not (values.layout and self.restoreState(_bytes(values.layout), _LAYOUT_VERSION)):
            self.resizeDocks([self.files], [260], Qt.Orientation.Horizontal)
        self.files.setVisible(values.files_shown)


def _text(data: QByteArray) -> str:
    return bytes(data.toBase64().data()).decode("ascii")


def _bytes(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode("ascii", "replace"))
