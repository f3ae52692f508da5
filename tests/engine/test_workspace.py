import os
import subprocess
import sys
from pathlib import Path

import pytest

from aetheron_desktop.engine.datasets.dataset import Dataset
from aetheron_desktop.engine.errors import UsageError, WorkspaceError, WorkspaceLocked
from aetheron_desktop.engine.registry.model import ModelInfo
from aetheron_desktop.engine.workspace import Workspace
from tests.models import made_info, put_model


@pytest.fixture
def model(workspace: Workspace) -> ModelInfo:
    return put_model(workspace, made_info(name="Forest"))


def test_that_a_model_is_renamed_binned_restored_and_deleted(workspace: Workspace, model: ModelInfo) -> None:
    assert workspace.rename_model(model.id, "  Old   forest ").name == "Old forest"
    assert workspace.shelf.enter(model.id).name == "Old forest"
    workspace.bin_model("Old forest")
    assert (workspace.models(), [info.name for info in workspace.models(binned=True)]) == ([], ["Old forest"])
    assert (workspace.model_folder(model.id) / "card.md").read_text() == "# Forest\n"
    workspace.restore_model(model.id)
    assert workspace.model(model.id).binned is None
    workspace.bin_model(model.id)
    folder = workspace.model_folder(model.id)
    workspace.delete_model(model.id)
    assert not folder.exists()
    assert workspace.models(binned=True) == []


def test_that_a_dataset_goes_to_the_bin_and_comes_back(workspace: Workspace, dataset: Dataset) -> None:
    workspace.remove_dataset("made")
    assert (workspace.datasets(), workspace.datasets(binned=True)) == ([], [dataset.info])
    assert not dataset.parquet.exists()
    workspace.restore_dataset(dataset.info.id)
    assert workspace.dataset("made").info == dataset.info
    assert dataset.parquet.exists()


def test_that_a_name_that_several_have_is_refused_with_their_ids(workspace: Workspace, model: ModelInfo) -> None:
    put_model(workspace, made_info(2, name="Forest"))
    with pytest.raises(UsageError, match="2 models named 'Forest'") as caught:
        workspace.model("Forest")
    assert "model-1" in caught.value.hint
    assert "model-2" in caught.value.hint


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_that_a_name_must_be_a_name(workspace: Workspace, model: ModelInfo, name: str) -> None:
    with pytest.raises(UsageError, match="characters"):
        workspace.rename_model(model.id, name)


def test_that_ids_sort_by_time_and_differ() -> None:
    ids = [Workspace.new_id("run") for _ in range(50)]
    assert len(set(ids)) == 50
    assert [id_[:-5] for id_ in ids] == sorted(id_[:-5] for id_ in ids)


def test_that_one_window_has_the_workspace_until_it_is_gone(workspace: Workspace) -> None:
    workspace.lock()
    code = (
        "import sys; from pathlib import Path; from aetheron_desktop.engine.workspace import Workspace\n"
        f"Workspace.open(Path({str(workspace.root)!r})).lock()"
    )
    second = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert WorkspaceLocked.__name__ in second.stderr
    workspace.close()
    again = Workspace.open(workspace.root)
    again.lock()
    again.close()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_that_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(WorkspaceError):
        Workspace.open(tmp_path / "closed" / "workspace")


def test_that_a_file_in_the_place_of_the_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("mine")
    with pytest.raises(WorkspaceError) as caught:
        Workspace.open(file)
    assert caught.value.hint
    assert file.read_text() == "mine"


def test_that_strange_folders_in_the_workspace_are_left_alone(workspace: Workspace) -> None:
    (workspace.root / "models" / "holiday").mkdir()
    (workspace.root / "models" / "holiday" / "model.json").write_text("{not json")
    workspace.close()
    again = Workspace.open(workspace.root)
    assert again.models() == []
    assert (again.root / "models" / "holiday").is_dir()
    again.close()
