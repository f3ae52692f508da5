"""Finds out what steps would change: rows, cells and columns, each counted over the whole table, and example rows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from aetheron_desktop.engine.datasets.expression_parts import HOLE
from aetheron_desktop.engine.datasets.names import quoted
from aetheron_desktop.engine.datasets.preparing.answers import (
    EffectQuestion,
    Examples,
    NamedKind,
    Retyped,
    Scripts,
    ScriptsQuestion,
    StartingTable,
    StepEffect,
    StepProblem,
)
from aetheron_desktop.engine.datasets.preparing.chain import compiled
from aetheron_desktop.engine.datasets.preparing.sources import others, source_of
from aetheron_desktop.engine.datasets.preparing.table import NUMBERS, Sql, cast, filled, listed, name, number
from aetheron_desktop.engine.datasets.query import Query
from aetheron_desktop.engine.datasets.steps import Step, StepRefused, sentence
from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.preparing.answers import Cells
    from aetheron_desktop.engine.datasets.preparing.chain import Chain
    from aetheron_desktop.engine.datasets.preparing.sources import Library
    from aetheron_desktop.engine.datasets.preparing.table import Stage, Table
    from aetheron_desktop.engine.datasets.staging import Progress

    Answer = StartingTable | StepEffect | StepProblem

_ROWS: Final = 8
_COLUMNS: Final = 12
_LONGEST: Final = 200


def effects(
    dataset: Dataset,
    question: EffectQuestion,
    emit: Callable[[Answer], None],
    progress: Progress,
    should_stop: Callable[[], bool],
    library: Library,
) -> None:
    """Answer ``question``: the table at the start, each step's effect, and the first step that does not fit.

    Raises:
        DatasetError: the snapshot cannot be read.
        StorageError: the disk refuses.
        Stopped: it was asked to stop.
    """
    source, problem = source_of(dataset), None
    emit(StartingTable(rows=dataset.info.rows, columns=_kinds(source.table)))
    with Query(dataset.parquet, library.root / "tmp", should_stop) as query:
        find = others(library, dataset)

        look = partial(_look, query)
        try:
            chain = compiled(question.steps, source, find, look)
        except StepRefused as error:
            problem = StepProblem(step=error.step, detail=error.plain, hint=error.hint)
            chain = compiled(question.steps[: error.step], source, find, look)
        rows = _count(query, chain, question.first, dataset.info.rows)
        for step in range(question.first, len(chain.stages)):
            progress("Look what the steps change", step, len(chain.stages), "")
            found = _Finder(query, chain, step).effect(rows)
            rows = found.rows_after
            emit(found)
    if problem is not None:
        emit(problem)


def scripts(
    dataset: Dataset,
    question: ScriptsQuestion,
    emit: Callable[[Scripts], None],
    should_stop: Callable[[], bool],
    library: Library,
) -> None:
    """Answer ``question`` by two scripts that stand alone.

    Raises:
        StepRefused: a step does not fit the table that it meets.
        DatasetError: a snapshot cannot be read.
        Stopped: it was asked to stop.
    """
    with Query(dataset.parquet, library.root / "tmp", should_stop) as query:
        made = compiled(question.steps, source_of(dataset), others(library, dataset), partial(_look, query))
        emit(Scripts(sql=made.sql_script(), python=made.python_script()))


def misfits(
    dataset: Dataset, steps: tuple[Step, ...], library: Library, should_stop: Callable[[], bool]
) -> list[StepRefused]:
    """Say which steps, made for another dataset, do not fit this one; each is left out before the next is tried.

    Raises:
        DatasetError: a snapshot cannot be read.
        Stopped: it was asked to stop.
    """
    found: list[StepRefused] = []
    left = list(enumerate(steps))
    source, find = source_of(dataset), others(library, dataset)
    with Query(dataset.parquet, library.root / "tmp", should_stop) as query:
        while True:
            try:
                compiled([step for _, step in left], source, find, partial(_look, query))
            except StepRefused as refused:
                place, step = left.pop(refused.step)
                found.append(StepRefused(place, sentence(step), UsageError(refused.plain, hint=refused.hint)))
            else:
                return found


def _look(query: Query, sql: Sql) -> list[Any]:
    return [row[0] for row in asked(query, sql)]


def asked(query: Query, sql: Sql) -> list[tuple[Any, ...]]:
    """Give the rows of a chain's query; its first value is the file of the snapshot."""
    return query.rows(sql.text.replace(HOLE, "?"), sql.values[1:])


