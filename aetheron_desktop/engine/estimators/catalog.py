"""What can be trained, as data: no library is imported to read it.

A new estimator is one class that keeps the promises of :mod:`aetheron_desktop.engine.estimators.base`, and one card.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.estimators.cards import auto, boosters, boosting, linear, neural, similar, trees

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.estimators.cards.card import Card

ALL: Final[tuple[Card, ...]] = (
    auto.AUTO,
    linear.DUMMY,
    linear.LOGISTIC,
    linear.RIDGE,
    linear.ELASTIC_NET,
    linear.QUANTILE,
    similar.NAIVE_BAYES,
    similar.NEIGHBOURS,
    similar.SUPPORT_VECTORS,
    trees.TREE,
    trees.FOREST,
    trees.EXTRA_TREES,
    boosting.BOOSTING,
    boosting.GLASS_BOX,
    boosters.LIGHTGBM,
    boosters.XGBOOST,
    boosters.QUANTILE_BOOSTING,
    boosters.CATBOOST,
    neural.NETWORK,
    neural.TABM,
    neural.RESNET,
    neural.FT_TRANSFORMER,
)


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
