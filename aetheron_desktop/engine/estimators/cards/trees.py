"""Trees beside each other."""

from __future__ import annotations

from typing import Final

from aetheron_desktop.engine.estimators.cards.card import ANY, Card
from aetheron_desktop.engine.params import Float, Int

FOREST: Final = Card(
    id="forest",
    name="Random forest",
    family="trees",
    summary="The mean of many decision trees, each grown on a random part.",
    good_at="A strong first answer without tuning, also with odd columns and few rows.",
    tasks=ANY,
    parameters=(
        Int(
            name="n_estimators",
            label="Trees",
            default=200,
            low=1,
            high=5_000,
            log=True,
            help="More trees are steadier and slower.",
        ),
        Int(
            name="max_depth",
            label="Depth",
            default=None,
            low=1,
            high=64,
            optional="no limit",
            help="How many questions a tree may ask in a row.",
        ),
        Int(
            name="min_samples_leaf",
            label="Rows in a leaf",
            default=None,
            low=1,
            high=1_000,
            log=True,
            unit="rows",
            optional="chosen by the number of rows",
            help="A tree's last answer must rest on at least so many rows; more is smoother.",
        ),
        Float(
            name="max_features",
            label="Features per split",
            default=0.0,
            low=0.0,
            high=1.0,
            advanced=True,
            help="The share of features that a split may choose from; 0 takes the usual one (√n, or 0.6 of them).",
        ),
    ),
    implementation="trees:Forest",
    iterative=True,
    aliases=("random_forest", "randomforest", "rf"),
    source="Breiman (2001), Random Forests; sklearn.ensemble",
)
