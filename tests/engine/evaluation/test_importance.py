from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aetheron_desktop.engine.evaluation.importance import MOST_ROWS, importance, score_of
from aetheron_desktop.engine.evaluation.metrics import main_metric
from aetheron_desktop.engine.evaluation.ranking import helpful, meaning, ordinal, partly, ranked, worth
from aetheron_desktop.engine.evaluation.scores import scores
from tests.engine.evaluation.simulated import predicted_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Task

COLUMNS = ("noise", "all", "little", "constant", "word")


class Machine:
    """A clock that the models below move on: a test of time that takes none."""

    def __init__(self, call_s: float = 0.0, row_s: float = 0.0) -> None:
        self.now = 0.0
        self.calls: list[int] = []
        self._cost = call_s, row_s

    def __call__(self) -> float:
        return self.now

    def slowed(
        self, raw: Callable[[pd.DataFrame], NDArray[np.float64]]
    ) -> Callable[[pd.DataFrame], NDArray[np.float64]]:
        """Give a model that takes its time."""

        def slow(table: pd.DataFrame) -> NDArray[np.float64]:
            self.now += self._cost[0] + self._cost[1] * len(table)
            self.calls.append(len(table))
            return raw(table)

        return slow


def made(rows: int = 600, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({name: rng.normal(size=rows) for name in COLUMNS})
    return table.assign(constant=1.0, word=np.array(["red", None, "blue"])[rng.integers(0, 3, rows)])


def signal(table: pd.DataFrame) -> NDArray[np.float64]:
    found: NDArray[np.float64] = (table["all"] + 0.2 * table["little"] + table["constant"]).to_numpy()
    return found


def halves(table: pd.DataFrame) -> NDArray[np.float64]:
    likely = 1.0 / (1.0 + np.exp(1.0 - signal(table)))
    return np.column_stack([1.0 - likely, likely])


def thirds(table: pd.DataFrame) -> NDArray[np.float64]:
    value = signal(table) - 1.0
    return np.column_stack([-value, np.full(len(value), 0.4), value])


def truths(table: pd.DataFrame) -> dict[str, NDArray[Any]]:
    value = signal(table) - 1.0
    return {
        "binary": (value > 0).astype(np.int64),
        "multiclass": thirds(table).argmax(axis=1),
        "regression": signal(table),
    }


RAW = {"binary": halves, "multiclass": thirds, "regression": signal}


def found(
    task: Task, table: pd.DataFrame | None = None, columns: Sequence[str] = COLUMNS, **how: Any
) -> dict[str, float]:
    table = made() if table is None else table
    how = {"clock": Machine()} | how
    return importance(RAW[task], table, truths(table)[task], task, columns=columns, **how)


# -- what is told -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", RAW)
def test_that_the_column_that_decides_is_first_and_noise_is_nothing(task: Task) -> None:
    told = found(task)
    assert [name for name, _ in ranked(told)[:2]] == ["all", "little"]
    assert told["all"] > 0.3
    assert 0.0 < told["little"] < 0.4 * told["all"]
    assert told["noise"] == told["constant"] == told["word"] == 0.0


def test_that_a_column_that_misleads_is_below_nothing() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"a": rng.normal(size=500), "b": rng.normal(size=500)})
    told = importance(
        lambda t: (t["a"] + t["b"]).to_numpy(), table, (table["a"] - table["b"]).to_numpy(), "regression",
        columns=("a", "b"),
    )  # fmt: skip
    assert told["b"] < -0.05
    assert helpful(told) == [] or helpful(told)[0][0] == "a"


def test_that_mixing_up_the_only_column_costs_what_theory_says() -> None:
    # y = x: the error is then x' - x of two independent ones, whose deviation is that of x times the root of two.
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"x": rng.normal(5.0, 3.0, 1_000)})
    told = importance(
        lambda t: t["x"].to_numpy(), table, table["x"].to_numpy(), "regression", columns=("x",), repeats=20
    )
    assert told["x"] == pytest.approx(np.sqrt(2.0), rel=0.03)
    # ROC AUC falls from 1 to guessing.
    truth = (table["x"] > 5).astype(np.int64).to_numpy()
    told = importance(lambda t: np.column_stack([-t["x"], t["x"]]), table, truth, "binary", columns=("x",), repeats=20)
    assert told["x"] == pytest.approx(0.5, abs=0.02)


