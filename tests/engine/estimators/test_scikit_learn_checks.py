"""scikit-learn's own checks, of what of ours is an estimator of scikit-learn's; ARCHITECTURE.md says what is not."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import Any

import pytest
from sklearn.base import BaseEstimator
from sklearn.utils.estimator_checks import estimator_checks_generator

from aetheron_desktop.engine import estimators
from aetheron_desktop.engine.estimators import boosting
from aetheron_desktop.engine.estimators.feature_parts import _Bounds

INNER = {boosting._ToldClassifier, boosting._ToldRegressor}
"""They live within one fit, which takes scikit-learn's own class out of them; that class is checked there."""


OURS = [
    pytest.param(estimator, check, id=f"{check.func.__name__}{number}")
    for number, (estimator, check) in enumerate(
        estimator_checks_generator(_Bounds(feature_range=(-4.0, 4.0), clip=True))
    )
    # Those of arrays of other libraries, which are never given to it, would be passed over.
    if "array_api" not in check.func.__name__
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("estimator", "check"), OURS)
def test_that_scikit_learn_finds_nothing_to_mend(estimator: Any, check: Any) -> None:
    check(estimator)


def test_that_nothing_else_is_an_estimator_of_scikit_learn() -> None:
    found = set()
    for module in pkgutil.walk_packages(estimators.__path__, f"{estimators.__name__}."):
        made = importlib.import_module(module.name)
        kinds = [kind for _, kind in inspect.getmembers(made, inspect.isclass) if kind.__module__ == module.name]
        found |= {kind for kind in kinds if issubclass(kind, BaseEstimator)}
    assert found == {_Bounds, *INNER}
