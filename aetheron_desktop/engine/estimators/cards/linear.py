"""The baseline, and weighted sums of the features."""

from __future__ import annotations

from typing import Final

from aetheron_desktop.engine.estimators.cards.card import ANY, CLASSIFICATION, REGRESSION, Card
from aetheron_desktop.engine.params import Bool, Float, Int

_INTERCEPT: Final = Bool(
    name="fit_intercept",
    label="Intercept",
    default=True,
    advanced=True,
    help="Whether the sum may start from a constant.",
)

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
    monotone=True,
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
        _INTERCEPT,
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
        _INTERCEPT,
    ),
    implementation="linear:RidgeRegression",
    iterative=False,
    aliases=("ridge_regression", "linear_regression"),
    source="sklearn.linear_model.Ridge",
)

ELASTIC_NET: Final = Card(
    id="elastic_net",
    name="Elastic net",
    family="linear",
    summary="A weighted sum of few features: those that do not help get no weight, and the validation rows say which.",
    good_at="Many columns of which few matter, and columns that say nearly the same.",
    tasks=ANY,
    parameters=(
        Float(
            name="l1_ratio",
            label="Sparsity",
            default=0.5,
            low=0.01,
            high=1.0,
            help="1 is the lasso, which keeps the fewest features; smaller keeps all of those that say the same.",
        ),
        Int(
            name="n_alphas",
            label="Strengths",
            default=50,
            low=2,
            high=500,
            log=True,
            help="How many strengths of the regularization are tried, the strongest first.",
        ),
        Float(
            name="eps",
            label="Weakest strength",
            default=1e-4,
            low=1e-8,
            high=0.5,
            log=True,
            advanced=True,
            help="The weakest strength as a share of the strongest, which leaves no weight at all.",
        ),
        Int(
            name="patience",
            label="Patience",
            default=8,
            low=1,
            high=500,
            log=True,
            unit="strengths",
            help="It stops when the validation loss has not improved for so many strengths, and keeps the best.",
        ),
    ),
    implementation="elastic_net:ElasticNet",
    iterative=True,
    default=False,
    aliases=("elasticnet", "lasso", "enet", "glmnet"),
    source="Zou and Hastie (2005), Regularization and Variable Selection; Friedman, Hastie, Tibshirani (2010)",
)

QUANTILE: Final = Card(
    id="quantile",
    name="Quantile regression",
    family="linear",
    summary="Three weighted sums of the features: the median, and the limits that most of the rows lie between.",
    good_at="Limits that are wide where the rows scatter, effects that add up, and targets with outliers.",
    tasks=REGRESSION,
    parameters=(
        Float(
            name="alpha",
            label="Regularization",
            default=1e-3,
            low=1e-8,
            high=1e2,
            log=True,
            help="Larger values keep the weights smaller, which helps when there are few rows.",
        ),
        Int(
            name="max_iter",
            label="Iterations",
            default=1_000,
            low=1,
            high=20_000,
            log=True,
            advanced=True,
            help="The most steps of the solver, which ends by itself when nothing is gained.",
        ),
    ),
    implementation="quantile:QuantileRegression",
    iterative=True,
    default=False,
    aliases=("quantile_regression", "quantile_regressor", "quantreg"),
    source="Koenker and Bassett (1978), Regression Quantiles; sklearn.linear_model.QuantileRegressor",
)
