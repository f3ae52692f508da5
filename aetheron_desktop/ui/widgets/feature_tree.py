"""What a model sees: the features that were made of each column, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QLabel, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.tips import plain_tip
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.versions.texts import breakable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.estimators.treatments import MadeFeature, Treatment

_ROW: Final = 28
_MOST_ROWS: Final = 8
_TOLD: Final = Qt.ItemDataRole.UserRole


class FeatureTree(QWidget):
    """A line for each column, and below it the features that were made of it; the chosen one is told in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("model_feature_tree")
        self.tree = named(QTreeWidget(self), "model_features", "Features: what was made of each column")
        theme.mark(self.tree, role="framed")
        self.tree.setHeaderHidden(True)
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(14)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._words = named(QLabel(self, wordWrap=True, textFormat=Qt.TextFormat.PlainText), "model_feature_words")
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        theme.mark(self._words, role="muted")
        self.tree.currentItemChanged.connect(self._on_current)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.TIGHT)
        layout.addWidget(self.tree)
        layout.addWidget(self._words)

    def show_features(self, features: Sequence[MadeFeature], more: int, treatments: Sequence[Treatment]) -> None:
        """Show what was made of each column; ``more`` features are not among them."""
        self.tree.clear()
        chosen = {one.column: one.words for one in treatments}
        groups: dict[tuple[str, ...], list[MadeFeature]] = {}
        for feature in features:
            groups.setdefault(feature.columns, []).append(feature)
        for columns, made in groups.items():
            count = f"{len(made):,} features" if len(made) > 1 else "1 feature"
            how = ", ".join(dict.fromkeys(feature.how for feature in made))
            own = f" Chosen: {chosen[columns[0]]}." if len(columns) == 1 and columns[0] in chosen else ""
            top = QTreeWidgetItem(self.tree, [f"{' → '.join(columns)}: {count}, {how}"])
            self._tell(top, (made[0].told if len(made) == 1 else f"{count}: {how}.") + own)
            for feature in made:
                self._tell(QTreeWidgetItem(top, [feature.name]), feature.told)
        if more:
            self._tell(QTreeWidgetItem(self.tree, [f"and {more:,} more features"]), "They are too many to be listed.")
        self.tree.setFixedHeight(_ROW * min(_MOST_ROWS, max(2, self.tree.topLevelItemCount())) + theme.TIGHT)
        self._words.setText("Choose a line to see in words how it was made.")

    @staticmethod
    def _tell(item: QTreeWidgetItem, told: str) -> None:
        item.setData(0, _TOLD, told)
        item.setToolTip(0, plain_tip(told))
        item.setData(0, Qt.ItemDataRole.AccessibleDescriptionRole, told)

    def _on_current(self, item: QTreeWidgetItem | None, _: QTreeWidgetItem | None) -> None:
        if item is not None:
            self._words.setText(breakable(str(item.data(0, _TOLD))))
