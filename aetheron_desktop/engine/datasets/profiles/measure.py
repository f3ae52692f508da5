"""The profile of one column whose cells are in memory, all of them or those of a sample."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aetheron_desktop.engine.datasets.profiles import sampling
from aetheron_desktop.engine.datasets.profiles.bars import histograms, linear, scaled
from aetheron_desktop.engine.datasets.profiles.dates import spelled
from aetheron_desktop.engine.datasets.profiles.order import at_share
from aetheron_desktop.engine.datasets.profiles.profile import (
    LONGEST,
    SHARES,
    TOP,
    ColumnProfile,
    Coverage,
    Gap,
    Lengths,
    Quantile,
    TopValue,
)
from aetheron_desktop.engine.events import finite

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.profiles.cells import Numbers, Values
    from aetheron_desktop.engine.datasets.profiles.profile import Kind, Value
    from aetheron_desktop.engine.datasets.profiles.sampling import Design
    from aetheron_desktop.engine.datasets.schema import Column

_GAP_STEPS: Final = 10
_GAPS: Final = 5


def measured(
    column: Column, values: Values, ordered: Numbers | None, rows: int, design: Design | None = None
) -> ColumnProfile:
    """Give the profile of ``column`` of a table of ``rows``; ``design`` tells how a sample was drawn.

    ``ordered`` are its finite numbers in ascending order, see :func:`in_order`.
    """
    if values.numbers is not None and ordered is not None:
        return _of_numbers(column, values, values.numbers, ordered, rows, design)
    assert values.codes is not None
    return _of_words(column, values, values.codes, rows, design)


def in_order(values: Values) -> Numbers | None:
    """Give the finite numbers of a column in ascending order; None of words."""
    if values.numbers is None:
        return None
    return np.sort(values.numbers[values.valid & np.isfinite(values.numbers)])


def _of_numbers(
    column: Column, values: Values, numbers: Numbers, ordered: Numbers, rows: int, design: Design | None
) -> ColumnProfile:
    usable = values.valid & np.isfinite(numbers)
    known = numbers[usable]
    different, counts = _runs(ordered)
    endless = numbers[values.valid & ~usable]
    scale = rows / len(values) if len(values) else 1.0
    missing, missing_error = _missing(column, values, rows, design)
    mean, sd = moments(known)
    part = None if design is None else design.only(usable)
    off = None
    if part is not None and len(ordered):
        off = sampling.share_error(part.sums(known <= at_share(ordered, 0.5)), part.sizes, part)
    return ColumnProfile(
        column=column.name,
        type=column.type,
        kind=values.kind,
        rows=rows,
        sampled=len(values),
        is_exact=design is None,
        share_error=None if off is None else min(1.0, off),
        missing=missing,
        missing_error=missing_error,
        infinite=round(len(endless) * scale),
        distinct=len(different) + len(np.unique(endless)) if design is None else column.distinct,
        mean=finite(mean),
        mean_error=None if part is None else _mean_error(known, part),
        sd=finite(sd),
        quantiles=_quantiles(ordered, known, part),
        histograms=histograms(ordered, values.kind, scale),
        top=_top(
            most(counts),
            counts,
            lambda place: spell(different[place].item(), values.kind),
            lambda place: values.valid & (numbers == different[place]),
            rows,
            design,
        ),
        coverage=coverage(different) if values.kind == "date" and design is None else None,
    )


def _of_words(
    column: Column, values: Values, codes: NDArray[np.int32], rows: int, design: Design | None
) -> ColumnProfile:
    counts = np.bincount(codes[values.valid], minlength=len(values.words))
    missing, missing_error = _missing(column, values, rows, design)
    top = _top(
        most_words(counts, values.words),
        counts,
        lambda place: values.words[place].as_py()[:LONGEST],
        lambda place: codes == place,
        rows,
        design,
    )
    return ColumnProfile(
        column=column.name,
        type=column.type,
        kind=values.kind,
        rows=rows,
        sampled=len(values),
        is_exact=design is None,
        share_error=max(one.error for one in top) / rows if design is not None and top else None,
        missing=missing,
        missing_error=missing_error,
        distinct=int(np.count_nonzero(counts)) if design is None else column.distinct,
        top=top,
        lengths=_lengths(values, counts, rows) if values.kind == "words" else None,
    )


def spell(value: Value, kind: Kind) -> str:
    """Give a value of a column as text."""
    if kind == "date":
        return spelled(value)
    return repr(value).removesuffix(".0")


def moments(known: Numbers) -> tuple[float, float]:
    """Give mean and standard deviation (of a sample, divisor n - 1); not a number where there is none."""
    if not len(known):
        return math.nan, math.nan
    with np.errstate(over="ignore", invalid="ignore"):
        mean = float(np.mean(known, dtype=np.float64))
        spread = float(np.square(known - mean).sum())
    return mean, math.sqrt(spread / (len(known) - 1)) if len(known) > 1 and spread >= 0 else math.nan


def coverage(different: Numbers) -> Coverage | None:
    """Tell how the ``different`` points in time, ascending, cover their span."""
    if not len(different):
        return None
    first, last = int(different[0]), int(different[-1])
    steps = np.diff(different)
    if not len(steps):
        return Coverage(first, last, None, 0, ())
    step = int(at_share(np.sort(steps), 0.5))
    wide = np.flatnonzero(steps > _GAP_STEPS * step)
    longest = np.sort(wide[np.argsort(-steps[wide], kind="stable")[:_GAPS]])
    gaps = tuple(Gap(int(different[place]), int(different[place + 1])) for place in longest)
    return Coverage(first, last, step, len(wide), gaps)


def lengths(sizes: NDArray[np.int64], counts: NDArray[np.int64], scale: float = 1.0) -> Lengths | None:
    """Tell the lengths of texts, of which ``counts`` rows have each of ``sizes``, in signs; None of no text."""
    sizes, counts = sizes[counts > 0], counts[counts > 0]
    if not len(sizes):
        return None
    edges = linear(int(sizes.min()), int(sizes.max()), 30, whole=True)
    bars_, _ = np.histogram(sizes, bins=edges, weights=counts)
    return Lengths(
        shortest=int(sizes.min()),
        mean=float(np.average(sizes, weights=counts)),
        longest=int(sizes.max()),
        blank=round(int(counts[sizes == 0].sum()) * scale),
        histogram=scaled("all", edges, bars_.astype(np.int64), 0, 0, scale),
    )


def _lengths(values: Values, counts: NDArray[np.int64], rows: int) -> Lengths | None:
    sizes = pc.utf8_length(values.words).to_numpy(zero_copy_only=False).astype(np.int64)
    return lengths(sizes, counts, rows / len(values) if len(values) else 1.0)


def _missing(column: Column, values: Values, rows: int, design: Design | None) -> tuple[int, int]:
    if design is None:
        return len(values) - int(values.valid.sum()), 0
    # The import has counted the empty cells; not-a-number alone is left to be estimated.
    if values.numbers is None or not np.isnan(values.numbers[~values.valid]).any() or column.missing:
        return column.missing, 0
    return _scaled(~values.valid, rows, design)


def _scaled(has: NDArray[np.bool_], rows: int, design: Design) -> tuple[int, int]:
    """Scale the rows of a sample that have something to the table, with the error."""
    counts, sizes = design.sums(has), design.sizes
    error = min(1.0, sampling.share_error(counts, sizes, design))
    return round(float(counts.sum() / sizes.sum()) * rows), math.ceil(error * rows)


def _mean_error(known: Numbers, part: Design) -> float | None:
    return finite(sampling.cluster_error(part.sums(known), part.sizes, part)) if len(known) else None


def _runs(ordered: Numbers) -> tuple[Numbers, NDArray[np.int64]]:
    """Give the different values of an ascending array, and how often each comes."""
    if not len(ordered):
        return ordered, np.empty(0, dtype=np.int64)
    starts = np.concatenate(([0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1))
    return ordered[starts], np.diff(np.concatenate((starts, [len(ordered)])))


def _quantiles(ordered: Numbers, known: Numbers, part: Design | None) -> tuple[Quantile, ...]:
    if not len(ordered):
        return ()
    made = []
    for share in SHARES:
        value = at_share(ordered, share)
        if part is None or share in {0.0, 1.0}:  # a sample does not tell how far the rest of the table goes
            made.append(Quantile(share, value))
            continue
        error = sampling.share_error(part.sums(known <= value), part.sizes, part)
        low = at_share(ordered, share - error) if share > error else None
        high = at_share(ordered, share + error) if share + error < 1 else None
        made.append(Quantile(share, value, low, high))
    return tuple(made)


def _top(
    places: Sequence[int],
    counts: NDArray[np.int64],
    text: Callable[[int], str],
    has: Callable[[int], NDArray[np.bool_]],
    rows: int,
    design: Design | None,
) -> tuple[TopValue, ...]:
    if design is None:
        return tuple(TopValue(text(place), int(counts[place])) for place in places)
    return tuple(TopValue(text(place), *_scaled(has(place), rows, design)) for place in places)


def most(counts: NDArray[np.int64]) -> list[int]:
    """Give the places of the greatest counts, none of zero; of equal ones the first."""
    best = np.argpartition(-counts, TOP)[:TOP] if len(counts) > TOP else np.arange(len(counts))
    least = int(counts[best].min()) if len(best) else 0
    sure = np.flatnonzero(counts > least)
    tied = np.flatnonzero(counts == least)[: len(best) - len(sure)] if least else np.empty(0, dtype=np.int64)
    chosen = np.concatenate((sure, tied))
    return [int(place) for place in chosen[np.lexsort((chosen, -counts[chosen]))]]


def most_words(counts: NDArray[np.int64], words: Any) -> list[int]:
    """Give the places of the most frequent words that come; of equally frequent ones the first by their bytes."""
    there = np.flatnonzero(counts)
    table = pa.table({"count": counts[there], "word": words.take(pa.array(there))})
    keys = [("count", "descending"), ("word", "ascending")]
    chosen = pc.select_k_unstable(table, k=min(TOP, len(there)), sort_keys=keys).to_numpy()
    return [int(place) for place in there[chosen]]
