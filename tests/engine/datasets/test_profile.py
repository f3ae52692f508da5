"""The profile of a column, held against numpy and pandas."""

import datetime as dt
import math
import re
from collections import Counter
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.datasets.profiles import large, profiling
from aetheron_desktop.engine.datasets.profiles.cells import Cells, values
from aetheron_desktop.engine.datasets.profiles.dates import length, microseconds, spelled
from aetheron_desktop.engine.datasets.profiles.measure import in_order, measured
from aetheron_desktop.engine.datasets.profiles.profile import SHARES, ColumnProfile, Gap
from aetheron_desktop.engine.datasets.query import Query
from aetheron_desktop.engine.datasets.schema import Column, ColumnType
from aetheron_desktop.engine.datasets.staging import Stopped
from aetheron_desktop.engine.errors import DatasetError, UsageError
from aetheron_desktop.engine.jobs import asking
from tests.engine.datasets.profiles import column, made, told

FLOATS = st.one_of(st.none(), st.floats(), st.sampled_from([0.0, -0.0, 1.5, 1.5, 1e300, -1e300, 5e-324]))
WHOLES = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.integers(-3, 3))
WORDS = st.one_of(st.none(), st.text(max_size=5), st.sampled_from(["a", "b", "", "ß", "日本", "👩‍🚀"]))


def of(cells: pa.Array, type_: ColumnType = "number") -> ColumnProfile:
    found = values(pa.chunked_array([cells]))
    return measured(Column("x", type_, cells.null_count, 0), found, in_order(found), len(cells))


def agree(profile: ColumnProfile, numbers: np.ndarray, missing: int) -> None:
    """Hold a profile against numpy's own figures."""
    known = numbers[np.isfinite(numbers)]
    assert profile.missing == missing
    assert profile.infinite == len(numbers) - len(known)
    assert profile.distinct == len(np.unique(numbers))
    if not len(known):
        assert profile.quantiles == ()
        assert profile.histograms == ()
        assert profile.mean is None
        return
    wanted = [np.quantile(known, share, method="inverted_cdf") for share in SHARES]
    assert [quantile.value for quantile in profile.quantiles] == wanted
    for histogram in profile.histograms:
        assert sum(histogram.counts) + histogram.below + histogram.above == len(known)
        assert all(low < high for low, high in zip(histogram.edges, histogram.edges[1:], strict=False))
    everything = profile.histogram("all")
    assert everything is not None
    assert (everything.below, everything.above) == (0, 0)
    assert all(top.count == np.count_nonzero(known == float(top.value)) for top in profile.top)
    counts = sorted(Counter(known.tolist()).values(), reverse=True)
    assert [top.count for top in profile.top] == counts[: len(profile.top)]
    assert len(profile.top) == min(20, len(counts))


@given(st.lists(FLOATS, max_size=80))
@settings(max_examples=150, deadline=None)
def test_that_floats_agree_with_numpy(cells: list[float | None]) -> None:
    profile = of(pa.array(cells, pa.float64()))
    numbers = np.array([cell for cell in cells if cell is not None and not math.isnan(cell)], dtype=np.float64)
    agree(profile, numbers, len(cells) - len(numbers))
    assert asking.told(msgspec.json.decode(msgspec.json.encode(profile))) == profile


@given(st.lists(WHOLES, max_size=80))
@settings(max_examples=150, deadline=None)
def test_that_whole_numbers_are_exact_to_the_last_digit(cells: list[int | None]) -> None:
    profile = of(pa.array(cells, pa.int64()), "integer")
    known = sorted(cell for cell in cells if cell is not None)
    assert profile.missing == len(cells) - len(known)
    assert profile.distinct == len(set(known))
    assert [quantile.value for quantile in profile.quantiles] == [
        known[max(0, math.ceil(share * len(known) - 1e-9) - 1)] for share in SHARES if known
    ]
    assert {top.value for top in profile.top} <= {str(cell) for cell in known}
    for histogram in profile.histograms:
        assert sum(histogram.counts) + histogram.below + histogram.above == len(known)
    assert asking.told(msgspec.json.decode(msgspec.json.encode(profile))) == profile


