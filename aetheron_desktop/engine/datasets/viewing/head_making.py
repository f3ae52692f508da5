"""Makes the heads of columns: from the profile if there is one, from all rows of a short table, or from a sample."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.datasets.profiles.cells import Cells
from aetheron_desktop.engine.datasets.profiles.measure import in_order, measured
from aetheron_desktop.engine.datasets.profiles.profile_cache import ProfileCache
from aetheron_desktop.engine.datasets.profiles.sampling import Design
from aetheron_desktop.engine.datasets.viewing.heads import ColumnHead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.profiles.profile import ColumnProfile, Kind
    from aetheron_desktop.engine.datasets.viewing.heads import HeadsQuestion

EXACT: Final = 200_000
"""Of a shorter table all rows are looked at."""
_BARS: Final = 24
_TOP: Final = 6
_LABEL: Final = 40


def heads(
    dataset: Dataset, question: HeadsQuestion, emit: Callable[[ColumnHead], None], should_stop: Callable[[], bool]
) -> None:
    """Tell the head of each column.

    Raises:
        Stopped: it was asked to stop.
        UsageError: there is no such column.
        DatasetError: the snapshot cannot be read.
    """
    names = [dataset.info.schema.column(name).name for name in question.columns]
    cache = ProfileCache(dataset.folder)
    left = []
    for name in names:
        kept = cache.column(name)
        if kept is not None:
            emit(_head(kept))
        else:
            left.append(name)
    for profile in _profiles(dataset, left, should_stop):
        emit(_head(profile))


def _profiles(dataset: Dataset, names: Sequence[str], should_stop: Callable[[], bool]) -> Iterator[ColumnProfile]:
    cells = Cells(dataset.parquet, should_stop)
    schema = dataset.info.schema
    blocks = cells.drawn() if cells.rows > EXACT else None
    for part in cells.parts(names):
        if blocks is None:
            for name, values in cells.columns(part):
                yield measured(schema.column(name), values, in_order(values), cells.rows)
            continue
        sample = cells.sample(part, blocks)
        design = Design(sample.clusters, sample.blocks, sample.rows)
        for name in part:
            values = sample.columns[name]
            yield measured(schema.column(name), values, in_order(values), cells.rows, design)


def _head(profile: ColumnProfile) -> ColumnHead:
    histogram = profile.histogram("robust") or profile.histogram("all")
    if histogram is None:
        shown = profile.top[:_TOP]
        bars = tuple(one.count for one in shown)
        return ColumnHead(
            column=profile.column,
            rows=profile.rows,
            sampled=profile.sampled,
            bars=bars,
            labels=tuple(one.value[:_LABEL] for one in shown),
            others=max(0, profile.rows - profile.missing - sum(bars)),
        )
    return ColumnHead(
        column=profile.column,
        rows=profile.rows,
        sampled=profile.sampled,
        bars=_fewer(histogram.counts),
        low=_end(histogram.edges[0], profile.kind),
        high=_end(histogram.edges[-1], profile.kind),
        others=histogram.below + histogram.above,
    )


def _fewer(counts: Sequence[int]) -> tuple[int, ...]:
    """Put neighbouring bars together, so that each is wide enough to be seen."""
    together = -(-len(counts) // _BARS)
    return tuple(sum(counts[start : start + together]) for start in range(0, len(counts), together))


def _end(value: float, kind: Kind) -> str:
    if kind != "date":
        return f"{value:,.6g}"
    try:
        return (datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=value)).strftime("%Y-%m-%d %H:%M")
    except OverflowError:
        return ""
