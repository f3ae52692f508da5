"""Support vectors with a Gaussian kernel."""

import math
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.svm import SVC, SVR

from aetheron_desktop.engine.training.script.pieces.likelihood import chances, log_loss_and_slope
from aetheron_desktop.engine.training.script.pieces.rows import Predict, Rows, Setting, drawn


def fit_svm(train: Rows, valid: Rows, setting: Setting) -> Predict:
    """Learn support vectors; where the rows are too many for libsvm, approximate the kernel by landmarks (Nyström)."""
    params, classes, count = setting.params, setting.classes, len(train.y)
    gamma = params["gamma"] or 1.0 / max(1e-9, train.X.shape[1] * float(train.X.var()))
    order = np.random.default_rng(setting.seed).permutation(count)
    if count <= 10_000 and count**2 * (classes if classes > 2 else 1) <= 200_000_000:
        raw = _exact(_chosen(train, order), gamma, params, classes)
    else:
        used = _chosen(train, np.sort(order[:200_000]))
        most = min(1_000, len(used.y), (512 << 20) // (8 * len(used.y)))
        raw = _mapped(used, train.X[order[:most]], gamma, params, classes)
    if not classes:
        return lambda X: raw(X)[:, 0]
    judged = drawn(valid, 5_000, setting.seed)
    slope, shift = _platt(raw(judged.X), judged, classes)
    return lambda X: chances(raw(X) * slope + shift)


def _chosen(rows: Rows, places: np.ndarray) -> Rows:
    return Rows(rows.X[places], rows.y[places], None if rows.weight is None else rows.weight[places])


def _exact(rows: Rows, gamma: float, params: dict[str, Any], classes: int) -> Any:
    if not classes:
        level, scale = _level_and_scale(rows)
        model = SVR(C=params["C"], epsilon=params["epsilon"], gamma=gamma, cache_size=400)
        model.fit(rows.X, (rows.y - level) / scale, sample_weight=rows.weight)
        return lambda X: (level + scale * model.predict(X))[:, None]
    found: list[Any] = []
    for label in range(classes) if classes > 2 else (1,):
        y = (rows.y == label).astype(np.int64)
        if 0 < y.sum() < len(y):
            one = SVC(C=params["C"], gamma=gamma, cache_size=400).fit(rows.X, y, sample_weight=rows.weight)
            found.append(one.decision_function)
        else:
            sign = 1.0 if y.any() else -1.0
            found.append(lambda X, sign=sign: np.full(len(X), sign))
    return lambda X: np.column_stack([ask(X) for ask in found])


def _mapped(rows: Rows, landmarks: np.ndarray, gamma: float, params: dict[str, Any], classes: int) -> Any:
    values, vectors = np.linalg.eigh(rbf_kernel(landmarks, landmarks, gamma))
    kept = values > 1e-10 * values[-1]
    normal = vectors[:, kept] / np.sqrt(values[kept])
    mapped = rbf_kernel(rows.X, landmarks, gamma) @ normal
    weight = np.ones(len(rows.y)) if rows.weight is None else rows.weight
    if not classes:
        level, scale = _level_and_scale(rows)
        mean = np.average(mapped, axis=0, weights=weight)
        square = (mapped * weight[:, None]).T @ mapped - weight.sum() * np.outer(mean, mean)
        product = (mapped * weight[:, None]).T @ ((rows.y - level) / scale)
        dual = np.linalg.solve(square + 0.5 / params["C"] * np.eye(len(square)), product)
        return lambda X: (level + scale * ((rbf_kernel(X, landmarks, gamma) @ normal - mean) @ dual))[:, None]
    outputs, restraint = 1 if classes == 2 else classes, 1.0 / (params["C"] * weight.sum())
    seen = Rows(mapped, rows.y, rows.weight)
    start: Any = np.zeros(outputs * (mapped.shape[1] + 1))
    value: Any = lambda flat: log_loss_and_slope(flat, seen, classes, restraint)  # noqa: E731 - used once
    found = minimize(
        value, start, jac=True, method="L-BFGS-B", options={"maxiter": 200, "gtol": 1e-5},
    )  # fmt: skip
    table = found.x.reshape(outputs, -1)
    return lambda X: rbf_kernel(X, landmarks, gamma) @ normal @ table[:, :-1].T + table[:, -1]


def _level_and_scale(rows: Rows) -> tuple[float, float]:
    level = float(np.average(rows.y, weights=rows.weight))
    return level, math.sqrt(float(np.average((rows.y - level) ** 2, weights=rows.weight))) or 1.0


def _platt(raw: np.ndarray, rows: Rows, classes: int) -> tuple[float, np.ndarray]:
    """Give the slope and the shift that make probabilities of sums; what is true counts as not quite certain."""
    table = np.column_stack((np.zeros(len(raw)), raw)) if classes == 2 else raw
    weight = np.ones(len(rows.y)) if rows.weight is None else rows.weight
    unsure = (1.0 / (np.bincount(rows.y, minlength=classes) + 2.0))[rows.y]
    truth = np.tile(unsure[:, None] / (classes - 1), (1, classes))
    truth[np.arange(len(rows.y)), rows.y] = 1.0 - unsure
    moved_from = classes - raw.shape[1]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        moved = table * math.exp(flat[0])
        moved[:, moved_from:] += flat[1:]
        likely = log_softmax(moved, axis=1)
        by = (np.exp(likely) - truth) * (weight / weight.sum())[:, None]
        value = -float(((truth * likely).sum(axis=1) * weight).sum() / weight.sum()) + 1e-3 * float(flat @ flat)
        slopes = np.concatenate(([float((by * table).sum()) * math.exp(flat[0])], by[:, moved_from:].sum(axis=0)))
        return value, slopes + 2e-3 * flat

    start = np.zeros(1 + raw.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(-6.0, 6.0)] * len(start)).x
    return math.exp(found[0]), found[1:]
