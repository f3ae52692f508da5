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


def ranked_alike(predictions: TestPredictions) -> dict[str, float]:
    """Give how well a dummy of classes ranks the rows, by metric, where it is defined: all have one score, no sort.

    By a single class half of the pairs are right, and any share of the rows has the precision of all. Of all pairs of
    row and class together (micro), those of one class have one score.
    """
    counts = np.bincount(predictions.truth, minlength=len(predictions.classes))
    shares = counts[counts > 0] / counts.sum()
    if predictions.task == "binary":
        found = float(counts[1] / counts.sum())
        areas = {"roc_auc": 0.5} if 0.0 < found < 1.0 else {}
        return areas | ({"average_precision": found} if found else {})
    area, precision = _pooled(counts, predictions.predicted[0])
    known = {"roc_auc_micro": area, "average_precision_micro": precision}
    known |= {"average_precision_macro": float(shares.mean()), "average_precision_weighted": float(shares @ shares)}
    return known | (dict.fromkeys(("roc_auc_ovr", "roc_auc_weighted"), 0.5) if len(shares) > 1 else {})


def _pooled(counts: NDArray[np.int64], said: NDArray[np.float64]) -> tuple[float, float]:
    """Give ROC AUC and average precision of all pairs of row and class; ``counts`` are the rows of each class."""
    _, group = np.unique(-said, return_inverse=True)
    found = np.bincount(group, weights=counts)
    told = np.bincount(group) * float(counts.sum())
    wrong = told - found
    below = wrong.sum() - np.cumsum(wrong) + wrong / 2.0
    precision = np.cumsum(found) / np.cumsum(told)
    return float(found @ below / (found.sum() * wrong.sum())), float(found @ precision / found.sum())


def is_of_training(predictions: TestPredictions) -> bool:
    """Whether it is known what the dummy learned."""
    return predictions.baseline is not None


def _of_rows(predictions: TestPredictions) -> NDArray[np.float64]:
    if predictions.task == "regression":
        return np.array([float(predictions.truth.mean())])
    counts = np.bincount(predictions.truth, minlength=len(predictions.classes))
    return np.asarray(counts / counts.sum(), dtype=np.float64)
