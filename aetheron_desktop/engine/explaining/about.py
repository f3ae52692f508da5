"""What every question about a model's reasons names."""

from __future__ import annotations

import msgspec


class About(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask"):
    """A version of ``model``, the current one by default, on its own test rows or on all rows of ``dataset``."""

    model: str
    version: str = ""
    dataset: str = ""
