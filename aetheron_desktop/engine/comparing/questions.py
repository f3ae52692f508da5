"""What can be asked about runs side by side: each question, what is told in answer, and who answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, assert_never

import msgspec

from aetheron_desktop.engine.comparing.card import fill
from aetheron_desktop.engine.comparing.cohorts import CohortRows, within_cohort
from aetheron_desktop.engine.comparing.differing import RunDifference, differing
from aetheron_desktop.engine.comparing.evidence import RunRanking, RunVerdict, judge, rank
from aetheron_desktop.engine.comparing.importances import RunImportances, importances
from aetheron_desktop.engine.comparing.timing import PredictionsTimed, time_runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.workspace import Workspace


class CardsQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="run_cards"):
    """What is there to know of these runs beside their scores? The answer is kept in the index."""

    runs: tuple[str, ...]

    @property
    def title(self) -> str:
        """Name it for people."""
        return "Read what runs were made of"


class CardsRead(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="cards_read"):
    """So many cards were entered into the index."""

    count: int


class VerdictQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="run_verdict"):
    """Which of these runs is better? Of two, is the second better than the first; of more, who can be told apart.

    On all test rows, or on those of a ``cohort``.
    """

    runs: tuple[str, ...]
    metric: str | None = None
    cohort: str = ""

    @property
    def title(self) -> str:
        """Name it for people."""
        return "Compare runs"


class DifferingQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="run_difference"):
    """What differs between these runs?"""

    runs: tuple[str, ...]

    @property
    def title(self) -> str:
        """Name it for people."""
        return "See what differs between runs"


class CohortRowsQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="cohort_rows"):
    """Which of the test rows of these runs belong to a cohort?"""

    runs: tuple[str, ...]
    cohort: str

    @property
    def title(self) -> str:
        """Name it for people."""
        return "Find the rows of a cohort"


class ImportancesQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="run_importances"):
    """What do the models of these runs lean on, as was stored with them?"""

    runs: tuple[str, ...]

    @property
    def title(self) -> str:
        """Name it for people."""
        return "Read the importance of columns"


class TimingQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="prediction_times"):
    """How fast do the models of these runs predict? The answer is kept with the runs."""

    runs: tuple[str, ...]

    @property
    def title(self) -> str:
        """Name it for people."""
        return "Time predictions"


Question: TypeAlias = (
    CardsQuestion | VerdictQuestion | DifferingQuestion | CohortRowsQuestion | ImportancesQuestion | TimingQuestion
)
Answer: TypeAlias = CardsRead | RunVerdict | RunRanking | RunDifference | CohortRows | RunImportances | PredictionsTimed


def answer(
    question: Question,
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
        case CardsQuestion():
            emit(CardsRead(count=fill(workspace, question.runs, should_stop)))
        case VerdictQuestion(runs=(a, b)):
            emit(judge(workspace, a, b, question.metric, question.cohort))
        case VerdictQuestion():
            emit(rank(workspace, question.runs, question.metric, question.cohort))
        case CohortRowsQuestion():
            emit(within_cohort(workspace, question.runs, question.cohort, should_stop))
        case DifferingQuestion():
            emit(differing(workspace, question.runs))
        case ImportancesQuestion():
            emit(importances(workspace, question.runs, should_stop))
        case TimingQuestion():
            emit(time_runs(workspace, question.runs, progress, should_stop))
        case _:
            assert_never(question)
