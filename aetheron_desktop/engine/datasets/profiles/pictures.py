"""Pictures of two columns together: points, hexagons, a heat map, or boxes, as their types ask for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from aetheron_desktop.engine.datasets.profiles.associations import associated, side
from aetheron_desktop.engine.datasets.profiles.cells import Cells, Values, values
from aetheron_desktop.engine.datasets.profiles.large import is_large
from aetheron_desktop.engine.datasets.profiles.order import at_share
from aetheron_desktop.engine.datasets.profiles.pair_words import told
from aetheron_desktop.engine.datasets.profiles.pairs import Axis, Box, Boxes, Heat, Hexagons, Scatter
from aetheron_desktop.engine.datasets.profiles.profile import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.profiles.associations import Side
    from aetheron_desktop.engine.datasets.profiles.pairs import PairQuestion, Picture

POINTS: Final = 5_000
ACROSS: Final = 40
"""Hexagons side by side."""
LABELS: Final = 20
CATEGORIES: Final = 12
SOON: Final = 1_000_000
"""The points of a longer table are from a sample of blocks."""
_TAIL: Final = 0.001
_FAR: Final = 3.0
_LARGE: Final = 1e300
_WHISKER: Final = 1.5
_BARS: Final = 40
OTHERS: Final = "others"


class _Both(NamedTuple):
    """Numbers of the rows that have both cells finite, and the numbers of these rows."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    places: NDArray[np.int64]


def pictures(
    dataset: Dataset, question: PairQuestion, emit: Callable[[Picture], None], should_stop: Callable[[], bool]
) -> None:
    """Tell the pictures that suit the two columns: of numbers the points of a sample, then hexagons of all rows.

    Raises:
        Stopped: it was asked to stop.
        DatasetError: the snapshot cannot be read.
        UsageError: there is no such column.
    """
    x, y = (dataset.info.schema.column(name).name for name in (question.x, question.y))
    cells = Cells(dataset.parquet, should_stop)
    kinds = [cells.kind(name) in {"number", "integer", "date"} for name in (x, y)]
    if all(kinds):
        _numbers(cells, x, y, emit)
        return
    columns, sampled = _columns(cells, x, y)
    if not any(kinds):
        emit(_heat(x, y, columns, cells.rows, sampled))
        return
    words, numbers = (x, y) if kinds[1] else (y, x)
    emit(_boxes(words, numbers, columns, cells.rows, sampled, is_date=cells.kind(numbers) == "date"))


# -- numbers ----------------------------------------------------------------------------------------------------------


def _numbers(cells: Cells, x: str, y: str, emit: Callable[[Picture], None]) -> None:
    looked = _looked_at(cells, x, y)
    dates = [cells.kind(name) == "date" for name in (x, y)]
    if not len(looked.x):
        empty = [Axis(name, is_date, 0.0, 1.0) for name, is_date in zip((x, y), dates, strict=True)]
        emit(Scatter(x=empty[0], y=empty[1], places=(), xs=(), ys=(), rows=cells.rows, sampled=0))
        return
    words = told(*associated(_as_side(looked.x), _as_side(looked.y)))
    chosen = np.sort(np.random.default_rng(0).permutation(len(looked.x))[:POINTS])
    xs, ys = looked.x[chosen], looked.y[chosen]
    emit(
        Scatter(
            x=Axis(x, dates[0], float(xs.min()), float(xs.max())),
            y=Axis(y, dates[1], float(ys.min()), float(ys.max())),
            places=tuple(looked.places[chosen].tolist()),
            xs=tuple(xs.tolist()),
            ys=tuple(ys.tolist()),
            rows=cells.rows,
            sampled=len(chosen),
            words=words,
        )
    )
    axes = (Axis(x, dates[0], *_range(looked.x)), Axis(y, dates[1], *_range(looked.y)))
    emit(_hexagons(cells, axes, words))


