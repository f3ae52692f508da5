"""Large files beside Git, as Git LFS keeps them."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aetheron_desktop.engine.errors import ModelError, StorageError
from aetheron_desktop.engine.registry.repository.large_files import LargeFiles, Pointer, hash_of

DATA = b"weights" * 1000
HASH = hashlib.sha256(DATA).hexdigest()
POINTER = Pointer(HASH, len(DATA))


@pytest.fixture
def large(tmp_path: Path) -> LargeFiles:
    return LargeFiles(tmp_path / "repository")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "weights"
    file.write_bytes(DATA)
    return file


def test_that_a_file_is_kept_once_under_its_hash(large: LargeFiles, file: Path, tmp_path: Path) -> None:
    assert large.take(file) == large.take(file, HASH) == POINTER
    assert list(large.all()) == [large.path(HASH)]
    assert large.path(HASH).read_bytes() == DATA
    assert not large.path(HASH).stat().st_mode & 0o222
    large.place(POINTER, tmp_path / "placed")
    assert hash_of(tmp_path / "placed") == HASH


def test_that_a_file_that_was_cut_short_is_kept_again(large: LargeFiles, file: Path) -> None:
    large.take(file)
    large.path(HASH).unlink()
    large.path(HASH).write_bytes(DATA[:10])
    assert not large.has(POINTER)
    large.take(file)
    assert large.path(HASH).read_bytes() == DATA


def test_that_where_a_disk_has_no_links_a_copy_is_made(
    large: LargeFiles, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    large.take(file)
    large.place(POINTER, tmp_path / "placed")
    assert (tmp_path / "placed").read_bytes() == DATA
    assert (tmp_path / "placed").stat().st_ino != large.path(HASH).stat().st_ino


@pytest.mark.parametrize("blocks", [[], [DATA[:-1]], [DATA, b"x"], [b"y" * len(DATA)], [DATA[:7], b"z", DATA[8:]]])
def test_that_what_came_damaged_is_not_kept(large: LargeFiles, blocks: list[bytes]) -> None:
    with pytest.raises(ModelError, match="came damaged"):
        large.receive(POINTER, blocks)
    assert not list(large.all())
    assert not list(large.path(HASH).parent.iterdir()), "nor what begins with a point"


def test_that_what_came_whole_is_kept(large: LargeFiles) -> None:
    large.receive(POINTER, [DATA[:100], DATA[100:]])
    assert large.path(HASH).read_bytes() == DATA


def test_that_no_more_is_read_than_was_told(large: LargeFiles) -> None:
    def endless() -> Iterator[bytes]:
        for number in range(10):
            assert number < 2, "it goes on reading"
            yield DATA

    with pytest.raises(ModelError):
        large.receive(POINTER, endless())


def test_that_a_refusing_disk_leaves_nothing(large: LargeFiles, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    for keep in (lambda: large.take(file), lambda: large.receive(POINTER, [DATA])):
        with pytest.raises(StorageError, match="full"):
            keep()
        assert not list(large.path(HASH).parent.iterdir())
    assert file.read_bytes() == DATA


@given(st.binary(max_size=200))
def test_that_bytes_are_a_pointer_only_if_they_are_its_text(data: bytes) -> None:
    found = Pointer.read(data)
    assert found is None or found.text() == data


@given(st.binary(min_size=32, max_size=32), st.integers(0, 10**15 - 1))
def test_that_a_pointer_is_read_as_it_was_written(hash_: bytes, size: int) -> None:
    pointer = Pointer(hash_.hex(), size)
    assert Pointer.read(pointer.text()) == pointer


@pytest.mark.parametrize(
    "text",
    [POINTER.text() + b"x", POINTER.text()[:-1], POINTER.text().replace(b"\n", b"\r\n"), b"ext-0 x\n" + POINTER.text(),
     POINTER.text().replace(b"size 7", b"size -7"), POINTER.text().replace(b"sha256:", b"sha256:../../"),
     POINTER.text().upper()],
)  # fmt: skip
def test_that_what_is_like_a_pointer_is_none(text: bytes) -> None:
    assert Pointer.read(text) is None
