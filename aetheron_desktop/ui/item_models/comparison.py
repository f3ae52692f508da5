"""Runs of a leaderboard as an item model: filtered, sorted and parted by the engine's table, a line each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from aetheron_desktop.engine.comparing.columns import METRIC, SCORE, direction_of, label_of, main
from aetheron_desktop.engine.comparing.condition import matching
from aetheron_desktop.engine.comparing.table import RunTable
from aetheron_desktop.engine.comparing.views import View
from aetheron_desktop.engine.evaluation.repeats import spread
from aetheron_desktop.ui.item_models import quantities
from aetheron_desktop.ui.item_models import score as score_words
from aetheron_desktop.ui.item_models.leaderboard import STATUS_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aetheron_desktop.engine.comparing.columns import Cell, Column
    from aetheron_desktop.engine.comparing.row import RunRow

    _Index = QModelIndex | QPersistentModelIndex

LINE_ROLE: Final = int(Qt.ItemDataRole.UserRole)
"""A line of the board: a run, or the head of a group."""
NOTE_ROLE: Final = LINE_ROLE + 1
"""The words below a number (its interval, or how it differs from the baseline) and their tone."""
_ROOT: Final = QModelIndex()


class Line(NamedTuple):
    """``run`` is None for the head of a group, which has its name and how many runs it has."""

    run: RunRow | None
    group: str = ""
    places: tuple[int, ...] = ()
    is_closed: bool = False
    is_best: bool = False
    letter: str = ""
    is_baseline: bool = False
    is_apart: bool = False
    """Whether it was tested on other rows than the baseline."""
    name: str = ""
    """What the run is called here: without its dataset, where that stands in a column of its own."""


class ComparisonModel(QAbstractTableModel):
    """What a view lets be seen of a table of runs; the head of a group tells mean and deviation of its numbers."""

    arranged = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.table = RunTable()
        self.view = View()
        self.baseline = ""
        self._columns: list[Column] = []
        self._lines: list[int] = []
        """Places of runs in the table; a group's head is -1 less its number."""
        self._rows: dict[int, int] = {}
        """The row of each run that is shown, by its place in the table."""
        self._groups: list[tuple[str, tuple[int, ...]]] = []
        self._closed: set[str] = set()

    # -- what is shown ------------------------------------------------------------------------------------------------

    def show_table(self, table: RunTable) -> None:
        """Show these runs from now on."""
        self.table = table
        self.arrange()

    def show_view(self, view: View, baseline: str) -> None:
        """Look at the runs in this way; ``baseline`` is the run that others are held to, or empty.

        Raises:
            UsageError: its condition cannot be understood; nothing changes.
        """
        where = matching(view.where, self.table)
        self.view, self.baseline = view, baseline
        self._arrange(where)

    def arrange(self) -> None:
        """Put the runs in order again, after they have changed."""
        self._arrange(matching(self.view.where, self.table))

    def _arrange(self, where: NDArray[np.bool_]) -> None:
        self.beginResetModel()
        table, view = self.table, self.view
        found = [table.column(key) for key in view.columns]
        self._columns = [column for column in found if column is not None]
        sort = view.sort if table.column(view.sort) is not None else SCORE
        places = table.order(sort, ascending=view.ascending, where=where, first=self.baseline)
        self._groups = []
        if view.group and table.column(view.group) is not None:
            self._groups = [(name, tuple(one.tolist())) for name, one in table.groups(view.group, places)]
            self._lines = []
            for number, (name, members) in enumerate(self._groups):
                self._lines.append(-1 - number)
                if name not in self._closed:
                    self._lines += members
        else:
            self._lines = places.tolist()
        self._rows = {place: row for row, place in enumerate(self._lines) if place >= 0}
        self.endResetModel()
        self.arranged.emit()

    def refresh(self, row: RunRow) -> None:
        """Take what is new of a run whose place may stay as it is."""
        place = self.table.put(row)
        line = self._rows.get(place)
        if line is not None:
            self.dataChanged.emit(self.index(line, 0), self.index(line, self.columnCount() - 1))

    def toggle_group(self, name: str) -> None:
        """Hide the runs of a group, or show them again."""
        self._closed ^= {name}
        self.arrange()

    @property
    def columns(self) -> Sequence[Column]:
        """The columns that are shown, in their order."""
        return self._columns

    @property
    def shown(self) -> int:
        """How many runs meet the condition."""
        return sum(len(places) for _, places in self._groups) if self._groups else len(self._lines)

    def shown_places(self) -> list[int]:
        """Give the places in the table of all runs that meet the condition, those of closed groups too."""
        if self._groups:
            return [place for _, places in self._groups for place in places]
        return list(self._lines)

    def line(self, row: int) -> Line:
        """Give what stands in a row."""
        place = self._lines[row]
        if place < 0:
            name, places = self._groups[-1 - place]
            return Line(None, name, places, name in self._closed)
        run, pinned = self.table.rows[place], self.table.row(self.baseline)
        return Line(
            run,
            is_best=run.id in self.table.best,
            letter=self.table.letter(run),
            is_baseline=run.id == self.baseline,
            is_apart=pinned is not None and pinned.rivals is not None and run.rivals != pinned.rivals,
            name=run.name.removesuffix(f" on {run.dataset}") if "dataset" in self.view.columns else run.name,
        )

    def row_of(self, run: str) -> int | None:
        """Give the row of a run; None while it is not shown."""
        place = self.table.place(run)
        return None if place is None else self._rows.get(place)

    def run_at(self, row: int) -> str | None:
        """Give the id of the run in a row; None where a group begins."""
        place = self._lines[row] if 0 <= row < len(self._lines) else -1
        return None if place < 0 else self.table.rows[place].id

    def runs_of(self, row: int) -> list[str]:
        """Give the runs of a row: one, or all of a group."""
        line = self.line(row)
        return [line.run.id] if line.run is not None else [self.table.rows[place].id for place in line.places]

    # -- Qt -----------------------------------------------------------------------------------------------------------

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        column = self._columns[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                arrow = {"higher": " ↑", "lower": " ↓"}.get(column.direction or "", "")
                return f"{column.title}{arrow if column.key.startswith(METRIC) else ''}"
            case Qt.ItemDataRole.ToolTipRole:
                return column.help or column.title
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._lines):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(self._columns[index.column()])
        if role not in {
            LINE_ROLE, NOTE_ROLE, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        }:  # fmt: skip
            return None
        line, column = self.line(index.row()), self._columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(line, column)
            case Qt.ItemDataRole.ToolTipRole:
                return self._tip(line, column)
            case Qt.ItemDataRole.AccessibleTextRole:
                more = ", best of its kind" if line.is_best and column.key == "run" else ""
                more += ", baseline" if line.is_baseline and column.key == "run" else ""
                note, _ = self._note(line, column)
                return f"{column.title}: {self._text(line, column)}{more}{f', {note}' if note else ''}"
            case _ if role == LINE_ROLE:
                return line
        return self._note(line, column)

    # -- words --------------------------------------------------------------------------------------------------------

    def _text(self, line: Line, column: Column) -> str:
        if line.run is None:
            return self._of_group(line, column)
        if column.key == "run":
            return line.name
        if column.key == "rows" and line.letter:
            return f"{line.letter} · {cell_text(column, column.value(line.run))}"
        return cell_text(column, column.value(line.run))

    def _of_group(self, line: Line, column: Column) -> str:
        if column.key == "run":
            count = len(line.places)
            return f"{self._group_name(line.group)} · {count:,} run{'' if count == 1 else 's'}"
        if not (column.key == SCORE or column.key.startswith(METRIC) or column.kind in {"seconds", "milliseconds"}):
            return ""
        values = [column.value(self.table.rows[place]) for place in line.places]
        told = spread([value for value in values if isinstance(value, float) and math.isfinite(value)])
        if told is None or (column.key == SCORE and len({main(self.table.rows[p]) for p in line.places}) > 1):
            return ""
        middle = cell_text(column, told.mean)
        return middle if told.deviation is None else f"{middle} ± {quantities.number(told.deviation)}"

    def _group_name(self, name: str) -> str:
        if self.view.group == "status":
            return STATUS_WORDS.get(name, name)
        if self.view.group == "plan" and self.table.rows:
            places = next(places for one, places in self._groups if one == name)
            return self.table.rows[places[0]].name
        return name

    def _note(self, line: Line, column: Column) -> tuple[str, str]:
        """Give what stands below a number, and its tone."""
        run = line.run
        if run is None:
            return "", ""
        metric = main(run) if column.key == SCORE else column.key.removeprefix(METRIC)
        if not (column.key == SCORE or column.key.startswith(METRIC)) or run.metrics.get(metric) is None:
            return "", ""
        pinned = self.table.row(self.baseline)
        if pinned is not None and not line.is_baseline:
            gained = self.table.against(run, pinned, metric)
            if gained is not None:
                if math.isclose(gained, 0.0, abs_tol=5e-5):
                    return "the same", "muted"
                word = "better" if gained > 0 else "worse"
                return f"{quantities.number(abs(gained))} {word}", "success" if gained > 0 else "danger"
            if line.is_apart:
                return ("other rows" if run.rivals is not None else "rows not known"), "muted"
        between = run.intervals.get(metric)
        return (f"{score_words.between(between)}", "faint") if between else ("", "")

    def _tip(self, line: Line, column: Column) -> str:
        run = line.run
        if run is None:
            return f"{self._group_name(line.group)}: click to hide or show its runs"
        if column.key == SCORE and (name := main(run)):
            direction = direction_of(name)
            wish = f"; {direction} is better" if direction in {"higher", "lower"} else ""
            between = (
                f", its 95 % interval is {score_words.between(run.intervals[name])}" if name in run.intervals else ""
            )
            return f"{label_of(name)} on the test rows{between}{wish}"
        if column.key == "rows" and line.letter:
            return f"{run.card.test_count:,} test rows; runs with the letter {line.letter} were tested on the same ones"
        if column.key == "run":
            note = f"\n{run.card.marks.note}" if run.card.marks.note else ""
            best = " (the best of those that were tested on the same rows)" if line.is_best else ""
            return f"{run.name}{best}{note}"
        return self._text(line, column)


def cell_text(column: Column, value: Cell) -> str:
    """Give a value in words, as its column tells values."""
    if value is None or value == ():
        return "" if column.kind in {"text", "tags"} else quantities.NONE
    if isinstance(value, tuple):
        return " · ".join(value)
    if isinstance(value, str):
        return STATUS_WORDS.get(value, value) if column.key == "status" else value.split("\n")[0]
    match column.kind:
        case "seconds":
            return quantities.duration(value)
        case "bytes":
            return quantities.size(int(value))
        case "milliseconds":
            return f"{quantities.number(value)} ms"
        case "date":
            return quantities.local_time("%d %b %Y, %H:%M", value)
        case _ if column.group in {"Plan", "Parameters"}:
            return f"{value:,g}" if abs(value) < 1e6 else f"{value:g}"
    return quantities.number(value)


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
