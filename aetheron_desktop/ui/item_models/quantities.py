"""Durations, shares and scores as words."""

from __future__ import annotations

import math
import time

NONE = "–"


def duration(seconds: float | None) -> str:
    """Give ``seconds`` as people say them: ``0.4 s``, ``48 s``, ``3 min 05 s``, ``2 h 10 min``."""
    if seconds is None or not math.isfinite(seconds):
        return NONE
    seconds = max(seconds, 0.0)
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"


def local_time(pattern: str, at: float) -> str:
    """Give a point in time as ``strftime`` does; a stranger's model may have been made at one that no calendar has."""
    try:
        return time.strftime(pattern, time.localtime(at))
    except (OverflowError, ValueError, OSError):
        return NONE


def time_left(seconds: float | None, *, is_most: bool = False) -> str:
    """Give an estimate as words that do not pretend to be exact: ``about 48 s left``, or ``at most`` so much."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    if seconds < 1:
        return "almost done"
    rounded = float(round(seconds)) if seconds >= 9.95 else math.ceil(seconds)
    return f"{'at most' if is_most else 'about'} {duration(rounded).replace('.0 s', ' s')} left"


def share(value: float) -> str:
    """Give a share in whole per cent, as a member of an ensemble has one; it may be below zero."""
    return f"{value:.0%}".replace("-", "−")


def number(value: float | None) -> str:
    """Give a score with four significant digits, without an exponent where people would not write one."""
    if value is None or not math.isfinite(value):
        return NONE
    if value != 0 and not 1e-4 <= abs(value) < 1e7:
        return f"{value:.3e}".replace("-", "−")
    if abs(value) >= 1000:
        return f"{value:,.0f}".replace("-", "−")
    return f"{value:.4g}".replace("-", "−") if abs(value) < 1e-3 else _four_digits(value)


def _four_digits(value: float) -> str:
    decimals = max(0, 3 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:.{min(decimals, 4)}f}".replace("-", "−")


def count(value: float) -> str:
    """Give a whole number with its thousands apart."""
    return f"{value:,.0f}"


def size(count: int) -> str:
    """Give a number of bytes as people say it: ``812 bytes``, ``4.2 kB``, ``1.3 GB``."""
    if count < 1000:
        return f"{count} bytes"
    value = float(count)
    for unit in ("kB", "MB"):
        value /= 1000
        if value < 999.95:
            return f"{value:.1f} {unit}"
    return f"{value / 1000:.1f} GB"
