"""What should be known before a training, at a first look: columns that give the target away, infinite values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from aetheron_desktop.engine.datasets.checks.examined import Examined, ordered_numbers, percent
from aetheron_desktop.engine.datasets.checks.finding import CheckQuestion, Finding, Fix
from aetheron_desktop.engine.datasets.checks.leak_checks import Leakage
from aetheron_desktop.engine.datasets.profiles.cells import Cells
from aetheron_desktop.engine.datasets.query import Query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from aetheron_desktop.engine.datasets.checks.examined import Sampled
    from aetheron_desktop.engine.datasets.checks.finding import LookQuestion
    from aetheron_desktop.engine.datasets.dataset import Dataset

MOST_COLUMNS: Final = 200
"""So many columns are looked at; the trust report looks at all."""
_FEWEST_ROWS: Final = 50
_TELLS_ALL: Final = 0.95
_ENDLESS_HARM: Final = 0.1
"""Infinite values count as missing: what they say is lost, and no more."""


def first_look(
    dataset: Dataset,
    question: LookQuestion,
    emit: Callable[[Finding], None],
    should_stop: Callable[[], bool],
    folder: Path,
) -> None:
    """Tell of each column that gives the target away by itself, or holds infinite values, in a sample of the rows.

    What does not fit in memory lies meanwhile in a folder within ``folder``.

    Raises:
        UsageError: there is no such column.
        DatasetError: the snapshot cannot be read.
        Stopped: it was asked to stop.
    """
    schema = dataset.info.schema
    schema.column(question.target)
    names = tuple(name for name in schema.names if name != question.target)[:MOST_COLUMNS]
    seen = msgspec.structs.replace(schema, columns=tuple(schema.column(name) for name in (*names, question.target)))
    asked = CheckQuestion(dataset=question.dataset, target=question.target, task=question.task, features=names)
    with Query(dataset.parquet, folder, should_stop) as query:
        table = Examined(Cells(dataset.parquet, should_stop), query, seen, asked)
        if not table.sampled or not table.target.known.any():
            return
        most = _of_itself(table)
        for one in table.columns():
            for finding in _of_column(table, one, most):
                emit(finding)


def _of_itself(table: Examined) -> float:
    """Give what the target tells of itself: of few rows, whose bins are wide, no column can tell more."""
    name = table.question.target
    own = table.values([name])[name]
    return table.told(own, ordered_numbers(own)) or 1.0


def _of_column(table: Examined, one: Sampled, most: float) -> Iterator[Finding]:
    name, target = one.column.name, table.question.target
    leave_out = Fix(deed="exclude", label=f"Leave out “{name}”", columns=(name,))
    if one.power is not None and table.sampled >= _FEWEST_ROWS and one.power >= _TELLS_ALL * most:
        yield Finding(
            id=f"leakage:{name}",
            check=Leakage.name,
            headline=f"“{name}” alone gives away “{target}”",
            why="Leave it out if it is known only after the target is: new rows will not have it.",
            evidence=(f"It tells {percent(min(1.0, one.power / most))} of what can be told; the report says more.",),
            harm=min(1.0, one.power / most),
            columns=(name,),
            sampled=table.part,
            fix=leave_out,
        )
    numbers = one.values.numbers
    if numbers is not None and numbers.dtype.kind == "f":
        endless = np.isinf(numbers[one.values.valid])
        if endless.any():
            yield Finding(
                id=f"infinite:{name}",
                check="infinite values",
                headline=f"“{name}” holds infinite values",
                why="They count as missing. Leave the column out, or replace them in Prepare, if they mean something.",
                evidence=(f"{percent(float(endless.mean()))} of the values that were looked at.",),
                harm=_ENDLESS_HARM,
                columns=(name,),
                sampled=table.part,
                fix=leave_out,
            )
