"""Many estimators, each fitted on all folds."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from aetheron_desktop.engine.training.script.pieces.rows import Predict, Rows, Setting


class View(NamedTuple):
    """What makes features of training rows, and what an estimator is told of them, as :class:`Setting` has it."""

    features: Callable[[pd.DataFrame], Any]
    codes: int = 0
    numbers: range = range(0)
    directions: tuple[tuple[int, int], ...] = ()


class Member(NamedTuple):
    """An estimator with its parameters, what it counts, and a view for each fold.

    ``folds`` are those it is fitted on. Fits that the clock cut short end at the same step: ``changed`` has what that
    changes in the parameters, or ``ends`` the end, by fold.
    """

    fit: Callable[[Rows, Rows, Setting], Predict]
    params: dict[str, Any]
    weight: float
    views: tuple[View, ...]
    folds: tuple[int, ...]
    changed: dict[int, dict[str, Any]] = {}  # noqa: RUF012 - nobody writes to it
    ends: dict[int, tuple[int, bool]] = {}  # noqa: RUF012 - nobody writes to it


class Table(NamedTuple):
    """The columns of all rows, their target, and what each row counts."""

    frame: pd.DataFrame
    y: np.ndarray
    weight: np.ndarray | None

    def rows(self, features: np.ndarray, places: np.ndarray) -> Rows:
        """Give rows with their features."""
        return Rows(features, self.y[places], None if self.weight is None else self.weight[places])


def said_by(
    member: Member, table: Table, folds: list[tuple[np.ndarray, np.ndarray]], test: np.ndarray, setting: Setting
) -> np.ndarray:
    """Give the mean of what the fits of a member say of the test rows."""
    told = []
    for number in member.folds:
        learned, judged = folds[number]
        view = member.views[number]
        features = view.features(table.frame.iloc[learned])
        made = [
            features.fit_transform(table.frame.iloc[learned], table.y[learned]),
            *(features.transform(table.frame.iloc[part]) for part in (judged, test)),
        ]
        X = [np.ascontiguousarray(part, dtype=np.float64) for part in made]
        here = setting._replace(
            params=member.params | member.changed.get(number, {}),
            seed=(setting.seed + number) % 2**32,
            codes=tuple(range(view.codes)),
            numbers=view.numbers,
            directions=view.directions,
            end=member.ends.get(number),
        )
        predict = member.fit(table.rows(X[0], learned), table.rows(X[1], judged), here)
        told.append(predict(X[2]))
    mean: np.ndarray = np.mean(told, axis=0)
    return mean


def together(said: list[np.ndarray], weights: list[float], offsets: tuple[float, ...], warmth: float) -> np.ndarray:
    """Give the weighted mean of what members say, probabilities brought to a temperature, ``warmth``.

    With ``offsets`` a second layer puts them together: values are summed up, of probabilities the logarithms.
    """
    is_class = said[0].ndim == 2
    if offsets and is_class:
        raw = sum(weight * np.log(np.clip(one, 1e-4, 1.0)) for one, weight in zip(said, weights, strict=True))
        raw = np.exp(raw + np.array(offsets) - (raw + np.array(offsets)).max(axis=1, keepdims=True))
        return np.asarray(raw / raw.sum(axis=1, keepdims=True))
    mean = np.asarray(sum(weight * one for one, weight in zip(said, weights, strict=True)))
    if offsets:
        return mean + offsets[0]
    if not is_class or warmth == 1.0:
        return mean
    made = np.clip(mean, np.finfo(np.float64).eps, 1.0) ** (1.0 / warmth)
    return np.asarray(made / made.sum(axis=1, keepdims=True))
