"""Files that are written: predictions, tables, and models to be carried elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from aetheron_desktop.engine.jobs.job import ExportJob, PredictJob, TableJob
from aetheron_desktop.ui.messages import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.events import JobEnded, Work
    from aetheron_desktop.engine.workspace import Workspace
    from aetheron_desktop.ui.jobs import Jobs

_WRITTEN: Final[dict[Work, tuple[str, str]]] = {
    "predict": ("Predictions saved", ""),
    "table": ("Table saved", ""),
    "export": ("Model saved", "Up to 20 rows of its test data are inside, to check it by."),
}


class Outputs(QObject):
    """Has files written by workers; a notice tells the end of each."""

    noticed = Signal(object)  # Notice

    def __init__(self, workspace: Workspace, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._jobs = jobs
        jobs.ended.connect(self._on_ended)

    def predict(self, model: str, source: Path, out: Path, *, with_input: bool = False, version: str = "") -> str:
        """Predict the rows of a file with a version of a model, and give the job's id."""
        job = PredictJob(
            id=self._workspace.new_id("predict"),
            model=model,
            source=str(source),
            out=str(out),
            with_input=with_input,
            version=version,
        )
        self._jobs.start(job, "predict")
        return job.id

    def write_model(self, id: str, out: Path, version: str = "") -> str:
        """Pack a version of a model into one file, and give the job's id."""
        job = ExportJob(id=self._workspace.new_id("export"), model=id, out=str(out), version=version)
        self._jobs.start(job, "export")
        return job.id

    def write_table(
        self, id: str, out: Path, where: str = "", columns: Sequence[str] = (), *, quarantine: bool = False
    ) -> str:
        """Write rows of a dataset, or its quarantine, to a file, and give the job's id."""
        job = TableJob(
            id=self._workspace.new_id("table"),
            dataset=id,
            out=str(out),
            where=where,
            columns=tuple(columns),
            quarantine=quarantine,
        )
        self._jobs.start(job, "table")
        return job.id

    def _on_ended(self, end: JobEnded) -> None:
        if end.work not in _WRITTEN:
            return
        if end.outcome == "succeeded" and end.result:
            title, hint = _WRITTEN[end.work]
            self.noticed.emit(Notice("success", title, Path(end.result).name, hint, "file", end.result))
        elif end.outcome != "stopped":
            self.noticed.emit(Notice("error", end.title, end.detail, end.hint))
