"""What ``auto`` tries, in the order of what is known to work on tables; data alone.

The order is that of published comparisons of tuned models on many tables (Erickson et al. 2025, TabArena; Gorishniy et
al. 2025, TabM), measured again on the tables of the benchmarks: one good setting of each family first, as what the
families do wrong differs and their mean is better than the best of them; then further settings of the strongest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.params import Float, Int, Value, check_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.estimators.cards.card import Card


class Candidate(msgspec.Struct, frozen=True):
    """An estimator with parameters; ``changed`` are those that are not the card's defaults."""

    estimator: str
    changed: dict[str, Value]

    @property
    def card(self) -> Card:
        """The card of the estimator."""
        return catalog.card(self.estimator)

    @property
    def params(self) -> dict[str, Value]:
        """All parameters."""
        card = self.card
        return check_all(card.parameters, dict(self.changed), owner=card.name)

    @property
    def title(self) -> str:
        """What it is called among the others."""
        labels = {parameter.name: parameter.label for parameter in self.card.parameters}
        words = ", ".join(
            f"{labels[name].lower()} {value:g}" if isinstance(value, float) else f"{labels[name].lower()} {value}"
            for name, value in self.changed.items()
        )
        return f"{self.card.name} ({words})" if words else self.card.name


COST: Final = {
    "dummy": 0.01,
    "ridge": 0.2,
    "logistic": 0.5,
    "forest": 1.5,
    "boosting": 1.0,
    "network": 6.0,
}
"""How long a fit takes, as a multiple of gradient boosting's, until one has been seen on the table."""
SLOW: Final = 3.0
"""What is not in the list."""

_FIRST: Final[tuple[Candidate, ...]] = (
    Candidate("boosting", {}),
    Candidate("logistic", {}),
    Candidate("ridge", {}),
    Candidate("forest", {"n_estimators": 300}),
    Candidate("boosting", {"learning_rate": 0.04, "max_leaf_nodes": 15, "min_samples_leaf": 10, "max_iter": 2000}),
    Candidate("network", {}),
    Candidate("boosting", {"learning_rate": 0.03, "max_leaf_nodes": 63, "l2_regularization": 5.0, "max_iter": 2000}),
    Candidate("network", {"hidden_size": 384, "layers": 3, "dropout": 0.2, "learning_rate": 1e-3}),
    Candidate("logistic", {"C": 0.05}),
    Candidate("forest", {"n_estimators": 300, "max_features": 0.5, "min_samples_leaf": 3}),
)
_VARIED: Final[dict[str, dict[str, tuple[float, float]]]] = {
    "boosting": {
        "learning_rate": (0.015, 0.1),
        "max_leaf_nodes": (6, 128),
        "min_samples_leaf": (3, 60),
        "l2_regularization": (1e-3, 20.0),
    },
    "network": {
        "learning_rate": (4e-4, 4e-3),
        "hidden_size": (96, 512),
        "layers": (1, 4),
        "dropout": (0.01, 0.5),
        "weight_decay": (1e-5, 1e-1),
    },
}
"""Between which values further settings are drawn, on the logarithm's scale."""


def portfolio(task: Task, seed: int) -> Iterator[Candidate]:
    """Give what to try for ``task``, the best known first, without an end."""
    for candidate in _FIRST:
        if any(candidate.estimator == card.id for card in catalog.ALL) and task in candidate.card.tasks:
            yield candidate
    rng = np.random.default_rng(seed)
    families = [id_ for id_ in _VARIED if any(id_ == card.id for card in catalog.ALL)]
    while True:
        for id_ in families:
            yield Candidate(id_, _drawn(id_, rng))


def _drawn(estimator: str, rng: np.random.Generator) -> dict[str, Value]:
    card = catalog.card(estimator)
    made: dict[str, Value] = {}
    for parameter in card.parameters:
        if parameter.name in _VARIED[estimator] and isinstance(parameter, Int | Float):
            low, high = _VARIED[estimator][parameter.name]
            value = float(np.exp(rng.uniform(np.log(low), np.log(high))))
            made[parameter.name] = round(value) if isinstance(parameter, Int) else float(f"{value:.3g}")
    return made
