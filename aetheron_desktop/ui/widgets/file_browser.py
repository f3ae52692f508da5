"""The file pane: the workspace's datasets and models, and the files of the machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QDir, QModelIndex, QSize, QSortFilterProxyModel, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QFileSystemModel,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QSplitter,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.engine.datasets.reading.endings import PACKED, TABLES
from aetheron_desktop.engine.errors import storage_errors
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.errand import Errand
from aetheron_desktop.ui.item_models.workspace_tree import ID_ROLE, KIND_ROLE, WorkspaceTree
from aetheron_desktop.ui.messages import Notice
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.reveal import reveal

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QDragEnterEvent, QDropEvent

    from aetheron_desktop.ui.session import Session

_ENDINGS: Final = (*TABLES, *PACKED, "aether")
_FILTERS: Final = [f"*.{ending}" for ending in _ENDINGS]


class FileBrowser(QWidget):
    """Content of the left pane; ``files_wanted`` asks for files to be opened."""

    files_wanted = Signal(list)  # list[Path]

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        named(self, "file_browser", "Datasets, models and files")
        theme.mark(self, role="side")
        self.setAcceptDrops(True)
        self.setMinimumWidth(200)
        self._filter = named(QLineEdit(self), "file_filter", "Find a dataset, model or file")
        self._filter.setPlaceholderText("Find")
        self._filter.setClearButtonEnabled(True)
        theme.mark(self._filter, role="search")
        self._tree = WorkspaceTree(self)
        self._found = QSortFilterProxyModel(self)
        self._found.setSourceModel(self._tree)
        self._found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._found.setRecursiveFilteringEnabled(True)
        self.workspace_view = self._make_view("workspace_tree", "Datasets and models")
        self.workspace_view.setModel(self._found)
        self._folder = named(QLabel(self), "files_folder")
        theme.mark(self._folder, role="overline")
        self._choose_folder = pictured(
            named(QToolButton(self), "choose_folder", "Show another folder", "Show another folder"), "folder-open"
        )
        self._up = pictured(named(QToolButton(self), "folder_up", "Parent folder", "Parent folder"), "chevron-up")
        # Made by setRootPath alone, and only once the pane is shown: it starts a thread.
        self._files = QFileSystemModel(self)
        self._files.setNameFilters(_FILTERS)
        self._files.setNameFilterDisables(False)
        self._files.setReadOnly(False)
        self._files.setFilter(QDir.Filter.AllDirs | QDir.Filter.Files | QDir.Filter.NoDotAndDotDot)
        self.files_view = self._make_view("files_tree", "Files")
        self._loaded = ""
        self._no_files = named(QLabel("No tables or models in this folder", self), "files_empty")
        self._no_files.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._no_files.setWordWrap(True)
        self._no_files.setContentsMargins(theme.GAP, theme.WIDE, theme.GAP, 0)
        self._no_files.hide()
        theme.mark(self._no_files, role="muted")
        self._build()
        self._connect()
        self._show_datasets()
        self._show_models()
        self.workspace_view.expandAll()
        QTimer.singleShot(0, self, lambda: self.show_folder(Path.home()))

    # -- building -----------------------------------------------------------------------------------------------------

    def _make_view(self, name: str, words: str) -> QTreeView:
        view = named(QTreeView(self), name, words)
        view.setHeaderHidden(True)
        view.ensurePolished()  # the height of the rows is taken from the theme, and taken once
        view.setUniformRowHeights(True)
        view.setIconSize(QSize(16, 16))
        view.setIndentation(14)
        view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        view.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        view.setExpandsOnDoubleClick(False)
        view.setDragEnabled(True)
        view.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        return view

    def _build(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(theme.GAP, 0, theme.TIGHT, 0)
        bar.addWidget(self._folder, 1)
        bar.addWidget(self._up)
        bar.addWidget(self._choose_folder)
        lower = QWidget(self)
        below = QVBoxLayout(lower)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(theme.TIGHT)
        below.addLayout(bar)
        below.addWidget(self._no_files, 1)
        below.addWidget(self.files_view, 1)
        split = named(QSplitter(Qt.Orientation.Vertical, self), "file_split")
        split.addWidget(self.workspace_view)
        split.addWidget(lower)
        split.setSizes([400, 300])
        split.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GAP, 12, theme.GAP, theme.GAP)
        layout.setSpacing(theme.GAP)
        layout.addWidget(self._filter)
        layout.addWidget(split, 1)

    def _connect(self) -> None:
        session = self._session
        session.datasets_changed.connect(self._show_datasets)
        session.models_changed.connect(self._show_models)
        self._tree.renamed.connect(self._on_renamed)
        self._filter.textChanged.connect(self._on_filter)
        self._choose_folder.clicked.connect(self._ask_for_folder)
        self._files.directoryLoaded.connect(self._on_loaded)
        self._files.rowsInserted.connect(self._show_whether_empty)
        self._files.rowsRemoved.connect(self._show_whether_empty)
        self._up.clicked.connect(lambda: self.show_folder(Path(self._files.rootPath()).parent))
        theme.changed.connect(self._show_datasets)
        theme.changed.connect(self._show_models)
        for view, open_, remove, menu in (
            (self.workspace_view, self._open_item, self._remove_item, self._item_menu),
            (self.files_view, self._open_file, self._remove_file, self._file_menu),
        ):
            view.doubleClicked.connect(open_)
            view.customContextMenuRequested.connect(menu)
            for keys, call in (("Return", open_), ("Enter", open_), ("Del", remove)):
                shortcut = QShortcut(QKeySequence(keys), view)
                shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
                shortcut.activated.connect(lambda view=view, call=call: call(view.currentIndex()))

    # -- the workspace ------------------------------------------------------------------------------------------------

    def _show_datasets(self) -> None:
        workspace = self._session.workspace
        infos = workspace.datasets()
        self._tree.show_datasets(infos, [workspace.dataset_folder(info.id) / "data.parquet" for info in infos])

    def _show_models(self) -> None:
        workspace = self._session.workspace
        infos = workspace.models()
        self._tree.show_models(infos, [workspace.shelf.folder(info.id) for info in infos])

    def _open_item(self, index: QModelIndex) -> None:
        match index.data(KIND_ROLE):
            case "dataset":
                self._session.open_dataset(index.data(ID_ROLE))
            case "model":
                # The window knows where models are shown; it does with this what it does with a notice.
                self._session.show_wanted.emit("model", index.data(ID_ROLE))
            case _:
                self.workspace_view.setExpanded(index, not self.workspace_view.isExpanded(index))

    def _remove_item(self, index: QModelIndex) -> None:
        kind, id_, name = index.data(KIND_ROLE), index.data(ID_ROLE), index.data()
        if kind == "model":
            self._session.models.bin(id_)
        elif kind == "dataset":
            self._session.remove_dataset(id_)
            self._session.noticed.emit(
                Notice("info", "Dataset deleted", f"{name} is in the bin.", "", "undo-dataset", id_)
            )

    def _on_renamed(self, kind: str, id_: str, name: str) -> None:
        (self._session.rename_dataset if kind == "dataset" else self._session.models.rename)(id_, name)

    def _reveal_item(self, index: QModelIndex) -> None:
        workspace = self._session.workspace
        folder = workspace.dataset_folder if index.data(KIND_ROLE) == "dataset" else workspace.shelf.folder
        reveal(folder(index.data(ID_ROLE)))

    def _item_menu(self, place: QPoint) -> None:
        index = self.workspace_view.indexAt(place)
        if index.data(KIND_ROLE) is None:
            return
        self._pop_up(
            self.workspace_view,
            place,
            ("Open", lambda: self._open_item(index)),
            ("Show in the file manager", lambda: self._reveal_item(index)),
            *self._made_of(index),
            ("Rename", lambda: self.workspace_view.edit(index)),
            ("Delete", lambda: self._remove_item(index)),
        )

    def _made_of(self, index: QModelIndex) -> tuple[tuple[str, Callable[[], object]], ...]:
        """Offer, of a dataset, the models that were made of it."""
        if index.data(KIND_ROLE) != "dataset" or not self._session.workspace.models():
            return ()
        id_ = index.data(ID_ROLE)
        return (("Show the models made of it", lambda: self._session.show_wanted.emit("models_of", id_)),)

    # -- the files ----------------------------------------------------------------------------------------------------

    def show_folder(self, folder: Path) -> None:
        """Show the tables and models of a folder."""
        self._files.setRootPath(str(folder))
        if self.files_view.model() is None:
            self.files_view.setModel(self._files)
            for column in range(1, self._files.columnCount()):
                self.files_view.hideColumn(column)
        self.files_view.setRootIndex(self._files.index(str(folder)))
        self._folder.setText(folder.name or str(folder))
        self._folder.setToolTip(str(folder))
        self._up.setEnabled(folder.parent != folder)
        self._show_whether_empty()

    def _on_loaded(self, folder: str) -> None:
        if folder == self._files.rootPath():
            self._loaded = folder
            self._show_whether_empty()

    def _show_whether_empty(self) -> None:
        root = self._files.index(self._files.rootPath())
        is_empty = self._loaded == self._files.rootPath() and self._files.rowCount(root) == 0
        self._no_files.setVisible(is_empty)
        self.files_view.setVisible(not is_empty)

    def _ask_for_folder(self) -> None:
        dialog = QFileDialog(self, "Show a folder", self._files.rootPath())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.show_folder(Path(name)))
        dialog.open()

    def _path(self, index: QModelIndex) -> Path:
        return Path(self._files.filePath(index))

    def _open_file(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        if self._files.isDir(index):
            self.files_view.setExpanded(index, not self.files_view.isExpanded(index))
        else:
            self.files_wanted.emit([self._path(index)])

    def _remove_file(self, index: QModelIndex) -> None:
        """Put a file into the system's bin; folders are left to the file manager."""
        if not index.isValid() or self._files.isDir(index):
            return
        path = self._path(index)
        errand = Errand(lambda: _to_system_bin(path), self)
        errand.failed.connect(self._session.tell)
        errand.done.connect(
            lambda _: self._session.noticed.emit(Notice("info", "File deleted", f"{path.name} is in the system's bin."))
        )
        errand.start()

    def _file_menu(self, place: QPoint) -> None:
        index = self.files_view.indexAt(place)
        if not index.isValid():
            return
        entries: list[tuple[str, Callable[[], object]]] = [
            ("Open", lambda: self._open_file(index)),
            ("Show in the file manager", lambda: reveal(self._path(index))),
            ("Rename", lambda: self.files_view.edit(index)),
        ]
        if self._files.isDir(index):
            entries.insert(1, ("Show this folder alone", lambda: self.show_folder(self._path(index))))
        else:
            entries.append(("Delete", lambda: self._remove_file(index)))
        self._pop_up(self.files_view, place, *entries)

    # -- both ---------------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.source() is None and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.files_wanted.emit([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()

    def _on_filter(self, text: str) -> None:
        self._found.setFilterFixedString(text)
        self.workspace_view.expandAll()
        self._files.setNameFilters([f"*{text}*.{ending}" for ending in _ENDINGS] if text else _FILTERS)

    def _pop_up(self, view: QTreeView, place: QPoint, *entries: tuple[str, Callable[[], object]]) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for words, call in entries:
            menu.addAction(words).triggered.connect(lambda _, call=call: call())
        menu.popup(view.viewport().mapToGlobal(place))


def _to_system_bin(path: Path) -> None:
    from send2trash import send2trash  # only a removal needs it

    with storage_errors(path):
        send2trash(path)
