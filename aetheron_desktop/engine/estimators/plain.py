"""Predictors that are arrays of numbers and nothing else: so they are stored, and looked at when they are opened."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

import numpy as np
from scipy.sparse import csr_array
from scipy.special import expit, softmax

from aetheron_desktop.engine.estimators.base import in_blocks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from numpy.typing import NDArray
    from sklearn.neighbors import NearestNeighbors

    Floats: TypeAlias = NDArray[np.float64]

_KERNEL_BLOCK: Final = 64
_NEAREST_BLOCK: Final = 128
"""A single row takes as long as a block: small ones, then, which cost many rows little."""
_TIED_BLOCK: Final = 64
NEAR: Final = 1e-9
"""Distances that differ by less, as a share of the row's own length, are the same one, rounded otherwise."""


@dataclass(frozen=True, slots=True, eq=False)
class PlainPredictor(ABC):
    """Its fields are arrays, or None; a subclass says what suits."""

    kind: ClassVar[str]
    """Under which name it is stored."""

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Give the arrays by name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def made_of(cls, arrays: Mapping[str, Any], classes: int) -> Self:
        """Give the predictor of these arrays.

        Raises:
            ValueError: they are not those that one with so many classes (0 for regression) has, or hold no numbers.
        """
        names = {one.name for one in fields(cls)}
        if arrays.keys() != names:
            raise ValueError(f"it has {sorted(arrays)}, not {sorted(names)}")
        for name, values in arrays.items():
            if type(values) is not np.ndarray or values.dtype not in {np.dtype(np.float64), np.dtype(np.int64)}:
                raise ValueError(f"it has no array of numbers as {name}")
            if not np.isfinite(values).all():
                raise ValueError(f"it holds what is no number in {name}")
        made = cls(**arrays)
        made.check(classes)
        return made

    @abstractmethod
    def check(self, classes: int) -> None:
        """Refuse arrays that do not suit each other.

        Raises:
            ValueError: they do not.
        """

    @abstractmethod
    def predict(self, X: NDArray[Any]) -> Floats:
        """Give (n, classes) probabilities, or (n,) values, of ``X`` (n, features)."""


def _require(is_so: bool, what: str) -> None:
    if not is_so:
        raise ValueError(what)


@dataclass(frozen=True, slots=True, eq=False)
class SumsPredictor(PlainPredictor):
    """Classes by sums over the features and their squares: ``bias`` (classes,), the others (features, classes)."""

    kind: ClassVar[str] = "sums"
    bias: Floats
    linear: Floats
    square: Floats

    def check(self, classes: int) -> None:
        _require(classes >= 2 and self.bias.shape == (classes,), "it has other classes")
        _require(self.linear.ndim == 2 and self.linear.shape[1] == classes, "its weights are of other classes")
        _require(self.square.shape == self.linear.shape, "its weights do not suit each other")

    def predict(self, X: NDArray[Any]) -> Floats:
        return in_blocks(self._block, X)

    def _block(self, X: Floats) -> Floats:
        made: Floats = softmax(self.bias + X @ self.linear + X**2 @ self.square, axis=1)
        return made


@dataclass(frozen=True, slots=True, eq=False)
class KernelPredictor(PlainPredictor):
    """Sums of a Gaussian kernel around ``support`` (m, features), ``dual`` (m, outputs), and ``intercept`` (outputs,).

    ``gamma`` (1,) is one over twice the kernel's variance. Two classes have one output, more have one each.
    """

    kind: ClassVar[str] = "kernel"
    support: Floats
    dual: Floats
    intercept: Floats
    gamma: Floats

    def check(self, classes: int) -> None:
        _require(not classes, "it gives values, not classes")
        self.suit(1)

    def suit(self, outputs: int) -> None:
        """Refuse arrays that are not those of so many ``outputs``."""
        _require(self.support.ndim == 2 and len(self.support) > 0, "it has no rows")
        _require(self.dual.shape == (len(self.support), outputs), "its weights are not those of its rows")
        _require(self.intercept.shape == (outputs,), "it has other outputs")
        _require(self.gamma.shape == (1,) and float(self.gamma[0]) > 0.0, "its kernel is none")

    def predict(self, X: NDArray[Any]) -> Floats:
        raw = in_blocks(self.raw, X, _KERNEL_BLOCK)
        return raw[:, 0] if self.dual.shape[1] == 1 else raw

    def raw(self, X: Floats) -> Floats:
        """Give (n, outputs) sums."""
        return kernel(X, self.support, float(self.gamma[0])) @ self.dual + self.intercept


@dataclass(frozen=True, slots=True, eq=False)
class KernelClassesPredictor(KernelPredictor):
    """The same for classes, whose probabilities the sums stand for."""

    kind: ClassVar[str] = "kernel_classes"

    def check(self, classes: int) -> None:
        _require(classes >= 2, "it has no classes")
        self.suit(classes if classes > 2 else 1)

    def predict(self, X: NDArray[Any]) -> Floats:
        return chances(in_blocks(self.raw, X, _KERNEL_BLOCK))


