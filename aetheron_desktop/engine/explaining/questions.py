"""What can be asked about a model's reasons: each question, what is told in answer, and who answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, assert_never

import msgspec

from aetheron_desktop.engine.explaining.about import About
from aetheron_desktop.engine.explaining.results import Cell, Explanation

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.explaining.subject import Subject
    from aetheron_desktop.engine.workspace import Workspace

    Emit = Callable[[Explanation], None]
    Progress = Callable[[str, float, float | None], None]


class ImportanceQuestion(About, frozen=True, kw_only=True, tag="importance"):
    """How much does it lean on each column? Mixed up so many times, on so many test rows at most."""

    repeats: int = 5
    rows: int = 10_000

    @property
    def title(self) -> str:
        """Name it for people."""
        return "Weigh the columns of a model"


class ShapQuestion(About, frozen=True, kw_only=True, tag="shap"):
    """What does each column add, in so many test rows?"""

    rows: int = 300

    @property
    def title(self) -> str:
        """Name it for people."""
        return "Ask what each column adds"


class DependenceQuestion(About, frozen=True, kw_only=True, tag="dependence"):
    """How does what is predicted depend on ``column``, or on it and ``other``?

    ``shown`` is the output, a class, whose single rows are told; the last one when None.
    """

    column: str
    other: str = ""
    shown: int | None = None

    @property
    def title(self) -> str:
        """Name it for people."""
        return f"Ask what {self.column} does"


class GlassBoxQuestion(About, frozen=True, kw_only=True, tag="glass_box"):
    """What would a model cost that can be read? Answered by training one, for so many seconds at most."""

    budget_s: float = 60.0

    @property
    def title(self) -> str:
        """Name it for people."""
        return "Train a glass box beside a model"


class FitCurveQuestion(About, frozen=True, kw_only=True, tag="fit_curve"):
    """What would more training rows do, or other ``values`` of a ``parameter``? Answered by fitting a few times.

    Without values they are chosen around the one that the model has.
    """

    parameter: str = ""
    values: tuple[Cell, ...] = ()

    @property
    def title(self) -> str:
        """Name it for people."""
        return f"Try values of {self.parameter}" if self.parameter else "Ask what more rows would do"


class InfluenceQuestion(About, frozen=True, kw_only=True, tag="influence"):
    """Which training rows pull most at a model that is a weighted sum? Told of so many rows at most."""

    rows: int = 2_000

    @property
    def title(self) -> str:
        """Name it for people."""
        return "Ask which rows pull most"


class _OfRow(About, frozen=True, kw_only=True):
    """The ``row`` of the dataset with other ``cells``; without a row, what is not given is missing."""

    row: int | None = None
    cells: dict[str, Cell] = msgspec.field(default_factory=dict)


class RowQuestion(_OfRow, frozen=True, kw_only=True, tag="row_reasons"):
    """Why is that predicted for a row, which training rows are like it?"""

    similar: int = 5

    @property
    def title(self) -> str:
        """Name it for people."""
        return "Explain a row"


class WhatIfQuestion(_OfRow, frozen=True, kw_only=True, tag="what_if"):
    """What would be predicted for a row with other cells?"""

    @property
    def title(self) -> str:
        """Name it for people."""
        return "Ask what would be"


class CounterfactualQuestion(_OfRow, frozen=True, kw_only=True, tag="counterfactual"):
    """What would have to be otherwise for ``wish`` to be predicted, the columns ``kept`` staying as they are?"""

    wish: str = ""
    kept: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Name it for people."""
        return "Look for what would have to be otherwise"


Question: TypeAlias = (
    ImportanceQuestion
    | ShapQuestion
    | DependenceQuestion
    | GlassBoxQuestion
    | FitCurveQuestion
    | InfluenceQuestion
    | RowQuestion
    | WhatIfQuestion
    | CounterfactualQuestion
)
Answer: TypeAlias = Explanation


