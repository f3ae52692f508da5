"""Trees after each other, by libraries of their own."""

from __future__ import annotations

from typing import Final

from aetheron_desktop.engine.estimators.cards.card import ANY, Card
from aetheron_desktop.engine.params import Float, Int


def _rounds(default: int = 1_000) -> Int:
    return Int(
        name="n_estimators",
        label="Rounds",
        default=default,
        low=1,
        high=10_000,
        log=True,
        help="The most trees that follow one another (per class); early stopping usually ends it sooner.",
    )


def _rate(default: float = 0.06) -> Float:
    return Float(
        name="learning_rate",
        label="Learning rate",
        default=default,
        low=1e-3,
        high=1.0,
        log=True,
        help="How much of each tree is taken; smaller needs more rounds and is often better.",
    )


def _l2(name: str, default: float) -> Float:
    return Float(
        name=name,
        label="L2 regularization",
        default=default,
        low=0.0,
        high=100.0,
        advanced=True,
        help="Larger values make each tree more careful.",
    )


def _depth(default: int, high: int) -> Int:
    return Int(
        name="max_depth",
        label="Depth",
        default=default,
        low=1,
        high=high,
        help="How many questions a tree asks in a row.",
    )


def _patience(default: int = 40) -> Int:
    return Int(
        name="patience",
        label="Patience",
        default=default,
        low=1,
        high=1_000,
        log=True,
        unit="rounds",
        help="It stops when the validation loss has not improved for so many rounds, and keeps the best.",
    )


LIGHTGBM: Final = Card(
    id="lightgbm",
    name="LightGBM",
    family="boosting",
    summary="Trees that each mend the errors of those before, grown leaf by leaf where it helps most.",
    good_at="Many rows: it is the fastest of the boosted trees, and as good as the others.",
    tasks=ANY,
    parameters=(
        _rounds(),
        _rate(),
        Int(
            name="num_leaves",
            label="Leaves",
            default=31,
            low=2,
            high=1_024,
            log=True,
            help="How many answers one tree may give.",
        ),
        Int(
            name="min_child_samples",
            label="Rows in a leaf",
            default=20,
            low=1,
            high=1_000,
            log=True,
            unit="rows",
            help="A tree's last answer must rest on at least so many rows; more is smoother.",
        ),
        Float(
            name="colsample_bytree",
            label="Features per tree",
            default=1.0,
            low=0.1,
            high=1.0,
            help="The share of features, drawn at random, that each tree may ask about.",
        ),
        _l2("reg_lambda", 0.0),
        Float(
            name="cat_smooth",
            label="Smoothing of categories",
            default=10.0,
            low=0.0,
            high=1_000.0,
            advanced=True,
            help="Larger values trust rare categories less.",
        ),
        _patience(),
    ),
    implementation="lightgbm_boosting:Lightgbm",
    iterative=True,
    default=False,
    aliases=("lgbm", "lgb", "light_gbm"),
    source="Ke et al. (2017), LightGBM: A Highly Efficient Gradient Boosting Decision Tree; lightgbm.train",
)

XGBOOST: Final = Card(
    id="xgboost",
    name="XGBoost",
    family="boosting",
    summary="Trees that each mend the errors of those before, grown level by level with second derivatives.",
    good_at="Tables with many numbers; beside other boosted trees in an ensemble, because it errs elsewhere.",
    tasks=ANY,
    parameters=(
        _rounds(),
        _rate(),
        _depth(6, 16),
        Float(
            name="min_child_weight",
            label="Weight in a leaf",
            default=1.0,
            low=0.0,
            high=1_000.0,
            help="The least sum of second derivatives under a tree's last answer: of a regression the number of rows.",
        ),
        _l2("reg_lambda", 1.0),
        Int(
            name="max_cat_to_onehot",
            label="Categories asked singly",
            default=4,
            low=1,
            high=1_000,
            log=True,
            advanced=True,
            help="Columns with fewer categories are split into one against all others, more of them into two groups.",
        ),
        _patience(),
    ),
    implementation="xgboost_boosting:Xgboost",
    iterative=True,
    default=False,
    aliases=("xgb", "extreme_gradient_boosting"),
    source="Chen and Guestrin (2016), XGBoost: A Scalable Tree Boosting System; xgboost.Booster",
)
