"""Exact quantiles of more values than memory holds, by counting instead of sorting.

A float's bits, read as a whole number, have its order; so the values are counted by their highest sixteen bits, then
those that agree with a wanted place by the next sixteen, until so few are left that they can be sorted: a radix
selection. Each round goes through the values once and holds 65,536 counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.profiles.cells import Numbers

    Keys: TypeAlias = NDArray[np.uint64]

HELD: Final = 2_000_000
"""The most values that are sorted in the end."""
_STEP: Final = 16
_BITS: Final = 64
_SIGN: Final = np.uint64(1 << 63)


def at_places(chunks: Callable[[], Iterable[Numbers]], places: Sequence[int], *, held: int = HELD) -> list[int | float]:
    """Give the values at ``places`` (from zero, in ascending order) of all the values that ``chunks`` gives anew.

    The chunks are all of int64, or all of float64 without not-a-number.
    """
    found: dict[int, int | float] = {}
    # Of each beginning that is still looked into: how many values are below it, and which places are in it.
    open_: dict[int, tuple[int, list[int]]] = {0: (0, sorted(set(places)))}
    done = 0
    while open_:
        counts = _counts(chunks(), list(open_), done)
        done += _STEP
        narrow: dict[int, tuple[int, list[int]]] = {}
        left = 0
        for prefix, (below, wanted) in open_.items():
            ends = below + np.cumsum(counts[prefix])
            for place in wanted:
                digit = int(np.searchsorted(ends, place, side="right"))
                key = prefix << _STEP | digit
                start = int(ends[digit] - counts[prefix][digit])
                left += int(counts[prefix][digit]) if key not in narrow else 0
                narrow.setdefault(key, (start, []))[1].append(place)
        if left <= held:
            found = _sorted_out(chunks(), narrow, done)
            break
        if done == _BITS:
            found = _alike(chunks(), narrow)
            break
        open_ = narrow
    return [found[place] for place in places]


def _counts(chunks: Iterable[Numbers], prefixes: list[int], done: int) -> dict[int, NDArray[np.int64]]:
    counts = {prefix: np.zeros(1 << _STEP, dtype=np.int64) for prefix in prefixes}
    for chunk in chunks:
        keys = _keys(chunk)
        for prefix in prefixes:
            inside = keys if not done else keys[keys >> np.uint64(_BITS - done) == np.uint64(prefix)]
            digits = (inside >> np.uint64(_BITS - done - _STEP)) & np.uint64((1 << _STEP) - 1)
            counts[prefix] += np.bincount(digits.astype(np.int64), minlength=1 << _STEP)
    return counts


def _sorted_out(
    chunks: Iterable[Numbers], narrow: dict[int, tuple[int, list[int]]], done: int
) -> dict[int, int | float]:
    kept: dict[int, list[Numbers]] = {key: [] for key in narrow}
    for chunk in chunks:
        heads = _keys(chunk) >> np.uint64(_BITS - done)
        for key, parts in kept.items():
            parts.append(chunk[heads == np.uint64(key)])
    found: dict[int, int | float] = {}
    for key, (start, wanted) in narrow.items():
        ordered = np.sort(np.concatenate(kept[key]))
        found |= {place: ordered[place - start].item() for place in wanted}
    return found


def _alike(chunks: Iterable[Numbers], narrow: dict[int, tuple[int, list[int]]]) -> dict[int, int | float]:
    """When all of the bits are known, every value with them is the wanted one."""
    found: dict[int, int | float] = {}
    for chunk in chunks:
        keys = _keys(chunk)
        for key, (_, wanted) in narrow.items():
            there = np.flatnonzero(keys == np.uint64(key)).tolist() if wanted[0] not in found else []
            if there:
                value: int | float = chunk[there[0]].item()
                found.update(dict.fromkeys(wanted, value))
        if len(found) == sum(len(wanted) for _, wanted in narrow.values()):
            break
    return found


def _keys(chunk: Numbers) -> Keys:
    """Give whole numbers without a sign that have the order of the values."""
    if chunk.dtype.kind == "i":
        return chunk.view(np.uint64) ^ _SIGN
    bits = (chunk + 0.0).view(np.uint64)  # minus zero becomes zero
    return np.where(bits & _SIGN, ~bits, bits | _SIGN)
