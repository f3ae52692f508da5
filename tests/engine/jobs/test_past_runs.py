"""Earlier runs of the workspace say how fast the machine is; the command line says it before it trains."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from aetheron_desktop import cli
from aetheron_desktop.cli import training
from aetheron_desktop.engine.jobs.execution import Execution
from aetheron_desktop.engine.jobs.job import TrainJob
from aetheron_desktop.engine.jobs.past_runs import OVERALL, speeds
from aetheron_desktop.engine.training.forecast import of_experiment
from tests.engine.jobs.test_execution import experiment

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.workspace import Workspace


def test_that_earlier_runs_tell_how_fast_the_machine_is(workspace: Workspace, dataset: Dataset) -> None:
    assert speeds(workspace) == {OVERALL: 1.0}
    workspace.add_dataset(msgspec.structs.replace(dataset.info, rows=10**7))
    job = TrainJob(experiment=experiment(workspace, dataset))
    Execution(workspace, job, lambda event, line: None).run(lambda: False)
    told = of_experiment(job.experiment, workspace.dataset(dataset.info.id).info)
    assert told is not None
    run = workspace.run(job.id)
    workspace.put_run(msgspec.structs.replace(run, seconds=7 * told.seconds))
    assert speeds(workspace) == {"dummy": pytest.approx(7.0), OVERALL: pytest.approx(7.0)}
    workspace.put_run(msgspec.structs.replace(run, outcome="stopped"))
    assert speeds(workspace) == {OVERALL: 1.0}
    workspace.put_run(msgspec.structs.replace(run, estimator="gone"))
    assert speeds(workspace) == {OVERALL: 1.0}
    workspace.put_run(msgspec.structs.replace(run, seconds=7 * told.seconds))
    workspace.add_dataset(dataset.info)
    assert speeds(workspace) == {OVERALL: 1.0}, "a short one says nothing"


def test_that_a_dry_run_says_what_it_takes_and_trains_nothing(
    workspace: Workspace,
    dataset: Dataset,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = ["--workspace", str(workspace.root), "train", dataset.info.id, "--target", "sold"]
    assert cli.main([*words, "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "Random forest" in said
    assert "at most" in said
    assert "Nothing was trained." in said
    assert workspace.runs() == []
    monkeypatch.setattr(training, "free_memory", lambda: 1000)
    assert cli.main([*words, "--estimator", "forest"]) == 1
    assert "needs about 300 MB" in capsys.readouterr().err
    assert workspace.runs() == []
