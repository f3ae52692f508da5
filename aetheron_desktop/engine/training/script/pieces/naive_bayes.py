"""Naive Bayes of Gaussian numbers and Bernoulli truths."""

import math

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from aetheron_desktop.engine.training.script.pieces.rows import Predict, Rows, Setting, drawn


def fit_naive_bayes(train: Rows, valid: Rows, setting: Setting) -> Predict:
    """Learn each feature by itself, and on the validation rows how much all together are believed."""
    smoothing = setting.params["smoothing"]
    weight = np.ones(len(train.y)) if train.weight is None else train.weight
    of_class = np.zeros((setting.classes, len(train.y)))
    of_class[train.y, np.arange(len(train.y))] = weight
    count = np.maximum(of_class.sum(axis=1), 1e-12)[:, None]
    total, squared = of_class @ train.X, of_class @ train.X**2
    share = np.log(count[:, 0] / count.sum())
    # Numbers.
    mean = total / count
    spread = np.maximum(squared / count - mean**2, 0.0)
    common = np.maximum(squared.sum(0) / count.sum() - (total.sum(0) / count.sum()) ** 2, 0.0)
    variance = (spread * count + common * smoothing) / (count + smoothing)
    variance = np.where(common > 1e-6, np.maximum(variance, 1e-4 * common), 1.0)
    bias, linear, square = -0.5 * np.log(variance) - 0.5 * mean**2 / variance, mean / variance, -0.5 / variance
    # Truths, and what says nothing.
    is_truth = ((train.X == 0.0) | (train.X == 1.0)).all(axis=0)
    small = max(smoothing, 1e-9)
    true = (total[:, is_truth] + small) / (count + 2.0 * small)
    for part in (bias, linear, square):
        part[:, common <= 1e-6] = 0.0
    bias[:, is_truth] = np.log1p(-true)
    linear[:, is_truth], square[:, is_truth] = np.log(true) - np.log1p(-true), 0.0

    def said(X: np.ndarray) -> np.ndarray:
        return np.asarray(bias.sum(axis=1) + X @ linear.T + X**2 @ square.T)

    judged = drawn(valid, 20_000, setting.seed)
    raw, at = said(judged.X), np.arange(len(judged.y))

    def loss(logarithm: float) -> float:
        likely = log_softmax(share + math.exp(logarithm) * raw, axis=1)[at, judged.y]
        return float(np.average(-likely, weights=judged.weight))

    trust = math.exp(minimize_scalar(loss, bounds=(-6.0, 0.5), method="bounded").x)
    return lambda X: softmax(share + trust * said(X), axis=1)
