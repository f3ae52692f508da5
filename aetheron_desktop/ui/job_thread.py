"""One thread of the window per job: it supervises the worker process and tells its end exactly once."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QThread, Signal

from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.engine.events import KEEPING, JobEnded, JobStarted, Progressed
from aetheron_desktop.engine.jobs import pausing, process
from aetheron_desktop.engine.jobs.job import needs_learning
from aetheron_desktop.engine.jobs.pausing import Pauses
from aetheron_desktop.engine.jobs.process import AttachedRun, WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.events import Event, Work
    from aetheron_desktop.engine.jobs.job import Job
    from aetheron_desktop.engine.jobs.pausing import Pause
    from aetheron_desktop.engine.jobs.process import Source, WorkerPool
    from aetheron_desktop.engine.workspace import RunRecord, Workspace

_WAIT_S: Final = 0.1
STOP_LIMIT_S: Final = 6.0
"""A worker that has not ended this long after it was asked to stop is ended by force."""
KEEP_LIMIT_S: Final = 300.0
"""One that says that it keeps the best so far is given this long: what it has learned is worth waiting for."""


class JobThread(QThread):
    """Supervise one job; ``ended`` is told exactly once, whatever happens to the worker.

    ``arrived`` says that :meth:`take` has events; it is not told again before they were taken.
    A thread that was detached leaves the worker to itself and tells no end.
    """

    arrived = Signal()
    paused = Signal(str, object)  # job id, Pause | None: that it was suspended, or goes on, whoever wanted that
    ended = Signal(object)  # JobEnded

    def __init__(self, workspace: Workspace, job_id: str, work: Work, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"job {job_id}")
        self.job_id = job_id
        self.work = work
        self._workspace = workspace
        self._pauses = Pauses(workspace, job_id) if work == "train" else None
        self._pause: Pause | None = None
        self._lock = threading.Lock()
        self._pending: list[Event] = []
        self._process: tuple[int, float] | None = None
        self._stop_at: float | None = None
        self._is_keeping = False
        self._forced = False
        self._detached = threading.Event()
        self._supervise: Callable[[], JobEnded | None] = lambda: None

    @classmethod
    def starting(cls, workspace: Workspace, pool: WorkerPool, job: Job, work: Work, parent: QObject) -> JobThread:
        """Give the thread that will have a worker of ``pool`` do ``job``."""
        thread = cls(workspace, job.id, work, parent)
        thread._supervise = lambda: thread._do(pool, job)
        return thread

    @classmethod
    def attaching(cls, workspace: Workspace, run: RunRecord, parent: QObject) -> JobThread:
        """Give the thread that will follow a run which a process of an earlier window does."""
        thread = cls(workspace, run.id, "train", parent)
        thread._process = (run.pid, run.born)
        thread._supervise = lambda: thread._follow(AttachedRun(workspace, run), None)
        return thread

    def take(self) -> list[Event]:
        """Give the events that have come since the last call."""
        with self._lock:
            events, self._pending = self._pending, []
        return events

    def stop(self) -> None:
        """Ask the job to stop and keep the best so far."""
        self._workspace.ask_to_stop(self.job_id)
        if self.work == "train":
            self.resume()
        self._stop_at = time.monotonic()

    def kill(self) -> None:
        """End the worker at once; nothing of the job is kept."""
        self._workspace.ask_to_stop(self.job_id)
        self._stop_at = -math.inf

    def pause(self) -> bool:
        """Suspend the worker; False when there is none."""
        return self._process is not None and pausing.pause(self._workspace, self.job_id, *self._process)

    def resume(self) -> bool:
        """Let the worker go on; False when there is none."""
        return self._process is not None and pausing.go_on(self._workspace, self.job_id, *self._process)

    def pid(self) -> int | None:
        """The process that does the job, once it is known."""
        return self._process[0] if self._process else None

    def detach(self) -> None:
        """Leave the worker to itself: it goes on without the window, and its log is its witness."""
        self._detached.set()

    def run(self) -> None:
        """Supervise; called by Qt in the thread."""
        end: JobEnded | None = self._end("failed", "The worker could not be started", "It gave no reason.")
        try:
            end = self._supervise()
        except AetheronError as error:
            end = self._end("failed", error.title, error.detail, error.hint)
        except OSError as error:
            end = self._end("failed", "The worker could not be reached", str(error), "Start it again.")
        finally:
            if end is not None:
                self.ended.emit(end)

    def _do(self, pool: WorkerPool, job: Job) -> JobEnded | None:
        if self._stop_at is not None:
            return self._end("stopped", "Stopped", "It was stopped before it started.")
        to_learn = needs_learning(job)
        worker = pool.take(to_learn=to_learn)
        if not worker.send(job):  # it ended between being chosen and being asked
            worker.dispose()
            worker = pool.take(to_learn=to_learn)
            worker.send(job)
        end = self._follow(worker, worker)
        if end is None:
            worker.close()
        elif end.outcome == "succeeded":
            pool.give_back(worker)
        else:
            # After a stop a thread may be left behind in C code, and after a failure memory may be.
            worker.dispose()
        return end

    def _follow(self, source: Source, worker: WorkerProcess | None) -> JobEnded | None:
        """Pass the events on until the last; None when the thread was detached."""
        while not self._detached.is_set():
            events = source.read(_WAIT_S)
            if events is None:
                return self._unannounced(worker)
            if events:
                self._pass_on(events)
            for event in events:
                if isinstance(event, JobStarted):
                    self._process = process.process_of(event)
                elif isinstance(event, JobEnded):
                    return event
                elif isinstance(event, Progressed):
                    self._is_keeping = event.stage == KEEPING
            self._look_for_pause()
            self._insist(worker)
        return None

    def _look_for_pause(self) -> None:
        if self._pauses is not None and (pause := self._pauses.current()) != self._pause:
            self._pause = pause
            self.paused.emit(self.job_id, pause)

    def _insist(self, worker: WorkerProcess | None) -> None:
        limit = KEEP_LIMIT_S if self._is_keeping else STOP_LIMIT_S
        if self._stop_at is None or self._forced or time.monotonic() - self._stop_at < limit:
            return
        self._forced = True
        if worker is not None:
            worker.kill()
        elif self._process is not None:
            process.kill(*self._process)

    def _unannounced(self, worker: WorkerProcess | None) -> JobEnded:
        if self._forced:
            return process.stopped_by_force(self._workspace, self.job_id, self.work)
        if worker is None:
            reason = "Its process is gone and has not said why."
        else:
            reason = process.reason_of_exit(worker.exit_code(), worker.last_words())
        return process.crashed(self._workspace, self.job_id, self.work, reason)

    def _pass_on(self, events: list[Event]) -> None:
        with self._lock:
            is_first = not self._pending
            self._pending.extend(events)
        if is_first:
            self.arrived.emit()

    def _end(self, outcome: str, title: str, detail: str, hint: str = "") -> JobEnded:
        return JobEnded(
            job=self.job_id,
            work=self.work,
            outcome="stopped" if outcome == "stopped" else "failed",
            title=title,
            detail=detail,
            hint=hint,
        )
