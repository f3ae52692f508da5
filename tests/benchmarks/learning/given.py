"""What a system is given, and what it has to have. Nothing here needs the project: peers import it, too."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TARGET = "target of the benchmark"


@dataclass(frozen=True, eq=False)
class Given:
    """Training rows: ``X`` and ``y``, class indices (int64) or values (float64); ``folder`` is empty, to write into.

    ``threads`` are those of the process; ``budget_s`` is the time for the fit in seconds.
    """

    X: pd.DataFrame
    y: NDArray[Any]
    task: str
    metric: str
    classes: tuple[str, ...]
    budget_s: float
    seed: int
    threads: int
    folder: Path


class Learner(Protocol):
    """Made without an argument, which imports the libraries; then fitted, then asked."""

    notes: dict[str, Any]
    """What should be known of the fit, such as how many models there are."""

    def fit(self, given: Given) -> None:
        """Learn."""

    def predict(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Give (n, classes) probabilities, or (n,) values."""


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet that each version of pandas reads alike."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(), path)


def read_given(folder: Path, request: dict[str, Any]) -> tuple[Given, pd.DataFrame]:
    """Give what :mod:`.running` wrote: the training rows, and the features of the test rows."""
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    train = pd.read_parquet(folder / "train.parquet")
    own = Path(request["folder"])
    given = Given(
        X=train.drop(columns=TARGET),
        y=train[TARGET].to_numpy(),
        task=about["task"],
        metric=about["metric"],
        classes=tuple(about["classes"]),
        budget_s=request["budget_s"],
        seed=request["seed"],
        threads=request["threads"],
        folder=own,
    )
    return given, pd.read_parquet(folder / "test.parquet")
