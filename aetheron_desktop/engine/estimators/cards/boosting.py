"""Trees after each other."""

from __future__ import annotations

from typing import Final

from aetheron_desktop.engine.estimators.cards.card import ANY, Card
from aetheron_desktop.engine.params import Float, Int

BOOSTING: Final = Card(
    id="boosting",
    name="Gradient boosting",
    family="boosting",
    summary="Trees that each mend the errors of those before, on binned numbers.",
    good_at="Most tables from some hundred rows up: mixed columns, missing values, effects that depend on each other.",
    tasks=ANY,
    parameters=(
        Int(
            name="max_iter",
            label="Rounds",
            default=1_000,
            low=1,
            high=10_000,
            log=True,
            help="The most trees that follow one another (per class); early stopping usually ends it sooner.",
        ),
        Float(
            name="learning_rate",
            label="Learning rate",
            default=0.06,
            low=1e-3,
            high=1.0,
            log=True,
            help="How much of each tree is taken; smaller needs more rounds and is often better.",
        ),
        Int(
            name="max_leaf_nodes",
            label="Leaves",
            default=31,
            low=2,
            high=1_024,
            log=True,
            help="How many answers one tree may give.",
        ),
        Int(
            name="min_samples_leaf",
            label="Rows in a leaf",
            default=20,
            low=1,
            high=1_000,
            log=True,
            unit="rows",
            help="A tree's last answer must rest on at least so many rows; more is smoother.",
        ),
        Float(
            name="l2_regularization",
            label="L2 regularization",
            default=0.0,
            low=0.0,
            high=100.0,
            advanced=True,
            help="Larger values make each tree more careful.",
        ),
        Int(
            name="patience",
            label="Patience",
            default=30,
            low=1,
            high=1_000,
            log=True,
            unit="rounds",
            help="It stops when the validation loss has not improved for so many rounds, and keeps the best.",
        ),
    ),
    implementation="boosting:Boosting",
    iterative=True,
    aliases=("gradient_boosting", "hist_gradient_boosting", "histgradientboosting", "hgb", "gbm"),
    source="Friedman (2001), Greedy Function Approximation; sklearn.ensemble.HistGradientBoosting",
)
