"""The folders that a run goes on from."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from aetheron_desktop.engine.errors import StorageError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.events import Event, MessageLogged
from aetheron_desktop.engine.training.checkpoints import Checkpoints
from aetheron_desktop.engine.training.lives import Earlier
from aetheron_desktop.engine.training.machine import environment
from aetheron_desktop.engine.training.trainer import Training
from tests.contracts.test_estimators import experiment, predicted, trained
from tests.tables import made_dataset


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


# -- seals ------------------------------------------------------------------------------------------------------------

KEY = b"k" * 32


def sealed(folder: Path, *texts: str) -> None:
    kept = Checkpoints(folder, interval_s=0.0, key=KEY)
    for text in texts:
        assert kept.offer(writing(text))


def changed(folder: Path) -> None:
    (folder / "state").write_text("evil")


def added(folder: Path) -> None:
    (folder / "more").write_text("evil")


def removed(folder: Path) -> None:
    (folder / "state").unlink()


def linked(folder: Path) -> None:
    (folder / "state").unlink()
    (folder / "state").symlink_to("/etc/hostname")


def unsealed(folder: Path) -> None:
    (folder / "seal.json").unlink()


def half_sealed(folder: Path) -> None:
    (folder / "seal.json").write_bytes(b'{"files": {"state"')


def sealed_by_another(folder: Path) -> None:
    (folder / "state").write_text("evil")
    other = Checkpoints(folder.parent / "other", interval_s=0.0, key=b"x" * 32)
    other.offer(writing("evil"))
    (folder / "seal.json").write_bytes((folder.parent / "other" / "000001" / "seal.json").read_bytes())


def test_that_what_was_sealed_is_given(tmp_path: Path) -> None:
    sealed(tmp_path, "first", "second")
    kept = Checkpoints(tmp_path, key=KEY)
    assert kept.newest() == tmp_path / "000002"
    assert not kept.refused


@pytest.mark.parametrize("spoil", [changed, added, removed, linked, unsealed, half_sealed, sealed_by_another])
def test_that_one_that_was_changed_is_not_opened_and_the_one_before_is(
    spoil: Callable[[Path], None], tmp_path: Path
) -> None:
    sealed(tmp_path, "first", "second")
    spoil(tmp_path / "000002")
    kept = Checkpoints(tmp_path, key=KEY)
    assert kept.newest() == tmp_path / "000001"
    assert kept.refused
    spoil(tmp_path / "000001")
    assert Checkpoints(tmp_path, key=KEY).newest() is None


def test_that_the_checkpoints_of_another_user_are_not_opened(tmp_path: Path) -> None:
    sealed(tmp_path, "theirs")
    kept = Checkpoints(tmp_path, key=b"o" * 32)
    assert kept.newest() is None
    assert kept.refused


@pytest.mark.parametrize("id_", ["lightgbm", "xgboost", "boosting", "forest", "knn", "network"])
def test_that_a_manipulated_checkpoint_is_harmless_and_the_run_ends_as_undisturbed(id_: str, tmp_path: Path) -> None:
    # Each of these files, followed by compiled code as it is here, would end the process or read beyond its memory.
    dataset = made_dataset(tmp_path / "dataset")
    whole = trained(catalog.card(id_), "binary", dataset, seed=3)
    folder = tmp_path / "kept"

    def training(events: list[Event]) -> Training:
        plan = experiment(catalog.card(id_), "binary", dataset, seed=3)
        earlier = Earlier(seconds=0.0, environment=environment(1)) if folder.exists() else None
        return Training(
            plan, dataset, events.append, checkpoints=folder, interval_s=0.0, key=KEY, threads=1, earlier=earlier
        )

    training([]).run(lambda: len(list(folder.glob("*"))) >= 2)
    spoilt = [file for file in folder.rglob("*") if file.is_file() and file.name not in {"seal.json", "mark.json"}]
    assert spoilt
    for file in spoilt:
        data = bytearray(file.read_bytes())
        data[len(data) // 3 : len(data) // 2] = b"9" * (len(data) // 2 - len(data) // 3)
        file.write_bytes(data)
    events: list[Event] = []
    run = training(events).run(lambda: False)
    assert run.outcome == "succeeded"
    said = [event.text for event in events if isinstance(event, MessageLogged) and event.level == "warning"]
    assert any("was changed since, and is not opened" in text for text in said)
    table = dataset.table()
    pd.testing.assert_frame_equal(predicted(run, table), predicted(whole, table), check_exact=True)
