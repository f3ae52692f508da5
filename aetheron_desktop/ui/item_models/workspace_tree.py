"""The datasets and models of a workspace as a tree of two branches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from PySide6.QtCore import QMimeData, QModelIndex, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.item_models.quantities import size
from aetheron_desktop.ui.item_models.tips import plain_tip

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aetheron_desktop.engine.datasets.dataset import DatasetInfo
    from aetheron_desktop.engine.registry.model import ModelInfo

Kind: TypeAlias = Literal["dataset", "model"]
KIND_ROLE = Qt.ItemDataRole.UserRole + 1
ID_ROLE = Qt.ItemDataRole.UserRole + 2


class WorkspaceTree(QStandardItemModel):
    """``renamed`` tells kind, id and the name that was typed; ``files`` gives what leaves by dragging."""

    renamed = Signal(str, str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._branches = {"dataset": self._branch("Datasets", "data"), "model": self._branch("Models", "models")}
        self._paths: dict[tuple[str, str], Path] = {}

    def show_datasets(self, infos: Sequence[DatasetInfo], parquets: Sequence[Path]) -> None:
        """Show the datasets, with their files for who drags them out."""
        rows = [(i.id, i.name, f"{i.rows:,} rows × {len(i.schema.columns):,} columns, {size(i.bytes)}") for i in infos]
        self._fill("dataset", "table", rows, parquets)

    def show_models(self, infos: Sequence[ModelInfo], folders: Sequence[Path]) -> None:
        """Show the models, with their folders for who drags them out."""
        rows = [(i.id, i.name, f"{catalog.name_of(i.estimator)}, predicts {i.target}, {size(i.bytes)}") for i in infos]
        self._fill("model", "model", rows, folders)

    def branch(self, kind: Kind) -> QModelIndex:
        """Give the index of a branch."""
        return self._branches[kind].index()

    def mimeTypes(self) -> list[str]:
        return ["text/uri-list"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        paths = [self._paths.get((index.data(KIND_ROLE), index.data(ID_ROLE))) for index in indexes]
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths if path is not None])
        return data

    def setData(self, index: QModelIndex, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:  # type: ignore[override]
        if role != Qt.ItemDataRole.EditRole or not index.data(ID_ROLE):
            return super().setData(index, value, role)
        if str(value) != index.data():
            self.renamed.emit(index.data(KIND_ROLE), index.data(ID_ROLE), str(value))
        return True

    def _branch(self, words: str, picture: str) -> QStandardItem:
        item = QStandardItem(icon(picture, "muted"), words)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        self.appendRow(item)
        return item

    def _fill(self, kind: Kind, picture: str, rows: Sequence[tuple[str, str, str]], paths: Sequence[Path]) -> None:
        branch = self._branches[kind]
        branch.removeRows(0, branch.rowCount())
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        for (id_, name, tip), path in zip(rows, paths, strict=True):
            item = QStandardItem(icon(picture, "muted"), name)
            item.setData(kind, KIND_ROLE)
            item.setData(id_, ID_ROLE)
            item.setToolTip(plain_tip(f"{name}\n{tip}"))
            item.setAccessibleText(f"{name}, {tip}")
            item.setFlags(flags | Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsDragEnabled)
            branch.appendRow(item)
            self._paths[kind, id_] = path
        branch.setText(f"{'Datasets' if kind == 'dataset' else 'Models'} ({len(rows):,})")
