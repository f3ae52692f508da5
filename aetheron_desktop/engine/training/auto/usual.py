"""What auto does when nothing else was chosen; without a library, so that a forecast can tell it."""

from __future__ import annotations

from typing import Final

MODELS: Final = 10
"""So many are tried when neither their number nor the time is limited."""
_FEW_ROWS: Final = 3_000
_MANY_ROWS: Final = 60_000


def usual_folds(rows: int) -> int:
    """Give how many folds suit so many rows: the fewer there are, the more each counts."""
    return 8 if rows <= _FEW_ROWS else 5 if rows <= _MANY_ROWS else 1
