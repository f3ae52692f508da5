"""What ``auto`` tries, in the order of what is known to work on tables; data alone.

The order is that of published comparisons of tuned models on many tables (Erickson et al. 2025, TabArena; Gorishniy et
al. 2025, TabM), measured again on the tables of the benchmarks: one good setting of each family first, as what the
families do wrong differs and their mean is better than the best of them; then further settings of the strongest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.params import Float, Int
from aetheron_desktop.engine.training.candidate import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.params import Value
    from aetheron_desktop.engine.training.experiment import Experiment

COST: Final = {
    "naive_bayes": 0.1,
    "ridge": 0.1,
    "logistic": 0.4,
    "elastic_net": 0.4,
    "knn": 0.5,
    "lightgbm": 1.0,
    "xgboost": 1.2,
    "catboost": 5.0,
    "quantile": 1.0,
    "quantile_boosting": 3.0,
    "boosting": 1.8,
    "extra_trees": 2.0,
    "forest": 3.0,
    "svm": 4.0,
    "glass_box": 5.0,
    "network": 5.0,
    "resnet": 15.0,
    "tabm": 60.0,
    "ft_transformer": 60.0,
}
"""How long a fit takes, as a multiple of LightGBM's, until one has been seen on the table."""
SLOW: Final = 20.0
"""What is not in the list."""

_FIRST: Final[tuple[Candidate, ...]] = (
    # A result within seconds.
    Candidate("logistic", {}),
    Candidate("ridge", {}),
    # One good setting of each family.
    Candidate("lightgbm", {}),
    Candidate("catboost", {}),
    Candidate("xgboost", {"learning_rate": 0.05, "max_depth": 4, "n_estimators": 3_000}),
    Candidate("network", {}),
    Candidate("extra_trees", {}),
    Candidate("boosting", {}),
    Candidate(
        "lightgbm",
        {
            "learning_rate": 0.03,
            "num_leaves": 15,
            "min_child_samples": 10,
            "colsample_bytree": 0.6,
            "n_estimators": 3_000,
        },
    ),
    Candidate("forest", {}),
    Candidate("knn", {}),
    Candidate("svm", {}),
    Candidate("xgboost", {"learning_rate": 0.03, "max_depth": 8, "min_child_weight": 5.0, "n_estimators": 3_000}),
    Candidate("catboost", {"learning_rate": 0.04, "depth": 8, "l2_leaf_reg": 5.0, "iterations": 3_000}),
    Candidate("resnet", {}),
    Candidate("tabm", {}),
    Candidate("network", {"hidden_size": 384, "layers": 3, "dropout": 0.25, "learning_rate": 1e-3}),
    Candidate(
        "lightgbm",
        {
            "learning_rate": 0.03,
            "num_leaves": 90,
            "min_child_samples": 5,
            "colsample_bytree": 0.5,
            "reg_lambda": 5.0,
            "n_estimators": 3_000,
        },
    ),
    Candidate("ft_transformer", {}),
)
_VARIED: Final[dict[str, dict[str, tuple[float, float]]]] = {
    "lightgbm": {
        "learning_rate": (0.015, 0.1),
        "num_leaves": (6, 128),
        "min_child_samples": (3, 60),
        "colsample_bytree": (0.4, 1.0),
        "reg_lambda": (1e-3, 20.0),
    },
    "xgboost": {
        "learning_rate": (0.015, 0.1),
        "max_depth": (3, 10),
        "min_child_weight": (0.5, 20.0),
        "reg_lambda": (0.1, 20.0),
    },
    "catboost": {
        "learning_rate": (0.02, 0.1),
        "depth": (4, 8),
        "l2_leaf_reg": (1.0, 30.0),
        "random_strength": (0.1, 5.0),
        "subsample": (0.6, 1.0),
        "rsm": (0.4, 1.0),
    },
    "network": {
        "learning_rate": (4e-4, 4e-3),
        "hidden_size": (96, 512),
        "layers": (1, 4),
        "dropout": (0.01, 0.5),
        "weight_decay": (1e-5, 1e-1),
    },
    "boosting": {
        "learning_rate": (0.015, 0.1),
        "max_leaf_nodes": (6, 128),
        "min_samples_leaf": (3, 60),
        "l2_regularization": (1e-3, 20.0),
    },
    "tabm": {
        "learning_rate": (5e-4, 4e-3),
        "hidden_size": (64, 256),
        "layers": (1, 4),
        "dropout": (0.01, 0.4),
        "weight_decay": (1e-5, 1e-2),
    },
}
"""Between which values further settings are drawn, on the logarithm's scale."""
_QUANTILES: Final[tuple[Candidate, ...]] = (
    Candidate("quantile", {}),
    Candidate("quantile_boosting", {}),
    Candidate(
        "quantile_boosting", {"learning_rate": 0.03, "num_leaves": 8, "min_child_samples": 40, "n_estimators": 3_000}
    ),
    Candidate(
        "quantile_boosting", {"learning_rate": 0.03, "num_leaves": 48, "min_child_samples": 20, "n_estimators": 3_000}
    ),
    Candidate("quantile", {"alpha": 0.01}),
)
"""What is tried for quantiles of a number: those that tell them."""
_VARIED_QUANTILES: Final = {
    "quantile_boosting": {"learning_rate": (0.015, 0.1), "num_leaves": (4, 96), "min_child_samples": (5, 100)},
}


def tells_quantiles(experiment: Experiment) -> bool:
    """Whether an ensemble is asked for quantiles of each row; plans of earlier versions do not say."""
    return experiment.params.get("predicts") == "quantiles"


def portfolio(task: Task, seed: int, *, of_quantiles: bool = False) -> Iterator[Candidate]:
    """Give what to try for ``task``, or for quantiles of numbers, the best known first, without an end."""
    first, varied = (_QUANTILES, _VARIED_QUANTILES) if of_quantiles else (_FIRST, _VARIED)
    yield from (candidate for candidate in first if task in candidate.card.tasks)
    rng = np.random.default_rng(seed)
    while True:
        for id_, ranges in varied.items():
            yield Candidate(id_, _drawn(id_, ranges, rng))


def _drawn(estimator: str, ranges: Mapping[str, tuple[float, float]], rng: np.random.Generator) -> dict[str, Value]:
    card = catalog.card(estimator)
    made: dict[str, Value] = {}
    for parameter in card.parameters:
        if parameter.name in ranges and isinstance(parameter, Int | Float):
            low, high = ranges[parameter.name]
            value = float(np.exp(rng.uniform(np.log(low), np.log(high))))
            made[parameter.name] = round(value) if isinstance(parameter, Int) else float(f"{value:.3g}")
    return made
