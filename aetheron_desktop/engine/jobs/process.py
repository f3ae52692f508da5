"""Worker processes as their owner sees them: started, spoken to, listened to, suspended, ended."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Final, Protocol

from aetheron_desktop.engine.errors import storage_errors
from aetheron_desktop.engine.events import JobEnded, JobStarted, ModelSaved
from aetheron_desktop.engine.jobs import job as jobs
from aetheron_desktop.engine.jobs.job import WarmUp
from aetheron_desktop.engine.jobs.progress import RunState
from aetheron_desktop.engine.store.event_log import EventLog, LineSplitter, LogTail
from aetheron_desktop.engine.workspace import ended_run, measured_run

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psutil

    from aetheron_desktop.engine.events import Event, Work
    from aetheron_desktop.engine.jobs.job import Request
    from aetheron_desktop.engine.workspace import RunRecord, Workspace

_CHUNK: Final = 1 << 16
_TAIL_S: Final = 0.1
_CREATE_NO_WINDOW: Final = 0x08000000


def environment(cores: int) -> dict[str, str]:
    """Give the environment of a worker on a machine with ``cores``.

    Spinning OpenMP barriers make a two-thread fit hundreds of times slower as soon as anything else, such as the
    window, uses a core; so threads wait passively, and one core is left to the window.
    """
    threads = str(max(1, cores - 1))
    return {
        "OMP_WAIT_POLICY": "PASSIVE",
        "KMP_BLOCKTIME": "0",
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
    }


def command(root: str) -> list[str]:
    """Give the command that starts a worker: the same program, frozen or not."""
    return [*program(), "worker", root]


def program() -> list[str]:
    """Give the command that starts this program once more, frozen or not."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "aetheron_desktop"]


class Source(Protocol):
    """Where the events of one job come from."""

    def read(self, timeout_s: float) -> list[Event] | None:
        """Give what came, waiting at most ``timeout_s``; None when nothing can come any more."""


