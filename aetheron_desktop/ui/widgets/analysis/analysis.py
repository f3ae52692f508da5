"""What is analyzed: the rows, the class that is looked at, the threshold and the selection, for every plot at once.

It loads numpy in another thread, with the predictions: the window opens without it.
"""

from __future__ import annotations

import importlib
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from aetheron_desktop.ui.errand import Errand

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aetheron_desktop.engine.datasets.schema import Column
    from aetheron_desktop.engine.datasets.viewing.cohorts import Cohort
    from aetheron_desktop.engine.errors import AetheronError
    from aetheron_desktop.engine.evaluation.columns import Levels
    from aetheron_desktop.engine.evaluation.evidence import Evidence
    from aetheron_desktop.engine.evaluation.selection import Rule
    from aetheron_desktop.engine.evaluation.table import Measured
    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.engine.versioning.subjects import Subject
    from aetheron_desktop.engine.workspace import Workspace

FRAME_MS: Final = 12
_SETTLE_MS: Final = 120


@dataclass(frozen=True)
class Selection:
    """The rows that are meant by ``rule``, called by ``words``; ``places`` (n,) are those among the predictions."""

    rule: Rule
    words: str
    places: Any

    def __len__(self) -> int:
        return len(self.places)


class Analysis(QObject):
    """Holds what all plots share, and has figures made for them, one after the other, in another thread."""

    began = Signal()
    opened = Signal()
    changed = Signal()  # another version of the same model decides on the same predictions
    cohort_changed = Signal()  # everything is of other test rows of the same run
    failed = Signal(object)  # AetheronError
    focus_changed = Signal()
    threshold_changed = Signal()
    settled = Signal()  # the threshold rests
    selected = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.subject: Subject | None = None
        self.evidence: Evidence | None = None
        """The test rows that everything is of: all of them, or those of :attr:`cohort`."""
        self.cohort: Cohort | None = None
        self._whole: Evidence | None = None
        self.focus = 0
        """The class that curves are about, against the rest."""
        self.threshold = 0.5
        """From which probability on the class that is looked at is told from the rest, in all plots."""
        self.selection: Selection | None = None
        self.measured: dict[str, Measured] = {}
        """The metrics of the rows as far as they are known."""
        self._waiting: deque[tuple[Callable[[], Any], Callable[[Any], None]]] = deque()
        self._going: Errand | None = None
        self._turn = 0
        """Grows with each subject: what comes late for an earlier one is dropped."""
        self._moved = QTimer(self, singleShot=True, interval=FRAME_MS)
        self._moved.timeout.connect(self.threshold_changed)
        self._settled = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settled.timeout.connect(self._select_again)

    # -- the subject --------------------------------------------------------------------------------------------------

    def open_run(self, run: str) -> None:
        """Read what can be analyzed of a run."""
        self._open(partial(_read_run, self._workspace, run))

    def open_version(self, model: str, version: str = "current") -> None:
        """Read what can be analyzed of a version of a model."""
        self._open(partial(_read_version, self._workspace, model, version))

    def follow(self, model: str) -> None:
        """Take the current version of the model that is analyzed for what is looked at; its run is the same."""
        if self.subject is not None and self.subject.model == model:
            self.compute(partial(_subject, self._workspace, model), self._on_followed, first=True)

    def _on_followed(self, subject: Subject) -> None:
        if self.subject is not None and subject.run == self.subject.run:
            self.subject = subject
            self.move_to(self.stored)
            self.changed.emit()

    def close(self) -> None:
        """Analyze nothing; what is being made is not waited for."""
        self._drop_work()
        self._moved.stop()
        self._settled.stop()
        self.subject = self.evidence = self._whole = self.selection = self.cohort = None

    def _drop_work(self) -> None:
        self._turn += 1
        self._waiting.clear()
        self._going = None

    def _open(self, read: Callable[[], tuple[Subject, Evidence, int]]) -> None:
        self.close()
        self.began.emit()
        turn = self._turn
        errand = Errand(read, self)
        errand.done.connect(lambda found: self._on_read(turn, *found))
        errand.failed.connect(lambda error: self._on_failed(turn, error))
        errand.start()

    def _on_read(self, turn: int, subject: Subject, evidence: Evidence, focus: int) -> None:
        if turn != self._turn:
            return
        self.subject, self.evidence, self.focus = subject, evidence, focus
        self._whole, self.measured = evidence, {}
        self.threshold = self.stored
        self.opened.emit()

    def _on_failed(self, turn: int, error: AetheronError) -> None:
        if turn == self._turn:
            self.failed.emit(error)

    # -- the cohort ---------------------------------------------------------------------------------------------------

    def limit_to(self, cohort: Cohort, numbers: Path) -> None:
        """Let everything be of the test rows of ``cohort`` alone; the file ``numbers`` has those of its rows."""
        whole, turn = self._whole, self._turn
        if whole is None:
            return
        errand = Errand(partial(_limited, whole, cohort.name, numbers), self)
        errand.done.connect(lambda found: self._on_limited(turn, found, cohort))
        errand.failed.connect(lambda error: self._on_failed(turn, error))
        errand.start()

    def show_all(self) -> None:
        """Let everything be of all test rows again."""
        if self._whole is not None and self.cohort is not None:
            self._on_limited(self._turn, self._whole, None)

    def _on_limited(self, turn: int, evidence: Evidence, cohort: Cohort | None) -> None:
        if turn != self._turn or self.evidence is None:
            return
        before, rows = self.selection, self.evidence.predictions.rows
        self._drop_work()
        self.evidence, self.cohort, self.selection, self.measured = evidence, cohort, None, {}
        self.cohort_changed.emit()
        if before is not None:
            self._select_there(before, rows)

    def _select_there(self, before: Selection, rows: Any) -> None:
        """Mean by the rule of a selection the rows that are there now; ``rows`` are the numbers of those it had."""
        from aetheron_desktop.engine.evaluation.selection import Rows  # numpy, which is there

        if isinstance(before.rule, Rows) and self.evidence is not None:
            self.select_by(partial(self.evidence.predictions.places, rows[before.places]), before.words)
        else:
            self.select(before.rule)

    def history(self) -> list[Event]:
        """Give all that the run has told; called in another thread, for it reads a file."""
        return self._workspace.history(self.subject.run) if self.subject is not None else []

    def columns(self) -> tuple[Column, ...]:
        """Give the columns of the analyzed dataset beside the target; none where it is gone."""
        subject = self.subject
        if subject is None or not subject.has_dataset:
            return ()
        known = {info.id: info for info in self._workspace.datasets()}
        info = known.get(subject.dataset)
        columns = info.schema.columns if info is not None else ()
        return tuple(one for one in columns if one.name != subject.target)

    def values(self, evidence: Evidence, key: str) -> Any:
        """Give what lies across in a plot, (n,): ``predicted``, ``actual``, or a column; called in another thread."""
        from aetheron_desktop.engine.evaluation.columns import numbers_of
        from aetheron_desktop.engine.evaluation.selection import values

        # Closed meanwhile, there is none, and nobody hears what is given.
        found, column, subject = evidence.predictions, key.removeprefix("column:"), self.subject
        if column == key or subject is None:
            return values(found, "actual" if key == "actual" else "predicted")
        snapshot = self._workspace.dataset(subject.dataset).parquet
        return evidence.once(key, lambda: numbers_of(snapshot, column, found.rows))

    def levels(self, evidence: Evidence, key: str) -> Levels | None:
        """Give the levels of a column whose key begins with ``levels:``; called in another thread."""
        from aetheron_desktop.engine.evaluation.columns import levels_of

        subject, column = self.subject, key.removeprefix("levels:")
        if subject is None or column == key:
            return None
        snapshot = self._workspace.dataset(subject.dataset).parquet
        return evidence.once(key, lambda: levels_of(snapshot, column, evidence.predictions.rows))

    # -- words --------------------------------------------------------------------------------------------------------

    @property
    def stored(self) -> float:
        """The threshold of the version that is looked at; of several classes none is stored, and it is one half."""
        if self.evidence is None:
            return 0.5
        return self.evidence.threshold if self.subject is None else self.evidence.usual(self.subject.threshold)

    def part_words(self) -> str:
        """Say which rows are looked at."""
        if self.subject is None or self.evidence is None or self._whole is None:
            return ""
        if self.cohort is not None:
            return self.evidence.cohort_words(self.cohort.name, len(self._whole.predictions))
        return self.evidence.part_words(self.subject.dataset_name, self.subject.tested, self.subject.split)

    def threshold_words(self) -> str:
        """Say what the threshold does."""
        return self.evidence.threshold_words(self.threshold, self.focus) if self.evidence is not None else ""

    def notes(self) -> tuple[str, ...]:
        """Say what one should know of what is analyzed: what is gone, what is odd, that there are few rows."""
        if self.subject is None or self.evidence is None:
            return ()
        scarce = self.evidence.few_words() if self.cohort is not None else ""
        return (*self.subject.notes, *self.evidence.predictions.notes(), *([scarce] if scarce else []))

    def reason_words(self) -> str:
        """Say why the threshold is stored: what it reaches."""
        return self.evidence.reason_words(self.threshold) if self.evidence is not None else ""

    # -- what all plots share -----------------------------------------------------------------------------------------

    def look_at(self, focus: int) -> None:
        """Let curves be about another class; what was a threshold of the one before says nothing of it."""
        if focus != self.focus:
            self.focus, self.threshold = focus, self.stored
            self.focus_changed.emit()

    def move_to(self, threshold: float) -> None:
        """Move the threshold; the plots hear of it at most once a frame, and of the last one always."""
        threshold = min(1.0, max(0.0, threshold))
        if self.evidence is None or threshold == self.threshold:
            return
        self.threshold = threshold
        if not self._moved.isActive():
            self._moved.start()
        self._settled.start()

    def move_to_best(self, goal: str) -> None:
        """Move the threshold to where a metric is best on these rows."""
        if self.evidence is not None:
            self.compute(partial(self.evidence.best_threshold, goal, self.focus), self.move_to, first=True)

    def select(self, rule: Rule | None) -> None:
        """Mean the rows of ``rule`` in every plot; with None no rows."""
        evidence = self.evidence
        if rule is None or evidence is None:
            if self.selection is not None:
                self.selection = None
                self.selected.emit()
            return
        self.compute(partial(_selected, evidence, rule, self.threshold), self._on_selected, first=True)

    def select_by(self, find: Callable[[], Any], words: str) -> None:
        """Mean the rows whose places ``find`` gives, in another thread."""
        self.compute(partial(_found, find, words), self._on_selected, first=True)

    def _select_again(self) -> None:
        self.settled.emit()
        if self.selection is not None:
            self.select(self.selection.rule)

    def _on_selected(self, found: Selection) -> None:
        self.selection = found
        self.selected.emit()

    # -- work ---------------------------------------------------------------------------------------------------------

    def compute(self, work: Callable[[], Any], receive: Callable[[Any], None], *, first: bool = False) -> None:
        """Do ``work`` in another thread when its turn comes, before all others with ``first``; ``receive`` hears."""
        if first:
            self._waiting.appendleft((work, receive))
        else:
            self._waiting.append((work, receive))
        self._next()

    def _next(self) -> None:
        if self._going is not None or not self._waiting:
            return
        work, receive = self._waiting.popleft()
        turn = self._turn
        self._going = errand = Errand(work, self)
        errand.done.connect(lambda found: self._on_made(turn, receive, found))
        errand.failed.connect(lambda error: self._on_work_failed(turn, error))
        errand.broken.connect(lambda _: self._go_on(turn))
        errand.start()

    def _on_made(self, turn: int, receive: Callable[[Any], None], found: Any) -> None:
        if turn != self._turn:
            return
        self._going = None
        self._next()  # the thread works on while this one draws
        receive(found)

    def _on_work_failed(self, turn: int, error: AetheronError) -> None:
        if turn == self._turn:
            self._go_on(turn)
            self.failed.emit(error)

    def _go_on(self, turn: int) -> None:
        """Do what waits; a bug in one plot must not keep the others from being made."""
        if turn == self._turn:
            self._going = None
            self._next()


