"""Histogram gradient boosting of scikit-learn."""

from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from aetheron_desktop.engine.training.script.pieces.rows import Predict, Rows, Setting, asked, signs


def fit_boosting(train: Rows, valid: Rows, setting: Setting) -> Predict:
    """Boost until the validation rows gain nothing any more, and keep the rounds up to the best."""
    return _boosted(train, valid, setting, interaction_cst=None)


def _boosted(train: Rows, valid: Rows, setting: Setting, **others: Any) -> Predict:
    params = setting.params
    # With very many classes there are fewer rounds: each makes a tree per class.
    rounds = min(params["max_iter"], max(10, 30_000 // (setting.classes if setting.classes > 2 else 1)))
    model = (HistGradientBoostingClassifier if setting.classes else HistGradientBoostingRegressor)(
        max_iter=rounds,
        learning_rate=params["learning_rate"],
        max_leaf_nodes=params["max_leaf_nodes"],
        min_samples_leaf=params["min_samples_leaf"],
        l2_regularization=params["l2_regularization"],
        categorical_features=list(setting.codes) or None,
        monotonic_cst=signs(train, setting),
        early_stopping=True,
        scoring="loss",
        n_iter_no_change=params["patience"],
        tol=0.0,
        random_state=setting.seed,
        **others,
    )
    told = {"X_val": valid.X, "y_val": valid.y, "sample_weight_val": valid.weight}
    model.fit(train.X, train.y, sample_weight=train.weight, **told)
    # The first score is that of no round at all.
    best = 1 + int(np.argmax(model.validation_score_[1:]))
    model.set_params(max_iter=best, early_stopping=False)
    return asked(model.fit(train.X, train.y, sample_weight=train.weight))
