"""What a sample says of its own error: the interval holds the truth about as often as it claims."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from aetheron_desktop.engine.datasets.profiles import cells as cells_module
from aetheron_desktop.engine.datasets.profiles.cells import Cells
from aetheron_desktop.engine.datasets.profiles.measure import in_order, measured
from aetheron_desktop.engine.datasets.profiles.profile import ColumnProfile
from aetheron_desktop.engine.datasets.profiles.sampling import Design, student, wilson
from tests.engine.datasets.profiles import made

TURNS = 120
ROWS = 40_000


@pytest.mark.parametrize("freedom", [4, 7, 15, 23, 1000])
def test_that_students_t_is_that_of_scipy(freedom: int) -> None:
    assert student(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=3e-3)


@pytest.mark.parametrize(("count", "rows"), [(0, 10), (3, 10), (10, 10), (1, 100_000)])
def test_that_wilsons_interval_is_that_of_scipy(count: int, rows: int) -> None:
    wanted = stats.binomtest(count, rows).proportion_ci(method="wilson")
    assert wilson(count, rows) == pytest.approx((wanted.low, wanted.high), abs=1e-12)


@pytest.mark.parametrize("order", ["shuffled", "drifting"])
def test_that_intervals_hold_the_truth_as_often_as_they_claim(
    order: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells_module, "BLOCK_ROWS", 100)
    rng = np.random.default_rng(3)
    x = rng.lognormal(0, 0.7, ROWS)
    if order == "drifting":  # rows that stand together are alike, as in a log of many months
        x += np.repeat(rng.normal(0, 1, ROWS // 200), 200)
    word = np.where(x + rng.normal(size=ROWS) > 1.5, "many", "few")
    dataset = made(tmp_path, pa.table({"x": x, "word": word}), group=4_000)
    cells = Cells(dataset.parquet, lambda: False)
    truth = {share: np.quantile(x, share, method="inverted_cdf") for share in (0.05, 0.25, 0.5, 0.75, 0.95)}
    held = {"mean": 0, "count": 0} | {str(share): 0 for share in truth}
    for seed in range(TURNS):
        number, words = _profiles(dataset.info.schema, cells, seed)
        assert number.mean is not None
        assert number.mean_error is not None
        held["mean"] += abs(number.mean - x.mean()) <= number.mean_error
        top = next(top for top in words.top if top.value == "many")
        held["count"] += abs(top.count - int((word == "many").sum())) <= top.error
        for share, value in truth.items():
            quantile = number.quantile(share)
            assert quantile is not None
            low = -np.inf if quantile.low is None else quantile.low
            high = np.inf if quantile.high is None else quantile.high
            held[str(share)] += bool(low <= value <= high)
    # 95 % are claimed. Of 120 turns fewer than 106 would come by chance once in a thousand times.
    assert min(held.values()) >= 106, held


def _profiles(schema: object, cells: Cells, seed: int) -> tuple[ColumnProfile, ColumnProfile]:
    sample = cells.sample(["x", "word"], cells.drawn(seed))
    design = Design(sample.clusters, sample.blocks, sample.rows)
    made_: list[ColumnProfile] = []
    for name in ("x", "word"):
        values = sample.columns[name]
        made_.append(measured(schema.column(name), values, in_order(values), cells.rows, design))  # type: ignore[attr-defined]
    return made_[0], made_[1]


def test_that_a_sample_of_all_blocks_has_no_error(tmp_path: Path) -> None:
    dataset = made(tmp_path, pa.table({"x": np.arange(20_000.0), "word": ["a"] * 20_000}), group=4_096)
    number, words = _profiles(dataset.info.schema, Cells(dataset.parquet, lambda: False), 0)
    assert number.sampled == 20_000
    assert number.mean_error == 0
    assert words.top[0].error == 0


def test_that_a_constant_sample_of_a_long_table_is_no_certainty(tmp_path: Path) -> None:
    dataset = made(tmp_path, pa.table({"x": np.zeros(400_000), "word": ["a"] * 400_000}))
    _, words = _profiles(dataset.info.schema, Cells(dataset.parquet, lambda: False), 0)
    assert words.top[0].count == 400_000
    assert 0 < words.top[0].error < 100
