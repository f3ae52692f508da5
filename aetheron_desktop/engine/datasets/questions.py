"""What can be asked about tables: each question, what is told in answer, and who answers it.

A new question is a record beside the function that answers it, and a line in each of the lists below. The records stand
in modules that load no library, since the window makes and reads them; the function is imported where it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from aetheron_desktop.engine.datasets.checks.finding import Checked, CheckQuestion, Finding, LookQuestion
from aetheron_desktop.engine.datasets.comparing.difference import DifferenceQuestion, TableDifference
from aetheron_desktop.engine.datasets.comparing.drift import ColumnDrift, Drifted, DriftQuestion
from aetheron_desktop.engine.datasets.preparing.answers import (
    EffectQuestion,
    Scripts,
    ScriptsQuestion,
    StartingTable,
    StepEffect,
    StepProblem,
)
from aetheron_desktop.engine.datasets.profiles.pairs import (
    Associations,
    FoundRows,
    MarkedCounts,
    MarkedQuestion,
    PairQuestion,
    PairsQuestion,
    Picture,
    RowsQuestion,
)
from aetheron_desktop.engine.datasets.profiles.profile import ColumnProfile, ProfileQuestion, TargetProfile
from aetheron_desktop.engine.datasets.reading.preview import Preview, PreviewQuestion
from aetheron_desktop.engine.datasets.splitting.frozen_split import FrozenSplit, SplitQuestion
from aetheron_desktop.engine.datasets.viewing.found import FindQuestion, FoundCells
from aetheron_desktop.engine.datasets.viewing.heads import ColumnHead, HeadsQuestion
from aetheron_desktop.engine.datasets.viewing.views import ViewMade, ViewQuestion

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.staging import Progress

Question: TypeAlias = (
    PreviewQuestion
    | ProfileQuestion
    | PairsQuestion
    | PairQuestion
    | RowsQuestion
    | MarkedQuestion
    | CheckQuestion
    | LookQuestion
    | SplitQuestion
    | DifferenceQuestion
    | DriftQuestion
    | EffectQuestion
    | ScriptsQuestion
    | ViewQuestion
    | FindQuestion
    | HeadsQuestion
)
"""Its type is named by the field ``ask``."""
Answer: TypeAlias = (
    Preview
    | ColumnProfile
    | TargetProfile
    | Associations
    | Picture
    | FoundRows
    | MarkedCounts
    | Finding
    | Checked
    | FrozenSplit
    | TableDifference
    | ColumnDrift
    | Drifted
    | StartingTable
    | StepEffect
    | StepProblem
    | Scripts
    | ViewMade
    | FoundCells
    | ColumnHead
)
"""Its type is named by the field ``answer``."""


class Library(Protocol):
    """Where the datasets are; a workspace is one."""

    @property
    def root(self) -> Path:
        """The folder; what is needed meanwhile lies in its ``tmp``."""

    def dataset(self, id: str) -> Dataset:
        """Give a dataset, or raise a :class:`StorageError`."""


def answer(
    question: Question,
    library: Library,
    emit: Callable[[Answer], None],
    progress: Progress,
    should_stop: Callable[[], bool],
) -> None:
    """Answer ``question``: ``emit`` hears each part as soon as it is known.

    Raises:
        AetheronError: it cannot be answered; the words say why.
        Stopped: it was asked to stop.
    """
    match question:
        case PreviewQuestion():
            from aetheron_desktop.engine.datasets.reading.look import look

            emit(look(question.path, library.root / "tmp", question.recipe, should_stop))
        case ProfileQuestion():
            from aetheron_desktop.engine.datasets.profiles.profiling import profile

            dataset = library.dataset(question.dataset)
            profile(dataset, question, emit, progress, should_stop, library.root / "tmp")
        case PairsQuestion():
            from aetheron_desktop.engine.datasets.profiles.associations import associations

            associations(library.dataset(question.dataset), question, emit, progress, should_stop)
        case PairQuestion():
            from aetheron_desktop.engine.datasets.profiles.pictures import pictures

            pictures(library.dataset(question.dataset), question, emit, should_stop)
        case RowsQuestion():
            from aetheron_desktop.engine.datasets.profiles.marking import found_rows

            found_rows(library.dataset(question.dataset), question, emit, should_stop)
        case MarkedQuestion():
            from aetheron_desktop.engine.datasets.profiles.marking import marked_counts

            marked_counts(library.dataset(question.dataset), question, emit, should_stop)
        case DriftQuestion() | DifferenceQuestion():
            _answer_about_two(question, library, emit, progress, should_stop)
        case SplitQuestion():
            from aetheron_desktop.engine.datasets.splitting.parting import part

            emit(part(library.dataset(question.dataset), question.request, should_stop))
        case EffectQuestion():
            from aetheron_desktop.engine.datasets.preparing.effect import effects

            effects(library.dataset(question.dataset), question, emit, progress, should_stop, library)
        case ScriptsQuestion():
            from aetheron_desktop.engine.datasets.preparing.effect import scripts

            scripts(library.dataset(question.dataset), question, emit, should_stop, library)
        case CheckQuestion() | LookQuestion():
            _answer_about_harm(question, library, emit, progress, should_stop)
        case ViewQuestion() | FindQuestion() | HeadsQuestion():
            _answer_about_rows(question, library, emit, progress, should_stop)


def _answer_about_harm(
    question: CheckQuestion | LookQuestion,
    library: Library,
    emit: Callable[[Answer], None],
    progress: Progress,
    should_stop: Callable[[], bool],
) -> None:
    """Answer what would harm a model."""
    dataset, folder = library.dataset(question.dataset), library.root / "tmp"
    match question:
        case CheckQuestion():
            from aetheron_desktop.engine.datasets.checks.report import check

            check(dataset, question, emit, progress, should_stop, folder)
        case LookQuestion():
            from aetheron_desktop.engine.datasets.checks.first_look import first_look

            first_look(dataset, question, emit, should_stop, folder)


def _answer_about_rows(
    question: ViewQuestion | FindQuestion | HeadsQuestion,
    library: Library,
    emit: Callable[[Answer], None],
    progress: Progress,
    should_stop: Callable[[], bool],
) -> None:
    """Answer what the grid asks."""
    dataset = library.dataset(question.dataset)
    match question:
        case ViewQuestion():
            from aetheron_desktop.engine.datasets.viewing.view_making import make_view

            make_view(dataset, question, emit, progress, should_stop, library.root)
        case FindQuestion():
            from aetheron_desktop.engine.datasets.viewing.finding import find

            find(dataset, question, emit, progress, should_stop, library.root)
        case HeadsQuestion():
            from aetheron_desktop.engine.datasets.viewing.head_making import heads

            heads(dataset, question, emit, should_stop)


def _answer_about_two(
    question: DriftQuestion | DifferenceQuestion,
    library: Library,
    emit: Callable[[Answer], None],
    progress: Progress,
    should_stop: Callable[[], bool],
) -> None:
    """Answer how two tables differ."""
    match question:
        case DriftQuestion():
            from aetheron_desktop.engine.datasets.comparing.drifting import drift

            before, after = library.dataset(question.reference), library.dataset(question.current)
            drift(before, after, question, emit, progress, should_stop)
        case DifferenceQuestion():
            from aetheron_desktop.engine.datasets.comparing.matching import difference

            before, after = library.dataset(question.before), library.dataset(question.after)
            emit(difference(before, after, question, library.root / "tmp", should_stop))