class WorkerProcess:
    """A child process that does one job after another.

    Raises:
        StorageError: the process could not be started.
    """

    def __init__(self, workspace: Workspace, extra_environment: Mapping[str, str] | None = None) -> None:
        errors = workspace.root / "logs" / f"worker-{time.time_ns():x}.log"
        with storage_errors(errors), errors.open("wb") as error_log:
            self._process = subprocess.Popen(
                command(str(workspace.root)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=error_log,
                env=os.environ | environment(os.cpu_count() or 1) | dict(extra_environment or {}),
                creationflags=_CREATE_NO_WINDOW if os.name == "nt" else 0,
                # Ctrl+C on the terminal of the window is for the window; it decides what becomes of the runs.
                start_new_session=os.name != "nt",
            )
        self._error_log = errors
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._splitter = LineSplitter()
        self._ended = False
        # A read of a pipe cannot be given a limit on every system; a thread of its own can wait for ever.
        threading.Thread(target=self._listen, name=f"worker {self.pid}", daemon=True).start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether the process can still take a job."""
        return not self._ended and self._process.poll() is None

    def send(self, request: Request) -> bool:
        """Ask for a job; False when the process is gone."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(jobs.dumps(request))
            self._process.stdin.flush()
        except (OSError, ValueError):
            return False
        return True

    def read(self, timeout_s: float) -> list[Event] | None:
        """Give the events that came, waiting at most ``timeout_s`` for the first; None when the process is gone."""
        if self._ended:
            return None
        try:
            data = self._lines.get(timeout=timeout_s)
            while not self._lines.empty() and data:
                more = self._lines.get()
                if not more:
                    self._ended = True
                    break
                data += more
        except queue.Empty:
            return []
        if not data:
            self._ended = True
            return None
        return self._splitter.feed(data)

    def exit_code(self, timeout_s: float = 5.0) -> int | None:
        """Wait for the end of the process and give its exit code; None when it did not end in time."""
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def last_words(self) -> str:
        """Give the last line that the process wrote to its error output."""
        try:
            lines = self._error_log.read_text(errors="replace").strip().splitlines()
        except OSError:
            return ""
        return lines[-1] if lines else ""

    def close(self) -> None:
        """Let the process go: it ends by itself once it has no job left."""
        if self._process.stdin is not None:
            try:
                self._process.stdin.close()
            except OSError:  # it is gone already
                return

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def dispose(self) -> None:
        """Wait for a process that has told its end, and remove its error log when it had nothing to say."""
        self.close()
        if self.exit_code() is None:
            # It takes its libraries down, which takes long on a busy machine; all that counts is on the disk.
            self.kill()
        if self.exit_code() is not None and not self.last_words():
            self._error_log.unlink(missing_ok=True)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        while data := os.read(descriptor, _CHUNK):
            self._lines.put(data)
        self._process.stdout.close()
        self._lines.put(b"")


class WorkerPool:
    """Workers that wait for their next job: one for tables at most, and one that has the learning libraries imported.

    They are kept apart, since a question about a table cannot wait the seconds that those imports take. Used from
    several threads.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._idle: list[WorkerProcess] = []
        self._learners: set[int] = set()
        self._closed = False

    def take(self, *, to_learn: bool = False) -> WorkerProcess:
        """Give a waiting worker, or a new one; ``to_learn`` says that the job needs the learning libraries."""
        with self._lock:
            waiting = self._waiting(to_learn=to_learn)
        return waiting or self._new(to_learn=to_learn)

    def give_back(self, worker: WorkerProcess) -> None:
        """Keep ``worker`` for the next job, or let it go when one of its kind is waiting."""
        with self._lock:
            kind = self._is_learner(worker)
            waits = any(self._is_learner(other) == kind for other in self._idle)
            if worker.is_alive() and not self._closed and not waits:
                self._idle.append(worker)
                return
            self._learners.discard(worker.pid)
        worker.dispose()

    def warm_up(self) -> None:
        """Have a worker with the learning libraries imported waiting."""
        with self._lock:
            if self._closed or any(self._is_learner(worker) for worker in self._idle):
                return
        worker = self._new(to_learn=True)
        worker.send(WarmUp())
        self.give_back(worker)

    def _waiting(self, *, to_learn: bool) -> WorkerProcess | None:
        # For learning, one that has the libraries comes first.
        for worker in sorted(self._idle, key=self._is_learner, reverse=True):
            if not worker.is_alive():
                self._idle.remove(worker)
                worker.dispose()
            elif to_learn or not self._is_learner(worker):
                self._idle.remove(worker)
                if to_learn:
                    self._learners.add(worker.pid)
                return worker
        return None

    def _new(self, *, to_learn: bool) -> WorkerProcess:
        worker = WorkerProcess(self._workspace)
        if to_learn:
            with self._lock:
                self._learners.add(worker.pid)
        return worker

    def _is_learner(self, worker: WorkerProcess) -> bool:
        return worker.pid in self._learners

    def pids(self) -> list[int]:
        """Give the ids of the waiting processes."""
        with self._lock:
            return [worker.pid for worker in self._idle]

    def close(self) -> None:
        """Let all waiting workers go, and those that are given back later."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.kill()
            worker.dispose()


class AttachedRun:
    """A run that a process of an earlier window does: its log is read while it is written."""

    def __init__(self, workspace: Workspace, run: RunRecord) -> None:
        self._tail = LogTail(workspace.job_log(run.id))
        self._workspace = workspace
        self._run = run
        self._gone = False

    def read(self, timeout_s: float) -> list[Event] | None:
        """Give the events that came; None when the process is gone and its log is at its end."""
        deadline = time.monotonic() + timeout_s
        while True:
            # Asked before the log is read: what it wrote with its last breath is still told.
            gone = self._gone or not is_running(self._run.pid, self._run.born)
            if found := self._tail.read():
                if any(isinstance(event, JobEnded) for event in found):
                    # Whoever hears of the end looks into the index, which the other process may be about to write.
                    settled(self._workspace, self._workspace.run(self._run.id))
                return found
            if gone:
                return None
            if time.monotonic() >= deadline:
                return []
            time.sleep(min(_TAIL_S, timeout_s))


def is_running(pid: int, born: float) -> bool:
    """Whether the process that had ``pid`` at the time ``born`` (psutil's create time) still runs."""
    return _process(pid, born) is not None


def suspend(pid: int, born: float) -> bool:
    """Stop the clock of a process; False when it is gone."""
    process = _process(pid, born)
    if process is not None:
        process.suspend()
    return process is not None


def resume(pid: int, born: float) -> bool:
    """Let a suspended process go on; False when it is gone."""
    process = _process(pid, born)
    if process is not None:
        process.resume()
    return process is not None


def kill(pid: int, born: float) -> None:
    """End a process at once, if it still runs."""
    process = _process(pid, born)
    if process is not None:
        process.kill()


def _process(pid: int, born: float) -> psutil.Process | None:
    import psutil  # the first frame of the window does not wait for it

    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - born) < 1.0
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except (psutil.NoSuchProcess, ValueError):
        return None


