"""The front of runs that no other betters in both of two numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aetheron_desktop.engine.comparing.columns import SCORE
from aetheron_desktop.engine.comparing.table import RunTable
from aetheron_desktop.engine.comparing.trading import traded
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.evaluation.comparing.pareto import front
from tests.engine.comparing.conftest import made_row

if TYPE_CHECKING:
    from numpy.typing import NDArray


def by_pairs(values: NDArray[np.float64], higher: list[bool]) -> NDArray[np.bool_]:
    """Give the front as it is defined, each against each."""
    signed = values * np.where(higher, 1, -1)
    return np.array([
        not any((other >= one).all() and (other > one).any() for other in signed) for one in signed
    ])  # fmt: skip


def test_that_the_front_is_that_of_its_definition() -> None:
    rng = np.random.default_rng(0)
    for things in (2, 3, 4):
        values = rng.integers(0, 12, (200, things)).astype(float)
        higher = [bool(place % 2) for place in range(things)]
        assert (front(values, higher) == by_pairs(values, higher)).all()
    assert front(np.array([[1.0, np.nan], [0.5, 2.0]]), [True, True]).tolist() == [False, True]
    assert front(np.empty((0, 2)), [True, True]).tolist() == []


def test_that_runs_on_other_rows_or_without_a_number_are_left_out_and_counted() -> None:
    rows = [
        made_row("fast", metrics={"roc_auc": 0.8}, seconds=1.0, test_rows="aa"),
        made_row("slow", metrics={"roc_auc": 0.9}, seconds=50.0, test_rows="aa"),
        made_row("bad", metrics={"roc_auc": 0.7}, seconds=60.0, test_rows="aa"),
        made_row("else", metrics={"roc_auc": 0.99}, seconds=0.1, test_rows="bb"),
        made_row("going", metrics={}, seconds=2.0, test_rows="aa"),
    ]
    told = traded(RunTable(rows), range(5), "time", SCORE)
    assert dict(zip(told.runs, told.on_front, strict=True)) == {"fast": True, "slow": True, "bad": False}
    assert told.left_out == 2
    assert told.x == (1.0, 50.0, 60.0)
    # In less than 50 seconds no run reaches more than 0.8; and 0.8 takes a second at least.
    assert told.steps == ((1.0, 0.8), (50.0, 0.8), (50.0, 0.9))
    assert traded(RunTable(rows), range(5), SCORE, "time").steps == ((0.8, 1.0), (0.8, 50.0), (0.9, 50.0))
    assert not any(traded(RunTable(rows), range(5), "features", "seed").on_front)
    with pytest.raises(UsageError):
        traded(RunTable(rows), range(5), "nothing", SCORE)