@dataclass(frozen=True, slots=True, eq=False)
class NearestPredictor(PlainPredictor):
    """The mean of the ``count`` (1,) nearest of ``rows`` (m, features), as ``answers`` (m,) and ``weight`` (m,).

    The answers are values, or the classes' numbers: then ``prior`` (classes,) counts as one neighbour more, else it is
    (0,). Rows as far away as the last one share its place: so the order of the rows does not matter.
    """

    kind: ClassVar[str] = "nearest"
    rows: Floats
    answers: NDArray[Any]
    weight: Floats
    count: NDArray[np.int64]
    prior: Floats

    def check(self, classes: int) -> None:
        _require(self.rows.ndim == 2 and len(self.rows) > 0, "it has no rows")
        _require(self.answers.shape == (len(self.rows),), "its answers are not those of its rows")
        _require(self.weight.shape == (len(self.rows),) and bool((self.weight > 0).all()), "its rows weigh nothing")
        _require(self.prior.shape == (classes,), "it has other classes")
        if classes:
            is_inside = self.answers.dtype == np.int64 and ((self.answers >= 0) & (self.answers < classes)).all()
            _require(bool(is_inside), "it answers with classes that are not there")
        _require(self.count.dtype == np.int64 and self.count.shape == (1,), "it does not say how many neighbours")
        _require(1 <= int(self.count[0]) <= len(self.rows), "it has fewer rows than neighbours")

    def predict(self, X: NDArray[Any]) -> Floats:
        known = neighbours(self.rows)
        return in_blocks(lambda block: self._block(known, block), X, _NEAREST_BLOCK)

    def _block(self, known: NearestNeighbors, X: Floats) -> Floats:
        count = int(self.count[0])
        distance, place = known.kneighbors(X, min(count + 1, len(self.rows)))
        # Of rows equally far away, the number of threads decides which comes first; the sum must not know of it.
        votes, total = self.votes(np.sort(place[:, :count], axis=1))
        if count < len(self.rows):
            close = NEAR * (1.0 + (X**2).sum(axis=1))
            tied = np.flatnonzero(distance[:, count] - distance[:, count - 1] <= 2.0 * close)
            for begin in range(0, len(tied), _TIED_BLOCK):
                chosen = tied[begin : begin + _TIED_BLOCK]
                block = np.zeros((_TIED_BLOCK, X.shape[1]))
                block[: len(chosen)] = X[chosen]
                shared = self._shared(block)
                votes[chosen], total[chosen] = shared[0][: len(chosen)], shared[1][: len(chosen)]
        return self.mean(votes, total)

    def votes(self, place: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Give what the rows at ``place`` (n, k) say, (n, outputs), and their weight, (n,)."""
        weight = self.weight[place]
        if not len(self.prior):
            return (weight * self.answers[place]).sum(axis=1)[:, None], weight.sum(axis=1)
        votes = np.zeros((len(place), len(self.prior)))
        for column in range(place.shape[1]):
            votes[np.arange(len(place)), self.answers[place[:, column]]] += weight[:, column]
        return votes, weight.sum(axis=1)

    def mean(self, votes: Floats, total: Floats) -> Floats:
        """Give probabilities (n, classes), or values (n,), of votes and their weight."""
        if len(self.prior):
            return (votes + self.prior) / (total + 1.0)[:, None]
        made: Floats = votes[:, 0] / total
        return made

    def _shared(self, X: Floats) -> tuple[Floats, Floats]:
        """Give the votes (n, outputs) and their weight (n,) where several rows share the last places."""
        count = int(self.count[0])
        apart = squares(X, self.rows)
        last = np.partition(apart, count - 1, axis=1)[:, count - 1 : count]
        close = NEAR * (1.0 + (X**2).sum(axis=1))[:, None]
        nearer = apart < last - close
        tied = (apart <= last + close) & ~nearer
        share = (count - nearer.sum(axis=1)) / np.maximum(tied.sum(axis=1), 1)
        each = (nearer + share[:, None] * tied) * self.weight
        return self._answered(each), each.sum(axis=1)

    def _answered(self, each: Floats) -> Floats:
        if not len(self.prior):
            return np.asarray(each @ self.answers[:, None])
        shape = (len(self.prior), len(self.rows))
        of_class = csr_array((np.ones(len(self.rows)), (self.answers, np.arange(len(self.rows)))), shape=shape)
        return np.asarray(of_class @ each.T).T


PLAIN: Final[dict[str, type[PlainPredictor]]] = {
    one.kind: one for one in (SumsPredictor, KernelPredictor, KernelClassesPredictor, NearestPredictor)
}
"""All of them by name."""


def chances(raw: Floats) -> Floats:
    """Give (n, classes) probabilities of sums: (n, 1) of two classes, (n, classes) of more."""
    if raw.shape[1] > 1:
        made: Floats = softmax(raw, axis=1)
        return made
    second = expit(raw)
    return np.concatenate((1.0 - second, second), axis=1)


def squares(X: Floats, rows: Floats) -> Floats:
    """Give the squared distances (n, m) of ``X`` (n, features) from ``rows`` (m, features)."""
    apart = X @ rows.T
    apart *= -2.0
    apart += (X**2).sum(axis=1)[:, None]
    apart += (rows**2).sum(axis=1)
    return np.maximum(apart, 0.0, out=apart)


def kernel(X: Floats, rows: Floats, gamma: float) -> Floats:
    """Give the Gaussian kernel (n, m) of ``X`` and ``rows``."""
    apart = squares(X, rows)
    apart *= -gamma
    return np.exp(apart, out=apart)


def neighbours(rows: Floats) -> NearestNeighbors:
    """Give what finds the nearest of ``rows`` (m, features), with their squared distances."""
    from sklearn.neighbors import NearestNeighbors  # 0.2 s

    return NearestNeighbors(algorithm="brute", metric="sqeuclidean").fit(rows)
