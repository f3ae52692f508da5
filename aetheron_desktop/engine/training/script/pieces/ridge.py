"""Ridge regression."""

from sklearn.linear_model import Ridge

from aetheron_desktop.engine.training.script.pieces.rows import Predict, Rows, Setting, asked


def fit_ridge(train: Rows, valid: Rows, setting: Setting) -> Predict:
    """Learn weights by least squares, and keep them small."""
    del valid
    params = setting.params
    model = Ridge(alpha=params["alpha"], fit_intercept=params["fit_intercept"], random_state=setting.seed)
    return asked(model.fit(train.X, train.y, sample_weight=train.weight))
