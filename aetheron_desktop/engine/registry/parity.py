"""Whether a model predicts its stored rows as it did when it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
import pandas as pd

from aetheron_desktop.engine.errors import ModelError
from aetheron_desktop.engine.registry.description import SAMPLE

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.registry.artifact import FittedModel

STORED: Final = "predicted "
"""Before the names of the columns with what was predicted."""


class Parity(msgspec.Struct, frozen=True, kw_only=True):
    """On ``rows`` stored rows, the largest difference of a probability or value from what was predicted then."""

    rows: int
    largest_difference: float

    @property
    def is_equal(self) -> bool:
        """Whether it predicts the same to the bit."""
        return self.largest_difference == 0.0

    @property
    def sentence(self) -> str:
        """Give it in words."""
        if not self.rows:
            return "There are no stored rows to check it by."
        if self.is_equal:
            return f"It predicts its {self.rows:,} stored rows as it did, to the bit."
        return (
            f"It predicts its {self.rows:,} stored rows otherwise than when it was made, by up to "
            f"{self.largest_difference:.3g}; other versions of the libraries or another processor can be the cause."
        )


def parity(model: FittedModel, folder: Path) -> Parity:
    """Let ``model`` predict the rows in ``sample.parquet`` of its ``folder``, and compare.

    Raises:
        ModelError: the rows cannot be read.
    """
    try:
        rows = pd.read_parquet(folder / SAMPLE)
    except (OSError, ValueError) as error:
        raise ModelError(f"{SAMPLE} in {folder.name} cannot be read: {error}", hint="Restore the version.") from error
    if not len(rows):
        return Parity(rows=0, largest_difference=0.0)
    raw = model.pipeline.raw(rows)
    names = [f"{STORED}probability_{label}" for label in model.description.classes] or [f"{STORED}prediction"]
    if absent := [name for name in names if name not in rows]:
        raise ModelError(f"{SAMPLE} in {folder.name} lacks {absent[0]}.", hint="Restore the version.")
    stored = rows[names].to_numpy(dtype=np.float64).reshape(raw.shape)
    same = (raw == stored) | (np.isnan(raw) & np.isnan(stored))
    largest = float(np.abs(np.where(same, 0.0, raw - stored)).max())
    return Parity(rows=len(rows), largest_difference=largest)
