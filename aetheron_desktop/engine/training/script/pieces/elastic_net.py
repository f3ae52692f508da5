"""The elastic net along a path of strengths."""

import math
import warnings
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import enet_path

from aetheron_desktop.engine.training.script.pieces.likelihood import chances, log_loss_and_slope
from aetheron_desktop.engine.training.script.pieces.rows import Predict, Rows, Setting, drawn, loss_of


def fit_elastic_net(train: Rows, valid: Rows, setting: Setting) -> Predict:
    """Learn weights for ever weaker penalties, and keep those that are best on the validation rows."""
    params, judged = setting.params, drawn(valid, 20_000, setting.seed)
    l1_ratio, start, strongest, solve, predict = (_classes if setting.classes else _values)(train, setting)
    alphas = strongest * np.geomspace(1.0, params["eps"], params["n_alphas"])
    weights, best, chosen, best_loss = start, start, 0, math.inf
    for number, alpha in enumerate(alphas):
        weights = solve(alpha * l1_ratio, alpha * (1.0 - l1_ratio), weights)
        loss = loss_of(judged, predict(weights, judged.X), setting.classes)
        if loss < best_loss:
            best, best_loss, chosen = weights, loss, number
        if number - chosen >= params["patience"]:
            break
    return lambda X: predict(best, X)


def _values(train: Rows, setting: Setting) -> tuple[Any, ...]:
    """Give what the path needs for values: coordinate descent on centred rows."""
    l1_ratio = setting.params["l1_ratio"]
    weight = np.ones(len(train.y)) if train.weight is None else train.weight
    mean, level = np.average(train.X, axis=0, weights=weight), float(np.average(train.y, weights=weight))
    root = np.sqrt(weight * (len(train.y) / weight.sum()))
    X, y = np.asfortranarray((train.X - mean) * root[:, None]), (train.y - level) * root

    def solve(l1: float, l2: float, weights: np.ndarray) -> np.ndarray:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            given = {"l1_ratio": l1_ratio, "alphas": [l1 + l2], "coef_init": weights.copy()}
            made = enet_path(X, y, precompute=False, tol=1e-6, **given)
        return np.asarray(made[1][:, 0])

    strongest = max(float(np.abs(X.T @ y).max()) / (len(y) * l1_ratio), 1e-12)
    return l1_ratio, np.zeros(X.shape[1]), strongest, solve, lambda weights, X: level + (X - mean) @ weights


def _classes(train: Rows, setting: Setting) -> tuple[Any, ...]:
    """Give what the path needs for classes: L-BFGS-B on the positive and the negative parts of the weights."""
    classes, l1_ratio, width = setting.classes, setting.params["l1_ratio"], train.X.shape[1]
    rows = 1 if classes == 2 else classes
    shares = np.log(np.bincount(train.y, train.weight, minlength=classes))
    start = np.zeros((rows, width + 1))
    start[:, -1] = shares[1] - shares[0] if classes == 2 else shares - shares.mean()
    size = rows * width

    def joined(flat: np.ndarray) -> np.ndarray:
        return np.column_stack(((flat[:size] - flat[size : 2 * size]).reshape(rows, width), flat[2 * size :])).ravel()

    def solve(l1: float, l2: float, weights: np.ndarray) -> np.ndarray:
        def value(flat: Any) -> Any:
            loss, slope = log_loss_and_slope(joined(flat), train, classes, l2)
            by = slope.reshape(rows, -1)
            sides = by[:, :-1].ravel()
            return loss + l1 * float(flat[: 2 * size].sum()), np.concatenate((sides + l1, l1 - sides, by[:, -1]))

        table = weights.reshape(rows, -1)
        parts = (np.maximum(table[:, :-1], 0.0).ravel(), np.maximum(-table[:, :-1], 0.0).ravel(), table[:, -1])
        bounds: Any = [(0.0, None)] * (2 * size) + [(None, None)] * rows
        options: Any = {"maxiter": 300, "maxls": 50, "gtol": 1e-5, "ftol": 1e-10}
        begin: Any = np.concatenate(parts)
        found = minimize(value, begin, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
        return joined(found.x)

    def predict(weights: np.ndarray, X: np.ndarray) -> np.ndarray:
        table = weights.reshape(rows, -1)
        return chances(X @ table[:, :-1].T + table[:, -1])

    slope = log_loss_and_slope(start.ravel(), train, classes, 0.0)[1].reshape(rows, -1)[:, :-1]
    return l1_ratio, start.ravel(), max(float(np.abs(slope).max()) / l1_ratio, 1e-12), solve, predict
