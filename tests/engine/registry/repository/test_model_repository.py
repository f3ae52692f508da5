"""Versions, and what the system's own Git sees of them."""

import errno
import io
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aetheron_desktop.engine.errors import AetheronError, ModelError, StorageError, UsageError
from aetheron_desktop.engine.registry.description import FILES
from aetheron_desktop.engine.registry.identity import Author
from aetheron_desktop.engine.registry.model import ModelInfo
from aetheron_desktop.engine.registry.repository import git_store, model_repository
from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository
from aetheron_desktop.engine.workspace import Workspace
from tests.engine.registry.repository.looking import (
    assert_index_is_right,
    assert_sound,
    git,
    known,
    needs_git,
    needs_lfs,
)
from tests.models import add_version, made_info, put_model, write_files

LARGE = bytes(range(256)) * 20_000


@pytest.fixture
def model(workspace: Workspace) -> ModelInfo:
    return put_model(workspace, made_info())


def root_of(workspace: Workspace, model: ModelInfo) -> Path:
    return workspace.shelf.folder(model.id)


# -- Git beside us ----------------------------------------------------------------------------------------------------


@needs_git
def test_that_git_tells_the_history_in_our_words(workspace: Workspace, model: ModelInfo) -> None:
    add_version(workspace, model.id, made_info(2), "Deeper trees\n\nThe old ones were shallow: ä, 木.", weights=b"deep")
    root = root_of(workspace, model)
    words = git(root, "log", "--format=%an <%ae>|%s|%b|%(trailers:key=Aetheron-Deed,valueonly)")
    assert words.startswith("Ada Lovelace <ada@example.org>|Deeper trees|The old ones were shallow: ä, 木.")
    assert "trained" in words
    assert "* " in git(root, "log", "--graph", "--all", "--oneline")
    assert '+   "roc_auc": 0.82' in git(root, "diff", "HEAD~1", "HEAD", "--", "model.json")
    assert git(root, "show", "HEAD:card.md") == "# Forest 2\n"
    assert git(root, "status", "--short") == "" if (root / ".git").exists() else True
    assert_sound(root)


@needs_git
def test_that_a_clone_has_the_files_of_the_current_version(
    workspace: Workspace, model: ModelInfo, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "-q", str(root_of(workspace, model)), "clone")
    files = workspace.shelf.files(model.id)
    assert {path.name for path in (tmp_path / "clone").iterdir()} - {".git", ".gitattributes"} == {
        path.name for path in files.iterdir()
    }
    for path in files.iterdir():
        assert (tmp_path / "clone" / path.name).read_bytes() == path.read_bytes()


@needs_lfs
def test_that_git_lfs_fetches_large_files_into_a_clone(workspace: Workspace, tmp_path: Path) -> None:
    model = put_model(workspace, made_info(), weights=LARGE)
    root = root_of(workspace, model)
    assert git(root, "show", "HEAD:pipeline.skops").startswith("version https://git-lfs.github.com/spec/v1\n")
    git(tmp_path, "lfs", "install", "--skip-repo")  # in the configuration of the tests alone
    git(tmp_path, "clone", "-q", f"file://{root}", "clone")
    assert (tmp_path / "clone" / "pipeline.skops").read_bytes() == LARGE
    assert "pipeline.skops" in git(tmp_path / "clone", "lfs", "ls-files")
    git(tmp_path / "clone", "lfs", "fsck")
    assert git(tmp_path / "clone", "status", "--short") == ""
    assert_sound(root)


