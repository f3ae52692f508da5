"""One open project folder: the index, the files of datasets, runs and models, and the bin.

::

    workspace.db      the index (made anew from the folders below when it is lost)
    queue.json        the runs that wait in a window, or did when it was killed
    datasets/<id>/    one snapshot each, under its content hash
    runs/<id>/        job.json, events.jsonl, predictions.parquet, checkpoints/; ``stop`` asks the worker to stop
    models/<id>/      one model: a Git repository of its versions (see ``registry.shelf``)
    bin/              datasets and models that were removed, until they are deleted for good
    logs/  tmp/

All paths in it are relative, so that the folder can be copied to another machine.
"""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING, Literal, TypeVar

import msgspec
import platformdirs

from aetheron_desktop.engine.datasets.dataset import Dataset, DatasetInfo
from aetheron_desktop.engine.errors import AetheronError, UsageError, WorkspaceError, WorkspaceLocked, storage_errors
from aetheron_desktop.engine.events import JobEnded, JobStarted, ModelSaved, Outcome, RunStarted
from aetheron_desktop.engine.registry.model import ModelInfo
from aetheron_desktop.engine.registry.names import checked_name
from aetheron_desktop.engine.registry.shelf import Shelf
from aetheron_desktop.engine.store.event_log import read_log
from aetheron_desktop.engine.store.locks import claim
from aetheron_desktop.engine.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aetheron_desktop.engine.events import Event

