"""The nearest rows for which something else is predicted: what would have to be otherwise.

Two ways are gone, and the nearest of what they find is told. From the row itself the cells are set to plausible
values, one after another, the best few combinations being followed (as Wachter, Mittelstadt and Russell 2018 search,
without gradients); and the training rows nearest to it that have the wish are taken back to it cell by cell as long as
they keep it (Keane and Smyth 2020, "Good Counterfactuals and Where to Find Them"). At last each number is brought as
near as it goes. Distances are those of :mod:`.similar`, each column counting the same, and a little for each cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.explaining import words
from aetheron_desktop.engine.explaining.dependence import column_of
from aetheron_desktop.engine.explaining.grids import at, axis_of, grid_of, place_of, table_of
from aetheron_desktop.engine.explaining.mixing import Halted
from aetheron_desktop.engine.explaining.results import CellChange, Counterfactual, Counterfactuals
from aetheron_desktop.engine.explaining.rows import plausible_of, row_of
from aetheron_desktop.engine.explaining.similar import Distances
from aetheron_desktop.engine.explaining.subject import cell

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from aetheron_desktop.engine.explaining.results import Cell
    from aetheron_desktop.engine.explaining.subject import Subject

    Floats = NDArray[np.float64]
    Changes = dict[str, Any]

_POINTS: Final = 12
_BEAM: Final = 12
_MOST_CHANGES: Final = 4
_TOLD: Final = 3
_LOOKED_AT: Final = 24
_NEAR: Final = 12
_HALVINGS: Final = 7
_PER_CELL: Final = 0.05
"""What each changed cell costs beside its distance: of two ways as far, the one with fewer changes is told."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be predicted: a class, or a number of at least or at most ``bound``."""

    words: str
    label: int | None = None
    bound: float = 0.0
    is_more: bool = True


def counterfactuals(
    subject: Subject,
    row: int | None,
    cells: Mapping[str, Cell],
    should_stop: Callable[[], bool],
    *,
    kept: Sequence[str] = (),
    wish: str = "",
) -> Counterfactuals:
    """Give the nearest changes after which the wish is predicted.

    ``wish`` is a class, or for numbers a bound such as ">=12"; by default the second most likely class, and of numbers
    the other side of the middle of the training rows. ``kept`` are columns that are not changed.

    Raises:
        UsageError: the wish or a column makes no sense; or see :func:`.rows.row_of`.
        Halted: it was asked to stop.
    """
    table, _ = row_of(subject, row, cells)
    for name in kept:
        column_of(subject, name)
    wanted = _wish(subject, table, wish)
    search = _Search(subject, table, wanted, frozenset(kept), should_stop)
    found = search.found()
    made = Counterfactuals(
        model=subject.model,
        version=subject.version,
        row=row,
        wish=wanted.words,
        score_name=f"probability of {subject.pipeline.classes[wanted.label]}"
        if wanted.label is not None
        else subject.pipeline.target.name,
        found=found,
        kept=tuple(kept),
    )
    return words.with_counterfactual_sentences(made, search.is_so_already)


def _wish(subject: Subject, table: pd.DataFrame, wish: str) -> Wish:
    pipeline, classes = subject.pipeline, subject.pipeline.classes
    raw = pipeline.raw(table)
    if classes:
        if wish and wish not in classes:
            raise UsageError(f"The model has no class {wish!r}.", hint=f"It has: {', '.join(classes[:20])}.")
        now = int(pipeline.chosen(raw)[0])
        others = [place for place in np.argsort(-raw[0], kind="stable").tolist() if place != now]
        label = classes.index(wish) if wish else others[0]
        return Wish(words=classes[label], label=label)
    if not wish:
        middle = float(np.median(subject.learned.y))
        is_more = float(raw[0]) < middle
        return _bounded(middle, is_more=is_more)
    sign, number = (wish[:2], wish[2:]) if wish[:2] in {">=", "<="} else ("", wish)
    try:
        bound = float(number)
    except ValueError as error:
        raise UsageError(f"{wish!r} is no number to wish for.", hint='Write it like ">=12" or "<=12".') from error
    is_more = sign == ">=" if sign else float(raw[0]) < bound
    return _bounded(bound, is_more=is_more)


