"""Columns that go together: what one of them tells, the others tell too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from aetheron_desktop.engine.datasets.profiles.associations import Side, associated
from aetheron_desktop.engine.explaining.grids import axis_of
from aetheron_desktop.engine.explaining.mixing import Halted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aetheron_desktop.engine.datasets.schema import Column

TOGETHER: Final = 0.7
"""From this association on two columns are taken to go together."""
_ROWS: Final = 5_000
_MOST_COLUMNS: Final = 200


def groups_of(
    columns: Sequence[Column], table: pd.DataFrame, should_stop: Callable[[], bool] = lambda: False
) -> list[tuple[str, ...]]:
    """Give the groups of two columns and more, in the order of the table, in which each goes with each other.

    Columns are held against each other by rank (Spearman), Cramér's V or the correlation ratio; the groups are those of
    complete linkage (Sorensen 1948) up to a distance of 1 - :data:`TOGETHER`. Of very many columns the first are asked.

    Raises:
        Halted: it was asked to stop.
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    sample = table if len(table) <= _ROWS else table.sample(_ROWS, random_state=0)
    sides = {column.name: made for column in columns if (made := _side(column, sample[column.name])) is not None}
    names = list(sides)[:_MOST_COLUMNS]
    if len(names) < 2:
        return []
    apart = np.zeros((len(names), len(names)))
    for first, one in enumerate(names):
        if should_stop():
            raise Halted
        for second in range(first):
            _, found = associated(sides[one], sides[names[second]], ranks=True)
            apart[first, second] = apart[second, first] = 1.0 - abs(found or 0.0)
    labels = fcluster(linkage(squareform(apart), "complete"), 1.0 - TOGETHER, "distance")
    members: dict[int, list[str]] = {}
    for name, label in zip(names, labels.tolist(), strict=True):
        members.setdefault(label, []).append(name)
    return [tuple(group) for group in members.values() if len(group) > 1]


def _side(column: Column, values: pd.Series[Any]) -> Side | None:
    axis = axis_of(column, values)
    if axis is not None:
        valid = ~np.isnan(axis)
        most = float(np.abs(axis[valid]).max()) if valid.any() else 0.0
        # Scaled, so that squares are finite.
        return Side(valid, numbers=np.where(valid, axis, 0.0) / (most or 1.0))
    if column.type not in {"category", "boolean"}:
        return None
    codes, _ = pd.factorize(values)
    return Side(codes >= 0, codes=codes.astype(np.int64))
