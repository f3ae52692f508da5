"""How what is predicted depends on a column, or on two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.explaining import words
from aetheron_desktop.engine.explaining.grids import axis_of, grid_of, table_of
from aetheron_desktop.engine.explaining.level_order import level_order
from aetheron_desktop.engine.explaining.mixing import Mixing
from aetheron_desktop.engine.explaining.results import Dependence, Surface

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Column
    from aetheron_desktop.engine.explaining.results import Grid
    from aetheron_desktop.engine.explaining.subject import Part, Subject

    Floats = NDArray[np.float64]

_ROWS: Final = 300
_STEP_ROWS: Final = 2_000
_SINGLE: Final = 40
_PAIR_ROWS: Final = 100
_PAIR_POINTS: Final = 10
_DIGITS: Final = 7


def dependence(
    subject: Subject, column: str, should_stop: Callable[[], bool], *, shown: int | None = None, seed: int = 0
) -> Dependence:
    """Give partial dependence, single rows and accumulated effects of ``column``.

    ``shown`` is the output whose single rows are told, the last one by default.

    Raises:
        UsageError: there is no such column, or it has no values to ask about.
        Halted: it was asked to stop.
    """
    known = column_of(subject, column)
    grid, cells = grid_or_refusal(subject, known)
    rows = subject.test.drawn(_ROWS, seed)
    missing = bool(subject.learned.table[known.name].isna().any())
    asked = [*cells, None] if missing else cells
    each = _each(subject, rows.table, known, asked, should_stop)
    partial = each[:, : len(cells)].mean(axis=0)
    place = each.shape[2] - 1 if shown is None else shown
    accumulated = _accumulated(subject, known, grid, cells, should_stop, seed)
    made = Dependence(
        model=subject.model,
        version=subject.version,
        grid=grid,
        outputs=subject.outputs,
        unit=unit_of(subject),
        shown=place,
        rows=len(rows),
        partial=_tuples(partial),
        single=_tuples(each[:_SINGLE, : len(cells), place]),
        accumulated=_tuples(accumulated),
        missing=_tuples(each[:, -1].mean(axis=0)) if missing else None,
    )
    return words.with_dependence_sentences(made)


def surface(
    subject: Subject,
    across: str,
    down: str,
    should_stop: Callable[[], bool],
    *,
    shown: int | None = None,
    seed: int = 0,
) -> Surface:
    """Give the partial dependence on two columns, and how much of it is their interaction.

    Raises:
        UsageError: a column is not there or has no values to ask about, or they are the same.
        Halted: it was asked to stop.
    """
    if across == down:
        raise UsageError(f"{across} cannot be held against itself.", hint="Choose another column.")
    sides = [column_of(subject, name) for name in (across, down)]
    (one, first), (other, second) = (grid_or_refusal(subject, side, _PAIR_POINTS) for side in sides)
    rows = subject.test.drawn(_PAIR_ROWS, seed)
    pairs = {
        sides[0].name: [cell for cell in first for _ in second],
        sides[1].name: [cell for _ in first for cell in second],
    }
    grid = table_of(subject.columns, pairs, rows.table)
    mixing = Mixing(subject.pipeline, rows.table, grid, should_stop=should_stop)
    places = [mixing.columns.index(side.name) for side in sides]
    sources = np.repeat(mixing.as_they_are(np.arange(len(rows))), len(grid), axis=0)
    sources[:, places] = len(rows) + np.tile(np.arange(len(grid)), len(rows))[:, None]
    each = _outputs(mixing.ask(sources)).reshape(len(rows), len(first), len(second), -1)
    partial = each.mean(axis=0)
    made = Surface(
        model=subject.model,
        version=subject.version,
        across=one,
        down=other,
        outputs=subject.outputs,
        unit=unit_of(subject),
        shown=partial.shape[2] - 1 if shown is None else shown,
        rows=len(rows),
        partial=_tuples(partial),
        interaction=_tuples(_interaction(partial, one, other)),
    )
    return words.with_surface_sentences(made)


def column_of(subject: Subject, name: str) -> Column:
    """Give a column of the model.

    Raises:
        UsageError: there is none; the words offer those that come close.
    """
    from aetheron_desktop.engine.datasets.schema import Schema

    return Schema(subject.columns).column(name)


def grid_or_refusal(subject: Subject, column: Column, points: int = 20) -> tuple[Grid, list[Any]]:
    """Give the grid of a column.

    Raises:
        UsageError: it has none.
    """
    found = grid_of(column, subject.learned.table[column.name], points)
    if found is None:
        raise UsageError(
            f"{column.name} has no values to ask about one after another: it is a column of type {column.type}, or has "
            "one value.",
            hint="Choose a column of numbers, dates or categories.",
        )
    return found


def unit_of(subject: Subject) -> str:
    """Say what is predicted: probabilities, or the target."""
    return (
        f"probability of {subject.outputs[-1]}"
        if subject.task == "binary"
        else ("probability" if subject.pipeline.classes else subject.pipeline.target.name)
    )


def _outputs(raw: Floats) -> Floats:
    """Give (n, outputs) of what is predicted: values, the probability of the second of two classes, or of each."""
    return raw[:, None] if raw.ndim == 1 else raw[:, 1:] if raw.shape[1] == 2 else raw


def _each(
    subject: Subject, table: pd.DataFrame, column: Column, cells: Sequence[Any], should_stop: Callable[[], bool]
) -> Floats:
    """Give (rows, cells, outputs) what is predicted for each row with each of the cells."""
    grid = table_of(subject.columns, {column.name: list(cells)}, table)
    mixing = Mixing(subject.pipeline, table, grid, should_stop=should_stop)
    place = mixing.columns.index(column.name)
    sources = np.repeat(mixing.as_they_are(np.arange(len(table))), len(cells), axis=0)
    sources[:, place] = len(table) + np.tile(np.arange(len(cells)), len(table))
    return _outputs(mixing.ask(sources)).reshape(len(table), len(cells), -1)


# -- accumulated local effects ----------------------------------------------------------------------------------------


def _accumulated(
    subject: Subject, column: Column, grid: Grid, cells: list[Any], should_stop: Callable[[], bool], seed: int
) -> Floats:
    """Give (points, outputs), whose mean over the rows is that of what is predicted for them.

    Between two neighbouring points the rows that lie there are asked at either end. Levels are put into an order in
    which those stand side by side whose rows are alike in the other columns, as Apley and Zhu do; the effects are told
    in the order of the grid.
    """
    part: Part = subject.learned.drawn(_STEP_ROWS, seed)
    axis = axis_of(column, part.table[column.name])
    if axis is not None:
        order = np.arange(len(cells))
        edges = np.asarray(grid.places)
        inside = ~np.isnan(axis)
        part, axis = part.at(np.flatnonzero(inside)), axis[inside]
        bins = np.clip(np.searchsorted(edges, axis, side="left"), 1, len(edges) - 1)
        steps = [(bins - 1, bins)]
        nearest = np.searchsorted((edges[1:] + edges[:-1]) / 2.0, axis)
        owners = [np.arange(len(part))]
    else:
        order, own = level_order(subject.columns, part.table, column, list(grid.words))
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        part = part.at(np.flatnonzero(own >= 0))
        nearest = rank[own[own >= 0]]
        # A row is asked at the step up from its own level and at the one down to it.
        up, down = np.flatnonzero(nearest < len(order) - 1), np.flatnonzero(nearest > 0)
        steps = [(nearest[up], nearest[up] + 1), (nearest[down] - 1, nearest[down])]
        owners = [up, down]
    if not len(part):
        return np.zeros((len(cells), len(subject.outputs)))
    grid_table = table_of(subject.columns, {column.name: [cells[at] for at in order]}, part.table)
    mixing = Mixing(subject.pipeline, part.table, grid_table, should_stop=should_stop)
    place = mixing.columns.index(column.name)
    sums = np.zeros((len(cells), len(subject.outputs)))
    counts = np.zeros(len(cells))
    for (before, after), who in zip(steps, owners, strict=True):
        sources = mixing.as_they_are(who)
        ends = []
        for point in (before, after):
            sources[:, place] = len(part) + point
            ends.append(_outputs(mixing.ask(sources)))
        np.add.at(sums, after, ends[1] - ends[0])
        np.add.at(counts, after, 1.0)
    effect = np.cumsum(sums / np.maximum(counts, 1.0)[:, None], axis=0)
    told = _outputs(mixing.ask(mixing.as_they_are(np.arange(len(part)))))
    effect += told.mean(axis=0) - effect[nearest].mean(axis=0)
    made = np.empty_like(effect)
    made[order] = effect
    return made


def _interaction(partial: Floats, across: Grid, down: Grid) -> Floats:
    """Give (outputs,) the share of the variance of a table (across, down, outputs) that is not a sum of its sides.

    Rows and columns count as many training rows are at them.
    """
    first, second = (np.asarray(grid.counts, dtype=np.float64) + 1.0 for grid in (across, down))
    weight = np.outer(first / first.sum(), second / second.sum())[:, :, None]
    mean = (partial * weight).sum(axis=(0, 1))
    side = (partial * (second / second.sum())[None, :, None]).sum(axis=1) - mean
    other = (partial * (first / first.sum())[:, None, None]).sum(axis=0) - mean
    centred = partial - mean
    left = centred - side[:, None] - other[None]
    whole = (centred**2 * weight).sum(axis=(0, 1))
    made: Floats = np.where(whole > 1e-18, (left**2 * weight).sum(axis=(0, 1)) / np.maximum(whole, 1e-18), 0.0)
    return made


def _tuples(values: Floats) -> Any:
    if values.ndim == 1:
        return tuple(float(f"{value:.{_DIGITS}g}") for value in values.tolist())
    return tuple(_tuples(one) for one in values)
