"""Finding what differs between two tables: by a key, or by whole rows, without holding them in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.datasets.comparing.difference import (
    CellChange,
    ColumnChange,
    DifferenceQuestion,
    RowChange,
    TableDifference,
)
from aetheron_desktop.engine.datasets.names import quoted
from aetheron_desktop.engine.datasets.query import Query
from aetheron_desktop.engine.datasets.staging import literal, one_file
from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from aetheron_desktop.engine.datasets.dataset import Dataset

_BLOCK: Final = 200
"""The columns that are compared in one question: each is a count of its own."""
_LONGEST: Final = 200
_HERE: Final = quoted("is here \1")
"""A column that says that a row is there; no table has one of this name."""
_NEVER_BY_KEY: Final = frozenset({"number", "boolean", "date"})
"""Types that do not name rows, though each row may have another value by chance."""


def difference(
    before: Dataset,
    after: Dataset,
    question: DifferenceQuestion,
    folder: Path,
    should_stop: Callable[[], bool] = lambda: False,
) -> TableDifference:
    """Compare two datasets. What does not fit in memory lies meanwhile in a folder within ``folder``.

    Raises:
        UsageError: the key is no column of both, or does not tell the rows apart.
        DatasetError: a snapshot cannot be read.
        StorageError: the disk refuses.
        Stopped: it was asked to stop.
    """
    with Query(before.parquet, folder, should_stop) as query:
        for view, dataset in (("before", before), ("after", after)):
            path = literal(one_file(dataset.parquet))
            query.own(
                f"CREATE TEMP VIEW {view} AS SELECT *, true AS {_HERE} "  # noqa: S608 - built from literals
                f"FROM read_parquet({path}, hive_partitioning=false)"
            )
        comparison = _Comparison(before, after, query)
        key, reason = comparison.key(question.key)
        if key:
            return comparison.by_key(key, reason, question.rows)
        return comparison.by_rows(reason, question.rows)


class _Comparison:
    def __init__(self, before: Dataset, after: Dataset, query: Query) -> None:
        self._before, self._after, self._query = before.info, after.info, query
        there = set(self._after.schema.names)
        self._common = [name for name in self._before.schema.names if name in there]

    def key(self, asked: Sequence[str]) -> tuple[tuple[str, ...], str]:
        """Give the columns that tell rows apart in both tables, and how they were found; none if nothing does."""
        if not asked:
            for name in self._candidates():
                if not self._doubled("before", [name]) and not self._doubled("after", [name]):
                    return (name,), "it has another value in each row of both"
            return (), "no column has another value in each row of both, so whole rows are compared"
        for name in asked:
            self._before.schema.column(name)
            self._after.schema.column(name)
        for view, info in (("before", self._before), ("after", self._after)):
            if doubled := self._doubled(view, asked):
                raise UsageError(
                    f"{', '.join(asked)} does not tell the rows of {info.name} apart: {doubled:,} of them have a value "
                    "that others have too, or none.",
                    hint="Name more columns as the key, or none.",
                )
        return tuple(asked), "as chosen"

    def _candidates(self) -> list[str]:
        """Give the columns that may tell the rows apart, the likeliest first."""
        kinds = {name: self._before.schema.column(name).type for name in self._common}

        def may_be(name: str) -> bool:
            columns = [(info, info.schema.column(name)) for info in (self._before, self._after)]
            return kinds[name] not in _NEVER_BY_KEY and all(
                column.missing == 0 and column.distinct >= 0.97 * info.rows for info, column in columns
            )

        found = [name for name in self._common if may_be(name)]
        return sorted(found, key=lambda name: (kinds[name] != "identifier", self._common.index(name)))[:5]

    def _doubled(self, view: str, names: Sequence[str]) -> int:
        cells = ", ".join(quoted(name) for name in names)
        gaps = " OR ".join(f"{quoted(name)} IS NULL" for name in names)
        asked = f"SELECT count(*) AS n, {gaps} AS gap FROM {view} GROUP BY {cells}, gap"  # noqa: S608 - names are quoted
        return int(self._query.own(f"SELECT coalesce(sum(n) FILTER (n > 1 OR gap), 0) FROM ({asked})")[0][0])  # noqa: S608

    def _text(self, name: str) -> bool:
        """Whether a column has to be compared as text, since its types differ."""
        types = {info.schema.column(name).type for info in (self._before, self._after)}
        return len({"number" if one in {"integer", "number"} else one for one in types}) > 1

    def _cell(self, side: str, name: str) -> str:
        cell = f"{side}.{quoted(name)}"
        return f"CAST({cell} AS VARCHAR)" if self._text(name) else cell

    # -- by key -------------------------------------------------------------------------------------------------------

    def by_key(self, key: tuple[str, ...], reason: str, most: int) -> TableDifference:
        """Compare the rows of one key."""
        compared = [name for name in self._common if name not in key]
        differs = {name: f"{self._cell('x', name)} IS DISTINCT FROM {self._cell('y', name)}" for name in compared}
        on = " AND ".join(f"{self._cell('x', name)} = {self._cell('y', name)}" for name in key)
        # What is needed later is kept: the rows that differ, of a table that is mostly the same.
        self._query.own(
            f"CREATE TEMP TABLE differing AS SELECT x.{_HERE} AS old, y.{_HERE} AS new, "  # noqa: S608 - names are quoted
            + ", ".join(f"coalesce({self._cell('x', n)}, {self._cell('y', n)}) AS k{i}" for i, n in enumerate(key))
            + "".join(
                f", {_words(f'x.{quoted(n)}')} AS o{i}, {_words(f'y.{quoted(n)}')} AS n{i}, ({differs[n]}) AS d{i}"
                for i, n in enumerate(compared)
            )
            + f" FROM before AS x FULL JOIN after AS y ON {on} "
            f"WHERE x.{_HERE} IS NULL OR y.{_HERE} IS NULL OR {' OR '.join(differs.values()) or 'false'}"
        )
        added, removed, changed = self._query.own(
            "SELECT count(*) FILTER (old IS NULL), count(*) FILTER (new IS NULL), count(*) FILTER (old AND new) "
            "FROM differing"
        )[0]
        by_column: dict[str, int] = {}
        for start in range(0, len(compared) if changed else 0, _BLOCK):
            places = range(start, min(start + _BLOCK, len(compared)))
            asked = ", ".join(f"count(*) FILTER (old AND new AND d{place})" for place in places)
            row = self._query.own(f"SELECT {asked} FROM differing")[0]  # noqa: S608
            by_column |= {compared[place]: int(count) for place, count in zip(places, row, strict=True)}
        return self._made(
            key,
            reason,
            (int(added), int(removed), int(changed), self._before.rows - int(removed) - int(changed)),
            by_column,
            self._changes(key, compared, [place for place, name in enumerate(compared) if by_column.get(name)], most),
        )

    def _changes(
        self, key: Sequence[str], compared: Sequence[str], places: Sequence[int], most: int
    ) -> tuple[RowChange, ...]:
        keys = ", ".join(_words(f"k{place}") for place in range(len(key)))
        cells = "".join(f", o{place}, n{place}, d{place}" for place in places)
        order = ", ".join(f"k{place}" for place in range(len(key)))
        rows = self._query.own(f"SELECT old, new, {keys}{cells} FROM differing ORDER BY {order} LIMIT {int(most)}")  # noqa: S608
        made = []
        for old, new, *values in rows:
            named, triples = tuple(values[: len(key)]), values[len(key) :]
            found = tuple(
                CellChange(compared[place], *triples[3 * number : 3 * number + 2])
                for number, place in enumerate(places)
                if old and new and triples[3 * number + 2]
            )
            kind = "changed" if old and new else "removed" if old else "added"
            made.append(RowChange(kind=kind, key=named, cells=found))  # type: ignore[arg-type]
        return tuple(made)

    # -- by whole rows ------------------------------------------------------------------------------------------------

    def by_rows(self, reason: str, most: int) -> TableDifference:
        """Compare whole rows, each as often as it comes."""
        cells = ", ".join(f"{self._plain(name)} AS c{place}" for place, name in enumerate(self._common)) or "0 AS c0"
        names = ", ".join(f"c{place}" for place in range(max(1, len(self._common))))
        for view in ("before", "after"):
            self._query.own(
                f"CREATE TEMP VIEW {view}_rows AS SELECT {names}, count(*) AS n FROM "  # noqa: S608 - names are quoted
                f"(SELECT {cells} FROM {view}) GROUP BY {names}"
            )
        on = " AND ".join(f"x.c{place} IS NOT DISTINCT FROM y.c{place}" for place in range(max(1, len(self._common))))
        shown = ", ".join(f"coalesce(x.c{place}, y.c{place}) AS c{place}" for place in range(max(1, len(self._common))))
        self._query.own(
            f"CREATE TEMP TABLE counted AS SELECT {shown}, coalesce(x.n, 0) AS a, coalesce(y.n, 0) AS b "  # noqa: S608
            f"FROM before_rows AS x FULL JOIN after_rows AS y ON {on} WHERE x.n IS DISTINCT FROM y.n"
        )
        removed, added = self._query.own(
            "SELECT coalesce(sum(greatest(a - b, 0)), 0), coalesce(sum(greatest(b - a, 0)), 0) FROM counted"
        )[0]
        listed = ", ".join(_words(f"c{place}") for place in range(len(self._common)))
        rows = self._query.own(
            f"SELECT a, b{', ' if listed else ''}{listed} FROM counted ORDER BY {names} LIMIT {int(most)}"  # noqa: S608
        )
        changes = tuple(
            RowChange(kind="removed" if a > b else "added", key=tuple(cells), times=abs(int(a) - int(b)))
            for a, b, *cells in rows
        )
        same = self._before.rows - int(removed)
        return self._made((), reason, (int(added), int(removed), 0, same), {}, changes)

    def _plain(self, name: str) -> str:
        return f"CAST({quoted(name)} AS VARCHAR)" if self._text(name) else quoted(name)

    # -- both ---------------------------------------------------------------------------------------------------------

    def _made(
        self,
        key: tuple[str, ...],
        reason: str,
        counts: tuple[int, int, int, int],
        by_column: dict[str, int],
        rows: tuple[RowChange, ...],
    ) -> TableDifference:
        added, removed, changed, same = counts
        old = {column.name: column.type for column in self._before.schema.columns}
        new = {column.name: column.type for column in self._after.schema.columns}
        names = [*self._after.schema.names, *(name for name in old if name not in new)]
        return TableDifference(
            key=key,
            reason=reason,
            rows_before=self._before.rows,
            rows_after=self._after.rows,
            added=added,
            removed=removed,
            changed=changed,
            same=same,
            columns=tuple(
                ColumnChange(name=name, before=old.get(name), after=new.get(name), changed=by_column.get(name, 0))
                for name in names
            ),
            rows=rows,
        )


def _words(cell: str) -> str:
    return f"left(CAST({cell} AS VARCHAR), {_LONGEST})"
