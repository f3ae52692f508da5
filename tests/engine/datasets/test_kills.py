"""Imports that are killed at any moment, and imports of one file by several processes at once."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from aetheron_desktop.engine.datasets.reading.reader import import_file
from aetheron_desktop.engine.workspace import Workspace

KILLS = int(os.environ.get("AETHERON_KILLS", "8"))
"""How many imports are killed; a hundred and more where there is time."""
IMPORT = """
import sys
from pathlib import Path
from aetheron_desktop.engine.datasets.reading.reader import import_file
from aetheron_desktop.engine.workspace import Workspace
root, source, told = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
workspace, seen = Workspace.open(root), []
def progress(*_):
    seen.append(1)
    if len(seen) == told:
        print("here", flush=True)
        sys.stdin.readline()
info = import_file(source, root / "datasets", progress=progress, should_stop=lambda: False)
workspace.add_dataset(info)
print(info.id, flush=True)
"""


def written(folder: Path, rows: int = 20_000) -> Path:
    source = folder / "large.csv"
    source.write_text("a,b,c\n" + "".join(f"{row},{row * 7 % 11},w {row}\n" for row in range(rows)))
    return source


def started(root: Path, source: Path, told: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", IMPORT, str(root), str(source), str(told)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_that_a_kill_at_any_step_leaves_a_workspace_that_opens_and_no_half_dataset(tmp_path: Path) -> None:
    source, root = written(tmp_path), tmp_path / "ws"
    for told in range(1, KILLS + 1):
        process = started(root, source, told)
        assert process.stdout is not None
        said = process.stdout.readline().strip()
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        workspace = Workspace.open(root)
        for info in workspace.datasets():
            assert pq.read_table(workspace.dataset(info.id).parquet).num_rows == info.rows == 20_000
        if said != "here":
            assert [info.id for info in workspace.datasets()] == [said]
        workspace.close()
    info = import_file(source, root / "datasets", progress=lambda *_: None, should_stop=lambda: False)
    assert info is not None
    assert [path.name for path in (root / "datasets").iterdir()] == [info.id]


def test_that_two_processes_import_the_same_file_at_once(tmp_path: Path) -> None:
    source, root = written(tmp_path), tmp_path / "ws"
    Workspace.open(root).close()
    both = [started(root, source, told=3) for _ in range(2)]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "here"
    ends = [process.communicate("go on\n")[0].strip() for process in both]
    assert ends[0] == ends[1]
    workspace = Workspace.open(root)
    assert [info.id for info in workspace.datasets()] == [ends[0]]
    assert [path.name for path in (root / "datasets").iterdir()] == [ends[0]]
    workspace.close()


def test_that_a_running_import_is_not_swept_away_by_another(tmp_path: Path) -> None:
    source, folder = written(tmp_path), tmp_path / "datasets"
    inner: list[str] = []

    def progress(stage: str, *_: object) -> None:
        if not inner and stage == "Read and write the rows":
            inner.append("begun")
            one = threading.Thread(target=lambda: inner.append(imported(source, folder)))
            one.start()
            one.join()

    info = import_file(source, folder, progress=progress, should_stop=lambda: False)
    assert info is not None
    assert inner == ["begun", info.id]


def imported(source: Path, folder: Path) -> str:
    info = import_file(source, folder, progress=lambda *_: None, should_stop=lambda: False)
    assert info is not None
    return info.id


@pytest.mark.parametrize("change", ["cut", "replaced", "gone"])
def test_that_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, change: str) -> None:
    from aetheron_desktop.engine.errors import AetheronError

    source, folder = written(tmp_path), tmp_path / "datasets"

    def progress(stage: str, *_: object) -> None:
        if stage != "Count the values" or not source.exists():
            return
        match change:
            case "cut":
                os.truncate(source, 1_000)
            case "replaced":
                other = tmp_path / "other.csv"
                other.write_text("a,b,c\n1,2,3\n")
                other.replace(source)
            case _:
                source.unlink()

    with pytest.raises(AetheronError, match=r"large\.csv"):
        import_file(source, folder, progress=progress, should_stop=lambda: False)
    assert not list(folder.iterdir())
