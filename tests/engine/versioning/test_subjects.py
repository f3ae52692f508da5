"""What can be analyzed, and what is said of it when a part is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.versioning.changes import SetThreshold
from aetheron_desktop.engine.versioning.deeds import set_threshold
from aetheron_desktop.engine.versioning.subjects import of_run, of_version
from aetheron_desktop.engine.workspace import Workspace
from tests.analyzed import put_dataset, put_run, scored

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    workspace = Workspace.open(tmp_path / "workspace")
    put_dataset(workspace)
    truth, score = scored(40)
    put_run(workspace, truth, np.column_stack([1 - score, score]), classes=("no", "yes"))
    yield workspace
    workspace.close()


def test_that_a_run_is_analyzed_with_the_current_version_of_its_model(workspace: Workspace) -> None:
    found = of_run(workspace, "run-1")
    assert (found.model, found.number, found.is_current, found.threshold) == ("model-1", 1, True, None)
    assert found.title == "Forest 1"
    assert found.tested == pytest.approx(0.2)
    set_threshold(SetThreshold(model="model-1", threshold=0.3, message="Why"), workspace)
    again = of_run(workspace, "run-1")
    assert (again.number, again.threshold, again.title) == (2, 0.3, "Forest 1, version 2")
    first = of_version(workspace, "model-1", found.version)
    assert (first.is_current, first.threshold) == (False, None)


def test_that_what_is_gone_is_told(workspace: Workspace) -> None:
    workspace.remove_dataset("0123456789abcdef")
    found = of_run(workspace, "run-1")
    assert not found.has_dataset
    assert "dataset made is not here" in found.notes[0]
    workspace.bin_model("model-1")
    alone = of_run(workspace, "run-1")
    assert alone.model == ""
    assert "model is not here" in alone.notes[0]


def test_that_a_run_without_a_model_says_what_to_do(workspace: Workspace) -> None:
    truth, score = scored(10)
    predicted = np.column_stack([1 - score, score])
    put_run(
        workspace,
        truth,
        predicted,
        classes=("no", "yes"),
        number=2,
        has_model=False,
        outcome="failed",
        title="Out of memory",
    )
    (workspace.run_folder("run-2") / "predictions.parquet").unlink()
    with pytest.raises(UsageError, match="Out of memory") as refused:
        of_run(workspace, "run-2")
    assert "Train" in refused.value.hint
    put_run(workspace, truth, predicted, classes=("no", "yes"), number=3, has_model=False, outcome=None)
    with pytest.raises(UsageError, match="still trains"):
        of_run(workspace, "run-3")
