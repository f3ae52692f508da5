"""What differs between two tables, row by row. Data alone."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

Kind: TypeAlias = Literal["added", "removed", "changed"]


class DifferenceQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="difference"):
    """What has the dataset ``after`` otherwise than ``before``?

    Rows are the same when they agree in the columns of ``key``; without one, a key is looked for. At most ``rows`` rows
    are told one by one.
    """

    before: str
    after: str
    key: tuple[str, ...] = ()
    rows: int = 500

    @property
    def title(self) -> str:
        """What is asked, for people."""
        return "Compare two tables"


class CellChange(msgspec.Struct, frozen=True):
    """A cell of ``column``, as text, None where it is missing."""

    column: str
    before: str | None
    after: str | None


class RowChange(msgspec.Struct, frozen=True, kw_only=True):
    """A row that came, went or changed.

    ``key`` has the values of the key's columns (without a key, those of all columns), ``cells`` what changed in it.
    """

    kind: Kind
    key: tuple[str | None, ...]
    cells: tuple[CellChange, ...] = ()
    times: int = 1


class ColumnChange(msgspec.Struct, frozen=True, kw_only=True):
    """A column that is there before, after or both, with its types, and in how many rows its cell changed."""

    name: str
    before: str | None
    after: str | None
    changed: int = 0


class TableDifference(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="difference"):
    """Counts of rows, the columns, and the first rows that differ; ``reason`` says how the key was found.

    With an empty ``key`` whole rows are compared: a changed row counts as one that went and one that came.
    """

    key: tuple[str, ...]
    reason: str
    rows_before: int
    rows_after: int
    added: int
    removed: int
    changed: int
    same: int
    columns: tuple[ColumnChange, ...]
    rows: tuple[RowChange, ...]

    @property
    def is_none(self) -> bool:
        """Whether both tables are the same."""
        retyped = any(column.before != column.after for column in self.columns)
        return not (self.added or self.removed or self.changed or retyped)
