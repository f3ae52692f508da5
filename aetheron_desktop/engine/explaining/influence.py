"""Which training rows pull most at a weighted sum of features: leverage and Cook's distance (Cook 1977).

With an L2 penalty the hat matrix is that of ridge regression, and the freedom its trace; of an elastic net it is that
of the features which have a weight. The rows are those of the training part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from sklearn.linear_model import ElasticNet, Ridge

from aetheron_desktop.engine.errors import ModelError
from aetheron_desktop.engine.estimators.base import SklearnPredictor
from aetheron_desktop.engine.estimators.feature_maker import made_by
from aetheron_desktop.engine.explaining.fit_words import with_influence_sentences
from aetheron_desktop.engine.explaining.results import Influence, InfluentialRow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.explaining.subject import Subject

    Floats = NDArray[np.float64]

_WIDEST: Final = 4_000
"""Of more features the hat matrix takes minutes."""
_FAR: Final = 4.0
"""A row is looked at from this much over the number of rows on (Bollen and Jackman 1985)."""
_TINY: Final = 1e-12
_FIRST: Final = 0.5
"""This part of the rows that are told are those that pull most; the others stand for the rest."""


class Pull(NamedTuple):
    """Of each row its leverage, studentized residual and distance, (n,) each, and the freedom of all."""

    leverage: Floats
    residual: Floats
    distance: Floats
    freedom: float


def influence(subject: Subject, *, most: int) -> Influence:
    """Tell how much the training rows pull, of ``most`` of them at most.

    Raises:
        ModelError: the model is no weighted sum, was trained elsewhere, or has too many features.
    """
    model, material = _weighted_sum(subject), subject.material
    if material is None:
        raise ModelError(
            "The model was trained elsewhere: what it learned from is not known.", hint="Train one on your own rows."
        )
    part = subject.learned
    features = np.asarray(made_by(subject.pipeline.transformer, subject.pipeline.columns.given(part.table)), np.float64)
    error = np.asarray(part.y, dtype=np.float64) - model.predict(features)
    weight = material.weight(material.parts.train)
    is_used = np.ravel(model.coef_) != 0.0 if isinstance(model, ElasticNet) else np.ones(features.shape[1], dtype=bool)
    if int(is_used.sum()) > _WIDEST:
        raise ModelError(
            f"The model has {int(is_used.sum()):,} features: their hat matrix is too large.",
            hint=f"Up to {_WIDEST:,} can be weighed.",
        )
    found = pull(features[:, is_used], error, _penalty(model, len(error)), weight, has_mean=bool(model.fit_intercept))
    limit = _FAR / len(error)
    shown = _shown(found.distance, most)
    told = Influence(
        model=subject.model,
        version=subject.version,
        rows=len(error),
        freedom=found.freedom,
        limit=limit,
        many=int((found.distance > limit).sum()),
        shown=tuple(
            InfluentialRow(
                int(part.rows[place]),
                float(found.leverage[place]),
                float(found.residual[place]),
                float(found.distance[place]),
            )
            for place in shown
        ),
    )
    return with_influence_sentences(told)


def pull(
    features: Floats, error: Floats, penalty: float, weight: Floats | None = None, *, has_mean: bool = True
) -> Pull:
    """Give how much each row pulls, of ``features`` (n, p) and what was ``error`` (n,) less of what is true.

    ``penalty`` is what the weights' squares are multiplied by; with ``has_mean`` there is an intercept, which is free.
    """
    counts = np.ones(len(error)) if weight is None else weight
    if has_mean:
        features = features - np.average(features, axis=0, weights=counts)
    root = np.sqrt(counts)
    scaled = features * root[:, None]
    strength, ways = np.linalg.eigh(scaled.T @ scaled)
    known = strength > _TINY * max(1.0, float(strength[-1]) if len(strength) else 0.0)
    strength, ways = strength[known], ways[:, known]
    leverage = ((scaled @ ways) ** 2 / (strength + penalty)).sum(axis=1)
    freedom = float((strength / (strength + penalty)).sum())
    if has_mean:
        leverage, freedom = leverage + counts / counts.sum(), freedom + 1.0
    leverage = np.minimum(leverage, 1.0 - _TINY)
    missed = error * root
    variance = float((missed**2).sum()) / max(1.0, len(error) - freedom)
    if variance == 0.0:
        return Pull(leverage, np.zeros(len(error)), np.zeros(len(error)), freedom)
    residual = missed / np.sqrt(variance * (1.0 - leverage))
    return Pull(leverage, residual, residual**2 * leverage / ((1.0 - leverage) * freedom), freedom)


def _weighted_sum(subject: Subject) -> Any:
    predictor = subject.pipeline.predictor
    model = predictor.model if isinstance(predictor, SklearnPredictor) else None
    if not isinstance(model, Ridge | ElasticNet):
        raise ModelError(
            "The model is no weighted sum of its features, and has no leverage.",
            hint="Ridge regression and the elastic net for numbers have one.",
        )
    return model


def _penalty(model: Ridge | ElasticNet, rows: int) -> float:
    if isinstance(model, ElasticNet):
        return float(rows * model.alpha * (1.0 - model.l1_ratio))
    return float(model.alpha)


def _shown(distance: Floats, most: int) -> list[int]:
    """Give the places of the rows that pull most, the most first, and of others evenly among the rest."""
    order = np.argsort(-distance, kind="stable")
    if len(order) <= most:
        return [int(place) for place in order]
    first = int(most * _FIRST)
    rest = order[first:]
    chosen = rest[np.linspace(0, len(rest) - 1, most - first).astype(np.int64)]
    return [int(place) for place in (*order[:first], *chosen)]
