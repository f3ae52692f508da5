"""Fitting a few times, and the influence of single rows, against scikit-learn and against leaving each row out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import root_mean_squared_error

from aetheron_desktop.engine.errors import ModelError, UsageError
from aetheron_desktop.engine.explaining.fit_curves import SHARES, fit_curve, values_around
from aetheron_desktop.engine.explaining.influence import influence, pull
from aetheron_desktop.engine.explaining.mixing import Halted
from aetheron_desktop.engine.params import Bool, Choice, Float, Int
from aetheron_desktop.engine.training.preparation import prepare

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.explaining.results import FitCurve
    from aetheron_desktop.engine.explaining.subject import Subject

    SubjectOf = Callable[[str, Task], Subject]


def never() -> bool:
    return False


def unheard(stage: str, done: float, total: float | None) -> None:
    del stage, done, total


def curve(subject: Subject, parameter: str = "", values: tuple[float, ...] = ()) -> list[FitCurve]:
    told: list[FitCurve] = []
    fit_curve(subject, told.append, unheard, never, parameter=parameter, values=values)
    return told


def test_that_a_parameter_is_tried_as_scikit_learn_fits_and_judges_it(subject_of: SubjectOf) -> None:
    subject = subject_of("ridge", "regression")
    assert subject.material is not None
    assert subject.plan is not None
    alphas = (0.01, 1.0, 100.0, 10_000.0)
    told = curve(subject, "alpha", alphas)
    assert [len(one.points) for one in told] == [1, 2, 3, 4]
    found = told[-1]
    assert (found.label, found.scale, found.metric) == ("Regularization", "log", "rmse")
    assert found.now == subject.plan.params["alpha"]
    rows = prepare(subject.material, "linear", subject.plan.seed)
    for alpha, point in zip(alphas, found.points, strict=True):
        model = Ridge(alpha=alpha).fit(rows.train.X, rows.train.y)
        assert point.at == alpha
        assert point.train == pytest.approx(root_mean_squared_error(rows.train.y, model.predict(rows.train.X)))
        assert point.valid == pytest.approx(root_mean_squared_error(rows.valid.y, model.predict(rows.valid.X)))
        assert point.low is not None
        assert point.high is not None
        assert point.low < point.valid < point.high
    best = min(found.points, key=lambda point: point.valid or 0.0)
    assert found.sentences[0].startswith(f"RMSE is best at {best.word}")


def test_that_a_learning_curve_ends_with_the_model_itself(subject_of: SubjectOf) -> None:
    subject = subject_of("ridge", "regression")
    assert subject.material is not None
    found = curve(subject)[-1]
    count = len(subject.material.parts.train)
    assert [point.at for point in found.points] == sorted({max(20, round(share * count)) for share in SHARES})
    last = found.points[-1]
    learned = subject.learned
    assert last.train == pytest.approx(root_mean_squared_error(learned.y, subject.pipeline.raw(learned.table)))
    assert last.word == f"{count:,} rows"
    assert any("more rows would" in sentence for sentence in found.sentences)


def test_that_fits_are_ended_when_nobody_wants_them_and_a_wrong_parameter_is_refused(subject_of: SubjectOf) -> None:
    subject = subject_of("ridge", "regression")
    with pytest.raises(Halted):
        fit_curve(subject, lambda one: None, unheard, lambda: True)
    with pytest.raises(UsageError, match="no parameter 'depth'"):
        curve(subject, "depth")
    with pytest.raises(UsageError, match="Regularization"):
        curve(subject, "alpha", (-1.0,))


def test_that_values_lie_around_the_one_that_the_model_has() -> None:
    rate = Float(name="rate", label="Rate", help="", default=0.1, low=0.001, high=1.0, log=True)
    found = values_around(rate, 0.1)
    assert (found[0], found[-1], 0.1 in found) == (0.0125, 0.8, True)
    depth = Int(name="depth", label="Depth", help="", default=6, low=1, high=64)
    assert values_around(depth, 6) == [1, 5, 6, 9, 12, 16, 20, 24]
    assert values_around(Bool(name="b", label="B", help="", default=True), True) == [False, True]
    kinds = Choice(name="c", label="C", help="", default="a", options=("a", "b"))
    assert values_around(kinds, "a") == ["a", "b"]


@pytest.mark.parametrize("weighted", [False, True])
def test_that_cooks_distance_is_what_leaving_the_row_out_changes(weighted: bool) -> None:
    rng = np.random.default_rng(0)
    table = rng.normal(size=(40, 3))
    y = table @ [1.0, -2.0, 0.5] + rng.normal(size=40) + 3.0
    y[7] += 9.0
    weight = rng.uniform(0.5, 2.0, 40) if weighted else None
    root = np.ones(40) if weight is None else np.sqrt(weight)
    whole = np.column_stack([np.ones(40), table]) * root[:, None]
    beta = np.linalg.lstsq(whole, y * root, rcond=None)[0]
    error = y - np.column_stack([np.ones(40), table]) @ beta
    found = pull(table, error, 0.0, weight)
    hat = whole @ np.linalg.inv(whole.T @ whole) @ whole.T
    assert found.leverage == pytest.approx(np.diag(hat))
    assert found.freedom == pytest.approx(4.0)
    variance = float(((error * root) ** 2).sum()) / 36.0
    for row in range(40):
        kept = np.arange(40) != row
        without = np.linalg.lstsq(whole[kept], (y * root)[kept], rcond=None)[0]
        moved = whole @ (beta - without)
        assert found.distance[row] == pytest.approx(float(moved @ moved) / (4.0 * variance))
    assert int(found.distance.argmax()) == 7
    assert found.residual == pytest.approx(error * root / np.sqrt(variance * (1.0 - np.diag(hat))))


def test_that_rows_that_pull_most_are_told_first_and_of_no_other_model(subject_of: SubjectOf) -> None:
    subject = subject_of("ridge", "regression")
    found = influence(subject, most=50)
    assert found.rows == len(subject.learned)
    assert len(found.shown) == 50
    assert {one.row for one in found.shown} <= set(subject.learned.rows.tolist())
    distances = [one.distance for one in found.shown]
    assert distances == sorted(distances, reverse=True)
    assert found.limit == 4 / found.rows
    assert f"Row {found.shown[0].row + 1} pulls most" in found.sentences[1]
    with pytest.raises(ModelError, match="no weighted sum"):
        influence(subject_of("lightgbm", "regression"), most=50)