Kept = Literal["datasets", "models"]
_Record = TypeVar("_Record", DatasetInfo, ModelInfo, "RunRecord")
_Found = TypeVar("_Found")
_FOLDERS = ("datasets", "runs", "models", "bin/datasets", "bin/models", "logs", "tmp")
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What the index knows of a run; ``outcome`` is None until it has ended.

    ``pid`` and ``born`` identify the process that does it, the last of ``lives``. ``started`` and ``ended`` are seconds
    since the epoch; ``seconds`` is how long it worked, pauses and the time between its lives left out. ``intervals``
    are those of the ``metrics``, and ``test_rows`` is the hash of the rows that these were measured on; ``steps`` is
    how many steps its fit did.
    """

    id: str
    name: str
    estimator: str
    dataset: str
    target: str
    task: str
    group: str = ""
    started: float
    ended: float | None = None
    pid: int = 0
    born: float = 0.0
    outcome: Outcome | None = None
    model: str | None = None
    metrics: dict[str, float | None] = {}
    intervals: dict[str, tuple[float, float]] = {}
    title: str = ""
    detail: str = ""
    hint: str = ""
    lives: int = 1
    seconds: float | None = None
    steps: int | None = None
    test_rows: str = ""


class Workspace:
    """An open workspace; several programs may have it open, one window may :meth:`lock` it."""

    def __init__(self, root: Path, store: Store) -> None:
        self.root = root
        self.store = store
        self.shelf = Shelf(root, store)
        self._lock: int | None = None

    @classmethod
    def open(cls, root: Path | None = None) -> Workspace:
        """Open the workspace at ``root`` (by default in the user's data folder), and make it when it is not there.

        Raises:
            WorkspaceError: the folder cannot be written to, is no workspace, or is of a newer version.
        """
        root = (root or default_root()).expanduser().absolute()
        try:
            with storage_errors(root):
                for name in _FOLDERS:
                    (root / name).mkdir(parents=True, exist_ok=True)
        except AetheronError as error:
            raise WorkspaceError(error.detail, hint="Choose another workspace with --workspace DIR.") from error
        if not os.access(root, os.W_OK):
            raise WorkspaceError(
                f"{root} cannot be written to.", hint="Check the rights of the folder, or choose another workspace."
            )
        workspace = cls(root, Store(root / "workspace.db"))
        workspace._take_in_folders()
        workspace.shelf.take_in()
        return workspace

    def close(self) -> None:
        """Let go of the index and the lock."""
        self.store.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def lock(self) -> None:
        """Claim the workspace for one window, until it is closed or the process ends in whatever way.

        Raises:
            WorkspaceLocked: another window has it.
        """
        self._lock = claim(self.root / "window.lock")
        if self._lock is None:
            raise WorkspaceLocked(f"{self.root} is open in another window.", hint="Use that window.")

    @property
    def is_locked(self) -> bool:
        """Whether this window has claimed the workspace."""
        return self._lock is not None

    @staticmethod
    def new_id(prefix: str) -> str:
        """Give an id that sorts by time: ``prefix``, the time in milliseconds and five random characters."""
        number = (time.time_ns() // 1_000_000) << 25 | int.from_bytes(os.urandom(4)) >> 7
        digits = ""
        while number:
            number, digit = divmod(number, 32)
            digits = _ALPHABET[digit] + digits
        return f"{prefix}-{digits}"

    # -- datasets ---------------------------------------------------------------------------------------------------

    def datasets(self, *, binned: bool = False) -> list[DatasetInfo]:
        """Give the datasets, newest first."""
        kind = "binned-dataset" if binned else "dataset"
        return sorted(self._records(kind, DatasetInfo), key=lambda info: -info.created)

    def dataset(self, name: str) -> Dataset:
        """Give the dataset of this id or name.

        Raises:
            UsageError: there is none.
        """
        info = _found(self.datasets(), name, "dataset")
        return Dataset(info, self.dataset_folder(info.id))

    def dataset_folder(self, id: str) -> Path:
        """Give the folder of a dataset's files."""
        return self.root / "datasets" / id

    def add_dataset(self, info: DatasetInfo) -> None:
        """Enter a dataset whose files are in place."""
        self._put("dataset", info.id, info)
        self.store.remove("binned-dataset", info.id)

    def rename_dataset(self, id: str, name: str) -> DatasetInfo:
        """Give the dataset another name."""
        info = msgspec.structs.replace(_found(self.datasets(), id, "dataset"), name=checked_name(name))
        self._put("dataset", info.id, info)
        return info

    def remove_dataset(self, id: str) -> None:
        """Put the dataset into the bin."""
        info = _found(self.datasets(), id, "dataset")
        self._move("datasets", "bin/datasets", info.id)
        self._put("binned-dataset", info.id, info)
        self.store.remove("dataset", info.id)

    def restore_dataset(self, id: str) -> None:
        """Take the dataset out of the bin."""
        info = _found(self.datasets(binned=True), id, "dataset in the bin")
        self._move("bin/datasets", "datasets", info.id)
        self.add_dataset(info)

    def delete_dataset(self, id: str) -> None:
        """Delete a dataset that is in the bin, for good."""
        info = _found(self.datasets(binned=True), id, "dataset in the bin")
        self._delete(self.root / "bin" / "datasets" / info.id)
        self.store.remove("binned-dataset", info.id)

    # -- models -----------------------------------------------------------------------------------------------------

    def models(self, *, binned: bool = False) -> list[ModelInfo]:
        """Give the models, newest first; with ``binned`` those in the bin."""
        return self.shelf.models(binned=binned)

    def model(self, name: str) -> ModelInfo:
        """Give the model of this id or name.

        Raises:
            UsageError: there is none.
        """
        return _found(self.models(), name, "model")

    def model_folder(self, id: str) -> Path:
        """Give where the files of a model's current version lie; ``shelf.files`` puts them there."""
        return self.shelf.version_folder(id)

    def rename_model(self, id: str, name: str) -> ModelInfo:
        """Give the model another name."""
        return self.shelf.rename(self.model(id).id, checked_name(name))

    def bin_model(self, id: str) -> None:
        """Put the model into the bin."""
        self.shelf.put_aside(self.model(id).id)

    def restore_model(self, id: str) -> None:
        """Take the model out of the bin."""
        self.shelf.take_back(_found(self.models(binned=True), id, "model in the bin").id)

    def delete_model(self, id: str) -> None:
        """Delete a model that is in the bin, for good."""
        self.shelf.delete(_found(self.models(binned=True), id, "model in the bin").id)

    # -- runs -------------------------------------------------------------------------------------------------------

    def runs(self) -> list[RunRecord]:
        """Give the runs, newest first."""
        return sorted(self._records("run", RunRecord), key=lambda run: (-run.started, run.id))

    def run(self, id: str) -> RunRecord:
        """Give the run of this id or name.

        Raises:
            UsageError: there is none.
        """
        return _found(self.runs(), id, "run")

    def run_folder(self, id: str) -> Path:
        """Give the folder of a run's files."""
        return self.root / "runs" / id

    def job_folder(self, id: str) -> Path:
        """Give the folder of a job: of a run's files, or a passing one of an import or a prediction."""
        return self.run_folder(id) if id.startswith("run-") else self.root / "tmp" / id

    def job_log(self, id: str) -> Path:
        """Give the file of a job's history."""
        return self.job_folder(id) / "events.jsonl"

    def ask_to_stop(self, id: str) -> None:
        """Ask whoever does the job to stop and keep the best so far."""
        folder = self.job_folder(id)
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "stop").touch()

    def is_asked_to_stop(self, id: str) -> bool:
        """Whether :meth:`ask_to_stop` was called for the job."""
        return (self.job_folder(id) / "stop").exists()

    def history(self, id: str) -> list[Event]:
        """Give all that the run has told so far."""
        return read_log(self.job_log(id))

    def put_run(self, run: RunRecord) -> None:
        """Enter what is known of a run."""
        self._put("run", run.id, run)

    # -- the inside -------------------------------------------------------------------------------------------------

    def _records(self, kind: str, type_: type[_Record]) -> Sequence[_Record]:
        return [msgspec.json.decode(body, type=type_) for _, body in self.store.all(kind)]

    def _put(self, kind: str, id: str, record: msgspec.Struct) -> None:
        self.store.put(kind, id, msgspec.json.encode(record))

    def _move(self, source: str, target: str, id: str) -> None:
        old, new = self.root / source / id, self.root / target / id
        with storage_errors(old):
            if new.exists():
                shutil.rmtree(new)
            old.replace(new)

    def _delete(self, folder: Path) -> None:
        # Out of sight first: what a kill leaves of it must not come back as half a dataset.
        part = folder.with_name(f".{folder.name}.{os.getpid()}")
        with storage_errors(folder):
            folder.replace(part)
            shutil.rmtree(part)

    def _take_in_folders(self) -> None:
        """Enter what lies in the folders and is not in the index: it was lost, or a crash came in between."""
        known = {id_ for kind in ("dataset", "binned-dataset", "run") for id_, _ in self.store.all(kind)}
        for folder in (self.root / "datasets").iterdir():
            found = None if folder.name in known else _read(folder / "dataset.json", DatasetInfo)
            if found is not None:
                self._put("dataset", folder.name, found)
        for folder in (self.root / "runs").iterdir():
            if folder.name not in known and (run := _run_of(read_log(folder / "events.jsonl"))) is not None:
                self.put_run(run)


