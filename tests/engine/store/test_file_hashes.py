"""Hashes of files: right, and read once."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.errors import StorageError
from aetheron_desktop.engine.store.file_hashes import FileHashes
from aetheron_desktop.engine.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def hashes(tmp_path: Path) -> Iterator[FileHashes]:
    store = Store(tmp_path / "index.db")
    yield FileHashes(store)
    store.close()


def aged(file: Path, seconds: float = 60.0) -> None:
    """Let a file be older than its clock's tick."""
    moment = file.stat().st_mtime - seconds
    os.utime(file, (moment, moment))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=4096))
def test_that_the_hash_is_that_of_the_bytes(hashes: FileHashes, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "it.bin"
    file.write_bytes(data)
    assert hashes.of(file) == hashlib.sha256(data).hexdigest()


def test_that_an_unchanged_file_is_not_read_again_and_a_changed_one_is(
    hashes: FileHashes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "it.bin"
    file.write_bytes(b"one")
    aged(file)
    first = hashes.of(file)
    read: list[float] = []
    assert hashes.of(file, lambda done, total: read.append(done)) == first
    assert read == []
    file.write_bytes(b"two")
    aged(file)
    assert hashes.of(file, lambda done, total: read.append(done)) == hashlib.sha256(b"two").hexdigest()
    assert read == [3]


def test_that_a_file_that_was_just_written_is_read_again(hashes: FileHashes, tmp_path: Path) -> None:
    file = tmp_path / "it.bin"
    file.write_bytes(b"one")
    status = file.stat()
    hashes.of(file)
    file.write_bytes(b"two")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert hashes.of(file) == hashlib.sha256(b"two").hexdigest()


def test_that_it_stops_and_remembers_nothing_half(hashes: FileHashes, tmp_path: Path) -> None:
    file = tmp_path / "it.bin"
    file.write_bytes(b"one")
    aged(file)
    assert hashes.of(file, should_stop=lambda: True) is None
    assert hashes.of(file) == hashlib.sha256(b"one").hexdigest()


def test_that_a_file_that_is_gone_is_said(hashes: FileHashes, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="not there"):
        hashes.of(tmp_path / "nowhere.bin")
