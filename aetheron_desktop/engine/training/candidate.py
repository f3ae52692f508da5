"""What ``auto`` may try: an estimator with parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.params import Value, check_all

if TYPE_CHECKING:
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