@needs_git
def test_that_what_is_pushed_from_a_clone_is_seen(workspace: Workspace, model: ModelInfo, tmp_path: Path) -> None:
    root, clone = root_of(workspace, model), tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(root), "clone")
    assert not workspace.shelf.refresh(model.id)
    (clone / "card.md").write_text("# From elsewhere\n")
    git(clone, "commit", "-q", "-a", "-m", "Another card")
    git(clone, "checkout", "-q", "-b", "theirs/try")
    git(clone, "commit", "-q", "--allow-empty", "-m", "Tried")
    git(clone, "tag", "-a", "v1x", "-m", "words")
    git(clone, "tag", "plain")
    git(clone, "push", "-q", "--all")
    git(clone, "push", "-q", "--tags")
    assert workspace.shelf.refresh(model.id)
    assert not workspace.shelf.refresh(model.id)
    history = workspace.shelf.history(model.id)
    assert [(v.title, v.author, v.deed) for v in history.versions[:2]] == [
        ("Tried", "Grace Hopper", "changed"), ("Another card", "Grace Hopper", "changed"),
    ]  # fmt: skip
    assert history.labels.branches.keys() == {"main", "theirs/try"}
    assert history.labels.tags == dict.fromkeys(("v1x", "plain"), history.labels.branches["theirs/try"])
    assert (workspace.shelf.files(model.id) / "card.md").read_text() == "# From elsewhere\n"
    assert_index_is_right(workspace)


@needs_git
def test_that_git_collects_its_garbage_and_we_go_on(workspace: Workspace, model: ModelInfo) -> None:
    root = root_of(workspace, model)
    commits = [add_version(workspace, model.id, made_info(n), weights=b"%d" % n) for n in range(5)]
    with workspace.shelf.changing(model.id) as repository:
        repository.tag("kept", commits[1], "words")
        repository.start_branch("try", commits[2])
        git(root, "gc", "-q", "--prune=now")
        assert repository.find("kept") == commits[1]
        repository.tag("later", commits[0], "words")
        repository.drop_branch("try")
    later = add_version(workspace, model.id, made_info(9), weights=b"later", branch="again")
    assert workspace.shelf.history(model.id).labels.branches == {"main": commits[-1], "again": later}
    shutil.rmtree(root / "files")
    for number, commit in enumerate(commits):
        assert (workspace.shelf.files(model.id, commit) / "pipeline.skops").read_bytes() == b"%d" % number
    git(root, "gc", "-q", "--aggressive", "--prune=now")
    assert_sound(root)
    assert_index_is_right(workspace)


@needs_git
@pytest.mark.parametrize(
    "ref", ["refs/heads/odd", "refs/tags/odd", "refs/heads/deep/er", "refs/notes/odd", "refs/remotes/origin/main"]
)
def test_that_a_commit_of_git_that_is_no_version_leaves_the_model_usable(
    workspace: Workspace, model: ModelInfo, ref: str
) -> None:
    root = root_of(workspace, model)
    blob = git(root, "hash-object", "-w", "--stdin", says="readme").strip()
    tree = git(root, "mktree", says=f"100644 blob {blob}\tREADME\n").strip()
    git(root, "update-ref", ref, git(root, "commit-tree", tree, "-m", "No model").strip())
    git(root, "tag", "blob", blob)
    git(root, "tag", "-a", "-m", "of a tag", "tagged", "blob")
    workspace.shelf.refresh(model.id)
    add_version(workspace, model.id, made_info(2), weights=b"two")
    assert len(workspace.shelf.history(model.id).versions) == 2
    assert workspace.model(model.id).versions == 2
    assert_index_is_right(workspace)


# -- versions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 4 << 20, (4 << 20) + 1])
def test_that_the_files_of_each_version_are_what_was_committed(workspace: Workspace, tmp_path: Path, size: int) -> None:
    wanted = {}
    model = put_model(workspace, made_info(), weights=b"first")
    for number in range(3):
        folder = write_files(tmp_path / f"{number}", made_info(number), weights=bytes([number]) * size)
        files = {path.name: path.read_bytes() for path in folder.iterdir()}
        with workspace.shelf.changing(model.id) as repository:
            wanted[repository.commit(folder, "m", "trained")] = files
    shutil.rmtree(workspace.shelf.folder(model.id) / "files")
    for commit, files in wanted.items():
        assert {path.name: path.read_bytes() for path in workspace.shelf.files(model.id, commit).iterdir()} == files


