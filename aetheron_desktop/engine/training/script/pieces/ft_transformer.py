"""A transformer whose tokens are the features."""

import math

from aetheron_desktop.engine.estimators.networks.transformer import Transformer
from aetheron_desktop.engine.training.script.pieces.network_fit import learned_network, shape_of
from aetheron_desktop.engine.training.script.pieces.rows import Predict, Rows, Setting


def fit_ft_transformer(train: Rows, valid: Rows, setting: Setting) -> Predict:
    """Learn the weights of a transformer."""
    params = setting.params
    made = shape_of(
        train,
        setting,
        kind="transformer",
        heads=math.gcd(params["hidden_size"], params["heads"]),
        inner_size=max(1, params["hidden_size"] * 4 // 3),
        attention_dropout=params["attention_dropout"],
        embedding=0,
    )
    return learned_network(Transformer, made, train, valid, setting)