def _bounded(bound: float, *, is_more: bool) -> Wish:
    return Wish(words=f"{'at least' if is_more else 'at most'} {bound:.6g}", bound=bound, is_more=is_more)


class _Search:
    """Looks for changes of one row; each is a set of cells by the names of their columns."""

    def __init__(
        self, subject: Subject, row: pd.DataFrame, wish: Wish, kept: frozenset[str], should_stop: Callable[[], bool]
    ) -> None:
        self._subject, self._row, self._wish, self._should_stop = subject, row, wish, should_stop
        self._columns = {
            column.name: column
            for column in subject.columns
            if column.name not in kept and column.type not in {"text", "identifier"}
        }
        self._distances = Distances(subject.columns, subject.learned.table, {})
        self._spans = self._distances.spans()
        self._axis = {
            name: float(axis[0])
            for name, column in self._columns.items()
            if (axis := axis_of(column, row[name])) is not None
        }
        self.is_so_already = bool(self._reaches([{}])[0])

    def found(self) -> tuple[Counterfactual, ...]:
        """Give the nearest, those first that cost least, no two of which change the same columns."""
        if self.is_so_already or not self._columns:
            return ()
        ways = sorted([*self._from_the_row(), *self._from_neighbours()], key=self._cost)[:_LOOKED_AT]
        ways = self._nearer(ways)
        ways.sort(key=self._cost)
        told: list[Changes] = []
        for changes in ways:
            # What only adds to changes that are enough says nothing.
            if not any(set(known) <= set(changes) for known in told):
                told.append(changes)
        few = [changes for changes in told if len(changes) <= _MOST_CHANGES]
        told = (few or told)[:_TOLD]
        if not told:
            return ()
        raw = self._raw(told)
        labels = self._labels(raw)
        scores = raw[:, self._wish.label] if self._wish.label is not None else raw
        return tuple(
            Counterfactual(
                changes=tuple(
                    CellChange(column=name, before=cell(self._row[name].iloc[0]), after=cell(value))
                    for name, value in sorted(changes.items(), key=lambda one: -self._apart(*one))
                ),
                prediction=label,
                score=float(score),
                distance=sum(self._apart(*one) for one in changes.items()) / len(self._subject.columns),
            )
            for changes, label, score in zip(told, labels, scores, strict=True)
        )

    # -- the two ways -------------------------------------------------------------------------------------------------

    def _from_the_row(self) -> list[Changes]:
        """Follow the combinations that come nearest to the wish for what they cost."""
        single: list[Changes] = []
        for name, column in self._columns.items():
            grid = grid_of(column, self._subject.learned.table[name], _POINTS)
            now = cell(self._row[name].iloc[0])
            single += [{name: value} for value in (grid[1] if grid else []) if cell(value) != now]
        reached: list[Changes] = []
        beam: list[Changes] = [{}]
        for _ in range(_MOST_CHANGES):
            if self._should_stop():
                raise Halted
            tried = [known | one for known in beam for one in single if not set(known) & set(one)]
            if not tried:
                break
            raw = self._raw(tried)
            reaches, merit = self._reaching(raw), self._merit(raw)
            reached += [changes for changes, is_there in zip(tried, reaches, strict=True) if is_there]
            if reached:
                break
            beam = [tried[place] for place in np.argsort(-merit, kind="stable")[:_BEAM]]
        return sorted(reached, key=self._cost)[: 2 * _BEAM]

    def _from_neighbours(self) -> list[Changes]:
        """Take the nearest training rows that have the wish back, cell by cell, as long as they keep it."""
        learned = self._subject.learned.drawn(20_000)
        has = self._reaching(self._subject.pipeline.raw(learned.table))
        distance = np.where(has, Distances(self._subject.columns, learned.table, {}).to(self._row), np.inf)
        near = [place for place in np.argsort(distance, kind="stable")[:_NEAR] if np.isfinite(distance[place])]
        ways: list[Changes] = []
        for place in near:
            other = learned.table.iloc[place]
            ways.append(
                {name: other[name] for name in self._columns if cell(other[name]) != cell(self._row[name].iloc[0])}
            )
        # Of some, a column that may not be changed, or a text, makes the difference.
        reaches = self._reaches(ways)
        return self._fewer([changes for changes, is_there in zip(ways, reaches, strict=True) if is_there])

    def _fewer(self, ways: list[Changes]) -> list[Changes]:
        """Take cells back as long as the wish is kept, each time the one that costs most; all ways side by side."""
        done: list[Changes] = []
        while ways:
            if self._should_stop():
                raise Halted
            tried = [
                (number, {name: value for name, value in changes.items() if name != gone})
                for number, changes in enumerate(ways)
                for gone in changes
                if len(changes) > 1
            ]
            reaches = self._reaches([changes for _, changes in tried])
            best: dict[int, Changes] = {}
            for (number, changes), is_there in zip(tried, reaches, strict=True):
                if is_there and (number not in best or self._cost(changes) < self._cost(best[number])):
                    best[number] = changes
            done += [changes for number, changes in enumerate(ways) if number not in best]
            ways = list(best.values())
        return done

    def _nearer(self, ways: list[Changes]) -> list[Changes]:
        """Bring each number as near to what it is as the wish lets it, by halving; all ways side by side."""
        ways = [dict(changes) for changes in ways]
        for turn in range(max((len(changes) for changes in ways), default=0)):
            ends: dict[int, tuple[str, float, float]] = {}
            for number, changes in enumerate(ways):
                name = sorted(changes)[turn] if turn < len(changes) else ""
                start = self._axis.get(name, np.nan)
                end = place_of(self._columns[name], changes[name]) if name else np.nan
                if not np.isnan(start) and not np.isnan(end):
                    ends[number] = name, start, end
            for _ in range(_HALVINGS if ends else 0):
                if self._should_stop():
                    raise Halted
                tried = {
                    number: ways[number] | {name: at(self._columns[name], (bad + good) / 2.0, self._step(name))}
                    for number, (name, bad, good) in ends.items()
                }
                reaches = self._reaches(list(tried.values()))
                for (number, changes), is_there in zip(tried.items(), reaches, strict=True):
                    name, bad, good = ends[number]
                    middle = (bad + good) / 2.0
                    ends[number] = (name, bad, middle) if is_there else (name, middle, good)
                    if is_there:
                        ways[number] = changes
        return ways

    def _step(self, name: str) -> float:
        return plausible_of(self._subject, self._columns[name]).step or 0.0

    # -- asking -------------------------------------------------------------------------------------------------------

    def _raw(self, ways: list[Changes]) -> Floats:
        if not ways:
            return self._subject.pipeline.raw(self._row.iloc[[]])
        names = sorted({name for changes in ways for name in changes})
        changed = {name: [changes.get(name, self._row[name].iloc[0]) for changes in ways] for name in names}
        if not changed:
            return self._subject.pipeline.raw(self._row.iloc[[0] * len(ways)])
        return self._subject.pipeline.raw(table_of(self._subject.columns, changed, self._row))

    def _reaches(self, ways: list[Changes]) -> NDArray[np.bool_]:
        return self._reaching(self._raw(ways))

    def _reaching(self, raw: Floats) -> NDArray[np.bool_]:
        if self._wish.label is not None:
            return np.asarray(self._subject.pipeline.chosen(raw) == self._wish.label)
        return raw >= self._wish.bound if self._wish.is_more else raw <= self._wish.bound

    def _merit(self, raw: Floats) -> Floats:
        if self._wish.label is not None:
            return raw[:, self._wish.label]
        return raw if self._wish.is_more else -raw

    def _labels(self, raw: Floats) -> list[str]:
        classes = self._subject.pipeline.classes
        if classes:
            return [classes[place] for place in self._subject.pipeline.chosen(raw).tolist()]
        return [f"{value:.6g}" for value in raw.tolist()]

    def _apart(self, name: str, value: Any) -> float:
        span = self._spans.get(name)
        if span is None or value is None or np.isnan(self._axis.get(name, np.nan)):
            return 1.0
        end = place_of(self._columns[name], value)
        return 1.0 if np.isnan(end) else float(min(1.0, abs(end - self._axis[name]) / span))

    def _cost(self, changes: Changes) -> float:
        return sum(self._apart(*one) + _PER_CELL for one in changes.items())
