"""A part of the test rows on which runs are compared: those of a cohort that is kept with their dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aetheron_desktop.engine.datasets.viewing.cohorts import cohort_named, cohorts, rows_where
from aetheron_desktop.engine.errors import AetheronError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aetheron_desktop.engine.workspace import Workspace


class CohortRows(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="cohort_rows"):
    """The numbers of the rows that belong to a cohort, of each dataset that has it, ascending; test rows alone."""

    cohort: str
    rows: dict[str, tuple[int, ...]]


def names_of(workspace: Workspace, datasets: Iterable[str]) -> tuple[str, ...]:
    """Give the names of the cohorts of these datasets, by id; of one that is gone there are none."""
    found: dict[str, None] = {}
    for id_ in dict.fromkeys(datasets):
        try:
            found.update(dict.fromkeys(one.name for one in cohorts(workspace.dataset(id_))))
        except AetheronError:
            continue
    return tuple(found)


def rows_of(
    workspace: Workspace, dataset: str, cohort: str, should_stop: Callable[[], bool] = lambda: False
) -> NDArray[np.int64]:
    """Give the numbers of the rows of a dataset, by id, that belong to its cohort of this name, ascending.

    Raises:
        UsageError: there is no such cohort.
        DatasetError: the dataset is gone.
        Stopped: it was asked to stop.
    """
    found = workspace.dataset(dataset)
    return rows_where(found, cohort_named(found, cohort).condition, workspace.root / "tmp", should_stop)


def within_cohort(
    workspace: Workspace, runs: Sequence[str], cohort: str, should_stop: Callable[[], bool] = lambda: False
) -> CohortRows:
    """Give the test rows of these runs that belong to a cohort.

    Raises:
        UsageError: there is no such run, or no dataset of theirs has the cohort.
        Stopped: it was asked to stop.
    """
    import numpy as np

    from aetheron_desktop.engine.evaluation.predictions import read_predictions

    tested: dict[str, list[NDArray[np.int64]]] = {}
    for record in (workspace.run(run) for run in runs):
        path = workspace.run_folder(record.id) / "predictions.parquet"
        try:
            tested.setdefault(record.dataset, []).append(read_predictions(path, of=record.name).rows)
        except AetheronError:  # its plot says so
            continue
    found: dict[str, tuple[int, ...]] = {}
    for dataset, each in tested.items():
        try:
            inside = rows_of(workspace, dataset, cohort, should_stop)
        except AetheronError:
            continue
        found[dataset] = tuple(np.intersect1d(np.unique(np.concatenate(each)), inside).tolist())
    if not found:
        raise UsageError(
            f"No dataset of these runs has a cohort named “{cohort}”.",
            hint="Save one with Analyze, Where it fails, or: aetheron cohort",
        )
    return CohortRows(cohort=cohort, rows=found)
