"""Objects and references: what Git thinks of them, and what is said of damaged ones."""

import os
import random
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.errors import AetheronError, ModelError, StorageError
from aetheron_desktop.engine.registry.repository import references
from aetheron_desktop.engine.registry.repository.git_store import GitStore, ObjectID, made_blob
from aetheron_desktop.engine.registry.repository.references import is_reference
from tests.engine.registry.repository.looking import assert_sound, git, needs_git


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GitStore]:
    store = GitStore.create(tmp_path / "repository")
    yield store
    store.close()


def made_commit(store: GitStore, text: bytes = b"text", *parents: str) -> str:
    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

    blob = made_blob(text)
    tree = store.tree({"card.md": blob.id})
    commit = ModelRepository.made_commit(tree.id, parents, text.decode("latin-1"), None)
    store.add(blob, tree, commit)
    return commit.id.decode()


def object_file(store: GitStore, id_: str) -> Path:
    return store.root / "objects" / id_[:2] / id_[2:]


@needs_git
def test_that_git_reads_what_was_written(store: GitStore) -> None:
    commit = made_commit(store)
    assert store.swap("refs/heads/main", None, commit)
    assert git(store.root, "cat-file", "-p", "main:card.md") == "text"
    assert git(store.root, "rev-parse", "HEAD").strip() == commit
    assert_sound(store.root)


def test_that_an_object_survives_packing_and_is_read_by_who_had_the_repository_open(store: GitStore) -> None:
    other = GitStore(store.root)
    commits = [made_commit(store, b"%d" % number) for number in range(5)]
    store.pack(always=True)
    assert not object_file(store, commits[0]).exists()
    for reader in (store, other):
        assert [reader.commit(commit).message for commit in commits] == [b"%d" % number for number in range(5)]
    other.close()


def test_that_what_is_packed_twice_stays(store: GitStore) -> None:
    first = made_commit(store, b"one")
    store.pack(always=True)
    store.pack(always=True)
    second = made_commit(store, b"two", first)
    store.pack(always=True)
    assert store.commit(second).parents == [first.encode()]
    store.swap("refs/heads/main", None, second)
    assert_sound(store.root)


def test_that_a_damaged_object_stops_packing_and_nothing_is_lost(store: GitStore) -> None:
    commit, other = made_commit(store, b"one"), made_commit(store, b"two")
    damaged = object_file(store, other)
    damaged.chmod(0o600)
    damaged.write_bytes(b"x")
    with pytest.raises(ModelError, match="damaged"):
        store.pack(always=True)
    assert store.commit(commit).message == b"one"


@pytest.mark.parametrize("data", [b"", b"\0", b"not zlib", zlib.compress(b"commit 3\0ab"), zlib.compress(b"blob 1\0a")])
def test_that_a_damaged_object_is_said_in_words(store: GitStore, data: bytes) -> None:
    commit = made_commit(store)
    file = object_file(store, commit)
    file.chmod(0o600)
    file.write_bytes(data)
    with pytest.raises(ModelError) as caught:
        store.commit(commit)
    assert "aetheron verify" in caught.value.hint


def test_that_a_whole_object_in_the_place_of_another_is_found_out(store: GitStore) -> None:
    one, other = made_commit(store, b"one"), made_commit(store, b"two")
    file = object_file(store, other)
    file.chmod(0o600)
    file.write_bytes(object_file(store, one).read_bytes())
    with pytest.raises(ModelError, match="damaged"):
        store.commit(other)


def test_that_a_missing_object_is_said_in_words(store: GitStore) -> None:
    commit = made_commit(store)
    object_file(store, commit).unlink()
    with pytest.raises(ModelError, match="lacks the object"):
        store.commit(commit)


@pytest.mark.parametrize("id_", ["", "main", "../../x", "0" * 39, "g" * 40, "ä" * 40])
def test_that_what_is_no_id_is_said_in_words(store: GitStore, id_: str) -> None:
    with pytest.raises(ModelError):
        store.commit(id_)


@pytest.mark.parametrize(
    "data", [b"", b"deadbeef\n", b"\0" * 41, b"ref: \n", b"ref: refs/heads/main\n", b"\xff\xfe\n", b"x" * 100_000]
)
def test_that_a_reference_that_was_cut_short_is_never_taken_for_one_that_is_not_there(
    store: GitStore, data: bytes
) -> None:
    commit = made_commit(store)
    store.swap("refs/heads/main", None, commit)
    (store.root / "refs" / "heads" / "main").write_bytes(data)
    try:
        found = store.ref("refs/heads/main")
    except ModelError as error:
        assert "refs/heads/main" in error.detail  # noqa: PT017 - either is right
    else:
        assert found is None
        assert data.startswith(b"ref: ")


