"""Boosted trees of other libraries, as predictors: opened from the library's own form when they are first asked.

What is asked is always what is kept: a model predicts the same bits before it was saved and after. And while a fit goes
on inside compiled code, another thread may take the best so far without touching what is being fitted.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol, runtime_checkable

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FEW: Final = 1_000
"""So few rows are predicted on one thread: starting others would take longer."""


@runtime_checkable
class Contributing(Protocol):
    """A predictor that tells what each feature adds to the sums that its predictions stand for.

    These are the Shapley values of its trees (Lundberg et al. 2020, "From local explanations to global understanding
    with explainable AI for trees"), in the library's own, exact way.
    """

    def contributions(self, X: NDArray[Any], background: NDArray[Any]) -> NDArray[np.float64]:
        """Give (n, outputs, features + 1) of ``X`` (n, features); the last one is what the sum is without any.

        Two classes have one output, the logarithm of the odds; more have one each. ``background`` (m, features) are
        usual rows, for trees that do not know how many rows came to each leaf.
        """


@dataclass(frozen=True, eq=False)
class Booster(ABC):
    """``body`` is what the library writes; ``classes`` is 0 for values."""

    kind: ClassVar[str]
    """Under which name it is stored."""
    body: bytes
    classes: int

    @abstractmethod
    def predict(self, X: NDArray[Any]) -> NDArray[np.float64]:
        """Give (n, classes) probabilities, or (n,) values, of ``X`` (n, features)."""


@dataclass(frozen=True, eq=False)
class LightgbmPredictor(Booster):
    """A booster of LightGBM as its text."""

    kind: ClassVar[str] = "lightgbm"

    @cached_property
    def _booster(self) -> Any:
        import lightgbm  # 0.5 s

        return lightgbm.Booster(model_str=self.body.decode())

    def predict(self, X: NDArray[Any]) -> NDArray[np.float64]:
        """Give (n, classes) probabilities, or (n,) values, of ``X`` (n, features)."""
        raw: NDArray[np.float64] = self._booster.predict(X, num_threads=1 if len(X) < _FEW else 0)
        return np.column_stack([1.0 - raw, raw]) if self.classes == 2 else raw

    def contributions(self, X: NDArray[Any], background: NDArray[Any]) -> NDArray[np.float64]:
        """Give (n, outputs, features + 1); the trees know by their own counts what is usual."""
        del background
        found: NDArray[np.float64] = self._booster.predict(X, pred_contrib=True)
        return found.reshape(len(X), -1, X.shape[1] + 1)


@dataclass(frozen=True, eq=False)
class XgboostPredictor(Booster):
    """A booster of XGBoost as its UBJSON."""

    kind: ClassVar[str] = "xgboost"

    @cached_property
    def _booster(self) -> Any:
        import xgboost  # 0.5 s

        booster = xgboost.Booster(params={"nthread": 0, "verbosity": 0})
        booster.load_model(bytearray(self.body))
        return booster

    def predict(self, X: NDArray[Any]) -> NDArray[np.float64]:
        """Give (n, classes) probabilities, or (n,) values, of ``X`` (n, features)."""
        # XGBoost adds up in single precision; what follows does not add to its error.
        raw = self._booster.inplace_predict(X, predict_type="margin", validate_features=False)
        return meaning(raw.astype(np.float64), self.classes)

    def contributions(self, X: NDArray[Any], background: NDArray[Any]) -> NDArray[np.float64]:
        """Give (n, outputs, features + 1); the trees know by their own covers what is usual."""
        del background
        import xgboost

        asked = xgboost.DMatrix(X)
        found = self._booster.predict(asked, pred_contribs=True, strict_shape=True, validate_features=False)
        return np.asarray(found, dtype=np.float64)


def meaning(raw: NDArray[np.float64], classes: int) -> NDArray[np.float64]:
    """Give the (n, classes) probabilities, or the (n,) values, that sums of trees stand for."""
    if classes == 0:
        return raw
    if classes == 2:
        from scipy.special import expit

        likely: NDArray[np.float64] = expit(raw)
        return np.column_stack([1.0 - likely, likely])
    likely = np.exp(raw - raw.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    return likely
