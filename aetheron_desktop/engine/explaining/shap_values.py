"""SHAP values of a sample of the test rows, some at a time, and what they say of the columns as a whole."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from aetheron_desktop.engine.datasets.profiles.sampling import Z
from aetheron_desktop.engine.explaining import words
from aetheron_desktop.engine.explaining.grids import axis_of
from aetheron_desktop.engine.explaining.mixing import Halted
from aetheron_desktop.engine.explaining.results import ShapColumn, ShapRows, ShapSummary
from aetheron_desktop.engine.explaining.shapley import Shares, sharer
from aetheron_desktop.engine.explaining.subject import cells_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from aetheron_desktop.engine.explaining.shapley import Sharer
    from aetheron_desktop.engine.explaining.subject import Subject

    Floats = NDArray[np.float64]

ROWS: Final = 300
BUDGET_S: Final = 60.0
"""After this no more rows are asked, where :data:`_ENOUGH` are told: what they say hardly changes any more."""
_ENOUGH: Final = 20
_FIRST: Final = 4
_ASKED_S: Final = 0.7
"""What is asked at once takes about so long: the plot grows in steps that can be seen, and a stop is heard."""
_BINS: Final = 8
_FEWEST: Final = 30
_PARTNERED: Final = 15
"""For so many of the strongest columns a partner is looked for, among so many of the strongest:"""
_PARTNERS: Final = 40
_DIGITS: Final = 6


def shap_values(
    subject: Subject,
    emit: Callable[[ShapRows | ShapSummary], None],
    progress: Callable[[str, float, float | None], None],
    should_stop: Callable[[], bool],
    *,
    rows: int = ROWS,
    seed: int = 0,
    budget_s: float = BUDGET_S,
) -> None:
    """Tell the SHAP values of test rows drawn at random, and after each part what all so far say of the columns.

    The clock decides only how many rows are told of, ``rows`` at most; what is told of a row is the same.

    Raises:
        Halted: it was asked to stop.
        ModelError: the table is too wide for this kind of model.
    """
    test = subject.test.drawn(rows, seed)
    # In an order drawn at random: what is known while it goes on is a fair sample.
    test = test.at(np.random.default_rng(seed).permutation(len(test)))
    asked = sharer(subject.pipeline, subject.learned.table, should_stop, seed=seed)
    places = _places(subject, test.table)
    told: list[Shares] = []
    total = wanted = len(test)
    done, count = 0, total if asked.method == "trees" else _FIRST
    started = time.monotonic()
    while done < total:
        progress("Ask what each column adds", done, total)
        if should_stop():
            raise Halted
        began = time.monotonic()
        part = test.at(np.arange(done, min(total, done + count)))
        shares = asked.shares(part.table, first=done)
        told.append(shares)
        emit(
            ShapRows(
                model=subject.model,
                version=subject.version,
                rows=tuple(part.rows.tolist()),
                cells=tuple(cells_of(part.table, subject.names)),
                places=tuple(places[done : done + len(part)]),
                added=_tuples(shares.added),
                sums=_tuples(shares.sums),
            )
        )
        done += len(part)
        if done >= _ENOUGH and time.monotonic() - started >= budget_s:
            total = done
        emit(_summary(subject, test.table.iloc[:done], told, asked, (total, wanted)))
        spent = max(time.monotonic() - began, 1e-3)
        count = max(1, min(4 * count, int(count * _ASKED_S / spent)))


def _summary(
    subject: Subject, table: pd.DataFrame, told: list[Shares], asked: Sharer, of: tuple[int, int]
) -> ShapSummary:
    """Say what is told so far; ``of`` are the rows that will be, and those that were wanted."""
    total, wanted = of
    added = np.concatenate([one.added for one in told])
    sizes = np.abs(added).mean(axis=2)
    strength = sizes.mean(axis=0)
    error = sizes.std(axis=0, ddof=1) / np.sqrt(len(sizes)) if len(sizes) > 1 else np.zeros(len(strength))
    order = [int(place) for place in np.argsort(-strength, kind="stable")]
    codes = {place: _codes(subject, table, place) for place in order[:_PARTNERS]}
    columns = []
    for rank, place in enumerate(order):
        partner, share = _partner(added[:, place], codes, place) if rank < _PARTNERED else (None, 0.0)
        columns.append(
            ShapColumn(
                column=subject.names[place],
                strength=float(strength[place]),
                low=float(max(0.0, strength[place] - Z * error[place])),
                high=float(strength[place] + Z * error[place]),
                partner="" if partner is None else subject.names[partner],
                partner_share=share,
            )
        )
    made = ShapSummary(
        model=subject.model,
        version=subject.version,
        names=subject.names,
        outputs=subject.outputs,
        unit=subject.unit,
        base=tuple(float(one) for one in told[0].base),
        columns=tuple(columns),
        method=asked.method,
        done=len(added),
        total=total,
        background=asked.background,
        away=max(one.away for one in told),
        noise=float(np.mean([one.noise.mean() for one in told])),
    )
    if not made.is_whole:
        return made
    ways = {subject.names[place]: _way(added[:, place], code) for place, code in codes.items()}
    return words.with_shap_sentences(made, ways, wanted)


def _partner(added: Floats, codes: Mapping[int, NDArray[np.int64]], place: int) -> tuple[int | None, float]:
    """Give the column on which it depends most what this one adds, (rows, outputs), beside its own value.

    What the bins of its own value leave open is explained by the bins of the other one within them: a share, freed of
    what chance alone would explain.
    """
    if len(added) < _FEWEST:
        return None, 0.0
    own = codes[place]
    left = added - _means(added, own)
    total = float((left**2).sum())
    whole = float(((added - added.mean(axis=0)) ** 2).sum())
    if total <= 1e-3 * whole or total == 0.0:
        return None, 0.0
    best, share = None, 0.0
    for other, code in codes.items():
        if other == place:
            continue
        both = own * (_BINS + 2) + code
        free = len(added) - len(np.unique(both))
        if free < len(added) // 2:
            continue
        rest = float(((left - _means(left, both)) ** 2).sum())
        spare = len(np.unique(own))
        found = 1.0 - (rest / free) / (total / max(1, len(added) - spare))
        if found > share:
            best, share = other, float(found)
    return best, min(1.0, share)


def _means(values: Floats, codes: NDArray[np.int64]) -> Floats:
    """Give (rows, outputs): for each row the mean of the rows of its code."""
    _, place, counts = np.unique(codes, return_inverse=True, return_counts=True)
    sums = np.stack([np.bincount(place, weights=column) for column in values.T], axis=1)
    made: Floats = (sums / counts[:, None])[place]
    return made


def _codes(subject: Subject, table: pd.DataFrame, place: int) -> NDArray[np.int64]:
    """Give the bin (rows,) of each value of a column, up to :data:`_BINS`, and one for what is missing or rare."""
    column = subject.columns[place]
    axis = axis_of(column, table[column.name])
    if axis is not None:
        known = axis[~np.isnan(axis)]
        edges = np.unique(np.quantile(known, np.linspace(0, 1, _BINS // 2 + 1)[1:-1])) if len(known) else np.empty(0)
        return np.where(np.isnan(axis), _BINS, np.searchsorted(edges, axis, side="right")).astype(np.int64)
    codes, known_values = pd.factorize(table[column.name])
    if not len(known_values):
        return np.full(len(table), _BINS, dtype=np.int64)
    common = np.argsort(-np.bincount(codes[codes >= 0], minlength=len(known_values)), kind="stable")[:_BINS]
    rank = np.full(len(known_values) + 1, _BINS, dtype=np.int64)
    rank[common] = np.arange(len(common))
    return rank[codes]


def _way(added: Floats, codes: NDArray[np.int64]) -> float:
    """Give the correlation of what a column adds to the last output with the bin of its value; 0 without one."""
    known = codes < _BINS
    x, y = codes[known].astype(np.float64), added[known, -1]
    if len(x) < _FEWEST or np.ptp(x) == 0.0 or np.ptp(y) == 0.0:
        return 0.0
    return float(np.corrcoef(x, y)[0, 1])


def _places(subject: Subject, table: pd.DataFrame) -> list[tuple[float | None, ...]]:
    """Give where each cell lies among those of the training rows, (rows, columns)."""
    columns: list[list[float | None]] = []
    for column in subject.columns:
        learned = subject.learned.table[column.name]
        axis = axis_of(column, table[column.name])
        if axis is not None:
            usual = axis_of(column, learned)
            assert usual is not None
            ordered = np.sort(usual[~np.isnan(usual)])
            ranks = np.searchsorted(ordered, axis, side="right") / max(1, len(ordered))
            columns.append(
                [None if np.isnan(one) else round(float(rank), 3) for one, rank in zip(axis, ranks, strict=True)]
            )
            continue
        if column.type in {"text", "identifier"}:
            columns.append([None] * len(table))
            continue
        levels = sorted(learned.dropna().unique().tolist(), key=str)
        place = {level: at / max(1, len(levels) - 1) for at, level in enumerate(levels)}
        columns.append([place.get(value) for value in table[column.name].tolist()])
    return list(zip(*columns, strict=True))


def _tuples(values: Floats) -> Any:
    """Give an array as nested tuples of numbers of six digits: no picture shows more."""
    if values.ndim == 1:
        return tuple(float(f"{value:.{_DIGITS}g}") for value in values.tolist())
    return tuple(_tuples(one) for one in values)
