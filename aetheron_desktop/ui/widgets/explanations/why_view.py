"""Why a model says what it says: of all rows, of a column, and of one row. A worker finds it out; this shows it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from aetheron_desktop.engine.explaining.keeping import stored
from aetheron_desktop.engine.explaining.questions import (
    CounterfactualQuestion,
    DependenceQuestion,
    GlassBoxQuestion,
    ImportanceQuestion,
    RowQuestion,
    ShapQuestion,
    WhatIfQuestion,
)
from aetheron_desktop.engine.explaining.results import Dependence, GlassBox, Importance, Predicted, ShapSummary, Surface
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.errand import Errand
from aetheron_desktop.ui.widgets.elided import ElidedLabel
from aetheron_desktop.ui.widgets.explanations.columns_part import ColumnsPart
from aetheron_desktop.ui.widgets.explanations.dependence_part import DependencePart
from aetheron_desktop.ui.widgets.explanations.row_part import RowPart
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.events import JobEnded, Progressed
    from aetheron_desktop.engine.explaining.questions import Question
    from aetheron_desktop.engine.explaining.results import Cell, Explanation
    from aetheron_desktop.engine.workspace import Workspace
    from aetheron_desktop.ui.session import Session

_STEPS: Final = 1_000
_HINT: Final = "What the model leans on, what a column does, and why a row is predicted so; what is found is kept."
_GONE: Final = "The dataset is not here any more: the model cannot be asked about its rows."
_SETTLE_MS: Final = 60
"""While a slider is moved, what would be is asked for at most so often."""


class WhyView(QWidget):
    """The reasons of one version of a model; ``rows_wanted`` asks for rows of a dataset in the grid."""

    rows_wanted = Signal(str, object)  # dataset id, rows
    failed = Signal(object)  # AetheronError

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "why_view", "Why")
        self._session = session
        self._model = self._version = self._dataset = ""
        self._class: tuple[int, str] | None = None
        """Of several classes the one that is looked at: its place and its name."""
        self.row: int | None = None
        """The row of the dataset that is explained."""
        self._wrong: list[int] = []
        """The test rows that were told most wrongly, the worst first; none until they are asked for."""
        self._hint = _HINT
        self._is_whole = False
        """Whether all was found out that is asked for at first."""
        self._going: dict[str, str] = {}
        """The ids of the questions that go on, by what they are about."""
        self._cells: dict[str, Cell] | None = None
        """The cells to ask about when the answer before has come."""
        self.columns_part = ColumnsPart(self)
        self.dependence_part = DependencePart(self)
        self.row_part = RowPart(self)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._ask_what_if)
        self._build()
        self._connect()

    def _build(self) -> None:
        self._start = pictured(
            named(QPushButton("Explain", self), "explain", "Explain", "Ask the model what it leans on, in a worker"),
            "sparkles",
            "accent.on",
        )
        theme.mark(self._start, role="primary")
        self._cancel = named(QPushButton("Cancel", self), "cancel_explaining", "Cancel", "What was found is kept")
        theme.mark(self._cancel, role="ghost")
        self._words = named(ElidedLabel(self), "explaining_words")
        theme.mark(self._words, role="muted")
        self._bar = named(QProgressBar(self), "explaining_bar", "Progress")
        self._bar.setFixedWidth(140)
        self._bar.setTextVisible(False)
        self._head = QWidget(self)
        head = QHBoxLayout(self._head)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(theme.GAP)
        head.addWidget(self._start)
        head.addWidget(self._cancel)
        head.addWidget(self._bar)
        head.addWidget(self._words, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.WIDE)
        layout.addWidget(self._head)
        layout.addWidget(self.columns_part)
        layout.addWidget(self.dependence_part)
        layout.addWidget(self._glass_frame())
        layout.addWidget(self.row_part)

    def _glass_frame(self) -> QFrame:
        frame = self._glass = QFrame(self)
        theme.mark(frame, role="card")
        frame.setObjectName("glass_box")
        title = QLabel("A model that can be read", frame)
        theme.mark(title, role="strong")
        self._glass_words = named(QLabel(frame, wordWrap=True), "glass_box_words")
        self._glass_words.setTextFormat(Qt.TextFormat.PlainText)
        theme.mark(self._glass_words, role="muted")
        self._train = named(
            QPushButton("Train a glass box", frame),
            "train_glass_box",
            "Train a glass box",
            "Learn a model from the same rows whose columns can be read one by one, and hold both against each other",
        )
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self._train)
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(12, 8, 12, 12)
        layout.addLayout(head)
        layout.addWidget(self._glass_words)
        return frame

    def _connect(self) -> None:
        self._start.clicked.connect(self.explain)
        self._cancel.clicked.connect(self.cancel)
        self._train.clicked.connect(self._ask_glass_box)
        self.columns_part.column_chosen.connect(self.dependence_part.choose)
        self.columns_part.row_chosen.connect(self.show_row)
        self.dependence_part.wanted.connect(self._ask_dependence)
        row = self.row_part
        row.row_wanted.connect(self.show_row)
        row.random_wanted.connect(self._show_any)
        row.wrong_wanted.connect(self._show_wrong)
        row.what_if_wanted.connect(self._on_cells)
        row.change_wanted.connect(self._ask_change)
        row.rows_wanted.connect(lambda rows: self.rows_wanted.emit(self._dataset, rows))
        for part in (self.columns_part, self.dependence_part, row):
            part.failed.connect(self.failed)

    # -- the subject --------------------------------------------------------------------------------------------------

    def show_subject(
        self, model: str, version: str = "", dataset: str = "", of_class: tuple[int, str] | None = None
    ) -> None:
        """Show what is on disk of a version of a model, and offer to find out the rest.

        ``dataset`` is the one that the version was trained on, by default that of the model's current one; ``of_class``
        is what :meth:`show_class` takes.
        """
        if (model, version) == (self._model, self._version):
            return
        self.cancel()
        self._model, self._version, self.row = model, version, None
        self._wrong, self._class = [], of_class
        self._is_whole = False
        self.columns_part.clear()
        self.columns_part.show_class(of_class[1] if of_class is not None else "")
        self.dependence_part.clear()
        self.row_part.clear()
        self.columns_part.hide()
        self.dependence_part.hide()
        info = next((one for one in self._session.workspace.models() if one.id == model), None)
        self._dataset = (dataset or info.dataset) if info is not None else ""
        self.dependence_part.show_columns(info.features if info is not None else ())
        known = {one.id: one for one in self._session.workspace.datasets()}
        opened = known.get(self._dataset)
        self._hint = _HINT if opened is not None else _GONE
        for widget in (self._start, self._train, self.row_part, self.dependence_part):
            widget.setEnabled(opened is not None)
        self.row_part.show_rows(opened.rows if opened is not None else 1)
        self._glass_words.setText("What would it cost to be able to read the model in full?")
        self._show_going()
        if info is not None:
            self._read()

    def show_class(self, place: int, name: str) -> None:
        """Let what each column adds, and what a column does, be about one of several classes."""
        if self._class == (place, name):
            return
        self._class = (place, name)
        self.columns_part.show_class(name)
        if self.dependence_part.is_shown:
            self._ask_dependence(self.dependence_part.column, self.dependence_part.other)

    @property
    def _shown(self) -> int | None:
        """The output that dependence is about; None where there is one."""
        return self._class[0] if self._class is not None else None

    def _read(self) -> None:
        """Show what was found out before."""
        asked = (self._model, self._version)
        workspace, questions = self._session.workspace, (self._importance(), self._shap(), self._glass_box())
        errand = Errand(partial(_found_before, workspace, questions, self._shown), self)
        errand.done.connect(lambda found: self._on_read(asked, found))
        errand.start()

    def _on_read(self, asked: tuple[str, str], found: list[Explanation]) -> None:
        if asked == (self._model, self._version):
            for one in found:
                self._hear(one)

    def _importance(self) -> ImportanceQuestion:
        return ImportanceQuestion(model=self._model, version=self._version)

    def _shap(self) -> ShapQuestion:
        return ShapQuestion(model=self._model, version=self._version)

    def _glass_box(self) -> GlassBoxQuestion:
        return GlassBoxQuestion(model=self._model, version=self._version)

    # -- asking -------------------------------------------------------------------------------------------------------

    def explain(self) -> None:
        """Ask what the model leans on, then what each column adds, then what the first column does."""
        if self._model and "columns" not in self._going:
            self._is_whole = False
            self.columns_part.clear()
            self._ask("columns", self._importance(), self._on_importance_end)

    def _on_importance_end(self, end: JobEnded) -> None:
        self._ended("columns", end)
        if end.outcome == "succeeded":
            self._ask("columns", self._shap(), self._on_shap_end)

    def _on_shap_end(self, end: JobEnded) -> None:
        self._ended("columns", end)
        if end.outcome == "succeeded" and self.row is None:
            self._show_any()

    def cancel(self) -> None:
        """Ask no more; what was found is kept."""
        for job in self._going.values():
            self._session.withdraw(job)
        self._going.clear()
        self._cells = None
        self._show_going()

    def show_row(self, row: int) -> None:
        """Explain a row of the dataset, the first being 0."""
        if not self._model:
            return
        if row != self.row:
            self._ask_no_more_of_the_row()
        self.row = row
        self.row_part.show_number(row)
        self._ask("row", RowQuestion(model=self._model, version=self._version, row=row), self._on_row_end)

    def _ask_no_more_of_the_row(self) -> None:
        """Withdraw what would be and what would change it: another row is looked at."""
        self._settle.stop()
        self._cells = None
        for about in ("what if", "change"):
            if (job := self._going.pop(about, None)) is not None:
                self._session.withdraw(job)

    def _show_any(self) -> None:
        rows = self.columns_part.rows()
        if rows:
            later = [row for row in rows if self.row is not None and row > self.row]
            self.show_row(min(later) if later else min(rows))

    def _show_wrong(self) -> None:
        if self._wrong:
            self._next_wrong()
            return
        asked = (self._model, self._version)
        errand = Errand(partial(_most_wrong, self._session.workspace, self._model, self._version), self)
        errand.done.connect(lambda rows: self._on_wrong(asked, rows))
        errand.failed.connect(self.failed)
        errand.start()

    def _on_wrong(self, asked: tuple[str, str], rows: list[int]) -> None:
        if asked == (self._model, self._version) and rows:
            self._wrong = rows
            self._next_wrong()

    def _next_wrong(self) -> None:
        place = self._wrong.index(self.row) + 1 if self.row in self._wrong else 0
        self.show_row(self._wrong[place % len(self._wrong)])

    def _ask_dependence(self, column: str, other: str) -> None:
        question = DependenceQuestion(
            model=self._model, version=self._version, column=column, other=other, shown=self._shown
        )
        self._ask("dependence", question, self._on_dependence_end)

    def _ask_glass_box(self) -> None:
        self._ask("glass box", self._glass_box(), self._on_glass_end)

    def _ask_change(self, cells: dict[str, Cell], kept: tuple[str, ...]) -> None:
        if self.row_part.row != self.row:
            return  # the cells are still those of the row before
        question = CounterfactualQuestion(
            model=self._model, version=self._version, row=self.row, cells=cells, kept=kept
        )
        self._ask("change", question, self._on_change_end)

    def _on_cells(self, cells: dict[str, Cell]) -> None:
        if self.row_part.row != self.row:
            return
        self._cells = cells
        if "what if" not in self._going and not self._settle.isActive():
            self._settle.start()

    def _ask_what_if(self) -> None:
        if self._cells is None or self.row is None or "what if" in self._going:
            return
        cells, self._cells = self._cells, None
        question = WhatIfQuestion(model=self._model, version=self._version, row=self.row, cells=cells)
        self._ask("what if", question, self._on_what_if_end, hear=self._hear_what_if)

    def _ask(
        self,
        about: str,
        question: Question,
        on_end: Callable[[JobEnded], None],
        *,
        hear: Callable[[Explanation], None] | None = None,
    ) -> None:
        if (before := self._going.pop(about, None)) is not None:
            self._session.withdraw(before)
        self._going[about] = self._session.ask(question, hear or self._hear, on_end, self._on_progress)
        self._show_going()

    # -- hearing ------------------------------------------------------------------------------------------------------

    def _hear(self, told: Explanation) -> None:
        match told:
            case Dependence():
                self.dependence_part.show()
                self.dependence_part.select(told.grid.column)
                self.dependence_part.show_dependence(told)
            case Surface():
                self.dependence_part.show_surface(told)
            case GlassBox():
                self._glass_words.setText("\n".join((told.sentence, *(f"• {line}" for line in told.lines))))
            case _:
                self.columns_part.show_answer(told)
                self.row_part.show_answer(told)
        if isinstance(told, Importance) and told.is_whole:
            self.dependence_part.show_columns([one.columns[0] for one in told.weights])
        if isinstance(told, ShapSummary) and told.is_whole and self.columns_part.bars.bars:
            self._is_whole = True
            self._show_going()
        if isinstance(told, Importance | ShapSummary):
            self.columns_part.show()
            self.dependence_part.show()
        # Of what was found out before nothing more is asked until somebody wants it.
        is_new = "columns" in self._going
        if isinstance(told, ShapSummary) and told.is_whole and is_new and not self.dependence_part.chart.lines:
            self.dependence_part.choose(told.columns[0].column)

    def _hear_what_if(self, told: Explanation) -> None:
        if isinstance(told, Predicted):
            self.row_part.show_would(told)

    def _on_row_end(self, end: JobEnded) -> None:
        self._ended("row", end)

    def _on_dependence_end(self, end: JobEnded) -> None:
        self._ended("dependence", end)
        if end.outcome == "failed":
            self.dependence_part.say(f"{end.detail} {end.hint}".strip())

    def _on_glass_end(self, end: JobEnded) -> None:
        self._ended("glass box", end)

    def _on_change_end(self, end: JobEnded) -> None:
        self._ended("change", end)

    def _on_what_if_end(self, end: JobEnded) -> None:
        self._ended("what if", end)
        self._ask_what_if()

    def _ended(self, about: str, end: JobEnded) -> None:
        self._going.pop(about, None)
        self._show_going()
        if end.outcome in {"failed", "crashed"}:
            self._head.show()
            self._words.setText(f"{end.title}: {end.detail} {end.hint}".strip())

    def _on_progress(self, progress: Progressed) -> None:
        if set(self._going) == {"what if"}:
            return
        self._words.setText(progress.stage)
        share: Any = progress.done / progress.total if progress.total else 0
        self._bar.setRange(0, _STEPS if progress.total else 0)
        self._bar.setValue(round(_STEPS * share))

    def _show_going(self) -> None:
        is_going = bool(set(self._going) - {"what if"})
        self._cancel.setVisible(is_going)
        self._bar.setVisible(is_going)
        self._train.setEnabled("glass box" not in self._going and bool(self._dataset))
        self._start.setVisible("columns" not in self._going and not self._is_whole)
        if is_going and self._words.text() in {"", self._hint}:
            self._words.setText("Opening the model…")
        elif not is_going:
            self._words.setText("" if self.columns_part.bars.bars else self._hint)
            self._bar.setRange(0, _STEPS)
        self._head.setVisible(is_going or not self._is_whole)


def _found_before(workspace: Workspace, questions: tuple[Question, ...], shown: int | None) -> list[Explanation]:
    """Give what is on disk in answer to these, and of the strongest column what it does."""
    found = [one for question in questions for one in stored(workspace, question)]
    for one in found:
        if isinstance(one, ShapSummary):
            column = one.columns[0].column
            first = DependenceQuestion(model=one.model, version=one.version, column=column, shown=shown)
            return [*found, *stored(workspace, first)]
    return found


def _most_wrong(workspace: Workspace, model: str, version: str) -> list[int]:
    from aetheron_desktop.engine.explaining.picking import most_wrong  # numpy

    versions = workspace.shelf.versions(model)
    run = versions[version].run if version in versions else workspace.model(model).run
    return most_wrong(workspace.run_folder(run) / "predictions.parquet")
