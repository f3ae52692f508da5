"""Whether a model predicts its stored rows as it did when it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from aetheron_desktop.engine.errors import ModelError, UntrustedModel
from aetheron_desktop.engine.registry.description import SAMPLE
from aetheron_desktop.engine.registry.words import AGAIN

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.registry.artifact import FittedModel

STORED: Final = "predicted "
"""Before the names of the columns with what was predicted."""
_MOST_ROWS: Final = 100_000
_ROUNDING: Final = 1e-9
"""Up to here it may be another processor's rounding."""


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


def stored_rows(folder: Path) -> pd.DataFrame:
    """Give the rows that are kept in a version's ``folder``, and what was predicted for them.

    Raises:
        ModelError: they cannot be read, or are more than any model has.
    """
    file = folder / SAMPLE
    try:
        # Counted first: a small file may swell to any size.
        count = pq.read_metadata(file).num_rows
        if count > _MOST_ROWS:
            raise UntrustedModel(f"{SAMPLE} in {folder.name} has {count:,} rows, and no model has so many.", hint=AGAIN)
        return pd.read_parquet(file)
    except (OSError, ValueError) as error:
        raise ModelError(f"{SAMPLE} in {folder.name} cannot be read: {error}", hint="Restore the version.") from error


def parity(model: FittedModel, folder: Path) -> Parity:
    """Let ``model`` predict the rows in ``sample.parquet`` of its ``folder``, and compare.

    Raises:
        ModelError: the rows cannot be read.
    """
    rows = stored_rows(folder)
    if not len(rows):
        return Parity(rows=0, largest_difference=0.0)
    told = model.predict_frame(rows)
    own = [f"probability_{label}" for label in model.description.classes] or ["prediction"]
    if model.pipeline.limits is not None:
        own += ["lower", "upper"]
    raw = told[own].to_numpy(dtype=np.float64)
    names = [f"{STORED}{name}" for name in own]
    if absent := [name for name in names if name not in rows]:
        raise ModelError(f"{SAMPLE} in {folder.name} lacks {absent[0]}.", hint="Restore the version.")
    try:
        stored = rows[names].to_numpy(dtype=np.float64).reshape(raw.shape)
    except (TypeError, ValueError) as error:
        raise ModelError(f"{SAMPLE} in {folder.name} holds no predictions.", hint="Restore the version.") from error
    same = (raw == stored) | (np.isnan(raw) & np.isnan(stored))
    largest = float(np.abs(np.where(same, 0.0, raw - stored)).max())
    return Parity(rows=len(rows), largest_difference=largest)


def warning(model: FittedModel, folder: Path) -> str:
    """Say that ``model`` predicts its stored rows otherwise than when it was made, and what is otherwise; or nothing.

    Raises:
        ModelError: the rows cannot be read.
    """
    found = parity(model, folder)
    if found.largest_difference <= _ROUNDING:
        return ""
    then, now = model.description.environment, _libraries()
    changed = [f"{name} {then[name]} then, {now[name]} now" for name in now if name in then and then[name] != now[name]]
    return f"{found.sentence} {'; '.join(changed) or 'The libraries are the same'}."


def _libraries() -> dict[str, str]:
    import platform

    import sklearn

    return {"numpy": np.__version__, "scikit-learn": sklearn.__version__, "python": platform.python_version()}
