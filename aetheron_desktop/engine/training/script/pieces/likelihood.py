"""The log loss of weighted sums."""

import numpy as np
from scipy.special import softmax

from aetheron_desktop.engine.training.script.pieces.rows import Rows


def chances(raw: np.ndarray) -> np.ndarray:
    """Give probabilities (n, classes) of sums, of which two classes have one."""
    return softmax(np.column_stack((np.zeros(len(raw)), raw)) if raw.shape[1] == 1 else raw, axis=1)


def log_loss_and_slope(flat: np.ndarray, rows: Rows, classes: int, restraint: float) -> tuple[float, np.ndarray]:
    """Give the mean log loss with ``restraint`` times half of the weights' squares, and its slope.

    There is a row of weights for each class (one row for two classes), in which the intercept is the last.
    """
    table = flat.reshape(1 if classes == 2 else classes, -1)
    coef = table[:, :-1]
    weight = np.ones(len(rows.y)) if rows.weight is None else rows.weight
    share = weight / weight.sum()
    likely = chances(rows.X @ coef.T + table[:, -1])
    at = np.arange(len(rows.y))
    loss = -np.log(np.maximum(likely[at, rows.y], 1e-300)) @ share
    by = likely.copy()
    by[at, rows.y] -= 1.0
    by = (by * share[:, None])[:, classes - len(table) :]
    slope = np.column_stack((by.T @ rows.X + restraint * coef, by.sum(axis=0)))
    return float(loss + 0.5 * restraint * (coef**2).sum()), slope.ravel()
