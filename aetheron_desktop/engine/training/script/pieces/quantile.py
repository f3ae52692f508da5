"""Quantiles as weighted sums."""

import math
from typing import Any

import numpy as np
from scipy.optimize import minimize

from aetheron_desktop.engine.training.script.pieces.rows import Predict, Rows, Setting


def fit_quantile(train: Rows, valid: Rows, setting: Setting) -> Predict:
    """Learn weights for each quantile by L-BFGS, the corner of the pinball loss rounded over a little of the spread.

    The intercepts are then the exact quantiles of what is left. sklearn.linear_model.QuantileRegressor minimizes the
    same loss with the corner, as a linear program, which takes hours for a long table.
    """
    del valid
    params, quantiles, (rows, width) = setting.params, np.array(setting.quantiles), train.X.shape
    weight = np.ones(rows) if train.weight is None else train.weight
    share = weight / weight.sum()
    level = float(np.median(train.y))
    quarter, three = np.quantile(train.y, [0.25, 0.75])
    scale = float(three - quarter) / 1.349 or float(train.y.std()) or 1.0
    y = (train.y - level) / scale
    half = min(1.0, max(0.05, ((width + math.log(rows + 1.0)) / (rows + 1.0)) ** 0.4))

    def loss(flat: Any) -> Any:
        table = flat.reshape(len(quantiles), -1)
        coef = table[:, :-1]
        over = y[:, None] - (train.X @ coef.T + table[:, -1])
        near = np.clip(over / half, -1.0, 1.0)
        rounded = np.where(np.abs(near) < 1.0, half * (near**2 + 1.0) / 2.0, np.abs(over)) / 2.0
        value = share @ (rounded + (quantiles - 0.5) * over)
        slope = -share[:, None] * (near / 2.0 + quantiles - 0.5)
        slopes = np.column_stack((slope.T @ train.X + params["alpha"] * coef, slope.sum(axis=0)))
        return float(value.sum() + 0.5 * params["alpha"] * (coef**2).sum()), slopes.ravel()

    start: Any = np.zeros((len(quantiles), width + 1))
    start[:, -1] = np.quantile(y, quantiles)
    options: Any = {"maxiter": params["max_iter"], "maxls": 50, "gtol": 1e-5, "ftol": 1e-10}
    found = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options=options).x
    coef = found.reshape(len(quantiles), -1)[:, :-1]
    left = y[:, None] - train.X @ coef.T
    intercepts = [_quantile_of(left[:, place], quantile, share) for place, quantile in enumerate(quantiles)]
    return lambda X: np.sort(level + scale * (X @ coef.T + np.array(intercepts)), axis=1)


def _quantile_of(values: np.ndarray, quantile: float, share: np.ndarray) -> float:
    """Give the value below which a ``quantile`` of the rows lies, which have these shares of the whole."""
    order = np.argsort(values, kind="stable")
    place = int(np.searchsorted(np.cumsum(share[order]), quantile - 1e-12))
    return float(values[order[min(place, len(values) - 1)]])
