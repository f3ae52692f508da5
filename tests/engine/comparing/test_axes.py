"""Runs as lines and points: where each stands, what is left out, and the surface between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
from scipy.stats import norm

from aetheron_desktop.engine.comparing.axes import axis_of, plane, surface, sweep, usual_axes
from aetheron_desktop.engine.comparing.importances import importances
from aetheron_desktop.engine.comparing.table import RunTable
from tests.models import made_info, put_model
from tests.runs import made_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.comparing.row import RunRow
    from aetheron_desktop.engine.workspace import Workspace


@pytest.fixture
def runs(row: Callable[..., RunRow]) -> RunTable:
    """Four that predict the same, one of which has other parameters, and a regression."""
    rates = (0.001, 0.01, 0.1)
    made = [
        row(f"run-{n}", "lightgbm", metrics={"roc_auc": 0.7 + n / 10}, test_rows="aa", seconds=5.0,
            params={"learning_rate": rate, "leaves": 10 * (n + 1), "kind": "ab"[n % 2], "same": 3})
        for n, rate in enumerate(rates)
    ]  # fmt: skip
    forest = row("run-3", "forest", metrics={"roc_auc": 0.75}, test_rows="bb", seconds=5.0, params={"trees": 100})
    other = row("run-4", "forest", metrics={"rmse": 12.0}, task="regression", target="price")
    return RunTable([*made, forest, other])


def test_that_numbers_lie_between_the_ends_of_their_axis_and_wide_ones_by_powers(runs: RunTable) -> None:
    rates = axis_of(runs, [0, 1, 2, 3], "param.learning_rate")
    assert rates is not None
    assert (rates.is_log, rates.low, rates.high) == (False, 0.001, 0.1)
    assert rates.at[:3].tolist() == pytest.approx([0.0, 9 / 99, 1.0])
    assert np.isnan(rates.at[3])
    fast = msgspec.structs.replace(runs.rows[2].card, params={"learning_rate": 10.0})
    wide = RunTable([*runs.rows[:2], runs.rows[2].with_card(fast)])
    powers = axis_of(wide, [1, 2], "param.learning_rate")
    assert powers is not None
    assert (powers.is_log, powers.low, powers.high) == (True, -2.0, 1.0)
    assert powers.at.tolist() == [0.0, 1.0]


def test_that_runs_of_a_category_lie_beside_each_other_within_its_room(runs: RunTable) -> None:
    axis = axis_of(runs, [0, 1, 2, 3], "param.kind")
    assert axis is not None
    assert axis.names == ((0.25, "a"), (0.75, "b"))
    assert axis.at[[0, 2]].tolist() == pytest.approx([0.25 - 0.0625, 0.25 + 0.0625])
    assert axis.at[1] == 0.75
    assert np.isnan(axis.at[3])


def test_that_what_is_the_same_for_all_and_runs_that_predict_something_else_are_left_out_and_said(
    runs: RunTable,
) -> None:
    told = sweep(runs, range(5), ["estimator", "param.same", "time", "param.leaves", "score", "gone"])
    assert [run.id for run in told.runs] == ["run-0", "run-1", "run-2", "run-3"]
    assert [axis.key for axis in told.axes] == ["estimator", "param.same", "param.leaves", "score"]
    assert told.same == ("Time",)
    assert (told.left_out, told.has_other_rows) == (1, True)
    assert told.tint.tolist() == pytest.approx([0.0, 0.5, 1.0, 0.25])
    only = sweep(runs, [0, 1, 2], ["param.same", "param.leaves"])
    assert ([axis.key for axis in only.axes], only.same, only.has_other_rows) == (["param.leaves"], ("same",), False)
    assert usual_axes(runs, [0, 1, 2, 3])[0] == "estimator"
    assert usual_axes(runs, [0, 1, 2, 3])[-1] == "score"
    nothing = sweep(runs, [])
    assert (nothing.runs, nothing.axes, nothing.left_out) == ((), (), 0)


def test_that_of_a_metric_of_errors_the_smaller_is_the_better_end(row: Callable[..., RunRow]) -> None:
    table = RunTable(
        [row(f"run-{n}", metrics={"rmse": value}, task="regression") for n, value in enumerate((2.0, 4.0))]
    )
    assert sweep(table, [0, 1]).tint.tolist() == [1.0, 0.0]


def test_that_a_surface_is_the_mean_of_the_runs_around_and_says_nothing_far_from_all(
    row: Callable[..., RunRow],
) -> None:
    rng = np.random.default_rng(0)
    points: list[dict[str, Any]] = [{"x": float(x), "y": float(y)} for x, y in rng.random((40, 2)) * [0.5, 1.0]]
    points += [{"x": 1.0, "y": 0.5}]
    table = RunTable(
        [row(f"run-{n}", metrics={"roc_auc": 0.5 + 0.5 * one["y"]}, params=one) for n, one in enumerate(points)]
    )
    told = plane(table, range(len(points)), "param.x", "param.y")
    assert told is not None
    assert told.surface is not None
    size = len(told.surface)
    place = (np.arange(size) + 0.5) / size
    weights = norm.pdf((place[7] - told.across.at) / 0.07) * norm.pdf((place[20] - told.up.at) / 0.07)
    assert told.surface[20, 7] == pytest.approx(float(np.average(told.tint, weights=weights)))
    assert np.isnan(told.surface[0, -1])
    assert np.nanmean(told.surface[-8:]) > np.nanmean(told.surface[:8]) + 0.5
    assert np.isnan(surface(told.across, told.up, np.full(len(points), np.nan))).all()
    assert plane(table, range(len(points)), "param.x", "param.z") is None
    few = plane(table, range(4), "param.x", "param.y")
    assert few is not None
    assert few.surface is None


def test_that_runs_stand_beside_each_other_by_what_their_models_lean_on(workspace: Workspace) -> None:
    stored = {"run-1": {"size": 0.2, "colour": 0.05, "noise": -0.01}, "run-2": {"size": 4.0, "shape": 8.0}, "run-3": {}}
    for number, (run, importance) in enumerate(stored.items(), 1):
        info = put_model(workspace, made_info(number, run=run), importance=importance)
        workspace.put_run(msgspec.structs.replace(made_run(workspace, run), model=info.id))
    made_run(workspace, "run-4")
    workspace.put_run(msgspec.structs.replace(made_run(workspace, "run-5"), model="model-1"))
    told = importances(workspace, [*stored, "run-4", "run-5"])
    assert told.columns == ("size", "shape", "colour", "noise")
    found = {one.run: one.shares for one in told.runs}
    assert found["run-1"] == (1.0, None, 0.25, 0.0)
    assert found["run-2"] == (0.5, 1.0, None, None)
    assert [one.worth for one in told.runs] == [0.2, 8.0, 0.0, 0.0, 0.0]
    missing = {one.run: one.missing for one in told.runs if one.missing}
    assert set(missing) == {"run-3", "run-4", "run-5"}
    assert missing["run-3"].startswith("No importance was stored")
    assert missing["run-4"] == "The run kept no model."
    assert missing["run-5"].endswith("no version of this run any more."), "those of the model are of another run"
