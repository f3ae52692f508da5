"""Trees: one alone, and many beside each other."""

from __future__ import annotations

from typing import Final

from aetheron_desktop.engine.estimators.cards.card import ANY, Card
from aetheron_desktop.engine.params import Bool, Float, Int, Parameter

_PARAMETERS: Final[tuple[Parameter, ...]] = (
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
)

FOREST: Final = Card(
    id="forest",
    name="Random forest",
    family="trees",
    summary="The mean of many decision trees, each grown on a random part.",
    good_at="A strong first answer without tuning, also with odd columns and few rows.",
    tasks=ANY,
    parameters=_PARAMETERS,
    implementation="trees:Forest",
    iterative=True,
    monotone=True,
    aliases=("random_forest", "randomforest", "rf"),
    source="Breiman (2001), Random Forests; sklearn.ensemble",
)

EXTRA_TREES: Final = Card(
    id="extra_trees",
    name="Extra trees",
    family="trees",
    summary="The mean of many decision trees whose splits are drawn at random, the best of a few each time.",
    good_at="Noisy numbers, and beside a random forest in an ensemble; smoother, quicker to grow, and larger on disk.",
    tasks=ANY,
    parameters=_PARAMETERS,
    implementation="trees:ExtraTrees",
    iterative=True,
    monotone=True,
    default=False,
    aliases=("extra_tree", "extratrees", "et", "xt"),
    source="Geurts, Ernst, Wehenkel (2006), Extremely Randomized Trees; sklearn.ensemble",
)

TREE: Final = Card(
    id="tree",
    name="Decision tree",
    family="trees",
    summary="One small tree of questions, cut back to those that help on rows it has not learned from.",
    good_at="Rules that a person reads and repeats by hand; others predict better.",
    tasks=ANY,
    parameters=(
        Int(
            name="max_depth",
            label="Depth",
            default=4,
            low=1,
            high=32,
            help="How many questions are asked in a row at most; from about five on nobody reads it any more.",
        ),
        Int(
            name="min_samples_leaf",
            label="Rows in a leaf",
            default=5,
            low=1,
            high=1_000,
            log=True,
            unit="rows",
            help="An answer must rest on at least so many rows.",
        ),
        Bool(
            name="prune",
            label="Prune",
            default=True,
            help="Whether questions that do not help on the validation rows are cut away.",
        ),
    ),
    implementation="tree:DecisionTree",
    iterative=True,
    monotone=True,
    default=False,
    aliases=("decision_tree", "decisiontree", "dt", "cart"),
    source="Breiman et al. (1984), Classification and Regression Trees; sklearn.tree",
)
