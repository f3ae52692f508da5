from collections.abc import Iterator
from pathlib import Path

import pytest

from aetheron_desktop.engine.datasets.dataset import Dataset
from aetheron_desktop.engine.workspace import Workspace
from tests.tables import made_dataset


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    workspace = Workspace.open(tmp_path / "workspace")
    yield workspace
    workspace.close()


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    """A small dataset in the workspace."""
    made = made_dataset(workspace.dataset_folder("0123456789abcdef"))
    workspace.add_dataset(made.info)
    return made
