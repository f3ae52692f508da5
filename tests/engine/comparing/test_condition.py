"""What people write to find runs, and what they are told when it cannot be understood."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.comparing.condition import matching, offers
from aetheron_desktop.engine.comparing.table import RunTable
from aetheron_desktop.engine.errors import UsageError
from tests.engine.comparing.conftest import made_row


def found(text: str, table: RunTable) -> list[str]:
    return [table.rows[place].id for place in np.flatnonzero(matching(text, table))]


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("", ["one", "two", "three", "four", "five"]),
        ("roc_auc > 0.9", ["one", "three"]),
        ("metric.roc_auc >= 0.93", ["one", "three"]),
        ("roc_auc > 0.9 and estimator = lightgbm and tag = \"x\"", ["one"]),
        ("roc_auc > 0.9 estimator = lightgbm", ["one"]),
        ("estimator = 'Random forest'", ["two", "five"]),
        ("estimator = random_forest", ["two", "five"]),
        ("ESTIMATOR = Forest", ["two", "five"]),
        ("estimator != forest", ["one", "three", "four"]),
        ("estimator in (lightgbm, logistic)", ["one", "three", "four"]),
        ("not estimator in (lightgbm, logistic)", ["two", "five"]),
        ("tag = 'best yet'", ["one"]),
        ("tag is missing", ["two", "three", "four", "five"]),
        ("tags contains est", ["one"]),
        ("note contains WIDE", ["two"]),
        ("note not contains wide", ["one", "three", "four", "five"]),
        ("log_loss is missing", ["three", "four", "five"]),
        ("log_loss is not missing and log_loss < 0.3", ["one"]),
        ("time > 5 min", ["two"]),
        ("time < 5s", ["one"]),
        ("size > 12 MB", ["one"]),
        ("size <= 90kB", ["two"]),
        ("started > 2022-01-01", ["one"]),
        ("started < 1d", ["one", "two"]),
        ("depth = 4 or trees = 300", ["one", "two"]),
        ("(depth = 4 or trees = 300) and time < 1 h and roc_auc < .9", ["two"]),
        ("param.trees = 300", ["two"]),
        ("scikit-learn = 1.9.1", ["one"]),
        ("forest", ["two", "five"]),
        ("'wide forest'", ["two"]),
        ("churn lightgbm", ["one"]),
        ("status = failed", ["four"]),
        ("rows = 114", ["one", "two"]),
        ("roc_auc > -1", ["one", "two", "three"]),
        ("not (roc_auc > 0.9)", ["two", "four", "five"]),
    ],
)  # fmt: skip
def test_that_a_condition_finds_its_runs(text: str, runs: list[str], table: RunTable) -> None:
    assert found(text, table) == runs


@pytest.mark.parametrize(
    ("text", "words", "hint"),
    [
        ("roc_acu > 0.9", "There is no column 'roc_acu', at character 1.", "Did you mean roc_auc?"),
        ("roc_auc > lots", "ROC AUC is a number, and 'lots' is none, at character 11.", "Write a number there."),
        ("roc_auc >", "A value is missing, at character 10.", "Write it as: roc_auc > 0.9."),
        ("and roc_auc > 1", "'and' needs a column before it, at character 1.", "Write it as: roc_auc > 0.9."),
        ("(roc_auc > 1", "')' is missing, at character 13.", "Write ')' there."),
        ("roc_auc > 1)", "')' stands where nothing more was expected, at character 12.", "Join parts by and or or."),
        ("estimator > forest", "Estimator is text, and > compares numbers, at character 13.",
         "Use =, != or contains with text."),
        ("time > 5 MB", "'5MB' has no unit of time, at character 8.", "Time is told in ms, s, sec, m, min, h, d."),
        ("note = 'a", "The text that begins with 'a does not end, at character 8.", "Close the quotes."),
        ("started > yesterday", "Started is a date, and 'yesterday' is none, at character 11.",
         "Write 2026-11-30, or 7d for a week ago."),
        ("roc_auc contains 9", "ROC AUC is a number, and contains asks of text, at character 18.", "Use =, < or >."),
        ("tag in x", "'(' is missing, at character 8.", "Write '(' there."),
        ("roc_auc > = 3", "'=' stands where a value was expected, at character 11.", "Put text in quotes."),
    ],
)  # fmt: skip
def test_that_what_cannot_be_understood_is_told_with_its_place(
    text: str, words: str, hint: str, table: RunTable
) -> None:
    with pytest.raises(UsageError) as caught:
        matching(text, table)
    assert (caught.value.detail, caught.value.hint) == (words, hint)


def test_that_a_condition_too_deep_or_too_long_is_refused(table: RunTable) -> None:
    with pytest.raises(UsageError, match="too many parts within"):
        matching("(" * 100 + "forest" + ")" * 100, table)
    with pytest.raises(UsageError, match="2,001 characters"):
        matching("a" * 2001, table)


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from(list("roc_auc forest><=!()\"' 0.9andornotisin,%ü")), max_size=40))
def test_that_no_text_is_worse_than_refused(text: str) -> None:
    table = RunTable([made_row("one", metrics={"roc_auc": 0.9}, tags=("x",)), made_row("two")])
    with contextlib.suppress(UsageError):
        assert matching(text, table).shape == (2,)
    assert offers(text, table).start <= len(text)


@pytest.mark.parametrize(
    ("text", "start", "words"),
    [
        ("ro", 0, ["rows", "roc_auc", "param.rounds"]),
        ("roc_auc > 0.9 and es", 18, ["estimator"]),
        ("estimator = l", 12, ["LightGBM", '"Logistic regression"']),
        ("tag = ", 6, ['"best yet"', "x"]),
        ("roc_auc ", 8, ["=", "!=", "<", "<=", ">", ">=", "is"]),
        ("estimator ", 10, ["=", "!=", "contains", "in", "is"]),
        ("roc_auc > 0.9 ", 14, ["and", "or"]),
        ("log_loss is ", 12, ["missing", "not missing"]),
        ("roc_auc > ", 10, []),
    ],
)
def test_that_what_may_follow_is_offered(text: str, start: int, words: list[str], table: RunTable) -> None:
    told = offers(text, table)
    assert told.start == start
    assert list(told.words)[: len(words)] == words
    assert words or not told.words


def test_that_thousands_of_runs_are_searched_by_asking_each_value_once() -> None:
    rows = [
        made_row(f"run-{n}", ("forest", "lightgbm")[n % 2], metrics={"roc_auc": n / 5_000}, tags=(f"t{n % 7}",))
        for n in range(5_000)
    ]
    table = RunTable(rows)
    mask = matching("roc_auc > 0.9 and estimator = lightgbm and tag = t3", table)
    expected = [n for n in range(5_000) if n / 5_000 > 0.9 and n % 2 and n % 7 == 3]
    assert np.flatnonzero(mask).tolist() == expected