def test_that_the_unit_of_the_target_does_not_matter() -> None:
    table = made()
    euros = found("regression", table)
    cents = importance(
        lambda t: 100.0 * signal(t), table, 100.0 * signal(table), "regression", columns=COLUMNS, clock=Machine()
    )
    assert cents == pytest.approx(euros)


def test_that_columns_that_say_the_same_share_what_they_are_worth() -> None:
    table = made().assign(copy=lambda t: t["all"])
    truth = truths(table)["regression"]
    alone = found("regression", table)["all"]
    told = importance(
        lambda t: signal(t.assign(all=(t["all"] + t["copy"]) / 2)), table, truth, "regression",
        columns=("all", "copy"), clock=Machine(),
    )  # fmt: skip
    assert 0.0 < told["all"] < 0.6 * alone
    assert told["copy"] == pytest.approx(told["all"], rel=0.15)


def test_that_rows_that_are_there_twice_and_share_a_number_do_no_harm() -> None:
    table = made(300)
    twice = pd.concat([table, table])
    assert not twice.index.is_unique
    told = found("binary", twice)
    assert ranked(told)[0][0] == "all"
    assert told["noise"] == 0.0


def test_that_a_rare_class_is_seen() -> None:
    table = made(40_000)
    truth = np.zeros(len(table), dtype=np.int64)
    truth[np.argsort(-table["all"].to_numpy())[:60]] = 1
    told = importance(halves, table, truth, "binary", columns=COLUMNS, clock=Machine())
    assert told["all"] == pytest.approx(0.5, abs=0.08)


def test_that_kinds_of_columns_keep_their_kind() -> None:
    table = pd.DataFrame(
        {
            "when": pd.date_range("2024-01-01", periods=50, tz="UTC"),
            "kind": pd.Categorical(["a", "b"] * 25),
            "whole": pd.array([1, None] * 25, dtype="Int64"),
            "text": ["some words"] * 50,
        }
    )

    def raw(given: pd.DataFrame) -> NDArray[np.float64]:
        assert given.dtypes.equals(table.dtypes)
        assert list(given.columns) == list(table.columns)
        return np.where(given["kind"] == "a", 1.0, 0.0)

    truth = np.arange(50) % 2.0
    assert list(importance(raw, table, truth, "regression", columns=("text", "kind"))) == ["kind", "text"]


@pytest.mark.parametrize(
    ("task", "truth"), [("binary", np.ones(600, int)), ("multiclass", np.zeros(600, int)), ("regression", np.ones(600))]
)
def test_that_rows_of_one_class_or_value_tell_nothing(task: Task, truth: NDArray[Any]) -> None:
    assert importance(RAW[task], made(), truth, task, columns=COLUMNS) == {}


def test_that_no_columns_and_few_rows_do_no_harm() -> None:
    assert found("binary", columns=()) == {}
    table = made(2)
    truth = np.array([0, 1])
    assert set(importance(halves, table, truth, "binary", columns=COLUMNS)) == set(COLUMNS)


@given(predicted_rows())
def test_that_what_is_lost_is_the_main_metric(rows: tuple[Task, Any, Any]) -> None:
    task, truth, predicted = rows
    wanted = scores(task, truth, predicted)[main_metric(task).name]
    value = score_of(task, truth, predicted)
    if wanted is None:
        assert not np.isfinite(value)
    else:
        assert value == pytest.approx(-wanted if task == "regression" else wanted)


# -- one seed, one result ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", RAW)
def test_that_one_seed_has_one_result(task: Task) -> None:
    assert found(task, seed=3) == found(task, seed=3)
    assert list(found(task, columns=COLUMNS[::-1])) == list(COLUMNS)
    assert found(task, seed=3) == found(task, seed=3, columns=COLUMNS[::-1])
    assert found(task, seed=3)["all"] != found(task, seed=4)["all"]


def test_that_the_table_is_not_changed() -> None:
    table = made()
    before = table.copy(deep=True)
    found("binary", table)
    pd.testing.assert_frame_equal(table, before)


