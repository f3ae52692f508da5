"""The order of runs, their groups, and which of them may be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aetheron_desktop.engine.comparing.columns import SCORE, direction_of
from aetheron_desktop.engine.comparing.table import RunTable
from aetheron_desktop.engine.errors import UsageError
from tests.engine.comparing.conftest import made_row

if TYPE_CHECKING:
    from numpy.typing import NDArray


def ids(table: RunTable, places: NDArray) -> list[str]:
    return [table.rows[place].id for place in places]


def test_that_the_best_score_is_first_and_what_is_not_known_last_in_either_order(table: RunTable) -> None:
    assert ids(table, table.order(SCORE, ascending=True)) == ["three", "one", "two", "four", "five"]
    assert ids(table, table.order(SCORE, ascending=False))[-1] == "five"
    assert ids(table, table.order("metric.log_loss", ascending=True))[:2] == ["one", "two"]
    assert ids(table, table.order("metric.log_loss", ascending=False))[:2] == ["two", "one"]
    assert set(ids(table, table.order("metric.log_loss", ascending=False))[2:]) == {"three", "four", "five"}


def test_that_texts_are_in_the_order_of_the_alphabet_and_the_pinned_run_is_first(table: RunTable) -> None:
    assert ids(table, table.order("run", ascending=True)) == ["five", "four", "one", "three", "two"]
    assert ids(table, table.order("run", ascending=True, first="two"))[0] == "two"
    assert ids(table, table.order("run", ascending=True, where=table.values("rows") > 100, first="three")) == [
        "one", "two",
    ]  # fmt: skip


def test_that_equal_runs_stand_newest_first() -> None:
    table = RunTable([made_row(name, metrics={"roc_auc": 0.5}) for name in ("old", "middle", "new")])
    for ascending in (True, False):
        assert ids(table, table.order(SCORE, ascending=ascending)) == ["new", "middle", "old"]


def test_that_runs_on_other_test_rows_do_not_compete(table: RunTable) -> None:
    assert table.best == {"one", "three"}
    assert [table.letter(row) for row in table.rows] == ["A", "A", "B", "", ""]


def test_that_a_baseline_is_the_best_of_others_and_not_of_itself() -> None:
    baseline = made_row("dummy", estimator_id="dummy", metrics={"roc_auc": 0.5}, test_rows="aa")
    worse = made_row("worse", metrics={"roc_auc": 0.4}, test_rows="aa")
    assert RunTable([baseline]).best == set()
    assert RunTable([baseline, worse]).best == {"dummy"}


def test_that_the_lower_error_is_the_best_of_a_regression() -> None:
    rows = [
        made_row(name, metrics={"rmse": value}, task="regression", test_rows="aa")
        for name, value in (("bad", 9.0), ("good", 2.0))
    ]
    assert RunTable(rows).best == {"good"}


def test_that_a_difference_to_the_baseline_is_told_on_the_same_rows_alone(table: RunTable) -> None:
    one, two, three = (table.row(name) for name in ("one", "two", "three"))
    assert one is not None
    assert two is not None
    assert three is not None
    assert table.against(one, two, "roc_auc") == pytest.approx(0.05)
    assert table.against(one, two, "log_loss") == pytest.approx(0.11)
    assert table.against(two, one, "log_loss") == pytest.approx(-0.11)
    assert table.against(three, two, "roc_auc") is None
    assert table.against(one, None, "roc_auc") is None


def test_that_groups_stand_in_the_order_of_their_first_run(table: RunTable) -> None:
    groups = table.groups("estimator", table.order(SCORE, ascending=True))
    assert [(name, ids(table, places)) for name, places in groups] == [
        ("Logistic regression", ["three", "four"]), ("LightGBM", ["one"]), ("Random forest", ["two", "five"]),
    ]  # fmt: skip
    assert [name for name, _ in table.groups("rows", table.order("run", ascending=True))] == ["–", "114", "80"]


def test_that_columns_are_those_that_runs_have_something_in(table: RunTable) -> None:
    keys = [column.key for column in table.columns()]
    assert keys[:3] == ["run", SCORE, "estimator"]
    assert {"metric.roc_auc", "metric.rmse", "param.rounds", "env.scikit-learn"} <= set(keys)
    assert "metric.f1" not in keys
    with pytest.raises(UsageError, match=r"There is no column 'metric\.f1'"):
        table.values("metric.f1")


def test_that_a_parameter_that_is_now_text_and_now_a_number_is_text() -> None:
    table = RunTable([made_row("a", params={"depth": 3}), made_row("b", params={"depth": "none"})])
    assert table.values("param.depth").tolist() == ["3", "none"]


def test_that_a_run_that_changes_changes_what_is_sorted(table: RunTable) -> None:
    assert ids(table, table.order(SCORE, ascending=True))[0] == "three"
    place = table.put(made_row("five", metrics={"roc_auc": 0.99}, test_rows="aa"))
    assert place == 4
    assert ids(table, table.order(SCORE, ascending=True))[0] == "five"
    assert table.best == {"five", "three"}
    table.put(made_row("six", metrics={"roc_auc": 1.0}))
    assert len(table) == 6
    table.remove(["six", "five"])
    assert [row.id for row in table.rows] == ["one", "two", "three", "four"]
    assert table.best == {"one", "three"}


def test_that_there_are_more_letters_than_the_alphabet_has() -> None:
    rows = [made_row(f"r{n}", test_rows=f"h{n:02}") for n in range(28)]
    table = RunTable(rows)
    assert [table.letter(table.rows[place]) for place in (0, 25, 26, 27)] == ["A", "Z", "AA", "AB"]


def test_that_an_empty_table_can_be_asked() -> None:
    table = RunTable()
    assert table.order("run", ascending=True).tolist() == []
    assert table.best == set()


def test_that_the_names_of_other_programs_metrics_tell_that_less_is_better() -> None:
    lower = ("val_loss", "eval-RMSE", "test.mae", "logloss", "error_rate")
    assert {direction_of(name) for name in lower} == {"lower"}
    assert {direction_of(name) for name in ("val_accuracy", "maestro")} == {None}
    assert direction_of("roc_auc") == "higher"
