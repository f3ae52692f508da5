"""Logistic regression."""

from sklearn.linear_model import LogisticRegression

from aetheron_desktop.engine.training.script.pieces.rows import Predict, Rows, Setting, asked


def fit_logistic(train: Rows, valid: Rows, setting: Setting) -> Predict:
    """Learn weights by L-BFGS."""
    del valid
    params = setting.params
    model = LogisticRegression(C=params["C"], max_iter=params["max_iter"], fit_intercept=params["fit_intercept"])
    return asked(model.fit(train.X, train.y, sample_weight=train.weight))
