"""Why a model says what it says, in the terminal: of all rows, of a column, and of one row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from aetheron_desktop.cli import readable
from aetheron_desktop.cli.versions import ask
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.explaining.questions import (
    CounterfactualQuestion,
    DependenceQuestion,
    FitCurveQuestion,
    GlassBoxQuestion,
    ImportanceQuestion,
    InfluenceQuestion,
    RowQuestion,
    ShapQuestion,
)
from aetheron_desktop.engine.explaining.results import (
    Counterfactuals,
    Dependence,
    FitCurve,
    GlassBox,
    Importance,
    Influence,
    Predicted,
    RowReasons,
    ShapSummary,
    SimilarRows,
)
from aetheron_desktop.engine.explaining.words import cell_word, number

if TYPE_CHECKING:
    from argparse import Namespace

    from aetheron_desktop.cli.terminal import Terminal
    from aetheron_desktop.engine.explaining.questions import Question
    from aetheron_desktop.engine.explaining.results import Cell, ColumnWeight
    from aetheron_desktop.engine.workspace import Workspace

Kind = TypeVar("Kind")
_BAR: Final = 24
_MOST_COLUMNS: Final = 30
_MOST_ROWS: Final = 20


def explain(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Show what a model leans on, what a column does, or why it says what it says of a row."""
    return _Explained(workspace, terminal, options).show()


