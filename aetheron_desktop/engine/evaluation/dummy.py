"""What a model has to beat: one that says the same of every row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.predictions import TestPredictions


def dummy(predictions: TestPredictions) -> TestPredictions:
    """Give what the dummy predicts of the same rows: the shares of the classes, or the mean, of the training rows.

    Where these are not known, those of the rows themselves: that dummy is a little better than any can be.
    """
    rows = len(predictions)
    said = predictions.baseline if predictions.baseline is not None else _of_rows(predictions)
    if predictions.task == "regression":
        ends = predictions.baseline_limits
        limits = None if ends is None or predictions.limits is None else np.tile(np.array(ends), (rows, 1))
        return replace(predictions, predicted=np.full(rows, said[0]), limits=limits)
    chosen = np.full(rows, int(said.argmax()), dtype=np.int64)
    return replace(predictions, predicted=np.tile(said, (rows, 1)), chosen=chosen, threshold=None)


def is_of_training(predictions: TestPredictions) -> bool:
    """Whether it is known what the dummy learned."""
    return predictions.baseline is not None


def _of_rows(predictions: TestPredictions) -> NDArray[np.float64]:
    if predictions.task == "regression":
        return np.array([float(predictions.truth.mean())])
    counts = np.bincount(predictions.truth, minlength=len(predictions.classes))
    return np.asarray(counts / counts.sum(), dtype=np.float64)
