"""Points in time as microseconds since 1970-01-01, and as text."""

from __future__ import annotations

import datetime as dt
from typing import Final

_EPOCH: Final = dt.datetime(1970, 1, 1)
_UNITS: Final = (
    ("year", 31_556_952_000_000),
    ("month", 2_629_746_000_000),
    ("week", 604_800_000_000),
    ("day", 86_400_000_000),
    ("hour", 3_600_000_000),
    ("minute", 60_000_000),
    ("second", 1_000_000),
    ("millisecond", 1_000),
    ("microsecond", 1),
)


def spelled(moment: float) -> str:
    """Give a point in time in the form of ISO 8601, the time of day only where it is not midnight."""
    try:
        at = _EPOCH + dt.timedelta(microseconds=round(moment))
    except OverflowError:  # Python's years are 1 to 9999
        return f"{1970 + moment // _UNITS[0][1]:.0f} (year)"
    if at.time() == dt.time():
        return at.date().isoformat()
    return at.isoformat(" ", "seconds" if at.microsecond == 0 else "microseconds")


def microseconds(text: str) -> int:
    """Read what :func:`spelled` wrote.

    Raises:
        ValueError: it is no date.
    """
    return (dt.datetime.fromisoformat(text) - _EPOCH) // dt.timedelta(microseconds=1)


def length(microseconds_: float) -> str:
    """Give a length of time in words: ``1 day``, ``2.5 hours``."""
    for unit, size in _UNITS:
        if abs(microseconds_) >= size:
            count = microseconds_ / size
            text = f"{count:,.1f}".removesuffix(".0")
            return f"{text} {unit}{'' if text == '1' else 's'}"
    return "0 seconds"
