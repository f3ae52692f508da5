"""What a history from elsewhere tells of its versions: clean, within bounds, or passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from aetheron_desktop.engine.errors import UntrustedModel
from aetheron_desktop.engine.registry.description import LATEST, encoded
from aetheron_desktop.engine.registry.history import told_of
from aetheron_desktop.engine.registry.revising import description_of
from aetheron_desktop.engine.workspace import Workspace
from tests.models import made_info, put_model

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace.open(tmp_path / "workspace")
    put_model(workspace, made_info())
    return workspace


def test_that_who_made_a_version_is_shown_clean_and_when_within_the_years(workspace: Workspace) -> None:
    with workspace.shelf.changing("model-1") as repository:
        made = repository.store.commit(repository.find("current"))
        for moment, told in ((-5, 0), (10**15, LATEST), (12, 12)):
            made.author = "Ada\x1b[2J \u202eLove\x7flace <ada\x1b[31m@x>".encode()
            made.commit_time = moment
            repository.store.add(made)
            version, _ = told_of(repository, made.id.decode())
            assert (version.author, version.email, version.at) == ("Ada[2J Lovelace", "ada[31m@x", told)


@pytest.mark.parametrize(
    "wrong",
    [{"run": "../../x"}, {"run": "run-../x"}, {"created": 1e18}, {"created": -1.0}, {"metrics": {"beauty": 1.0}}],
    ids=str,
)
def test_that_a_version_that_tells_what_cannot_be_is_passed_over(
    workspace: Workspace, wrong: dict[str, object]
) -> None:
    with workspace.shelf.changing("model-1") as repository:
        first = repository.find("current")
        description = description_of(repository, first)
        info = msgspec.structs.replace(description.info, **wrong)
        data = encoded(msgspec.structs.replace(description, info=info))
        bad = repository.change(first, {"model.json": data}, "Bad", "changed", branch="bold")
        for read in (told_of, description_of):
            with pytest.raises(UntrustedModel):
                read(repository, bad)
    assert set(workspace.shelf.versions("model-1")) == {first}
