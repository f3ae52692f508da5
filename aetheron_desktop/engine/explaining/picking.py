"""Which rows are worth to be explained: those of the test part that were told most wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.evaluation.predictions import read_predictions

if TYPE_CHECKING:
    from pathlib import Path

_MOST: Final = 200


def most_wrong(predictions: Path, count: int = _MOST) -> list[int]:
    """Give the rows whose truth was thought least likely, or whose number was farthest away, the worst first.

    ``predictions`` is the file that a run keeps of its test rows.

    Raises:
        EvaluationError: the file is not here, or no file of predictions.
    """
    found = read_predictions(predictions)
    if found.classes:
        loss = 1.0 - found.predicted[np.arange(len(found)), found.truth]
    else:
        loss = np.abs(found.predicted - found.truth)
    worst = np.argsort(-loss, kind="stable")[:count]
    return [int(row) for row in found.rows[worst]]
