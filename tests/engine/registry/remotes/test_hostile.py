"""Histories that no model has: each is refused in words, and nothing here names any of it."""

from __future__ import annotations

import hashlib
import io
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from dulwich.object_format import DEFAULT_OBJECT_FORMAT
from dulwich.objects import S_IFGITLINK, Blob, ObjectID, ShaFile, Tag, Tree
from dulwich.pack import write_pack_objects
from hypothesis import given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.errors import ModelError
from aetheron_desktop.engine.registry.description import FORMAT
from aetheron_desktop.engine.registry.remotes.known import set_remote
from aetheron_desktop.engine.registry.remotes.pack_audit import MOST_BLOB, check_pack
from aetheron_desktop.engine.registry.remotes.quarantine import quarantine
from aetheron_desktop.engine.registry.remotes.remote_errors import RefusedHistory
from aetheron_desktop.engine.registry.repository.git_store import FILE_MODE
from tests.engine.registry.remotes.conftest import Maker, is_sound
from tests.engine.registry.remotes.doing import clone, never, pull, push

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n"


class Hostile:
    """A remote, and what somebody adds to it that is no version."""

    def __init__(self, remote: ModelRepository) -> None:
        self.remote = remote
        self.store = remote.store
        self.tip = remote.labels().current

    def files(self) -> dict[str, bytes]:
        files = self.store.files(self.store.commit(self.tip))
        return {name: self.store.blob(id_) for name, id_ in files.items()}

    def commit(self, entries: list[tuple[bytes, int, ShaFile]], ref: str = "refs/heads/main") -> str:
        tree = Tree()
        for name, mode, made in entries:
            if mode != S_IFGITLINK:
                self.store.add(made)
            tree.add(name, mode, made.id)
        parent = self.store.ref(ref)
        made_commit = self.remote.made_commit(tree.id, [parent] if parent else [], "Evil\n", None)
        self.store.add(tree, made_commit)
        self.store.swap(ref, parent, made_commit.id.decode())
        return made_commit.id.decode()

    def with_files(self, **files: bytes | None) -> str:
        names = {name.replace("_", "."): data for name, data in files.items()}
        made = {name: data for name, data in (self.files() | names).items() if data is not None}
        return self.commit([(name.encode(), FILE_MODE, Blob.from_string(data)) for name, data in made.items()])

    def with_entry(self, name: bytes, mode: int, made: ShaFile) -> str:
        entries: list[tuple[bytes, int, ShaFile]] = [
            (n.encode(), FILE_MODE, Blob.from_string(data)) for n, data in self.files().items()
        ]
        return self.commit([*entries, (name, mode, made)])


def subtree(hostile: Hostile) -> str:
    inner, blob = Tree(), Blob.from_string(b"x")
    inner.add(b"x", FILE_MODE, blob.id)
    hostile.store.add(blob, inner)
    return hostile.with_entry(b"hooks", 0o040000, inner)


def newer(hostile: Hostile) -> str:
    data = hostile.files()["model.json"].replace(b'"format": %d' % FORMAT, b'"format": 99')
    return hostile.with_files(model_json=data)


def missing_blob(hostile: Hostile) -> str:
    commit = hostile.with_files(card_md=b"# gone\n")
    blob = Blob.from_string(b"# gone\n").id.decode()
    (hostile.remote.root / "objects" / blob[:2] / blob[2:]).unlink()
    return commit


def below(hostile: Hostile) -> str:
    """A wrong version under one that is right again."""
    files = hostile.files()
    hostile.with_files(evil_pkl=b"cos\nsystem\n")
    return hostile.commit([(name.encode(), FILE_MODE, Blob.from_string(data)) for name, data in files.items()])


def record(hostile: Hostile) -> str:
    return hostile.commit([(b"aliases.sh", FILE_MODE, Blob.from_string(b"x"))], "refs/heads/aliases")


def mark(hostile: Hostile) -> str:
    blob = Blob.from_string(b"no version")
    made = Tag()
    made.name, made.object, made.message = b"best", (Blob, blob.id), b"best\n"
    made.tagger, made.tag_time, made.tag_timezone = b"A <a>", 1, 0
    hostile.store.add(blob, made)
    hostile.store.swap("refs/tags/best", None, made.id.decode())
    return "best"


