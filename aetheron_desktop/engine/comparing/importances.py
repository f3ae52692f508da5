"""What the models of several runs lean on, beside each other: the importance that was stored when they were trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.errors import AetheronError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aetheron_desktop.engine.workspace import RunRecord, Workspace

MOST_COLUMNS: Final = 40


class RunImportance(msgspec.Struct, frozen=True, kw_only=True):
    """``shares`` has of each column, in the order of all, how much its loss costs, 1 for the run's weightiest column.

    None for a column that the run did not learn from. Where nothing is stored ``missing`` says why, and there are none.
    ``worth`` is what the weightiest column is worth in the main metric of the run's task.
    """

    run: str
    shares: tuple[float | None, ...] = ()
    worth: float = 0.0
    missing: str = ""


class RunImportances(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="run_importances"):
    """Runs by columns, the weightiest column first; at most :data:`MOST_COLUMNS` of ``columns_in_all``."""

    columns: tuple[str, ...]
    runs: tuple[RunImportance, ...]
    columns_in_all: int = 0


def importances(
    workspace: Workspace, runs: Sequence[str], should_stop: Callable[[], bool] = lambda: False
) -> RunImportances:
    """Give the stored importance of the models of these runs.

    Raises:
        UsageError: there is no such run.
    """
    told: dict[str, dict[str, float] | str] = {}
    for run in runs:
        if should_stop():
            break
        record = workspace.run(run)
        told[record.id] = _stored(workspace, record)
    weights: dict[str, float] = {}
    for found in told.values():
        if isinstance(found, dict):
            most = _most(found)
            for column, value in found.items():
                weights[column] = weights.get(column, 0.0) + max(0.0, value) / most
    columns = tuple(sorted(weights, key=lambda column: -weights[column]))
    shown = columns[:MOST_COLUMNS]
    return RunImportances(
        columns=shown,
        runs=tuple(_importance(run, found, shown) for run, found in told.items()),
        columns_in_all=len(columns),
    )


def _stored(workspace: Workspace, record: RunRecord) -> dict[str, float] | str:
    """Give the importance of the columns of a run's model, or say why there is none."""
    from aetheron_desktop.engine.registry.revising import description_of

    if not record.model:
        return "The run kept no model."
    own = [one.commit for one in workspace.shelf.versions(record.model).values() if one.run == record.id]
    try:
        with workspace.shelf.opened(record.model) as repository:
            description = description_of(repository, own[0] if own else repository.find("current"))
    except AetheronError as error:
        return error.detail
    if description.info.run != record.id:
        return "Its model has no version of this run any more."
    if not description.importance:
        return "No importance was stored with its model: explain it in Analyze."
    return dict(description.importance)


def _most(found: dict[str, float]) -> float:
    return max(max(found.values(), default=0.0), 0.0) or 1.0


def _importance(run: str, found: dict[str, float] | str, columns: Sequence[str]) -> RunImportance:
    if isinstance(found, str):
        return RunImportance(run=run, missing=found)
    most = _most(found)
    shares = tuple(max(0.0, found[column]) / most if column in found else None for column in columns)
    return RunImportance(run=run, shares=shares, worth=max(found.values(), default=0.0))
