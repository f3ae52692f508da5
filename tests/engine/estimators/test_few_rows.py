from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

from aetheron_desktop.engine.estimators.base import SklearnPredictor
from aetheron_desktop.engine.estimators.few_rows import MOST

ROWS = 400
FEW = {"max_iter": 6}, {"n_estimators": 6}
KINDS: list[tuple[Any, int, dict[str, Any]]] = [
    (HistGradientBoostingRegressor, 0, FEW[0]),
    (HistGradientBoostingRegressor, 0, {**FEW[0], "loss": "poisson"}),
    (HistGradientBoostingClassifier, 2, FEW[0]),
    (HistGradientBoostingClassifier, 4, FEW[0]),
    (RandomForestRegressor, 0, FEW[1]),
    (RandomForestClassifier, 2, FEW[1]),
    (ExtraTreesRegressor, 0, FEW[1]),
    (ExtraTreesClassifier, 4, FEW[1]),
]


def fitted(kind: Any, classes: int, params: dict[str, Any]) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(ROWS, 4))
    rows[rng.random(rows.shape) < 0.1] = np.nan
    y = np.nan_to_num(rows[:, 0]) + rng.normal(size=ROWS)
    truth = np.argsort(np.argsort(y)) * classes // ROWS if classes else np.exp(y)
    return kind(**params, random_state=0).fit(rows, truth), rows


@pytest.mark.parametrize(("kind", "classes", "params"), KINDS)
def test_that_few_rows_get_what_scikit_learn_tells_of_them(
    kind: Any, classes: int, params: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, rows = fitted(kind, classes, params)
    want = model.predict_proba(rows) if classes else model.predict(rows)
    monkeypatch.setattr(kind, "predict_proba" if classes else "predict", None)
    told = SklearnPredictor(model)
    assert np.array_equal(told.predict(rows[:MOST]), want[:MOST])
    assert np.array_equal(told.predict(rows[7:8]), want[7:8])


@pytest.mark.parametrize("case", [KINDS[2], KINDS[5]])
def test_that_rows_of_other_features_are_refused_as_before(case: tuple[Any, int, dict[str, Any]]) -> None:
    model, rows = fitted(*case)
    with pytest.raises(ValueError, match="features"):
        SklearnPredictor(model).predict(rows[:3, :2])
    assert SklearnPredictor(model).predict(rows).shape == (ROWS, 2)
