"""One small model of three versions, trained once a module; whoever changes it works on a copy."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from aetheron_desktop.engine.versioning.changes import SetThreshold
from aetheron_desktop.engine.workspace import Workspace
from tests.engine.versioning.doing import changed, put_dataset, trained, trained_into

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aetheron_desktop.engine.registry.model import ModelInfo


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Version 1 is a logistic regression, 2 a forest in its place, 3 the forest with another threshold."""
    workspace = Workspace.open(tmp_path_factory.mktemp("kept") / "workspace")
    dataset = put_dataset(workspace)
    model = trained(workspace, dataset)
    trained_into(workspace, model.id, dataset)
    changed(workspace, SetThreshold(model=model.id, threshold=0.3, message="Miss fewer"))
    yield workspace
    workspace.close()


@pytest.fixture
def workspace(kept: Workspace, tmp_path: Path) -> Iterator[Workspace]:
    """A copy of the workspace, to be changed."""
    root = tmp_path / "workspace"
    shutil.copytree(kept.root, root, symlinks=True)
    workspace = Workspace.open(root)
    yield workspace
    workspace.close()


@pytest.fixture
def model(workspace: Workspace) -> ModelInfo:
    """The model of three versions."""
    (info,) = workspace.models()
    return info