def _looked_at(cells: Cells, x: str, y: str) -> _Both:
    """Give all rows of a table that is soon read, or a sample."""
    if cells.rows > SOON:
        sample = cells.sample(_names(x, y), cells.drawn())
        return _both(sample.columns[x], sample.columns[y], sample.places)
    columns = dict(cells.columns(_names(x, y)))
    return _both(columns[x], columns[y], np.arange(cells.rows))


def _both(x: Values, y: Values, places: NDArray[np.int64]) -> _Both:
    assert x.numbers is not None
    assert y.numbers is not None
    with np.errstate(invalid="ignore"):
        usable = x.valid & y.valid & np.isfinite(x.numbers) & np.isfinite(y.numbers)
    return _Both(x.numbers[usable].astype(np.float64), y.numbers[usable].astype(np.float64), places[usable])


def _range(numbers: NDArray[np.float64]) -> tuple[float, float]:
    """Give the ends of what is drawn: all, unless a few rows far away would leave no room for the others."""
    # Beyond these ends a difference of two floats may be none.
    ordered = np.clip(np.sort(numbers), -_LARGE, _LARGE)
    low, high = float(ordered[0]), float(ordered[-1])
    first, last = float(at_share(ordered, _TAIL)), float(at_share(ordered, 1 - _TAIL))
    if last > first and (last - first) * _FAR < high - low:
        low, high = first, last
    half = max(0.5, abs(low) * 1e-9)
    return (low, high) if high > low else (low - half, high + half)


def _hexagons(cells: Cells, axes: tuple[Axis, Axis], words: str) -> Hexagons:
    x, y = axes
    wide = (x.high - x.low) / ACROSS
    tall = (y.high - y.low) / round(ACROSS / math.sqrt(3))
    counts: dict[tuple[int, int], int] = {}
    rows = outside = 0
    for both in _all(cells, x.column, y.column):
        inside = (both.x >= x.low) & (both.x <= x.high) & (both.y >= y.low) & (both.y <= y.high)
        rows += len(both.x)
        outside += int(len(both.x) - inside.sum())
        across, down = hexagon((both.x[inside] - x.low) / wide, (both.y[inside] - y.low) / tall)
        found, sizes = np.unique(across * 4_096 + down, return_counts=True)
        for key, size in zip(found.tolist(), sizes.tolist(), strict=True):
            place = divmod(key, 4_096)
            counts[place] = counts.get(place, 0) + size
    places = sorted(counts)
    return Hexagons(
        x=x,
        y=y,
        xs=tuple(x.low + across / 2 * wide for across, _ in places),
        ys=tuple(y.low + down / 2 * tall for _, down in places),
        counts=tuple(counts[place] for place in places),
        width=wide / 2,
        height=tall / 3,
        rows=rows,
        outside=outside,
        words=words,
    )


