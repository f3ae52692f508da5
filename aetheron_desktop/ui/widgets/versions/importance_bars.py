"""The columns that help a model most, each with a bar as long as its share of the best one's importance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from aetheron_desktop.engine.evaluation.ranking import helpful, meaning, worth
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.elided import ElidedLabel
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.versions.share_bar import ShareBar
from aetheron_desktop.ui.widgets.versions.texts import plain, tip, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aetheron_desktop.engine.datasets.schema import Task

_NAME, _BAR, _WORTH = range(3)


class ImportanceBars(QWidget):
    """Shows the importance of the columns of a model, measured on ``rows``: the best first, and ``words`` below."""

    def __init__(
        self,
        importance: Mapping[str, float],
        task: Task,
        words: str = "",
        parent: QWidget | None = None,
        *,
        rows: str = "test rows",
    ) -> None:
        super().__init__(parent)
        named(self, "model_importance", "The most important columns")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.GAP)
        grid.setVerticalSpacing(theme.TIGHT)
        grid.setColumnStretch(_NAME, 2)
        grid.setColumnStretch(_BAR, 3)
        found = helpful(importance)
        for row, (name, value) in enumerate(found):
            label = plain(ElidedLabel(self), name, "muted")
            label.setToolTip(tip(f"{name}: {worth(value)}\n{meaning(task, rows)}"))
            grid.addWidget(label, row, _NAME)
            grid.addWidget(ShareBar(value / found[0][1], self), row, _BAR)
            grid.addWidget(plain(QLabel(self), worth(value)), row, _WORTH, Qt.AlignmentFlag.AlignRight)
        told = [] if found else ["None helps measurably."]
        told += [words] if words else []
        if told:
            grid.addWidget(wrapped(self, " ".join(told), "muted"), len(found), _NAME, 1, 3)