CASES: dict[str, tuple[Callable[[Hostile], str], str]] = {
    "a program": (lambda h: h.with_files(run_sh=b"rm -rf /"), "which no model has"),
    "a link": (lambda h: h.with_entry(b"weights.safetensors", 0o120000, Blob.from_string(b"/etc/passwd")), "no plain"),
    "a file that can be run": (lambda h: h.with_entry(b"model.onnx", 0o100755, Blob.from_string(b"x")), "no plain"),
    "a folder": (subtree, "no plain"),
    "a module": (lambda h: h.with_entry(b"model.onnx", S_IFGITLINK, h.store.commit(h.tip)), "no plain"),
    "a way out": (lambda h: h.with_files(**{"../evil": b"x"}), "refused"),
    "an upper-case twin": (lambda h: h.with_files(**{"MODEL.JSON": b"{}"}), "which no model has"),
    "no description": (lambda h: h.with_files(model_json=None), "no model.json"),
    "a damaged description": (lambda h: h.with_files(model_json=b'{"format": 2'), "damaged"),
    "a deep description": (lambda h: h.with_files(model_json=b"[" * 100_000), "damaged"),
    "a newer format": (newer, "newer version of the program"),
    "a large description": (
        lambda h: h.with_files(model_json=POINTER % (b"0" * 64, 5)),
        "pointer of model.json is none",
    ),
    "a large card": (lambda h: h.with_files(card_md=POINTER % (b"0" * 64, 5)), "pointer of card.md is none"),
    "a wrong pointer": (
        lambda h: h.with_files(pipeline_skops=POINTER % (b"../../etc/passwd", 5)),
        "pointer of pipeline.skops is none",
    ),
    "an absurd size": (
        lambda h: h.with_files(pipeline_skops=POINTER % (b"0" * 64, 10**14)),
        "no model has so many",
    ),
    "a card that is too large": (lambda h: h.with_files(card_md=b"x" * (5 << 20)), "no model has so many"),
    "a signature that is too large": (lambda h: h.with_files(signature_json=b"x" * 20_000), "no model has so many"),
    "a file that is missing": (missing_blob, ""),
    "a wrong one below": (below, "which no model has"),
    "a wrong record": (record, "move of an alias"),
    "a wrong mark": (mark, "names no version"),
}


@pytest.fixture
def here(maker: Maker, tmp_path: Path) -> ModelRepository:
    repository = maker.repository()
    maker.version(repository)
    set_remote(repository, "origin", str(tmp_path / "remote"))
    push(repository)
    return repository


