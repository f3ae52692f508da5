"""A profile in words."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from aetheron_desktop.engine.datasets.profiles import profile_words as words
from aetheron_desktop.engine.datasets.profiles import profiling
from aetheron_desktop.engine.datasets.profiles.profile import ColumnProfile, Estimate
from tests.engine.datasets.profiles import against, column, made, told


@pytest.mark.parametrize(
    ("part", "shown"), [(0, "0 %"), (1, "<0.1 %"), (500_000, "50 %"), (123_400, "12.3 %"), (999_999, ">99.9 %")]
)
def test_that_a_little_is_not_shown_as_nothing(part: int, shown: str) -> None:
    assert words.share(part, 1_000_000) == shown


def test_that_no_table_has_no_shares() -> None:
    assert words.share(0, 0) == "0 %"


def test_that_a_line_of_bars_has_the_width_and_shows_single_rows() -> None:
    line = words.sparkline([1_000, 0, 1, 500], 20)
    assert line == "█ ▁▄"
    assert len(words.sparkline(range(100), 20)) == 20
    assert words.sparkline([0, 0]) == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [(3, "3"), (1234567.0, "1,234,567"), (0.123456789, "0.123457"), (2**62, f"{2**62:,}"), (1.5e300, "1.5e+300")],
)
def test_that_numbers_are_short(value: float, shown: str) -> None:
    assert words.short(value) == shown


def test_that_each_kind_of_column_is_told(tmp_path: Path) -> None:
    table = pa.table(
        {
            "number": [1.0, float("inf"), 2.5, None],
            "word": ["", "ab", "ab", None],
            "when": pa.array(pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03", "2024-03-01"])).cast(
                pa.timestamp("us")
            ),
            "empty": pa.nulls(4, pa.string()),
        }
    )
    dataset = made(tmp_path, table)
    lines = {
        name: {line.label: line for line in words.statistics(column(dataset, name))} for name in table.column_names
    }
    assert lines["number"]["Infinite"].value == "1"
    assert lines["number"]["Missing"].error == "25 %"
    assert lines["number"]["Mean"].value == "1.75"
    assert lines["word"]["Empty text"].value == "1"
    assert lines["word"]["Longest"].value == "2 signs"
    assert lines["when"]["Usual step"].value == "1 day"
    assert lines["when"]["Gap of 1.9 months"] == ("Gap of 1.9 months", "2024-01-03", "to 2024-03-01")
    assert lines["when"]["First"].value == "2024-01-01"
    assert words.summary(column(dataset, "empty")) == "no value"
    assert words.summary(column(dataset, "word")) == "ab (50 %)"
    assert words.summary(column(dataset, "when")) == "2024-01-01 – 2024-03-01"


def test_that_a_sample_says_so_with_its_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiling, "_SOON", 10)
    dataset = made(tmp_path, pa.table({"x": np.random.default_rng(0).normal(size=200_000)}))
    sample, exact = (one for one in told(dataset, "x") if isinstance(one, ColumnProfile))
    assert words.badge(sample) == f"Sample of 98,304 rows, ± {100 * (sample.share_error or 0):.1f} %"
    assert 0.001 < (sample.share_error or 0) < 0.006
    assert "Woodruff" in words.method(sample)
    shown = {line.label: line.error for line in words.statistics(sample)}
    assert shown["Mean"].startswith("± 0.00")
    assert " – " in shown["Median"]
    assert words.badge(exact) == "Exact"
    assert {line.error for line in words.statistics(exact)} == {""}


def test_that_a_bar_says_what_it_holds(tmp_path: Path) -> None:
    dataset = made(tmp_path, pa.table({"count": [1, 2, 2, 3], "size": [0.0, 0.5, 1.0, 2.0]}))
    whole, real = column(dataset, "count"), column(dataset, "size")
    assert words.bar(whole.histograms[0], 1, "integer", 4) == "2: 2 rows, 50 %"
    assert words.bar(real.histograms[0], 0, "number", 4).startswith("0 – ")


def test_that_an_estimate_has_its_interval() -> None:
    assert words.estimate(Estimate(0.5, 0.4, 0.6), is_share=True) == "50 % (40 % – 60 %)"
    assert words.estimate(Estimate(2.0, None, None), is_share=False) == "2"
    assert words.estimate(Estimate(None, None, None), is_share=False) == "–"


def test_that_the_power_is_told_where_there_is_one(tmp_path: Path) -> None:
    dataset = made(tmp_path, pa.table({"x": [1, 2], "y": [1, 2]}))
    assert words.power(against(dataset, "x", "y")) == "too few rows to tell"
