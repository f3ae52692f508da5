"""Versions of a dataset: the file that has changed, the name of what comes of it, and the way back."""

import os
from pathlib import Path

import pytest

from aetheron_desktop.engine.datasets.dataset import DatasetInfo, next_name, source_state
from aetheron_desktop.engine.datasets.reading.reader import import_file


def imported(path: Path, folder: Path, previous: str | None = None) -> DatasetInfo:
    info = import_file(path, folder, previous=previous, progress=lambda *_: None, should_stop=lambda: False)
    assert info is not None
    return info


def test_that_a_file_is_known_to_be_as_it_was_changed_or_gone(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,x\n")
    info = imported(path, tmp_path / "d")
    assert source_state(info) == "same"
    os.utime(path, ns=(0, 0))
    assert source_state(info) == "changed"
    path.unlink()
    assert source_state(info) == "gone"
    path.mkdir()
    assert source_state(info) == "unknown"


def test_that_a_version_knows_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,x\n")
    first = imported(path, tmp_path / "d")
    path.write_text("a,b\n1,x\n2,y\n")
    second = imported(path, tmp_path / "d", first.id)
    assert second.previous == first.id
    again = imported(path, tmp_path / "d", second.id)
    assert (again.id, again.previous) == (second.id, first.id), "the same content stays the version it is"
    assert imported(path, tmp_path / "d").previous == first.id


@pytest.mark.parametrize(
    ("name", "following"), [("people", "people v2"), ("people v2", "people v3"), ("a v99", "a v100")]
)
def test_that_versions_are_counted(name: str, following: str) -> None:
    assert next_name(name) == following
