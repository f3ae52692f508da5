"""The baseline."""

from sklearn.dummy import DummyClassifier, DummyRegressor

from aetheron_desktop.engine.training.script.pieces.rows import Predict, Rows, Setting, asked


def fit_dummy(train: Rows, valid: Rows, setting: Setting) -> Predict:
    """Learn the shares of the classes, or the mean."""
    del valid
    model = DummyClassifier(strategy="prior") if setting.classes else DummyRegressor()
    return asked(model.fit(train.X, train.y, sample_weight=train.weight))
