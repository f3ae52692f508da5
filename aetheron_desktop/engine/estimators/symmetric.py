"""Trees that ask the same question of all rows of a level (oblivious trees, as CatBoost's), as arrays of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from aetheron_desktop.engine.estimators.boosters import meaning
from aetheron_desktop.engine.estimators.catboost_form import MISSING, written
from aetheron_desktop.engine.estimators.plain import PlainPredictor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST_LEVELS: Final = 16
"""The most questions that a tree asks: it has 2 to the power of so many leaves."""
_NUMBER: Final = -1.0
_MOST_FEATURES: Final = 1_000_000
_FEW: Final = 1_000
"""So few rows are predicted on one thread: starting others would take longer."""
_BLOCK_VALUES: Final = 8_000_000
_NEXT_TO_NOTHING: Final = 1e-6


@dataclass(frozen=True, eq=False)
class SymmetricPredictor(PlainPredictor):
    """The sum of ``start`` (outputs,) and of a leaf of each tree.

    ``depth`` (trees,) says how many questions each tree asks. The questions of all trees follow one another in
    ``feature``, ``border`` and ``is_code`` (questions,): whether a number is above the border, or whether a code is
    the border. NaN is above none; as a code it is :data:`MISSING`. The answers are the bits of the leaf's number, the
    first one the lowest; ``leaf`` (leaves, outputs) has the leaves of all trees. ``width`` (1,) is how many features a
    row has.
    """

    kind: ClassVar[str] = "symmetric"
    feature: NDArray[np.int64]
    border: Floats
    is_code: NDArray[np.int64]
    depth: NDArray[np.int64]
    leaf: Floats
    start: Floats
    width: NDArray[np.int64]

    def check(self, classes: int) -> None:
        """Refuse arrays that do not suit each other.

        Raises:
            ValueError: they do not.
        """
        _require(not classes, "it gives values, not classes")
        self.suit(1)

    def suit(self, outputs: int) -> None:
        """Refuse arrays that are not those of so many ``outputs``: compiled code follows them without looking."""
        whole = (self.feature, self.is_code, self.depth, self.width)
        _require(all(one.dtype == np.int64 for one in whole), "it asks with what are no whole numbers")
        real = (self.border, self.leaf, self.start)
        _require(all(one.dtype == np.float64 for one in real), "it has leaves that are no numbers")
        _require(self.start.shape == (outputs,), "it has other outputs")
        _require(self.width.shape == (1,) and 1 <= int(self.width[0]) <= _MOST_FEATURES, "it has no features")
        _require(self.depth.ndim == 1, "it has no list of trees")
        _require(bool(((self.depth >= 0) & (self.depth <= MOST_LEVELS)).all()), "it has a tree that is too deep")
        asked = int(self.depth.sum())
        _require(self.feature.shape == self.border.shape == self.is_code.shape == (asked,), "it asks too much")
        _require(self.leaf.shape == (int((1 << self.depth).sum()), outputs), "it has other leaves than its trees")
        _require(bool(((self.feature >= 0) & (self.feature < self.width[0])).all()), "it asks for strange features")
        is_code = self.is_code == 1
        _require(bool((is_code | (self.is_code == 0)).all()), "it asks in a strange way")
        codes = self.border[is_code]
        _require(bool(((codes >= 0) & (codes <= MISSING)).all()), "it asks for strange categories")
        with np.errstate(over="ignore"):
            # It is compared in single precision.
            rounded = self.border.astype(np.float32)
        _require(bool((rounded == self.border).all()), "it has a border that is none")

    def predict(self, X: NDArray[Any]) -> Floats:
        """Give (n,) values, of ``X`` (n, features).

        Raises:
            ValueError: the rows have other features.
        """
        return self.sums(X)[:, 0]

    def sums(self, X: NDArray[Any]) -> Floats:
        """Give (n, outputs): what start and leaves add up to."""
        if X.shape[1] != int(self.width[0]):
            raise ValueError(f"rows have {int(self.width[0])} features, not {X.shape[1]}")
        made = np.zeros((len(X), len(self.start)))
        if not len(self.feature):
            # All rows have the same leaf of each tree.
            made += self.leaf.sum(axis=0)
        else:
            rows = max(1, _BLOCK_VALUES // len(self._columns[0]))
            for begin in range(0, len(X), rows):
                part = self._asked(X[begin : begin + rows])
                made[begin : begin + rows] = self._model.predict(
                    part, prediction_type="RawFormulaVal", thread_count=1 if len(part) < _FEW else -1
                ).reshape(len(part), -1)
        made += self.start
        return made

    def contributions(self, X: NDArray[Any], background: NDArray[Any]) -> Floats:
        """Give (n, outputs, features + 1) what each feature adds; see :class:`.boosters.Contributing`.

        What is kept of the trees does not say how many rows came to each leaf: those of ``background`` (m, features)
        are counted.
        """
        made = np.zeros((len(X), len(self.start), int(self.width[0]) + 1))
        made[:, :, -1] = self.start
        if not len(self.feature):
            made[:, :, -1] += self.leaf.sum(axis=0)
            return made
        from catboost import Pool  # 0.1 s

        counted = self._opened(self._counts(background))
        found = counted.get_feature_importance(type="ShapValues", data=Pool(self._asked(X)))
        each = np.asarray(found, dtype=np.float64).reshape(len(X), len(self.start), -1)
        for at, feature in enumerate((*self._columns[0].tolist(), -1)):
            made[:, :, feature] += each[:, :, at]
        return made

    @cached_property
    def _columns(self) -> tuple[NDArray[np.int64], Floats]:
        """What the trees look at: each number once, and whether a code is the one, for each that is asked for.

        The features (columns,), and the codes (columns,), which are :data:`_NUMBER` for numbers.
        """
        pairs = np.unique(self._pairs(), axis=0)
        return pairs[:, 0].astype(np.int64), pairs[:, 1]

    def _pairs(self) -> Floats:
        codes = np.where(self.is_code == 1, self.border, _NUMBER)
        return np.column_stack([self.feature.astype(np.float64), codes])

    @cached_property
    def _model(self) -> Any:
        """CatBoost's own, which is much faster; it is given numbers alone, and never a file from elsewhere."""
        return self._opened()

    def _opened(self, counts: Floats | None = None) -> Any:
        from catboost import CatBoost  # 0.1 s

        known, column = np.unique(self._pairs(), axis=0, return_inverse=True)
        border = np.where(self.is_code == 1, 0.5, self.border).astype(np.float32)
        return CatBoost().load_model(blob=written(column.ravel(), border, self.depth, self.leaf, len(known), counts))

    def _counts(self, rows: NDArray[Any]) -> Floats:
        """Give (leaves,) how many of ``rows`` (n, features) come to each leaf."""
        from catboost import Pool

        starts = np.cumsum(1 << self.depth) - (1 << self.depth)
        found = self._model.calc_leaf_indexes(Pool(self._asked(rows)))
        counts = np.bincount((found + starts).ravel(), minlength=len(self.leaf))
        # With a leaf that nobody comes to, the library would count the rows that are told of instead.
        return np.maximum(counts.astype(np.float64), _NEXT_TO_NOTHING)

    def _asked(self, X: NDArray[Any]) -> NDArray[np.float32]:
        features, codes = self._columns
        made = np.empty((len(X), len(features)), dtype=np.float32, order="F")
        with np.errstate(over="ignore"):
            for at, (feature, code) in enumerate(zip(features.tolist(), codes.tolist(), strict=True)):
                given = X[:, feature]
                if code == _NUMBER:
                    made[:, at] = given
                else:
                    made[:, at] = np.isnan(given) if code == MISSING else given == code
        return made


@dataclass(frozen=True, eq=False)
class SymmetricClassesPredictor(SymmetricPredictor):
    """The same for classes, whose probabilities the sums stand for; two classes have one output, more one each."""

    kind: ClassVar[str] = "symmetric_classes"

    def check(self, classes: int) -> None:
        """Refuse arrays that do not suit each other.

        Raises:
            ValueError: they do not.
        """
        _require(classes >= 2, "it has no classes")
        self.suit(classes if classes > 2 else 1)

    def predict(self, X: NDArray[Any]) -> Floats:
        """Give (n, classes) probabilities, of ``X`` (n, features).

        Raises:
            ValueError: the rows have other features.
        """
        sums = self.sums(X)
        return meaning(sums[:, 0], 2) if sums.shape[1] == 1 else meaning(sums, sums.shape[1])


def _require(is_so: bool, what: str) -> None:
    if not is_so:
        raise ValueError(what)
