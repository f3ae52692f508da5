import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from aetheron_desktop.engine.errors import StorageError, WorkspaceError
from aetheron_desktop.engine.store import store as module
from aetheron_desktop.engine.store.store import FORMAT, Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "workspace.db")
    yield store
    store.close()


class StoreMachine(RuleBasedStateMachine):
    """A store, closed and opened at any moment, holds what a dictionary would."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "workspace.db"
        self.store = Store(self.path)
        self.model: dict[tuple[str, str], bytes] = {}

    names = st.sampled_from(["a", "b", "ä ö", "'; DROP TABLE record; --"])

    @rule(kind=names, id=names, body=st.binary(max_size=50))
    def put(self, kind: str, id: str, body: bytes) -> None:
        self.store.put(kind, id, body)
        self.model[kind, id] = body

    @rule(kind=names, id=names)
    def remove(self, kind: str, id: str) -> None:
        self.store.remove(kind, id)
        self.model.pop((kind, id), None)

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = Store(self.path)

    @invariant()
    def holds_the_same(self) -> None:
        for kind in {kind for kind, _ in self.model}:
            assert dict(self.store.all(kind)) == {id: body for (k, id), body in self.model.items() if k == kind}

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()


TestStoreAgainstADictionary = StoreMachine.TestCase
TestStoreAgainstADictionary.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)


def test_that_what_put_has_returned_for_survives_the_kill_of_the_process(tmp_path: Path) -> None:
    path = tmp_path / "workspace.db"
    code = (
        "import os, signal, sys; from pathlib import Path; from aetheron_desktop.engine.store.store import Store\n"
        f"store = Store(Path({str(path)!r}))\n"
        "for n in range(50): store.put('run', str(n), b'x')\n"
        "os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    store = Store(path)
    assert len(list(store.all("run"))) == 50
    store.close()


def test_that_two_programs_may_have_it_open(store: Store) -> None:
    other = Store(store.path)
    other.put("run", "1", b"theirs")
    assert store.get("run", "1") == b"theirs"
    other.close()


def test_that_an_index_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "workspace.db"
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(WorkspaceError, match="newer version") as caught:
        Store(path)
    assert "Update" in caught.value.hint
    assert path.read_bytes() == before


def test_that_a_file_that_is_no_index_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "workspace.db"
    path.write_bytes(b"this is a letter to my aunt, and no index at all" * 30)
    with pytest.raises(WorkspaceError, match="damaged"):
        Store(path)


def test_that_a_migration_that_fails_changes_nothing_and_leaves_a_copy(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("run", "1", b"mine")
    store.close()
    broken = (*module.STEPS, ("CREATE TABLE fresh (id TEXT)", "THIS IS NO SQL"))
    monkeypatch.setattr(module, "STEPS", broken)
    monkeypatch.setattr(module, "FORMAT", FORMAT + 1)
    with pytest.raises(Exception, match="could not be used"):
        Store(store.path)
    monkeypatch.undo()
    again = Store(store.path)
    assert again.get("run", "1") == b"mine"
    again.close()
    assert (store.path.parent / f"workspace-format{FORMAT}.db").exists()


@pytest.mark.parametrize(("free", "words"), [(0, "The disk is full"), (1 << 30, "could not be used")])
def test_that_a_full_disk_is_called_so_where_sqlite_calls_it_an_error_of_the_disk(
    store: Store, monkeypatch: pytest.MonkeyPatch, free: int, words: str
) -> None:
    class Refused:
        def execute(self, *_: object) -> None:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorname = "SQLITE_IOERR_SHMSIZE"
            raise error

    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    connection = store._connection
    monkeypatch.setattr(store, "_connection", Refused())
    with pytest.raises(StorageError, match=words):
        store.put("kind", "id", b"body")
    monkeypatch.setattr(store, "_connection", connection)
