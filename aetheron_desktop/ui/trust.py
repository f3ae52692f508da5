"""What the session knows of its dataset's faults: the findings, what was decided about them, and the split."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from PySide6.QtCore import QObject, Signal

from aetheron_desktop.engine.datasets.checks.decisions import decide, decisions, undecide
from aetheron_desktop.engine.datasets.checks.finding import (
    Checked,
    CheckQuestion,
    Decision,
    Finding,
    LookQuestion,
    ranked,
)
from aetheron_desktop.engine.datasets.splitting.frozen_split import FrozenSplit, SplitQuestion, SplitRequest, splits
from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.ui.messages import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.datasets.splitting.kinds import SplitKind
    from aetheron_desktop.engine.events import JobEnded
    from aetheron_desktop.engine.jobs.asking import Question

_SHORT: Final = 40


class Owner(Protocol):
    """What is needed of the session."""

    dataset: Dataset | None
    target: str | None
    task: Task | None
    excluded: frozenset[str]

    @property
    def dataset_opened(self) -> Any: ...
    @property
    def target_changed(self) -> Any: ...
    @property
    def noticed(self) -> Any: ...
    def features(self) -> tuple[str, ...]: ...
    def set_excluded(self, names: Sequence[str]) -> None: ...
    def ask(self, question: Question, on_answer: Callable[[Any], None], on_end: Callable[[JobEnded], None]) -> str: ...
    def withdraw(self, job: str) -> None: ...
    def tell(self, error: AetheronError) -> None: ...


class Trust(QObject):
    """``changed`` tells that anything in here has; ``import_wanted`` asks to read the file otherwise, as a fix says."""

    changed = Signal()
    import_wanted = Signal(object)  # Fix

    def __init__(self, session: Owner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._question: CheckQuestion | None = None
        self._job = ""
        self._target: str | None = None
        self._found: dict[str, Finding] = {}
        self._look: LookQuestion | None = None
        self._looking = ""
        self._seen: dict[str, Finding] = {}
        self._split_for: Finding | None = None
        self.checked: Checked | None = None
        self.problem = ""
        self.split: str | None = None
        """The stored split that trainings use, None for the usual one."""
        self.fold: int | None = None
        """The fold of it that is the test, counted from 0; None for each in turn."""
        self.weigh_classes = False
        session.dataset_opened.connect(self._on_dataset)
        session.target_changed.connect(self._on_plan)

    # -- the report ---------------------------------------------------------------------------------------------------

    @property
    def is_checking(self) -> bool:
        """Whether the report is being made."""
        return bool(self._job)

    @property
    def is_current(self) -> bool:
        """Whether the report, or the one that is being made, is about what is chosen now."""
        return self._question is not None and self._question == self._asked()

    def findings(self) -> list[Finding]:
        """Give the findings that nothing was decided about, the worst first."""
        known = {one.finding for one in self.decided()}
        return [one for one in ranked(list(self._found.values())) if one.id not in known]

    def summary(self) -> str:
        """Say in a few words how the report stands; nothing when there is none of what is chosen now."""
        if self.checked is None or not self.is_current:
            return ""
        count = len(self.findings())
        return f"{count} finding{'s' if count != 1 else ''} open" if count else "nothing open"

    def decided(self) -> tuple[Decision, ...]:
        """Give what was decided."""
        dataset, target = self._session.dataset, self._session.target
        return decisions(dataset, target) if dataset is not None and target is not None else ()

    def check(self) -> None:
        """Make the report about what is chosen now."""
        question = self._asked()
        self.stop()
        self._question, self._found, self.checked, self.problem = question, {}, None, ""
        if question is not None:
            self._job = self._session.ask(question, self._on_answer, self._on_end)
        self.changed.emit()

    def stop(self) -> None:
        """Make no report."""
        self._session.withdraw(self._job)
        self._job = ""

    def _asked(self) -> CheckQuestion | None:
        session = self._session
        if session.dataset is None or session.target is None or session.task is None:
            return None
        return CheckQuestion(
            dataset=session.dataset.info.id, target=session.target, task=session.task, features=session.features()
        )

    def _on_answer(self, answer: Finding | Checked) -> None:
        if isinstance(answer, Finding):
            self._found[answer.id] = answer
        else:
            self.checked = answer
        self.changed.emit()

    def _on_end(self, end: JobEnded) -> None:
        self._job = ""
        if end.outcome != "succeeded":
            self.problem = f"{end.detail or end.title} {end.hint}".strip()
        self.changed.emit()

    # -- before a training --------------------------------------------------------------------------------------------

    def warnings(self) -> list[Finding]:
        """Give what should be known before a training and is undecided, the worst first: columns to leave out, perhaps.

        Of the report where it is there, and else of a first look.
        """
        is_there = self.checked is not None and self.is_current
        known = {one.finding for one in self.decided()}
        used = set(self._session.features())
        found = [one for one in self._found.values() if one.severity == "high"] if is_there else []
        found += [one for one in self._seen.values() if not (is_there and one.id.startswith("leakage:"))]
        return [
            one
            for one in ranked(found)
            if one.id not in known and one.fix is not None and one.fix.deed == "exclude" and used & set(one.columns)
        ]

    def look(self) -> None:
        """Take a first look at what is chosen now, once."""
        asked = self._asked()
        wanted = None if asked is None else LookQuestion(dataset=asked.dataset, target=asked.target, task=asked.task)
        if wanted == self._look:
            return
        self._session.withdraw(self._looking)
        self._look, self._looking, self._seen = wanted, "", {}
        if wanted is not None:
            self._looking = self._session.ask(wanted, self._on_seen, self._on_looked)

    def _on_seen(self, answer: Finding) -> None:
        self._seen[answer.id] = answer
        self.changed.emit()

    def _on_looked(self, end: JobEnded) -> None:
        # What cannot be looked at is said by the report, and by the training itself.
        del end
        self._looking = ""

    # -- decisions ----------------------------------------------------------------------------------------------------

    def fix(self, finding: Finding) -> None:
        """Do what a finding offers."""
        fix = finding.fix
        assert fix is not None
        match fix.deed:
            case "exclude":
                if self._decide(_done(finding)):
                    self._session.set_excluded([*self._session.excluded, *fix.columns])
            case "weigh":
                if self._decide(_done(finding)):
                    self.weigh_classes = True
                    self.changed.emit()
            case "split":
                assert fix.split is not None
                self._split_for = finding
                self.freeze(self.proposed(fix.split, fix.columns[0]))
            case "missing" | "import_again":
                self.import_wanted.emit(fix)

    def ignore(self, finding: Finding, reason: str) -> None:
        """Leave it, for a reason."""
        self._decide(Decision(finding=finding.id, headline=finding.headline, action="ignored", reason=reason))

    def take_back(self, decision: Decision) -> None:
        """Undo what was decided."""
        dataset, target = self._session.dataset, self._session.target
        if dataset is None or target is None:
            return
        try:
            undecide(dataset, target, decision.finding)
        except AetheronError as error:
            self._session.tell(error)
            return
        match decision.deed:
            case "exclude":
                self._session.set_excluded([name for name in self._session.excluded if name not in decision.columns])
            case "split" if self.split == decision.split:
                self.split, self.fold = None, None
            case "weigh":
                self.weigh_classes = False
        self.changed.emit()

    def _decide(self, decision: Decision) -> bool:
        dataset, target = self._session.dataset, self._session.target
        assert dataset is not None
        assert target is not None
        try:
            decide(dataset, target, decision)
        except AetheronError as error:
            self._session.tell(error)
            return False
        self.changed.emit()
        return True

    # -- the split ----------------------------------------------------------------------------------------------------

    def splits(self) -> list[FrozenSplit]:
        """Give the stored splits of the dataset."""
        return splits(self._session.dataset) if self._session.dataset is not None else []

    def columns(self) -> tuple[str, ...]:
        """Give the columns by which rows can be parted."""
        dataset = self._session.dataset
        return tuple(name for name in dataset.info.schema.names if name != self._session.target) if dataset else ()

    def choose_split(self, name: str | None) -> None:
        """Use this stored split for what is trained from now on, or with None the usual one."""
        if name != self.split:
            self.split, self.fold = name, None
            self.changed.emit()

    def choose_fold(self, fold: int | None) -> None:
        """Test on this fold of the split alone, or with None on each in turn, by a run each."""
        if fold != self.fold:
            self.fold = fold
            self.changed.emit()

    def folds_among(self, known: Iterable[FrozenSplit]) -> int:
        """Say how many folds the split has that trainings use, one of ``known``; 0 where it has a single test part."""
        return next((one.request.folds for one in known if one.name == self.split), 0)

    @property
    def split_words(self) -> str:
        """What is used, for people; empty for the usual split."""
        if self.split is None or not self.folds_among(self.splits()):
            return self.split or ""
        return f"{self.split}: " + ("each fold in turn" if self.fold is None else f"fold {self.fold} alone")

    def proposed(self, kind: SplitKind, column: str | None, folds: int = 0) -> SplitRequest:
        """Give a request of this kind under a name that is free."""
        words = {"group": "by", "prefix": "by beginning of", "time": "in time by", "column": "as in"}
        name = f"{words[kind]} {column}"[:_SHORT] if column is not None else kind
        name += f", {folds} folds" if folds else ""
        taken = {one.name for one in self.splits()}
        number = 2
        base = name
        while name in taken:
            name, number = f"{base} {number}", number + 1
        return SplitRequest(name=name, kind=kind, column=column, target=self._session.target, folds=folds)

    def freeze(self, request: SplitRequest) -> None:
        """Make a split, keep it, and use it."""
        if self._session.dataset is not None:
            question = SplitQuestion(dataset=self._session.dataset.info.id, request=request)
            self._session.ask(question, self._on_split, self._on_split_end)

    def _on_split(self, made: FrozenSplit) -> None:
        finding, self._split_for = self._split_for, None
        self.split, self.fold = made.name, None
        if finding is None or not self._decide(_done(finding, split=made.name)):
            self.changed.emit()

    def _on_split_end(self, end: JobEnded) -> None:
        self._split_for = None
        if end.outcome != "succeeded":
            self._session.noticed.emit(Notice("error", end.title, end.detail, end.hint))

    # -- what the session does ----------------------------------------------------------------------------------------

    def _on_dataset(self) -> None:
        self.stop()
        self._session.withdraw(self._looking)
        self._look, self._looking, self._seen = None, "", {}
        self._question, self._found, self.checked, self.problem = None, {}, None, ""
        self._apply()

    def _on_plan(self) -> None:
        if self._session.target != self._target:
            self._apply()
        elif not self.is_current:
            self.changed.emit()

    def _apply(self) -> None:
        """Take up what was decided about this dataset before."""
        self._target = self._session.target
        self.split, self.fold, self.weigh_classes = None, None, False
        known = {one.name for one in self.splits()}
        for decision in self.decided():
            match decision.deed:
                case "exclude":
                    self._session.set_excluded([*self._session.excluded, *decision.columns])
                case "split" if decision.split in known:
                    self.split = decision.split
                case "weigh":
                    self.weigh_classes = True
        self.changed.emit()


def _done(finding: Finding, split: str = "") -> Decision:
    assert finding.fix is not None
    return Decision(
        finding=finding.id,
        headline=finding.headline,
        action="fixed",
        reason=finding.fix.label,
        deed=finding.fix.deed,
        columns=finding.fix.columns,
        split=split,
    )
