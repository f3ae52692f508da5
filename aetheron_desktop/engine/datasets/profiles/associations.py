"""How strongly two columns go together, whatever their types.

- Numbers and dates: the correlation of Pearson, or of the ranks (Spearman 1904, ties at their mean rank).
- Words: Cramér's V with the bias correction of Bergsma (2013, Journal of the Korean Statistical Society 42).
- Words and numbers: the correlation ratio (Fisher 1925), its square freed of its bias as Kelley (1935) has it:
  1 - (1 - η²)(n - 1)/(n - k), not below 0, so that many categories alone do not make it high.

Rows that lack one of two cells are left out for these two. Up to 20,000 rows are all taken, of more a sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.datasets.profiles.cells import Cells
from aetheron_desktop.engine.datasets.profiles.pairs import Association, Associations
from aetheron_desktop.engine.datasets.staging import Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.profiles.cells import Values
    from aetheron_desktop.engine.datasets.profiles.pairs import Method, PairsQuestion
    from aetheron_desktop.engine.datasets.schema import Column
    from aetheron_desktop.engine.datasets.staging import Progress

ROWS: Final = 20_000
_FEWEST: Final = 3
_HELD: Final = 512
"""Columns that are read at once."""
_STAGE: Final = "Hold columns against each other"


@dataclass(frozen=True)
class Side:
    """A column made ready: numbers (scaled, so that squares are finite) or codes of words, and which rows have one."""

    valid: NDArray[np.bool_]
    numbers: NDArray[np.float64] | None = None
    codes: NDArray[np.int64] | None = None


def associations(
    dataset: Dataset,
    question: PairsQuestion,
    emit: Callable[[Associations], None],
    progress: Progress,
    should_stop: Callable[[], bool],
) -> None:
    """Tell the associations of all pairs of the columns that were chosen.

    Raises:
        Stopped: it was asked to stop.
        DatasetError: the snapshot cannot be read.
        UsageError: there is no column ``focus``.
    """
    schema = dataset.info.schema
    focus = schema.column(question.focus).name if question.focus else None
    possible, left_out = _possible(schema.columns, dataset.info.rows, focus)
    part = question.containing.casefold()
    named = [name for name in possible if part in name.casefold() or name == focus]
    sides = _Sides(Cells(dataset.parquet, should_stop), ranks=question.ranks)
    chosen = named
    if len(named) > question.most:
        chosen = _closest(named, focus or named[0], sides, question.most, progress)
    ready = sides.read(chosen)
    found: list[Association] = []
    total = len(chosen) * (len(chosen) - 1) / 2
    for first in range(len(chosen)):
        for second in range(first + 1, len(chosen)):
            method, value = associated(ready[chosen[first]], ready[chosen[second]], ranks=question.ranks)
            found.append(Association(first, second, method, value))
        progress(_STAGE, len(found), total, "")
        if should_stop():
            raise Stopped
    emit(
        Associations(
            columns=tuple(chosen),
            cells=tuple(found),
            rows=dataset.info.rows,
            sampled=sides.sampled,
            of=len(named),
            left_out=left_out,
        )
    )


def associated(first: Side, second: Side, *, ranks: bool = False) -> tuple[Method, float | None]:
    """Give how two columns go together, and by which method it was measured."""
    both = first.valid & second.valid
    if first.numbers is not None and second.numbers is not None:
        x, y = first.numbers[both], second.numbers[both]
        return ("spearman", correlation(ranked(x), ranked(y))) if ranks else ("pearson", correlation(x, y))
    if first.codes is not None and second.codes is not None:
        return "cramer", cramer(first.codes[both], second.codes[both])
    words, numbers = (first, second) if first.codes is not None else (second, first)
    assert words.codes is not None
    assert numbers.numbers is not None
    values = numbers.numbers[both]
    return "ratio", ratio(words.codes[both], ranked(values) if ranks else values)


def correlation(x: NDArray[np.float64], y: NDArray[np.float64]) -> float | None:
    """Give the correlation of Pearson; None of fewer than three rows, or where one side is constant."""
    if len(x) < _FEWEST:
        return None
    x, y = x - x.mean(), y - y.mean()
    size = float(np.sqrt(np.square(x).sum())) * float(np.sqrt(np.square(y).sum()))
    return float(np.clip((x * y).sum() / size, -1.0, 1.0)) if size > 0 else None


def cramer(first: NDArray[np.int64], second: NDArray[np.int64]) -> float | None:
    """Give Cramér's V, its bias corrected; None of fewer than three rows, or where one side is constant."""
    rows = len(first)
    if rows < _FEWEST:
        return None
    _, x = np.unique(first, return_inverse=True)
    _, y = np.unique(second, return_inverse=True)
    across, down = int(x.max()) + 1, int(y.max()) + 1
    if min(across, down) < 2:
        return None
    # The cells that are not empty tell all: chi² / n = Σ n_ij² / (n_i n_j) - 1.
    pairs, counts = np.unique(x * down + y, return_counts=True)
    sizes = np.bincount(x)[pairs // down] * np.bincount(y)[pairs % down].astype(np.float64)
    phi = float((np.square(counts.astype(np.float64)) / sizes).sum()) - 1.0
    phi = max(0.0, phi - (across - 1) * (down - 1) / (rows - 1))
    least = min(across - (across - 1) ** 2 / (rows - 1), down - (down - 1) ** 2 / (rows - 1)) - 1.0
    return float(min(1.0, np.sqrt(phi / least))) if least > 0 else 0.0


def ratio(codes: NDArray[np.int64], numbers: NDArray[np.float64]) -> float | None:
    """Give the correlation ratio, its bias corrected; None of too few rows, or where one side is constant."""
    _, groups = np.unique(codes, return_inverse=True)
    count = int(groups.max()) + 1 if len(groups) else 0
    if len(numbers) < _FEWEST or count < 2:
        return None
    centred = numbers - numbers.mean()
    total = float(np.square(centred).sum())
    if total <= 0:
        return None
    sums = np.bincount(groups, weights=centred)
    between = float((np.square(sums) / np.bincount(groups)).sum())
    if len(numbers) == count:
        return 0.0  # each row has a value of its own: nothing can be said of them
    unbiased = 1.0 - (1.0 - between / total) * (len(numbers) - 1) / (len(numbers) - count)
    return float(np.sqrt(min(1.0, max(0.0, unbiased))))


def ranked(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the rank of each number, equal ones the mean of theirs."""
    _, places, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    made: NDArray[np.float64] = (ends - (counts - 1) / 2.0)[places]
    return made


class _Sides:
    """Reads columns, all rows or the same sample of each, and makes them ready."""

    def __init__(self, cells: Cells, *, ranks: bool) -> None:
        self._cells = cells
        self._ranks = ranks
        self._blocks = cells.drawn() if cells.rows > ROWS else None
        self._kept: NDArray[np.int64] | None = None
        self.sampled = min(cells.rows, ROWS)

    def read(self, names: Sequence[str]) -> dict[str, Side]:
        """Give these columns."""
        return {name: side(values, self._kept) for part in _parts(names) for name, values in self._values(part)}

    def parts(self, names: Sequence[str]) -> Iterator[dict[str, Side]]:
        """Give these columns, some at a time."""
        for part in _parts(names):
            yield self.read(part)

    def _values(self, names: Sequence[str]) -> Iterator[tuple[str, Values]]:
        if self._blocks is None:
            yield from self._cells.columns(names)
            return
        sample = self._cells.sample(names, self._blocks)
        if self._kept is None:
            rows = len(sample.clusters)
            self.sampled = min(rows, ROWS)
            self._kept = np.sort(np.random.default_rng(0).permutation(rows)[:ROWS])
        yield from sample.columns.items()


def side(values: Values, rows: NDArray[np.int64] | None = None) -> Side:
    """Make a column ready, or some of its rows."""
    chosen: Any = slice(None) if rows is None else rows
    valid = values.valid[chosen]
    if values.numbers is None:
        assert values.codes is not None
        return Side(valid, codes=values.codes[chosen].astype(np.int64))
    numbers = values.numbers[chosen].astype(np.float64)
    valid = valid & np.isfinite(numbers)
    known = numbers[valid]
    most = float(np.abs(known).max()) if len(known) else 0.0
    return Side(valid, numbers=np.where(valid, numbers, 0.0) / most if most else numbers)


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _HELD):
        yield names[start : start + _HELD]


def _closest(names: Sequence[str], focus: str, sides: _Sides, most: int, progress: Progress) -> list[str]:
    """Give the columns that go with ``focus`` most, in the order of the table, and itself."""
    middle = sides.read([focus])[focus]
    strength: dict[str, float] = {}
    for part in sides.parts(names):
        for name, one in part.items():
            strength[name] = abs(associated(middle, one)[1] or 0.0)
        progress(_STAGE, len(strength), len(names), "")
    strength[focus] = 2.0
    best = sorted(names, key=lambda name: -strength[name])[:most]
    return [name for name in names if name in set(best)]


def _possible(columns: Sequence[Column], rows: int, focus: str | None) -> tuple[list[str], dict[str, str]]:
    left_out: dict[str, str] = {}
    for column in columns:
        if column.name == focus:
            continue
        if column.missing >= rows:
            left_out[column.name] = "has no values"
        elif column.distinct <= 1:
            left_out[column.name] = "has one value alone"
        elif column.type in {"identifier", "text"}:
            left_out[column.name] = "has another text in almost each row" if column.type == "text" else "names the rows"
    return [column.name for column in columns if column.name not in left_out], left_out
