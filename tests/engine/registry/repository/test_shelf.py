"""The models of a workspace and their index: what was cut short, old, damaged, or put there by somebody else."""

import contextlib
import io
import os
import random
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aetheron_desktop.engine.errors import AetheronError, ModelError, UsageError
from aetheron_desktop.engine.registry.repository import plain_files
from aetheron_desktop.engine.registry.repository.aliases import move_alias, moves
from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository
from aetheron_desktop.engine.workspace import Workspace
from tests.engine.registry.repository.looking import all_known, assert_index_is_right, assert_sound, known
from tests.models import add_version, made_info, put_model, write_files

DATA = Path(__file__).parents[3] / "data" / "formats"
STRIDE = 1 if int(os.environ.get("AETHERON_KILLS", "15")) >= 100 else 9
"""What is cut short, is so at every ninth step; at each where there is time."""
OLD = sorted(DATA.glob("format1-*.aether"))


class Cut(BaseException):
    """The process ends here, as by a kill: nobody catches this."""


class CutAt:
    """Ends the process at one of the steps that change the disk below a folder; counted from 1."""

    NAMES = ("mkdir", "replace", "rename", "link", "unlink", "rmdir", "chmod")

    def __init__(self, patch: pytest.MonkeyPatch, root: Path, at: int) -> None:
        self.steps, self._root, self._at, self._is_over = 0, str(root), at, False
        for name in self.NAMES:
            patch.setattr(os, name, self._wrapped(getattr(os, name)))
        opened = io.open

        def open_(file: Any, mode: str = "r", *others: Any, **named: Any) -> Any:
            if set(mode) & set("wxa+"):
                self._step(os.fsdecode(file) if isinstance(file, (str, os.PathLike)) else "")
            return opened(file, mode, *others, **named)

        patch.setattr(io, "open", open_)

    def _wrapped(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(path: Any, *others: Any, **named: Any) -> Any:
            self._step(os.fsdecode(path) if isinstance(path, (str, os.PathLike)) else "")
            return call(path, *others, **named)

        return wrapper

    def _step(self, path: str) -> None:
        if self._is_over:
            raise Cut
        if path.startswith(self._root):
            self.steps += 1
            self._is_over = self.steps == self._at
            if self._is_over:
                raise Cut


def reopened(workspace: Workspace) -> Workspace:
    workspace.close()
    return Workspace.open(workspace.root)


# -- models from before models had versions ---------------------------------------------------------------------------


def put_old(workspace: Workspace, archive: Path, id_: str = "model-old", place: str = "models") -> dict[str, bytes]:
    folder = workspace.root / place / id_
    with zipfile.ZipFile(archive) as file:
        file.extractall(folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("archive", OLD, ids=lambda path: path.stem)
@pytest.mark.parametrize("place", ["models", "bin/models"])
def test_that_an_old_model_is_given_a_history(workspace: Workspace, archive: Path, place: str) -> None:
    files = put_old(workspace, archive, place=place)
    workspace = reopened(workspace)
    (info,) = workspace.models(binned=place.startswith("bin"))
    assert (info.id, info.versions, info.branch) == ("model-old", 1, "main")
    folder = workspace.shelf.files("model-old")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files
    assert not (workspace.shelf.folder("model-old") / "model.json").exists()
    assert_sound(workspace.shelf.folder("model-old"))
    assert_index_is_right(workspace)
    workspace.close()


def test_that_an_old_index_knows_its_models_and_they_are_converted_all_the_same(workspace: Workspace) -> None:
    import msgspec

    put_old(workspace, OLD[0])
    info = made_info(7, id="model-old", name="As I called it")
    workspace.store.put("model", "model-old", msgspec.json.encode(info))
    workspace = reopened(workspace)
    made = workspace.model("model-old")
    assert (made.name, made.versions) == ("As I called it", 1)
    assert len(workspace.shelf.history("model-old").versions) == 1
    workspace.close()


def test_that_a_conversion_that_is_killed_at_any_step_loses_nothing(tmp_path: Path) -> None:
    step, is_over = 0, False
    while not is_over:
        step += STRIDE
        root = tmp_path / f"ws-{step}"
        Workspace.open(root).close()
        workspace = Workspace.open(root)
        files = put_old(workspace, OLD[0])
        workspace.close()
        with pytest.MonkeyPatch.context() as patch:
            cut = CutAt(patch, root / "models", step)
            with contextlib.suppress(Cut):
                Workspace.open(root).close()
        is_over = cut.steps < step
        workspace = Workspace.open(root)
        assert workspace.model("model-old").versions == 1
        folder = workspace.shelf.files("model-old")
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == files
        assert [path.name for path in workspace.shelf.folder("model-old").iterdir() if path.name in files] == []
        assert_sound(workspace.shelf.folder("model-old"))
        workspace.close()
        shutil.rmtree(root)
    assert step > 40


def test_that_an_old_model_that_is_damaged_is_left_alone(workspace: Workspace) -> None:
    files = put_old(workspace, OLD[0])
    folder = workspace.root / "models" / "model-old"
    (folder / "model.json").write_bytes(files["model.json"][:100])
    put_model(workspace, made_info())
    workspace = reopened(workspace)
    assert [info.id for info in workspace.models()] == ["model-1"]
    assert {path.name for path in folder.iterdir()} == set(files)
    (folder / "model.json").write_bytes(files["model.json"])
    workspace = reopened(workspace)
    assert {info.id for info in workspace.models()} == {"model-1", "model-old"}
    workspace.close()


# -- what was cut short -----------------------------------------------------------------------------------------------


def rich(workspace: Workspace) -> None:
    """A model with two variations, a mark and an alias, and one in the bin."""
    first = put_model(workspace, made_info())
    add_version(workspace, "model-1", made_info(2), weights=b"two", branch="try")
    with workspace.shelf.changing("model-1") as repository:
        repository.tag("mark", first.version, "words")
        move_alias(repository, "champion", first.version, "It is the first")
    put_model(workspace, made_info(5))
    workspace.bin_model("model-5")


Step = Callable[[Workspace], object]


def aliased(workspace: Workspace) -> None:
    with workspace.shelf.changing("model-1") as repository:
        move_alias(repository, "champion", repository.find("try"), "It is better")


def marked(workspace: Workspace) -> None:
    with workspace.shelf.changing("model-1") as repository:
        repository.tag("another", repository.find("try"), "words")


def dropped(workspace: Workspace) -> None:
    with workspace.shelf.changing("model-1") as repository:
        repository.drop_branch("try")


def packed(workspace: Workspace) -> None:
    with workspace.shelf.changing("model-1") as repository, repository.changing():
        repository.store.pack(always=True)


STEPS: dict[str, Step] = {
    "commit": lambda ws: add_version(ws, "model-1", made_info(3), weights=b"three"),
    "create": lambda ws: put_model(ws, made_info(4)),
    "alias": aliased,
    "tag": marked,
    "drop": dropped,
    "pack": packed,
    "rename": lambda ws: ws.rename_model("model-1", "Another name"),
    "bin": lambda ws: ws.bin_model("model-1"),
    "restore": lambda ws: ws.restore_model("model-5"),
    "delete": lambda ws: ws.delete_model("model-5"),
}


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # a process that is killed closes none either
@pytest.mark.parametrize("name", STEPS)
def test_that_what_is_cut_short_at_any_step_is_done_or_not_begun(tmp_path: Path, name: str) -> None:
    made = Workspace.open(tmp_path / "made")
    rich(made)
    made.close()
    step, is_over = len(name) % STRIDE, False
    while not is_over:
        step += STRIDE
        root = tmp_path / f"ws-{step}"
        shutil.copytree(tmp_path / "made", root)
        workspace = Workspace.open(root)
        before = all_known(workspace)
        with pytest.MonkeyPatch.context() as patch:
            cut = CutAt(patch, root, step)
            with contextlib.suppress(Cut):
                STEPS[name](workspace)
        is_over = cut.steps < step
        workspace.store.close()
        again = Workspace.open(root)
        assert_index_is_right(again)
        for id_ in all_known(again):
            assert_sound(again.shelf.folder(id_))
        after = known(again, "model-1")[2]
        assert name == "drop" or all(after[commit] == version for commit, version in before["model-1"][2].items())
        if is_over:
            assert all_known(again) != before or name == "pack"
        add_version(again, "model-1", made_info(9), "It goes on", weights=b"nine")
        again.close()
        shutil.rmtree(root)


def test_that_what_a_kill_left_of_a_model_is_swept_and_what_is_being_made_is_not(workspace: Workspace) -> None:
    gone = workspace.root / "models" / ".999999999-abc"
    own = workspace.root / "bin" / "models" / f".{os.getpid()}-abc"
    for folder in (gone, own):
        (folder / "objects").mkdir(parents=True)
        (folder / "objects" / "file").touch(0o400)
    workspace = reopened(workspace)
    assert (gone.exists(), own.exists()) == (False, True)
    workspace.close()


def test_that_the_index_is_made_anew_when_it_is_lost(workspace: Workspace) -> None:
    rich(workspace)
    before = all_known(workspace)
    workspace.close()
    for path in workspace.root.glob("workspace.db*"):
        path.unlink()
    workspace = Workspace.open(workspace.root)
    assert all_known(workspace) == before
    workspace.close()


def test_that_a_model_whose_folder_has_gone_is_forgotten_and_comes_back_with_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    rich(workspace)
    before = known(workspace, "model-1")
    workspace.shelf.folder("model-1").replace(tmp_path / "away")
    workspace = reopened(workspace)
    assert workspace.models() == []
    (tmp_path / "away").replace(workspace.root / "models" / "model-1")
    workspace = reopened(workspace)
    assert known(workspace, "model-1") == before
    workspace.close()


def test_that_a_dropped_variation_is_no_version_of_the_model_any_more(workspace: Workspace) -> None:
    rich(workspace)
    assert workspace.model("model-1").versions == 2
    dropped(workspace)
    assert workspace.model("model-1").versions == 1
    assert_index_is_right(workspace)


def test_that_versions_are_numbered_as_they_came(workspace: Workspace) -> None:
    rich(workspace)
    for number in range(4):
        add_version(workspace, "model-1", made_info(number), weights=b"%d" % number)
    versions = workspace.shelf.history("model-1").versions
    assert sorted(version.number for version in versions) == [1, 2, 3, 4, 5, 6]
    by_commit = {version.commit: version for version in versions}
    assert all(by_commit[parent].number < version.number for version in versions for parent in version.parents)


def test_that_a_number_that_is_also_the_name_of_a_mark_of_git_is_refused(workspace: Workspace) -> None:
    rich(workspace)
    shelf = workspace.shelf
    first, second = sorted(shelf.history("model-1").versions, key=lambda version: version.number)
    with shelf.changing("model-1") as repository:
        for name, commit in {"v1": first, "v2": first, "v7": second}.items():
            repository.store.swap(f"refs/tags/{name}", None, commit.commit)
    assert shelf.find("model-1", "v1") == first.commit
    assert shelf.find("model-1", "v7") == second.commit
    assert shelf.find("model-1", "2") == second.commit
    with pytest.raises(UsageError, match="names a version and a mark"):
        shelf.find("model-1", "v2")


@pytest.mark.parametrize("name", ["put_aside", "take_back", "delete"])
def test_that_a_model_that_is_being_changed_is_moved_once_that_is_done(workspace: Workspace, name: str) -> None:
    rich(workspace)
    id_ = "model-1" if name == "put_aside" else "model-5"
    before = workspace.shelf.folder(id_)
    move = threading.Thread(target=getattr(workspace.shelf, name), args=(id_,))
    with plain_files.changing(before):
        move.start()
        move.join(0.2)
        assert before.is_dir()
        assert move.is_alive()
    move.join()
    assert not before.exists()
    assert_index_is_right(workspace)
    assert (workspace.shelf.model(id_) is None) == (name == "delete")


# -- damage -----------------------------------------------------------------------------------------------------------


def looks(workspace: Workspace, id_: str) -> None:
    """Everything that can be asked of a model is answered, or refused in words."""
    shelf = workspace.shelf

    def read(repository: ModelRepository) -> None:
        repository.labels()
        repository.reachable()
        moves(repository)

    def opened(do: Callable[[ModelRepository], object]) -> None:
        with shelf.opened(id_) as repository:
            do(repository)

    asked: list[Callable[[], object]] = [
        lambda: shelf.history(id_),
        lambda: shelf.files(id_),
        lambda: shelf.find(id_, "try"),
        lambda: shelf.find(id_, "champion"),
        lambda: opened(read),
        lambda: opened(lambda repository: repository.files(repository.find("try"))),
        lambda: shelf.refresh(id_),
        lambda: shelf.enter(id_),
        lambda: add_version(workspace, id_, made_info(8), weights=os.urandom(9)),
        lambda: aliased(workspace),
        lambda: packed(workspace),
    ]
    said = []
    for ask in asked:
        try:
            ask()
        except AetheronError as error:
            said.append((error.detail, error.hint))
    assert all(detail and hint for detail, hint in said)


def test_that_any_damage_is_said_in_words_and_the_other_models_are_there(tmp_path: Path) -> None:
    made = Workspace.open(tmp_path / "made")
    rich(made)
    shutil.rmtree(made.shelf.folder("model-1") / "files")
    put_model(made, made_info(6))
    made.close()
    dice = random.Random(0)
    files = sorted(p.relative_to(made.root) for p in (made.root / "models" / "model-1").rglob("*") if p.is_file())
    for number, name in enumerate(files):
        root = tmp_path / f"ws-{number}"
        shutil.copytree(made.root, root)
        file = root / name
        file.chmod(0o600)
        data = bytearray(file.read_bytes())
        match number % 4:
            case 0:
                file.unlink()
            case 1:
                file.write_bytes(data[: len(data) // 2])
            case 2:
                file.write_bytes(dice.randbytes(60))
            case _:
                if data:
                    data[dice.randrange(len(data))] ^= 0x10
                file.write_bytes(data)
        for is_lost in (False, True):
            if is_lost:
                for index in root.glob("workspace.db*"):
                    index.unlink()
            workspace = Workspace.open(root)
            assert "model-6" in {info.id for info in workspace.models()}
            assert workspace.shelf.files("model-6").is_dir()
            looks(workspace, "model-1")
            workspace.close()
        shutil.rmtree(root)


@pytest.fixture
def neighbour(workspace: Workspace) -> Iterator[Workspace]:
    put_model(workspace, made_info(6))
    yield workspace
    again = Workspace.open(workspace.root)
    assert again.shelf.files("model-6").is_dir()
    again.close()


@pytest.mark.parametrize("kind", ["file", "link", "loop", "empty", "git", "worktree"])
def test_that_what_is_no_model_among_the_models_is_left_alone(neighbour: Workspace, tmp_path: Path, kind: str) -> None:
    import subprocess

    folder = neighbour.root / "models" / "model-odd"
    match kind:
        case "file":
            folder.write_text("a note")
        case "link":
            folder.symlink_to(tmp_path)
        case "loop":
            folder.symlink_to(folder)
        case "empty":
            folder.mkdir()
        case _:
            if shutil.which("git") is None:
                pytest.skip("Git is not installed")
            bare = ["--bare"] if kind == "git" else []
            subprocess.run(["git", "init", "-q", *bare, str(folder)], check=True, capture_output=True)
    workspace = reopened(neighbour)
    assert [info.id for info in workspace.models()] == ["model-6"]
    assert folder.is_symlink() or folder.exists()
    with pytest.raises(AetheronError):
        workspace.shelf.files("model-odd")
    workspace.close()


def branches_in(root: Path) -> dict[str, bytes]:
    """The files of references, but for that of the record of aliases."""
    return {path.name: path.read_bytes() for path in (root / "refs" / "heads").iterdir() if path.name != "aliases"}


@pytest.mark.parametrize(
    "record",
    [b'{"../heads/main": "COMMIT"}', b'{"champion": "COMMIT", "../../config": "COMMIT"}',
     b'{"champion": "' + b"0" * 40 + b'"}', b'{"champion": "main"}', b'{"a/b": "COMMIT"}', b"[]", b"{", b"\xff",
     b'{"champion": 1}', b'{"aliases": "COMMIT"}'],
)  # fmt: skip
def test_that_a_hostile_record_of_aliases_changes_nothing_but_aliases(neighbour: Workspace, record: bytes) -> None:
    from aetheron_desktop.engine.registry.repository.git_store import made_blob

    rich(neighbour)
    root = neighbour.shelf.folder("model-1")
    with neighbour.shelf.changing("model-1") as repository:
        store = repository.store
        commit = repository.find("main")
        others = branches_in(root)
        blob = made_blob(record.replace(b"COMMIT", commit.encode()))
        tree = store.tree({"aliases.json": blob.id})
        tip = store.ref("refs/heads/aliases")
        assert tip is not None
        made = repository.made_commit(tree.id, [tip], "Of elsewhere", None)
        store.add(blob, tree, made)
        store.swap("refs/heads/aliases", tip, made.id.decode())
    neighbour.shelf.refresh("model-1")
    labels = neighbour.shelf.history("model-1").labels
    assert labels.aliases in ({}, {"champion": commit})
    assert branches_in(root) == others
    assert_sound(root)
    with neighbour.shelf.changing("model-1") as repository:
        move_alias(repository, "champion", repository.find("try"), "Ours again")
        assert moves(repository)[0].reason == "Ours again"


def test_that_an_unknown_model_is_said_in_words(workspace: Workspace) -> None:
    for do in (workspace.shelf.files, workspace.shelf.enter, workspace.shelf.refresh):
        with pytest.raises(ModelError):
            do("model-none")
    with pytest.raises(AetheronError):
        workspace.shelf.rename("model-none", "x")
    assert workspace.shelf.history("model-none").versions == ()


def test_that_a_model_is_made_under_another_id_where_its_own_is_no_name_of_a_folder(
    workspace: Workspace, tmp_path: Path
) -> None:
    for number, id_ in enumerate(["", "..", "../x", "model-1/x", "con", "model-\0", ".x", "model-" + "x" * 200]):
        folder = write_files(tmp_path / f"{number}", made_info(), weights=b"%d" % number)
        info = workspace.shelf.create(folder, id_, "Forest", "words", "trained")
        assert (workspace.root / "models" / info.id).is_dir()
        assert info.id.startswith("model-")
    assert len(workspace.models()) == 8


@pytest.mark.parametrize(("name", "made"), [("x" * 300, "x" * 200), ("\x1b[2J\nred", "[2J red"), (" ", "Model")])
def test_that_a_strangers_name_is_made_to_fit(workspace: Workspace, tmp_path: Path, name: str, made: str) -> None:
    folder = write_files(tmp_path / "files", made_info())
    info = workspace.shelf.create(folder, "model-1", name, "words", "imported")
    assert info.name == made
    assert_index_is_right(workspace)
