"""The models of the workspace as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.evaluation.metrics import BASELINE, main_metric
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.item_models.quantities import local_time, number, size
from aetheron_desktop.ui.item_models.tips import plain_tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.registry.model import ModelInfo

_Index = QModelIndex | QPersistentModelIndex
HEADERS: Final = ("Name", "Score", "Baseline", "Status", "Estimator", "Dataset", "Target", "Made", "Size")
SORT_ROLE: Final = Qt.ItemDataRole.UserRole + 1
ID_ROLE: Final = Qt.ItemDataRole.UserRole + 2
TEXT_ROLE: Final = Qt.ItemDataRole.UserRole + 3
_NUMBERS: Final = frozenset({1, 2, 8})
_STATUS: Final = {"trained": ("check", "success", "trained"), "stopped": ("stop", "warning", "stopped early")}


class ModelsTable(QAbstractTableModel):
    """``renamed`` tells the id and the new name that a person typed."""

    renamed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._models: list[ModelInfo] = []

    def show_models(self, models: Sequence[ModelInfo]) -> None:
        """Show these models."""
        if list(models) != self._models:
            self.beginResetModel()
            self._models = list(models)
            self.endResetModel()

    def row_of(self, id: str) -> int | None:
        """Give the row of a model."""
        return next((row for row, info in enumerate(self._models) if info.id == id), None)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._models)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(HEADERS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(HEADERS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADERS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section in _NUMBERS:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == 0 else flags

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        info, column = self._models[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return self._text(info, column)
            case Qt.ItemDataRole.DecorationRole if column == 0:
                return icon("model", "muted")
            case Qt.ItemDataRole.DecorationRole if column == 3:
                return icon(*_STATUS[info.status][:2])
            case Qt.ItemDataRole.TextAlignmentRole if column in _NUMBERS:
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            case Qt.ItemDataRole.ForegroundRole if column in {2, 4, 5, 6, 7, 8}:
                return theme.color("muted")
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(f"{info.name}\n{info.id}" if column == 0 else self._text(info, column))
            case _ if role == SORT_ROLE:
                return self._order(info, column)
            case _ if role == ID_ROLE:
                return info.id
            case _ if role == TEXT_ROLE:
                return " ".join(self._text(info, place) for place in (0, 3, 4, 5, 6))
        return None

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid() or index.column() != 0:
            return False
        info = self._models[index.row()]
        if str(value) != info.name:
            self.renamed.emit(info.id, str(value))
        return True

    def _text(self, info: ModelInfo, column: int) -> str:
        main = main_metric(info.task)
        match column:
            case 0:
                return info.name
            case 1:
                return f"{main.label} {number(info.metrics.get(main.name))}"
            case 2:
                return number(baseline(info, main.name))
            case 3:
                return _STATUS[info.status][2]
            case 4:
                return catalog.name_of(info.estimator)
            case 5:
                return info.dataset_name
            case 6:
                return info.target
            case 7:
                return local_time("%Y-%m-%d %H:%M", info.created)
            case _:
                return size(info.bytes)

    def _order(self, info: ModelInfo, column: int) -> Any:
        main = main_metric(info.task)
        match column:
            case 1:
                return _better_first(info.metrics.get(main.name), main.direction)
            case 2:
                return _better_first(baseline(info, main.name), main.direction)
            case 7:
                return info.created
            case 8:
                return info.bytes
            case _:
                return self._text(info, column).casefold()


def baseline(info: ModelInfo, metric: str) -> float | None:
    """Give what the baseline reaches on the same test rows."""
    return info.baseline.get(metric, info.metrics.get(BASELINE + metric))


def _better_first(score: float | None, direction: str) -> float:
    if score is None:
        return float("-inf")
    return score if direction == "higher" else -score
