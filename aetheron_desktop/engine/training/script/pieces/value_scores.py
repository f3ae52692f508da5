"""The scores of values."""

import numpy as np
from sklearn import metrics


def value_scores(truth: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """Give the scores of values."""
    found = {
        "rmse": metrics.root_mean_squared_error(truth, predicted),
        "mae": metrics.mean_absolute_error(truth, predicted),
        "median_absolute_error": metrics.median_absolute_error(truth, predicted),
    }
    return found | ({"r2": metrics.r2_score(truth, predicted)} if np.ptp(truth) > 0 else {})
