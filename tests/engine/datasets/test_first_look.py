from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from aetheron_desktop.engine.datasets.checks.finding import Finding, LookQuestion
from aetheron_desktop.engine.datasets.questions import answer
from aetheron_desktop.engine.errors import UsageError
from tests.tables import made_dataset, made_table

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.schema import Task


class Shelf:
    """One dataset, and a folder for what is needed meanwhile."""

    def __init__(self, root: Path, table: pd.DataFrame) -> None:
        self.root = root
        (root / "tmp").mkdir()
        self._made = made_dataset(root / "data", table)

    def dataset(self, id: str) -> Dataset:
        assert id == self._made.info.id
        return self._made


def looked(folder: Path, table: pd.DataFrame, target: str, task: Task) -> list[Finding]:
    shelf, found = Shelf(folder, table), []
    question = LookQuestion(dataset="0123456789abcdef", target=target, task=task)
    answer(question, shelf, found.append, lambda *_: None, lambda: False)
    assert all(isinstance(one, Finding) for one in found)
    return found


@pytest.mark.parametrize(("target", "task"), [("sold", "binary"), ("sort", "multiclass"), ("price", "regression")])
def test_that_columns_that_give_the_target_away_are_found_with_a_way_out(
    target: str, task: Task, tmp_path: Path
) -> None:
    table = made_table(400)
    known = {"binary": table[target], "multiclass": table[target]}.get(task)
    table["copy"] = table["price"] * 2.0 + 1.0 if known is None else pd.factorize(known)[0] + 0.5
    table["noise"] = np.random.default_rng(1).normal(size=400)
    found = looked(tmp_path, table, target, task)
    assert [one.id for one in found if one.id.startswith("leakage")][-1] == "leakage:copy"
    leak = found[-1]
    assert leak.severity == "high"
    assert f"“{target}”" in leak.headline
    assert leak.fix is not None
    assert (leak.fix.deed, leak.fix.columns) == ("exclude", ("copy",))
    assert not any("noise" in one.columns for one in found)


def test_that_infinite_values_are_found_and_missing_ones_are_not(tmp_path: Path) -> None:
    table = made_table(400)
    table["ratio"] = np.where(np.arange(400) % 40 == 0, np.inf, np.arange(400) % 7)
    found = looked(tmp_path, table, "sold", "binary")
    assert [(one.id, one.evidence[0][:5]) for one in found] == [("infinite:ratio", "2.5 %")]
    assert found[0].severity == "low"


def test_that_a_sound_table_gives_no_word_and_a_strange_target_a_clear_one(tmp_path: Path) -> None:
    assert looked(tmp_path, made_table(400), "sold", "binary") == []
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(UsageError, match="no column 'gone'"):
        looked(other, made_table(60), "gone", "binary")
