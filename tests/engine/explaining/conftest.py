"""Small models of several kinds, trained once; what is asked about them is asked in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aetheron_desktop.engine.explaining.subject import Subject, opened
from aetheron_desktop.engine.workspace import Workspace
from tests.engine.versioning.doing import put_dataset, trained
from tests.tables import made_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aetheron_desktop.engine.datasets.schema import Task


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    workspace = Workspace.open(tmp_path_factory.mktemp("explaining") / "workspace")
    put_dataset(workspace, made_table(500))
    yield workspace
    workspace.close()


@pytest.fixture(scope="session")
def subject_of(shelf: Workspace) -> Callable[[str, Task], Subject]:
    """Give a small model that is open; each is trained once."""
    known: dict[tuple[str, Task], Subject] = {}

    def made(estimator: str, task: Task) -> Subject:
        if (estimator, task) not in known:
            model = trained(shelf, shelf.dataset("0123456789abcdef"), estimator, task)
            known[estimator, task] = opened(shelf, model.id)
        return known[estimator, task]

    return made
