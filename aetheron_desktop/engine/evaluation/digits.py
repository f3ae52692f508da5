"""Numbers in sentences; no library is loaded for it."""

from __future__ import annotations


def short(value: float) -> str:
    """Give a number with four digits that count, and a true minus."""
    return f"{value:.4g}".replace("-", "−")
