"""Runs over their parameters: as lines over all of them, as points over two, and what their models lean on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from aetheron_desktop.engine.comparing.axes import plane, sweep, usual_axes
from aetheron_desktop.engine.comparing.columns import SCORE
from aetheron_desktop.engine.comparing.table import RunTable
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.comparison import cell_text
from aetheron_desktop.ui.widgets.charts.card import ChartCard
from aetheron_desktop.ui.widgets.comparison.importance_chart import ImportanceChart
from aetheron_desktop.ui.widgets.comparison.parallel_chart import MOST_LINES, ParallelChart
from aetheron_desktop.ui.widgets.comparison.plane_chart import PlaneChart
from aetheron_desktop.ui.widgets.data_views.chips import Chips
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from aetheron_desktop.engine.comparing.columns import Column
    from aetheron_desktop.engine.comparing.importances import RunImportances
    from aetheron_desktop.ui.widgets.charts.frame import Bounds

KINDS: Final = (
    ("parallel", "Parallel", "Runs as lines over their parameters and scores; drag along an axis to choose runs"),
    ("plane", "Scatter", "Runs as points over any two columns"),
    ("importance", "Importance", "What the models of the chosen runs lean on"),
)


class SweepView(QWidget):
    """``runs_chosen`` tells runs that were marked in a chart, ``axes_wanted`` that others are to be chosen.

    ``kind_changed`` tells that another chart came to the front, ``tint_chosen`` the key of the column that colours.
    """

    runs_chosen = Signal(list)
    axes_wanted = Signal()
    kind_changed = Signal()
    tint_chosen = Signal(str)
    failed = Signal(object)  # AetheronError

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "sweep_view", "Runs over their parameters")
        self._table = RunTable()
        self._places: Sequence[int] = ()
        self._axes_shown: Sequence[str] = ()
        self._tint = SCORE
        self._columns: dict[str, Column] = {}
        self._marked: Collection[str] = ()
        self._kinds = Chips("sweep_kind", KINDS, self)
        self._tints = named(QComboBox(self), "sweep_tint", "Colour by", "The column that gives runs their colour")
        self._ends = [named(QComboBox(self), f"sweep_{axis}", words) for axis, words in (
            ("x", "What is shown across"), ("y", "What is shown upwards"))]  # fmt: skip
        self._axes = pictured(named(QPushButton("Axes", self), "sweep_axes", "Choose the axes"), "table", "muted")
        theme.mark(self._axes, role="ghost")
        self._surface = named(
            QPushButton("Surface", self), "sweep_surface", "Surface", "Draw the mean of the colour around each place"
        )
        self._surface.setCheckable(True)
        self._surface.setChecked(True)
        theme.mark(self._surface, role="chip")
        self.parallel = ParallelChart(self._words_at, self)
        self.plane = PlaneChart(self._words_of, self)
        self.importance = ImportanceChart(self)
        self._empty = Empty("chart", self)
        self._cards = {kind: ChartCard(f"sweep_{kind}", self) for kind, _, _ in KINDS}
        self._build()
        self._connect()

    def _build(self) -> None:
        self._stack = QStackedWidget(self)
        for (kind, title, _), chart in zip(KINDS, (self.parallel, self.plane, self.importance), strict=True):
            self._cards[kind].show_chart(chart, title, "", f"runs {kind}")
            self._stack.addWidget(self._cards[kind])
        self._stack.addWidget(self._empty)
        self._by, self._tinted = QLabel("by", self), QLabel("Colour", self)
        self._tinted.setBuddy(self._tints)
        theme.mark(self._tinted, role="muted")
        theme.mark(self._by, role="muted")
        line = QHBoxLayout()
        line.setSpacing(theme.GAP)
        self._kinds.add_to(line)
        line.addSpacing(theme.GAP)
        for widget in (self._ends[1], self._by, self._ends[0], self._surface):
            line.addWidget(widget)
        line.addStretch(1)
        for widget in (self._axes, self._tinted, self._tints):
            line.addWidget(widget)
        for box in (*self._ends, self._tints):
            box.setMaximumWidth(200)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.WIDE, theme.GAP, theme.WIDE, theme.WIDE)
        layout.setSpacing(theme.GAP)
        layout.addLayout(line)
        layout.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self._kinds.buttonClicked.connect(self._on_kind)
        self._tints.activated.connect(lambda _: self.tint_chosen.emit(self._tints.currentData()))
        self._axes.clicked.connect(self.axes_wanted)
        self._surface.toggled.connect(self._on_surface)
        for box in self._ends:
            box.activated.connect(self._draw)
        self.parallel.chosen.connect(self.runs_chosen)
        self.parallel.point_chosen.connect(self._on_line)
        self.plane.point_chosen.connect(lambda x, y: self._on_run(self.plane.run_at(x, y)))
        self.plane.region_chosen.connect(self._on_region)
        self.importance.point_chosen.connect(lambda x, y: self._on_run(self.importance.run_at(x, y)))
        for card in self._cards.values():
            card.failed.connect(self.failed)

    # -- what is shown ------------------------------------------------------------------------------------------------

    @property
    def kind(self) -> str:
        """Which chart is in front."""
        return self._kinds.key

    @property
    def axes(self) -> list[str]:
        """The keys of the columns that are axes."""
        return list(self._axes_shown)

    def show_runs(self, table: RunTable, places: Sequence[int], keys: Sequence[str], tint: str) -> None:
        """Show the runs at these places of the table, by the columns ``keys``, the usual ones where there are none."""
        self._table, self._places = table, places
        self._axes_shown = keys or usual_axes(table, places)
        columns = [column for column in table.columns() if column.key not in {"run", "id"}]
        self._columns = {column.key: column for column in columns}
        numbers = [column for column in columns if column.is_number]
        params = [key for key in self._axes_shown if key != SCORE and (one := self._columns.get(key)) and one.is_number]
        # What was remembered may be a column of runs that are gone: the picker must not name another than is drawn.
        self._tint = tint if any(column.key == tint for column in numbers) else SCORE
        _fill(self._tints, numbers, self._tint)
        for box, wanted in zip(self._ends, (*params, "time", SCORE), strict=False):
            _fill(box, columns, box.currentData() or wanted)
        self._draw()

    def show_importances(self, told: RunImportances, names: Mapping[str, str]) -> None:
        """Show what the models of runs lean on; what is missing of some is said below."""
        if not told.columns:
            self.show_nothing(told.runs[0].missing if told.runs else "There is nothing stored of these runs.")
            return
        self.importance.show_importances(told, names)
        card = self._cards["importance"]
        more = f"the {len(told.columns)} weightiest of {told.columns_in_all} columns; " if (
            told.columns_in_all > len(told.columns)) else ""  # fmt: skip
        card.show_chart(
            self.importance, "Importance", f"{more}100 is the weightiest column of a run", "runs importance"
        )
        card.say("\n".join(f"{names.get(one.run, one.run)}: {one.missing}" for one in told.runs if one.missing))
        self._stack.setCurrentWidget(card)

    def show_nothing(self, words: str) -> None:
        """Say why there is nothing to see."""
        self._empty.show_words("Nothing to draw", words)
        self._stack.setCurrentWidget(self._empty)

    def choose(self, runs: Collection[str]) -> None:
        """Show which runs are chosen."""
        self._marked = runs
        self.parallel.mark_runs(runs)
        self.plane.mark_runs(runs)

    def _draw(self) -> None:
        kind = self.kind
        for widget in (*self._ends, self._by, self._surface):
            widget.setVisible(kind == "plane")
        self._axes.setVisible(kind == "parallel")
        for widget in (self._tints, self._tinted):
            widget.setVisible(kind != "importance")
        if kind == "parallel":
            self._draw_lines()
        elif kind == "plane":
            self._draw_points()

    def _draw_lines(self) -> None:
        told = sweep(self._table, self._places, self._axes_shown, self._tint)
        if len(told.axes) < 2 or len(told.runs) < 2:
            self.show_nothing(
                "Lines need two runs or more that differ in two columns or more. Show more runs, or choose other axes."
            )
            return
        self.parallel.show_sweep(told)
        words = [f"{len(told.runs):,} runs"]
        if len(told.runs) > MOST_LINES:
            words.append("a part of them is drawn")
        words += _notes(told.left_out, told.has_other_rows)
        if told.same:
            words.append(f"the same for all: {', '.join(told.same)}")
        words.append("drag along an axis to choose runs, click on a band to take it off")
        # A drag always marks here, as there is nothing to be moved: no button turns that on.
        self.parallel.can_mark_regions = False
        self._cards["parallel"].show_chart(self.parallel, "Parallel coordinates", "; ".join(words), "runs parallel")
        self.parallel.can_mark_regions = self.parallel.is_marking = True
        self._stack.setCurrentWidget(self._cards["parallel"])

    def _draw_points(self) -> None:
        x, y = (box.currentData() or SCORE for box in self._ends)
        told = plane(self._table, self._places, x, y, self._tint)
        if told is None or not told.runs:
            self.show_nothing("No run that is shown has a value in both columns. Choose others above.")
            return
        self.plane.show_plane(told)
        self._surface.setVisible(told.surface is not None)
        words = [f"{len(told.runs):,} runs", *_notes(told.left_out, told.has_other_rows, " or lack one of the two")]
        title = f"{told.up.title} by {told.across.title}"
        self._cards["plane"].show_chart(self.plane, title, "; ".join(words), f"runs {title}")
        self._stack.setCurrentWidget(self._cards["plane"])

    def _words_at(self, key: str, place: int) -> str:
        told = self.parallel.told
        return "" if told is None else self._words_of(told.runs[place].id, key)

    def _words_of(self, run: str, key: str) -> str:
        row, column = self._table.row(run), self._columns.get(key)
        return "" if row is None or column is None else cell_text(column, column.value(row)) or "none"

    # -- the hand -----------------------------------------------------------------------------------------------------

    def _on_kind(self) -> None:
        self._draw()
        self.kind_changed.emit()

    def _on_surface(self, shown: bool) -> None:
        self.plane.has_surface = shown
        self.plane.redraw()

    def _on_line(self, x: float, y: float) -> None:
        """Choose a run by its line; a click on the band of an axis takes it off."""
        key = self.parallel.band_at(x)
        if key is not None:
            self.parallel.drop_band(key)
        else:
            self._on_run(self.parallel.run_at(x, y))

    def _on_region(self, region: Bounds) -> None:
        if runs := self.plane.runs_in(region):
            self.runs_chosen.emit(runs)

    def _on_run(self, run: str | None) -> None:
        if run is not None:
            self.runs_chosen.emit([run])


def _fill(box: QComboBox, columns: Sequence[Column], chosen: str) -> None:
    box.clear()
    for column in columns:
        box.addItem(column.title, column.key)
    box.setCurrentIndex(max(0, box.findData(chosen)))


def _notes(left_out: int, has_other_rows: bool, why: str = "") -> list[str]:
    """Say which runs are not there, and that scores on other rows are no equals."""
    words = []
    if left_out:
        words.append(f"{left_out:,} left out that predict something else{why}")
    if has_other_rows:
        words.append("not all were tested on the same rows")
    return words