@pytest.mark.parametrize("data", [b"x", b"\0\0\0\0", b"0" * 40 + b"refs/heads/a\n", b"\xff" * 50])
def test_that_damaged_packed_references_are_said_in_words(store: GitStore, data: bytes) -> None:
    (store.root / "packed-refs").write_bytes(data)
    with pytest.raises(ModelError, match="packed-refs"):
        store.refs("refs/heads")


def test_that_empty_packed_references_are_none(store: GitStore) -> None:
    (store.root / "packed-refs").write_bytes(b"")
    assert store.refs("refs/heads") == {}


@pytest.mark.parametrize(
    "head", [b"", b"\0\0", b"garbage", b"ref: ", b"ref: refs/heads/", b"ref: refs/heads/../x", b"ref: HEAD"]
)
def test_that_a_head_that_says_nothing_is_at_no_branch(store: GitStore, head: bytes) -> None:
    (store.root / "HEAD").write_bytes(head)
    assert store.head() == ""


@needs_git
def test_that_references_that_git_packed_are_read_changed_and_removed(store: GitStore) -> None:
    commit = made_commit(store)
    other = made_commit(store, b"two", commit)
    for name in ("refs/heads/main", "refs/heads/deep/er", "refs/tags/v1.0"):
        store.swap(name, None, commit)
    git(store.root, "tag", "-a", "-m", "words", "told", commit)
    git(store.root, "pack-refs", "--all")
    assert store.refs("refs/heads") == {"deep/er": commit, "main": commit}
    assert store.tagged(store.refs("refs/tags")["told"]) == commit
    assert not store.swap("refs/heads/main", other, other)
    assert store.swap("refs/heads/main", commit, other)
    assert store.swap("refs/heads/deep/er", commit, None)
    assert store.swap("refs/tags/told", store.ref("refs/tags/told"), None)
    assert git(store.root, "for-each-ref", "--format=%(refname) %(objectname)").split() == [
        "refs/heads/main", other, "refs/tags/v1.0", commit,
    ]  # fmt: skip
    assert_sound(store.root)


@pytest.mark.parametrize(
    "name",
    ["HEAD", "config", "refs/heads/../../config", "refs/heads/a/../../../x", "refs/heads/.a", "refs/heads/a.lock",
     "refs/heads/a b", "refs/heads/a\0b", "refs/heads/", "/etc/passwd", "refs/heads/\udc80", "refs//heads"],
)  # fmt: skip
def test_that_a_name_that_leads_elsewhere_is_neither_read_nor_written(store: GitStore, name: str) -> None:
    commit = made_commit(store)
    before = {path: path.read_bytes() for path in store.root.rglob("*") if path.is_file()}
    assert store.ref(name) is None
    with pytest.raises(ModelError):
        store.swap(name, None, commit)
    assert {path: path.read_bytes() for path in store.root.rglob("*") if path.is_file()} == before


@given(st.text(max_size=20))
@settings(max_examples=300, deadline=None)
def test_that_only_names_that_stay_inside_are_references(text: str) -> None:
    name = f"refs/heads/{text}"
    if is_reference(name):
        assert Path(os.path.normpath(name)).as_posix() == name
        assert not any(part.startswith(".") or part.endswith(".lock") for part in text.split("/"))


@pytest.mark.parametrize("lock", ["refs/heads/main.lock", "packed-refs.lock", "HEAD.lock"])
@pytest.mark.parametrize("age_s", [10.0, -10_000.0])
def test_that_a_lock_that_a_kill_has_left_does_not_keep_us(store: GitStore, lock: str, age_s: float) -> None:
    commit = made_commit(store)
    (store.root / lock).write_bytes(b"half")
    os.utime(store.root / lock, (time.time() - age_s,) * 2)
    assert store.swap("refs/heads/main", None, commit)
    store.set_head("main")
    assert store.refs("refs/heads") == {"main": commit}


def test_that_a_lock_that_git_holds_is_waited_for(store: GitStore) -> None:
    commit = made_commit(store)
    lock = store.root / "refs" / "heads" / "main.lock"
    lock.touch()
    done: list[bool] = []
    writer = threading.Thread(target=lambda: done.append(store.swap("refs/heads/main", None, commit)))
    writer.start()
    writer.join(0.05)
    assert not done
    lock.unlink()
    writer.join()
    assert done == [True]