@given(st.lists(WORDS, max_size=60))
@settings(max_examples=150, deadline=None)
def test_that_words_agree_with_a_plain_count(cells: list[str | None]) -> None:
    profile = of(pa.array(cells, pa.string()), "category")
    counts = Counter(cell for cell in cells if cell is not None)
    assert profile.missing == cells.count(None)
    assert profile.distinct == len(counts)
    assert [top.count for top in profile.top] == sorted(counts.values(), reverse=True)[:20]
    assert all(counts[top.value] == top.count for top in profile.top)
    sizes = [len(cell) for cell in cells if cell is not None]
    if not sizes:
        assert profile.lengths is None
        return
    assert profile.lengths is not None
    assert (profile.lengths.shortest, profile.lengths.longest) == (min(sizes), max(sizes))
    assert profile.lengths.mean == pytest.approx(np.mean(sizes))
    assert profile.lengths.blank == sizes.count(0)
    assert sum(profile.lengths.histogram.counts) == len(sizes)


def test_that_mean_and_deviation_are_those_of_pandas() -> None:
    numbers = np.random.default_rng(0).lognormal(3, 2, 5_000)
    profile = of(pa.array(numbers))
    described = pd.Series(numbers).describe()
    assert profile.mean == pytest.approx(described["mean"], rel=1e-12)
    assert profile.sd == pytest.approx(described["std"], rel=1e-12)


def test_that_whole_numbers_of_a_small_range_have_a_bar_each() -> None:
    profile = of(pa.array([1, 2, 2, 5]), "integer")
    histogram = profile.histogram("all")
    assert histogram is not None
    assert histogram.edges == (0.5, 1.5, 2.5, 3.5, 4.5, 5.5)
    assert histogram.counts == (1, 2, 0, 0, 1)


def test_that_robust_and_log_ranges_leave_the_rest_outside() -> None:
    numbers = np.append(np.random.default_rng(0).lognormal(0, 2, 10_000), [-1e9, 1e9])
    profile = of(pa.array(numbers))
    robust, log = profile.histogram("robust"), profile.histogram("log")
    assert robust is not None
    assert log is not None
    assert robust.edges[-1] < 1e4
    assert robust.above > 0
    assert log.below == 1
    assert np.allclose(np.diff(np.log10(log.edges)), np.diff(np.log10(log.edges))[0])
    assert list(log.counts) == np.histogram(numbers, bins=log.edges)[0].tolist()


def test_that_truth_values_are_counted() -> None:
    profile = of(pa.array([True, None, True, False]), "boolean")
    assert [(top.value, top.count) for top in profile.top] == [("true", 2), ("false", 1)]
    assert (profile.missing, profile.distinct) == (1, 2)


def test_that_time_has_coverage_and_gaps_also_before_1900() -> None:
    days = [dt.datetime(1850, 1, 1) + dt.timedelta(days=day) for day in (*range(40), *range(100, 140), 140, 140)]
    profile = of(pa.array(days, pa.timestamp("us")), "date")
    assert profile.coverage is not None
    assert spelled(profile.coverage.first) == "1850-01-01"
    assert spelled(profile.coverage.last) == "1850-05-21"
    assert length(profile.coverage.step or 0) == "1 day"
    assert profile.coverage.gap_count == 1
    assert profile.coverage.gaps == (Gap(microseconds("1850-02-09"), microseconds("1850-04-11")),)


@given(st.datetimes())
def test_that_a_date_is_read_as_it_was_written(moment: dt.datetime) -> None:
    at = (moment - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)
    assert microseconds(spelled(at)) == at


def test_that_a_date_beyond_python_has_words() -> None:
    assert spelled(2**62) == f"{np.datetime64(2**62, 'us').astype('datetime64[Y]')} (year)"


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([], pa.float64()),
        pa.array([], pa.string()),
        pa.array([], pa.timestamp("us")),
        pa.array([None, None], pa.int64()),
        pa.array([None], pa.string()),
        pa.array([float("nan"), None], pa.float64()),
        pa.array([float("inf"), float("-inf")], pa.float64()),
        pa.array([7], pa.int64()),
        pa.array(["only"]),
        pa.array([3.5] * 100),
        pa.array([dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31)], pa.timestamp("us")),
        pa.array([dt.date(1850, 1, 1), None]),
        pa.array([2**64 - 1], pa.uint64()),
        pa.array([[1, 2], None]),
        pa.array([1.7e308, -1.7e308]),
        pa.array([1.0, 1.0 + 2**-52, 1.0 + 2**-51]),
    ],
    ids=str,
)
def test_that_edges_of_tables_have_a_profile_and_travel(cells: pa.Array, tmp_path: Path) -> None:
    dataset = made(tmp_path, pa.table({"x": cells}))
    profile = column(dataset, "x")
    assert profile.missing == pd.Series(cells.to_pylist(), dtype=object).isna().sum()
    assert asking.told(msgspec.json.decode(msgspec.json.encode(profile))) == profile


