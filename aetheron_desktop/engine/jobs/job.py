"""What a worker can be asked to do; one job is one line of JSON on its standard input."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from aetheron_desktop.engine.datasets.recipe import Recipe
from aetheron_desktop.engine.datasets.steps import Step
from aetheron_desktop.engine.explaining import questions as of_reasons
from aetheron_desktop.engine.jobs.asking import Question
from aetheron_desktop.engine.training.checkpoints import INTERVAL_S
from aetheron_desktop.engine.training.experiment import Experiment
from aetheron_desktop.engine.versioning import changes
from aetheron_desktop.engine.versioning.changes import Change


class ImportJob(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="import"):
    """Import the file ``source``: a table as a dataset, or an ``.aether`` file as a model.

    ``recipe`` says how it is read; what it leaves open, the file tells. ``previous`` is the dataset that it is a new
    version of.
    """

    id: str
    source: str
    name: str | None = None
    recipe: Recipe = Recipe()
    previous: str | None = None


class PrepareJob(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="prepare"):
    """Make a new dataset of ``dataset`` by ``steps``; without a ``name`` it gets one after the first."""

    id: str
    dataset: str
    steps: tuple[Step, ...]
    name: str | None = None


class MendJob(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="mend"):
    """Read edited ``lines`` of the quarantine of ``dataset`` again; those that fit join its rows in a new version."""

    id: str
    dataset: str
    lines: dict[int, str]


class AskJob(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="ask"):
    """Answer a question about a table or a model; nothing of the job is kept but what the answer itself keeps."""

    id: str
    question: Question


class TrainJob(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="train"):
    """Do the run of ``experiment`` on ``threads`` cores, or go on with it when it was cut short.

    The job has the run's id. A checkpoint is kept every ``checkpoint_s`` seconds.
    """

    experiment: Experiment
    threads: int = 1
    is_resumed: bool = False
    checkpoint_s: float = INTERVAL_S

    @property
    def id(self) -> str:
        """The run's id."""
        return self.experiment.run


class PredictJob(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="predict"):
    """Predict each row of the file ``source`` with ``model`` and write the predictions to the file ``out``.

    ``version`` names one of its versions, the current one when it is empty. With ``with_input`` the columns of the
    source stand before the predictions.
    """

    id: str
    model: str
    source: str
    out: str
    with_input: bool = False
    version: str = ""


class ExportJob(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="export"):
    """Pack a version of ``model``, the current one by default, into the one file ``out``, to be carried elsewhere."""

    id: str
    model: str
    out: str
    version: str = ""


class TableJob(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="table"):
    """Write the rows of ``dataset`` that meet the condition ``where``, of these ``columns``, to the file ``out``.

    All rows by default, and all columns; with ``quarantine`` the lines that were put aside.
    """

    id: str
    dataset: str
    out: str
    where: str = ""
    columns: tuple[str, ...] = ()
    quarantine: bool = False


class ChangeJob(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="change"):
    """Do a change of a model."""

    id: str
    change: Change


class WarmUp(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="warm_up"):
    """Import the learning libraries, so that the training that follows starts at once."""


Job: TypeAlias = ImportJob | MendJob | PrepareJob | AskJob | TrainJob | PredictJob | ExportJob | TableJob | ChangeJob
Request: TypeAlias = Job | WarmUp

_decoder: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)


def dumps(request: Request) -> bytes:
    """Give ``request`` as one line of JSON, with the line's end."""
    return msgspec.json.encode(request) + b"\n"


def loads(line: bytes) -> Request:
    """Read one line that :func:`dumps` wrote."""
    return _decoder.decode(line)


def needs_learning(job: Job) -> bool:
    """Whether the job opens models: a worker that has the learning libraries imported does it."""
    return isinstance(job, TrainJob | PredictJob) or (
        isinstance(job, AskJob) and isinstance(job.question, of_reasons.Question)
    )


def title(job: Job) -> str:
    """Name the job for people."""
    match job:
        case ImportJob():
            return f"Import {job.name or _last(job.source)}"
        case PrepareJob():
            return f"Prepare {job.name or job.dataset}"
        case MendJob():
            return "Merge lines of the quarantine"
        case AskJob():
            return job.question.title
        case TrainJob():
            return job.experiment.name
        case PredictJob():
            return f"Predict {_last(job.source)}"
        case ChangeJob():
            return changes.title(job.change)
        case ExportJob() | TableJob():
            return f"Save {_last(job.out)}"


def _last(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]
