"""The history of a model: every version with its place in the graph, its names and what it measures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QHeaderView, QMenu, QStackedLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.item_models.history_table import (
    COLUMNS,
    DEED,
    GRAPH,
    MESSAGE,
    METRIC,
    ROW_ROLE,
    WHEN,
    WHO,
    HistoryTable,
)
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.history.graph_painter import GraphPainter
from aetheron_desktop.ui.widgets.history.history_cells import GAP, PLOT_WIDTH
from aetheron_desktop.ui.widgets.history.history_tree import HistoryTree
from aetheron_desktop.ui.widgets.history.lanes import lay_out
from aetheron_desktop.ui.widgets.history.wishes import DIFFERENCE, WISHES
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent

    from aetheron_desktop.engine.evaluation.metrics import Metric
    from aetheron_desktop.engine.registry.versions import History
    from aetheron_desktop.ui.widgets.history.history_tree import Way
    from aetheron_desktop.ui.widgets.history.lanes import LaneRow
    from aetheron_desktop.ui.widgets.history.wishes import Wish

_WHO_WIDTH: Final = 120
_WHEN_WIDTH: Final = 106
_DEED_WIDTH: Final = 40
_LEAST_MESSAGE: Final = 260
_MINUTE_MS: Final = 60_000


class HistoryView(QWidget):
    """Keeps up to two chosen versions; asks, and never does.

    One is chosen by a click or the arrow keys; Ctrl and a click, or Space, choose a second one for the difference, and
    of more than two the oldest choice goes. Shift keeps the first choice and moves the second.
    """

    chosen_changed = Signal(list)  # commits, the oldest choice first; Enter tells them again
    wished = Signal(str, str)  # the id of a wish, commit; of a difference the newer choice, see ``chosen``

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "history", "History")
        self._history: History | None = None
        self._chosen: list[str] = []
        self._is_mirroring = False
        self._graph = GraphPainter()
        self._table = HistoryTable(self)
        self.tree = self._make_tree()
        self._empty = Empty("models", self)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.tree)
        self._ages = QTimer(self, interval=_MINUTE_MS)
        self._ages.timeout.connect(self._table.refresh_ages)
        self.setFocusProxy(self.tree)
        self.tree.picked.connect(self._pick)
        self.tree.confirmed.connect(self._confirm)
        self.tree.wish_keyed.connect(self._wish_by_id)
        self.tree.menu_wanted.connect(self._show_menu)
        self.tree.selectionModel().selectionChanged.connect(self._on_selection)
        theme.changed.connect(self._recolor)
        self._show_state()

    # -- what is shown ------------------------------------------------------------------------------------------------

    def show_nothing(self, title: str = "", text: str = "") -> None:
        """Show these words in place of a history; none while it is read."""
        self.show_history(None, None)
        self._empty.show_words(title, text)

    def show_history(
        self, history: History | None, main: Metric | None, lanes: Sequence[LaneRow] | None = None
    ) -> None:
        """Show the versions of a model with their values of ``main``; None while no model is chosen.

        The choice and the place are kept while the model is the same one. Of another model its current version is
        chosen. ``lanes`` is what :func:`.lanes.lay_out` gives, where somebody has done that beside this thread.
        """
        is_same = history is not None and self._history is not None and history.model == self._history.model
        top = self._top_commit() if is_same else ""
        self._history = history
        versions = () if history is None else history.versions
        current = history.labels.current if history is not None else ""
        rows = lay_out(versions, current) if lanes is None else lanes
        self._table.show_history(history, main)
        known = self._table.rows
        self._graph.show_rows(rows, None if known is None else known.places.get(current))
        self.tree.cells.measure()
        self._show_state()
        self._show_columns()
        kept = [commit for commit in self._chosen if self._table.position_of(commit) is not None] if is_same else []
        first = next((commit for commit in (current, *(version.commit for version in versions[:1])) if commit), "")
        self._choose(kept if kept or is_same else [first] if first else [])
        position = self._table.position_of(top) if top else None
        if position is not None:
            self.tree.scrollTo(self._table.index(position, GRAPH), HistoryTree.ScrollHint.PositionAtTop)
        elif is_same:
            self.tree.scrollToTop()

    def set_filter(self, text: str) -> None:
        """Show only versions in whose message, author, names, number or run all words of ``text`` occur.

        Their dots stand alone then, since the versions between them are not shown.
        """
        self._table.set_filter(text)
        self._show_state()
        self._choose([commit for commit in self._chosen if self._table.position_of(commit) is not None])

    def chosen(self) -> tuple[str, ...]:
        """Give the commits of the chosen versions, the oldest choice first; there are two at most."""
        return tuple(self._chosen)

    def choose(self, commits: Sequence[str]) -> None:
        """Choose versions, the last two where there are more, and bring the last of them into view."""
        self._choose([commit for commit in commits if self._table.position_of(commit) is not None][-2:])

    def is_possible(self, wish: Wish) -> bool:
        """Tell whether ``wish`` can be had of what is chosen."""
        if wish.id == DIFFERENCE.id:
            return len(self._chosen) == 2
        current = self._history.labels.current if self._history is not None else ""
        return len(self._chosen) == 1 and not (wish.of_another and self._chosen[0] == current)

    def make_menu(self) -> QMenu:
        """Give the menu for the chosen versions."""
        menu = named(QMenu(self), "history_menu", "What can be done with the chosen versions")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        for wish in (DIFFERENCE,) if len(self._chosen) == 2 else WISHES:
            if wish.starts_section:
                menu.addSeparator()
            # The keys are the tree's own; here they are only told.
            action = menu.addAction(icon(wish.icon, "muted"), f"{wish.text}\t{wish.keys}" if wish.keys else wish.text)
            action.setObjectName(f"history_{wish.id}")
            action.setToolTip(wish.tip)
            action.setEnabled(self.is_possible(wish))
            action.triggered.connect(lambda _, wish=wish: self._wish(wish))
        return menu

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_columns()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._table.refresh_ages()
        self._ages.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._ages.stop()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.tree.cells.dress(self.tree.font())
            self._show_columns()

    # -- within -------------------------------------------------------------------------------------------------------

    def _make_tree(self) -> HistoryTree:
        tree = named(HistoryTree(self._table, self._graph, self), "history_versions", "Versions, newest first")
        theme.mark(tree, role="framed")
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionsMovable(False)
        header.setMinimumSectionSize(_DEED_WIDTH)
        for column in range(COLUMNS):
            is_fixed = column in {GRAPH, METRIC, DEED}
            mode = QHeaderView.ResizeMode.Fixed if is_fixed else QHeaderView.ResizeMode.Interactive
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch if column == MESSAGE else mode)
        for column, width in ((WHO, _WHO_WIDTH), (WHEN, _WHEN_WIDTH), (DEED, _DEED_WIDTH)):
            tree.setColumnWidth(column, width)
        return tree

    def _recolor(self) -> None:
        self._graph.forget()
        self.tree.viewport().update()

    def _show_state(self) -> None:
        self._stack.setCurrentWidget(self.tree if self._table.rowCount() else self._empty)
        if self._history is None:
            self._empty.show_words("Choose a model", "Here is the history of its versions then.")
        elif self._history.versions:
            self._empty.show_words("No version fits", "Change the words that you look for, or clear them.")
        else:
            self._empty.show_words("This model has no versions yet", "Each training and each change makes one.")

    def _show_columns(self) -> None:
        """Give the graph what it needs, and leave out what is least needed where room is scarce."""
        graph, metric = self._graph.width + 2, self.tree.cells.metric_width
        room = self.width() - graph - metric - self.tree.columnWidth(WHEN) - _DEED_WIDTH - _LEAST_MESSAGE
        shows_who = room >= self.tree.columnWidth(WHO)
        room -= self.tree.columnWidth(WHO) * shows_who
        shows_plot = room >= PLOT_WIDTH + GAP
        self.tree.setColumnWidth(GRAPH, graph)
        self.tree.setColumnWidth(METRIC, metric + (PLOT_WIDTH + GAP) * shows_plot)
        self.tree.setColumnHidden(WHO, not shows_who)
        self.tree.setColumnHidden(DEED, room < 0)
        self.tree.setColumnHidden(WHEN, room < -_DEED_WIDTH - 60)

    def _top_commit(self) -> str:
        """Give the version at the upper edge; empty while the newest is there."""
        index = self.tree.indexAt(QPoint(1, 1))
        return str(index.data(ROW_ROLE).version.commit) if index.row() > 0 else ""

    def _pick(self, position: int, way: Way) -> None:
        commit = self._table.row(position).version.commit
        if way == "alone":
            self._choose([commit])
        elif way == "extend":
            self._choose([*[one for one in self._chosen[:1] if one != commit], commit])
        elif commit in self._chosen:
            self._choose([one for one in self._chosen if one != commit], current=position)
        else:
            self._choose([*self._chosen[-1:], commit])

    def _choose(self, commits: list[str], current: int | None = None) -> None:
        before, self._chosen = self._chosen, commits
        positions = [place for commit in commits if (place := self._table.position_of(commit)) is not None]
        selection = QItemSelection()
        for place in positions:
            selection.select(self._table.index(place, 0), self._table.index(place, COLUMNS - 1))
        flags = QItemSelectionModel.SelectionFlag
        self._is_mirroring = True
        self.tree.selectionModel().select(selection, flags.ClearAndSelect)
        place = current if current is not None else positions[-1] if positions else None
        if place is not None:
            self.tree.selectionModel().setCurrentIndex(self._table.index(place, GRAPH), flags.NoUpdate)
        self._is_mirroring = False
        if commits != before:
            self.chosen_changed.emit(list(commits))

    def _on_selection(self) -> None:
        """Follow a selection that was made by another than the tree, as screen readers do."""
        if not self._is_mirroring:
            self._choose(
                [index.data(ROW_ROLE).version.commit for index in self.tree.selectionModel().selectedRows()][-2:]
            )

    def _confirm(self, position: int) -> None:
        before = self.chosen()
        if self._table.row(position).version.commit not in before:
            self._pick(position, "alone")
        if self.chosen() == before:
            self.chosen_changed.emit(list(before))

    def _show_menu(self, place: QPoint) -> None:
        if self._chosen:
            self.make_menu().popup(place)

    def _wish_by_id(self, id_: str) -> None:
        self._wish(next(wish for wish in (*WISHES, DIFFERENCE) if wish.id == id_))

    def _wish(self, wish: Wish) -> None:
        if self.is_possible(wish):
            self.wished.emit(wish.id, self._chosen[-1])
