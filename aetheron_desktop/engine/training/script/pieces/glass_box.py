"""Boosted trees that can be read."""

from itertools import combinations

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from aetheron_desktop.engine.training.script.pieces.boosting import _boosted
from aetheron_desktop.engine.training.script.pieces.rows import Predict, Rows, Setting, drawn, signs


def fit_glass_box(train: Rows, valid: Rows, setting: Setting) -> Predict:
    """Boost trees that ask about one feature each, or about one of the pairs that explain most beside them."""
    width, most = train.X.shape[1], setting.params["pairs"]
    pairs = _pairs(drawn(train, 20_000, setting.seed), setting)[:most] if most and width > 1 else []
    allowed = [[place] for place in range(width)] + pairs if pairs else "no_interactions"
    return _boosted(train, valid, setting, interaction_cst=allowed)


def _pairs(rows: Rows, setting: Setting) -> list[list[int]]:
    """Give pairs of features, those first that explain most of what a model without pairs leaves unexplained."""
    params, classes = setting.params, setting.classes
    first = (HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor)(
        max_iter=max(20, 200 // max(1, classes)),
        learning_rate=0.1,
        max_leaf_nodes=params["max_leaf_nodes"],
        min_samples_leaf=params["min_samples_leaf"],
        l2_regularization=params["l2_regularization"],
        categorical_features=list(setting.codes) or None,
        monotonic_cst=signs(rows, setting),
        interaction_cst="no_interactions",
        early_stopping=False,
        random_state=setting.seed,
    ).fit(rows.X, rows.y, sample_weight=rows.weight)
    if classes:
        told = np.zeros((len(rows.y), classes))
        told[:, first.classes_] = first.predict_proba(rows.X)
        left = (np.eye(classes)[rows.y] - told)[:, 1:]
    else:
        left = (rows.y - first.predict(rows.X))[:, None]
    weight = np.ones(len(rows.y)) if rows.weight is None else rows.weight
    gains = np.zeros(rows.X.shape[1])
    for round_ in first._predictors:
        for tree in round_:
            nodes = tree.nodes[tree.nodes["is_leaf"] == 0]
            np.add.at(gains, nodes["feature_idx"], nodes["gain"])
    used = [int(place) for place in np.argsort(-gains, kind="stable") if gains[place] > 0.0][:60]
    codes = {place: _binned_codes(rows.X[:, place]) for place in used}
    variance = float(np.average((left**2).sum(axis=1), weights=weight)) * float(weight.mean())
    found = []
    for one, other in combinations(sorted(codes), 2):
        both = codes[one] * 9 + codes[other]
        gain = _explained(both, left, weight) - sum(_explained(codes[at], left, weight) for at in (one, other))
        if gain > 2.0 * variance * len(np.unique(both)):
            found.append((-gain, [one, other]))
    return [pair for _, pair in sorted(found)]


def _binned_codes(values: np.ndarray) -> np.ndarray:
    """Give the bin of eight of each value; those that are missing have one of their own."""
    known = values[~np.isnan(values)]
    edges = np.unique(np.quantile(known, np.linspace(0.0, 1.0, 9)[1:-1])) if len(known) else np.empty(0)
    return np.where(np.isnan(values), 8, np.searchsorted(edges, values, side="right"))


def _explained(codes: np.ndarray, left: np.ndarray, weight: np.ndarray) -> float:
    """Give by how much the sum of squares falls when each cell takes its mean."""
    total = np.bincount(codes, weight)
    return sum(float((np.bincount(codes, weight * column) ** 2 / (total + 1.0)).sum()) for column in left.T)
