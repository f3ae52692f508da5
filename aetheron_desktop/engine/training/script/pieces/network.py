"""A multilayer perceptron."""

from aetheron_desktop.engine.estimators.networks.perceptron import Perceptron
from aetheron_desktop.engine.training.script.pieces.network_fit import learned_network, shape_of
from aetheron_desktop.engine.training.script.pieces.rows import Predict, Rows, Setting


def fit_network(train: Rows, valid: Rows, setting: Setting) -> Predict:
    """Learn the weights of a perceptron; steps that are long are done on all threads."""
    is_heavy = (setting.params["batch_size"] or 256) * setting.params["hidden_size"] >= 1 << 19
    made, threads = shape_of(train, setting), setting.threads if is_heavy else 1
    return learned_network(Perceptron, made, train, valid, setting, threads)
