"""Trees after each other."""

from __future__ import annotations

from typing import Final

from aetheron_desktop.engine.estimators.cards import boosted
from aetheron_desktop.engine.estimators.cards.card import ANY, Card
from aetheron_desktop.engine.params import Int

BOOSTING: Final = Card(
    id="boosting",
    name="Gradient boosting",
    family="boosting",
    summary="Trees that each mend the errors of those before, on binned numbers.",
    good_at="Most tables from some hundred rows up: mixed columns, missing values, effects that depend on each other.",
    tasks=ANY,
    parameters=(
        boosted.rounds("max_iter"),
        boosted.learning_rate(),
        boosted.leaves("max_leaf_nodes"),
        boosted.rows_in_leaf("min_samples_leaf"),
        boosted.l2("l2_regularization"),
        boosted.patience(default=30),
    ),
    implementation="boosting:Boosting",
    iterative=True,
    aliases=("gradient_boosting", "hist_gradient_boosting", "histgradientboosting", "hgb", "gbm"),
    source="Friedman (2001), Greedy Function Approximation; sklearn.ensemble.HistGradientBoosting",
    monotone=True,
)

GLASS_BOX: Final = Card(
    id="glass_box",
    name="Glass box",
    family="boosting",
    summary="Boosted trees that each ask about one feature, or one of few pairs: the effect of each can be read off.",
    good_at="Answers that must be explained in full, at a small price; `aetheron explain` shows each column's effect.",
    tasks=ANY,
    parameters=(
        boosted.rounds("max_iter", default=3_000, high=20_000),
        Int(
            name="pairs",
            label="Pairs",
            default=8,
            low=0,
            high=100,
            help="How many pairs of features may be looked at together; 0 leaves each column's effect alone.",
        ),
        boosted.learning_rate(default=0.05, smaller="shares effects more evenly among features"),
        boosted.leaves("max_leaf_nodes", default=6, high=64),
        boosted.rows_in_leaf("min_samples_leaf"),
        boosted.l2("l2_regularization", default=1.0),
        boosted.patience(default=50),
    ),
    implementation="glass_box:GlassBox",
    iterative=True,
    default=False,
    aliases=("glassbox", "ebm", "explainable_boosting", "gam"),
    source="Lou, Caruana, Gehrke (2012), Intelligible Models; Nori et al. (2019), InterpretML",
    monotone=True,
)
