"""The stored test predictions of a version, with its own threshold: what can be measured without the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aetheron_desktop.engine.errors import AetheronError, EvaluationError
from aetheron_desktop.engine.estimators.limits import LEVEL
from aetheron_desktop.engine.evaluation.scores import scores
from aetheron_desktop.engine.registry.revising import description_of
from aetheron_desktop.engine.versioning.stored import stored_predictions

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Measured:
    """Metrics on ``count`` test rows; ``rows`` is equal when the rows are."""

    task: Task
    metrics: dict[str, float | None]
    rows: tuple[str, bytes]
    count: int


def scores_of(workspace: Workspace, model: str, commit: str, where: str = "") -> Measured | str:
    """Measure a version on its test rows that meet the condition ``where``; words when that cannot be done."""
    with workspace.shelf.opened(model) as repository:
        description = description_of(repository, commit)
    try:
        made = stored_predictions(workspace, description)
    except EvaluationError:
        return f"the test predictions of {description.info.run or 'its run'} are not here"
    if where:
        try:
            from aetheron_desktop.engine.datasets.viewing.cohorts import rows_where  # duckdb; a condition needs it

            chosen = rows_where(workspace.dataset(description.info.dataset), where, workspace.root / "tmp")
        except AetheronError as error:
            return f"{where}: {error.detail}"
        made = made.only(np.isin(made.rows, chosen))
    if not len(made):
        return "there is no such test row"
    return Measured(
        task=made.task,
        metrics=scores(
            made.task,
            made.truth,
            made.predicted,
            threshold=made.threshold,
            costs=description.costs,
            between=made.limits,
            level=made.level or LEVEL,
        ),
        rows=(description.info.dataset, made.rows.tobytes()),
        count=len(made),
    )
