"""Runs in the plane of two of their numbers, and those that no other betters in both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from aetheron_desktop.engine.comparing.columns import SCORE, direction_of, main
from aetheron_desktop.engine.evaluation.comparing.pareto import front

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.comparing.columns import Column
    from aetheron_desktop.engine.comparing.table import RunTable

_LESS_IS_BETTER: Final = frozenset({"time", "size", "disk", "latency", "p95", "thousand"})


class Traded(NamedTuple):
    """Runs with both numbers, and which of them are on the front; ``left_out`` runs lack one, or were tested elsewhere.

    ``steps`` are the corners of the front: what is reached at most for each value across. There is no front where of
    one of the numbers it is not known which end is better.
    """

    runs: tuple[str, ...]
    x: tuple[float, ...]
    y: tuple[float, ...]
    on_front: tuple[bool, ...]
    left_out: int
    steps: tuple[tuple[float, float], ...] = ()


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
    xs, ys = across[kept], up[kept]
    return Traded(
        tuple(ids),
        tuple(xs.tolist()),
        tuple(ys.tolist()),
        tuple(on_front.tolist()),
        int((~kept).sum()),
        _steps(xs[on_front], ys[on_front], more_is_better=bool(wishes[0])),
    )


def _steps(
    xs: NDArray[np.float64], ys: NDArray[np.float64], *, more_is_better: bool
) -> tuple[tuple[float, float], ...]:
    """Give the corners of a line through the points of a front that never promises what no run reaches."""
    made: list[tuple[float, float]] = []
    for place in np.lexsort((ys, xs)).tolist():
        x, y = float(xs[place]), float(ys[place])
        if made and (x, y) != made[-1]:
            # Between two runs one has what the one behind reaches: that with less across, or with more.
            made.append((made[-1][0], y) if more_is_better else (x, made[-1][1]))
        made.append((x, y))
    return tuple(made)


def _is_higher(column: Column | None, metric: str) -> bool | None:
    """Say whether more of a column is better; None where that is not known."""
    if column is None:
        return None
    if column.key in _LESS_IS_BETTER:
        return False
    direction = direction_of(metric) if column.key == SCORE else column.direction
    return {"higher": True, "lower": False}.get(direction or "")
