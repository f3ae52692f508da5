"""What is kept of profiles survives a crash of whoever wrote it."""

from pathlib import Path

import pyarrow as pa
import pytest

from aetheron_desktop.engine.datasets.profiles.profile import ColumnProfile, TargetProfile
from aetheron_desktop.engine.datasets.profiles.profile_cache import ProfileCache
from tests.engine.datasets.profiles import made, told


@pytest.fixture
def profiles(tmp_path: Path) -> list[ColumnProfile | TargetProfile]:
    table = pa.table({"x": [1, 2, 2, 3], "word": ["a", "ö", None, "a"], "y": [1.0, 2.0, 3.0, 4.5]})
    return told(made(tmp_path, table), target="y")


def test_that_what_is_kept_is_given_again(tmp_path: Path, profiles: list[ColumnProfile | TargetProfile]) -> None:
    cache = ProfileCache(tmp_path)
    for profile in profiles:
        if isinstance(profile, ColumnProfile):
            assert cache.column(profile.column) == profile
        else:
            assert cache.target(profile.column, "y", profile.task) == profile
            assert cache.target(profile.column, "x", profile.task) is None
    assert cache.column("z") is None


@pytest.mark.parametrize("cut", [1, 20, 300])
def test_that_a_line_cut_short_is_lost_alone(
    tmp_path: Path, profiles: list[ColumnProfile | TargetProfile], cut: int
) -> None:
    path = tmp_path / "profile.jsonl"
    path.write_bytes(path.read_bytes()[:-cut])
    cache = ProfileCache(tmp_path)
    lost = profiles[-1]
    assert isinstance(lost, ColumnProfile)
    assert (cache.column(lost.column) is None) == (cut > 1)  # a line without its end alone is whole
    cache.keep(lost)
    again = ProfileCache(tmp_path)
    for profile in profiles:
        kept = (
            again.column(profile.column)
            if isinstance(profile, ColumnProfile)
            else again.target(profile.column, "y", profile.task)
        )
        assert kept == profile


def test_that_lines_of_other_versions_and_rubbish_are_passed_over(
    tmp_path: Path, profiles: list[ColumnProfile | TargetProfile]
) -> None:
    path = tmp_path / "profile.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"version":1', b'"version":0') + b"\xff\x00 rubbish\n{}\n")
    assert ProfileCache(tmp_path).column(profiles[0].column) is None


def test_that_profiles_are_told_where_nothing_can_be_kept(tmp_path: Path) -> None:
    dataset = made(tmp_path, pa.table({"x": [1, 2]}))
    (tmp_path / "profile.jsonl").mkdir()
    assert len(told(dataset)) == 1
