"""Cells are done in processes of their own, watched from outside, and kept one line of JSON each."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import msgspec
import numpy as np
import psutil

from tests.benchmarks.learning import tables
from tests.benchmarks.learning.given import TARGET, write_table
from tests.benchmarks.learning.peers import Unavailable, python_of
from tests.benchmarks.learning.scoring import dummy_score, score
from tests.e2e.program import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tests.benchmarks.learning.systems import System
    from tests.benchmarks.learning.tables import Parts, Table

Status: TypeAlias = Literal["done", "failed", "over"]

FOLDER: Final = ROOT / "build" / "learning"
_LOOK_S: Final = 0.2
_GONE_S: Final = 30.0
_LIBRARIES: Final = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a run of the harness is to do."""

    budget_s: float
    threads: int
    seeds: tuple[int, ...]
    datasets: tuple[str, ...]
    systems: tuple[str, ...]

    @property
    def limit_s(self) -> float:
        """After so many seconds a cell is ended: who takes more has not kept to the time."""
        return 2 * self.budget_s + 60


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one system on one table.

    ``score`` and ``dummy`` (what knows the target's mean or shares alone) are of ``metric``; ``peak_mb`` is the memory
    of the process and its children in megabytes. ``others`` is the share of the cores that other programs used
    meanwhile. ``over`` is a cell that was ended at the limit.
    """

    dataset: str
    system: str
    seed: int
    budget_s: float
    threads: int
    status: Status
    metric: str
    dummy: float
    score: float | None = None
    load_s: float = 0.0
    fit_s: float = 0.0
    predict_s: float = 0.0
    rows: tuple[int, int] = (0, 0)
    peak_mb: float = 0.0
    others: float = 0.0
    day: str = ""
    commit: str = ""
    notes: dict[str, Any] = {}
    error: str = ""

    @property
    def key(self) -> tuple[str, str, int]:
        """The cell's place in a file of results."""
        return self.dataset, self.system, self.seed


# -- the file of results ----------------------------------------------------------------------------------------------


def results_file(budget_s: float, threads: int, folder: Path = FOLDER) -> Path:
    """Give where the cells of this time and so many threads are kept."""
    return folder / f"{budget_s:g}s-{threads}-threads.jsonl"


def kept(path: Path) -> dict[tuple[str, str, int], Cell]:
    """Give the cells of a file of results, the last of each place; a line that was cut short is passed over."""
    found = {}
    with contextlib.suppress(FileNotFoundError):
        for line in path.read_bytes().splitlines():
            with contextlib.suppress(msgspec.MsgspecError):
                cell = msgspec.json.decode(line, type=Cell)
                found[cell.key] = cell
    return found


def keep(path: Path, cell: Cell) -> None:
    """Add a cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = not path.exists() or path.stat().st_size == 0 or path.read_bytes().endswith(b"\n")
    with path.open("ab") as file:
        # After a line that was cut short, a new one begins.
        file.write((b"" if whole else b"\n") + msgspec.json.encode(cell) + b"\n")


def forget(path: Path, systems: Iterable[str]) -> None:
    """Take the cells of ``systems`` out, to be done anew."""
    gone = set(systems)
    cells = [cell for cell in kept(path).values() if cell.system not in gone]
    path.unlink(missing_ok=True)
    for cell in cells:
        keep(path, cell)


# -- all cells --------------------------------------------------------------------------------------------------------


def run_all(
    plan: Plan,
    systems: Sequence[System],
    corpora: Path,
    path: Path,
    tell: Callable[[Cell], None],
    do: Callable[..., Cell] | None = None,
) -> None:
    """Do the cells of ``plan`` that are not in the file of results yet: the systems in turn, table by table.

    ``do`` does one cell; :func:`run` by default.
    """
    done = set(kept(path))
    for seed in plan.seeds:
        for id_ in plan.datasets:
            open_ = [system for system in systems if (id_, system.name, seed) not in done]
            if not open_:
                continue
            table = tables.table(id_)
            parts = tables.parted(table, tables.read(table, corpora), seed)
            for system in open_:
                cell = (do or run)(system, table, parts, plan, seed)
                keep(path, cell)
                tell(cell)


def run(system: System, table: Table, parts: Parts, plan: Plan, seed: int) -> Cell:
    """Do one cell."""
    began = Cell(
        dataset=table.id,
        system=system.name,
        seed=seed,
        budget_s=plan.budget_s,
        threads=plan.threads,
        status="failed",
        metric=table.metric,
        dummy=dummy_score(table.task, parts),
        rows=(len(parts.train), len(parts.test)),
        day=time.strftime("%Y-%m-%d %H:%M"),
        commit=_commit(),
    )
    try:
        python = python_of(system.peer) if system.peer else sys.executable
    except Unavailable as error:
        return msgspec.structs.replace(began, error=str(error))
    folder = Path(tempfile.mkdtemp(prefix="learning-"))
    try:
        _write(table, parts, folder)
        (folder / "own").mkdir()
        request = {
            "place": system.place,
            "table": str(folder),
            "folder": str(folder / "own"),
            "budget_s": plan.budget_s,
            "seed": seed,
            "threads": plan.threads,
            "cores": cores(plan.threads),
        }
        command = [python, "-m", "tests.benchmarks.learning.child", json.dumps(request)]
        log = FOLDER / "logs" / f"{table.id}-{system.name}-{seed}-{plan.budget_s:g}s.txt"
        watched = watch(command, plan.threads, plan.limit_s, log, folder / "own")
        return _answered(began, watched, folder / "own", table, parts, log)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _answered(began: Cell, watched: Watched, own: Path, table: Table, parts: Parts, log: Path) -> Cell:
    cell = msgspec.structs.replace(began, peak_mb=watched.peak / 1e6, others=watched.others)
    if watched.is_over:
        return msgspec.structs.replace(cell, status="over", fit_s=watched.seconds)
    try:
        told = json.loads((own / "told.json").read_text(encoding="utf-8"))
        predicted = np.load(own / "predicted.npy", allow_pickle=False)
        value = score(table.task, parts.test_y, predicted)
    except OSError:  # it ended without an answer
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        return msgspec.structs.replace(cell, fit_s=watched.seconds, error=" ".join(last)[:500])
    except ValueError as error:
        return msgspec.structs.replace(cell, fit_s=watched.seconds, error=f"The answer is none: {error}")
    # A worker of Ray that crashes is replaced, and costs time.
    if aborted := log.read_text(encoding="utf-8", errors="replace").count("Fatal Python error"):
        told["notes"]["aborted"] = aborted
    return msgspec.structs.replace(cell, status="done", score=value, **told)


def _write(table: Table, parts: Parts, folder: Path) -> None:
    write_table(parts.train.assign(**{TARGET: parts.train_y}), folder / "train.parquet")
    write_table(parts.test, folder / "test.parquet")
    about = {"task": table.task, "metric": table.metric, "classes": parts.classes}
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    return done.stdout.strip()


# -- one process ------------------------------------------------------------------------------------------------------


def cores(threads: int) -> list[int]:
    """Give the cores for a process of so many threads: the first that this one may use."""
    if not hasattr(os, "sched_getaffinity"):
        return list(range(threads))
    return sorted(os.sched_getaffinity(0))[:threads]


@dataclass
class Watched:
    """What was seen of a process and its children: peak memory in bytes, the share of the cores that others used."""

    seconds: float = 0.0
    peak: int = 0
    others: float = 0.0
    is_over: bool = False
    processor: dict[tuple[int, float], float] = field(default_factory=dict)
    family: dict[tuple[int, float], psutil.Process] = field(default_factory=dict)

    def look(self, process: psutil.Process) -> None:
        """Take in what the process and its children use now."""
        with contextlib.suppress(psutil.Error):
            for one in [process, *process.children(recursive=True)]:
                self.family.setdefault((one.pid, one.create_time()), one)
        own = shared = 0
        for key, one in self.family.items():
            with contextlib.suppress(psutil.Error):
                memory, times = one.memory_info(), one.cpu_times()
                own += memory.rss - getattr(memory, "shared", 0)
                shared = max(shared, getattr(memory, "shared", 0))
                self.processor[key] = times.user + times.system
        self.peak = max(self.peak, own + shared)


def watch(command: Sequence[str], threads: int, limit_s: float, log: Path, folder: Path) -> Watched:
    """Run a command with so many threads, for at most ``limit_s`` seconds; no process that it started is left.

    It runs in ``folder``, for some libraries write into the folder that they are in.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    # Waiting passively is for the better of all of them when anything else uses a core; see ``jobs.process``.
    limits = {f"{library}_NUM_THREADS": str(threads) for library in _LIBRARIES}
    environment = os.environ | limits | {"OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0", "PYTHONPATH": str(ROOT)}
    watched = Watched()
    began, busy = time.monotonic(), _busy()
    with log.open("wb") as out:
        child = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT)
    process = psutil.Process(child.pid)
    try:
        while child.poll() is None:
            watched.look(process)
            watched.seconds = time.monotonic() - began
            if watched.seconds > limit_s:
                watched.is_over = True
                break
            time.sleep(_LOOK_S)
    finally:
        watched.look(process)
        for one in watched.family.values():
            with contextlib.suppress(psutil.Error):
                one.kill()
        child.kill()
        child.wait()
        # What was killed is not gone at once.
        psutil.wait_procs(list(watched.family.values()), timeout=_GONE_S)
    watched.seconds = time.monotonic() - began
    used = sum(watched.processor.values())
    watched.others = max(0.0, (_busy() - busy - used) / (watched.seconds * (os.cpu_count() or 1)))
    return watched


def _busy() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))
