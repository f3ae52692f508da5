"""The models and their versions: found, compared, used, promoted, put to the bin and taken out again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.engine.versioning.difference import VersionDifference, VersionVerdict
from aetheron_desktop.engine.versioning.questions import RecordQuestion, VersionsQuestion
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.dialogs.confirm import confirm
from aetheron_desktop.ui.dialogs.predict import PredictDialog
from aetheron_desktop.ui.dialogs.version_wishes import VersionWishes
from aetheron_desktop.ui.errand import Errand
from aetheron_desktop.ui.item_models.quantities import size
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.history.history_card import HistoryCard
from aetheron_desktop.ui.widgets.history.lanes import lay_out
from aetheron_desktop.ui.widgets.model_details import ModelDetails
from aetheron_desktop.ui.widgets.model_list import ModelList
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.reveal import reveal
from aetheron_desktop.ui.widgets.versions.difference_view import DifferenceView

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QShowEvent

    from aetheron_desktop.engine.events import JobEnded
    from aetheron_desktop.engine.registry.model import ModelInfo
    from aetheron_desktop.engine.registry.versions import History, VersionInfo
    from aetheron_desktop.engine.versioning.record import ModelRecord
    from aetheron_desktop.ui.session import Session
    from aetheron_desktop.ui.widgets.history.lanes import LaneRow

_DETAILS = 404


class ModelsTab(QWidget):
    """Shows the models of the workspace; ``data_requested`` asks for a page from which one can be made.

    ``analysis_requested`` asks for what a version (empty: the current one) did on its test rows.
    """

    data_requested = Signal()
    analysis_requested = Signal(str, str)

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
        self.view = ModelList(self)
        self._details = ModelDetails(self)
        self._history = HistoryCard(self)
        self._difference = DifferenceView(self)
        self._side = QStackedWidget(self)
        self._record_job = self._difference_job = ""
        self._shown: History | None = None
        self._reading: Errand | None = None
        self._is_choosing = self._is_old = self._is_swapped = False
        self._wishes = VersionWishes(session, self)
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
        self.view.show_models(infos)
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

    def show_models_of(self, dataset: str) -> None:
        """Show the models of which a version was made of a dataset, by its id."""
        try:
            name = self._session.workspace.dataset(dataset).info.name
        except AetheronError as error:
            self._session.tell(error)
            return
        self._bin.setChecked(False)
        self.show_models()
        self._filter.setText(name)

    def chosen(self) -> str:
        """Give the id of the chosen model; empty when there is none."""
        return self.view.chosen()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._is_divided:
            # Only now is the width known; the list gets all that the details do not need.
            self._is_divided = True
            self._split.setSizes([max(400, self.width() - _DETAILS), _DETAILS])
            self._left.setSizes([self.height() * 2 // 5, self.height() * 3 // 5])

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.GAP + 4)
        head.addWidget(self._title)
        head.addWidget(self._count, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addStretch(1)
        head.addWidget(self._filter, 1)
        head.addWidget(self._bin)
        self._split = split = named(QSplitter(Qt.Orientation.Horizontal, self), "models_split")
        self._left = left = named(QSplitter(Qt.Orientation.Vertical, self), "models_left")
        left.addWidget(self.view)
        left.addWidget(self._history)
        left.setStretchFactor(0, 2)
        left.setStretchFactor(1, 3)
        left.setChildrenCollapsible(False)
        left.setHandleWidth(theme.GAP)
        self._side.addWidget(self._details)
        self._side.addWidget(self._difference)
        split.addWidget(left)
        split.addWidget(self._side)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 0)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(theme.GAP)
        self._side.setMinimumWidth(320)
        left.setMinimumWidth(300)
        self._history.setMinimumHeight(150)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(split)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.LOOSE, theme.WIDE, theme.LOOSE, theme.WIDE)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self._session.models_changed.connect(self.show_models)
        self._filter.textChanged.connect(self.view.search)
        self._bin.toggled.connect(lambda _: self.show_models())
        self.view.renamed.connect(self._session.models.rename)
        self._details.wished.connect(lambda wish, id_: self._do(wish, id_, self._shown_commit()))
        self._details.opened.connect(self._open_link)
        self._history.wished.connect(self._wish)
        self._history.view.wished.connect(self._wish)
        self._history.view.chosen_changed.connect(lambda _: self._show_versions())
        self._difference.swapped.connect(self._swap)
        self._wishes.done.connect(self._on_done)
        self.view.selectionModel().currentRowChanged.connect(self._on_row)
        self.view.customContextMenuRequested.connect(self._show_menu)
        for key, wish in (("Del", "bin"), ("Ctrl+S", "export"), ("Ctrl+Return", "predict")):
            shortcut = QShortcut(QKeySequence(key), self.view)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(lambda wish=wish: self._do(wish, self.chosen()))

    def _choose(self, id_: str) -> None:
        index = self.view.index_of(id_)
        if index is not None:
            self._is_choosing = True
            self.view.setCurrentIndex(index)
            self._is_choosing = False
            self.view.scrollTo(index)
        self._show_details()

    def _on_row(self) -> None:
        if not self._is_choosing:
            self._show_details()

    def _show_details(self) -> None:
        info = self._infos.get(self.chosen())
        is_there = info is not None and info.binned is None
        self._side.setVisible(info is not None)
        self._history.setVisible(is_there)
        if info is None or not is_there or self._shown is None or self._shown.model != info.id:
            self._forget_versions(info)
        if info is None:
            return
        self._details.show_model(info)
        if is_there and info.version:
            self._read(info.id)

    # -- versions -----------------------------------------------------------------------------------------------------

    def _forget_versions(self, info: ModelInfo | None) -> None:
        """Show none of the versions of the model that was chosen before."""
        self._session.withdraw(self._record_job)
        self._session.withdraw(self._difference_job)
        self._shown = self._reading = None
        self._history.show_history(info, None)
        self._side.setCurrentWidget(self._details)

    def _read(self, id_: str) -> None:
        """Read the history of a model and lay out its graph, both beside the window's thread."""
        shelf = self._session.workspace.shelf

        def read() -> tuple[History, list[LaneRow]]:
            history = shelf.history(id_)
            return history, lay_out(history.versions, history.labels.current)

        self._reading = errand = Errand(read, self)
        errand.done.connect(lambda found: self._on_history(errand, *found))
        errand.failed.connect(lambda error: self._on_no_history(errand, error))
        errand.start()

    def _on_history(self, errand: Errand, history: History, lanes: list[LaneRow]) -> None:
        info = self._infos.get(history.model)
        if errand is not self._reading or info is None:
            return  # another was asked for meanwhile
        before, self._reading = self._shown, None
        if history == before and not self._is_old:
            return
        self._shown, self._is_old = history, False
        current, view = history.labels.current, self._history.view
        with QSignalBlocker(view):
            was_current = before is not None and view.chosen() == (before.labels.current,)
            self._history.show_history(info, history, lanes)
            if was_current:
                view.choose([current])
        self._show_versions()

    def _on_no_history(self, errand: Errand, error: AetheronError) -> None:
        if errand is self._reading:
            self._reading = None
            self._history.show_trouble(error.detail, error.hint)

    def _on_done(self) -> None:
        """Something was done: what is known of the version is old, also where its history is the same."""
        self._is_old = True
        self._show_details()

    def _show_versions(self) -> None:
        """Show what is chosen in the history: one version, or how two differ."""
        info = self._infos.get(self.chosen())
        if info is None or self._shown is None or self._shown.model != info.id:
            return
        known = {version.commit: version for version in self._shown.versions}
        chosen = [known[commit] for commit in self._history.view.chosen() if commit in known]
        if len(chosen) == 2:
            before, after = sorted(chosen, key=lambda version: version.number, reverse=self._is_swapped)
            self._show_difference(info, before, after)
            return
        self._is_swapped = False
        commit = chosen[0].commit if chosen else self._shown.labels.current
        self._side.setCurrentWidget(self._details)
        if commit in known:
            self._details.show_version(info, known[commit], self._shown)
            self._session.withdraw(self._record_job)
            question = RecordQuestion(model=info.id, version=commit)
            self._record_job = self._session.ask(question, self._on_record, self._on_record_end)

    def _show_difference(self, info: ModelInfo, before: VersionInfo, after: VersionInfo) -> None:
        self._side.setCurrentWidget(self._difference)
        self._difference.show_loading(before, after, self._shown.labels if self._shown else None)
        self._session.withdraw(self._difference_job)
        question = VersionsQuestion(model=info.id, before=before.commit, after=after.commit)
        self._difference_job = self._session.ask(question, self._on_difference, self._on_difference_end)

    def _swap(self) -> None:
        self._is_swapped = not self._is_swapped
        self._show_versions()

    def _on_record(self, record: ModelRecord) -> None:
        if record.model == self.chosen():
            self._wishes.know(record)
            self._details.show_record(record)
            # Git may have changed it beside the program; the question has looked.
            shelf = self._session.workspace.shelf
            is_known = self._shown is not None and shelf.labels(record.model) == self._shown.labels
            if not is_known or shelf.model(record.model) != self._infos[record.model]:
                self._session.models_changed.emit()

    def _on_record_end(self, end: JobEnded) -> None:
        if end.outcome in {"failed", "crashed"}:
            self._details.show_trouble(end.title, end.detail, end.hint)

    def _on_difference(self, answer: VersionDifference | VersionVerdict) -> None:
        if isinstance(answer, VersionVerdict):
            self._difference.show_verdict(answer)
        else:
            self._difference.show_difference(answer)

    def _on_difference_end(self, end: JobEnded) -> None:
        if end.outcome in {"failed", "crashed"}:
            self._difference.show_error(end.title, end.detail, end.hint)

    def _wish(self, wish: str, what: str) -> None:
        """Do, or ask for what is needed to do, what is wished of a version or of the chosen model."""
        info = self._infos.get(self.chosen())
        if info is None or self._shown is None:
            return
        match wish:
            case "predict":
                self._predict(info, what)
            case "save":
                self._export(info, what)
            case "lineage":
                self._details.bring_lineage()
            case _:
                self._wishes.grant(wish, info, self._shown, what)

    def _shown_commit(self) -> str:
        """Give the version that the details show; empty where that is the model as it is."""
        chosen = self._history.view.chosen()
        return chosen[0] if self._shown is not None and len(chosen) == 1 else ""

    def _open_link(self, kind: str, id_: str) -> None:
        """Show what a version comes from."""
        if kind in {"dataset", "run", "model"}:
            self._session.show_wanted.emit(kind, id_)
        elif kind == "source":
            reveal(Path(id_))
        elif kind == "version":
            self._history.view.choose([id_])

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
                ("analyze", "Analyze"),
                ("export", "Save as…"),
                ("script", "As a Python script…"),
                ("rename", "Rename"),
                ("reveal", "Show its files"),
                ("bin", "Delete"),
            ]
        for wish, words in wishes:
            menu.addAction(words).triggered.connect(lambda _, wish=wish: self._do(wish, id_))
        menu.popup(self.view.viewport().mapToGlobal(place))

    def _do(self, wish: str, id_: str, version: str = "") -> None:
        """Do what is wished of a model, or of one version of it where that makes a difference."""
        info = self._infos.get(id_)
        if info is None:
            return
        match wish:
            case "predict" if info.binned is None:
                self._predict(info, version)
            case "analyze" if info.binned is None:
                self.analysis_requested.emit(id_, version)
            case "export" if info.binned is None:
                self._export(info, version)
            case "rename":
                self.view.edit(self.view.currentIndex().siblingAtColumn(0))
            case "reveal":
                errand = Errand(lambda: self._session.workspace.shelf.files(id_), self)
                errand.done.connect(reveal)
                errand.failed.connect(self._session.tell)
                errand.start()
            case "promote" | "try" | "mark" | "reproduce" | "script":
                self._wish(wish, version or info.version)
            case "trust":
                self._wishes.trust()
            case "bin" if info.binned is None:
                self._session.models.bin(id_)
            case "restore":
                self._session.models.restore(id_)
            case "delete" | "bin":  # what is in the bin already
                versions = "its one version" if info.versions == 1 else f"all {info.versions:,} versions of it"
                text = f"{info.name}, {versions} and their marks are gone then; this cannot be taken back."
                then = lambda: self._session.models.delete(id_)  # noqa: E731 - one call, named for the line's length
                confirm(self, "Delete this model for good?", text, "Delete for good", then)

    def _predict(self, info: ModelInfo, version: str = "") -> None:
        dialog = PredictDialog(self._called(info, version), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(
            lambda source, out, with_input: self._session.outputs.predict(
                info.id, Path(source), Path(out), with_input=with_input, version=version
            )
        )
        dialog.open()

    def _called(self, info: ModelInfo, version: str) -> ModelInfo:
        """Give what is known of a model under the name of one of its versions; the current one has the model's own."""
        known = {one.commit: one.number for one in self._shown.versions} if self._shown is not None else {}
        if not known.get(version) or version == info.version:
            return info
        return msgspec.structs.replace(info, name=f"{info.name}, version {known[version]}")

    def _export(self, info: ModelInfo, version: str = "") -> None:
        dialog = QFileDialog(
            self, "Save the model as", str(Path.home() / f"{_file_name(self._called(info, version).name)}.aether")
        )
        named(dialog, "export_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("Models (*.aether)")
        dialog.setDefaultSuffix("aether")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda file: self._session.outputs.write_model(info.id, Path(file), version))
        dialog.open()


def _file_name(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in " -_." else "-" for letter in name).strip() or "model"
