"""All runs as a table: its columns as arrays, for sorting, filtering and grouping tens of thousands at once."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.comparing.columns import SCORE, columns_of, direction_of, is_better, main, score
from aetheron_desktop.engine.comparing.row import is_worth_telling
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.evaluation.metrics import BASELINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.comparing.columns import Cell, Column
    from aetheron_desktop.engine.comparing.row import RunRow

    Mask = NDArray[np.bool_]
    Places = NDArray[np.intp]

UNKNOWN: Final = "–"
"""What a group is called whose runs have nothing in the column."""


class RunTable:
    """Runs in the order in which they came. An array of a column is made when it is first asked for, and kept."""

    def __init__(self, rows: Iterable[RunRow] = ()) -> None:
        self.rows: list[RunRow] = list(rows)
        self._places = {row.id: place for place, row in enumerate(self.rows)}
        self._arrays: dict[str, NDArray[Any]] = {}
        self._columns: dict[str, Column] = {}
        self._words: dict[str, str] = {}
        self._best: set[str] | None = None
        self._letters: dict[str, str] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def prepare(self) -> None:
        """Make what the first look at the table asks for, in whatever thread: columns, order, letters, and the best."""
        self.order(SCORE, ascending=True)
        for row in self.rows[:1]:
            self.letter(row)
        _ = self.columns(), self.best

    # -- what changes -------------------------------------------------------------------------------------------------

    def put(self, row: RunRow) -> int:
        """Add a run, or take what is new of it; gives its place."""
        place = self._places.get(row.id)
        if place is None:
            place = self._places[row.id] = len(self.rows)
            self.rows.append(row)
            self._forget()
        elif self.rows[place] != row:
            self.rows[place] = row
            self._forget()
        return place

    def remove(self, runs: Iterable[str]) -> None:
        """Leave out runs from now on."""
        gone = set(runs) & set(self._places)
        if not gone:
            return
        self.rows = [row for row in self.rows if row.id not in gone]
        self._places = {row.id: place for place, row in enumerate(self.rows)}
        self._forget()

    def _forget(self) -> None:
        self._arrays.clear()
        self._columns.clear()
        self._words.clear()
        self._best = self._letters = None

    # -- what there is ------------------------------------------------------------------------------------------------

    def place(self, run: str) -> int | None:
        """Give the place of a run; None where it is not here."""
        return self._places.get(run)

    def row(self, run: str) -> RunRow | None:
        """Give a run; None where it is not here."""
        place = self._places.get(run)
        return None if place is None else self.rows[place]

    def columns(self) -> tuple[Column, ...]:
        """Give all columns that the runs have something in."""
        if not self._columns:
            self._columns = {column.key: column for column in columns_of(self.rows)}
        return tuple(self._columns.values())

    def column(self, key: str) -> Column | None:
        """Give the column of this key."""
        if not self._columns:
            self.columns()
        return self._columns.get(key)

    def words(self) -> dict[str, str]:
        """Give the keys of the columns by every word, in small letters, that a condition may use for them.

        A bare name of a metric, a parameter or a part of the environment is as good as the whole key, unless something
        that stands before it in this order has the name.
        """
        if not self._words:
            for column in self.columns():
                for word in (column.key, column.key.partition(".")[2], *column.also):
                    if word:
                        self._words.setdefault(word.casefold(), column.key)
        return self._words

    def values(self, key: str) -> NDArray[Any]:
        """Give a column: floats with NaN where there is none, or objects (text and tuples of tags) with None.

        Raises:
            UsageError: there is no such column.
        """
        if key not in self._arrays:
            column = self.column(key)
            if column is None:
                raise UsageError(f"There is no column {key!r}.", hint="Choose one that a run has.")
            cells = [column.value(row) for row in self.rows]
            self._arrays[key] = _numbers(cells) if column.is_number else _objects(cells)
        return self._arrays[key]

    # -- order --------------------------------------------------------------------------------------------------------

    def order(self, key: str, *, ascending: bool, where: Mask | None = None, first: str = "") -> Places:
        """Give the places of the runs where ``where`` holds, by a column; what is not known comes last either way.

        Equal ones keep the order in which they came, newest first; the run ``first`` stands before all.
        """
        places = np.arange(len(self.rows)) if where is None else np.flatnonzero(where)
        places = places[::-1]
        keys = self._sortable(key)[places]
        missing = np.isnan(keys)
        by = np.argsort(np.where(missing, 0.0, keys if ascending else -keys), kind="stable")
        ordered = places[by]
        known = ~missing[by]
        ordered = np.concatenate([ordered[known], ordered[~known]])
        place = self._places.get(first)
        if place is None or not (ordered == place).any():
            return ordered
        return np.concatenate([[place], ordered[ordered != place]])

    def best_first(self, key: str) -> bool:
        """Whether a column is first shown ascending, so that the best, the newest or the first word stands above."""
        column = self.column(key)
        if column is None or key == SCORE:
            return key == SCORE  # what a score is sorted by is the distance from the best
        return column.direction != "higher" and column.kind != "date"

    def _sortable(self, key: str) -> NDArray[np.float64]:
        """Give what the column is sorted by: numbers themselves, of texts their place in the alphabet."""
        wanted = f"sortable {key}"
        if wanted not in self._arrays:
            if key == SCORE:
                made = _numbers([_distance(row) for row in self.rows])
            else:
                values = self.values(key)
                made = values if values.dtype != object else _ranks(values)
            self._arrays[wanted] = made
        return self._arrays[wanted]

    # -- groups -------------------------------------------------------------------------------------------------------

    def groups(self, key: str, places: Places) -> list[tuple[str, Places]]:
        """Part the runs at ``places`` by a column: the name of each group and its runs, in the order given.

        Groups stand in the order of their first run; of tags a run belongs to the group of all of its own.
        """
        values = self.values(key).tolist()
        found: dict[str, list[int]] = {}
        for place in places.tolist():
            found.setdefault(group_name(values[place]), []).append(place)
        return [(name, np.asarray(one, dtype=np.intp)) for name, one in found.items()]

    # -- who may be compared ------------------------------------------------------------------------------------------

    @property
    def best(self) -> set[str]:
        """The best run of each kind: those that predict the same target on the same rows, by their main metric."""
        if self._best is None:
            held: dict[tuple[str, str, str], RunRow] = {}
            sizes: Counter[tuple[str, str, str]] = Counter()
            for row in self.rows:
                value, rivals = score(row), row.rivals
                if value is None or rivals is None or not math.isfinite(value):
                    continue
                sizes[rivals] += 1
                other = held.get(rivals)
                if other is None or is_better(main(row), value, score(other) or 0.0):
                    held[rivals] = row
            self._best = {row.id for kind, row in held.items() if is_worth_telling(row.estimator_id, sizes[kind])}
        return self._best

    def letter(self, row: RunRow) -> str:
        """Give the letter of the test rows of a run: the same for the same rows; nothing where they are not known."""
        if self._letters is None:
            counts: dict[str, int] = {}
            for one in self.rows:
                if one.card.test_rows:
                    counts[one.card.test_rows] = counts.get(one.card.test_rows, 0) + 1
            ordered = sorted(counts, key=lambda rows: -counts[rows])
            self._letters = {rows: _letters(place) for place, rows in enumerate(ordered)}
        return self._letters.get(row.card.test_rows, "")

    def against(self, row: RunRow, baseline: RunRow | None, metric: str) -> float | None:
        """Give by how much a run is better than the baseline, by a metric; None where the two cannot be compared."""
        if baseline is None or row.rivals is None or row.rivals != baseline.rivals:
            return None
        mine, its, direction = row.metrics.get(metric), baseline.metrics.get(metric), direction_of(metric)
        if mine is None or its is None or direction in {None, "level"}:
            return None
        return mine - its if direction == "higher" else its - mine

    def ranges(self, key: str, places: Sequence[int]) -> tuple[float, float] | None:
        """Give the least and the largest number of some runs in a column; None where they have none."""
        values = self.values(key)[list(places)]
        if values.dtype == object or not np.isfinite(values).any():
            return None
        return float(np.nanmin(values)), float(np.nanmax(values))


def group_name(value: Cell) -> str:
    """Give the name of the group of runs with this value in the column that they are parted by."""
    if value is None or value == () or (isinstance(value, float) and math.isnan(value)):
        return UNKNOWN
    if isinstance(value, tuple):
        return ", ".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _distance(row: RunRow) -> float | None:
    """Give what scores are sorted by, so that the better one is smaller whatever its direction."""
    value = score(row)
    if value is None:
        return None
    return -value if direction_of(main(row).removeprefix(BASELINE)) != "lower" else value


def _numbers(cells: Sequence[Cell]) -> NDArray[np.float64]:
    return np.array([math.nan if cell is None else cell for cell in cells], dtype=np.float64)


def _objects(cells: Sequence[Cell]) -> NDArray[Any]:
    made: NDArray[Any] = np.empty(len(cells), dtype=object)
    made[:] = cells
    return made


def _ranks(values: NDArray[Any]) -> NDArray[np.float64]:
    """Give the place of each text in the alphabet; NaN where there is none."""
    words = [group_name(value).casefold() if value not in (None, ()) else None for value in values.tolist()]
    places = {word: float(place) for place, word in enumerate(sorted({word for word in words if word is not None}))}
    return np.array([math.nan if word is None else places[word] for word in words])


def _letters(place: int) -> str:
    """Give A to Z, then AA, AB and so on."""
    word = ""
    place += 1
    while place:
        place, digit = divmod(place - 1, 26)
        word = chr(ord("A") + digit) + word
    return word
