"""What is shown of the chosen runs: who fills the views beside each other, and whom they ask for it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

from aetheron_desktop.engine.comparing.cohorts import CohortRows, names_of
from aetheron_desktop.engine.comparing.evidence import MOST_RUNS, RunRanking, RunVerdict
from aetheron_desktop.engine.comparing.foreign import PREFIX
from aetheron_desktop.engine.comparing.importances import RunImportances
from aetheron_desktop.engine.comparing.questions import (
    CohortRowsQuestion,
    DifferingQuestion,
    ImportancesQuestion,
    TimingQuestion,
    VerdictQuestion,
)
from aetheron_desktop.ui.errand import Errand
from aetheron_desktop.ui.messages import Notice
from aetheron_desktop.ui.widgets.comparison.beside import OF_TEST_ROWS
from aetheron_desktop.ui.widgets.curves.curve_legend import ShownRun

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.comparing.differing import RunDifference
    from aetheron_desktop.engine.comparing.questions import Question
    from aetheron_desktop.engine.comparing.timing import PredictionsTimed
    from aetheron_desktop.engine.events import JobEnded
    from aetheron_desktop.ui.comparison import Comparison
    from aetheron_desktop.ui.session import Session
    from aetheron_desktop.ui.widgets.comparison.beside import Beside
    from aetheron_desktop.ui.widgets.comparison.board import Board
    from aetheron_desktop.ui.widgets.comparison.sweep_view import SweepView

_ASK_MS: Final = 250
"""So long a choice is to stand before a worker is asked about it."""
_FOREIGN: Final = "Of runs of other programs neither plan nor test predictions are here"


class ChosenRuns(QObject):
    """Follows what is chosen on the board; fills the view in front, and no other."""

    def __init__(
        self, session: Session, comparison: Comparison, board: Board, beside: Beside, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._comparison, self._board, self._beside = session, comparison, board, beside
        self._runs: tuple[str, ...] = ()
        """Of two, the second is held against the first."""
        self._answered: dict[str, tuple[str, ...]] = {}
        """Of which runs each view has its answer, or waits for it."""
        self._asked = self._asked_for = ""
        """The question that goes on, and the view that waits for its answer."""
        self._verdict: RunVerdict | RunRanking | None = None
        self._wait = QTimer(self, singleShot=True, interval=_ASK_MS)
        self._wait.timeout.connect(self._ask_front)
        board.selection_changed.connect(self._on_chosen)
        beside.shown.connect(lambda _: self._show_front())
        beside.cohort_chosen.connect(self._on_cohort)
        beside.verdict.swapped.connect(self._swap)
        beside.trade.timing_wanted.connect(self._time)
        beside.trade.run_chosen.connect(lambda run: board.choose([run]))
        beside.plots.failed.connect(session.tell)
        beside.sweep_made.connect(self._on_sweep)
        board.model.arranged.connect(self.draw_all)
        beside.curves.failed.connect(session.tell)
        beside.curves.history_wanted.connect(self._read_history)
        beside.curves.series_changed.connect(self._show_series)
        beside.curves.smooth(comparison.views.smoothing)
        beside.curves.smoothing_chosen.connect(comparison.smooth)
        session.run_events.connect(beside.curves.add)

    @property
    def verdict(self) -> RunVerdict | RunRanking | None:
        """What is said of the runs that are chosen now; None while that is not known."""
        return self._verdict

    def show_again(self) -> None:
        """Show what there is now of all runs: some came, went or changed."""
        if not self._runs:
            self._show_front()

    def draw_all(self) -> None:
        """Draw the runs that the board shows now, where all of them are drawn and somebody looks."""
        if self._is_of_all_runs and self._beside.isVisible():
            self._show_front()

    @property
    def _is_of_all_runs(self) -> bool:
        """Whether the view in front draws all runs that the board shows, and marks the chosen ones."""
        view = self._beside.view
        return view == "trade" or (view == "sweep" and self._beside.sweep.kind != "importance")

    def _on_sweep(self, sweep: SweepView) -> None:
        sweep.failed.connect(self._session.tell)
        sweep.runs_chosen.connect(self._board.choose)
        sweep.kind_changed.connect(self._show_front)
        sweep.tint_chosen.connect(self._board.show_tint)
        sweep.choose(frozenset(self._runs))

    # -- what is chosen -----------------------------------------------------------------------------------------------

    def _on_chosen(self, chosen: list[str]) -> None:
        """Show the chosen runs a moment after they were chosen; the one chosen first is A."""
        rows = {run: self._comparison.table.row(run) for run in reversed(chosen)}
        runs = tuple(run for run, row in rows.items() if row is not None)
        self._beside.trade.chart.choose(frozenset(runs))
        if self._beside.has_sweep:
            self._beside.sweep.choose(frozenset(runs))
        if runs == self._runs:
            return
        self._turn_to(runs)
        datasets = [row.dataset_id for row in rows.values() if row is not None and not row.source]
        workspace = self._session.workspace
        errand = Errand(lambda: names_of(workspace, datasets), self)
        errand.done.connect(partial(self._on_cohorts, runs))
        errand.failed.connect(self._session.tell)
        errand.start()

    def _swap(self) -> None:
        self._turn_to(self._runs[::-1])

    def _turn_to(self, runs: tuple[str, ...]) -> None:
        self._withdraw()
        self._runs, self._verdict = runs, None
        self._answered.clear()
        if not self._is_of_all_runs:
            self._show_front()

    def _on_cohorts(self, runs: tuple[str, ...], names: tuple[str, ...]) -> None:
        """Offer the cohorts of ``runs``; where the chosen one is none of theirs, they are compared on all test rows."""
        if runs != self._runs:
            return
        before = self._beside.cohort
        self._beside.offer_cohorts(names)
        if self._beside.cohort != before:
            self._on_cohort()

    def _on_cohort(self) -> None:
        if self._asked_for in OF_TEST_ROWS:
            self._withdraw()
        self._verdict = None
        for view in OF_TEST_ROWS:
            self._answered.pop(view, None)
        self._show_front()

    @property
    def _is_comparable(self) -> bool:
        """Whether a worker can be asked about the chosen runs."""
        return 2 <= len(self._runs) <= MOST_RUNS and not any(run.startswith(PREFIX) for run in self._runs)

    # -- what is shown ------------------------------------------------------------------------------------------------

    def _show_front(self) -> None:
        """Fill the view in front, unless it has what it shows."""
        beside, view, runs = self._beside, self._beside.view, self._runs
        if self._is_of_all_runs:
            self._board.show_series({})  # colours stand for something else there
        if view == "trade":
            beside.trade.show_runs(self._comparison.table, self._board.model.shown_places())
        elif self._is_of_all_runs:
            looked = self._board.view
            beside.sweep.show_runs(self._comparison.table, self._board.model.shown_places(), looked.axes, looked.tint)
        elif self._answered.get(view) == runs:
            self._show_series()
        elif view == "curves":
            self._answered[view] = runs
            self._show_curves()
        elif not self._is_comparable:
            self._say_why_not()
        elif view == "plots" and not beside.cohort:
            self._answered[view] = runs
            self._show_plots()
        else:
            if view == "verdict":
                beside.verdict.show_waiting(self._words(runs))
            elif view == "plots":
                beside.plots.show_nothing(f"Finding the rows of “{beside.cohort}” …")
            elif view == "sweep":
                beside.sweep.show_nothing("Reading what was stored with the models …")
            self._wait.start()

    def _say_why_not(self) -> None:
        beside = self._beside
        if any(run.startswith(PREFIX) for run in self._runs):
            beside.verdict.show_nothing(f"{_FOREIGN}: which is better cannot be told. Choose runs of your own.")
            beside.differing.show_nothing(f"{_FOREIGN}. Their parameters are columns of the leaderboard.")
            beside.plots.show_nothing(f"{_FOREIGN}: there is nothing to draw. Choose runs of your own.")
            self._show_no_importance(f"{_FOREIGN}. Choose runs of your own.")
            return
        words = f"Choose two to {MOST_RUNS} runs with Ctrl and a click"
        beside.verdict.show_nothing(f"{words} to see which is better, and what that stands on.")
        beside.differing.show_nothing(f"{words} to see what differs between them.")
        beside.plots.show_nothing(f"{words} to see their plots beside each other.")
        self._show_no_importance(f"{words} to see what their models lean on.")

    def _show_no_importance(self, words: str) -> None:
        if self._beside.has_sweep and self._beside.sweep.kind == "importance":
            self._beside.sweep.show_nothing(words)

    def _show_curves(self) -> None:
        """Show the curves of the chosen runs, each in a colour that the board shows too."""
        shown = self._runs[:MOST_RUNS]
        self._beside.curves.load()
        self._beside.curves.show_runs([self._shown_run(run, place) for place, run in enumerate(shown)])
        self._show_series()

    def _show_plots(self, inside: CohortRows | None = None) -> None:
        """Show the plots of the chosen runs, each in a colour that the board shows too; of a cohort, if one is told."""
        series = {run: place for place, run in enumerate(self._runs)}
        paths = {run: self._session.workspace.run_folder(run) / "predictions.parquet" for run in series}
        only: dict[str, Sequence[int]] | None = None
        if inside is not None:
            rows = ((run, self._comparison.table.row(run)) for run in series)
            only = {run: inside.rows.get(row.dataset_id, ()) for run, row in rows if row is not None}
        self._beside.plots.read(paths, {run: self._name(run) for run in series}, series, only)
        self._show_series()

    def _shown_run(self, run: str, series: int) -> ShownRun:
        row = self._comparison.table.row(run)
        if row is None:
            return ShownRun(run, run, series)
        return ShownRun(run, row.name, series, group=row.card.plan, group_name=row.estimator)

    def _show_series(self) -> None:
        """Show on the board in which colour each run is drawn in the view in front."""
        places = {run: place for place, run in enumerate(self._runs[:MOST_RUNS])}
        self._board.show_series(self._beside.curves.series if self._beside.view == "curves" else places)

    def _read_history(self, run: str) -> None:
        errand = Errand(lambda: self._session.history(run), self)
        errand.done.connect(lambda events: self._beside.curves.add_history(run, events))
        errand.failed.connect(self._session.tell)
        errand.start()

    def _words(self, runs: tuple[str, ...]) -> str:
        names = [self._name(run) for run in runs]
        return f"Is {names[1]} better than {names[0]}?" if len(runs) == 2 else f"Which of these {len(runs)} is best?"

    def _name(self, run: str) -> str:
        row = self._comparison.table.row(run)
        return row.name if row is not None else run

    # -- what a worker is asked ---------------------------------------------------------------------------------------

    def _ask_front(self) -> None:
        view, runs = self._beside.view, self._runs
        if not self._is_comparable or self._answered.get(view) == runs:
            return
        self._withdraw()
        self._answered[view], self._asked_for = runs, view
        self._asked = self._session.ask(self._question(view), self._on_answer, self._on_answer_end)

    def _question(self, view: str) -> Question:
        runs, cohort = self._runs, self._beside.cohort
        match view:
            case "verdict":
                return VerdictQuestion(runs=runs, cohort=cohort)
            case "plots":
                return CohortRowsQuestion(runs=runs, cohort=cohort)
            case "sweep":
                return ImportancesQuestion(runs=runs)
            case _:
                return DifferingQuestion(runs=runs)

    def _withdraw(self) -> None:
        """Ask no more; the view that waits has no answer then, and asks again when it is looked at."""
        if self._asked:
            self._session.withdraw(self._asked)
            self._answered.pop(self._asked_for, None)
        self._asked = ""

    def _on_answer(self, told: RunVerdict | RunRanking | RunDifference | CohortRows | RunImportances) -> None:
        match told:
            case RunVerdict():
                self._verdict = told
                self._beside.verdict.show_verdict(told)
            case RunRanking():
                self._verdict = told
                self._beside.verdict.show_ranking(told, {run: self._name(run) for run in told.runs})
            case CohortRows():
                self._show_plots(told)
            case RunImportances():
                self._beside.sweep.show_importances(told, {one.run: self._name(one.run) for one in told.runs})
            case _:
                self._beside.differing.show_difference(told, {run: self._name(run) for run in told.runs})

    def _on_answer_end(self, end: JobEnded) -> None:
        self._asked = ""
        if end.outcome in {"succeeded", "stopped"}:
            return
        words = f"{end.title}: {end.detail} {end.hint}".strip()
        match self._asked_for:
            case "verdict":
                self._beside.verdict.show_problem(words)
            case "plots":
                self._beside.plots.show_nothing(words)
            case "sweep":
                self._show_no_importance(words)
            case _:
                self._beside.differing.show_nothing(words)

    # -- how fast they predict ----------------------------------------------------------------------------------------

    def _time(self) -> None:
        """Have a worker measure how fast the chosen runs predict, or all that are shown where none is."""
        rows = self._comparison.table.rows
        shown = [rows[place].id for place in self._board.model.shown_places()]
        runs = tuple(run for run in (self._runs or shown) if (row := self._comparison.table.row(run)) and row.model)
        if runs:
            self._beside.trade.show_timing("Timing …")
            self._session.ask(TimingQuestion(runs=runs), self._on_timed, self._on_timing_end)

    def _on_timed(self, told: PredictionsTimed) -> None:
        if told.left_out:
            words = f"{len(told.left_out):,} could not be timed"
            self._session.noticed.emit(Notice("warning", words, told.left_out[0]))
        self._comparison.read()

    def _on_timing_end(self, _: JobEnded) -> None:
        self._beside.trade.show_timing("")