class _Explained:
    """One version of a model, asked as the options say."""

    def __init__(self, workspace: Workspace, terminal: Terminal, options: Namespace) -> None:
        self._workspace, self._terminal, self._options = workspace, terminal, options
        self._model = workspace.model(options.model).id
        self._about = {"model": self._model, "version": options.version, "dataset": options.dataset or ""}
        self._code = 0

    def show(self) -> int:
        """Show it, and give the exit code."""
        options = self._options
        if options.learning_curve or options.validation_curve:
            self._fits(options.validation_curve or "")
        elif options.influence:
            self._influence()
        elif options.row is not None or options.set:
            self._row()
        elif options.column:
            for column in options.column:
                self._column(column)
        else:
            self._all()
        if options.glass_box and not self._code and (told := self._asked(GlassBoxQuestion(**self._about), GlassBox)):
            self._glass_box(told)
        return self._code

    def _asked(self, question: Question, kind: type[Kind]) -> Kind | None:
        """Give the last answer of this kind; None where there is none, which was told."""
        return next((one for one in reversed(self._answers(question)) if isinstance(one, kind)), None)

    def _answers(self, question: Question) -> list[object]:
        found: list[object] = []
        self._code = ask(self._workspace, self._terminal, question, found)
        return found

    # -- all rows -----------------------------------------------------------------------------------------------------

    def _all(self) -> None:
        told = self._asked(ImportanceQuestion(**self._about), Importance)
        if told is not None:
            self._weights(told)
        if self._code:
            return
        added = self._asked(ShapQuestion(**self._about), ShapSummary)
        if added is not None:
            self._say("", f"What the columns add, in {added.done:,} test rows:", *added.sentences)
        if not self._code:
            self._say("")
            readable.read(self._workspace, self._terminal, self._model, self._options.version, ())

    def _weights(self, told: Importance) -> None:
        if self._terminal.json:
            return
        reached = "–" if told.reached is None else number(told.reached)
        self._say(f"{told.metric_label} {reached} on {told.rows:,} test rows. It loses, without")
        most = max((abs(one.value) for one in (*told.weights, *told.groups)), default=0.0) or 1.0
        rows = [self._weight(one, most) for one in told.weights[:_MOST_COLUMNS]]
        rows += [self._weight(one, most) for one in told.groups]
        self._terminal.table(("column", "", "lost", "95 %"), rows, empty="", numbers=2)
        if (left := len(told.weights) - _MOST_COLUMNS) > 0:
            self._say(f"… and {left:,} columns that count less.")
        self._say(*told.sentences)

    @staticmethod
    def _weight(one: ColumnWeight, most: float) -> tuple[str, ...]:
        bar = "█" * round(_BAR * max(0.0, one.value) / most)
        return (" + ".join(one.columns), bar, number(one.value), f"{number(one.low)} to {number(one.high)}")

    def _glass_box(self, told: GlassBox) -> None:
        self._say("", told.sentence, *(f"- {line}" for line in told.lines))

    # -- one column ---------------------------------------------------------------------------------------------------

    def _column(self, column: str) -> None:
        if readable.read(self._workspace, self._terminal, self._model, self._options.version, (column,)):
            return
        told = self._asked(DependenceQuestion(column=column, **self._about), Dependence)
        if told is None or self._terminal.json:
            return
        rows = [
            (word, *(number(value) for value in partial), *(number(value) for value in small))
            for word, partial, small in zip(told.grid.words, told.partial, told.accumulated, strict=True)
        ]
        heads: tuple[str, ...]
        if len(told.outputs) == 1:
            heads = (f"mean {told.unit}", "by small steps")
        else:
            heads = (*told.outputs, *(f"{one}, by small steps" for one in told.outputs))
        self._terminal.table((column, *heads), rows, empty="", numbers=len(heads))
        self._say(*told.sentences)

    # -- other fits, and the rows of this one -------------------------------------------------------------------------

    def _fits(self, varied: str) -> None:
        parameter, _, values = varied.partition("=")
        question = FitCurveQuestion(
            parameter=parameter, values=tuple(value for value in values.split(",") if value), **self._fit
        )
        told = self._asked(question, FitCurve)
        if told is None or self._terminal.json:
            return
        rows = [
            (one.word, _known(one.train), _known(one.valid), f"{_known(one.low)} to {_known(one.high)}")
            for one in told.points
        ]
        label = told.metric_label
        heads = (told.label, f"{label}, training rows", f"{label}, validation rows", "95 %")
        self._terminal.table(heads, rows, empty="", numbers=3)
        self._say(*told.sentences)

    def _influence(self) -> None:
        told = self._asked(InfluenceQuestion(**self._fit), Influence)
        if told is None or self._terminal.json:
            return
        strongest = sorted(told.shown, key=lambda one: -one.distance)[:_MOST_ROWS]
        rows = [(f"{one.row}", number(one.leverage), number(one.residual), number(one.distance)) for one in strongest]
        self._terminal.table(("row, from 0", "leverage", "residual", "Cook's distance"), rows, empty="", numbers=3)
        self._say(*told.sentences)

    @property
    def _fit(self) -> dict[str, Any]:
        """What is asked about a fit: its training rows are those it had."""
        if self._options.dataset:
            raise UsageError("A fit is of its own training rows.", hint="Leave --dataset out.")
        return self._about

    # -- one row ------------------------------------------------------------------------------------------------------

    def _row(self) -> None:
        options = self._options
        cells = dict(_cell(given) for given in options.set)
        about = {**self._about, "row": options.row, "cells": cells}
        found = self._answers(RowQuestion(**about))
        if not self._code:
            wish = CounterfactualQuestion(wish=options.wish, kept=tuple(options.keep), **about)
            found += self._answers(wish)
        for one in found if not self._terminal.json else ():
            match one:
                case Predicted():
                    self._predicted(one)
                case RowReasons():
                    self._waterfall(one)
                case SimilarRows():
                    self._similar(one)
                case Counterfactuals():
                    self._say("", "What would have to be otherwise:", *one.sentences)

    def _predicted(self, told: Predicted) -> None:
        likely = ", ".join(f"{label} {share:.1%}" for label, share in list(told.likely.items())[:10])
        between = f", between {number(told.lower)} and {number(told.upper or 0.0)}" if told.lower is not None else ""
        self._say(f"Predicted: {told.prediction}{between}{f' ({likely})' if likely else ''}.")
        if told.odd:
            self._say(f"Outside of what the model has learned from: {', '.join(told.odd)}.")

    def _waterfall(self, told: RowReasons) -> None:
        if told.truth is not None:
            self._say(f"The truth: {told.truth}.")
        self._say("", *told.sentences)
        sizes = [abs(told.added[place][told.shown]) for place in told.order]
        most = max(sizes, default=0.0) or 1.0
        reached = told.base[told.shown]
        rows = [("usual", "", "", "", number(reached))]
        for place in told.order[:_MOST_COLUMNS]:
            added = told.added[place][told.shown]
            reached += added
            bar = ("+" if added >= 0 else "-") * max(1, round(_BAR * abs(added) / most)) if added else ""
            rows.append((told.names[place], cell_word(told.cells[place]), bar, f"{added:+.4g}", number(reached)))
        if left := told.order[_MOST_COLUMNS:]:
            added = sum(told.added[place][told.shown] for place in left)
            rows.append((f"{len(left):,} more columns", "", "", f"{added:+.4g}", number(reached + added)))
        self._terminal.table(("column", "value", "", "adds", told.unit), rows, empty="", numbers=2)

    def _similar(self, told: SimilarRows) -> None:
        self._say("", *told.sentences)
        rows = [(f"{one.row}", one.truth, one.prediction, f"{one.distance:.3f}") for one in told.found]
        self._terminal.table(("row", "truth", "predicted", "distance"), rows, empty="", numbers=1)

    def _say(self, *lines: str) -> None:
        for line in lines:
            self._terminal.say(line)


def _known(value: float | None) -> str:
    return "–" if value is None else number(value)


def _cell(given: str) -> tuple[str, Cell]:
    name, sign, value = given.partition("=")
    if not sign or not name:
        raise UsageError(f"{given!r} sets nothing.", hint="Write COLUMN=VALUE; COLUMN= is a missing one.")
    return name, value or None
