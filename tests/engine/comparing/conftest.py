"""Runs as the index has them, without having been trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aetheron_desktop.engine.comparing.card import RunCard
from aetheron_desktop.engine.comparing.marks import Marks
from aetheron_desktop.engine.comparing.row import RunRow
from aetheron_desktop.engine.comparing.table import RunTable

if TYPE_CHECKING:
    from collections.abc import Callable


def made_row(id: str, estimator: str = "forest", **more: Any) -> RunRow:
    """Give a run; what is not a field of a row is one of its card."""
    tags, note = more.pop("tags", ()), more.pop("note", "")
    fields = {name: more.pop(name) for name in list(more) if name in RunRow.__struct_fields__}
    card = RunCard(form=1, marks=Marks(tags=tags, note=note), **more)
    names = {"forest": "Random forest", "lightgbm": "LightGBM", "logistic": "Logistic regression"}
    usual: dict[str, Any] = {
        "name": id, "estimator": names.get(estimator, estimator), "estimator_id": estimator, "dataset": "churn",
        "dataset_id": "d1", "target": "left", "task": "binary", "status": "succeeded",
    }  # fmt: skip
    return RunRow(id=id, card=card, **{**usual, **fields})


@pytest.fixture
def row() -> Callable[..., RunRow]:
    return made_row


@pytest.fixture
def table() -> RunTable:
    return RunTable(
        [
            made_row("one", "lightgbm", metrics={"roc_auc": 0.93, "log_loss": 0.2}, tags=("x", "best yet"), seconds=4.0,
                     params={"rounds": 200, "depth": 4}, test_rows="aa", test_count=114, model_bytes=13_000_000,
                     started=1_700_000_000.0, environment={"scikit-learn": "1.9.1"}),
            made_row("two", metrics={"roc_auc": 0.88, "log_loss": 0.31}, seconds=400.0, params={"trees": 300},
                     test_rows="aa", test_count=114, model_bytes=90_000, started=1_600_000_000.0, note="a wide forest"),
            made_row("three", "logistic", metrics={"roc_auc": 0.97}, test_rows="bb", test_count=80, dataset="other"),
            made_row("four", "logistic", metrics={"rmse": 12.0}, task="regression", target="price", status="failed"),
            made_row("five", metrics={"roc_auc": None}, status="running"),
        ]
    )  # fmt: skip
