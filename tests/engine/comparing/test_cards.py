"""What is read of a run's folder, kept in the index, marked by a person, put aside and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from aetheron_desktop.engine.comparing import card, removing, views
from aetheron_desktop.engine.comparing.marks import Marks, checked
from aetheron_desktop.engine.comparing.views import View, Views
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.evaluation.verdict import rows_hash
from aetheron_desktop.engine.training.experiment import SplitPlan
from aetheron_desktop.engine.workspace import Workspace
from tests.runs import made_run

if TYPE_CHECKING:
    from pathlib import Path


def test_that_a_card_tells_plan_environment_and_test_rows(workspace: Workspace) -> None:
    made_run(workspace, seed=7)
    assert card.fill(workspace, ["run-1"]) == 1
    found = card.cards(workspace)["run-1"]
    assert found.params == {"trees": 300}
    assert found.environment == {"python": "3.11.7"}
    assert (found.features, found.seed, found.split, found.fold) == (2, 7, "20% test, 20% validation", None)
    assert found.test_rows == rows_hash(np.array([1, 5, 9]), "d1")
    assert found.test_count == 3
    assert found.bytes == sum(path.stat().st_size for path in workspace.run_folder("run-1").iterdir())


def test_that_repetitions_of_a_plan_are_known_and_other_plans_are_not(workspace: Workspace) -> None:
    made_run(workspace, "run-1", seed=1)
    made_run(workspace, "run-2", seed=2)
    made_run(workspace, "run-3", class_weight="balanced")
    made_run(workspace, "run-4", split=SplitPlan(frozen="five", fold=0))
    made_run(workspace, "run-5", split=SplitPlan(frozen="five", fold=3))
    card.fill(workspace, [f"run-{n}" for n in range(1, 6)])
    plans = [found.plan for _, found in sorted(card.cards(workspace).items())]
    assert plans[0] == plans[1] != plans[2]
    assert plans[3] == plans[4]
    assert len(set(plans)) == 3
    assert [found.fold for _, found in sorted(card.cards(workspace).items())] == [None, None, None, 0, 3]


def test_that_a_run_of_today_repeats_one_of_an_earlier_version_that_said_less(workspace: Workspace) -> None:
    params = {"trees": 300, "patience": None}
    for run, more in (("run-1", {}), ("run-2", {"device_type": "cpu"}), ("run-3", {"device_type": "gpu"})):
        made_run(workspace, run, params=params | more)
    job = workspace.run_folder("run-1") / "job.json"
    told = msgspec.json.decode(job.read_bytes())
    assert told["experiment"].pop("sample_weight") == ""
    job.write_bytes(msgspec.json.encode(told))
    made_run(workspace, "run-4", params=params, sample_weight="b")
    card.fill(workspace, [f"run-{n}" for n in range(1, 5)])
    plans = [found.plan for _, found in sorted(card.cards(workspace).items())]
    assert plans[0] == plans[1]
    assert len(set(plans)) == 3


def test_that_cards_are_missing_of_runs_that_are_new_or_have_had_another_life(workspace: Workspace) -> None:
    record = made_run(workspace)
    assert card.without_card([record], card.cards(workspace)) == ["run-1"]
    card.fill(workspace, ["run-1"])
    assert card.without_card([record], card.cards(workspace)) == []
    assert card.without_card([msgspec.structs.replace(record, ended=30.0)], card.cards(workspace)) == ["run-1"]
    assert card.without_card([msgspec.structs.replace(record, outcome=None)], card.cards(workspace)) == []


def test_that_a_run_whose_files_are_gone_has_a_card_that_says_what_is_known(workspace: Workspace) -> None:
    record = made_run(workspace)
    for path in workspace.run_folder("run-1").iterdir():
        path.unlink()
    card.fill(workspace, ["run-1", "run-9"])
    found = card.cards(workspace)["run-1"]
    assert found.is_of(record.ended)
    assert (found.test_rows, found.params, found.bytes) == ("", {}, 0)


def test_that_the_plan_is_found_in_the_history_where_the_job_is_gone(workspace: Workspace) -> None:
    made_run(workspace)
    (workspace.run_folder("run-1") / "job.json").write_bytes(b"{")
    card.fill(workspace, ["run-1"])
    assert card.cards(workspace)["run-1"].params == {"trees": 300}


def test_that_marks_outlive_the_index(workspace: Workspace, tmp_path: Path) -> None:
    made_run(workspace)
    card.mark(workspace, "run-1", Marks(tags=("x",), note="why"))
    assert card.card_of(workspace, "run-1").marks.tags == ("x",)
    workspace.close()
    (tmp_path / "workspace" / "workspace.db").unlink()
    again = Workspace.open(tmp_path / "workspace")
    card.fill(again, ["run-1"])
    assert card.cards(again)["run-1"].marks == Marks(tags=("x",), note="why")
    again.close()


def test_that_tags_are_trimmed_and_each_is_there_once() -> None:
    assert checked([" b ", "A  a", "b", ""], " n ", 3) == Marks(("A a", "b"), "n", 3)
    for tags, note, colour in ((["a,b"], "", None), (["x" * 41], "", None), ([], "n" * 4001, None), ([], "", 8)):
        with pytest.raises(UsageError):
            checked(tags, note, colour)


def test_that_a_run_that_was_removed_can_be_taken_back_until_it_is_deleted(workspace: Workspace) -> None:
    record = made_run(workspace)
    size = removing.size_of(workspace, ["run-1"])
    removed = removing.put_aside(workspace, ["run-1"])
    assert removed.bytes == size > 0
    assert workspace.runs() == []
    assert not workspace.run_folder("run-1").exists()
    removing.take_back(workspace, removed)
    assert workspace.runs() == [record]
    assert (workspace.run_folder("run-1") / "predictions.parquet").exists()
    removed = removing.put_aside(workspace, ["run-1"])
    assert removing.delete(workspace.root) == size
    with pytest.raises(UsageError, match="deleted for good"):
        removing.take_back(workspace, removed)
    assert removing.delete(workspace.root) == 0


def test_that_a_run_that_goes_on_is_not_removed(workspace: Workspace) -> None:
    record = made_run(workspace)
    workspace.put_run(msgspec.structs.replace(record, outcome=None))
    with pytest.raises(UsageError, match="still training"):
        removing.put_aside(workspace, ["run-1"])
    assert workspace.run_folder("run-1").exists()


def test_that_views_are_kept_and_a_damaged_file_is_none(workspace: Workspace) -> None:
    view = View(where="roc_auc > 0.9", columns=("run", "metric.f1"), sort="time", group="estimator")
    made = Views(last=view, baseline="run-1").saved("  my   best ", view)
    views.write(workspace, made)
    assert views.read(workspace) == made
    assert list(made.named) == ["my best"]
    assert made.without("my best").named == {}
    with pytest.raises(UsageError):
        made.saved("  ", view)
    (workspace.root / views.FILE).write_bytes(b"[")
    assert views.read(workspace) == Views()
