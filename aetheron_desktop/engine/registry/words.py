"""Words that several refusals end with."""

from __future__ import annotations

from typing import Final

AGAIN: Final = "Get the model again from where it came."
