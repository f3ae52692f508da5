"""The values of the metrics on rows whose truth is known.

The definitions are scikit-learn's (``sklearn.metrics``). A metric that is not defined for the rows is None.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from aetheron_desktop.engine.estimators.limits import LEVEL
from aetheron_desktop.engine.estimators.quantiles import levels
from aetheron_desktop.engine.evaluation.metrics import main_metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.estimators.deciding import CostRule

    Truth = NDArray[Any]
    Predicted = NDArray[np.float64]


def scores(
    task: Task,
    truth: Truth,
    predicted: Predicted,
    *,
    threshold: float | None = None,
    between: Predicted | None = None,
    level: float = LEVEL,
    costs: CostRule | None = None,
) -> dict[str, float | None]:
    """Give every metric of ``task``, the main one first.

    For classes ``truth`` is (n,) indices and ``predicted`` (n, classes) probabilities; for regression both are (n,).
    ``threshold`` is the probability from which the second of two classes is predicted; None is the more probable one.
    ``between`` (n, 2) are the limits of a number at ``level``: with them, they are measured too. ``costs`` choose among
    several classes, and then what that costs is measured.
    """
    is_number = task == "regression"
    found = regression_scores(truth, predicted) if is_number else class_scores(truth, predicted, threshold, costs)
    if between is not None:
        found |= limit_scores(truth, between, level)
    main = main_metric(task).name
    ordered = {main: found[main]} | found
    return {name: value if value is not None and math.isfinite(value) else None for name, value in ordered.items()}


def regression_scores(truth: Truth, predicted: Predicted) -> dict[str, float | None]:
    """Give the metrics of values."""
    error = predicted - truth
    spread = float(((truth - truth.mean()) ** 2).sum())
    return {
        "rmse": float(np.sqrt((error**2).mean())),
        "mae": float(np.abs(error).mean()),
        "r2": 1.0 - float((error**2).sum()) / spread if spread > 0 else None,
        "median_absolute_error": float(np.median(np.abs(error))),
    }


def limit_scores(truth: Truth, between: Predicted, level: float) -> dict[str, float | None]:
    """Give the metrics of limits, (n, 2) at ``level``."""
    return {name: float(each.mean()) for name, each in limits_by_row(truth, between, level).items()}


def limits_by_row(truth: Truth, between: Predicted, level: float) -> dict[str, NDArray[np.float64]]:
    """Give what each row has in the metrics of limits, which are the means of it."""
    lower, upper = between[:, 0], between[:, 1]
    low, _, high = levels(level)
    return {
        "coverage": ((lower <= truth) & (truth <= upper)).astype(np.float64),
        "interval_width": upper - lower,
        "pinball_loss": (pinball(truth, lower, low) + pinball(truth, upper, high)) / 2.0,
    }


def pinball(truth: Truth, told: Predicted, quantile: float) -> NDArray[np.float64]:
    """Give each row's loss of what is ``told`` as its ``quantile`` (Koenker and Bassett 1978)."""
    over = truth - told
    made: NDArray[np.float64] = np.maximum(quantile * over, (quantile - 1.0) * over)
    return made


def mean_pinball(
    truth: Truth, told: Predicted, quantiles: Sequence[float], weight: NDArray[np.float64] | None = None
) -> float:
    """Give the loss of ``told`` (n, quantiles), averaged over rows and quantiles."""
    each = [pinball(truth, told[:, place], quantile) for place, quantile in enumerate(quantiles)]
    return float(np.average(np.mean(each, axis=0), weights=weight))


def class_scores(
    truth: Truth, predicted: Predicted, threshold: float | None = None, costs: CostRule | None = None
) -> dict[str, float | None]:
    """Give the metrics of classes; with two, the second is the positive one."""
    from sklearn.metrics import average_precision_score, f1_score  # 1 s; limits and values do without

    chosen = predicted.argmax(axis=1)
    if threshold is not None and predicted.shape[1] == 2:
        chosen = (predicted[:, 1] >= threshold).astype(np.int64)
    elif costs is not None:
        chosen = costs.chosen(predicted)
    present = np.unique(truth)
    found: dict[str, float | None] = {
        "accuracy": float((chosen == truth).mean()),
        "balanced_accuracy": float(np.mean([(chosen[truth == label] == label).mean() for label in present])),
        "log_loss": log_loss(truth, predicted),
    }
    if predicted.shape[1] > 2:
        found["macro_f1"] = float(f1_score(truth, chosen, average="macro", zero_division=0.0))
        areas = [roc_auc((truth == label).astype(np.int64), predicted[:, label]) for label in present]
        known = [area for area in areas if area is not None]
        if costs is not None:
            found["mean_cost"] = float(costs.paid(truth, chosen).mean())
        found["roc_auc_ovr"] = float(np.mean(known)) if known else None
        return found
    positive = predicted[:, 1]
    return found | {
        "roc_auc": roc_auc(truth, positive),
        "f1": float(f1_score(truth, chosen, zero_division=0.0)),
        "brier": float(((positive - truth) ** 2).mean()),
        "average_precision": float(average_precision_score(truth, positive)) if truth.any() else None,
    }


def log_loss(truth: Truth, predicted: Predicted, weight: NDArray[np.float64] | None = None) -> float:
    """Give the mean negative logarithm of the true class's probability, clipped as scikit-learn does."""
    true = predicted[np.arange(len(truth)), truth]
    return float(np.average(-np.log(np.clip(true, np.finfo(np.float64).eps, 1.0)), weights=weight))


def roc_auc(truth: Truth, score: Predicted) -> float | None:
    """Give the area under the ROC curve by ranks (Mann and Whitney 1947), quicker than by the curve.

    None when only one class is there.
    """
    positive = int(truth.sum())
    negative = len(truth) - positive
    if not positive or not negative:
        return None
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2.0)[inverse]
    return float((ranks[truth == 1].sum() - positive * (positive + 1) / 2.0) / (positive * negative))
