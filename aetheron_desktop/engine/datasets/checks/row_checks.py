"""What is wrong with the rows: they come twice, nearly twice, or twice with another answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.datasets.checks.examined import percent
from aetheron_desktop.engine.datasets.checks.finding import Finding
from aetheron_desktop.engine.datasets.names import quoted
from aetheron_desktop.engine.datasets.query import NUMBERED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aetheron_desktop.engine.datasets.checks.examined import Examined
    from aetheron_desktop.engine.datasets.schema import Column

WIDEST: Final = 2_000
"""Tables of more features are not compared row by row."""
_ALL_ROWS: Final = 20_000_000
"""Of a longer table a share of the rows is looked at, chosen by their content: twins are chosen together."""
EXAMPLES: Final = 50
_FREE: Final = 20.0
"""So many times as many combinations as rows there have to be."""
_STEPS: Final = 100.0
"""Numbers are almost alike to a hundredth of their standard deviation."""
_TEST: Final = 0.2
"""The share of rows that is usually put aside for the test."""


@dataclass(frozen=True)
class Twins:
    """Rows with the same features: ``groups`` of them, ``extra`` beyond the first, ``torn`` with another target.

    ``best`` is the share of rows that the best model could get right, ``crossing`` that of test rows which a random
    split leaves a twin elsewhere, ``rows`` are examples.
    """

    looked: int
    groups: int
    extra: int
    torn: int
    best: float
    crossing: float
    rows: tuple[int, ...]
    torn_rows: tuple[int, ...]


class Duplicates:
    """Rows that come more than once, and rows with the same features and another target.

    Where the features can have few values, rows are alike by nature, and nothing is said: below twenty times as many
    combinations as rows. Almost alike are words in any case, and numbers to a hundredth of their standard deviation; if
    two fifths of them are not to a four hundredth, the rows are only dense there, and nothing is said. Harm of
    duplicates: the share of test rows that has a twin among the others, since these are not predicted but remembered.
    Harm of contradictions: the share of rows that no model can get right.
    """

    name = "duplicates and contradictions"
    _SHARE: Final = 0.001
    _FEWEST: Final = 3
    _STAY: Final = 0.6

    def findings(self, table: Examined) -> Iterator[Finding]:
        features = features_of(table)
        if not features or table.rows < 2 or not rows_are_free(table, features):
            return
        exact = twins(table, [quoted(column.name) for column in features])
        sampled = exact.looked if exact.looked < table.rows else None
        yield from self._same(table, exact, sampled)
        yield from self._torn(table, exact, sampled)
        if len(features) >= 4 and any(column.type in {"number", "category", "text"} for column in features):
            yield from self._near(table, features, exact, sampled)

    def _same(self, table: Examined, found: Twins, sampled: int | None) -> Iterator[Finding]:
        share = found.extra / max(1, found.looked)
        if found.extra >= self._FEWEST and share >= self._SHARE:
            yield Finding(
                id="duplicates",
                check=self.name,
                headline=f"{found.extra:,} rows are copies of others",
                why="A copy on both sides of a split is remembered, not predicted: the score of the test is too good.",
                evidence=(
                    f"{found.groups:,} rows come more than once, {found.extra:,} times in all beyond the first.",
                    f"After a random split about {percent(found.crossing)} of the test rows have a twin elsewhere.",
                ),
                harm=float(np.clip(found.crossing, 0.02, 0.9)),
                rows=found.rows,
                count=found.extra,
                sampled=sampled,
            )

    def _torn(self, table: Examined, found: Twins, sampled: int | None) -> Iterator[Finding]:
        share = found.torn / max(1, found.looked)
        if found.torn >= self._FEWEST and share >= self._SHARE and table.question.task != "regression":
            yield Finding(
                id="contradictions",
                check=self.name,
                headline=f"{found.torn:,} rows are alike but for “{table.question.target}”",
                why="Something that decides is not in the table, or labels are wrong; no model can get them all right.",
                evidence=(f"At best {percent(found.best)} of the rows can be predicted right.",),
                harm=float(np.clip(1 - found.best, 0.02, 0.9)),
                rows=found.torn_rows,
                count=found.torn,
                sampled=sampled,
            )

    def _near(
        self, table: Examined, features: Sequence[Column], exact: Twins, sampled: int | None
    ) -> Iterator[Finding]:
        spreads = _spreads(table, features)
        near = twins(table, _rounded(features, spreads, _STEPS))
        extra = near.extra - exact.extra
        share = extra / max(1, near.looked)
        if share < 5 * self._SHARE or extra < 5:
            return
        # In a crowd, a finer net takes far fewer; copies stay in it.
        finer = twins(table, _rounded(features, spreads, 4 * _STEPS)).extra - exact.extra
        if finer >= self._STAY * extra:
            yield Finding(
                id="near-duplicates",
                check=self.name,
                headline=f"{extra:,} rows are almost copies of others",
                why="They differ in the case of letters or in the last digits; split apart, they are remembered too.",
                evidence=("Alike are words in any case, and numbers to a hundredth of their standard deviation.",),
                harm=float(np.clip(share, 0.02, 0.5)),
                rows=near.rows,
                count=extra,
                sampled=sampled,
            )


def twins(table: Examined, cells: Sequence[str]) -> Twins:
    """Look for rows whose ``cells`` (SQL) are the same, and the target as well for ``extra``."""
    target = quoted(table.question.target)
    # Two rows that differ have the same 64 bits once in 2^64; the rows of one group need not be compared.
    hashed = (
        f"SELECT hash({', '.join(cells)}) AS h, hash({target}) AS t, {target} IS NULL AS unknown, "  # noqa: S608
        f"file_row_number AS r FROM {NUMBERED}"
    )
    table.query.rows(
        f"CREATE OR REPLACE TEMP TABLE twins AS SELECT h, t, count(*) AS n, min(r) AS first, max(r) AS last, "  # noqa: S608
        f"bool_and(unknown) AS unknown FROM ({hashed}) WHERE h % {sampling(table)} = 0 GROUP BY h, t"
    )
    elsewhere = f"n * (1 - power({_TEST}, n - 1))"
    looked, groups, extra, crossing = table.query.own(
        f"SELECT coalesce(sum(n), 0), count(*) FILTER (n > 1), coalesce(sum(n - 1), 0), coalesce(sum({elsewhere}), 0) "  # noqa: S608
        "FROM twins"
    )[0]
    torn, wrong, known = table.query.own(
        "SELECT coalesce(sum(n) FILTER (kinds > 1), 0), coalesce(sum(n - most), 0), coalesce(sum(n), 0) FROM (SELECT "
        "sum(n) AS n, max(n) AS most, count(*) AS kinds FROM twins WHERE NOT unknown GROUP BY h)"
    )[0]
    rows = table.query.own(f"SELECT first, last FROM twins WHERE n > 1 ORDER BY first LIMIT {EXAMPLES}")  # noqa: S608
    torn_rows = table.query.own(
        f"SELECT min(first), max(last) FROM twins WHERE NOT unknown GROUP BY h HAVING count(*) > 1 "  # noqa: S608
        f"ORDER BY 1 LIMIT {EXAMPLES}"
    )
    table.query.own("DROP TABLE twins")
    return Twins(
        looked=int(looked),
        groups=int(groups),
        extra=int(extra),
        torn=int(torn),
        best=1 - int(wrong) / max(1, int(known)),
        crossing=float(crossing) / max(1, int(looked)),
        rows=_flat(rows),
        torn_rows=_flat(torn_rows),
    )


def _flat(pairs: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(sorted({int(row) for pair in pairs for row in pair}))


def features_of(table: Examined) -> list[Column]:
    """Give the features that say something of a row; what names the rows differs in each. None of a wide table."""
    given = table.given.column if table.given is not None else None
    columns = [table.schema.column(name) for name in table.question.features]
    kept = [column for column in columns if column.type != "identifier" and column.name != given]
    return kept if len(kept) <= WIDEST else []


def rows_are_free(table: Examined, features: Sequence[Column]) -> bool:
    """Whether the features can have so many combinations that rows are not alike by nature."""
    combinations = float(np.sum([np.log(max(1, column.distinct)) for column in features]))
    return combinations >= float(np.log(_FREE * table.rows))


def sampling(table: Examined) -> int:
    """Give the number by which the hashes of the rows that are looked at can be divided, 1 for all rows."""
    return -(-table.rows // _ALL_ROWS)


def _spreads(table: Examined, features: Sequence[Column]) -> dict[str, float]:
    """Give the standard deviation of each feature that is a number."""
    numbers = [column.name for column in features if column.type == "number"]
    spreads: dict[str, float] = {}
    for start in range(0, len(numbers), 50):
        for name, values in table.values(numbers[start : start + 50]).items():
            assert values.numbers is not None
            known = values.numbers[values.valid].astype(np.float64)
            known = known[np.isfinite(known)]
            spreads[name] = float(known.std()) if len(known) else 0.0
    return spreads


def _rounded(features: Sequence[Column], spreads: dict[str, float], steps: float) -> list[str]:
    """Give the cells in SQL, numbers to so many steps of a standard deviation, words in small letters."""
    made = []
    for column in features:
        name = quoted(column.name)
        if spreads.get(column.name):
            made.append(f"round({name} / {spreads[column.name] / steps!r})")
        else:
            made.append(f"lower(trim({name}))" if column.type in {"category", "text"} else name)
    return made
