"""What the main window does for its commands."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtWidgets import QApplication, QMainWindow

from aetheron_desktop.engine.datasets.dataset import next_name
from aetheron_desktop.engine.datasets.reading.endings import PACKED, TABLES
from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.shipped import shipped
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.messages import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QDialog, QDockWidget

    from aetheron_desktop.engine.datasets.checks.finding import Fix
    from aetheron_desktop.engine.datasets.recipe import Recipe
    from aetheron_desktop.ui.actions import Page
    from aetheron_desktop.ui.arrivals import ImportState
    from aetheron_desktop.ui.dialogs.import_preview import ImportDialog
    from aetheron_desktop.ui.dialogs.palette import Palette
    from aetheron_desktop.ui.dialogs.version_wishes import VersionWishes
    from aetheron_desktop.ui.session import Session
    from aetheron_desktop.ui.settings import Settings
    from aetheron_desktop.ui.tabs.analyze import AnalyzeTab
    from aetheron_desktop.ui.tabs.data import DataTab
    from aetheron_desktop.ui.tabs.models import ModelsTab
    from aetheron_desktop.ui.tabs.train import TrainTab
    from aetheron_desktop.ui.widgets.header import Header
    from aetheron_desktop.ui.widgets.monitor import MonitorButton
    from aetheron_desktop.ui.widgets.monitor_history import MonitorHistory
    from aetheron_desktop.ui.widgets.notice_board import NoticeBoard
    from aetheron_desktop.ui.widgets.pages import Pages
    from aetheron_desktop.ui.widgets.start_page import StartPage

FOREIGN_ENDINGS = {".onnx", ".skops", ".ubj"}
"""Of models of other programs that can be nothing else; LightGBM's texts and XGBoost's JSON end as tables do."""
GOING = {"queued", "starting", "running", "paused", "stopping"}


class Commands(QMainWindow):
    """The part of the window that :class:`~aetheron_desktop.ui.actions.Shell` promises; the window builds the parts."""

    session: Session
    settings: Settings
    header: Header
    pages: Pages
    start_page: StartPage
    files: QDockWidget
    monitor: MonitorButton
    board: NoticeBoard

    def __init__(self) -> None:
        super().__init__()
        self._importing: ImportState | None = None
        self._palette: Palette | None = None
        self._history: MonitorHistory | None = None
        self._start_wanted = True
        self._arrived: list[Path] = []
        self._previewing = False
        self._version_wishes: VersionWishes | None = None

    def show_pages(self) -> None:
        """Show the pages that work now."""
        raise NotImplementedError

    def apply_preferences(self) -> None:
        """Take the preferences as they are now."""
        raise NotImplementedError

    def choose_file(self) -> None:
        """Let the person choose a file to open."""
        from PySide6.QtWidgets import QFileDialog

        recent = self.settings.recent()
        dialog = QFileDialog(self, "Open a file", str(recent[0].parent if recent else Path.home()))
        dialog.setObjectName("open_dialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        kinds = " ".join(f"*.{ending}" for ending in (*TABLES, *PACKED))
        dialog.setNameFilters([f"Tables ({kinds})", "Models (*.aether *.onnx *.skops *.ubj)", "All files (*)"])
        dialog.filesSelected.connect(self._on_chosen)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def open_path(self, path: Path) -> None:
        """Open a file: see :meth:`open_paths`."""
        self.open_paths([path])

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open files, one after the other: a table is shown before it is imported.

        Not so a sample that ships with the program and a model, nor anything when its person does not want that.
        """
        for path in paths:
            is_sample = path.is_relative_to(shipped("data"))
            if not is_sample:
                self.settings.add_recent(path)
            if path.suffix.lower() in FOREIGN_ENDINGS and path.exists():
                self.take_in_model(path)
                continue
            is_model = path.suffix.lower() == ".aether"
            if self.settings.values.preview and path.exists() and not is_sample and not is_model:
                self._arrived.append(path)
            else:
                self.session.open_file(path)
        self.settings.save()
        self.start_page.show_recent(self.settings.recent())
        self._show_next_arrived()

    def paste_table(self) -> None:
        """Import what is on the clipboard: files, or cells that another program copied."""
        from aetheron_desktop.ui.widgets.importing.clipboard import pasted

        try:
            paths = pasted(self.session.workspace.root)
        except AetheronError as error:
            self.session.tell(error)
            return
        self.open_paths(paths)

    def import_again(self) -> None:
        """Show the file of the open dataset as it was read, to read it otherwise."""
        from aetheron_desktop.engine.datasets.recipe import load

        dataset = self.session.dataset
        if dataset is None or dataset.info.origin is None:
            return
        try:
            recipe = load(dataset.recipe)
        except AetheronError as error:
            self.session.tell(error)
            return
        if self.session.source != "changed":
            self.preview_path(Path(dataset.info.origin.path), recipe)
            return
        # The file is another one now: what comes of it is a new version, and what differs is told.
        path, info = Path(dataset.info.origin.path), dataset.info
        dialog = self._previewed(path, recipe, compared=info.name)
        dialog.import_wanted.connect(partial(self.session.open_file, path, name=next_name(info.name), previous=info.id))
        self.open_dialog(dialog)

    def import_as_fixed(self, fix: Fix) -> None:
        """Show the file of the open dataset with more words for missing, as a fix of the trust report has it."""
        from aetheron_desktop.engine.datasets.recipe import MISSING_WORDS, load

        dataset = self.session.dataset
        if dataset is None or dataset.info.origin is None:
            self.session.noticed.emit(
                Notice("info", "This dataset was not read from a file", "Filter or replace the values instead.")
            )
            return
        try:
            recipe = load(dataset.recipe)
        except AetheronError as error:
            self.session.tell(error)
            return
        for column in recipe.columns:
            if (column.rename or column.name) in fix.columns and fix.words:
                known = column.missing if column.missing is not None else recipe.missing or MISSING_WORDS
                words = tuple(dict.fromkeys((*known, *fix.words)))
                # A column that words have made text may be numbers without them.
                recipe = recipe.with_column(
                    msgspec.structs.replace(column, missing=words, type=None, form=None, categories=None)
                )
        self.preview_path(Path(dataset.info.origin.path), recipe)

    def preview_path(self, path: Path, recipe: Recipe | None = None) -> None:
        """Show a file before it is imported, as ``recipe`` has it."""
        dialog = self._previewed(path, recipe)
        dialog.import_wanted.connect(partial(self.session.open_file, path))
        self.open_dialog(dialog)

    def _previewed(self, path: Path, recipe: Recipe | None, compared: str = "") -> ImportDialog:
        from aetheron_desktop.ui.dialogs.import_preview import ImportDialog

        dialog = ImportDialog(self.session, path, recipe, self, others=len(self._arrived), compared=compared)
        dialog.all_wanted.connect(self._import_arrived)
        dialog.finished.connect(self._on_previewed)
        self._previewing = True
        return dialog

    def _show_next_arrived(self) -> None:
        if self._arrived and not self._previewing:
            self.preview_path(self._arrived.pop(0))

    def _on_previewed(self) -> None:
        self._previewing = False
        self._show_next_arrived()

    def _import_arrived(self) -> None:
        arrived, self._arrived = self._arrived, []
        for path in arrived:
            self.session.open_file(path)

    def _on_chosen(self, names: list[str]) -> None:
        self.open_paths([Path(name) for name in names])

    def close_dataset(self) -> None:
        self.session.close_dataset()

    def cancel_import(self) -> None:
        self.session.cancel_import()

    def show_page(self, page: Page) -> None:
        """Bring a page to the front; the start page comes although a dataset is open."""
        if page == "start":
            self._start_wanted = True
            self.show_pages()
        self.pages.bring(page)

    def show_data_view(self, name: str) -> None:
        """Bring a view of the Data tab to the front."""
        self.show_page("data")
        cast("DataTab", self.pages.make("data")).views.bring(name).setFocus()

    def has_page(self, page: Page) -> bool:
        return self.pages.is_available(page)

    def has_dataset(self) -> bool:
        return self.session.dataset is not None

    def has_running(self) -> bool:
        return any(run.status in GOING for run in self.session.runs.values())

    def is_importing(self) -> bool:
        return self._importing is not None

    def train(self) -> None:
        self.show_page("train")
        self.train_tab().train()

    def stop(self) -> None:
        self.show_page("train")
        self.train_tab().stop()

    def toggle_pause(self) -> None:
        self.show_page("train")
        self.train_tab().toggle_pause()

    def stop_all(self) -> None:
        self.session.stop_all()

    def show_model(self, model: str) -> None:
        """Bring the Models tab to the front, with this model chosen."""
        self.show_page("models")
        cast("ModelsTab", self.pages.make("models")).show_model(model)

    def take_in_model(self, path: Path | None = None) -> None:
        """Ask for a model of another program, or for what is needed to take in the one at ``path``."""
        self._wishes().take_in(path)

    def get_model(self) -> None:
        self._wishes().clone()

    def clean_up(self) -> None:
        self._wishes().clean_up()

    def has_datasets(self) -> bool:
        return bool(self.session.workspace.datasets())

    def _wishes(self) -> VersionWishes:
        from aetheron_desktop.ui.dialogs.version_wishes import VersionWishes  # its dialogs are seldom opened

        if self._version_wishes is None:
            self._version_wishes = VersionWishes(self.session, self)
        return self._version_wishes

    def show_run(self, run: str) -> None:
        """Bring the Train tab to the front, with this run chosen."""
        self.show_page("train")
        self.train_tab().leaderboard.choose([run])

    def analyze_run(self, run: str) -> None:
        """Bring the Analyze tab to the front, with this run."""
        self.analyze_tab().show_run(run)
        self.show_page("analyze")

    def analyze_version(self, model: str, version: str = "") -> None:
        """Bring the Analyze tab to the front, with a version of a model, the current one by default."""
        self.analyze_tab().show_version(model, version)
        self.show_page("analyze")

    def show_rows(self, dataset: str, rows: Sequence[int]) -> None:
        """Bring the grid to the front, with these rows of a dataset marked, and no others shown."""
        if self.session.dataset is None or self.session.dataset.info.id != dataset:
            self.session.open_dataset(dataset)
        self.session.mark(rows)
        self.show_data_view("rows")
        cast("DataTab", self.pages.make("data")).show_only_marked()

    def show_column(self, name: str) -> None:
        """Bring the Data tab to the front, with this column in view."""
        self.show_page("data")
        cast("DataTab", self.pages.make("data")).show_column(name)

    def analyze_tab(self) -> AnalyzeTab:
        """Give the Analyze tab, made now if need be."""
        return cast("AnalyzeTab", self.pages.make("analyze"))

    def train_tab(self) -> TrainTab:
        """Give the Train tab, made now if need be."""
        return cast("TrainTab", self.pages.make("train"))

    def act_on(self, notice: Notice) -> None:
        """Do what a notice offers."""
        match notice.action:
            case "run":
                self.show_run(notice.target)
            case "resume-run":
                self.show_run(notice.target)
                self.session.resume(notice.target)
            case "resume-queue":
                self.show_page("train")
                self.session.resume_postponed()
            case "model":
                self.show_model(notice.target)
            case "models_of":
                self.show_page("models")
                cast("ModelsTab", self.pages.make("models")).show_models_of(notice.target)
            case "dataset":
                self.session.open_dataset(notice.target)
            case "file":
                self.reveal(Path(notice.target))
            case "log":
                self.open_in_desktop(Path(notice.target))
            case "undo-model":
                self.session.models.restore(notice.target)
            case "undo-dataset":
                self.session.restore_dataset(notice.target)

    def _on_show_wanted(self, kind: str, target: str) -> None:
        self.act_on(Notice("info", "", action=kind, target=target))

    def show_palette(self) -> None:
        """Search everything."""
        from aetheron_desktop.ui.dialogs import palette_offers as offers

        recent = offers.files(self.settings.recent(), self.open_path)
        entries = [*offers.commands(self), *offers.datasets(self.session)]
        entries += offers.models(self.session, self.show_model)
        entries += offers.runs(self.session, self.analyze_run)
        self.palette_box().open_with([*entries, *offers.columns(self.session, self.show_column), *recent])

    def show_datasets(self) -> None:
        """Search the datasets alone."""
        from aetheron_desktop.ui.dialogs import palette_offers as offers

        recent = offers.files(self.settings.recent(), self.open_path)
        self.palette_box().open_with([*offers.datasets(self.session), *recent], "Open a dataset or a recent file")

    def palette_box(self) -> Palette:
        """Give the palette, made now if need be."""
        from aetheron_desktop.ui.dialogs.palette import Palette

        if self._palette is None:
            self._palette = Palette(self)
        return self._palette

    def toggle_files(self) -> None:
        self.files.setVisible(self.files.isHidden())

    def toggle_notices(self) -> None:
        self.board.toggle(self.room())

    def toggle_scheme(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.settings.values.scheme = theme.toggle(app)
        self.settings.save()

    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def show_monitor(self) -> None:
        """Show the last hour of the machine, or hide it."""
        from aetheron_desktop.ui.widgets.monitor_history import MonitorHistory

        if self._history is None:
            self._history = MonitorHistory(self)
        if self._history.isVisible():
            self._history.hide()
            return
        self._history.show_samples(self.monitor.history)
        self._history.open_above(QPointF(self.width() - 12, self.room().bottom() - 8))

    def show_preferences(self) -> None:
        from aetheron_desktop.ui.dialogs.preferences import PreferencesDialog

        dialog = PreferencesDialog(self.settings.values, self.session.workspace.root, self)
        dialog.changed.connect(self.apply_preferences)
        dialog.reveal_wanted.connect(self.reveal_workspace)
        dialog.finished.connect(self.settings.save)
        self.open_dialog(dialog)

    def show_shortcuts(self) -> None:
        from aetheron_desktop.ui.dialogs.shortcuts import ShortcutsDialog

        self.open_dialog(ShortcutsDialog(self))

    def show_help(self, page: str = "getting-started") -> None:
        from aetheron_desktop.ui.dialogs.help import HelpDialog

        dialog = HelpDialog(self)
        dialog.show_page(page)
        self.open_dialog(dialog)

    def show_about(self) -> None:
        from aetheron_desktop.ui.dialogs.about import AboutDialog

        self.open_dialog(AboutDialog(self.session.workspace.root, self))

    def reveal_workspace(self) -> None:
        self.reveal(self.session.workspace.root)

    def reveal(self, path: Path) -> None:
        """Show a file in the system's file manager."""
        from aetheron_desktop.ui.widgets.reveal import reveal

        reveal(path)

    def open_in_desktop(self, path: Path) -> None:
        """Open a file with the program that the desktop has for it."""
        from PySide6.QtCore import QUrl
        from PySide6.QtGui import QDesktopServices

        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    def leave(self) -> None:
        self.close()

    def come_to_front(self) -> None:
        """Show the window, wherever it is."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def open_dialog(self, dialog: QDialog) -> None:
        """Show a dialog without standing still, and forget it when it closes."""
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def room(self) -> QRect:
        """Give the part of the window between header and status bar."""
        top, bottom = self.header.height(), self.statusBar().height()
        return QRect(0, top, self.width(), self.height() - top - bottom)
