"""The jobs that go on: one thread and one worker process each, heard together once a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QObject, QTimer, Signal

from aetheron_desktop.engine.jobs.process import WorkerPool
from aetheron_desktop.ui.job_thread import JobThread

if TYPE_CHECKING:
    from aetheron_desktop.engine.events import JobEnded, Work
    from aetheron_desktop.engine.jobs.job import Job
    from aetheron_desktop.engine.workspace import RunRecord, Workspace

_FRAME_MS: Final = 33


class Jobs(QObject):
    """Starts and holds jobs; a job is in here from its start until its thread has gone."""

    told = Signal(str, list)  # job id, list[Event]; at most once a frame
    paused = Signal(str, object)  # job id, Pause | None
    ended = Signal(object)  # JobEnded, after all that the job has told
    left = Signal()  # there is one less

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._pool = WorkerPool(workspace)
        self._threads: dict[str, JobThread] = {}
        self._frame = QTimer(self, interval=_FRAME_MS, singleShot=True)
        self._frame.timeout.connect(self._pass_on)

    def __len__(self) -> int:
        return len(self._threads)

    def __contains__(self, job: str) -> bool:
        return job in self._threads

    def of(self, work: Work) -> list[str]:
        """Give the ids of the jobs of this kind."""
        return [job for job, thread in self._threads.items() if thread.work == work]

    def pids(self) -> list[int]:
        """Give all processes: those that do a job, and those that wait for one."""
        working = [pid for thread in self._threads.values() if (pid := thread.pid()) is not None]
        return [*working, *self._pool.pids()]

    def warm_up(self) -> None:
        """Have a worker import what takes seconds, before there is a job for it."""
        self._pool.warm_up()

    def start(self, job: Job, work: Work) -> None:
        """Have a worker do ``job``."""
        self._watch(JobThread.starting(self._workspace, self._pool, job, work, self))

    def attach(self, run: RunRecord) -> None:
        """Follow a run which a process of an earlier window does."""
        self._watch(JobThread.attaching(self._workspace, run, self))

    def stop(self, job: str) -> None:
        """Ask a job to stop and keep the best so far."""
        self._threads[job].stop()

    def pause(self, job: str) -> bool:
        """Suspend a job; False when there is no process of it."""
        return job in self._threads and self._threads[job].pause()

    def resume(self, job: str) -> bool:
        """Let a suspended job go on; False when there is no process of it."""
        return job in self._threads and self._threads[job].resume()

    def close(self, mode: Literal["keep", "stop", "cancel"]) -> None:
        """Leave trainings to themselves, or stop every job, or end all at once; ``left`` tells of each."""
        for thread in self._threads.values():
            match mode:
                case "keep" if thread.work == "train":
                    thread.detach()
                case "stop":
                    thread.stop()
                case _:
                    thread.kill()
        self._pool.close()

    def _watch(self, thread: JobThread) -> None:
        thread.arrived.connect(self._on_arrived)
        thread.paused.connect(self.paused)
        thread.ended.connect(self._on_ended)
        thread.finished.connect(self._on_finished)
        self._threads[thread.job_id] = thread
        thread.start()

    def _on_arrived(self) -> None:
        if not self._frame.isActive():
            self._frame.start()

    def _pass_on(self) -> None:
        for job, thread in list(self._threads.items()):
            if events := thread.take():
                self.told.emit(job, events)

    def _on_ended(self, end: JobEnded) -> None:
        if events := self._threads[end.job].take():
            self.told.emit(end.job, events)
        self.ended.emit(end)

    def _on_finished(self) -> None:
        thread = self.sender()
        assert isinstance(thread, JobThread)
        del self._threads[thread.job_id]
        thread.deleteLater()
        if not self._threads:
            self._frame.stop()
        self.left.emit()
