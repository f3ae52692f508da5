"""The profile of a table's columns, told column by column: first from a sample where that is sooner, then exactly."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final, TypeAlias

from aetheron_desktop.engine.datasets.profiles.against import Target, against, made_target
from aetheron_desktop.engine.datasets.profiles.cells import Cells
from aetheron_desktop.engine.datasets.profiles.large import is_large, measured_in_parts
from aetheron_desktop.engine.datasets.profiles.measure import in_order, measured
from aetheron_desktop.engine.datasets.profiles.profile_cache import ProfileCache
from aetheron_desktop.engine.datasets.profiles.sampling import Design
from aetheron_desktop.engine.datasets.query import Query

if TYPE_CHECKING:
    from collections.abc import Callable, Set
    from pathlib import Path

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.profiles.profile import ColumnProfile, ProfileQuestion, TargetProfile
    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.datasets.staging import Progress

    Emit: TypeAlias = Callable[[ColumnProfile | TargetProfile], None]

_SOON: Final = 200_000
"""A shorter table is told exactly at once."""
_STAGE: Final = "Profile the columns"


def profile(
    dataset: Dataset,
    question: ProfileQuestion,
    emit: Emit,
    progress: Progress,
    should_stop: Callable[[], bool],
    folder: Path,
) -> None:
    """Tell the profile of each column, and how it goes with the target; what does not fit in memory lies in ``folder``.

    A column may be told twice: of a sample, then exactly. With the target, a column of a very long table stays with
    the sample. What is exact is kept beside the snapshot and told at once when it is asked again.

    Raises:
        Stopped: it was asked to stop.
        DatasetError: the snapshot cannot be read.
        StorageError: the disk is full.
        UsageError: there is no such column.
    """
    _Profiling(dataset, question, emit, progress, should_stop, folder).run()


class _Profiling:
    def __init__(
        self,
        dataset: Dataset,
        question: ProfileQuestion,
        emit: Emit,
        progress: Progress,
        should_stop: Callable[[], bool],
        folder: Path,
    ) -> None:
        schema = dataset.info.schema
        self._columns = {column.name: column for column in schema.columns}
        self._cells = Cells(dataset.parquet, should_stop)
        self._cache = ProfileCache(dataset.folder)
        self._query = functools.partial(Query, dataset.parquet, folder, should_stop)
        self._emit = emit
        self._progress = progress
        self._names = [schema.column(name).name for name in question.columns] or list(schema.names)
        self._target = schema.column(question.target).name if question.target else None
        self._task = self._task_of(question.task)

    def run(self) -> None:
        """Tell what is kept, then what is soon found, then the rest."""
        columns = {name for name in self._names if not self._tell(self._cache.column(name))}
        targets = {name for name in self._names if name != self._target and not self._tell(self._kept_target(name))}
        if self._cells.rows > _SOON:
            self._tell_sample(columns, targets)
        self._tell_exactly(columns, set() if self._is_long else targets)

    @property
    def _is_long(self) -> bool:
        return self._target is None or is_large(self._cells, self._target)

    def _task_of(self, task: Task | None) -> Task:
        if self._target is None or self._cells.kind(self._target) in {"words", "boolean"}:
            return task if task not in {None, "regression"} else "multiclass"
        from aetheron_desktop.engine.datasets.schema import task_for

        return task or task_for(self._columns[self._target])

    def _tell(self, found: ColumnProfile | TargetProfile | None) -> bool:
        if found is not None:
            self._emit(found)
        return found is not None

    def _kept_target(self, name: str) -> TargetProfile | None:
        return self._cache.target(name, self._target, self._task) if self._target is not None else None

    def _tell_sample(self, columns: Set[str], targets: Set[str]) -> None:
        blocks = self._cells.drawn()
        wanted = [name for name in self._names if name in columns or name in targets]
        target: Target | None = None
        if self._target is not None and targets:
            sample = self._cells.sample([self._target], blocks)
            target = made_target(self._target, self._task, sample.columns[self._target])
        for part in self._cells.parts(wanted):
            sample = self._cells.sample(part, blocks)
            design = Design(sample.clusters, sample.blocks, sample.rows)
            for name in part:
                values = sample.columns[name]
                ordered = in_order(values)
                if name in columns:
                    self._emit(measured(self._columns[name], values, ordered, self._cells.rows, design))
                if target is not None and name in targets:
                    self._emit(against(name, values, ordered, target, self._cells.rows, is_exact=False))

    def _tell_exactly(self, columns: Set[str], targets: Set[str]) -> None:
        left = dict.fromkeys(name for name in self._names if name in columns or name in targets)
        large = [name for name in left if is_large(self._cells, name)]
        slow = set(large)
        small = [name for name in left if name not in slow]
        target: Target | None = None
        if self._target is not None and targets:
            target = made_target(self._target, self._task, dict(self._cells.columns([self._target]))[self._target])
        done = 0
        for part in self._cells.parts(small):
            for name, values in self._cells.columns(part):
                ordered = in_order(values)
                if name in columns:
                    self._keep(measured(self._columns[name], values, ordered, self._cells.rows))
                if target is not None and name in targets:
                    self._keep(against(name, values, ordered, target, self._cells.rows, is_exact=True))
                done += 1
                self._progress(_STAGE, done, len(left), "")
        if large and columns:
            with self._query() as query:
                for name in large:
                    if name in columns:
                        self._keep(measured_in_parts(self._columns[name], self._cells, query))
                    done += 1
                    self._progress(_STAGE, done, len(left), "")

    def _keep(self, found: ColumnProfile | TargetProfile) -> None:
        self._cache.keep(found)
        self._emit(found)
