"""What a model gets wrong, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.evaluation.segments.failure import MEASURES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.evaluation.segments.failure import Measure

    Floats = NDArray[np.float64]


class Losses(NamedTuple):
    """The loss of each row, (rows,); with ``is_share`` it is 0 or 1, and its mean the share of wrong rows."""

    measure: Measure
    each: Floats
    is_share: bool


def losses(task: Task, truth: NDArray[Any], predicted: Floats, chosen: NDArray[Any] | None, measure: str) -> Losses:
    """Give the loss of each row by ``measure``, the first one of the task when it is empty.

    ``truth`` are class numbers or values, ``predicted`` (rows, classes) probabilities or (rows,) values, ``chosen`` the
    predicted class of each row, None for values.

    Raises:
        UsageError: the task has no such measure.
    """
    known = {one.name: one for one in MEASURES if one.is_of(task)}
    found = known.get(measure) if measure else next(iter(known.values()))
    if found is None:
        raise UsageError(f"There is no loss “{measure}” of this task.", hint=f"There are: {', '.join(known)}.")
    match found.name:
        case "error":
            assert chosen is not None
            each = (np.asarray(chosen) != truth).astype(np.float64)
        case "log_loss":
            true = predicted[np.arange(len(truth)), np.asarray(truth, dtype=np.int64)]
            each = -np.log(np.clip(true, np.finfo(np.float64).eps, 1.0))
        case "absolute_error":
            each = np.abs(predicted - truth)
        case _:
            each = (predicted - truth) ** 2
    return Losses(found, each, found.name == "error")
