"""How much is lost where cells are missing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from aetheron_desktop.engine.evaluation.multiplicity import holm
from aetheron_desktop.engine.evaluation.segments.contrast import contrast, mean_interval
from aetheron_desktop.engine.evaluation.segments.failure import MissingError, MissingErrors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.segments.losses import Losses

_MOST_CELLS: Final = 4
"""Rows that miss more cells than this are counted together with those that miss so many."""


def missing_errors(missing: Mapping[str, NDArray[np.bool_]], losses: Losses) -> MissingErrors:
    """Hold rows in which a column is missing against the others; ``missing`` says of each column in which it is.

    The chances are of a difference in either direction, by Holm for all columns together.
    """
    each = losses.each
    found: list[MissingError] = []
    count = np.zeros(len(each), dtype=np.int64)
    for name, gaps in missing.items():
        count += gaps
        told = contrast(each, gaps, is_share=losses.is_share)
        if told is not None:
            other = contrast(each, ~gaps, is_share=losses.is_share)
            chance = min(told.p_value, other.p_value if other is not None else 1.0)
            found.append(
                MissingError(
                    column=name,
                    rows=told.rows,
                    loss=told.loss,
                    rest=told.rest,
                    difference=told.difference,
                    low=told.low,
                    high=told.high,
                    p_value=min(1.0, 2.0 * chance),
                )
            )
    chances = holm([one.p_value for one in found])
    corrected = [_with_chance(one, chance) for one, chance in zip(found, chances, strict=True)]
    return MissingErrors(
        measure=losses.measure.name,
        rows=len(each),
        columns=tuple(sorted(corrected, key=lambda one: (-one.difference, one.column))),
        by_count=_by_count(np.minimum(count, _MOST_CELLS), losses) if count.any() else (),
    )


def _with_chance(one: MissingError, chance: float) -> MissingError:
    return msgspec.structs.replace(one, p_value=chance)


def _by_count(
    count: NDArray[np.int64], losses: Losses
) -> tuple[tuple[int, int, float, float | None, float | None], ...]:
    made = []
    for cells in np.unique(count):
        loss = losses.each[count == cells]
        low, high = mean_interval(loss, is_share=losses.is_share)
        # What is infinite cannot be written down.
        ends = (low, high) if math.isfinite(low) else (None, None)
        made.append((int(cells), len(loss), float(loss.mean()), *ends))
    return tuple(made)