def crashed(workspace: Workspace, job: str, work: Work, reason: str) -> JobEnded:
    """Write down, and give, the end of a job whose process went without a word."""
    hint = "The window and all other runs go on. "
    if work == "train":
        hint += "Resume it: it goes on from its last checkpoint. If the memory ran out, use fewer rows or columns."
    else:
        hint += "Start it again; with fewer rows or columns if the memory ran out."
    end = JobEnded(
        job=job,
        work=work,
        outcome="crashed",
        title="The run crashed" if work == "train" else f"The {work} crashed",
        detail=reason,
        hint=hint,
    )
    return _written(workspace, end)


def stopped_by_force(workspace: Workspace, job: str, work: Work) -> JobEnded:
    """Write down, and give, the end of a job whose process did not heed the wish to stop."""
    end = JobEnded(
        job=job,
        work=work,
        outcome="stopped",
        title="Stopped",
        detail="It did not answer in time and was ended; nothing that could be kept was there.",
    )
    return _written(workspace, end)


def _written(workspace: Workspace, end: JobEnded) -> JobEnded:
    """Write down an end, and give it; one that the process had written itself stays the one."""
    written = _end_of_last_life(workspace.history(end.job))
    if written is None:
        log = EventLog(workspace.job_log(end.job))
        try:
            log.append(end)
        finally:
            log.close()
    for run in workspace.runs():
        if run.id == end.job:
            settled(workspace, run)
    return written or end


def _seconds(workspace: Workspace, run: RunRecord) -> float:
    """Give how long a run had worked when it told something the last time."""
    state = RunState.of(run)
    state.replay(workspace.history(run.id))
    return state.told_s


def reason_of_exit(code: int | None, last_words: str = "") -> str:
    """Say in words why a worker went, from its exit code as :mod:`subprocess` gives it."""
    words = f" Its last words: {last_words}" if last_words else ""
    if code is None:
        return f"The worker process closed its output but did not end.{words}"
    if code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        why = {
            "SIGKILL": "the system ends a process so when the memory runs out",
            "SIGSEGV": "an error in a library's compiled code",
            "SIGTERM": "another program asked it to end",
        }.get(name, "")
        return f"The worker process was ended by {name}{f' ({why})' if why else ''}.{words}"
    return f"The worker process ended with exit code {code} before the job was done.{words}"


def close_dead_runs(workspace: Workspace) -> tuple[list[RunRecord], list[JobEnded]]:
    """Look after the runs that had not ended when the last window did.

    Returns:
        The runs whose process still runs, and the ends of those whose process is gone.
    """
    alive: list[RunRecord] = []
    dead: list[JobEnded] = []
    for run in workspace.runs():
        if run.outcome is not None:
            continue
        if is_running(run.pid, run.born):
            alive.append(run)
            continue
        if settled(workspace, run).outcome is None:
            dead.append(crashed(workspace, run.id, "train", "Its process was gone when the workspace was opened."))
    return alive, dead


def settled(workspace: Workspace, run: RunRecord) -> RunRecord:
    """Give a run as the index has it, which is told its end where only the log knows of that.

    A process that is killed between writing the one and the other leaves it so.
    """
    history = workspace.history(run.id) if run.outcome is None else []
    end = _end_of_last_life(history)
    if end is None:
        return run
    saved = next((event for event in reversed(history) if isinstance(event, ModelSaved)), None)
    run = ended_run(run if saved is None else measured_run(run, saved), end, _seconds(workspace, run))
    workspace.put_run(run)
    return run


def _end_of_last_life(history: list[Event]) -> JobEnded | None:
    end = None
    for event in history:
        if isinstance(event, JobEnded):
            end = event
        elif isinstance(event, JobStarted):
            end = None
    return end


def process_of(event: JobStarted) -> tuple[int, float]:
    """Give what identifies the process that does the job."""
    return event.pid, event.born
