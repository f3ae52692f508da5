import numpy as np
import pytest
from scipy.optimize import check_grad
from sklearn.linear_model import LogisticRegression

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.base import Recipe, Rows
from aetheron_desktop.engine.estimators.linear import Likelihood, Logistic
from aetheron_desktop.engine.params import defaults


class Silent:
    def step(self, *told: object) -> float:
        return 0.0

    tick = batch = say = work = checkpoint = step

    def restored(self) -> None:
        return None


def made(classes: int, weighted: bool) -> Rows:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(300, 4))
    y = np.clip((features[:, 0] + rng.normal(size=300) + classes / 2).astype(np.int64), 0, classes - 1)
    return Rows(features, y, rng.uniform(0.5, 2.0, 300) if weighted else None)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("weighted", [False, True])
def test_that_the_weights_are_those_of_scikit_learn(classes: int, weighted: bool) -> None:
    rows = made(classes, weighted)
    params = defaults(catalog.card("logistic").parameters) | {"C": 0.3}
    ours = Logistic(Recipe("binary" if classes == 2 else "multiclass", classes, params, seed=0))
    ours.fit(rows, rows, Silent())  # type: ignore[arg-type]
    theirs = LogisticRegression(C=0.3, tol=1e-8).fit(rows.X, rows.y, sample_weight=rows.weight)
    assert ours.fitted is not None
    np.testing.assert_allclose(ours.fitted.predict(rows.X), theirs.predict_proba(rows.X), atol=2e-3)


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("has_intercept", [False, True])
def test_that_the_slope_is_the_slope_of_the_value(classes: int, has_intercept: bool) -> None:
    problem = Likelihood(made(classes, weighted=True), classes, 2.0, has_intercept)
    at = np.random.default_rng(1).normal(size=problem.size)
    assert check_grad(lambda x: problem(x)[0], lambda x: problem(x)[1], at) < 1e-5
