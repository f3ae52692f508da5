"""A column in bins: numbers cut at their quantiles, words each by itself, and what is missing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from aetheron_desktop.engine.datasets.profiles.measure import most_words, spell
from aetheron_desktop.engine.datasets.profiles.profile import LONGEST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.profiles.cells import Numbers, Values
    from aetheron_desktop.engine.datasets.profiles.profile import Kind, Value

BINS: Final = 60
PARTS: Final = 10
"""The parts that are shown; each is one bin or some of them."""
OTHERS: Final = "others"
MISSING: Final = "missing"
ROWS_A_BIN: Final = 40
_WORDS: Final = 2_000
_DAYS: Final = 10 * 86_400_000_000
"""Of a longer part of time the ends are told to the day."""
_Ends: TypeAlias = "tuple[Value | None, Value | None]"


@dataclass(frozen=True)
class Cut:
    """The bin of each row, counted from zero, and the part of each bin with its name and, of numbers, its ends."""

    bins: NDArray[np.int64]
    part: NDArray[np.int64]
    labels: tuple[str, ...]
    ends: tuple[_Ends, ...]


def cut(values: Values, ordered: Numbers | None) -> Cut:
    """Cut a column; ``ordered`` are its finite numbers in ascending order, None of words."""
    if values.numbers is None or ordered is None:
        return _of_words(values)
    return _of_numbers(values.numbers, values.valid, ordered, values.kind)


def _of_numbers(numbers: Numbers, valid: NDArray[np.bool_], ordered: Numbers, kind: Kind) -> Cut:
    if not len(ordered):  # nothing, or infinite values alone
        ordered = np.zeros(1, dtype=numbers.dtype)
    uppers = _uppers(ordered)
    # Bins in equal steps make a part, so that a row has to be looked up once.
    part = (np.arange(len(uppers)) * min(PARTS, len(uppers))) // len(uppers)
    last = np.searchsorted(ordered, uppers, side="right") - 1
    first = np.append(0, last[:-1] + 1)
    count = int(part[-1]) + 1
    lows = [ordered[first[np.searchsorted(part, at)]].item() for at in range(count)]
    highs = [ordered[last[np.searchsorted(part, at, side="right") - 1]].item() for at in range(count)]
    labels = [_label(low, high, kind) for low, high in zip(lows, highs, strict=True)]
    bins = np.minimum(np.searchsorted(uppers, numbers, side="left"), len(uppers) - 1)
    return Cut(
        np.where(valid, bins, len(uppers)),
        np.append(part, count),
        (*labels, MISSING),
        (*zip(lows, highs, strict=True), (None, None)),
    )


def _uppers(ordered: Numbers) -> Numbers:
    """Give the greatest value of each bin; a bin takes all values that are equal to it."""
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if _is_few(ordered) else ()
    if 0 < len(starts) <= PARTS:
        return ordered[starts]
    count = min(BINS, max(PARTS, len(ordered) // ROWS_A_BIN))
    places = (np.arange(1, count + 1) * len(ordered)) // count - 1
    return np.unique(ordered[np.maximum(places, 0)])


def _is_few(ordered: Numbers) -> bool:
    """Whether there may be so few different values that each is a bin; many places are looked at, not all."""
    looked = ordered[np.linspace(0, len(ordered) - 1, min(len(ordered), 1_000)).astype(np.int64)]
    return len(np.unique(looked)) <= PARTS


def _of_words(values: Values) -> Cut:
    """Give the most frequent words bins of their own, the others one; the first are parts as well."""
    assert values.codes is not None
    counts = np.bincount(values.codes[values.valid], minlength=len(values.words))
    kept = np.argsort(-counts, kind="stable")[:_WORDS]
    kept = kept[counts[kept] > 0]
    shown = most_words(counts, values.words)[:PARTS]
    bins = np.full(len(values.words) + 1, len(kept), dtype=np.int64)
    bins[kept] = np.arange(len(kept))
    bins[-1] = len(kept) + 1  # where the code is -1
    part = np.full(len(kept) + 2, len(shown), dtype=np.int64)
    part[bins[shown]] = np.arange(len(shown))
    part[-1] = len(shown) + 1
    labels = [values.words[place].as_py()[:LONGEST] for place in shown]
    return Cut(bins[values.codes], part, (*labels, OTHERS, MISSING), ((None, None),) * (len(shown) + 2))


def _label(low: Value, high: Value, kind: Kind) -> str:
    if kind == "date" and high - low > _DAYS:
        return f"{spell(low, kind)[:10]} – {spell(high, kind)[:10]}"
    return _short(low, kind) if low == high else f"{_short(low, kind)} – {_short(high, kind)}"


def _short(value: Value, kind: Kind) -> str:
    if kind == "date":
        return spell(value, kind)
    if isinstance(value, int) or (math.isfinite(value) and value == round(value) and abs(value) < 1e6):
        return f"{int(value):,}"
    return f"{value:.4g}"
