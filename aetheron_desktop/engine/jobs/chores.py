"""What jobs do that are no training: tables in and out, models in and out, questions and changes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from aetheron_desktop.engine.events import (
    Answered,
    DatasetImported,
    JobEnded,
    MessageLogged,
    ModelSaved,
    Outcome,
    PredictionsSaved,
    TableSaved,
)
from aetheron_desktop.engine.jobs.job import (
    AskJob,
    ChangeJob,
    ExportJob,
    ImportJob,
    MendJob,
    PredictJob,
    PrepareJob,
    TableJob,
)
from aetheron_desktop.engine.versioning.changes import NotChanged

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from typing import Literal, TypeAlias

    from aetheron_desktop.engine.datasets.dataset import DatasetInfo
    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.engine.versioning.questions import ReproduceQuestion
    from aetheron_desktop.engine.versioning.reproduction import Reproduction
    from aetheron_desktop.engine.workspace import Workspace

    Chore: TypeAlias = ImportJob | PrepareJob | MendJob | AskJob | PredictJob | ExportJob | TableJob | ChangeJob


class Telling(Protocol):
    """How a job that goes on speaks."""

    def emit(self, event: Event) -> None:
        """Tell an event."""

    def progress(self, stage: str, done: float, total: float | None, unit: Literal["", "rows", "bytes"] = "") -> None:
        """Tell how far it is."""

    def ending(
        self, outcome: Outcome, *, result: str | None = None, title: str = "", detail: str = "", hint: str = ""
    ) -> JobEnded:
        """Give the end of the job."""


class Chores:
    """Does one job in a workspace; ``stop`` is set when it is to end."""

    def __init__(self, workspace: Workspace, job: Chore, telling: Telling, stop: threading.Event) -> None:
        self._workspace = workspace
        self._job = job
        self._id = job.id
        self._stop = stop
        self._emit: Callable[[Event], None] = telling.emit
        self._progress = telling.progress
        self._ending = telling.ending

    def do(self) -> JobEnded:
        """Do the job, and give its end.

        Raises:
            AetheronError: it could not be done.
        """
        match self._job:
            case ImportJob():
                return self._import(self._job)
            case PrepareJob():
                return self._prepare(self._job)
            case MendJob():
                return self._mend(self._job)
            case AskJob():
                return self._answer(self._job)
            case PredictJob():
                return self._predict(self._job)
            case ExportJob():
                return self._export(self._job)
            case TableJob():
                return self._table(self._job)
            case ChangeJob():
                return self._change(self._job)

    def _import(self, job: ImportJob) -> JobEnded:
        if job.source.lower().endswith(".aether"):
            return self._import_model(job)
        from aetheron_desktop.engine.datasets.reading.reader import import_file  # duckdb; only this job needs it

        info = import_file(
            Path(job.source),
            self._workspace.root / "datasets",
            name=job.name,
            recipe=job.recipe,
            previous=job.previous,
            progress=self._progress,
            should_stop=self._stop.is_set,
        )
        return self._imported(info)

    def _mend(self, job: MendJob) -> JobEnded:
        from aetheron_desktop.engine.datasets.reading.mend import mend  # duckdb; only this job needs it

        folder = self._workspace.root / "datasets"
        dataset = self._workspace.dataset(job.dataset)
        return self._imported(mend(dataset, job.lines, folder, progress=self._progress, should_stop=self._stop.is_set))

    def _imported(self, info: DatasetInfo | None) -> JobEnded:
        if info is None:
            return self._ending("stopped", title="The import was cancelled", detail="Nothing was kept.")
        return self._enter(info)

    def _enter(self, info: DatasetInfo) -> JobEnded:
        self._workspace.add_dataset(info)
        self._emit(
            DatasetImported(
                job=self._id,
                dataset=info.id,
                name=info.name,
                rows=info.rows,
                columns=len(info.schema.columns),
                quarantined=info.quarantined,
            )
        )
        return self._ending("succeeded", result=info.id)

    def _prepare(self, job: PrepareJob) -> JobEnded:
        from aetheron_desktop.engine.datasets.preparing.making import prepare  # duckdb; only this job needs it

        dataset = self._workspace.dataset(job.dataset)
        info = prepare(
            dataset,
            job.steps,
            self._workspace,
            name=job.name,
            progress=self._progress,
            should_stop=self._stop.is_set,
        )
        if info is None:
            return self._ending("stopped", title="The preparation was cancelled", detail="Nothing was kept.")
        return self._enter(info)

    def _answer(self, job: AskJob) -> JobEnded:
        from aetheron_desktop.engine.comparing import questions as of_runs
        from aetheron_desktop.engine.datasets import questions as of_tables
        from aetheron_desktop.engine.datasets.staging import Stopped  # duckdb; jobs about tables alone need it
        from aetheron_desktop.engine.explaining import questions as of_reasons
        from aetheron_desktop.engine.versioning import questions as of_models

        question = job.question
        try:
            if isinstance(question, of_models.ReproduceQuestion):
                if self._reproduce(question).state == "stopped":
                    raise Stopped  # noqa: TRY301 - as the other questions are ended
            elif isinstance(question, of_models.LookQuestion):
                of_models.answer(question, self._workspace, self._tell_answer, self._progress, self._stop.is_set)
            elif isinstance(question, of_reasons.Question):
                of_reasons.answer(question, self._workspace, self._tell_answer, self._progress, self._stop.is_set)
            elif isinstance(question, of_runs.Question):
                of_runs.answer(question, self._workspace, self._tell_answer, self._progress, self._stop.is_set)
            else:
                of_tables.answer(question, self._workspace, self._tell_answer, self._progress, self._stop.is_set)
        except Stopped:
            return self._ending("stopped", title="The question was withdrawn")
        return self._ending("succeeded")

    def _tell_answer(self, answer: msgspec.Struct) -> None:
        self._emit(Answered(job=self._id, answer=msgspec.to_builtins(answer)))

    def _reproduce(self, question: ReproduceQuestion) -> Reproduction:
        from aetheron_desktop.engine.versioning.reproduction import reproduce

        found = reproduce(
            self._workspace,
            question.model,
            question.version,
            job=self._id,
            emit=self._emit,
            should_stop=self._stop.is_set,
            threads=max(1, (os.cpu_count() or 1) - 1),
        )
        self._tell_answer(found)
        return found

    def _change(self, job: ChangeJob) -> JobEnded:
        from aetheron_desktop.engine.registry.combining import AdoptConflict  # Git; only this job needs it
        from aetheron_desktop.engine.registry.remotes.remote_errors import TransferStopped
        from aetheron_desktop.engine.versioning.deeds import GateRefusal
        from aetheron_desktop.engine.versioning.doing import do

        try:
            made = do(job.change, self._workspace, self._progress, self._stop.is_set)
        except AdoptConflict as error:
            self._tell_answer(NotChanged(parts=error.parts))
            raise
        except TransferStopped:
            return self._ending("stopped", title="It was stopped", detail="What was sent or got until then is whole.")
        except GateRefusal as error:
            self._tell_answer(NotChanged(results=error.results))
            raise
        self._tell_answer(made)
        return self._ending("succeeded", result=made.model)

    def _import_model(self, job: ImportJob) -> JobEnded:
        from aetheron_desktop.engine.registry.carrying import unpack_model  # learning libraries

        part = self._workspace.root / "tmp" / f"{job.id}-model"
        try:
            info = unpack_model(Path(job.source), part).info
            message = f"Imported from {Path(job.source).name}"
            info = self._workspace.shelf.create(part, info.id, info.name, message, "imported")
        finally:
            shutil.rmtree(part, ignore_errors=True)
        self._emit(ModelSaved(job=job.id, model=info.id, name=info.name, metrics=info.metrics))
        return self._ending("succeeded", result=info.id)

    def _export(self, job: ExportJob) -> JobEnded:
        from aetheron_desktop.engine.registry.carrying import pack_model  # learning libraries

        pack_model(self._workspace.shelf.files(self._workspace.model(job.model).id, job.version), Path(job.out))
        return self._ending("succeeded", result=job.out)

    def _table(self, job: TableJob) -> JobEnded:
        from aetheron_desktop.engine.datasets.dataset import Aside
        from aetheron_desktop.engine.datasets.export import export_table  # duckdb
        from aetheron_desktop.engine.datasets.staging import Stopped

        dataset = self._workspace.dataset(job.dataset)
        try:
            rows = export_table(
                Aside(dataset) if job.quarantine else dataset,
                Path(job.out),
                self._workspace.root / "tmp",
                where=job.where,
                columns=job.columns,
                progress=self._progress,
                should_stop=self._stop.is_set,
            )
        except Stopped:
            return self._ending("stopped", title="The export was cancelled", detail="Nothing was written.")
        self._emit(TableSaved(job=job.id, path=job.out, rows=rows))
        return self._ending("succeeded", result=job.out)

    def _predict(self, job: PredictJob) -> JobEnded:
        from aetheron_desktop.engine.jobs.prediction import predict_file  # learning libraries

        rows, notes = predict_file(self._workspace, job, self._progress, self._stop.is_set)
        for note in notes:
            self._emit(MessageLogged(job=job.id, level="warning", text=note))
        if rows is None:
            return self._ending("stopped", title="The prediction was cancelled", detail="Nothing was written.")
        self._emit(PredictionsSaved(job=job.id, path=job.out, rows=rows))
        return self._ending("succeeded", result=job.out)
