"""An ensemble of perceptrons that share their weights."""

from aetheron_desktop.engine.estimators.networks.ensemble import Ensemble
from aetheron_desktop.engine.training.script.pieces.network_fit import learned_network, shape_of
from aetheron_desktop.engine.training.script.pieces.rows import Predict, Rows, Setting


def fit_tabm(train: Rows, valid: Rows, setting: Setting) -> Predict:
    """Learn the weights of many perceptrons at once."""
    kind = "small_ensemble" if setting.params["sharing"] == "most" else "ensemble"
    made = shape_of(train, setting, kind=kind, members=setting.params["members"])
    return learned_network(Ensemble, made, train, valid, setting)