def test_that_a_column_of_any_length_has_the_same_profile(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = 20_000
    holes = rng.random(rows) < 0.1
    moments = pd.Timestamp("1890-01-01") + pd.to_timedelta(np.append(rng.integers(0, 900, rows - 1), 50_000), unit="D")
    table = pa.table(
        {
            "float": pa.array(np.where(rng.random(rows) < 0.01, np.inf, rng.lognormal(0, 3, rows)), mask=holes),
            "nan": pa.array(np.where(holes, np.nan, rng.normal(size=rows).round(1))),
            "whole": pa.array(rng.integers(-(2**60), 2**60, rows), mask=holes),
            "few": pa.array(rng.integers(0, 5, rows)),
            "words": pa.array(rng.choice(["", "ä", "long word", "b" * 300], rows), mask=holes),
            "many": pa.array([f"user {number}" for number in rng.integers(0, rows, rows)]),
            "truth": pa.array(rng.random(rows) < 0.3, mask=holes),
            "when": pa.array(moments).cast(pa.timestamp("us")),
            "nothing": pa.nulls(rows, pa.float64()),
        }
    )
    dataset = made(tmp_path, table, group=3_000)
    cells = Cells(dataset.parquet, lambda: False)
    with Query(dataset.parquet, tmp_path, lambda: False) as query:
        for name in table.column_names:
            parts = large.measured_in_parts(dataset.info.schema.column(name), cells, query)
            whole = column(dataset, name)
            assert (parts.mean is None) == (whole.mean is None)
            assert (parts.mean or 0) == pytest.approx(whole.mean or 0, rel=1e-9)
            assert (parts.sd or 0) == pytest.approx(whole.sd or 0, rel=1e-9)
            told_ = msgspec.structs.replace(parts, mean=whole.mean, sd=whole.sd)
            for field in ColumnProfile.__struct_fields__:
                assert getattr(told_, field) == getattr(whole, field), (name, field)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_that_the_quick_answer_comes_first_and_is_kept_when_exact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profiling, "_SOON", 1_000)
    rng = np.random.default_rng(2)
    table = pa.table({"x": rng.normal(size=300_000), "y": rng.choice(["a", "b"], 300_000)})
    dataset = made(tmp_path, table)
    first = [one for one in told(dataset) if isinstance(one, ColumnProfile)]
    assert [(one.column, one.is_exact) for one in first] == [("x", False), ("y", False), ("x", True), ("y", True)]
    assert first[0].sampled < 300_000
    assert first[0].mean_error is not None
    second = [one for one in told(dataset) if isinstance(one, ColumnProfile)]
    assert second == first[2:]


def test_that_four_thousand_columns_are_profiled(tmp_path: Path) -> None:
    wide = pa.table({f"c{place}": pa.array([place, None, 1, 1]) for place in range(4_000)})
    heard = told(made(tmp_path, wide))
    assert len(heard) == 4_000
    assert all(isinstance(one, ColumnProfile) and one.missing == 1 for one in heard)


def test_that_names_that_look_like_paths_or_parameters_are_taken_as_they_are(tmp_path: Path) -> None:
    table = pa.table({"a": [1, 2], "a.b": [3, 4], 'q"?': ["x", "y"], "?": [True, False]})
    dataset = made(tmp_path, table)
    assert column(dataset, "a").quantile(1.0) != column(dataset, "a.b").quantile(1.0)
    assert column(dataset, 'q"?').distinct == 2
    cells = Cells(dataset.parquet, lambda: False)
    with Query(dataset.parquet, tmp_path, lambda: False) as query:
        for name in table.column_names:
            assert large.measured_in_parts(dataset.info.schema.column(name), cells, query).distinct == 2


def test_that_it_stops_when_asked(tmp_path: Path) -> None:
    dataset = made(tmp_path, pa.table({"x": [1, 2, 3]}))
    with pytest.raises(Stopped):
        list(Cells(dataset.parquet, lambda: True).columns(["x"]))
    with pytest.raises(Stopped), Query(dataset.parquet, tmp_path, lambda: True) as query:
        query.rows("SELECT count(*) FROM read_parquet(?) a, range(100000000) b, range(1000) c")


def test_that_a_wrong_name_and_a_lost_file_are_told_in_words(tmp_path: Path) -> None:
    dataset = made(tmp_path, pa.table({"colour": ["red"]}))
    with pytest.raises(UsageError, match=re.escape("There is no column 'color'.")):
        told(dataset, "color")
    dataset.parquet.write_bytes(b"PAR1 cut short")
    with pytest.raises(DatasetError, match="cannot be read"):
        told(dataset)
