"""The steps over the open dataset, as its journal has them, and what a worker finds out about their effects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from aetheron_desktop.engine.datasets.preparing.answers import (
    EffectQuestion,
    NamedKind,
    Scripts,
    ScriptsQuestion,
    StartingTable,
    StepEffect,
    StepProblem,
)
from aetheron_desktop.engine.datasets.preparing.journal import Journal, Journaled
from aetheron_desktop.engine.datasets.steps import sentence
from aetheron_desktop.engine.errors import AetheronError

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.expression_parts import Kind
    from aetheron_desktop.engine.datasets.steps import Step
    from aetheron_desktop.engine.events import JobEnded
    from aetheron_desktop.ui.session import Session

    Effect = StepEffect | StepProblem

_WAIT_MS: Final = 200
KIND_OF_TYPE: Final[dict[str, Kind]] = {"number": "number", "integer": "integer", "boolean": "boolean", "date": "date"}


class Preparation(QObject):
    """``changed`` tells of steps, effects and whether they are asked for; ``previewed`` of a step that is written."""

    changed = Signal()
    previewed = Signal()
    scripts_written = Signal(object)  # Scripts

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.dataset: Dataset | None = None
        self.journaled = Journaled()
        self.effects: dict[int, Effect] = {}
        self.problem = ""
        self.preview: Effect | None = None
        """What the step that is being written would change; None while that is not known."""
        self._start: tuple[NamedKind, ...] = ()
        self._question = self._preview_question = self._script_question = ""
        self._wanted: tuple[int, Step] | None = None
        self._wait = QTimer(self, singleShot=True, interval=_WAIT_MS)
        self._wait.timeout.connect(self._ask_preview)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps, in their order."""
        return self.journaled.steps

    @property
    def is_asking(self) -> bool:
        """Whether effects are still to come."""
        return bool(self._question)

    def show_dataset(self, dataset: Dataset | None) -> None:
        """Turn to a dataset; with None, end what goes on."""
        self._withdraw()
        self.stop_preview()
        self.dataset, self.journaled, self.effects = dataset, Journaled(), {}
        self._start = ()
        if dataset is not None:
            columns = dataset.info.schema.columns
            self._start = tuple(NamedKind(one.name, KIND_OF_TYPE.get(one.type, "text")) for one in columns)
            self._read()

    def columns(self, place: int) -> tuple[NamedKind, ...]:
        """Give the columns that a step at ``place`` meets, as far as they are known."""
        for before in range(place - 1, -1, -1):
            found = self.effects.get(before)
            if isinstance(found, StepEffect):
                return found.columns
        return self._start

    # -- changes ------------------------------------------------------------------------------------------------------

    def add(self, step: Step) -> None:
        """Put a step at the end."""
        self._change((*self.steps, step), f"add “{sentence(step)}”", len(self.steps))

    def edit(self, place: int, step: Step) -> None:
        """Put another step in the place of one."""
        if step != self.steps[place]:
            changed = (*self.steps[:place], step, *self.steps[place + 1 :])
            self._change(changed, f"edit “{sentence(step)}”", place)

    def remove(self, place: int) -> None:
        """Take a step out."""
        changed = (*self.steps[:place], *self.steps[place + 1 :])
        self._change(changed, f"remove “{sentence(self.steps[place])}”", place)

    def move(self, place: int, to: int) -> None:
        """Put a step at another place."""
        if place == to or not 0 <= to < len(self.steps):
            return
        left = [*self.steps[:place], *self.steps[place + 1 :]]
        left.insert(to, self.steps[place])
        self._change(tuple(left), f"move “{sentence(self.steps[place])}”", min(place, to))

    def take(self, steps: tuple[Step, ...], words: str) -> None:
        """Put other steps in the place of all."""
        self._change(steps, words, 0)

    def undo(self) -> None:
        """Take back the last change."""
        self._turn(lambda journal: journal.undo(self.journaled.revision), self.journaled.undo)

    def redo(self) -> None:
        """Do again what was taken back."""
        self._turn(lambda journal: journal.redo(self.journaled.revision), self.journaled.redo)

    def make(self, name: str) -> None:
        """Make a new dataset by the steps."""
        if self.dataset is not None and self.steps:
            self._session.prepare(self.dataset.info, self.steps, name)

    def write_scripts(self) -> None:
        """Ask for the scripts; ``scripts_written`` tells them."""
        if self.dataset is not None:
            self._session.withdraw(self._script_question)
            question = ScriptsQuestion(dataset=self.dataset.info.id, steps=self.steps)
            self._script_question = self._session.ask(question, self._on_scripts, self._on_scripts_end)

    def _turn(self, change: Callable[[Journal], Journaled], words: str | None) -> None:
        if words is not None:
            before = self.steps
            self._try(change, lambda now: _differing(before, now))

    def _change(self, steps: tuple[Step, ...], words: str, first: int) -> None:
        revision = self.journaled.revision
        self._try(lambda journal: journal.change(steps, words, revision), lambda _: first)

    def _try(self, change: Callable[[Journal], Journaled], first: Callable[[tuple[Step, ...]], int]) -> None:
        if self.dataset is None:
            return
        try:
            self.journaled = change(Journal(self.dataset))
        except AetheronError as error:
            self._session.tell(error)
            self._read()
            return
        self._ask(first(self.steps))

    def _read(self) -> None:
        assert self.dataset is not None
        try:
            self.journaled = Journal(self.dataset).read()
        except AetheronError as error:
            self._session.tell(error)
        self._ask(0)

    # -- effects ------------------------------------------------------------------------------------------------------

    def _ask(self, first: int) -> None:
        self._withdraw()
        assert self.dataset is not None
        kept = [place for place in range(first) if isinstance(self.effects.get(place), StepEffect)]
        first = next((place for place in range(first) if place not in kept), first)
        self.effects = {place: self.effects[place] for place in range(first)}
        self.problem = ""
        if self.steps[first:]:
            question = EffectQuestion(dataset=self.dataset.info.id, steps=self.steps, first=first)
            self._question = self._session.ask(question, self._on_effect, self._on_end)
        self.changed.emit()

    def _withdraw(self) -> None:
        self._session.withdraw(self._question)
        self._question = ""

    def _on_effect(self, answer: StartingTable | Effect) -> None:
        if isinstance(answer, StartingTable):
            self._start = answer.columns
        else:
            self.effects[answer.step] = answer
        self.changed.emit()

    def _on_end(self, end: JobEnded) -> None:
        self._question = ""
        if end.outcome in {"failed", "crashed"}:
            self.problem = f"{end.detail or end.title} {end.hint}".strip()
        self.changed.emit()

    # -- the step that is being written -------------------------------------------------------------------------------

    def look_ahead(self, place: int, step: Step) -> None:
        """Find out, in a moment, what ``step`` would change at ``place``; ``previewed`` tells it."""
        self._wanted = (place, step)
        self._session.withdraw(self._preview_question)
        self._wait.start()

    def stop_preview(self) -> None:
        """Look at no step that is not in the list."""
        self._wait.stop()
        self._session.withdraw(self._preview_question)
        self._preview_question, self._wanted, self.preview = "", None, None

    def _ask_preview(self) -> None:
        if self._wanted is None or self.dataset is None:
            return
        place, step = self._wanted
        question = EffectQuestion(dataset=self.dataset.info.id, steps=(*self.steps[:place], step), first=place)
        self._preview_question = self._session.ask(question, self._on_preview, self._on_preview_end)

    def _on_preview(self, answer: StartingTable | Effect) -> None:
        if not isinstance(answer, StartingTable):
            self.preview = answer
            self.previewed.emit()

    def _on_preview_end(self, end: JobEnded) -> None:
        self._preview_question = ""
        if end.outcome in {"failed", "crashed"} and self._wanted is not None:
            self.preview = StepProblem(step=self._wanted[0], detail=end.detail or end.title, hint=end.hint)
            self.previewed.emit()

    def _on_scripts(self, scripts: Scripts) -> None:
        self.scripts_written.emit(scripts)

    def _on_scripts_end(self, end: JobEnded) -> None:
        self._script_question = ""
        if end.outcome in {"failed", "crashed"}:
            self.problem = f"{end.detail or end.title} {end.hint}".strip()
            self.changed.emit()


def _differing(before: tuple[Step, ...], now: tuple[Step, ...]) -> int:
    """Give the first place at which two lists of steps differ."""
    pairs = zip(before, now, strict=False)
    return next((place for place, (one, other) in enumerate(pairs) if one != other), min(len(before), len(now)))
