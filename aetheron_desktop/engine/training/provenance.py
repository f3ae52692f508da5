"""Where a model comes from: what to look for when somebody asks, and what a second training must find again."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.dataset import Dataset


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """The way back from a model: its dataset under the hash of its content, and what that was made from.

    ``source`` is the file's name, ``recipe`` the SHA-256 of how it was read (empty for a dataset made by steps),
    ``made_from`` the dataset that it was made of by ``steps`` steps, ``previous`` that of which it is a new version.
    ``test_rows`` is the hash of the rows that it was measured on.
    """

    dataset: str
    dataset_name: str
    rows: int
    source: str = ""
    source_bytes: int | None = None
    recipe: str = ""
    made_from: str = ""
    steps: int = 0
    previous: str = ""
    split: str = ""
    test_rows: str = ""


def provenance(dataset: Dataset, split: str, test_rows: str) -> Provenance:
    """Give the provenance of a model of ``dataset``; ``split`` is the name of the stored split, or empty."""
    info = dataset.info
    try:
        recipe = hashlib.sha256(dataset.recipe.read_bytes()).hexdigest()
    except OSError:  # made by steps, or from before recipes were kept
        recipe = ""
    return Provenance(
        dataset=info.id,
        dataset_name=info.name,
        rows=info.rows,
        source=info.source,
        source_bytes=info.origin.bytes if info.origin else None,
        recipe=recipe,
        made_from=info.lineage.dataset if info.lineage else "",
        steps=len(info.lineage.steps) if info.lineage else 0,
        previous=info.previous or "",
        split=split,
        test_rows=test_rows,
    )
