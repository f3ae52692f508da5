"""A residual network."""

from aetheron_desktop.engine.estimators.networks.residual import Residual
from aetheron_desktop.engine.training.script.pieces.network_fit import learned_network, shape_of
from aetheron_desktop.engine.training.script.pieces.rows import Predict, Rows, Setting


def fit_resnet(train: Rows, valid: Rows, setting: Setting) -> Predict:
    """Learn the weights of a network whose blocks add to what comes in."""
    made = shape_of(train, setting, kind="residual", inner_size=2 * setting.params["hidden_size"])
    return learned_network(Residual, made, train, valid, setting)
