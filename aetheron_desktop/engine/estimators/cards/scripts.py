"""How each estimator is told in the script of a run, by the id of its card."""

from __future__ import annotations

from typing import Final

import msgspec


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The ``piece`` of a script that fits it by its function ``fit_<id>``.

    ``rounds`` is the parameter by which a fit that was ended early is ended at the same step; empty where no parameter
    does that, and ``ends_at_steps`` says whether the loop of the script itself can. ``of_quantiles`` says that
    it tells quantiles of a number. ``within`` is how far the scores may be from those of the run on the same machine,
    beside their size.
    """

    piece: str
    rounds: str = ""
    ends_at_steps: bool = False
    of_quantiles: bool = False
    within: float = 1e-9


SCRIPTS: Final[dict[str, Told]] = {
    # Of its members the one that is farthest from its run decides.
    "auto": Told(piece="ensemble"),
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
    "quantile": Told(piece="quantile", rounds="max_iter", of_quantiles=True, within=1e-6),
    "quantile_boosting": Told(piece="quantile_boosting", rounds="n_estimators", of_quantiles=True),
    # The weights come to the same bits; what they say of the test rows is summed in single precision, in other blocks.
    "network": Told(piece="network", ends_at_steps=True, within=1e-5),
    "tabm": Told(piece="tabm", ends_at_steps=True, within=1e-5),
    "resnet": Told(piece="resnet", ends_at_steps=True, within=1e-5),
    "ft_transformer": Told(piece="ft_transformer", ends_at_steps=True, within=1e-5),
}