def test_that_a_column_has_its_value_however_many_others_are_reached() -> None:
    table, truth = made(), truths(made())["regression"]

    def told(row_s: float) -> dict[str, float]:
        machine = Machine(row_s=row_s)
        return importance(machine.slowed(signal), table, truth, "regression", columns=COLUMNS, clock=machine)

    few, more = told(0.00045), told(0.0003)
    assert 1 <= len(few) < len(more) <= len(COLUMNS)
    assert few == {name: more[name] for name in list(COLUMNS)[: len(few)]}


# -- how long it takes ------------------------------------------------------------------------------------------------


@given(st.floats(0.0, 1.0), st.floats(1e-9, 0.01), st.integers(1, 12), st.integers(1, 1_500), st.floats(0.05, 5.0))
def test_that_the_budget_is_kept_by_any_model_that_is_asked_more_than_twice(
    call_s: float, row_s: float, columns: int, rows: int, budget_s: float
) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(rows, columns))).rename(columns=lambda number: f"n{number}")
    machine = Machine(call_s, row_s)
    raw = machine.slowed(lambda t: t["n0"].to_numpy())
    told = importance(
        raw, table, table["n0"].to_numpy(), "regression", columns=list(table.columns), budget_s=budget_s, clock=machine
    )
    assert list(told) == list(table.columns)[: len(told)]
    if told:
        assert machine.now <= budget_s
    else:
        assert len(machine.calls) <= 2


def test_that_mixings_go_first_then_rows_then_columns() -> None:
    table = made(1_000)

    def asked(row_s: float) -> tuple[int, int]:
        machine = Machine(row_s=row_s)
        told = importance(
            machine.slowed(signal), table, truths(table)["regression"], "regression", columns=COLUMNS, clock=machine
        )
        return sum(machine.calls[-2:]), len(told)

    plans = [asked(row_s) for row_s in (1e-6, 3e-5, 5e-5, 1e-4, 2e-4, 4e-4, 8e-4)]
    assert [columns for _, columns in plans][:5] == [5] * 5
    assert plans[-1][1] < 5
    assert [rows for rows, _ in plans] == sorted((rows for rows, _ in plans), reverse=True)


def test_that_what_a_call_costs_is_paid_for_many_columns_at_once() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(1_000, 30))).rename(columns=lambda number: f"n{number}")
    machine = Machine(call_s=0.02)
    raw = machine.slowed(lambda t: t["n0"].to_numpy())
    told = importance(raw, table, table["n0"].to_numpy(), "regression", columns=list(table.columns), clock=machine)
    assert len(told) == 30
    assert len(machine.calls) < 30


def test_that_long_tables_are_asked_by_a_sample() -> None:
    machine = Machine()
    table = made(30_000)
    told = importance(machine.slowed(halves), table, truths(table)["binary"], "binary", columns=COLUMNS, clock=machine)
    assert len(told) == len(COLUMNS)
    assert sum(machine.calls) <= 625 + 16 * MOST_ROWS


# -- how it is said ---------------------------------------------------------------------------------------------------


def test_that_ranks_and_values_are_said_as_people_do() -> None:
    assert [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111, 113)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th", "113th",
    ]  # fmt: skip
    assert [worth(value) for value in (0.03149, -0.0001, -0.02, 0.0, 12.3456, 123456.0)] == [
        "0.031", "0.000", "-0.020", "0.000", "12.35", "1.235e+05",
    ]  # fmt: skip


def test_that_what_helps_by_nothing_is_not_listed() -> None:
    told = {"a": 0.0001, "b": -0.2, "c": 0.02, "d": 0.3} | {f"n{number}": 0.1 for number in range(20)}
    listed = helpful(told)
    assert [name for name, _ in listed] == ["d", *(f"n{number}" for number in range(9))]
    assert helpful({"a": 0.0, "b": 0.0004}) == []


def test_that_what_was_not_tried_is_said() -> None:
    assert partly({"a": 0.1}, 1) == ""
    assert partly({"a": 0.1}, 1_200) == "1 of 1,200 columns were tried in the time there was."
    assert meaning("binary").startswith("ROC AUC lost")
    assert "standard deviations" in meaning("regression")
