"""Which of the test rows everything is of: all of them, or those of a cohort alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton

from aetheron_desktop.engine.datasets.viewing.cohorts import Cohort, cohorts
from aetheron_desktop.engine.datasets.viewing.views import ViewQuestion
from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.ui.item_models.tips import plain_tip, shortened
from aetheron_desktop.ui.messages import Notice
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.datasets.viewing.views import ViewMade
    from aetheron_desktop.engine.events import JobEnded
    from aetheron_desktop.ui.session import Session
    from aetheron_desktop.ui.widgets.analysis.analysis import Analysis

_ALL: Final = "All test rows"
_LONGEST: Final = 28


class CohortChoice(QPushButton):
    """Offers the cohorts of the dataset that is analyzed; ``new_wanted`` asks for one that is not there yet."""

    new_wanted = Signal()

    def __init__(self, session: Session, analysis: Analysis, parent: QWidget) -> None:
        super().__init__(_ALL, parent)
        self._session, self._analysis = session, analysis
        self._job = ""
        self._wanted: Cohort | None = None
        """The cohort whose rows are being looked for."""
        named(self, "analysis_cohort", "Which test rows", "All test rows, or those of a cohort alone")
        pictured(self, "chevron-down", "muted")
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._menu = named(QMenu(self), "analysis_cohort_menu", "Which test rows")
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self._fill)
        self.clicked.connect(self._offer)
        analysis.opened.connect(self._show)
        analysis.cohort_changed.connect(self._on_settled)
        analysis.failed.connect(self._on_settled)
        analysis.began.connect(self._on_began)
        self._show()

    def choose(self, cohort: Cohort | None) -> None:
        """Let everything be of the test rows of ``cohort`` alone, of all of them with None."""
        self._withdraw()
        subject = self._analysis.subject
        if cohort is None or subject is None:
            self._analysis.show_all()
        else:
            self._wanted = cohort
            question = ViewQuestion(dataset=subject.dataset, condition=cohort.condition)
            self._job = self._session.ask(question, self._on_rows, self._on_end)
        self._show()

    def _withdraw(self) -> None:
        self._session.withdraw(self._job)
        self._job, self._wanted = "", None

    def _on_began(self) -> None:
        self._withdraw()
        self._show()

    def _on_settled(self) -> None:
        self._wanted = None
        self._show()

    def _offer(self) -> None:
        self._menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _fill(self) -> None:
        """Offer what is kept now: cohorts are made in the window, and by the command line beside it."""
        self._menu.clear()
        group = QActionGroup(self._menu)
        chosen = self._analysis.cohort
        for one in (None, *self._known()):
            words = _ALL if one is None else shortened(one.name, _LONGEST).replace("&", "&&")
            action = self._menu.addAction(words)
            action.setCheckable(True)
            action.setChecked((one.condition if one else "") == (chosen.condition if chosen else ""))
            action.setToolTip("" if one is None else plain_tip(one.condition))
            action.triggered.connect(lambda _=False, one=one: self.choose(one))
            group.addAction(action)
        self._menu.addSeparator()
        new = self._menu.addAction("New cohort…")
        new.setObjectName("analysis_cohort_new")
        new.triggered.connect(self.new_wanted)

    def _known(self) -> tuple[Cohort, ...]:
        subject = self._analysis.subject
        if subject is None or not subject.has_dataset:
            return ()
        try:
            return cohorts(self._session.workspace.dataset(subject.dataset))
        except AetheronError:  # it went to the bin meanwhile
            return ()

    def _on_rows(self, found: ViewMade) -> None:
        if self._wanted is not None:
            self._analysis.limit_to(self._wanted, found.order_in(self._session.workspace.root))

    def _on_end(self, end: JobEnded) -> None:
        self._job = ""
        if end.outcome == "succeeded":
            return
        self._on_settled()
        if end.outcome != "stopped":
            self._session.noticed.emit(Notice("error", end.title, end.detail, end.hint))

    def _show(self) -> None:
        subject, cohort = self._analysis.subject, self._analysis.cohort
        shown = self._wanted or cohort
        self.setVisible(subject is not None and subject.has_dataset)
        self.setText(f"{shortened(shown.name, _LONGEST)}{'…' if self._wanted else ''}" if shown is not None else _ALL)
        self.setToolTip(
            plain_tip(shown.condition) if shown is not None else "All test rows, or those of a cohort alone"
        )