def _kinds(table: Table) -> tuple[NamedKind, ...]:
    return tuple(NamedKind(column, kind) for column, kind in table.columns.items())


def _count(query: Query, chain: Chain, steps: int, rows: int) -> int:
    """Give the number of rows after the first ``steps`` steps, of a table of ``rows`` rows."""
    changing = [place for place, stage in enumerate(chain.stages[:steps]) if stage.cells is None]
    if not changing:
        return rows
    last = Sql(f"s{changing[-1] + 1}")
    sql = chain.around(changing[-1] + 1, filled("SELECT count(*) FROM {last}", last=last))
    return int(asked(query, sql)[0][0])


class _Finder:
    """Finds the effect of the step at ``step`` of ``chain``."""

    def __init__(self, query: Query, chain: Chain, step: int) -> None:
        self._query = query
        self._chain = chain
        self._step = step
        self._stage: Stage = chain.stages[step]
        self._before, self._after = chain.table_after(step), chain.table_after(step + 1)
        self._input, self._output = Sql(f"s{step}"), Sql(f"s{step + 1}")

    def effect(self, rows: int) -> StepEffect:
        before, after = self._before.columns, self._after.columns
        old = {new: old for old, new in self._stage.renamed.items()}
        is_made_anew = self._stage.cells is None and not self._stage.drops_rows
        rows_after = rows
        if self._stage.cells is None:
            sql = self._chain.around(self._step + 1, filled("SELECT count(*) FROM {output}", output=self._output))
            rows_after = int(asked(self._query, sql)[0][0])
        cells, lost = self._counts()
        return StepEffect(
            step=self._step,
            rows_before=rows,
            rows_after=rows_after,
            cells=cells,
            lost=lost,
            added=tuple(column for column in after if column not in before and column not in old),
            removed=tuple(column for column in before if column not in after and column not in self._stage.renamed),
            renamed=self._stage.renamed,
            retyped=tuple(
                Retyped(column, before[column], kind)
                for column, kind in after.items()
                if column in before and before[column] != kind
            ),
            columns=_kinds(self._after),
            examples=self._tables() if is_made_anew else self._rows() if self._stage.drops_rows else self._cells(),
        )

    # -- cells --------------------------------------------------------------------------------------------------------

    def _made(self) -> dict[str, tuple[Sql, Sql]]:
        """Give for each column that is made anew its cell before, and the name of its new cell in :meth:`_side`."""
        made = [column for column in self._stage.cells or {} if column in self._before.columns]
        return {column: (name(column), self._new(column)) for column in made}

    def _new(self, column: str) -> Sql:
        place = list(self._stage.cells or {}).index(column)
        return Sql(quoted(f"{self._chain.mark}new{place}"))

    def _side(self) -> Sql:
        """Give the input with the new cells beside the old."""
        made = [
            filled(", {sql} AS {new}", sql=sql, new=self._new(one)) for one, sql in (self._stage.cells or {}).items()
        ]
        return filled("(SELECT *{made} FROM {input})", made=listed(made, ""), input=self._input)

    def _changed(self, column: str) -> Sql:
        old, new = self._made()[column]
        kinds = {self._before.columns[column], self._after.columns.get(column, "text")}
        if len(kinds) > 1 and not kinds <= NUMBERS:
            old, new = cast(old, "text"), cast(new, "text")
        return filled("({old} IS DISTINCT FROM {new})", old=old, new=new)

    def _counts(self) -> tuple[int, int]:
        made = self._made()
        if not made:
            return 0, 0
        counts = [
            filled(
                "count(*) FILTER ({changed}), count(*) FILTER ({old} IS NOT NULL AND {new} IS NULL)",
                changed=self._changed(column), old=old, new=new,
            )
            for column, (old, new) in made.items()
        ]  # fmt: skip
        found = asked(
            self._query, self._asking("SELECT {counts} FROM {side}", counts=listed(counts), side=self._side())
        )
        changed, lost = sum(found[0][::2]), sum(found[0][1::2])
        return changed - lost, lost

    def _cells(self) -> Examples:
        """Give rows of which a cell changes, or the first ones where none is there to change."""
        made, cells = self._made(), self._stage.cells or {}
        shown_before = _shown(self._before, [column for column in self._before.columns if column in cells])
        shown_after = _shown(self._after, [column for column in self._after.columns if column in cells])
        old = {new: old for old, new in self._stage.renamed.items()}
        pieces = [_text(name(column)) for column in shown_before] + [
            _text(self._new(column) if column in cells else name(old.get(column, column))) for column in shown_after
        ]
        changed = listed([self._changed(column) for column in made], " OR ")
        rows = asked(
            self._query,
            self._asking(
                "SELECT {pieces} FROM {side} {where} ORDER BY {row} LIMIT {most}",
                pieces=listed(pieces),
                side=self._side(),
                where=filled("WHERE {changed}", changed=changed) if made else Sql(""),
                row=self._chain.row,
                most=number(_ROWS),
            ),
        )
        width = len(shown_before)
        places = {column: place for place, column in enumerate(shown_before)}
        differing = [
            tuple(
                place
                for place, column in enumerate(shown_after)
                if column in cells and (column not in places or row[places[column]] != row[width + place])
            )
            for row in rows
        ]
        return Examples(
            kind="cells",
            columns_before=shown_before,
            columns_after=shown_after,
            before=tuple(row[:width] for row in rows),
            after=tuple(row[width:] for row in rows),
            changed=tuple(differing),
        )

    # -- rows and tables ----------------------------------------------------------------------------------------------

    def _rows(self) -> Examples:
        columns = _shown(self._before, [])
        kept = self._stage.kept
        if kept is not None:
            gone = self._head(columns, filled("WHERE ({kept}) IS NOT TRUE", kept=kept), self._step)
        else:
            left = filled("WHERE {row} NOT IN (SELECT {row} FROM {output})", row=self._chain.row, output=self._output)
            gone = self._head(columns, left, self._step + 1)
        stay = self._head(columns, Sql(""), self._step + 1, self._output)
        return Examples(kind="rows", columns_before=columns, columns_after=columns, before=gone, after=stay[:4])

    def _tables(self) -> Examples:
        before, after = _shown(self._before, []), _shown(self._after, [])
        return Examples(
            kind="tables",
            columns_before=before,
            columns_after=after,
            before=self._head(before, Sql(""), self._step),
            after=self._head(after, Sql(""), self._step + 1, self._output),
        )

    def _head(self, columns: tuple[str, ...], where: Sql, steps: int, relation: Sql | None = None) -> tuple[Cells, ...]:
        pieces = listed([_text(name(column)) for column in columns])
        sql = filled(
            "SELECT {pieces} FROM {relation} {where} ORDER BY {row} LIMIT {most}",
            pieces=pieces, relation=relation or self._input, where=where, row=self._chain.row, most=number(_ROWS),
        )  # fmt: skip
        return tuple(asked(self._query, self._chain.around(steps, sql)))

    def _asking(self, template: str, **pieces: Sql) -> Sql:
        return self._chain.around(self._step, filled(template, **pieces))


def _text(cell: Sql) -> Sql:
    return filled("left(CAST({cell} AS VARCHAR), {most})", cell=cell, most=number(_LONGEST))


def _shown(table: Table, first: list[str]) -> tuple[str, ...]:
    """Choose the columns of the examples: those that matter, and the first others, in the table's order."""
    chosen = set(first[:_COLUMNS])
    for column in table.columns:
        if len(chosen) >= _COLUMNS:
            break
        chosen.add(column)
    return tuple(column for column in table.columns if column in chosen)
