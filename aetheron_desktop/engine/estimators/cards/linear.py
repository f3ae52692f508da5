"""The baseline, and weighted sums of the features."""

from __future__ import annotations

from typing import Final

from aetheron_desktop.engine.estimators.cards.card import ANY, CLASSIFICATION, Card
from aetheron_desktop.engine.params import Bool, Float, Int

DUMMY: Final = Card(
    id="dummy",
    name="Baseline",
    family="baseline",
    summary="Ignores the features: the most frequent class, or the mean. A model must beat it to be worth anything.",
    good_at="Telling whether there is anything to learn.",
    tasks=ANY,
    parameters=(),
    implementation="linear:Dummy",
    iterative=False,
    aliases=("constant",),
    source="sklearn.dummy",
)

LOGISTIC: Final = Card(
    id="logistic",
    name="Logistic regression",
    family="linear",
    summary="A weighted sum of the features, turned into probabilities.",
    good_at="Few rows, effects that add up, and answers that must be explained.",
    tasks=CLASSIFICATION,
    parameters=(
        Float(
            name="C",
            label="Inverse regularization",
            default=1.0,
            low=1e-4,
            high=1e4,
            log=True,
            help="Smaller values keep the weights smaller, which helps when there are few rows.",
        ),
        Int(
            name="max_iter",
            label="Iterations",
            default=300,
            low=1,
            high=10_000,
            log=True,
            help="The most steps of the solver (L-BFGS); it ends earlier when nothing is gained.",
        ),
        Bool(
            name="fit_intercept",
            label="Intercept",
            default=True,
            advanced=True,
            help="Whether the sum may start from a constant.",
        ),
    ),
    implementation="linear:Logistic",
    iterative=True,
    aliases=("logistic_regression", "logreg"),
    source="sklearn.linear_model.LogisticRegression",
)

RIDGE: Final = Card(
    id="ridge",
    name="Ridge regression",
    family="linear",
    summary="A weighted sum of the features with small weights.",
    good_at="Few rows, effects that add up, and answers that must be explained.",
    tasks=("regression",),
    parameters=(
        Float(
            name="alpha",
            label="Regularization",
            default=1.0,
            low=1e-6,
            high=1e6,
            log=True,
            help="Larger values keep the weights smaller, which helps when there are few rows.",
        ),
        Bool(
            name="fit_intercept",
            label="Intercept",
            default=True,
            advanced=True,
            help="Whether the sum may start from a constant.",
        ),
    ),
    implementation="linear:RidgeRegression",
    iterative=False,
    aliases=("ridge_regression", "linear_regression"),
    source="sklearn.linear_model.Ridge",
)
