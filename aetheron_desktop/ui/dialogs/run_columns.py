"""Which columns the leaderboard of all runs has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.engine.comparing.columns import GROUPS
from aetheron_desktop.engine.comparing.views import COLUMNS
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.dialog_buttons import dialog_buttons
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.comparing.columns import Column

_KEY = int(Qt.ItemDataRole.UserRole)


class RunColumnsDialog(QDialog):
    """``chosen`` gives the keys of the columns, those that were shown in their order; it deletes itself when closed.

    ``usual`` are those that there are at first, ``always`` is the key of one that stays.
    """

    chosen = Signal(tuple)

    def __init__(
        self,
        columns: Sequence[Column],
        shown: Sequence[str],
        parent: QWidget | None = None,
        *,
        title: str = "Columns of the leaderboard",
        words: str = "Drag the heads of columns in the table to put them in another order.",
        usual: Sequence[str] = COLUMNS,
        always: str = "run",
    ) -> None:
        super().__init__(parent)
        named(self, "run_columns_dialog", title)
        self.setWindowTitle(title)
        self._always = always
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(420, 520)
        self._shown = tuple(shown)
        self._find = named(QLineEdit(self), "find_column", "Find a column")
        self._find.setPlaceholderText("Find a metric, a parameter …")
        theme.mark(self._find, role="search")
        self._tree = self._make_tree(columns)
        note = QLabel(words, self, wordWrap=True)
        theme.mark(note, role="caption")
        reset = named(QPushButton("Usual ones", self), "usual_columns", "Show the columns that there are at first")
        buttons, _ = dialog_buttons(self, "Show these")
        buttons.addButton(reset, QDialogButtonBox.ButtonRole.ResetRole)
        buttons.accepted.connect(self._accept)
        reset.clicked.connect(lambda: self._check(usual))
        self._find.textChanged.connect(self._narrow)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.WIDE, theme.WIDE, theme.WIDE, theme.WIDE)
        layout.setSpacing(theme.GAP)
        for widget in (self._find, self._tree, note, buttons):
            layout.addWidget(widget)

    def _make_tree(self, columns: Sequence[Column]) -> QTreeWidget:
        tree = named(QTreeWidget(self), "run_columns", "Columns")
        tree.setHeaderHidden(True)
        theme.mark(tree, role="framed")
        for group in GROUPS:
            members = [column for column in columns if column.group == group]
            if not members:
                continue
            head = QTreeWidgetItem(tree, [group])
            head.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsAutoTristate)
            for column in members:
                one = QTreeWidgetItem(head, [column.title])
                one.setToolTip(0, column.help)
                one.setData(0, _KEY, column.key)
                is_always = column.key == self._always
                flags = Qt.ItemFlag.NoItemFlags if is_always else Qt.ItemFlag.ItemIsEnabled
                one.setFlags(flags | Qt.ItemFlag.ItemIsUserCheckable)
                checked = is_always or column.key in self._shown
                one.setCheckState(0, Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)
            head.setExpanded(group != "Environment")
        return tree

    def _heads(self) -> list[QTreeWidgetItem]:
        heads = (self._tree.topLevelItem(place) for place in range(self._tree.topLevelItemCount()))
        return [head for head in heads if head is not None]

    @staticmethod
    def _under(head: QTreeWidgetItem) -> list[QTreeWidgetItem]:
        return [one for place in range(head.childCount()) if (one := head.child(place)) is not None]

    def _items(self) -> list[QTreeWidgetItem]:
        return [one for head in self._heads() for one in self._under(head)]

    def _check(self, keys: Sequence[str]) -> None:
        for one in self._items():
            is_wanted = one.data(0, _KEY) in keys
            one.setCheckState(0, Qt.CheckState.Checked if is_wanted else Qt.CheckState.Unchecked)

    def _narrow(self, text: str) -> None:
        part = text.strip().casefold()
        for one in self._items():
            one.setHidden(part not in one.text(0).casefold())
        for head in self._heads():
            head.setHidden(all(one.isHidden() for one in self._under(head)))

    def _accept(self) -> None:
        wanted = [one.data(0, _KEY) for one in self._items() if one.checkState(0) == Qt.CheckState.Checked]
        kept = [key for key in self._shown if key in wanted]
        self.chosen.emit((*kept, *(key for key in wanted if key not in kept)))
        self.accept()
