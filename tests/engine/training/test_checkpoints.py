"""The folders that a run goes on from."""

from collections.abc import Callable
from pathlib import Path

import pytest

from aetheron_desktop.engine.errors import StorageError
from aetheron_desktop.engine.training.checkpoints import Checkpoints


def writing(text: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / "state").write_text(text)

    return write


def test_that_the_newest_of_several_is_given_and_old_ones_go(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path / "checkpoints", interval_s=0.0)
    assert kept.newest() is None
    for number in range(12):
        assert kept.offer(writing(str(number)))
    newest = kept.newest()
    assert newest is not None
    assert (newest / "state").read_text() == "11"
    assert len(list((tmp_path / "checkpoints").iterdir())) == 2


def test_that_an_offer_before_its_time_is_passed_over(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path, interval_s=3600.0)
    assert not kept.offer(writing("early"))
    assert kept.newest() is None


def test_that_without_a_folder_nothing_is_kept() -> None:
    kept = Checkpoints(None, interval_s=0.0)
    assert not kept.offer(writing("nowhere"))
    assert kept.newest() is None


def test_that_one_that_fails_leaves_the_one_before(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path, interval_s=0.0)
    kept.offer(writing("whole"))

    def fail(folder: Path) -> None:
        (folder / "state").write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(StorageError):
        kept.offer(fail)
    newest = kept.newest()
    assert newest is not None
    assert (newest / "state").read_text() == "whole"
    assert [one.name for one in tmp_path.iterdir()] == [newest.name]


def test_that_what_a_kill_left_half_written_is_no_checkpoint(tmp_path: Path) -> None:
    (tmp_path / ".000007").mkdir()
    kept = Checkpoints(tmp_path, interval_s=0.0)
    assert kept.newest() is None
    assert kept.offer(writing("first"))
    assert kept.newest() == tmp_path / "000001"
