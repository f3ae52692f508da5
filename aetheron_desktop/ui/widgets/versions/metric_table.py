"""What was measured of a version: each metric with its interval, and what the baseline has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from aetheron_desktop.engine.evaluation.metrics import BASELINE
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models import score as score_words
from aetheron_desktop.ui.item_models.models_table import baseline
from aetheron_desktop.ui.item_models.quantities import number
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.versions.texts import breakable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtGui import QResizeEvent

    from aetheron_desktop.engine.registry.model import ModelInfo

_NAME, _VALUE, _BETWEEN, _BASELINE = range(4)
_SPACE: Final = theme.GAP + 2


class MetricTable(QWidget):
    """Names have several lines where there is no room, numbers never; where it is narrow, intervals are left out."""

    def __init__(
        self, info: ModelInfo, intervals: Mapping[str, tuple[float, float]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        named(self, "model_metrics")
        self._cells: list[list[QLabel]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(_SPACE)
        self._grid.setVerticalSpacing(theme.TIGHT)
        self._grid.setColumnStretch(_NAME, 1)
        self._add(("", "model", "95 %" if intervals else "", "baseline"))
        for name, score in info.metrics.items():
            if not name.startswith(BASELINE):
                label = f"{score_words.label(name)}\N{NO-BREAK SPACE}{score_words.arrow(name)}".rstrip()
                found = intervals.get(name)
                between = "–".join(_short(end) for end in found) if found else ""
                self._add((label, number(score), between, number(baseline(info, name))))
        if info.task == "binary":
            self._add(("Threshold", "0.5" if info.threshold is None else f"{info.threshold:g}", "", ""))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._room(_NAME, _VALUE, _BASELINE), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        has_room = self.width() >= self._room(_NAME, _VALUE, _BETWEEN, _BASELINE)
        for row in self._cells:
            row[_BETWEEN].setVisible(has_room)

    def _room(self, *columns: int) -> int:
        """Give the points that these columns need."""
        wide = [max(row[column].minimumSizeHint().width() for row in self._cells) for column in columns]
        return sum(wide) + _SPACE * (len(columns) - 1)

    def _add(self, texts: Sequence[str]) -> None:
        cells = []
        for column, text in enumerate(texts):
            label = QLabel(breakable(text) if column == _NAME else text, self, wordWrap=column == _NAME)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            theme.mark(label, role="strong" if column == _VALUE and self._cells else "muted")
            if column != _NAME:
                label.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._grid.addWidget(label, len(self._cells), column)
            cells.append(label)
        self._cells.append(cells)


def _short(value: float) -> str:
    """Give the end of an interval in few signs: it is not known more exactly."""
    return f"{value:.3f}" if abs(value) < 10 else number(value)