def default_root() -> Path:
    """Give the folder of the workspace that is opened when no other is named."""
    return platformdirs.user_data_path("Aetheron Desktop", appauthor=False) / "workspace"


def _run_of(history: list[Event]) -> RunRecord | None:
    """Give the index's entry of the run that ``history`` tells of; None when it never started."""
    record: RunRecord | None = None
    process = (0, 0.0)
    for event in history:
        match event:
            case JobStarted():
                process = (event.pid, event.born)
                if record is not None:
                    record = next_life(record, *process)
            case RunStarted():
                plan = event.experiment
                record = RunRecord(
                    id=event.job,
                    name=str(plan.get("name", event.job)),
                    started=event.at,
                    group=str(plan.get("group", "")),
                    estimator=str(plan.get("estimator", "")),
                    dataset=str(plan.get("dataset", "")),
                    target=str(plan.get("target", "")),
                    task=str(plan.get("task", "")),
                    pid=process[0],
                    born=process[1],
                )
            case ModelSaved() if record:
                record = measured_run(record, event)
            case JobEnded() if record:
                record = ended_run(record, event)
            case _:
                pass
    return record


def next_life(run: RunRecord, pid: int, born: float) -> RunRecord:
    """Give ``run`` as one that another process goes on with."""
    return msgspec.structs.replace(
        run, pid=pid, born=born, lives=run.lives + 1, outcome=None, ended=None, seconds=None, title="", detail="",
        hint="",
    )  # fmt: skip


def measured_run(run: RunRecord, saved: ModelSaved) -> RunRecord:
    """Give ``run`` with the model that came of it, and what that is worth."""
    return msgspec.structs.replace(
        run,
        model=saved.model,
        metrics=saved.metrics,
        intervals=saved.intervals,
        steps=saved.steps,
        test_rows=saved.test_rows,
    )


def ended_run(run: RunRecord, end: JobEnded, seconds: float | None = None) -> RunRecord:
    """Give ``run`` with its end, after ``seconds`` of work."""
    return msgspec.structs.replace(
        run,
        ended=end.at,
        outcome=end.outcome,
        seconds=seconds,
        model=end.result or run.model,
        title=end.title,
        detail=end.detail,
        hint=end.hint,
    )


def _read(file: Path, type_: type[_Found]) -> _Found | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=type_)
    except (OSError, msgspec.MsgspecError):  # a folder that is not one of ours is left alone
        return None


def _found(records: Sequence[_Record], name: str, what: str) -> _Record:
    by_id = [record for record in records if record.id == name]
    matches = by_id or [record for record in records if record.name == name]
    if len(matches) == 1:
        return matches[0]
    if matches:
        ids = ", ".join(record.id for record in matches)
        raise UsageError(f"There are {len(matches)} {what}s named {name!r}.", hint=f"Name one by its id: {ids}.")
    names = ", ".join(record.name for record in records[:8]) or "none"
    raise UsageError(f"There is no {what} {name!r}.", hint=f"There are: {names}.")
