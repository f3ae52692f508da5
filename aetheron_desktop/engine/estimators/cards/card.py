"""What a card has."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.datasets.schema import Task
from aetheron_desktop.engine.params import Parameter

CLASSIFICATION: Final[tuple[Task, ...]] = ("binary", "multiclass")
REGRESSION: Final[tuple[Task, ...]] = ("regression",)
ANY: Final[tuple[Task, ...]] = (*CLASSIFICATION, *REGRESSION)

Family: TypeAlias = Literal[
    "ensemble", "baseline", "linear", "neighbours", "bayes", "kernel", "trees", "boosting", "neural"
]


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an estimator without importing it.

    ``summary`` says what it does and ``good_at`` when to take it, a sentence or two each; ``source`` is the paper or
    the class of a library that it follows.

    An ``ensemble`` trains other estimators and puts them together; the others have an ``implementation``, which is
    ``module:Class`` below :mod:`aetheron_desktop.engine.estimators`. ``iterative`` says that it reports a curve while
    it fits; ``default`` that it is trained when nothing is chosen. ``aliases`` are names that other libraries have for
    it. ``libraries`` are the modules that it needs beside those that every training has. ``monotone`` says that it can
    keep to directions: that a prediction only rises, or falls, with a column.
    """

    id: str
    name: str
    family: Family
    summary: str
    good_at: str
    tasks: tuple[Task, ...]
    parameters: tuple[Parameter, ...]
    implementation: str = ""
    iterative: bool
    default: bool = True
    aliases: tuple[str, ...] = ()
    source: str = ""
    libraries: tuple[str, ...] = ()
    ensemble: bool = False
    monotone: bool = False


_EARLY: Final = frozenset({"patience", "max_iter"})
"""Parameters of estimators that end when nothing is gained any more."""


def may_end_early(card: Card) -> bool:
    """Whether a fit may be done before all of its steps are."""
    return any(parameter.name in _EARLY for parameter in card.parameters)
