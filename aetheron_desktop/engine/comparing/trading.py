"""Runs in the plane of two of their numbers, and those that no other betters in both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from aetheron_desktop.engine.comparing.columns import SCORE, direction_of, main
from aetheron_desktop.engine.evaluation.comparing.pareto import front

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.comparing.columns import Column
    from aetheron_desktop.engine.comparing.table import RunTable

_LESS_IS_BETTER: Final = frozenset({"time", "size", "disk", "latency", "p95", "thousand"})


class Traded(NamedTuple):
    """Runs with both numbers, and which of them are on the front; ``left_out`` runs lack one, or were tested elsewhere.

    There is no front where of one of the numbers it is not known which end is better.
    """

    runs: tuple[str, ...]
    x: tuple[float, ...]
    y: tuple[float, ...]
    on_front: tuple[bool, ...]
    left_out: int


def traded(table: RunTable, places: Sequence[int], x: str, y: str) -> Traded:
    """Give the runs at ``places`` by two columns of numbers; of those that were tested on the commonest rows.

    Raises:
        UsageError: there is no such column.
    """
    shown = np.asarray(list(places), dtype=np.intp)
    across, up = (np.asarray(table.values(key)[shown], dtype=np.float64) for key in (x, y))
    kinds = [table.rows[place].rivals for place in shown.tolist()]
    counts: dict[object, int] = {}
    for kind, a, b in zip(kinds, across, up, strict=True):
        if kind is not None and np.isfinite(a) and np.isfinite(b):
            counts[kind] = counts.get(kind, 0) + 1
    commonest = max(counts, key=lambda kind: counts[kind], default=None)
    kept = np.array([kind == commonest and kind is not None for kind in kinds], dtype=np.bool_)
    kept &= np.isfinite(across) & np.isfinite(up)
    ids = [table.rows[place].id for place in shown[kept].tolist()]
    metric = main(table.rows[int(shown[kept][0])]) if kept.any() else ""
    wishes = [_is_higher(table.column(key), metric) for key in (x, y)]
    on_front = np.zeros(len(ids), dtype=np.bool_)
    if None not in wishes and x != y:
        on_front = front(np.column_stack([across[kept], up[kept]]), [bool(wish) for wish in wishes])
    return Traded(
        tuple(ids), tuple(across[kept].tolist()), tuple(up[kept].tolist()), tuple(on_front.tolist()), int((~kept).sum())
    )


def _is_higher(column: Column | None, metric: str) -> bool | None:
    """Say whether more of a column is better; None where that is not known."""
    if column is None:
        return None
    if column.key in _LESS_IS_BETTER:
        return False
    direction = direction_of(metric) if column.key == SCORE else column.direction
    return {"higher": True, "lower": False}.get(direction or "")
