"""What a trained model did on its test rows: scores, decisions, ranking, certainty; one threshold, one selection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from aetheron_desktop.engine.jobs.progress import RunState
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.dialogs import palette_offers
from aetheron_desktop.ui.dialogs.palette import Palette
from aetheron_desktop.ui.item_models.tips import plain_tip, shortened
from aetheron_desktop.ui.widgets.analysis.analysis import Analysis
from aetheron_desktop.ui.widgets.analysis.cohort_choice import CohortChoice
from aetheron_desktop.ui.widgets.analysis.focus_bar import FocusBar
from aetheron_desktop.ui.widgets.analysis.selection_bar import SelectionBar
from aetheron_desktop.ui.widgets.analysis.threshold_bar import ThresholdBar
from aetheron_desktop.ui.widgets.analysis.threshold_store import ThresholdStore
from aetheron_desktop.ui.widgets.elided import ElidedLabel
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.failures.report_writer import ReportWriter
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from aetheron_desktop.engine.errors import AetheronError
    from aetheron_desktop.engine.versioning.subjects import Subject
    from aetheron_desktop.ui.session import Session
    from aetheron_desktop.ui.widgets.whole_board import WholeBoard

_LONGEST: Final = 48
_ENDED: Final = {"succeeded", "stopped"}
_SAME: Final = 5e-5
"""Thresholds that differ by less are written alike, and stored alike."""


class AnalyzeTab(QWidget):
    """Shows one run or version; ``rows_wanted`` asks for rows of a dataset in the grid."""

    rows_wanted = Signal(str, object)  # dataset id, rows

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        named(self, "analyze_tab", "Analyze")
        self.analysis = Analysis(session.workspace, self)
        self._store = ThresholdStore(session, self)
        self._asked: tuple[str, str] = ("", "")
        """What is looked at: the run, or the model and its version."""
        self._is_chosen = False
        """Whether a person chose it; otherwise it is the best run of the open dataset."""
        self._palette: Palette | None = None
        self.board: WholeBoard | None = None
        self._build()
        self._connect()

    def _build(self) -> None:
        self._subject = pictured(
            named(QPushButton("Choose a run", self), "analysis_subject", "What is analyzed", "Choose another run"),
            "chevron-down",
            "muted",
        )
        self._subject.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        title = QLabel("Analyze", self)
        theme.mark(title, role="title")
        self.cohort_choice = CohortChoice(self._session, self.analysis, self)
        self._facts = named(ElidedLabel(self), "analysis_facts")
        theme.mark(self._facts, role="muted")
        self._report = named(QPushButton("Report…", self), "analysis_report", "Write a report", "One page, or a PDF")
        self._report.hide()
        self._writer = ReportWriter(self._session, self)
        self._notes = named(QLabel(self, wordWrap=True), "analysis_notes")
        theme.mark(self._notes, role="warning")
        self._notes.hide()
        head = QHBoxLayout()
        head.setSpacing(theme.GAP + 4)
        head.addWidget(title)
        head.addWidget(self._subject)
        head.addWidget(self.cohort_choice)
        head.addWidget(self._facts, 1, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self._report)
        self.threshold_bar = ThresholdBar(self)
        self.focus_bar = FocusBar(self)
        self.selection_bar = SelectionBar(self)
        self._empty = Empty("eye", self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.LOOSE, theme.WIDE, theme.LOOSE, theme.GAP)
        layout.setSpacing(theme.GAP)
        layout.addLayout(head)
        layout.addWidget(self._notes)
        bars = QHBoxLayout()
        bars.setSpacing(theme.GAP)
        bars.addWidget(self.focus_bar)
        bars.addWidget(self.threshold_bar, 1)
        layout.addLayout(bars)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.selection_bar)
        self._show_nothing()

    def _connect(self) -> None:
        analysis, bar, session = self.analysis, self.threshold_bar, self._session
        session.dataset_opened.connect(self._on_dataset)
        session.run_changed.connect(self._on_run)
        session.models_changed.connect(self._show_choice)
        analysis.began.connect(self._on_began)
        analysis.opened.connect(self._on_opened)
        analysis.failed.connect(self._on_failed)
        analysis.changed.connect(self._on_changed)
        analysis.cohort_changed.connect(self._on_cohort)
        self.cohort_choice.new_wanted.connect(self._ask_cohort)
        analysis.threshold_changed.connect(self._show_threshold)
        analysis.selected.connect(self._show_selection)
        analysis.focus_changed.connect(self._show_focus)
        self._subject.clicked.connect(self.choose)
        bar.moved.connect(analysis.move_to)
        bar.reset_wanted.connect(lambda: analysis.move_to(analysis.stored))
        bar.goal_wanted.connect(analysis.move_to_best)
        bar.apply_wanted.connect(self._apply)
        bar.undo_wanted.connect(self._undo)
        self.focus_bar.chosen.connect(analysis.look_at)
        self.selection_bar.clear_wanted.connect(lambda: analysis.select(None))
        self.selection_bar.grid_wanted.connect(self._show_in_grid)
        self._store.changed.connect(self._show_threshold)
        self._store.stored.connect(analysis.follow)
        self._report.clicked.connect(self._write_report)
        self._writer.changed.connect(self._show_report)
        clear = QShortcut(QKeySequence("Esc"), self, lambda: analysis.select(None))
        clear.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    # -- what is looked at --------------------------------------------------------------------------------------------

    def show_run(self, run: str) -> None:
        """Analyze a run."""
        self._is_chosen = True
        self._open(run, "")

    def show_version(self, model: str, version: str = "") -> None:
        """Analyze a version of a model, the current one by default."""
        self._is_chosen = True
        self._open(model, version or "current")

    def choose(self) -> None:
        """Let it be chosen what is analyzed."""
        if self._palette is None:
            self._palette = Palette(self.window())
        entries = palette_offers.analyses(self._session, self.show_run, self.show_version)
        self._palette.open_with(entries, "Choose a run or a version of a model")

    def _open(self, what: str, version: str) -> None:
        self._asked = (what, version)
        if version:
            self.analysis.open_version(what, version)
        else:
            self.analysis.open_run(what)

    def _open_best(self) -> None:
        """Analyze the best run of the open dataset, or the newest of all, unless a person has chosen."""
        if self._is_chosen:
            return
        best = self._best()
        if best is None:
            self._asked = ("", "")
            self.analysis.close()
            self._show_nothing()
        elif self._asked != (best.id, ""):
            self._open(best.id, "")

    def _best(self) -> RunState | None:
        session = self._session
        ended = [run for run in session.runs.values() if run.status in _ENDED and run.model]
        opened = session.dataset.info.id if session.dataset is not None else ""
        here = [run for run in ended if run.dataset == opened]
        asked = [run for run in here if run.target == session.target and run.task == session.task]
        best = RunState.best(asked or here)
        return best or max(here or ended, key=lambda run: run.ended or 0.0, default=None)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._open_best()

    def _on_dataset(self) -> None:
        opened, subject = self._session.dataset, self.analysis.subject
        if opened is not None and subject is not None and subject.dataset == opened.info.id:
            return  # it is the table of what is looked at, opened to show rows of it
        self._is_chosen = False
        if self.isVisible():
            self._open_best()

    def _on_run(self, run: str) -> None:
        state = self._session.runs.get(run)
        if self.isVisible() and not self._asked[0] and state is not None and state.status in _ENDED:
            self._open_best()

    # -- what is shown ------------------------------------------------------------------------------------------------

    def _show_nothing(self) -> None:
        self._ask_no_more()
        self._show_bars(is_there=False)
        self._facts.clear()
        self._notes.hide()
        going = any(run.is_going for run in self._session.runs.values())
        if going:
            self._say("A model is still being trained", "When the run has ended, it is analyzed here on its test rows.")
        else:
            self._say("Nothing to analyze yet", "Train a model: its predictions of the test rows are analyzed here.")
        self._show_choice()

    def _say(self, title: str, text: str) -> None:
        self._empty.show_words(title, text)
        self._stack.setCurrentWidget(self._empty)

    def _show_choice(self) -> None:
        subject = self.analysis.subject
        title = subject.title if subject is not None else "Choose a run"
        self._subject.setText(shortened(title, _LONGEST))
        self._subject.setToolTip(plain_tip(title) if subject is not None else "")
        self._subject.setAccessibleDescription(title)
        self._subject.setVisible(any(run.model for run in self._session.runs.values()) or bool(self._asked[0]))

    def _show_bars(self, *, is_there: bool) -> None:
        self._report.hide()
        evidence = self.analysis.evidence
        task = evidence.predictions.task if is_there and evidence is not None else ""
        self.threshold_bar.setVisible(task in {"binary", "multiclass"})
        self.threshold_bar.show_kind(is_stored=task == "binary")
        self.focus_bar.setVisible(task == "multiclass")
        if not is_there:
            self.selection_bar.hide()

    def _ask_no_more(self) -> None:
        """Withdraw what workers were asked about a subject that is looked at no more."""
        if self.board is not None:
            self.board.cancel()

    def _on_began(self) -> None:
        if self.board is not None:
            self.board.failures.cancel()
        self._show_bars(is_there=False)
        self._facts.setText("Reading the predictions…")
        self._notes.hide()

    def _on_failed(self, error: AetheronError) -> None:
        if self.analysis.evidence is not None:
            self._session.tell(error)
            return
        self._ask_no_more()
        self._facts.clear()
        self._show_bars(is_there=False)
        self._say(error.title, f"{error.detail} {error.hint}".strip())
        self._show_choice()

    def _on_opened(self) -> None:
        # numpy, which the reading thread has loaded
        from aetheron_desktop.engine.evaluation.evidence import GOALS
        from aetheron_desktop.ui.widgets.whole_board import WholeBoard

        evidence = self.analysis.evidence
        assert evidence is not None
        found = evidence.predictions
        if self.board is None or self.board.task != found.task:
            if self.board is not None:
                self.board.cancel()
                self._stack.removeWidget(self.board)
                self.board.deleteLater()
            self.board = WholeBoard(self._session, self.analysis, found.task, self)
            self.board.failed.connect(self._session.tell)
            self.board.rows_wanted.connect(self.rows_wanted)
            self._stack.addWidget(self.board)
            self.setFocusProxy(self.board)
        self._stack.setCurrentWidget(self.board)
        if found.task == "multiclass":
            self.focus_bar.show_classes(found.classes, self.analysis.focus)
        self.threshold_bar.show_goals(GOALS)
        self._show_bars(is_there=True)
        self._on_cohort()

    def _on_changed(self) -> None:
        """Show the version that decides now; where the one before failed is not where it does."""
        self._show_subject()
        if self.board is not None:
            self.board.failures.show_subject()

    def _on_cohort(self) -> None:
        """Show everything of the rows that it is of now."""
        assert self.board is not None
        self._show_subject()
        self._show_selection()
        self.board.show_evidence()
        self.board.failures.show_subject()

    def _ask_cohort(self) -> None:
        if self.board is not None:
            self.board.failures.cohorts.ask_condition()

    def _show_subject(self) -> None:
        subject, evidence = self.analysis.subject, self.analysis.evidence
        if subject is None or evidence is None:
            return
        self._show_choice()
        self._show_report()
        words = self.analysis.part_words()
        self._facts.setText(words)
        self._facts.setToolTip(words)
        notes = self.analysis.notes()
        self._notes.setText("  ".join(notes))
        self._notes.setVisible(bool(notes))
        if self.board is not None:
            self.board.show_subject()
        self._show_threshold()

    def _show_threshold(self) -> None:
        analysis, subject = self.analysis, self.analysis.subject
        if analysis.evidence is None or not analysis.evidence.predictions.classes:
            return
        self.threshold_bar.show_threshold(analysis.threshold, analysis.threshold_words())
        self.threshold_bar.show_model(
            is_moved=abs(analysis.threshold - analysis.stored) >= _SAME,
            why_not=self._store.why_not(subject),
            can_undo=subject is not None and self._store.can_undo(subject.model),
            is_busy=self._store.is_busy,
        )

    def _show_focus(self) -> None:
        evidence = self.analysis.evidence
        if evidence is not None:
            self.focus_bar.show_classes(evidence.predictions.classes, self.analysis.focus)
            self._show_threshold()
            if self.board is not None:
                self.board.show_class()

    def _show_selection(self) -> None:
        selection, subject, evidence = self.analysis.selection, self.analysis.subject, self.analysis.evidence
        if selection is None or subject is None or evidence is None:
            self.selection_bar.hide()
            return
        self.selection_bar.show_selection(
            len(selection), len(evidence.predictions), selection.words, has_dataset=subject.has_dataset
        )
        if self.board is not None:
            self.board.show_selection()

    # -- what is wished -----------------------------------------------------------------------------------------------

    def _apply(self) -> None:
        subject: Subject | None = self.analysis.subject
        if subject is not None:
            self._store.apply(subject, self.analysis.threshold, self.analysis.reason_words())

    def _undo(self) -> None:
        if self.analysis.subject is not None:
            self._store.undo(self.analysis.subject)

    def _write_report(self) -> None:
        if self.analysis.subject is not None:
            self._writer.choose(self.analysis.subject)

    def _show_report(self) -> None:
        """Show whether a report can be written: of a model, one at a time."""
        subject = self.analysis.subject
        self._report.setVisible(subject is not None and bool(subject.model))
        self._report.setEnabled(not self._writer.is_busy)

    def _show_in_grid(self) -> None:
        selection, subject, evidence = self.analysis.selection, self.analysis.subject, self.analysis.evidence
        if selection is not None and subject is not None and evidence is not None:
            self.rows_wanted.emit(subject.dataset, evidence.predictions.rows[selection.places].tolist())
