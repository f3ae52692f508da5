"""Columns of the test rows as few parts each, and conditions on them as the grid's filter has them.

A number or a date has ten or twenty parts of about as many rows, or one for each value where there are few; words
have one for each of the commonest. What is missing is a part of its own. The parts do not depend on what a model says.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.datasets import expression
from aetheron_desktop.engine.datasets.profiles.dates import spelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.profiles.cells import Values
    from aetheron_desktop.engine.datasets.profiles.profile import Kind

_BINS: Final = 10
_MORE_BINS: Final = 20
_LONG: Final = 5_000
"""From so many rows on, a range may begin and end at more places; of fewer, chance would choose among them."""
_MANY: Final = 12
"""From so many ordered parts on, only every other one is an end where pairs of columns are looked through."""
_LEVELS: Final = 30
_FEWEST_OF_A_LEVEL: Final = 10
"""A word of fewer rows tells nothing by itself; it is one of the others."""
_DIGITS: Final = 17


@dataclass(frozen=True, eq=False)
class Coded:
    """A column as ``codes`` (rows,), from 0 up to ``count``; the last code is what is missing, if ``has_missing``.

    Ordered parts are the ranges between the ``ends`` (count of ranges - 1), which are the least value of the next
    range; with ``is_exact`` each part is one of ``ends``. Otherwise they are ``words``; if ``has_others`` the code
    after them is of all other words.
    """

    name: str
    kind: Kind
    codes: NDArray[np.int64]
    ends: tuple[Any, ...] = ()
    is_exact: bool = False
    words: tuple[str, ...] = ()
    has_others: bool = False
    has_missing: bool = False

    @property
    def is_ordered(self) -> bool:
        """Whether the parts are values or ranges of values that follow each other."""
        return self.kind in {"integer", "number", "date"}

    @property
    def known(self) -> int:
        """The number of parts that are not missing."""
        if self.is_ordered:
            return len(self.ends) + (not self.is_exact)
        return len(self.words) + self.has_others

    @property
    def count(self) -> int:
        """The number of all parts."""
        return self.known + self.has_missing

    def inside(self, chosen: Iterable[int]) -> NDArray[np.bool_]:
        """Say which rows are in the parts ``chosen``."""
        wanted = np.zeros(self.count, dtype=np.bool_)
        wanted[list(chosen)] = True
        made: NDArray[np.bool_] = wanted[self.codes]
        return made

    def condition(self, chosen: Iterable[int]) -> str:
        """Say in the filter's language which rows are in the parts ``chosen``; of ordered ones, neighbours."""
        parts = sorted(set(chosen))
        is_missing = self.has_missing and self.known in parts
        known = [part for part in parts if part < self.known]
        name = expression.column(self.name)
        if not known:
            return f"{name} is missing"
        if len(known) == self.known:
            return f"{name} is not missing"
        told = self._range(name, known[0], known[-1]) if self.is_ordered else self._words(name, known)
        return f"({told} or {name} is missing)" if is_missing else told

    def _range(self, name: str, first: int, last: int) -> str:
        ends = [self._value(end) for end in self.ends]
        if self.is_exact:
            if first == last:
                return f"{name} = {ends[first]}"
            if first == 0:
                return f"{name} <= {ends[last]}"
            return f"{name} >= {ends[first]}" if last == self.known - 1 else f"{ends[first]} <= {name} <= {ends[last]}"
        if first == 0:
            return f"{name} < {ends[last]}"
        return (
            f"{name} >= {ends[first - 1]}" if last == self.known - 1 else f"{ends[first - 1]} <= {name} < {ends[last]}"
        )

    def _words(self, name: str, known: Sequence[int]) -> str:
        is_turned = self.has_others and len(self.words) in known
        told = [part for part in range(len(self.words)) if (part in known) != is_turned]
        words = [self._value(self.words[part]) for part in told]
        if len(words) == 1:
            return f"{name} {'!=' if is_turned else '='} {words[0]}"
        return f"{name} {'not in' if is_turned else 'in'} ({', '.join(words)})"

    def _value(self, value: Any) -> str:
        if self.kind == "boolean":
            return str(value)
        if self.kind == "date":
            return f"'{spelled(value)}'"
        return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value).removesuffix(".0")


