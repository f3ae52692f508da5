"""The exact profile of a column that is larger than the memory set aside for one: it is gone through several times."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.datasets.names import quoted
from aetheron_desktop.engine.datasets.profiles.bars import Spread, counted, scaled
from aetheron_desktop.engine.datasets.profiles.measure import lengths, spell
from aetheron_desktop.engine.datasets.profiles.order import place_of
from aetheron_desktop.engine.datasets.profiles.profile import (
    LONGEST,
    SHARES,
    TOP,
    ColumnProfile,
    Coverage,
    Gap,
    Quantile,
    TopValue,
)
from aetheron_desktop.engine.datasets.profiles.selection import at_places
from aetheron_desktop.engine.datasets.query import TABLE, Query
from aetheron_desktop.engine.events import finite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aetheron_desktop.engine.datasets.profiles.cells import Cells, Numbers
    from aetheron_desktop.engine.datasets.profiles.profile import Histogram, Kind, Value
    from aetheron_desktop.engine.datasets.schema import Column

ROWS: Final = 5_000_000
"""A longer column is not held in memory."""
BYTES: Final = 256_000_000
"""Nor is one of more text than this."""
_QUARTILES: Final = (0.25, 0.75)
_TAILS: Final = (0.01, 0.99)


def is_large(cells: Cells, name: str) -> bool:
    """Whether a column has to be gone through in parts."""
    return cells.rows > ROWS or cells.bytes(name) > BYTES


def measured_in_parts(column: Column, cells: Cells, query: Query) -> ColumnProfile:
    """Give the exact profile of a column of any length.

    Raises:
        Stopped: it was asked to stop.
        DatasetError: the snapshot cannot be read.
        StorageError: the disk is full.
    """
    kind = cells.kind(column.name)
    return (
        _of_numbers(column, cells, query, kind)
        if kind in {"number", "integer", "date"}
        else _of_words(column, cells, query, kind)
    )


class _Sums:
    """Counts, ends and moments of numbers that come in parts (Chan, Golub and LeVeque 1983)."""

    def __init__(self) -> None:
        self.count = self.missing = self.infinite = 0
        self.mean = self.spread = 0.0
        self.low: Value = math.inf
        self.high: Value = -math.inf
        self.above_zero: Value = math.inf

    def add(self, known: Numbers) -> None:
        """Take finite numbers in."""
        if not len(known):
            return
        with np.errstate(over="ignore", invalid="ignore"):
            mean = float(np.mean(known, dtype=np.float64))
            spread = float(np.square(known - mean).sum())
        both = self.count + len(known)
        apart = mean - self.mean
        self.mean += apart * len(known) / both
        self.spread += spread + apart * apart * self.count * len(known) / both
        self.count = both
        self.low, self.high = min(self.low, known.min().item()), max(self.high, known.max().item())
        positive = known[known > 0]
        if len(positive):
            self.above_zero = min(self.above_zero, positive.min().item())


def _of_numbers(column: Column, cells: Cells, query: Query, kind: Kind) -> ColumnProfile:
    sums = _Sums()
    for values in cells.chunks(column.name):
        assert values.numbers is not None
        known = values.numbers[values.valid & np.isfinite(values.numbers)]
        sums.add(known)
        sums.missing += len(values) - int(values.valid.sum())
        sums.infinite += int(values.valid.sum()) - len(known)
    quantiles = _quantiles(column.name, cells, sums)
    distinct, top = _common(column.name, query, kind)
    return ColumnProfile(
        column=column.name,
        type=column.type,
        kind=kind,
        rows=cells.rows,
        sampled=cells.rows,
        is_exact=True,
        missing=sums.missing,
        infinite=sums.infinite,
        distinct=distinct,
        mean=finite(sums.mean) if sums.count else None,
        sd=finite(math.sqrt(sums.spread / (sums.count - 1))) if sums.count > 1 and sums.spread >= 0 else None,
        quantiles=quantiles,
        histograms=_histograms(column.name, cells, sums, quantiles, kind) if quantiles else (),
        top=top,
        coverage=_coverage(column.name, query, sums) if kind == "date" and sums.count else None,
    )


def _of_words(column: Column, cells: Cells, query: Query, kind: Kind) -> ColumnProfile:
    name = quoted(column.name)
    distinct, top = _common(column.name, query, kind)
    filled = int(query.rows(f"SELECT count({name}) FROM {TABLE}")[0][0])  # noqa: S608 - the name is quoted
    told = None
    if kind == "words":
        sql = f"SELECT length(CAST({name} AS VARCHAR)), count(*) FROM {TABLE} WHERE {name} IS NOT NULL GROUP BY 1"  # noqa: S608
        sizes = np.array(query.rows(sql), dtype=np.int64).reshape(-1, 2)
        told = lengths(sizes[:, 0], sizes[:, 1])
    return ColumnProfile(
        column=column.name,
        type=column.type,
        kind=kind,
        rows=cells.rows,
        sampled=cells.rows,
        is_exact=True,
        missing=cells.rows - filled,
        distinct=distinct,
        top=top,
        lengths=told,
    )


def _finite_chunks(name: str, cells: Cells) -> Iterator[Numbers]:
    for values in cells.chunks(name):
        assert values.numbers is not None
        yield values.numbers[values.valid & np.isfinite(values.numbers)]


def _quantiles(name: str, cells: Cells, sums: _Sums) -> tuple[Quantile, ...]:
    if not sums.count:
        return ()
    places = [place_of(share, sums.count) for share in SHARES]
    found = at_places(lambda: _finite_chunks(name, cells), places)
    return tuple(Quantile(share, value) for share, value in zip(SHARES, found, strict=True))


def _histograms(
    name: str, cells: Cells, sums: _Sums, quantiles: tuple[Quantile, ...], kind: Kind
) -> tuple[Histogram, ...]:
    at = {quantile.share: quantile.value for quantile in quantiles}
    ends = [tuple(value for share in shares if (value := at[share]) is not None) for shares in (_QUARTILES, _TAILS)]
    above = (sums.above_zero, sums.high) if sums.above_zero < math.inf else None
    shape = Spread(kind, sums.count, (sums.low, sums.high), (ends[0][0], ends[0][1]), (ends[1][0], ends[1][1]), above)
    edges = dict(shape.edges())
    counts = {scope: np.zeros(len(of) - 1, dtype=np.int64) for scope, of in edges.items()}
    outside = dict.fromkeys(edges, (0, 0))
    for chunk in _finite_chunks(name, cells):
        ordered = np.sort(chunk)
        for scope, of in edges.items():
            inside, below, above_ = counted(ordered, of)
            counts[scope] += inside
            outside[scope] = (outside[scope][0] + below, outside[scope][1] + above_)
    return tuple(scaled(scope, of, counts[scope], *outside[scope]) for scope, of in edges.items())


def _common(name: str, query: Query, kind: Kind) -> tuple[int, tuple[TopValue, ...]]:
    """Count the different values, and give the most frequent ones; of equal counts the least value."""
    cell, number = quoted(name), f"CAST({quoted(name)} AS DOUBLE)"
    shown = {
        "date": f"epoch_us(CAST({cell} AS TIMESTAMP))",
        "words": f"CAST({cell} AS VARCHAR)",
        "number": f"CASE WHEN {number} = 0 THEN 0.0::DOUBLE ELSE {number} END",  # minus zero is zero
    }.get(kind, cell)
    # All groups are needed twice; a table holds them, on the disk if they are many.
    groups = f"SELECT {shown} AS v, count(*) AS c FROM {TABLE} WHERE {cell} IS NOT NULL GROUP BY 1"  # noqa: S608
    query.rows(f"CREATE OR REPLACE TEMP TABLE groups AS {groups}")
    # Of the file itself DuckDB 2.0 does not ask it: the statistics of Parquet leave not-a-number out.
    known = " WHERE NOT isnan(v)" if kind == "number" else ""
    finite_ = " WHERE isfinite(v)" if kind == "number" else ""
    distinct = int(query.own(f"SELECT count(*) FROM groups{known}")[0][0])  # noqa: S608
    best = query.own(f"SELECT v, c FROM groups{finite_} ORDER BY c DESC, v LIMIT {TOP}")  # noqa: S608
    query.own("DROP TABLE groups")
    return distinct, tuple(TopValue(_spelled(value, kind), int(count)) for value, count in best)


def _spelled(value: object, kind: Kind) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return spell(value, kind)
        case _:
            return str(value)[:LONGEST]


def _coverage(name: str, query: Query, sums: _Sums) -> Coverage:
    moment = f"epoch_us(CAST({quoted(name)} AS TIMESTAMP))"
    steps = (
        f"SELECT t, lead(t) OVER (ORDER BY t) AS n FROM "  # noqa: S608 - the name is quoted
        f"(SELECT DISTINCT {moment} AS t FROM {TABLE} WHERE {quoted(name)} IS NOT NULL)"
    )
    step = query.rows(f"SELECT quantile_disc(n - t, 0.5) FROM ({steps}) WHERE n IS NOT NULL")[0][0]  # noqa: S608
    first, last = int(sums.low), int(sums.high)
    if step is None:
        return Coverage(first, last, None, 0, ())
    wide = f"SELECT t, n, count(*) OVER () FROM ({steps}) WHERE n - t > 10 * ? ORDER BY n - t DESC, t LIMIT 5"  # noqa: S608
    found = query.rows(wide, [step])
    gaps = tuple(sorted((Gap(int(start), int(end)) for start, end, _ in found), key=lambda gap: gap.start))
    return Coverage(first, last, int(step), int(found[0][2]) if found else 0, gaps)
