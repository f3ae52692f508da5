"""How each estimator is told in the script of a run, by the id of its card; or why it is not."""

from __future__ import annotations

from typing import Final

import msgspec


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The ``piece`` of a script that fits it by its function ``fit_<id>``.

    ``rounds`` is the parameter by which a fit that was ended early is ended at the same step; empty where no parameter
    does that. ``within`` is how far the scores may be from those of the run on the same machine, beside their size.
    """

    piece: str
    rounds: str = ""
    within: float = 1e-9


SCRIPTS: Final[dict[str, Told]] = {
    "dummy": Told(piece="dummy"),
    # Two programs for one minimum stop at places that differ by as much as they are told to be content with.
    "logistic": Told(piece="logistic", rounds="max_iter", within=1e-4),
    "ridge": Told(piece="ridge"),
    "elastic_net": Told(piece="elastic_net", within=1e-3),
    "naive_bayes": Told(piece="naive_bayes", within=1e-6),
    # Rows that are equally near share the last place in the program, and one is taken in the script.
    "knn": Told(piece="knn", within=1e-2),
    "svm": Told(piece="svm", within=1e-4),
    "tree": Told(piece="tree"),
    "forest": Told(piece="forest", rounds="n_estimators"),
    "extra_trees": Told(piece="forest", rounds="n_estimators"),
    "boosting": Told(piece="boosting", rounds="max_iter"),
    "glass_box": Told(piece="glass_box", rounds="max_iter"),
    "lightgbm": Told(piece="lightgbm", rounds="n_estimators"),
    # It adds up in single precision.
    "xgboost": Told(piece="xgboost", rounds="n_estimators", within=1e-5),
    # Between blocks of trees it holds in single precision what they add up to.
    "catboost": Told(piece="catboost", rounds="iterations", within=1e-4),
}

_NETWORK: Final = (
    "Its network and its loop of training are this program's own, over a thousand lines that no public library has. "
    "The trained network itself goes on without this program as an ONNX file."
)
UNTOLD: Final[dict[str, str]] = {
    "auto": "It trains many estimators and weighs them by what each says of rows it did not learn from; "
    "each of its estimators can be trained by itself, and that run has a script.",
    "quantile": "It rounds the corner of its loss over a width of its own, so that long tables take seconds; the "
    "linear program of sklearn.linear_model.QuantileRegressor has other weights.",
    "quantile_boosting": "Its three sums of trees are grown side by side and end together, in a loop of this program's "
    "own; one of them alone is LightGBM with the objective quantile.",
    "network": _NETWORK,
    "tabm": _NETWORK,
    "resnet": _NETWORK,
    "ft_transformer": _NETWORK,
}
"""Why there is no script of a run of it, in words for people."""
