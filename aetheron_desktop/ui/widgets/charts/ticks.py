"""Where an axis has its numbers, and how they are written."""

from __future__ import annotations

import datetime as dt
import math
from statistics import NormalDist
from typing import Final, Literal, NamedTuple, TypeAlias

Scale: TypeAlias = Literal["number", "date", "log", "share"]
"""What an axis counts: numbers, microseconds since 1970, powers of ten, or shares at their normal quantiles."""
_EPOCH: Final = dt.datetime(1970, 1, 1)
_SECOND: Final = 1_000_000
_DAY: Final = 86_400 * _SECOND
_CLOCK: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)
_MONTHS: Final = (1, 2, 3, 6)
_MOST: Final = 40
_PERCENTS: Final = (0.001, 0.01, 0.1, 0.5, 2, 5, 10, 20, 40, 60, 80, 90, 95, 98, 99.5, 99.9, 99.99, 99.999)
"""They are about as far from each other on an axis of normal quantiles."""
_NEAR: Final = 0.7
"""A step may be smaller than wanted by this factor."""


class Tick(NamedTuple):
    """A place on an axis and what stands there."""

    at: float
    text: str


def ticks(scale: Scale, low: float, high: float, wanted: int) -> list[Tick]:
    """Give about ``wanted`` ticks between ``low`` and ``high``, fewer where there is no round place."""
    if not high > low or not math.isfinite(high - low):
        return []
    match scale:
        case "date":
            return _dates(low, high, max(1, wanted))
        case "log":
            return _powers(low, high, max(1, wanted))
        case "share":
            return _shares(low, high)
        case _:
            return _numbers(low, high, max(1, wanted))


def _numbers(low: float, high: float, wanted: int) -> list[Tick]:
    step = _round((high - low) / wanted)
    if not step or max(abs(low), abs(high)) / step > 2**50:
        return []
    places = range(math.ceil(low / step), math.floor(high / step) + 1)
    return [Tick(place * step, _text(place * step, step)) for place in places[:_MOST]]


def _round(width: float) -> float:
    if not 1e-300 < width < 1e300:
        return 0.0
    power = 10.0 ** math.floor(math.log10(width))
    return next(factor * power for factor in (1, 2, 5, 10, 20) if factor * power >= width * _NEAR)


def _text(value: float, step: float) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if step >= size / 10 and abs(value) >= size and abs(value) < size * 1e3:
            return f"{value / size:g}{letter}".replace("-", "−")
    if step >= 1e12 or 0 < step < 1e-4:
        return f"{value:.3g}".replace("-", "−")
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step < 1 else 0
    return f"{value + 0.0:,.{decimals}f}".replace("-", "−")


def _powers(low: float, high: float, wanted: int) -> list[Tick]:
    """``low`` and ``high`` are exponents of ten."""
    step = max(1, math.ceil((high - low) / wanted))
    places = range(math.ceil(low / step) * step, math.floor(high) + 1, step)
    if len(places) >= 2:
        return [Tick(place, _text(10.0**place, 10.0**place)) for place in places[:_MOST]]
    return [
        Tick(math.log10(tick.at), tick.text)
        for tick in _numbers(10.0**low, min(10.0**high, 1e300), wanted)
        if tick.at > 0
    ]


def _shares(low: float, high: float) -> list[Tick]:
    """``low`` and ``high`` are quantiles of the normal distribution."""
    made = [Tick(NormalDist().inv_cdf(percent / 100.0), f"{percent:g} %") for percent in _PERCENTS]
    return [tick for tick in made if low <= tick.at <= high]


def _dates(low: float, high: float, wanted: int) -> list[Tick]:
    width = (high - low) / wanted
    if width > 20 * _DAY:
        return _months(low, high, width)
    if width > 0.6 * _DAY:
        step = math.ceil(width / _DAY) * _DAY
        form = "%d %b %Y"
    else:
        seconds = next((one for one in _CLOCK if one * _SECOND >= width), 43200)
        step, form = seconds * _SECOND, "%H:%M" if seconds >= 60 else "%H:%M:%S"
    places = range(math.ceil(low / step), math.floor(high / step) + 1)
    return [Tick(place * step, text) for place in places[:_MOST] if (text := _moment(place * step, form))]


def _months(low: float, high: float, width: float) -> list[Tick]:
    try:
        first, last = (_EPOCH + dt.timedelta(microseconds=at) for at in (low, high))
    except OverflowError:
        return []
    months = width / (30.4 * _DAY)
    each = next((one for one in _MONTHS if one >= months), 0) or int(max(1.0, _round(months / 12))) * 12
    made = []
    for month in range((first.year * 12 // each) * each, last.year * 12 + 12, each):
        at = dt.datetime(min(9999, max(1, month // 12)), month % 12 + 1, 1)
        if first <= at <= last:
            made.append(
                Tick((at - _EPOCH) / dt.timedelta(microseconds=1), f"{at.year}" if each >= 12 else f"{at:%b} {at.year}")
            )
    return made[:_MOST]


def _moment(at: float, form: str) -> str:
    try:
        return (_EPOCH + dt.timedelta(microseconds=at)).strftime(form)
    except (OverflowError, ValueError):
        return ""
