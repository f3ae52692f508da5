"""A number told by three quantiles: what lies below it, its middle, and what lies above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Predictor

COUNT = 3


@dataclass(frozen=True, slots=True, eq=False)
class QuantilesPredictor:
    """Three predictors, one for each quantile, the lowest first."""

    kind: ClassVar[str] = "quantiles"
    """Under which name it is stored."""
    of_quantiles: ClassVar[bool] = True
    """Whether it tells quantiles of a number."""
    parts: tuple[Predictor, ...]

    def predict(self, X: NDArray[Any]) -> NDArray[np.float64]:
        """Give the (n,) medians of ``X`` (n, features)."""
        return self.quantiles(X)[:, 1]

    def quantiles(self, X: NDArray[Any]) -> NDArray[np.float64]:
        """Give (n, 3): the lower quantile, the median, the upper one.

        Fitted one by one they may cross; brought into order they are nearer to the truth (Chernozhukov,
        Fernández-Val and Galichon 2010).
        """
        return np.sort(np.column_stack([part.predict(X) for part in self.parts]), axis=1)


def said(predictor: Predictor, X: Any) -> NDArray[np.float64]:
    """Give all that ``predictor`` tells of ``X``: probabilities, values (n,), or (n, 3) quantiles."""
    ask = predictor.quantiles if getattr(predictor, "of_quantiles", False) else predictor.predict  # type: ignore[attr-defined]
    told: NDArray[np.float64] = ask(X)
    return told


def levels(level: float) -> tuple[float, float, float]:
    """Give the quantiles that are asked for limits at ``level``: 0.05, 0.5 and 0.95 for 0.9."""
    # Rounded: 1 - 0.9 is not 0.1.
    low = round((1.0 - level) / 2.0, 12)
    return low, 0.5, round(1.0 - low, 12)