def hexagon(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the middle of the hexagon of each point, in half steps.

    The middles are those of two grids, one set off by half a step both ways; a point belongs to the nearer one, where
    a step down counts for three across (Carr, Littlefield, Nicholson and Littlefield 1987).
    """
    across, down = np.rint(x), np.rint(y)
    other_across, other_down = np.floor(x) + 0.5, np.floor(y) + 0.5
    near = (x - across) ** 2 + 3 * (y - down) ** 2 <= (x - other_across) ** 2 + 3 * (y - other_down) ** 2
    return (
        (2 * np.where(near, across, other_across)).astype(np.int64),
        (2 * np.where(near, down, other_down)).astype(np.int64),
    )


def _all(cells: Cells, x: str, y: str) -> Iterator[_Both]:
    for first, table in cells.groups(_names(x, y)):
        yield _both(values(table.column(x)), values(table.column(y)), np.arange(first, first + len(table)))


def _names(x: str, y: str) -> list[str]:
    return [x] if x == y else [x, y]


def _as_side(numbers: NDArray[np.float64]) -> Side:
    return side(Values("number", np.ones(len(numbers), dtype=np.bool_), numbers=numbers))


# -- words ------------------------------------------------------------------------------------------------------------


def _columns(cells: Cells, x: str, y: str) -> tuple[dict[str, Values], int]:
    """Give all rows of the two columns, or those of a sample, and how many."""
    if any(is_large(cells, name) for name in (x, y)):
        sample = cells.sample(_names(x, y), cells.drawn())
        return sample.columns, len(sample.clusters)
    return dict(cells.columns(_names(x, y))), cells.rows


def _heat(x: str, y: str, columns: dict[str, Values], rows: int, sampled: int) -> Heat:
    both = columns[x].valid & columns[y].valid
    xs, across, x_others = _labelled(columns[x], both, LABELS)
    ys, down, y_others = _labelled(columns[y], both, LABELS)
    counts = np.bincount(down * len(xs) + across, minlength=len(xs) * len(ys)).reshape(len(ys), len(xs))
    return Heat(
        x=x,
        y=y,
        xs=tuple(xs),
        ys=tuple(ys),
        counts=tuple(tuple(row) for row in counts.tolist()),
        x_others=x_others,
        y_others=y_others,
        rows=rows,
        sampled=sampled,
        words=told(*associated(side(columns[x]), side(columns[y]))),
    )


def _labelled(found: Values, rows: NDArray[np.bool_], most: int) -> tuple[list[str], NDArray[np.int64], bool]:
    """Give the most frequent words of these rows, the place of each row's, and whether the last stands for others."""
    assert found.codes is not None
    codes = found.codes[rows]
    counts = np.bincount(codes, minlength=len(found.words))
    order = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    kept = order[:most]
    labels = [found.words[int(place)].as_py()[:LONGEST] for place in kept]
    rank = np.full(len(found.words), len(kept), dtype=np.int64)
    rank[kept] = np.arange(len(kept))
    has_others = len(order) > len(kept)
    return labels + [OTHERS] * has_others, rank[codes], has_others


def _boxes(
    words_column: str, numbers_column: str, columns: dict[str, Values], rows: int, sampled: int, *, is_date: bool
) -> Boxes:
    words, numbers = columns[words_column], columns[numbers_column]
    assert numbers.numbers is not None
    usable = words.valid & numbers.valid & np.isfinite(numbers.numbers)
    known = numbers.numbers[usable].astype(np.float64)
    labels, group, has_others = _labelled(words, usable, CATEGORIES)
    low, high = _range(known) if len(known) else (0.0, 1.0)
    edges = np.linspace(low, high, _BARS + 1)
    boxes = [
        _box(label, np.sort(known[group == place]), edges)
        for place, label in enumerate(labels[: len(labels) - has_others])
    ]
    return Boxes(
        words_column=words_column,
        numbers=Axis(numbers_column, is_date, low, high),
        boxes=tuple(boxes),
        edges=tuple(edges.tolist()),
        of=len(np.unique(words.codes[usable])) if words.codes is not None else 0,
        rows=rows,
        sampled=sampled,
        words=told(*associated(side(words), side(numbers))),
    )


def _box(label: str, ordered: NDArray[np.float64], edges: NDArray[np.float64]) -> Box:
    first, median, third = (float(at_share(ordered, share)) for share in (0.25, 0.5, 0.75))
    reach = _WHISKER * (third - first)
    within = ordered[(ordered >= first - reach) & (ordered <= third + reach)]
    return Box(
        label=label,
        rows=len(ordered),
        low=float(within[0]),
        first=first,
        median=median,
        third=third,
        high=float(within[-1]),
        mean=float(np.clip(ordered, ordered[0], ordered[-1]).mean()) if abs(ordered).max() < _LARGE else median,
        outliers=len(ordered) - len(within),
        density=tuple(np.histogram(ordered, bins=edges)[0].tolist()),
    )
