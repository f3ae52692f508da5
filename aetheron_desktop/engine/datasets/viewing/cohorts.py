"""Cohorts: conditions on the rows of a dataset that have a name, kept beside its snapshot."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.errors import DatasetError, UsageError, storage_errors

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.dataset import Dataset

_LONGEST: Final = 80


class Cohort(msgspec.Struct, frozen=True, kw_only=True):
    """The rows that meet ``condition``, as the grid's filter has it; ``created`` in seconds since the epoch."""

    name: str
    condition: str
    created: float


def cohorts(dataset: Dataset) -> tuple[Cohort, ...]:
    """Give the cohorts of a dataset, the oldest first; none when what is kept cannot be read."""
    try:
        return msgspec.json.decode(_path(dataset).read_bytes(), type=tuple[Cohort, ...])
    except (OSError, msgspec.MsgspecError):  # none yet, or one that a newer program has written
        return ()


def cohort_named(dataset: Dataset, name: str) -> Cohort:
    """Give the cohort of this name.

    Raises:
        UsageError: there is none.
    """
    known = cohorts(dataset)
    for one in known:
        if one.name == name:
            return one
    names = ", ".join(f"“{one.name}”" for one in known) or "none yet"
    raise UsageError(f"{dataset.info.name} has no cohort named “{name}”.", hint=f"There are: {names}.")


def keep_cohort(dataset: Dataset, name: str, condition: str) -> Cohort:
    """Keep a condition under a name; a cohort of the same name is replaced.

    Raises:
        UsageError: the name is none, or the condition cannot be understood.
        StorageError: the disk refuses.
    """
    from aetheron_desktop.engine.datasets import expression  # pyarrow, for the kinds of the columns

    name = " ".join(name.split())
    if not name or len(name) > _LONGEST:
        raise UsageError(f"A cohort has a name of up to {_LONGEST} signs.", hint="Give it a short name.")
    expression.condition(condition, expression.kinds(dataset.parquet))
    made = Cohort(name=name, condition=condition.strip(), created=time.time())
    _write(dataset, (*(one for one in cohorts(dataset) if one.name != name), made))
    return made


def drop_cohort(dataset: Dataset, name: str) -> None:
    """Forget a cohort.

    Raises:
        UsageError: there is none of this name.
        StorageError: the disk refuses.
    """
    gone = cohort_named(dataset, name)
    _write(dataset, tuple(one for one in cohorts(dataset) if one != gone))


def rows_where(
    dataset: Dataset, condition: str, folder: Path, should_stop: Callable[[], bool] = lambda: False
) -> NDArray[np.int64]:
    """Give the numbers of the rows that meet ``condition``, ascending; what is needed meanwhile lies in ``folder``.

    Raises:
        UsageError: the condition cannot be understood.
        DatasetError: the snapshot cannot be read.
        Stopped: it was asked to stop.
    """
    import numpy as np

    from aetheron_desktop.engine.datasets import expression, query  # duckdb

    try:
        found = expression.condition(condition, expression.kinds(dataset.parquet))
    except OSError as error:
        raise DatasetError(
            f"The snapshot of {dataset.info.name} cannot be read: {error}", hint="Import the file again."
        ) from error
    with query.Query(dataset.parquet, folder, should_stop) as asked:
        sql = f"SELECT file_row_number AS n FROM {query.NUMBERED} WHERE {found.sql}"  # noqa: S608 - values are bound
        rows = asked.arrays(sql, found.values)["n"]
    return np.sort(np.asarray(rows, dtype=np.int64))


def _write(dataset: Dataset, kept: tuple[Cohort, ...]) -> None:
    path = _path(dataset)
    with storage_errors(path):
        beside = path.with_suffix(".new")
        beside.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=2))
        beside.replace(path)


def _path(dataset: Dataset) -> Path:
    return dataset.folder / "cohorts.json"