@pytest.mark.parametrize("case", CASES)
def test_that_a_history_of_no_model_is_refused_and_nothing_is_moved(
    here: ModelRepository, maker: Maker, tmp_path: Path, case: str
) -> None:
    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

    make, words = CASES[case]
    with ModelRepository(tmp_path / "remote") as remote:
        made = make(Hostile(remote))
    before = here.store.refs("refs")
    for _ in range(2):  # what is here of the first time must not make the second one pass
        with pytest.raises(ModelError, match=words or None) as caught:
            pull(here)
        assert caught.value.hint
        if words and not words.startswith(("newer", "names")) and case not in {"a wrong one below"}:
            assert made[:10] in caught.value.detail
    assert here.store.refs("refs") == before
    assert is_sound(here.root)
    with pytest.raises(ModelError):
        clone(tmp_path / "remote", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_that_a_record_of_versions_that_are_not_there_is_passed_over(here: ModelRepository, tmp_path: Path) -> None:
    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

    with ModelRepository(tmp_path / "remote") as remote:
        data = b'{"champion": "%s"}' % (b"1" * 40)
        Hostile(remote).commit([(b"aliases.json", FILE_MODE, Blob.from_string(data))], "refs/heads/aliases")
    report = pull(here)
    assert any("does not have" in words for words in report.passed_over)
    assert here.labels().aliases == {}
    assert is_sound(here.root)


def made_pack(*objects: ShaFile) -> bytes:
    file = io.BytesIO()
    write_pack_objects(file, [(made, None) for made in objects], object_format=DEFAULT_OBJECT_FORMAT)
    return file.getvalue()


def sealed(data: bytes, count: int = 1) -> bytes:
    data = b"PACK\0\0\0\2" + count.to_bytes(4, "big") + data
    return data + hashlib.sha1(data).digest()  # noqa: S324  # as Git has it


def head_of(kind: int, size: int) -> bytes:
    found, size = [kind << 4 | size & 15], size >> 4
    while size:
        found[-1] |= 128
        found.append(size & 127)
        size >>= 7
    return bytes(found)


def number(value: int) -> bytes:
    found = [value & 127]
    while value := value >> 7:
        found[-1] |= 128
        found.append(value & 127)
    return bytes(found)


def delta(result: int, body: bytes) -> bytes:
    data = number(100) + number(result) + body
    return head_of(7, len(data)) + b"\0" * 20 + zlib.compress(data)


BOMBS = {
    "a blob that says it is huge": sealed(head_of(3, MOST_BLOB + 1) + zlib.compress(b"x")),
    "a commit that says it is huge": sealed(head_of(1, 100 << 20) + zlib.compress(b"x")),
    "more than it says": sealed(head_of(3, 10) + zlib.compress(b"\0" * (64 << 20))),
    "less than it says": sealed(head_of(3, 10) + zlib.compress(b"x")),
    "a delta with a huge result": sealed(delta(MOST_BLOB + 1, b"\x01x")),
    "a delta that makes more than it says": sealed(delta(1000, (b"\xf0\xff\xff\xff" * 100_000))),
    "a delta that is cut off": sealed(delta(1000, b"\x7fabc")),
    "a delta with an unknown command": sealed(delta(10, b"\0")),
    "an unknown kind": sealed(head_of(5, 1) + zlib.compress(b"x")),
    "a size without an end": sealed(b"\xbf" + b"\xff" * 40),
    "more objects than there are": sealed(head_of(3, 1) + zlib.compress(b"x"), 2),
    "a count that is absurd": sealed(b"", 0xFFFFFFFF),
    "no pack": b"<html>nothing to see here</html>",
    "nothing": b"",
    "too much": sealed(head_of(3, 1) + zlib.compress(b"x")) + b"!",
}


COPIES = 31
LARGE_DELTA = delta(COPIES * 0xFFFFFF, b"\xf0\xff\xff\xff" * COPIES)
"""Some 500 MB of a few bytes, which is in order if it is one alone."""
BOMBS["small ones that become too much together"] = sealed(LARGE_DELTA * 9, 9)


def test_that_a_few_large_deltas_pass() -> None:
    assert check_pack(io.BytesIO(sealed(LARGE_DELTA * 8, 8)), never) == 8


@pytest.mark.parametrize("name", BOMBS)
def test_that_a_pack_that_would_take_all_memory_is_refused_in_little(name: str) -> None:
    import tracemalloc

    tracemalloc.start()
    try:
        with pytest.raises(RefusedHistory):
            check_pack(io.BytesIO(BOMBS[name]), never)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


@settings(deadline=None)
@given(st.lists(st.binary(max_size=3000), min_size=1, max_size=6))
def test_that_a_pack_in_order_passes(contents: list[bytes]) -> None:
    blobs = {made.id: made for made in (Blob.from_string(data) for data in contents)}
    assert check_pack(io.BytesIO(made_pack(*blobs.values())), never) == len(blobs)


@settings(deadline=None)
@given(st.data())
def test_that_a_spoilt_pack_is_refused_in_words_or_is_still_one(data: st.DataObject) -> None:
    whole = bytearray(made_pack(Blob.from_string(b"one" * 50), Blob.from_string(hashlib.sha256(b"two").digest())))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.integers(0, len(whole)))
    for spoilt in (bytes(whole), bytes(whole[:cut])):
        with suppress(RefusedHistory):
            check_pack(io.BytesIO(spoilt), never)


def test_that_packs_with_deltas_as_git_makes_them_pass(maker: Maker) -> None:
    from tests.engine.registry.remotes.conftest import git

    repository = maker.repository()
    for _ in range(12):
        maker.version(repository)
    git(repository.root, "gc", "-q", "--aggressive")
    (pack,) = (repository.root / "objects" / "pack").glob("*.pack")
    with pack.open("rb") as file:
        assert check_pack(file, never) > 30
    assert ObjectID(repository.labels().current.encode()) in repository.store.repo.object_store


def test_that_a_pack_whose_index_a_kill_kept_away_is_replaced_as_a_whole(maker: Maker) -> None:
    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

    repository = maker.repository()
    one, two = Blob.from_string(b"one" * 50), Blob.from_string(b"two" * 70)
    packs = repository.root / "objects" / "pack"
    for order in ([one, two], [two, one]):
        with quarantine(repository) as place:
            place.receive(io.BytesIO(made_pack(*order)))
            place.admit()
        (index,) = packs.glob("*.idx")
        if order[0] is one:
            index.chmod(0o600)
            index.unlink()
    again = maker.keep(ModelRepository(repository.root))
    assert [again.store.blob(made.id) for made in (one, two)] == [b"one" * 50, b"two" * 70]
