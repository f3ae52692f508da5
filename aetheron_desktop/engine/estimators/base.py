"""What every estimator promises.

The constructor stores; ``fit`` learns in steps and keeps in ``fitted`` the best predictor so far, complete at any
moment, so that another thread may take it while the next step is inside C code. One seed gives one model. The input is
not changed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

from aetheron_desktop.engine.estimators.few_rows import mean_of_trees, sums_of_rounds
from aetheron_desktop.engine.estimators.limits import LEVEL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.estimators.treatments import Style
    from aetheron_desktop.engine.params import Value

    Judged = tuple["Rows", NDArray[np.float64]]
    """Rows, and what is predicted for them."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows to learn from or to be judged by.

    ``X`` is (n, features), float; ``y`` is (n,): class indices as int64, or values as float64; ``weight`` is (n,).
    """

    X: NDArray[Any]
    y: NDArray[Any]
    weight: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.y)

    def head(self, count: int, seed: int = 0) -> Rows:
        """Give at most ``count`` of the rows, drawn at random."""
        if len(self) <= count:
            return self
        chosen = np.sort(np.random.default_rng(seed).choice(len(self), count, replace=False))
        return Rows(self.X[chosen], self.y[chosen], None if self.weight is None else self.weight[chosen])


@dataclass(frozen=True, slots=True)
class Recipe:
    """What an estimator is made from; ``classes`` is 0 for regression."""

    task: Task
    classes: int
    params: dict[str, Value]
    seed: int
    threads: int = 1
    categorical: tuple[int, ...] = ()
    """The positions of the features that are codes of categories."""
    numbers: range = range(0)
    """The positions of the features that are numbers of the table."""
    level: float = LEVEL
    """Of regression: which share of rows shall lie between the limits of a prediction."""
    monotone: tuple[tuple[int, int], ...] = ()
    """The positions of features with which the prediction only rises (1) or falls (-1)."""

    def directions(self, width: int) -> list[int] | None:
        """Give 1, -1 or 0 for each of ``width`` features; None where none has a direction."""
        if not self.monotone:
            return None
        signs = dict(self.monotone)
        return [signs.get(place, 0) for place in range(width)]

    def number(self, name: str) -> Any:
        """Give a parameter that is a number, or None."""
        return self.params[name]


class Predictor(Protocol):
    """Something fitted; never changed."""

    def predict(self, X: NDArray[Any]) -> NDArray[np.float64]:
        """Give (n, classes) probabilities, or (n,) values, of ``X`` (n, features)."""


class FitEnded(Exception):  # a signal, not an error
    """By raising it a :class:`Progress` ends a fit with the best so far; an estimator lets it through."""


class Progress(Protocol):
    """How a fit speaks; each call may end it by raising, which the estimator lets through."""

    def step(self, number: int, total: int | None, train: Judged | None, valid: Judged | None) -> float:
        """Tell that step ``number`` of ``total`` is complete, with what is predicted now; give the validation loss."""

    def tick(self, number: int, total: int | None) -> None:
        """Tell that step ``number`` of ``total`` is complete, without points of the curves."""

    def batch(self, number: int, total: int | None, loss: float) -> None:
        """Tell the loss of mini-batches up to ``number``, counted as the steps are."""

    def work(self, done: float, total: float) -> None:
        """Tell before a step or a tick how much is done and to be done, in any unit, where steps are unlike."""

    def stage(self, name: str) -> None:
        """Name what the steps from now on do, for people; ``fit`` until then."""

    def say(self, text: str) -> None:
        """Tell a decision that people should know of."""

    def checkpoint(self, write: Callable[[Path], None]) -> None:
        """Offer to write all that the fit needs to go on from here into an empty folder.

        It is taken up every few seconds.
        """

    def restored(self) -> Path | None:
        """Give the folder that :meth:`checkpoint` filled last before the fit was cut short; None to begin anew.

        A fit that goes on from there ends with the same model, to the bit, as one that was never cut short.
        """


class Estimator(ABC):
    """A recipe that can be fitted; see the module for its promises."""

    is_alone: ClassVar[bool] = False
    """Whether a fit uses what the process has once, like torch's random numbers: one at a time, then."""
    style: Style = "tree"
    """How features are prepared: ``linear`` scaled and one-hot, ``tree`` as codes, ``filled`` as codes without gaps,
    ``network`` by quantiles, ``embedded`` by quantiles and as codes."""
    directed_style: ClassVar[Style | None] = None
    """How they are prepared where predictions have directions; None as otherwise."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.fitted: Predictor | None = None

    @abstractmethod
    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``."""


_BLOCK = 1_024


@dataclass(frozen=True, slots=True)
class SklearnPredictor:
    """A fitted scikit-learn estimator."""

    model: Any

    def predict(self, X: NDArray[Any]) -> NDArray[np.float64]:
        """Give (n, classes) probabilities, or (n,) values."""
        return in_blocks(self._predict, X) if hasattr(self.model, "coef_") else self._predict(X)

    def _predict(self, X: NDArray[Any]) -> NDArray[np.float64]:
        few = self._of_few(X)
        if few is not None:
            return few
        raw = self.model.predict_proba(X) if hasattr(self.model, "classes_") else self.model.predict(X)
        made: NDArray[np.float64] = raw.astype("float64", copy=False)
        return made

    def _of_few(self, X: NDArray[Any]) -> NDArray[np.float64] | None:
        """Give what many trees say of a few rows; None where scikit-learn is asked."""
        is_class = hasattr(self.model, "classes_")
        made: NDArray[np.float64] | None = None
        if hasattr(self.model, "_predictors"):
            if (raw := sums_of_rounds(self.model, X)) is not None:
                loss = self.model._loss
                made = loss.predict_proba(raw) if is_class else loss.link.inverse(raw.ravel())
        elif hasattr(self.model, "estimators_") and (made := mean_of_trees(self.model, X)) is not None and not is_class:
            made = made[:, 0]
        return made


def in_blocks(
    ask: Callable[[NDArray[np.float64]], NDArray[np.float64]], X: NDArray[Any], rows: int = _BLOCK
) -> NDArray[np.float64]:
    """Give what ``ask`` tells of ``X`` (n, features), asked for blocks of so many ``rows``.

    A product of matrices rounds differently for different numbers of rows. In blocks of one size, the last one filled
    up, the bits of a row do not depend on how many come with it.
    """
    parts = []
    for start in range(0, max(1, len(X)), rows):
        block = np.zeros((rows, X.shape[1]))
        count = min(rows, len(X) - start)
        block[:count] = X[start : start + count]
        parts.append(ask(block)[:count])
    return np.concatenate(parts)
