"""Nearest neighbours."""

import math

import numpy as np
from sklearn.neighbors import NearestNeighbors

from aetheron_desktop.engine.training.script.pieces.rows import Predict, Rows, Setting, drawn, loss_of


def fit_knn(train: Rows, valid: Rows, setting: Setting) -> Predict:
    """Keep the rows, and choose on the validation rows how many neighbours are asked.

    Where several rows are equally far away, any of them is taken for the last place; the program shares it among them.
    """
    params, classes = setting.params, setting.classes
    known = drawn(train, params["max_rows"], setting.seed)
    weight = np.ones(len(known.y)) if known.weight is None else known.weight
    near = NearestNeighbors(algorithm="brute", metric="sqeuclidean").fit(known.X)
    if classes:
        prior = np.bincount(known.y, weight, minlength=classes) / weight.sum()
        answers = np.eye(classes)[known.y]
    else:
        answers = known.y[:, None]

    def told(place: np.ndarray) -> np.ndarray:
        votes = (weight[place][:, :, None] * answers[place]).sum(axis=1)
        total = weight[place].sum(axis=1)[:, None]
        return np.asarray((votes + prior) / (total + 1.0) if classes else (votes / total)[:, 0])

    count = params["n_neighbors"]
    if count is None:
        tried = [k for k in (1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 90) if k < len(known.y)]
        judged = drawn(valid, 5_000, setting.seed)
        place, best = near.kneighbors(judged.X, tried[-1], return_distance=False), math.inf
        for k in tried:
            loss = loss_of(judged, told(place[:, :k]), classes)
            if loss < best:
                best, count = loss, k
    count = min(count, len(known.y) - 1)
    return lambda X: told(near.kneighbors(X, count, return_distance=False))
