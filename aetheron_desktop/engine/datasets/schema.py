"""What is known of a table's columns; data alone, without any library behind it."""

from __future__ import annotations

from functools import cached_property
from typing import Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.errors import UsageError

ColumnType: TypeAlias = Literal["number", "integer", "category", "boolean", "date", "text", "identifier"]
Task: TypeAlias = Literal["binary", "multiclass", "regression"]
TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")


class Column(msgspec.Struct, frozen=True):
    """One column: ``missing`` and ``distinct`` are counts of rows and of values; ``note`` says why this type."""

    name: str
    type: ColumnType
    missing: int
    distinct: int
    note: str = ""


class ColumnRange(msgspec.Struct, frozen=True):
    """What a column held: of numbers and dates (ISO 8601) the least, the middle and the largest; the commonest values.

    ``values`` are those of categories, the commonest first, and ``others`` counts the values that are not among them.
    """

    low: float | str | None = None
    middle: float | str | None = None
    high: float | str | None = None
    values: tuple[str, ...] = ()
    others: int = 0


class Schema(msgspec.Struct, frozen=True, dict=True):
    """The columns of a table, in its order."""

    columns: tuple[Column, ...]

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        # Of two with one name the first, as it is found in the order.
        return {column.name: column for column in reversed(self.columns)}

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in the table's order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Give the column of this name.

        Raises:
            UsageError: there is none; the words offer those that come close.
        """
        # A table of a hundred thousand columns is asked for each of them.
        if name in self._by_name:
            return self._by_name[name]
        from difflib import get_close_matches  # only a wrong name needs it

        near = get_close_matches(name, self.names, n=3) or self.names[:10]
        raise UsageError(f"There is no column {name!r}.", hint=f"Did you mean one of: {', '.join(near)}?")


class Proposal(msgspec.Struct, frozen=True):
    """What a first look suggests: ``excluded`` gives for each left-out column the reason."""

    target: str | None
    task: Task | None
    reason: str
    features: tuple[str, ...]
    excluded: dict[str, str] = {}


MANY_CLASSES = 20
"""A whole number with more values than this is taken as a quantity, with fewer as classes."""


def task_for(column: Column) -> Task:
    """Give the task that predicting ``column`` suggests."""
    if column.distinct == 2:
        return "binary"
    if column.type == "number" or (column.type in {"integer", "identifier", "date"} and column.distinct > MANY_CLASSES):
        return "regression"
    return "multiclass"