def coded(name: str, values: Values, bins: int = 0) -> Coded | None:
    """Give the parts of a column of the test rows, numbers in up to ``bins``; by default as the rows are many.

    None where all rows are in one, or where there is an infinite number, of which no condition can be written.
    """
    if values.numbers is not None and not np.isfinite(values.numbers[values.valid]).all():
        return None
    bins = bins or (_BINS if len(values) < _LONG else _MORE_BINS)
    made = _of_numbers(name, values, bins) if values.numbers is not None else _of_words(name, values)
    return made if made.count > 1 else None


def _of_numbers(name: str, values: Values, bins: int) -> Coded:
    assert values.numbers is not None
    numbers = values.numbers
    known = numbers[values.valid]
    different = np.unique(known)
    is_exact = len(different) <= bins
    ends = different if is_exact else _ends(known, different, bins)
    places = np.searchsorted(ends, numbers, side="right")
    if is_exact:
        places = places - 1
    parts = len(ends) + (not is_exact)
    codes = np.where(values.valid, places, parts).astype(np.int64)
    told = tuple(end.item() for end in ends)
    return Coded(name, values.kind, codes, ends=told, is_exact=is_exact, has_missing=not values.valid.all())


def _ends(known: NDArray[Any], different: NDArray[Any], bins: int) -> NDArray[Any]:
    """Give the least value of every part but the first, in as few digits as part the rows alike."""
    ordered = np.sort(known)
    cuts = np.unique(ordered[(np.arange(1, bins) * len(ordered)) // bins])
    cuts = cuts[cuts > different[0]]
    if known.dtype.kind != "f":
        return np.asarray(cuts)
    before = different[np.searchsorted(different, cuts) - 1]
    return np.array([_short(low, high) for low, high in zip(before, cuts, strict=True)])


def _short(low: float, high: float) -> float:
    """Give the number of fewest digits above ``low`` and up to ``high``."""
    for digits in range(1, _DIGITS):
        told = float(f"{high:.{digits}g}")
        if low < told <= high:
            return told
    return float(high)


def _of_words(name: str, values: Values) -> Coded:
    assert values.codes is not None
    counts = np.bincount(values.codes[values.valid], minlength=len(values.words))
    common = np.flatnonzero(counts >= _FEWEST_OF_A_LEVEL)
    chosen = common[np.argsort(-counts[common], kind="stable")][:_LEVELS]
    has_others = bool(counts.sum() > counts[chosen].sum())
    places = np.full(len(values.words) + 1, len(chosen), dtype=np.int64)
    places[chosen] = np.arange(len(chosen))
    places[-1] = len(chosen) + has_others  # the code -1 of what is missing
    words = tuple(values.words[int(place)].as_py() for place in chosen)
    has_missing = not bool(values.valid.all())
    return Coded(name, values.kind, places[values.codes], words=words, has_others=has_others, has_missing=has_missing)


def slices_of(column: Coded, badness: NDArray[np.float64], *, is_coarse: bool = False) -> NDArray[np.bool_]:
    """Give the sets of parts that can be a slice, shape (sets, parts): no set holds all, or none.

    Of ordered parts all that are neighbours, with ``is_coarse`` those that begin and end at every other part only; of
    words each by itself, and the worst few together by their ``badness`` (parts,). What is missing is a slice by
    itself. The other words are none.
    """
    found: list[NDArray[np.bool_]] = []

    def add(parts: Iterable[int]) -> None:
        made = np.zeros(column.count, dtype=np.bool_)
        made[list(parts)] = True
        if not made.all():
            found.append(made)

    if column.is_ordered:
        step = 2 if is_coarse and column.known > _MANY else 1
        ends = sorted({*range(0, column.known + 1, step), column.known})
        for first, end in itertools.combinations(ends, 2):
            add(range(first, end))
    else:
        levels = len(column.words)
        for level in range(levels):
            add([level])
        worst = np.argsort(-badness[:levels], kind="stable")
        for size in range(2, min(5, levels - 1)):
            add(int(part) for part in worst[:size])
    if column.has_missing:
        add([column.known])
    return np.array(found, dtype=np.bool_).reshape(-1, column.count)
