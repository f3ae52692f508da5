"""Rows, and what an estimator is told besides them."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Rows(NamedTuple):
    """Rows to learn from or to choose by: features, target, and what each row counts."""

    X: np.ndarray
    y: np.ndarray
    weight: np.ndarray | None


class Setting(NamedTuple):
    """The parameters, how many classes there are (0 for values), and where codes of categories stand.

    With the features at the places of ``directions``, what is predicted only rises (1) or only falls (-1). A network is
    told where ``numbers`` of the table stand, and, where its fit was cut short, its ``end``: the step, and whether what
    that step gave was still kept. ``quantiles`` are those that are asked for, where an estimator tells quantiles.
    """

    params: dict[str, Any]
    classes: int
    seed: int
    threads: int
    codes: tuple[int, ...]
    directions: tuple[tuple[int, int], ...] = ()
    numbers: range = range(0)
    end: tuple[int, bool] | None = None
    quantiles: tuple[float, ...] = ()


Predict = Callable[[np.ndarray], np.ndarray]


def signs(rows: Rows, setting: Setting) -> list[int] | None:
    """Give the direction of each feature, 0 where it has none; None where none has."""
    known = dict(setting.directions)
    return [known.get(place, 0) for place in range(rows.X.shape[1])] if known else None


def asked(model: Any) -> Predict:
    """Give what asks a model of scikit-learn: for probabilities, or for values."""
    ask: Predict = model.predict_proba if hasattr(model, "predict_proba") else model.predict
    return ask


def loss_of(rows: Rows, predicted: np.ndarray, classes: int) -> float:
    """Give the log loss, or the RMSE."""
    if not classes:
        return float(np.sqrt(np.average((predicted - rows.y) ** 2, weights=rows.weight)))
    true = predicted[np.arange(len(rows.y)), rows.y]
    return float(np.average(-np.log(np.clip(true, np.finfo(np.float64).eps, 1.0)), weights=rows.weight))


def drawn(rows: Rows, count: int, seed: int) -> Rows:
    """Give at most so many of the rows, drawn at random."""
    if len(rows.y) <= count:
        return rows
    chosen = np.sort(np.random.default_rng(seed).choice(len(rows.y), count, replace=False))
    return Rows(rows.X[chosen], rows.y[chosen], None if rows.weight is None else rows.weight[chosen])
