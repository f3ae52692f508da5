"""Why something cannot be drawn or measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Undefined:
    """It is not defined on these rows, ``because`` of what a whole sentence says."""

    because: str
