"""One decision tree."""

import math
from typing import Any

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from aetheron_desktop.engine.training.script.pieces.rows import Predict, Rows, Setting, asked, drawn, loss_of, signs


def fit_tree(train: Rows, valid: Rows, setting: Setting) -> Predict:
    """Grow a tree and cut it back by cost and complexity, to the size that is best on the validation rows."""
    params, judged = setting.params, drawn(valid, 20_000, setting.seed)

    def tree(alpha: float) -> Any:
        return (DecisionTreeClassifier if setting.classes else DecisionTreeRegressor)(
            max_depth=params["max_depth"],
            min_samples_leaf=params["min_samples_leaf"],
            ccp_alpha=alpha,
            monotonic_cst=signs(train, setting),
            random_state=setting.seed,
        )

    def grown(alpha: float) -> Any:
        made = tree(alpha).fit(train.X, train.y, sample_weight=train.weight)
        if setting.classes:
            # Two rows of the whole table's shares more in each leaf, so that none is certain.
            shares, rows = made.tree_.value[:, 0, :], made.tree_.weighted_n_node_samples[:, None]
            if setting.directions:
                # By their own sizes, leaves could come into another order.
                rows = rows[0] / made.get_n_leaves()
            shares[...] = (shares * rows + shares[0] * 2.0) / (rows + 2.0)
        return made

    alphas = np.zeros(1)
    if params["prune"]:
        path = tree(0.0).cost_complexity_pruning_path(train.X, train.y, sample_weight=train.weight)
        prices = np.unique(np.maximum(path.ccp_alphas, 0.0))
        if len(prices) > 24:
            prices = prices[np.unique(np.linspace(0, len(prices) - 1, 24).round().astype(int))]
        alphas = np.append(np.sqrt(prices[:-1] * prices[1:]), prices[-1] * (1.0 + 1e-9))[::-1]
    best, chosen = math.inf, None
    for alpha in alphas:
        model = grown(float(alpha))
        loss = loss_of(judged, asked(model)(judged.X), setting.classes)
        if chosen is None or loss < best:
            best, chosen = loss, model
    return asked(chosen)
