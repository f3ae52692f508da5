"""What can be asked about models: each question, what is told in answer, and who answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, assert_never

import msgspec

from aetheron_desktop.engine.evaluation.segments.failure import (
    CohortQuestion,
    CohortScores,
    FailuresQuestion,
    Fairness,
    FairnessQuestion,
)
from aetheron_desktop.engine.evaluation.segments.failure import Failure as FoundFailure
from aetheron_desktop.engine.versioning.changes import Changed, NotChanged
from aetheron_desktop.engine.versioning.cleaning import CleanUpList, Freed
from aetheron_desktop.engine.versioning.difference import VersionDifference, VersionVerdict
from aetheron_desktop.engine.versioning.lineage import Lineage
from aetheron_desktop.engine.versioning.record import ModelRecord
from aetheron_desktop.engine.versioning.reporting.question import ReportMade, ReportQuestion
from aetheron_desktop.engine.versioning.reproduction import Reproduction
from aetheron_desktop.engine.versioning.scripting import RunScript
from aetheron_desktop.engine.versioning.verifying import DatasetVerification, Verification

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.workspace import Workspace


class VersionsQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="versions"):
    """How do two versions of a model differ, and is the later one better?"""

    model: str
    before: str
    after: str

    @property
    def title(self) -> str:
        """Name it for people."""
        return "Compare two versions"


class LineageQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="lineage"):
    """Where does a version come from?"""

    model: str
    version: str = ""

    @property
    def title(self) -> str:
        """Name it for people."""
        return "Follow a version back"


class RecordQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="record"):
    """Who moved which alias when and why, under which conditions; and whose is the version?"""

    model: str
    version: str = ""

    @property
    def title(self) -> str:
        """Name it for people."""
        return "Read the record of a model"


class VerifyQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="verify"):
    """Is a model whole, and does it predict as it did? Or, of a dataset, is it what its id says?"""

    model: str = ""
    dataset: str = ""

    @property
    def title(self) -> str:
        """Name it for people."""
        return "Verify a dataset" if self.dataset else "Verify a model"


class CleanUpQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="clean_up"):
    """What can be freed? With ``free``, the keys of what was looked at, that is freed."""

    free: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Name it for people."""
        return "Free space" if self.free else "Look for what can be freed"


class ReproduceQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="reproduce"):
    """Does the same come of training a version again? Answered by :func:`.reproduction.reproduce`, which trains."""

    model: str
    version: str = ""

    @property
    def title(self) -> str:
        """Name it for people."""
        return "Reproduce a version"


class ScriptQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="script"):
    """What does the run that made a version look like as a script of public libraries?"""

    model: str
    version: str = ""

    @property
    def title(self) -> str:
        """Name it for people."""
        return "Write the run as a script"


LookQuestion: TypeAlias = (
    VersionsQuestion
    | LineageQuestion
    | RecordQuestion
    | VerifyQuestion
    | CleanUpQuestion
    | ScriptQuestion
    | FailuresQuestion
    | FairnessQuestion
    | CohortQuestion
    | ReportQuestion
)
Question: TypeAlias = LookQuestion | ReproduceQuestion
Answer: TypeAlias = (
    Changed
    | NotChanged
    | VersionDifference
    | VersionVerdict
    | Lineage
    | ModelRecord
    | Verification
    | DatasetVerification
    | CleanUpList
    | Freed
    | Reproduction
    | RunScript
    | FoundFailure
    | Fairness
    | CohortScores
    | ReportMade
)


def answer(
    question: LookQuestion,
    workspace: Workspace,
    emit: Callable[[Answer], None],
    progress: Callable[[str, float, float | None], None],
    should_stop: Callable[[], bool],
) -> None:
    """Answer ``question``: ``emit`` hears each part as soon as it is known.

    Raises:
        AetheronError: it cannot be answered; the words say why.
    """
    match question:
        case VersionsQuestion():
            from aetheron_desktop.engine.versioning.difference import difference, verdict

            found = difference(workspace, question.model, question.before, question.after)
            emit(found)
            emit(verdict(workspace, question.model, found.before, found.after))
        case LineageQuestion():
            from aetheron_desktop.engine.versioning.lineage import lineage

            emit(lineage(workspace, question.model, question.version))
        case RecordQuestion():
            from aetheron_desktop.engine.versioning.record import record

            emit(record(workspace, question.model, question.version))
        case VerifyQuestion():
            from aetheron_desktop.engine.versioning.verifying import verify, verify_dataset

            if not question.dataset:
                emit(verify(workspace, question.model, progress))
            elif (report := verify_dataset(workspace, question.dataset, progress, should_stop)) is not None:
                emit(report)
        case CleanUpQuestion():
            from aetheron_desktop.engine.versioning import cleaning

            emit(cleaning.free(workspace, question.free) if question.free else cleaning.look(workspace, should_stop))
        case ScriptQuestion():
            from aetheron_desktop.engine.versioning.scripting import run_script

            emit(run_script(workspace, question.model, question.version))
        case FailuresQuestion() | FairnessQuestion() | CohortQuestion() | ReportQuestion():
            _answer_about_failures(question, workspace, emit, progress, should_stop)
        case _:
            assert_never(question)


def _answer_about_failures(
    question: FailuresQuestion | FairnessQuestion | CohortQuestion | ReportQuestion,
    workspace: Workspace,
    emit: Callable[[Answer], None],
    progress: Callable[[str, float, float | None], None],
    should_stop: Callable[[], bool],
) -> None:
    """Answer where a version fails."""
    from aetheron_desktop.engine.versioning import failing  # scikit-learn and duckdb

    def tell(stage: str, done: float, total: float | None, unit: str) -> None:
        del unit  # questions about models count nothing
        progress(stage, done, total)

    match question:
        case FailuresQuestion():
            failing.failures(workspace, question, emit, tell, should_stop)
        case FairnessQuestion():
            emit(failing.fairness(workspace, question, should_stop))
        case CohortQuestion():
            emit(failing.cohort(workspace, question, should_stop))
        case ReportQuestion():
            from aetheron_desktop.engine.versioning.reporting.making import write_report

            emit(write_report(workspace, question, tell, should_stop))
