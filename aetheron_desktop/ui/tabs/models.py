"""The models: found, compared by their score, used, renamed, put to the bin and taken out again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.dialogs.confirm import confirm
from aetheron_desktop.ui.dialogs.predict import PredictDialog
from aetheron_desktop.ui.item_models.models_table import HEADERS, ID_ROLE, SORT_ROLE, TEXT_ROLE, ModelsTable
from aetheron_desktop.ui.item_models.quantities import size
from aetheron_desktop.ui.messages import Notice
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.model_details import ModelDetails
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.reveal import reveal

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QShowEvent

    from aetheron_desktop.engine.registry.model import ModelInfo
    from aetheron_desktop.ui.session import Session

_DETAILS = 372
_WIDTHS = (270, 140, 84, 116, 150, 130, 110, 130, 80)


class ModelsTab(QWidget):
    """Shows the models of the workspace; ``data_requested`` asks for a page from which one can be made."""

    data_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._infos: dict[str, ModelInfo] = {}
        self._is_divided = False
        named(self, "models_tab", "Models")
        self._title = QLabel("Models", self)
        theme.mark(self._title, role="title")
        self._count = named(QLabel(self), "models_count")
        theme.mark(self._count, role="muted")
        self._filter = named(QLineEdit(self), "models_filter", "Find a model")
        self._filter.setPlaceholderText("Find a model")
        self._filter.setClearButtonEnabled(True)
        self._filter.setMaximumWidth(280)
        theme.mark(self._filter, role="search")
        self._bin = named(QPushButton("Bin", self), "models_bin", "Show the bin")
        self._bin.setCheckable(True)
        pictured(self._bin, "bin")
        theme.mark(self._bin, role="chip")
        self._table = ModelsTable(self)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self._table)
        self._sorted.setSortRole(SORT_ROLE)
        self._sorted.setFilterRole(TEXT_ROLE)
        self._sorted.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.view = self._make_view()
        self._details = ModelDetails(self)
        self._empty = Empty("models", self)
        self._stack = QStackedWidget(self)
        self._build()
        self._connect()
        self.setFocusProxy(self.view)
        self.show_models()

    def show_models(self) -> None:
        """Show what is in the workspace now, and keep the choice."""
        chosen = self.chosen()
        is_bin = self._bin.isChecked()
        infos = self._session.workspace.models(binned=is_bin)
        self._infos = {info.id: info for info in infos}
        self._table.show_models(infos)
        binned = len(infos) if is_bin else len(self._session.workspace.models(binned=True))
        self._bin.setText(f"Bin ({binned:,})" if binned else "Bin")
        total = size(sum(info.bytes for info in infos))
        self._count.setText(f"{len(infos):,} in the bin, {total}" if is_bin else f"{len(infos):,}, {total} in all")
        if is_bin:
            self._empty.show_words("The bin is empty", "Deleted models wait here until you delete them for good.")
        else:
            self._empty.show_words(
                "No model yet", "Open a table, press Train, and every run that ends leaves its model here."
            )
        self._stack.setCurrentIndex(1 if infos else 0)
        self._choose(chosen if chosen in self._infos else next(iter(self._infos), ""))

    def show_model(self, id: str) -> None:
        """Bring a model into view, and choose it."""
        self._filter.clear()
        self._bin.setChecked(False)
        self.show_models()
        self._choose(id)

    def chosen(self) -> str:
        """Give the id of the chosen model; empty when there is none."""
        index = self.view.currentIndex()
        return str(index.siblingAtColumn(0).data(ID_ROLE) or "") if index.isValid() else ""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._is_divided:
            # Only now is the width known; the list gets all that the details do not need.
            self._is_divided = True
            self._split.setSizes([max(400, self.width() - _DETAILS), _DETAILS])

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.GAP + 4)
        head.addWidget(self._title)
        head.addWidget(self._count, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addStretch(1)
        head.addWidget(self._filter, 1)
        head.addWidget(self._bin)
        self._split = split = named(QSplitter(Qt.Orientation.Horizontal, self), "models_split")
        split.addWidget(self.view)
        split.addWidget(self._details)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 0)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(theme.GAP)
        self._details.setMinimumWidth(320)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(split)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.LOOSE, theme.WIDE, theme.LOOSE, theme.WIDE)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)

    def _make_view(self) -> QTreeView:
        view = named(QTreeView(self), "models", "Models")
        theme.mark(view, role="framed")
        view.setModel(self._sorted)
        view.setRootIsDecorated(False)
        view.setUniformRowHeights(True)
        view.setSortingEnabled(True)
        view.setIconSize(QSize(16, 16))
        view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        view.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header = view.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for place in range(len(HEADERS)):
            view.setColumnWidth(place, _WIDTHS[place])
        view.sortByColumn(7, Qt.SortOrder.DescendingOrder)
        return view

    def _connect(self) -> None:
        self._session.models_changed.connect(self.show_models)
        self._filter.textChanged.connect(self._sorted.setFilterFixedString)
        self._bin.toggled.connect(lambda _: self.show_models())
        self._table.renamed.connect(self._session.rename_model)
        self._details.wished.connect(self._do)
        self.view.selectionModel().currentRowChanged.connect(lambda *_: self._show_details())
        self.view.customContextMenuRequested.connect(self._show_menu)
        for key, wish in (("Del", "bin"), ("Ctrl+S", "export"), ("Ctrl+Return", "predict")):
            shortcut = QShortcut(QKeySequence(key), self.view)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(lambda wish=wish: self._do(wish, self.chosen()))

    def _choose(self, id_: str) -> None:
        row = self._table.row_of(id_)
        if row is not None:
            index = self._sorted.mapFromSource(self._table.index(row, 0))
            self.view.setCurrentIndex(index)
            self.view.scrollTo(index)
        self._show_details()

    def _show_details(self) -> None:
        info = self._infos.get(self.chosen())
        self._details.setVisible(info is not None)
        if info is not None:
            self._details.show_model(info)

    def _show_menu(self, place: QPoint) -> None:
        id_ = self.chosen()
        if not id_:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self._bin.isChecked():
            wishes = [("restore", "Restore"), ("delete", "Delete for good…")]
        else:
            wishes = [
                ("predict", "Predict…"),
                ("export", "Save as…"),
                ("rename", "Rename"),
                ("reveal", "Show its files"),
                ("bin", "Delete"),
            ]
        for wish, words in wishes:
            menu.addAction(words).triggered.connect(lambda _, wish=wish: self._do(wish, id_))
        menu.popup(self.view.viewport().mapToGlobal(place))

    def _do(self, wish: str, id_: str) -> None:
        info = self._infos.get(id_)
        if info is None:
            return
        match wish:
            case "predict" if info.binned is None:
                self._predict(info)
            case "export" if info.binned is None:
                self._export(info)
            case "rename":
                self.view.edit(self.view.currentIndex().siblingAtColumn(0))
            case "reveal":
                reveal(self._session.workspace.model_folder(id_))
            case "bin" if info.binned is None:
                self._session.bin_model(id_)
                self._session.noticed.emit(
                    Notice("info", "Model deleted", f"{info.name} is in the bin.", "", "undo-model", id_)
                )
            case "restore":
                self._session.restore_model(id_)
            case "delete":
                text = f"{info.name} and its {size(info.bytes)} are gone then; this cannot be taken back."
                then = lambda: self._session.delete_model(id_)  # noqa: E731 - one call, named for the line's length
                confirm(self, "Delete this model for good?", text, "Delete for good", then)

    def _predict(self, info: ModelInfo) -> None:
        dialog = PredictDialog(info, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(
            lambda source, out, with_input: self._session.predict(
                info.id, Path(source), Path(out), with_input=with_input
            )
        )
        dialog.open()

    def _export(self, info: ModelInfo) -> None:
        dialog = QFileDialog(self, "Save the model as", str(Path.home() / f"{_file_name(info.name)}.aether"))
        named(dialog, "export_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("Models (*.aether)")
        dialog.setDefaultSuffix("aether")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda file: self._session.export_model(info.id, Path(file)))
        dialog.open()


def _file_name(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in " -_." else "-" for letter in name).strip() or "model"