@pytest.mark.parametrize(
    ("message", "told"),
    [("", "trained"), ("  \n ", "trained"), ("a\0b", "ab"), ("\udcff", "?"), ("one\n\ntwo", "one\n\ntwo"),
     ("Aetheron-Deed: imported", "Aetheron-Deed: imported"), ("x" * 100_000, "x" * 100_000), ("# words", "# words")],
)  # fmt: skip
def test_that_any_message_can_be_kept(workspace: Workspace, model: ModelInfo, message: str, told: str) -> None:
    add_version(workspace, model.id, made_info(2), message, weights=b"two")
    version = workspace.shelf.history(model.id).versions[0]
    assert (version.message, version.deed) == (told, "trained")
    assert_sound(root_of(workspace, model))


def test_that_a_version_of_another_branch_or_of_a_bad_name_is_made_there_or_not_at_all(
    workspace: Workspace, model: ModelInfo
) -> None:
    commit = add_version(workspace, model.id, made_info(2), weights=b"two", branch="try")
    labels = workspace.shelf.history(model.id).labels
    assert (labels.branches["try"], labels.current) == (commit, model.version)
    for name in ("aliases", "HEAD", "a b/..", "try.lock", "TRY"):
        with pytest.raises(UsageError):
            add_version(workspace, model.id, made_info(3), weights=b"three", branch=name)
    assert workspace.shelf.history(model.id).labels == labels


def hurried(repository: ModelRepository, patch: pytest.MonkeyPatch, below: str, first: str) -> None:
    """Let another program set the next reference ``below`` to ``first``, just before we do."""
    swap = repository.store.swap
    left = [first]

    def hurry(name: str, before: str | None, after: str | None) -> bool:
        if name.startswith(below) and left:
            assert swap(name, before, left.pop())
        return swap(name, before, after)

    patch.setattr(repository.store, "swap", hurry)