def answer(
    question: Question,
    workspace: Workspace,
    emit: Emit,
    progress: Progress,
    should_stop: Callable[[], bool],
) -> None:
    """Answer ``question``: ``emit`` hears each part as soon as it is known; what is on disk is not worked out again.

    Raises:
        Stopped: it was asked to stop.
        AetheronError: it cannot be answered; the words say why.
    """
    from aetheron_desktop.engine.datasets.staging import Stopped
    from aetheron_desktop.engine.explaining.keeping import Kept
    from aetheron_desktop.engine.explaining.mixing import Halted

    kept = None if isinstance(question, WhatIfQuestion) else Kept(workspace, question)
    if kept is not None and (known := kept.read()):
        for one in known:
            emit(one)
        return
    told: list[Explanation] = []

    def tell(one: Explanation) -> None:
        told.append(one)
        emit(one)

    try:
        _work(question, workspace, tell, progress, should_stop)
    except Halted:
        raise Stopped from None
    if kept is not None:
        kept.write(told)


def _work(
    question: Question, workspace: Workspace, emit: Emit, progress: Progress, should_stop: Callable[[], bool]
) -> None:
    from aetheron_desktop.engine.explaining.subject import opened  # learning libraries

    if not isinstance(question, WhatIfQuestion):
        progress("Open the model and its rows", 0, None)
    subject = opened(workspace, question.model, question.version, question.dataset)
    match question:
        case ImportanceQuestion():
            from aetheron_desktop.engine.explaining.importance import importance

            importance(subject, emit, progress, should_stop, repeats=question.repeats, rows=question.rows)
        case ShapQuestion():
            from aetheron_desktop.engine.explaining.shap_values import shap_values

            shap_values(subject, emit, progress, should_stop, rows=question.rows)
        case DependenceQuestion():
            from aetheron_desktop.engine.explaining.dependence import dependence, surface

            progress(question.title, 0, None)
            if question.other:
                emit(surface(subject, question.column, question.other, should_stop, shown=question.shown))
            else:
                emit(dependence(subject, question.column, should_stop, shown=question.shown))
        case GlassBoxQuestion() | FitCurveQuestion() | InfluenceQuestion():
            _work_on_fits(question, subject, emit, progress, should_stop)
        case RowQuestion():
            from aetheron_desktop.engine.explaining.rows import predicted, reasons
            from aetheron_desktop.engine.explaining.similar import similar_rows

            progress(question.title, 0, None)
            emit(predicted(subject, question.row, question.cells))
            emit(reasons(subject, question.row, question.cells, should_stop))
            emit(similar_rows(subject, question.row, question.cells, count=question.similar))
        case WhatIfQuestion():
            from aetheron_desktop.engine.explaining.rows import predicted

            emit(predicted(subject, question.row, question.cells))
        case CounterfactualQuestion():
            from aetheron_desktop.engine.explaining.counterfactual import counterfactuals

            progress(question.title, 0, None)
            emit(
                counterfactuals(
                    subject, question.row, question.cells, should_stop, kept=question.kept, wish=question.wish
                )
            )
        case _:
            assert_never(question)


def _work_on_fits(
    question: GlassBoxQuestion | FitCurveQuestion | InfluenceQuestion,
    subject: Subject,
    emit: Emit,
    progress: Progress,
    should_stop: Callable[[], bool],
) -> None:
    """Answer what is about other fits, or about the rows of this one."""
    match question:
        case GlassBoxQuestion():
            from aetheron_desktop.engine.explaining.glass_box import glass_box

            emit(glass_box(subject, progress, should_stop, budget_s=question.budget_s))
        case FitCurveQuestion():
            from aetheron_desktop.engine.explaining.fit_curves import fit_curve

            fit_curve(subject, emit, progress, should_stop, parameter=question.parameter, values=question.values)
        case InfluenceQuestion():
            from aetheron_desktop.engine.explaining.influence import influence

            progress(question.title, 0, None)
            emit(influence(subject, most=question.rows))