def _read_run(workspace: Workspace, run: str) -> tuple[Subject, Evidence, int]:
    from aetheron_desktop.engine.versioning.subjects import of_run  # in the thread that reads

    return _read(workspace, of_run(workspace, run))


def _read_version(workspace: Workspace, model: str, version: str) -> tuple[Subject, Evidence, int]:
    from aetheron_desktop.engine.versioning.subjects import of_version

    return _read(workspace, of_version(workspace, model, version))


def _subject(workspace: Workspace, model: str) -> Subject:
    from aetheron_desktop.engine.versioning.subjects import of_version

    return of_version(workspace, model)


_NEEDED: Final = (
    "class_table", "columns", "definitions", "number_words", "selection", "table", "words", "curves.calibration",
    "curves.confusion", "curves.costs", "curves.decisions", "curves.histograms", "curves.numbers", "curves.ranking",
    "curves.thresholds",
)  # fmt: skip
"""What the plots are made with: imported by the thread that reads, so that the window does not wait for it."""


def _read(workspace: Workspace, subject: Subject) -> tuple[Subject, Evidence, int]:
    from aetheron_desktop.engine.evaluation.evidence import Evidence  # numpy
    from aetheron_desktop.engine.versioning.subjects import predictions_file

    for name in _NEEDED:
        importlib.import_module(f"aetheron_desktop.engine.evaluation.{name}")
    importlib.import_module("aetheron_desktop.engine.training.courses")
    path = predictions_file(workspace, subject.run)
    evidence = Evidence.read(path, of=subject.name, threshold=subject.threshold, level=subject.level)
    return subject, evidence, evidence.focus


def _limited(whole: Evidence, name: str, numbers: Path) -> Evidence:
    from aetheron_desktop.engine.datasets.viewing.row_order import RowOrder

    order = RowOrder(numbers)
    try:
        return whole.of_cohort(name, order.numbers(0, len(order)))
    finally:
        order.close()


def _found(find: Callable[[], Any], words: str) -> Selection:
    from aetheron_desktop.engine.evaluation.selection import Rows

    found = find()
    return Selection(Rows(tuple(found.tolist()), words), words, found)


def _selected(evidence: Evidence, rule: Rule, threshold: float) -> Selection:
    from aetheron_desktop.engine.evaluation.selection import places, words

    found = evidence.predictions
    return Selection(rule, words(rule, found), places(rule, found, threshold))
