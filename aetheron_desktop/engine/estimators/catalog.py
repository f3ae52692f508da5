"""What can be trained, as data: no library is imported to read it.

A new estimator is one class that keeps the promises of :mod:`aetheron_desktop.engine.estimators.base`, and one card.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final

import msgspec

from aetheron_desktop.engine.datasets.schema import Task
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.params import Bool, Choice, Float, Int, Parameter

_CLASSIFICATION: Final = ("binary", "multiclass")
_ANY: Final = ("binary", "multiclass", "regression")


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an estimator without importing it.

    ``implementation`` is ``module:Class`` below :mod:`aetheron_desktop.engine.estimators`. ``iterative`` says that it
    reports a curve while it fits; ``default`` that it is trained when nothing is chosen. ``aliases`` are names that
    other libraries have for it.
    """

    id: str
    name: str
    summary: str
    tasks: tuple[Task, ...]
    parameters: tuple[Parameter, ...]
    implementation: str
    iterative: bool
    default: bool = True
    aliases: tuple[str, ...] = ()


DUMMY: Final = Card(
    id="dummy",
    name="Baseline",
    summary="Ignores the features: the most frequent class, or the mean. A model must beat it to be worth anything.",
    tasks=_ANY,
    parameters=(),
    implementation="linear:Dummy",
    iterative=False,
    aliases=("constant",),
)

LOGISTIC: Final = Card(
    id="logistic",
    name="Logistic regression",
    summary="A weighted sum of the features. Fast, and easy to explain; strong when effects add up.",
    tasks=_CLASSIFICATION,
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
)

RIDGE: Final = Card(
    id="ridge",
    name="Ridge regression",
    summary="A weighted sum of the features with small weights. Fast, and easy to explain.",
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
)

FOREST: Final = Card(
    id="forest",
    name="Random forest",
    summary="The mean of many decision trees, each grown on a random part. Robust with little tuning.",
    tasks=_ANY,
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
)

BOOSTING: Final = Card(
    id="boosting",
    name="Gradient boosting",
    summary="Trees that each mend the errors of those before, on binned numbers. Often the best on tables.",
    tasks=_ANY,
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
)

NETWORK: Final = Card(
    id="network",
    name="Neural network",
    summary="Layers of weighted sums, learned in small batches with PyTorch. Good with many rows and smooth effects.",
    tasks=_ANY,
    parameters=(
        Int(
            name="epochs",
            label="Epochs",
            default=100,
            low=1,
            high=2_000,
            log=True,
            help="How often all rows are seen at most; early stopping usually ends it sooner.",
        ),
        Int(
            name="batch_size",
            label="Batch size",
            default=256,
            low=1,
            high=8_192,
            log=True,
            unit="rows",
            help="How many rows are seen before the weights move.",
        ),
        Float(
            name="learning_rate",
            label="Learning rate",
            default=2e-3,
            low=1e-6,
            high=1.0,
            log=True,
            help="How far the weights move in each step (AdamW).",
        ),
        Int(
            name="hidden_size",
            label="Layer width",
            default=192,
            low=1,
            high=2_048,
            log=True,
            unit="units",
            help="How many units each hidden layer has.",
        ),
        Int(name="layers", label="Hidden layers", default=2, low=1, high=8, help="How many hidden layers there are."),
        Float(
            name="dropout",
            label="Dropout",
            default=0.1,
            low=0.0,
            high=0.9,
            help="The share of units that is left out at random in each step, against learning by heart.",
        ),
        Float(
            name="weight_decay",
            label="Weight decay",
            default=1e-4,
            low=0.0,
            high=1.0,
            advanced=True,
            help="Pulls the weights towards zero in each step.",
        ),
        Bool(
            name="embed_numbers",
            label="Embed numbers",
            default=True,
            help="Whether each number is first turned into a learned vector: often better, and slower.",
        ),
        Int(
            name="patience",
            label="Patience",
            default=16,
            low=1,
            high=500,
            log=True,
            unit="epochs",
            help="It stops when the validation loss has not improved for so many epochs, and keeps the best.",
        ),
        Choice(
            name="device",
            label="Device",
            default="auto",
            options=("auto", "cpu", "cuda", "mps"),
            labels=("Best there is", "Processor", "NVIDIA GPU", "Apple GPU"),
            advanced=True,
            help="Where the network is trained; a run is repeatable to the bit on the processor only.",
        ),
    ),
    implementation="neural:Network",
    iterative=True,
    aliases=("neural_network", "mlp", "nn", "torch"),
)

ALL: Final[tuple[Card, ...]] = (DUMMY, LOGISTIC, RIDGE, FOREST, BOOSTING, NETWORK)


def name_of(id: str) -> str:
    """Give what people call the estimator of this id; the id itself of one that is not in the catalog."""
    return next((card.name for card in ALL if card.id == id), id)


def card(id: str) -> Card:
    """Give the card of this id, name or alias, whatever its case and separators.

    Raises:
        UsageError: there is none; the words offer what comes close.
    """
    known = {_key(name): card for card in ALL for name in (card.id, card.name, *card.aliases)}
    found = known.get(_key(id))
    if found is None:
        near = dict.fromkeys(known[name].id for name in get_close_matches(_key(id), known, n=3))
        hint = f"Did you mean {' or '.join(near)}? " if near else ""
        raise UsageError(f"There is no estimator {id!r}.", hint=f"{hint}There are: {', '.join(c.id for c in ALL)}.")
    return found


def _key(name: str) -> str:
    return name.strip().casefold().replace(" ", "_").replace("-", "_")


def for_task(task: Task) -> tuple[Card, ...]:
    """Give the cards that can do ``task``, the baseline first."""
    return tuple(card for card in ALL if task in card.tasks)


def defaults_for(task: Task) -> tuple[Card, ...]:
    """Give what is trained when nothing is chosen, the baseline first."""
    return tuple(card for card in for_task(task) if card.default)