@needs_git
@pytest.mark.parametrize("lock", ["refs/heads/main.lock", "packed-refs.lock"])
def test_that_a_lock_that_is_old_but_still_changes_is_waited_for(
    store: GitStore, monkeypatch: pytest.MonkeyPatch, lock: str
) -> None:
    monkeypatch.setattr(references, "_STALE_S", 1.0)
    monkeypatch.setattr(references, "_PACKED_STALE_S", 1.0)
    commit = made_commit(store)
    assert store.swap("refs/heads/main", None, commit)
    git(store.root, "pack-refs", "--all")
    held = store.root / lock
    held.touch()
    os.utime(held, (time.time() - 1000,) * 2)
    done: list[bool] = []
    writer = threading.Thread(target=lambda: done.append(store.swap("refs/heads/main", commit, None)))
    writer.start()
    with held.open("ab", buffering=0) as file:
        for _ in range(15):  # longer than one that rests is left alone
            writer.join(0.1)
            file.write(b"more")
    assert held.exists()
    assert not done
    writer.join()  # nobody writes it any more
    assert done == [True]
    assert not held.exists()
    assert store.refs("refs/heads") == {}


def test_that_a_reference_is_swapped_from_what_it_was_alone(store: GitStore) -> None:
    one, two = made_commit(store, b"one"), made_commit(store, b"two")
    assert store.swap("refs/heads/a", None, one)
    assert not store.swap("refs/heads/a", None, two)
    assert not store.swap("refs/heads/a", two, one)
    assert not store.swap("refs/heads/a", two, None)
    assert store.swap("refs/heads/a", one, two)
    assert store.swap("refs/heads/a", two, None)
    assert not store.swap("refs/heads/a", two, one)
    assert store.refs("refs/heads") == {}
    assert not list((store.root / "refs").rglob("*.lock"))


def test_that_a_name_below_another_name_is_said_in_words(store: GitStore) -> None:
    commit = made_commit(store)
    store.swap("refs/heads/a", None, commit)
    with pytest.raises(StorageError):
        store.swap("refs/heads/a/b", None, commit)
    assert store.refs("refs/heads") == {"a": commit}


def test_that_tags_of_tags_are_followed_and_of_other_things_are_none(store: GitStore) -> None:
    from dulwich.objects import Commit, ShaFile, Tag

    commit = made_commit(store)
    target = commit
    kind: type[ShaFile] = Commit
    for number in range(3):
        tag = Tag()
        tag.name, tag.object, tag.message = b"t%d" % number, (kind, ObjectID(target.encode())), b"words\n"
        tag.tagger, tag.tag_time, tag.tag_timezone = b"A <a@b.c>", 1, 0
        store.add(tag)
        target, kind = tag.id.decode(), Tag
    assert store.tagged(target) == commit
    assert store.tagged(commit) == commit
    assert store.tagged(store.commit(commit).tree.decode()) == ""


@pytest.mark.parametrize("what", ["", "objects", "HEAD"])
def test_that_a_folder_that_is_no_repository_is_said_in_words(store: GitStore, what: str) -> None:
    import shutil

    target = store.root / what
    shutil.rmtree(target) if target.is_dir() else target.unlink()
    with pytest.raises(ModelError):
        GitStore(store.root)


def test_that_any_damage_to_any_file_is_said_in_words(store: GitStore) -> None:
    dice = random.Random(0)
    commits = [made_commit(store, b"%d" % number) for number in range(4)]
    for number, commit in enumerate(commits):
        store.swap(f"refs/heads/b{number}", None, commit)
    store.pack(always=True)
    later = made_commit(store, b"later", commits[0])
    store.swap("refs/tags/later", None, later)
    (store.root / "packed-refs").write_text(
        f"# pack-refs with: peeled fully-peeled sorted \n{commits[0]} refs/heads/c\n"
    )
    for path in sorted(path for path in store.root.rglob("*") if path.is_file()):
        whole = path.read_bytes()
        path.chmod(0o600)
        for _ in range(12):
            data = bytearray(whole)
            match dice.randrange(4):
                case 0:
                    data = data[: dice.randrange(len(data) + 1)]
                case 1 if data:
                    data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
                case 2:
                    data = bytearray(dice.randbytes(dice.randrange(200)))
                case _:
                    data += dice.randbytes(9)
            path.write_bytes(data)
            _look_at_all(store.root, [*commits, later])
        path.unlink()
        _look_at_all(store.root, [*commits, later])
        path.write_bytes(whole)
    _look_at_all(store.root, [*commits, later])


def _look_at_all(root: Path, commits: list[str]) -> None:
    """Nothing but an error in words leaves, and what is read is what was written."""
    try:
        store = GitStore(root)
    except AetheronError:
        return
    for base in ("refs/heads", "refs/tags"):
        try:
            store.refs(base)
        except AetheronError:
            continue
    store.head()
    for commit in commits:
        try:
            assert store.commit(commit).id.decode() == commit
            assert store.blob(store.files(store.commit(commit))["card.md"]) == store.commit(commit).message
        except AetheronError:
            continue
    store.close()
