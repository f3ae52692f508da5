"""Test rows with a weak segment that is known, or without any."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa

from aetheron_desktop.engine.datasets import expression
from aetheron_desktop.engine.datasets.profiles.cells import values
from aetheron_desktop.engine.evaluation.segments.coding import coded
from aetheron_desktop.engine.evaluation.segments.failure import measure_named
from aetheron_desktop.engine.evaluation.segments.losses import Losses

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.segments.coding import Coded


class Planted(NamedTuple):
    """``columns`` of the rows as parts, the ``table`` that they came from, and the ``weak`` rows (none when clean)."""

    columns: list[Coded]
    table: pa.Table
    losses: Losses
    weak: NDArray[np.bool_]


def planted(seed: int, *, rows: int = 2_000, is_clean: bool = False, is_number: bool = False) -> Planted:
    """Make rows of twelve columns; those of one or two random conditions are told wrong about three times as often.

    Numbers of several shapes, words, truth values, some of them missing. A tenth to a quarter of the rows is weak.
    """
    rng = np.random.default_rng(seed)
    table = _table(rng, rows)
    weak = np.zeros(rows, dtype=np.bool_) if is_clean else _weak(rng, table)
    if is_number:
        each = rng.lognormal(0.0, 0.8, rows) * np.where(weak, 2.0, 1.0)
        losses = Losses(measure_named("absolute_error"), each, False)
    else:
        each = (rng.random(rows) < np.where(weak, rng.uniform(0.35, 0.5), rng.uniform(0.08, 0.15))).astype(np.float64)
        losses = Losses(measure_named("error"), each, True)
    made = [coded(name, values(table.column(name))) for name in table.column_names]
    return Planted([one for one in made if one is not None], table, losses, weak)


def _table(rng: np.random.Generator, rows: int) -> pa.Table:
    def gaps(made: NDArray[np.generic], share: float) -> pa.Array:
        return pa.array(made, mask=rng.random(rows) < share)

    towns = np.array(["Ulm", "Bonn", "Köln", "Trier", "Jena", "Suhl", "Gera"])
    return pa.table(
        {
            "age": gaps(rng.integers(18, 90, rows), 0.0),
            "income": gaps(rng.lognormal(10.0, 0.7, rows), 0.1),
            "weight": gaps(rng.normal(70.0, 12.0, rows), 0.05),
            "visits": gaps(rng.poisson(1.5, rows), 0.0),
            "score": gaps(rng.random(rows), 0.2),
            "height": gaps(rng.normal(170.0, 9.0, rows), 0.0),
            "town": gaps(rng.choice(towns, rows, p=[0.3, 0.2, 0.15, 0.12, 0.1, 0.08, 0.05]), 0.04),
            "plan": gaps(rng.choice(["basic", "plus", "pro"], rows), 0.0),
            "channel": gaps(rng.choice(["web", "shop", "phone", "post"], rows), 0.0),
            "member": gaps(rng.random(rows) < 0.4, 0.0),
            "since": gaps(np.datetime64("2020-01-01") + rng.integers(0, 1500, rows).astype("timedelta64[D]"), 0.03),
            "shift": gaps(rng.choice(["day", "night"], rows, p=[0.7, 0.3]), 0.0),
        }
    )


def _weak(rng: np.random.Generator, table: pa.Table) -> NDArray[np.bool_]:
    """Give the rows of a random condition on one column, or on two, that a tenth to a quarter of the rows meet."""
    while True:
        names = rng.choice(table.column_names, rng.integers(1, 3), replace=False)
        made = np.ones(table.num_rows, dtype=np.bool_)
        for name in names:
            made &= _met(rng, table.column(name))
        if 0.1 <= made.mean() <= 0.25:
            return made


def _met(rng: np.random.Generator, column: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Give the rows of a random condition: a range of numbers, words, or what is missing."""
    valid = column.is_valid().to_numpy()
    if not valid.all() and rng.random() < 0.15:
        return np.asarray(~valid)
    cells = column.to_pandas()
    if pa.types.is_string(column.type) or pa.types.is_boolean(column.type):
        words = cells[valid].unique()
        return np.asarray(cells.isin(rng.choice(words, rng.integers(1, max(2, len(words) // 2)), replace=False)))
    ranks = cells.rank(pct=True, method="average").to_numpy()
    low = rng.uniform(0.0, 0.7)
    with np.errstate(invalid="ignore"):
        return np.asarray((ranks >= low) & (ranks < low + rng.uniform(0.15, 0.6)))


def inside(table: pa.Table, condition: str) -> NDArray[np.bool_]:
    """Say which rows of ``table`` meet ``condition``, as the grid's filter has it."""
    found = expression.condition(condition, expression.kinds_of(table.schema))
    made = np.zeros(table.num_rows, dtype=np.bool_)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone='UTC'")
        connection.register("rows", table.append_column("number_of_row", pa.array(np.arange(table.num_rows))))
        sql = f"SELECT number_of_row AS n FROM rows WHERE {found.sql}"  # noqa: S608 - values are bound
        asked = connection.execute(sql, list(found.values))
        made[asked.fetchnumpy()["n"]] = True
    return made


def overlap(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Give Jaccard's index: the share of the rows of either that are in both."""
    return float((one & other).sum() / max(1, (one | other).sum()))