@pytest.mark.parametrize("what", ["start", "tag", "drop", "drop to the bin"])
def test_that_what_git_has_changed_in_between_is_told_and_not_lost(
    workspace: Workspace, model: ModelInfo, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    other = add_version(workspace, model.id, made_info(2), weights=b"two")
    with workspace.shelf.changing(model.id) as repository:
        repository.start_branch("old", model.version)
        below = {"start": "refs/heads/", "tag": "refs/tags/", "drop": "refs/heads/", "drop to the bin": "refs/bin/"}
        hurried(repository, monkeypatch, below[what], other)
        deeds: dict[str, Callable[[], object]] = {
            "start": lambda: repository.start_branch("new", model.version),
            "tag": lambda: repository.tag("new", model.version, "New"),
            "drop": lambda: repository.drop_branch("old"),
            "drop to the bin": lambda: repository.drop_branch("old"),
        }
        with pytest.raises(ModelError, match="changed by Git") as caught:
            deeds[what]()
        assert caught.value.hint == "Try again."
        labels = repository.labels()
        assert labels.branches["old"] == (other if what == "drop" else model.version)
        assert labels.branches.get("new") == (other if what == "start" else None)
        assert labels.tags.get("new") == (other if what == "tag" else None)


def test_that_variations_of_one_name_lie_in_the_bin_beside_each_other(workspace: Workspace, model: ModelInfo) -> None:
    other = add_version(workspace, model.id, made_info(2), weights=b"two")
    with workspace.shelf.changing(model.id) as repository:
        for commit in (model.version, other, model.version):
            repository.start_branch("try", commit)
            repository.drop_branch("try")
            if commit == other:
                (first,) = [name for name, id_ in repository.store.refs("refs/bin").items() if id_ != other]
                repository.set_reference(f"refs/bin/{first}", model.version, None)  # as a clean-up does
        assert sorted(repository.store.refs("refs/bin").values()) == sorted([other, model.version])


def test_that_words_find_versions(workspace: Workspace, model: ModelInfo) -> None:
    commits = [model.version, *(add_version(workspace, model.id, made_info(n), weights=b"%d" % n) for n in range(3))]
    with workspace.shelf.changing(model.id) as repository:
        repository.tag("mark", commits[1], "words")
        repository.start_branch("try", commits[2])
    find = workspace.shelf.find
    assert [find(model.id, word) for word in ("current", "HEAD", "main", "~", "~2", "main~3")] == [
        commits[3], commits[3], commits[3], commits[2], commits[1], commits[0],
    ]  # fmt: skip
    assert [find(model.id, word) for word in ("mark", "try", commits[0], commits[1][:8])] == [
        commits[1], commits[2], commits[0], commits[1],
    ]  # fmt: skip
    assert [find(model.id, word) for word in ("1", "v2", "4")] == [commits[0], commits[1], commits[3]]
    for word in ("9", "nobody", "~9", "mark~x" * 9, "\0", "\udc80", "../main", "../heads/main", "a" * 40, "x" * 5000):
        with pytest.raises(UsageError):
            find(model.id, word)


@pytest.mark.parametrize("head", ["detached", "garbage", "gone", "aliases", "empty"])
def test_that_a_head_that_git_left_elsewhere_is_at_main(workspace: Workspace, model: ModelInfo, head: str) -> None:
    says = {"detached": f"{model.version}\n", "garbage": "\0\1", "gone": "ref: refs/heads/gone\n",
            "aliases": "ref: refs/heads/aliases\n", "empty": ""}  # fmt: skip
    (root_of(workspace, model) / "HEAD").write_text(says[head])
    commit = add_version(workspace, model.id, made_info(2), weights=b"two")
    labels = workspace.shelf.history(model.id).labels
    assert (labels.branch, labels.branches) == ("main", {"main": commit})
    with workspace.shelf.changing(model.id) as repository:
        repository.start_branch("try", commit)
        repository.switch("try")
    assert workspace.model(model.id).branch == "try"
    assert_sound(root_of(workspace, model))


def test_that_the_size_from_which_files_are_large_can_be_set(workspace: Workspace, model: ModelInfo) -> None:
    config = root_of(workspace, model) / "config"
    for text, least in (("2k", 2048), ("1", 1024), ("many", 4 << 20), ("", 4 << 20), ("1G", 1 << 30)):
        config.write_text(f"[core]\n\tbare = true\n[aetheron]\n\tlargeFrom = {text}\n")
        with workspace.shelf.opened(model.id) as repository:
            assert repository.large_from() == least


# -- faults -----------------------------------------------------------------------------------------------------------


class FullDisk:
    """A disk that has no space left at one step of all that are written below a folder; counted from 1."""

    def __init__(self, patch: pytest.MonkeyPatch, root: Path, at: int) -> None:
        self.steps, self._root, self._at = 0, str(root), at
        for name in ("mkdir", "replace", "link", "rename"):
            patch.setattr(os, name, self._wrapped(getattr(os, name)))
        opened = io.open
        wrapped = self._wrapped(opened)

        def open_(file: Any, mode: str = "r", *others: Any, **named: Any) -> Any:
            return (wrapped if set(mode) & set("wxa+") else opened)(file, mode, *others, **named)

        patch.setattr(io, "open", open_)
        fsync = os.fsync

        def fsync_(handle: int) -> None:
            self._step(self._root)
            fsync(handle)

        patch.setattr(os, "fsync", fsync_)

    def _wrapped(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(path: Any, *others: Any, **named: Any) -> Any:
            self._step(os.fsdecode(path))
            return call(path, *others, **named)

        return wrapper

    def _step(self, path: str) -> None:
        if path.startswith(self._root):
            self.steps += 1
            if self.steps == self._at:
                raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("weights", [b"two", LARGE], ids=["small", "large"])
def test_that_a_full_disk_at_any_step_leaves_the_history_as_it_was_or_has_the_version(
    workspace: Workspace, model: ModelInfo, weights: bytes
) -> None:
    root, number, refused = root_of(workspace, model), 0, 0
    while True:
        number += 1
        folder = write_files(workspace.root / "tmp" / f"f{number}", made_info(number), weights=weights + b"%d" % number)
        before = known(workspace, model.id)
        with pytest.MonkeyPatch.context() as patch:
            disk = FullDisk(patch, root, number)
            try:
                with workspace.shelf.changing(model.id) as repository:
                    repository.commit(folder, f"In need {number}", "trained")
            except StorageError as error:
                said = error.detail
            else:
                said = ""
        if disk.steps < number:
            break
        if said:
            refused += 1
            assert "full" in said
            assert known(workspace, model.id) == before
        else:
            assert workspace.shelf.history(model.id).versions[0].title == f"In need {number}"
        assert_sound(root)
        assert not [*root.rglob("tmp_obj_*"), *root.rglob("refs/**/*.lock")]
    assert refused > 5
    assert_index_is_right(workspace)


def test_that_a_real_full_disk_is_said_in_words(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be made here")
    try:
        workspace = Workspace.open(disk / "ws")
        model = put_model(workspace, made_info(), weights=b"w" * 1000)
        before = known(workspace, model.id)
        filler = disk / "filler"
        refused = 0
        for left in range(0, 200_000, 9_000):
            free = shutil.disk_usage(disk).free
            filler.write_bytes(b"x" * max(0, (filler.stat().st_size if filler.exists() else 0) + free - left))
            folder = write_files(tmp_path / f"files-{left}", made_info(2), weights=os.urandom(60_000))
            try:
                with workspace.shelf.changing(model.id) as repository:
                    repository.commit(folder, "In need", "trained")
                break
            except AetheronError:
                refused += 1
                with ModelRepository(workspace.shelf.folder(model.id)) as repository:
                    assert repository.labels() == before[1]
            filler.unlink()
        assert refused > 2
        filler.unlink(missing_ok=True)
        add_version(workspace, model.id, made_info(3), weights=b"three")
        assert_sound(workspace.shelf.folder(model.id))
        workspace.close()
        again = Workspace.open(disk / "ws")
        assert again.shelf.history(model.id).versions[0].title == "Made again"
        again.close()
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_that_a_large_file_that_is_missing_is_said_in_words(workspace: Workspace) -> None:
    model = put_model(workspace, made_info(), weights=LARGE)
    root = root_of(workspace, model)
    shutil.rmtree(root / "files")
    shutil.rmtree(root / "lfs")
    with pytest.raises(ModelError, match=r"large file pipeline\.skops") as caught:
        workspace.shelf.files(model.id)
    assert "aetheron pull" in caught.value.hint
    assert not list((root / "files").iterdir())
    later = add_version(workspace, model.id, made_info(2), weights=LARGE)
    assert (workspace.shelf.files(model.id, later) / "pipeline.skops").read_bytes() == LARGE
    assert (workspace.shelf.files(model.id, model.version) / "pipeline.skops").read_bytes() == LARGE


@needs_git
@pytest.mark.parametrize(
    "entry",
    ["120000 blob {blob}\tcard.md", "100755 blob {blob}\tcard.md", "040000 tree {tree}\tcard.md",
     "160000 commit {commit}\tcard.md", "100644 blob {blob}\tREADME",
     "040000 tree {tree}\tfolder", "100644 blob {blob}\tCARD.MD"],
)  # fmt: skip
def test_that_a_version_with_odd_entries_is_refused_in_words(
    workspace: Workspace, model: ModelInfo, entry: str
) -> None:
    root = root_of(workspace, model)
    blob, tree = git(root, "rev-parse", "HEAD:card.md", "HEAD^{tree}").split()
    ids = {"blob": blob, "tree": tree, "commit": model.version}
    lines = [line for line in git(root, "ls-tree", "HEAD").splitlines() if "card.md" not in line]
    made = git(root, "mktree", "--missing", says="\n".join([*lines, entry.format(**ids), ""])).strip()
    odd = git(root, "commit-tree", made, "-p", "HEAD", "-m", "Odd").strip()
    git(root, "update-ref", "refs/heads/odd", odd)
    with pytest.raises(ModelError), ModelRepository(root) as repository:
        repository.files(odd)
    assert not (root / "files" / odd).exists()
    assert not [path for path in (root / "files").iterdir() if path.name.startswith(".")]


def raw_tree(entries: list[tuple[bytes, bytes, str]]) -> bytes:
    return b"".join(mode + b" " + name + b"\0" + bytes.fromhex(id_) for mode, name, id_ in entries)


@needs_git
@pytest.mark.parametrize(
    "name", [b"../x", b"..", b".", b".git", b"/etc/x", b"a/b", b"con", b"\xff\xfe", b"", b"C:\\x", b".GIT"]
)
def test_that_a_hostile_name_in_a_version_writes_nothing(workspace: Workspace, model: ModelInfo, name: bytes) -> None:
    root = root_of(workspace, model)
    blob = git(root, "rev-parse", "HEAD:card.md").strip()
    made = subprocess.run(
        ["git", "hash-object", "-t", "tree", "-w", "--literally", "--stdin"], cwd=root, check=True, capture_output=True,
        input=raw_tree([(b"100644", name, blob)]),
    )  # fmt: skip
    odd = git(root, "commit-tree", made.stdout.decode().strip(), "-p", "HEAD", "-m", "Odd").strip()
    before = {path for path in workspace.root.rglob("*") if path.is_file()}
    with pytest.raises(ModelError), ModelRepository(root) as repository:
        repository.files(odd)
    assert {path for path in workspace.root.rglob("*") if path.is_file()} <= before


@needs_git
def test_that_a_version_of_very_many_files_is_refused_soon(workspace: Workspace, model: ModelInfo) -> None:
    root = root_of(workspace, model)
    blob = git(root, "rev-parse", "HEAD:card.md").strip()
    lines = "".join(f"100644 blob {blob}\tfile-{number:06}\n" for number in range(100_000))
    tree = git(root, "mktree", says=git(root, "ls-tree", "HEAD") + lines).strip()
    odd = git(root, "commit-tree", tree, "-m", "Many").strip()
    git(root, "update-ref", "refs/heads/many", odd)
    with pytest.raises(ModelError), ModelRepository(root) as repository:
        repository.files(odd)
    assert not (root / "files" / odd).exists()


@needs_git
def test_that_a_very_deep_history_is_read(workspace: Workspace, model: ModelInfo) -> None:
    root, depth = root_of(workspace, model), 8_000
    stream = ["reset refs/heads/deep", "from refs/heads/main", ""]
    for number in range(depth):
        words = f"v {number}"
        stream += [
            "commit refs/heads/deep",
            f"committer A <a@b.c> {1_700_000_000 + number} +0000",
            f"data {len(words)}",
            words,
        ]
    git(root, "fast-import", "--quiet", says="\n".join([*stream, ""]))
    with ModelRepository(root) as repository:
        deep = repository.find("deep")
        assert len(repository.before(deep)) == depth + 1
        assert repository.common(deep, model.version) == model.version
        assert repository.find(f"deep~{depth}") == model.version


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_that_a_folder_that_is_read_only_is_said_in_words(workspace: Workspace, model: ModelInfo) -> None:
    root = root_of(workspace, model)
    for folder in (root, root / "objects", root / "refs" / "heads"):
        folder.chmod(0o500)
    with pytest.raises(StorageError):
        add_version(workspace, model.id, made_info(2), weights=b"two")
    for folder in (root, root / "objects", root / "refs" / "heads"):
        folder.chmod(0o700)
    assert workspace.shelf.history(model.id).labels.current == model.version


def test_that_an_author_is_who_was_named(workspace: Workspace, model: ModelInfo, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "files", made_info(2), weights=b"two")
    with workspace.shelf.changing(model.id) as repository:
        repository.commit(folder, "m", "imported", author=Author("Émilie", "e@example.org"))
    version = workspace.shelf.history(model.id).versions[0]
    assert (version.author, version.email, version.deed) == ("Émilie", "e@example.org", "imported")
    assert_sound(root_of(workspace, model))


def test_that_many_objects_are_packed_by_themselves(
    workspace: Workspace, model: ModelInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_store, "_LOOSE_FILES", -1)
    (root_of(workspace, model) / "objects" / "17").mkdir(exist_ok=True)  # by which their number is guessed
    for number in range(10):
        add_version(workspace, model.id, made_info(number), weights=b"%d" % number)
    root = root_of(workspace, model)
    assert list((root / "objects" / "pack").glob("*.pack"))
    assert len(workspace.shelf.history(model.id).versions) == 11
    assert_sound(root)
    assert_index_is_right(workspace)


def test_that_no_version_holds_other_files_than_a_model_has(workspace: Workspace, model: ModelInfo) -> None:
    assert {path.name for path in workspace.shelf.files(model.id).iterdir()} <= FILES
    assert model_repository.ATTRIBUTES not in FILES
