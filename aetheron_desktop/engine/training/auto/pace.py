"""How long the fits of an ensemble take: by what was measured elsewhere, and by those that were done on this table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.training.auto.portfolio import COST, SLOW
from aetheron_desktop.engine.training.forecast import forecast

if TYPE_CHECKING:
    from aetheron_desktop.engine.training.candidate import Candidate
    from aetheron_desktop.engine.training.forecast import Size

_USUAL: Final = {
    "logistic": 0.01,
    "elastic_net": 0.5,
    "quantile": 0.05,
    "lightgbm": 0.17,
    "xgboost": 0.12,
    "boosting": 0.16,
    "quantile_boosting": 0.17,
    "catboost": 0.4,
    "glass_box": 0.3,
    "network": 0.45,
    "resnet": 0.45,
    "tabm": 0.45,
    "ft_transformer": 0.45,
}
"""The share of the most that a fit takes until it sees no gain any more; what has no such end takes all."""


class Pace:
    """Takes in how long fits took; says how long others will. ``size`` is that of what each fit learns from."""

    def __init__(self, size: Size) -> None:
        self._size = size
        self._seconds: dict[str, float] = {}
        self._taken: dict[str, tuple[float, float]] = {}

    def took(self, candidate: Candidate, seconds: float, fits: int) -> None:
        """Take in that so many ``fits`` took ``seconds`` together."""
        self._seconds[candidate.estimator] = seconds
        if (usual := self._usual(candidate)) is not None:
            self._taken[candidate.estimator] = seconds, fits * usual

    def listed(self, candidate: Candidate) -> float | None:
        """Give how long all its fits take by the list of the portfolio; None before any were done."""
        known = self._seconds.get(candidate.estimator)
        if known is None and self._seconds:
            # What one was slower than the list says, the others will be, too.
            scale = float(np.median([took / COST.get(name, SLOW) for name, took in self._seconds.items()]))
            known = scale * COST.get(candidate.estimator, SLOW)
        return known

    def each(self, candidate: Candidate) -> float:
        """Give how long one of its fits takes: as long as forecast, times what others took longer than that."""
        usual = self._usual(candidate)
        if usual is None:
            return 0.0
        # Of the estimator itself where it was seen; else long fits tell more than short ones, which hardly learn.
        own = self._taken.get(candidate.estimator)
        seen = [own] if own else list(self._taken.values())
        told = sum(forecast_s for _, forecast_s in seen)
        return usual * (sum(took_s for took_s, _ in seen) / told if told else 1.0)

    def _usual(self, candidate: Candidate) -> float | None:
        told = forecast(candidate.card, self._size, candidate.params)
        return None if told is None else told.seconds * _USUAL.get(candidate.estimator, 1.0)
