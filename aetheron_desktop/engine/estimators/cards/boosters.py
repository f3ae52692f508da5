"""Trees after each other, by libraries of their own."""

from __future__ import annotations

from typing import Final

from aetheron_desktop.engine.estimators.cards import boosted
from aetheron_desktop.engine.estimators.cards.card import ANY, REGRESSION, Card
from aetheron_desktop.engine.params import Float, Int

LIGHTGBM: Final = Card(
    id="lightgbm",
    name="LightGBM",
    family="boosting",
    summary="Trees that each mend the errors of those before, grown leaf by leaf where it helps most.",
    good_at="Many rows: it is the fastest of the boosted trees, and as good as the others.",
    tasks=ANY,
    parameters=(
        boosted.rounds("n_estimators"),
        boosted.learning_rate(),
        boosted.leaves("num_leaves"),
        boosted.rows_in_leaf("min_child_samples"),
        Float(
            name="colsample_bytree",
            label="Features per tree",
            default=1.0,
            low=0.1,
            high=1.0,
            help="The share of features, drawn at random, that each tree may ask about.",
        ),
        boosted.l2("reg_lambda"),
        Float(
            name="cat_smooth",
            label="Smoothing of categories",
            default=10.0,
            low=0.0,
            high=1_000.0,
            advanced=True,
            help="Larger values trust rare categories less.",
        ),
        boosted.patience(default=40),
    ),
    implementation="lightgbm_boosting:Lightgbm",
    libraries=("lightgbm",),
    iterative=True,
    default=False,
    aliases=("lgbm", "lgb", "light_gbm"),
    source="Ke et al. (2017), LightGBM: A Highly Efficient Gradient Boosting Decision Tree; lightgbm.train",
    monotone=True,
)

XGBOOST: Final = Card(
    id="xgboost",
    name="XGBoost",
    family="boosting",
    summary="Trees that each mend the errors of those before, grown level by level with second derivatives.",
    good_at="Tables with many numbers; beside other boosted trees in an ensemble, because it errs elsewhere.",
    tasks=ANY,
    parameters=(
        boosted.rounds("n_estimators"),
        boosted.learning_rate(),
        Int(
            name="max_depth",
            label="Depth",
            default=6,
            low=1,
            high=16,
            help="How many questions a tree asks in a row.",
        ),
        Float(
            name="min_child_weight",
            label="Weight in a leaf",
            default=1.0,
            low=0.0,
            high=1_000.0,
            help="The least sum of second derivatives under a tree's last answer: of a regression the number of rows.",
        ),
        boosted.l2("reg_lambda", default=1.0),
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
        boosted.patience(default=40),
    ),
    implementation="xgboost_boosting:Xgboost",
    libraries=("xgboost",),
    iterative=True,
    default=False,
    aliases=("xgb", "extreme_gradient_boosting"),
    source="Chen and Guestrin (2016), XGBoost: A Scalable Tree Boosting System; xgboost.Booster",
    monotone=True,
)

QUANTILE_BOOSTING: Final = Card(
    id="quantile_boosting",
    name="Quantile boosting",
    family="boosting",
    summary="Three sums of trees: the median, and the limits that most of the rows lie between.",
    good_at="Limits that are wide where the rows scatter, whatever that depends on.",
    tasks=REGRESSION,
    parameters=(
        boosted.rounds("n_estimators"),
        boosted.learning_rate(),
        boosted.leaves("num_leaves", default=15),
        boosted.rows_in_leaf("min_child_samples"),
        boosted.patience(default=40),
    ),
    implementation="quantile_boosting:QuantileBoosting",
    iterative=True,
    default=False,
    aliases=("quantile_lightgbm", "quantile_gbm"),
    source="Ke et al. (2017), LightGBM, with the quantile objective; lightgbm.Booster",
    libraries=("lightgbm",),
)
