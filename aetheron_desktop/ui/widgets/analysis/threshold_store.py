"""The threshold on its way into the model, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from aetheron_desktop.engine.versioning.changes import Changed, NotChanged, RollBack, SetThreshold
from aetheron_desktop.ui.messages import Notice

if TYPE_CHECKING:
    from aetheron_desktop.engine.events import JobEnded
    from aetheron_desktop.engine.versioning.subjects import Subject
    from aetheron_desktop.ui.session import Session

_DIGITS = 4


class ThresholdStore(QObject):
    """Stores a threshold as a new version of a model, and takes that back by another one.

    ``changed`` tells that something began or ended; ``stored`` that the model has another current version.
    """

    changed = Signal()
    stored = Signal(str)  # model id

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job = ""
        self._going: Subject | None = None
        self._before: tuple[str, str] = ("", "")
        """Of which model the threshold was stored here, and the version that it had before."""
        self._is_undoing = False
        session.versions.changed.connect(self._on_changed)

    @property
    def is_busy(self) -> bool:
        """Whether one is being stored."""
        return bool(self._job)

    def can_undo(self, model: str) -> bool:
        """Whether what was stored in this model here can be taken back."""
        return bool(model) and self._before[0] == model

    def why_not(self, subject: Subject | None) -> str:
        """Say why no threshold can be stored; empty where one can."""
        if subject is None or not subject.model:
            return "The model is not here any more, so there is nothing to store it in."
        if not subject.is_current:
            return "An earlier version is looked at, and only the current one can get another threshold."
        return ""

    def apply(self, subject: Subject, threshold: float, why: str) -> None:
        """Store a threshold; ``why`` is the version's message."""
        self._going, self._is_undoing = subject, False
        change = SetThreshold(model=subject.model, threshold=round(threshold, _DIGITS), message=why)
        self._job = self._session.versions.change(change)
        self.changed.emit()

    def undo(self, subject: Subject) -> None:
        """Give the model the threshold that it had before."""
        if not self.can_undo(subject.model):
            return
        self._going, self._is_undoing = subject, True
        change = RollBack(model=subject.model, to=self._before[1], reason="The threshold before is better")
        self._job = self._session.versions.change(change)
        self.changed.emit()

    def _on_changed(self, job: str, came: Changed | NotChanged | JobEnded) -> None:
        if job != self._job or self._going is None:
            return
        subject, self._job, self._going = self._going, "", None
        if isinstance(came, Changed):
            self._before = ("", "") if self._is_undoing else (subject.model, subject.version)
            # Some changes name their model themselves.
            words = came.words if came.words.startswith(subject.name) else f"{subject.name}: {came.words}"
            detail = " ".join((words, *came.notes))
            title = "The threshold before is back" if self._is_undoing else "The threshold is stored"
            self._session.noticed.emit(Notice("success", title, detail, "", "model", subject.model))
            self.stored.emit(subject.model)
        elif not isinstance(came, NotChanged):
            self._session.noticed.emit(Notice("error", came.title or "It was not stored", came.detail, came.hint))
        self.changed.emit()
