"""The table as the checks see it: a sample of its columns in memory, and the whole of it by question."""

from __future__ import annotations

import functools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.datasets.profiles.against import Target, made_target
from aetheron_desktop.engine.datasets.profiles.cuts import cut
from aetheron_desktop.engine.datasets.profiles.power import power

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.checks.finding import CheckQuestion
    from aetheron_desktop.engine.datasets.profiles.cells import Cells, Numbers, Values
    from aetheron_desktop.engine.datasets.query import Query
    from aetheron_desktop.engine.datasets.schema import Column, Schema

_AT_ONCE: Final = 5
_EXAMPLES: Final = 100


@dataclass(frozen=True)
class Sampled:
    """A column of the sample: ``ordered`` are its finite numbers in ascending order, None of words."""

    column: Column
    values: Values
    ordered: Numbers | None
    is_feature: bool
    power: float | None
    """What it tells of the target alone; None of a column that is not a feature."""


@dataclass(frozen=True)
class Given:
    """A column that parts the rows: its ``words``, and of each row of the sample the part, 0 train, 1 valid, 2 test."""

    column: str
    words: tuple[str, ...]
    places: NDArray[np.int64]


class Examined:
    """``rows`` are all of the table, ``numbers`` those of the sample, counted from zero and ascending.

    ``given`` is the column by which the table is parted already, where one was found.
    """

    def __init__(self, cells: Cells, query: Query, schema: Schema, question: CheckQuestion) -> None:
        self.cells, self.query, self.schema, self.question = cells, query, schema, question
        self.rows = cells.rows
        self._blocks = cells.drawn()
        self.numbers = cells.numbers(self._blocks)
        self.given: Given | None = None

    @property
    def sampled(self) -> int:
        """How many rows the sample has."""
        return len(self.numbers)

    @property
    def part(self) -> int | None:
        """How many rows were looked at, None for all: what a finding of the sample says."""
        return self.sampled if self.sampled < self.rows else None

    @functools.cached_property
    def target(self) -> Target:
        """The target in the rows of the sample."""
        name = self.question.target
        return made_target(name, self.question.task, self.values([name])[name])

    def values(self, names: Sequence[str]) -> dict[str, Values]:
        """Give these columns of the sample."""
        return self.cells.sample(names, self._blocks).columns

    def columns(self) -> Iterator[Sampled]:
        """Give each column of the sample but the target, some at a time in memory."""
        names = [column.name for column in self.schema.columns if column.name != self.question.target]
        features = set(self.question.features)
        blocks = [names[start : start + _AT_ONCE] for start in range(0, len(names), _AT_ONCE)]
        # The next are read while these are looked at.
        with ThreadPoolExecutor(1, "cells") as pool:
            coming = [pool.submit(self.values, block) for block in blocks[:1]]
            for number in range(len(blocks)):
                found = coming.pop().result()
                coming += [pool.submit(self.values, block) for block in blocks[number + 1 : number + 2]]
                for name, values in found.items():
                    ordered = ordered_numbers(values)
                    is_feature = name in features
                    told = self.told(values, ordered) if is_feature else None
                    yield Sampled(self.schema.column(name), values, ordered, is_feature, told)

    def told(self, values: Values, ordered: Numbers | None) -> float | None:
        """Give what a column tells of the target alone, from 0 to 1; see :mod:`power`."""
        bins = cut(values, ordered).bins[self.target.known]
        return power(bins, self.judged).power

    @functools.cached_property
    def judged(self) -> NDArray[np.float64] | NDArray[np.int64]:
        """The target of the rows that have one, rare classes as one."""
        made: NDArray[np.int64] = self.target.values
        return np.minimum(made, _EXAMPLES) if self.target.classes else made

    def where(self, chosen: NDArray[np.bool_]) -> tuple[int, ...]:
        """Give examples of the rows of the sample that are ``chosen``, in the table's numbers."""
        return tuple(int(row) for row in self.numbers[np.flatnonzero(chosen)[:_EXAMPLES]])


def ordered_numbers(values: Values) -> Numbers | None:
    """Give the finite numbers of a column in ascending order, None of words."""
    if values.numbers is None:
        return None
    numbers = values.numbers[values.valid]
    made: Numbers = np.sort(numbers[np.isfinite(numbers)] if numbers.dtype.kind == "f" else numbers)
    return made


def listed(names: Sequence[str], most: int = 4) -> str:
    """Give names as a sentence has them."""
    shown = [f"“{name}”" for name in names[:most]]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(shown) + more


def percent(share: float) -> str:
    """Give a share in percent, with a digit more where it is small; not all of it says so."""
    value = 100 * share
    if 99.5 <= value < 100:
        return f"{value:.1f} %" if value < 99.95 else "above 99.9 %"
    return f"{value:.0f} %" if value >= 9.95 else f"{value:.1f} %" if value >= 0.095 or value == 0 else "below 0.1 %"
