"""The stored test predictions of a version, with its own threshold: what can be measured without the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.engine.evaluation.scores import scores
from aetheron_desktop.engine.registry.revising import description_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.registry.description import Description
    from aetheron_desktop.engine.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Measured:
    """Metrics on ``count`` test rows; ``rows`` is equal when the rows are."""

    task: Task
    metrics: dict[str, float | None]
    rows: tuple[str, bytes]
    count: int


def predictions_file(workspace: Workspace, description: Description) -> Path:
    """Give where the test predictions of a version's run lie, if they are still there."""
    return workspace.run_folder(description.info.run) / "predictions.parquet"


def scores_of(workspace: Workspace, model: str, commit: str, where: str = "") -> Measured | str:
    """Measure a version on its test rows that meet the condition ``where``; words when that cannot be done."""
    with workspace.shelf.opened(model) as repository:
        description = description_of(repository, commit)
    try:
        table = pd.read_parquet(predictions_file(workspace, description))
    except (OSError, ValueError):
        return f"the test predictions of {description.info.run or 'its run'} are not here"
    if where:
        try:
            chosen = _rows_where(workspace, description.info.dataset, where)
        except AetheronError as error:
            return f"{where}: {error.detail}"
        table = table[table["row"].isin(chosen)]
    if not len(table):
        return "there is no such test row"
    truth, raw = truth_and_raw(table, description)
    rows = np.sort(table["row"].to_numpy(dtype=np.int64)).tobytes()
    return Measured(
        task=description.info.task,
        metrics=scores(
            description.info.task,
            truth,
            raw,
            threshold=description.threshold,
            costs=description.costs,
            **_limits(table, description),
        ),
        rows=(description.info.dataset, rows),
        count=len(table),
    )


def truth_and_raw(table: pd.DataFrame, description: Description) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Give what :func:`scores` takes, from stored predictions: the truth, (n,), and what was predicted."""
    if not description.classes:
        return table["truth"].to_numpy(dtype=np.float64), table["prediction"].to_numpy(dtype=np.float64)
    place = {label: index for index, label in enumerate(description.classes)}
    truth = table["truth"].astype(str).map(place).to_numpy(dtype=np.int64)
    raw: NDArray[np.float64] = table[[f"probability_{label}" for label in description.classes]].to_numpy(np.float64)
    return truth, raw


def _limits(table: pd.DataFrame, description: Description) -> dict[str, Any]:
    """Give the limits that were stored beside the predictions, as :func:`scores` takes them."""
    if description.limits is None or not {"lower", "upper"} <= set(table.columns):
        return {}
    return {"between": table[["lower", "upper"]].to_numpy(dtype=np.float64), "level": description.limits.level}


def _rows_where(workspace: Workspace, dataset: str, where: str) -> NDArray[np.int64]:
    from aetheron_desktop.engine.datasets import expression, query  # duckdb; a condition alone needs it

    opened = workspace.dataset(dataset)
    found = expression.condition(where, expression.kinds(opened.parquet))
    with query.Query(opened.parquet, workspace.root / "tmp", lambda: False) as asked:
        sql = f"SELECT file_row_number AS n FROM {query.NUMBERED} WHERE {found.sql}"  # noqa: S608 - values are bound
        rows = asked.arrays(sql, found.values)
    numbers: NDArray[np.int64] = rows["n"].astype(np.int64)
    return numbers
