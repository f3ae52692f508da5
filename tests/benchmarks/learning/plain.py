"""Boosting libraries as they are, with nothing chosen: what a person gets who calls ``fit`` and ``predict``.

Words are categories of pandas, times are seconds. LightGBM and scikit-learn take both from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tests.benchmarks.learning.given import Given

_MOST_CATEGORIES = 254
"""So many scikit-learn's histograms can hold; the rarer ones count as missing."""


class Plain:
    """Brings the columns to a form, fits, predicts; a subclass gives the estimator."""

    most_categories: int | None = None

    def __init__(self) -> None:
        self.notes: dict[str, Any] = {}
        self._levels: dict[str, pd.Index[Any]] = {}

    def fit(self, given: Given) -> None:
        for name in given.X.columns:
            if not pd.api.types.is_numeric_dtype(given.X[name]) and not _is_time(given.X[name]):
                counted = given.X[name].value_counts()
                self._levels[name] = counted.index[: self.most_categories]
        self._model = self._estimator(given)
        self._model.fit(self._formed(given.X), given.y)

    def predict(self, X: pd.DataFrame) -> NDArray[np.float64]:
        formed = self._formed(X)
        has_classes = hasattr(self._model, "classes_")
        made: NDArray[np.float64] = self._model.predict_proba(formed) if has_classes else self._model.predict(formed)
        return made

    def _estimator(self, given: Given) -> Any:
        raise NotImplementedError

    def _formed(self, X: pd.DataFrame) -> pd.DataFrame:
        formed = {}
        for name in X.columns:
            if name in self._levels:
                formed[name] = pd.Series(pd.Categorical(X[name], categories=self._levels[name]))
            elif _is_time(X[name]):
                formed[name] = (X[name] - pd.Timestamp(0)).dt.total_seconds()
            else:
                formed[name] = X[name]
        return pd.DataFrame(formed)


class LightGBM(Plain):
    """``LGBMClassifier()`` or ``LGBMRegressor()``."""

    def __init__(self) -> None:
        super().__init__()
        import lightgbm

        self._library = lightgbm

    def _estimator(self, given: Given) -> Any:
        kind = self._library.LGBMRegressor if given.task == "regression" else self._library.LGBMClassifier
        return kind(n_jobs=given.threads, random_state=given.seed, verbosity=-1)


class HistogramBoosting(Plain):
    """``HistGradientBoostingClassifier()`` or ``…Regressor()``."""

    most_categories = _MOST_CATEGORIES

    def __init__(self) -> None:
        super().__init__()
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        self._kinds = HistGradientBoostingClassifier, HistGradientBoostingRegressor

    def _estimator(self, given: Given) -> Any:
        return self._kinds[given.task == "regression"](random_state=given.seed)


def _is_time(values: pd.Series[Any]) -> bool:
    return bool(pd.api.types.is_datetime64_any_dtype(values.dtype))
