"""A list of steps as one query over its input, and as a script of SQL or Python that gives the same table.

Each step is a common table expression over the one before. A column that no table has numbers the rows, so that their
order is known whatever the query engine does; the last SELECT leaves it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, assert_never

from aetheron_desktop.engine.datasets import steps as kinds
from aetheron_desktop.engine.datasets.expression import literal
from aetheron_desktop.engine.datasets.expression_parts import HOLE, Value
from aetheron_desktop.engine.datasets.preparing import cells, groups, rows, shapes, types
from aetheron_desktop.engine.datasets.preparing.helpers import HELPERS
from aetheron_desktop.engine.datasets.preparing.table import (
    Source,
    Sql,
    Stage,
    Surroundings,
    Table,
    filled,
    listed,
    name,
    number,
)
from aetheron_desktop.engine.datasets.steps import Step, StepRefused, sentence
from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Look = Callable[[Sql], list[Value]]
    Other = Callable[[str], Source]

_HEAD: Final = """import datetime
import hashlib
import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
"""


@dataclass(frozen=True)
class Chain:
    """A table and the steps over it; ``stages`` are what the steps have become."""

    source: Source
    stages: tuple[Stage, ...]
    steps: tuple[Step, ...]
    mark: str

    @property
    def row(self) -> Sql:
        """The column that numbers the rows; no other begins with ``mark``."""
        return Sql(f'"{self.mark}row"')

    @property
    def table(self) -> Table:
        """What comes out."""
        return self.table_after(len(self.stages))

    def table_after(self, count: int) -> Table:
        """Give the columns after the first ``count`` steps."""
        return self.stages[count - 1].table if count else self.source.table

    def around(self, count: int, asked: Sql) -> Sql:
        """Give ``asked`` with the first ``count`` steps before it; they stand as ``s0``, ``s1`` and so on."""
        parts = [filled("s0 AS ({sql})", sql=shapes.read(self.source, self.row))]
        for place, stage in enumerate(self.stages[:count]):
            parts.append(filled(f"s{place + 1} AS ({{sql}})", sql=stage.sql))
        return filled("WITH {parts} {asked}", parts=listed(parts, ",\n"), asked=asked)

    def query(self, count: int | None = None) -> Sql:
        """Give the SQL of the table after the first ``count`` steps, all by default, its rows in order."""
        count = len(self.stages) if count is None else count
        columns = listed([name(column) for column in self.table_after(count).columns])
        # Reading keeps the order of the file; only what may have mixed the rows makes sorting needed.
        is_sorted = all(stage.is_sorted for stage in self.stages[:count])
        order = Sql("") if is_sorted else filled(" ORDER BY {row}", row=self.row)
        asked = filled("SELECT {columns} FROM {last}{order}", columns=columns, last=Sql(f"s{count}"), order=order)
        return self.around(count, asked)

    def sql_script(self) -> str:
        """Give a script for DuckDB that makes the table; its values are written out."""
        parts = [f"s0 AS (\n  {_inline(shapes.read(self.source, self.row))}\n)"]
        for place, (step, stage) in enumerate(zip(self.steps, self.stages, strict=True)):
            parts.append(f"-- {place + 1}. {_one_line(sentence(step))}\ns{place + 1} AS (\n  {_inline(stage.sql)}\n)")
        columns = _inline(listed([name(column) for column in self.table.columns]))
        return (
            f"-- {_one_line(self.source.label)}, prepared\nWITH "
            + ",\n".join(parts)
            + f"\nSELECT {columns}\nFROM s{len(self.stages)}\nORDER BY {self.row.text};\n"
        )

    def python_script(self) -> str:
        """Give a script of pandas that makes the table as ``frame``."""
        used = frozenset().union(*(stage.helpers for stage in self.stages))
        written = dict.fromkeys(text for stage in self.stages for text in stage.written_helpers)
        helpers = [HELPERS[helper].strip("\n") for helper in sorted(used)] + list(written)
        body = "\n".join(helpers)
        needed = "".join(line + "\n" for line in _HEAD.splitlines() if _is_needed(line, body + self._code()))
        names = ""
        if "joined" in used:
            names = "".join(
                f"{word} = {self.row.text.strip(chr(34)) + '_' + word.lower()!r}\n" for word in ("LEFT", "RIGHT", "KEY")
            )
        blocks = [needed.rstrip("\n"), *([names.rstrip("\n")] if names else []), *helpers]
        return "\n\n\n".join(block for block in blocks if block) + "\n\n\n" + self._code()

    def _code(self) -> str:
        lines = [f"# {_one_line(self.source.label)}", f"frame = {shapes.read_code(self.source)}"]
        for place, (step, stage) in enumerate(zip(self.steps, self.stages, strict=True)):
            lines += ["", f"# {place + 1}. {_one_line(sentence(step))}", *stage.code]
        return "\n".join(lines) + "\n"


def compiled(steps: Sequence[Step], source: Source, other: Other, look: Look) -> Chain:
    """Make a query of ``steps``; ``other`` gives other tables, ``look`` the values of one column of a query.

    Raises:
        StepRefused: a step does not fit the table that it meets.
    """
    mark = "__"
    while True:
        others: dict[str, Source] = {}
        chain = _compiled(steps, source, other, look, mark, others)
        tables = [source.table, *(stage.table for stage in chain.stages), *(one.table for one in others.values())]
        if not any(column.lower().startswith(mark) for table in tables for column in table.columns):
            return chain
        mark += "_"


def _compiled(
    steps: Sequence[Step], source: Source, other: Other, look: Look, mark: str, others: dict[str, Source]
) -> Chain:
    chain = Chain(source, (), (), mark)

    def found(dataset: str) -> Source:
        others[dataset] = other(dataset)
        return others[dataset]

    for place, step in enumerate(steps):
        around = Surroundings(Sql(f"s{place}"), chain.row, mark, found, partial(_distinct, chain, look))
        try:
            stage = _stage(step, chain.table, around)
        except UsageError as error:
            raise StepRefused(place, sentence(step), error) from error
        chain = Chain(source, (*chain.stages, stage), (*chain.steps, step), mark)
    return chain


def _distinct(chain: Chain, look: Look, column: str, most: int) -> list[Value]:
    asked = filled(
        "SELECT DISTINCT {column} FROM {relation} WHERE {column} IS NOT NULL ORDER BY 1 LIMIT {most}",
        column=name(column), relation=Sql(f"s{len(chain.stages)}"), most=number(most),
    )  # fmt: skip
    return look(chain.around(len(chain.stages), asked))


def _stage(step: Step, table: Table, around: Surroundings) -> Stage:  # noqa: PLR0912 - one line a kind
    match step:
        case kinds.Rename():
            return shapes.rename(step, table, around)
        case kinds.Retype():
            return types.retype(step, table, around)
        case kinds.KeepRows():
            return rows.keep_rows(step, table, around)
        case kinds.DropRows():
            return rows.drop_rows(step, table, around)
        case kinds.DropColumns():
            return shapes.drop_columns(step, table, around)
        case kinds.Fill():
            return cells.fill(step, table, around)
        case kinds.Replace():
            return cells.replace(step, table, around)
        case kinds.Clip():
            return cells.clip(step, table, around)
        case kinds.Derive():
            return cells.derive(step, table, around)
        case kinds.SplitText():
            return cells.split_text(step, table, around)
        case kinds.SplitDate():
            return cells.split_date(step, table, around)
        case kinds.Join():
            return shapes.join(step, table, around)
        case kinds.Concatenate():
            return shapes.concatenate(step, table, around)
        case kinds.Group():
            return groups.group(step, table, around)
        case kinds.Pivot():
            return groups.pivot(step, table, around)
        case kinds.Melt():
            return shapes.melt(step, table, around)
        case kinds.Sample():
            return rows.sample(step, table, around)
        case kinds.Deduplicate():
            return rows.deduplicate(step, table, around)
        case kinds.Sort():
            return rows.sort(step, table, around)
        case _:
            assert_never(step)


def _inline(sql: Sql) -> str:
    pieces = sql.text.split(HOLE)
    return "".join(
        piece + text for piece, text in zip(pieces, [*(literal(one) for one in sql.values), ""], strict=True)
    )


def _one_line(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _is_needed(line: str, code: str) -> bool:
    return not line.startswith("import") or f"{line.rsplit(maxsplit=1)[-1]}." in code
