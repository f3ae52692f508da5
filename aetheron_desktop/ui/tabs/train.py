"""Train: what will be trained, the runs side by side, and one run or a few in detail while they learn."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QWidget

from aetheron_desktop.engine.datasets.classes import classes_of
from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.engine.estimators.treatments import kind_of, label
from aetheron_desktop.engine.jobs.progress import log_lines
from aetheron_desktop.engine.training.experiment import is_weight
from aetheron_desktop.engine.training.forecast import in_all
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.dialogs.error_costs import MOST, ErrorCostsDialog
from aetheron_desktop.ui.dialogs.features import FeaturesDialog
from aetheron_desktop.ui.errand import Errand
from aetheron_desktop.ui.item_models.leaderboard import LeaderboardModel, estimator_name, is_ensemble
from aetheron_desktop.ui.item_models.members import judged_by
from aetheron_desktop.ui.messages import Notice
from aetheron_desktop.ui.widgets.curves.curve_legend import ShownRun
from aetheron_desktop.ui.widgets.leaderboard import Leaderboard
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.run_details import RunDetails
from aetheron_desktop.ui.widgets.training_request import Plan, TrainRequest
from aetheron_desktop.ui.widgets.training_setup import TrainingSetup

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QShowEvent

    from aetheron_desktop.engine.events import Event, MessageLogged
    from aetheron_desktop.ui.session import Session

_MOST_SHOWN = 12
_SERIES = 8
_REFRESH_MS = 250
_LOAD_DELAY_MS = 600
_KEPT = "kept before a training"


class TrainTab(QWidget):
    """The Train tab; the signals ask for what is shown elsewhere: a run's model, what it did, the trust report."""

    model_requested = Signal(str)
    analysis_requested = Signal(str)
    trust_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._orders: dict[str, int] = {}
        self._series: dict[str, int] = {}
        self._logs: dict[str, list[MessageLogged]] = {}
        self._asked: set[str] = set()
        self._watched: list[str] = []
        self._refresh = QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._load = QTimer(self, singleShot=True, interval=_LOAD_DELAY_MS)
        self.setObjectName("train_tab")
        self._build()
        self._connect()
        self._show_plan()
        self._show_runs()
        if session.dataset is not None:
            self._load.start()

    def _build(self) -> None:
        self.setup = TrainingSetup(self)
        self.model = LeaderboardModel(self._session, self)
        self.leaderboard = Leaderboard(self.model, self)
        self.run = RunDetails(self)
        self.curves = self.run.curves
        split = named(QSplitter(Qt.Orientation.Vertical, self, childrenCollapsible=False), "train_split")
        split.addWidget(self.leaderboard)
        split.addWidget(self.run)
        split.setStretchFactor(0, 0)
        split.setStretchFactor(1, 1)
        split.setSizes([236, 476])
        line = QFrame(self)
        theme.mark(line, role="side")
        line.setFixedWidth(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.setup)
        layout.addWidget(line)
        layout.addWidget(split, 1)

    def _connect(self) -> None:
        session = self._session
        session.dataset_opened.connect(self._on_dataset)
        session.target_changed.connect(self._show_plan)
        session.trust.changed.connect(self._show_plan)
        session.run_added.connect(self._on_run_added)
        session.run_changed.connect(self._on_run_changed)
        session.run_events.connect(self.curves.add)
        self.setFocusProxy(self.leaderboard)
        self.setup.train_wanted.connect(self._train)
        self.setup.parallel_wanted.connect(self._set_parallel)
        self.setup.changed.connect(self._show_forecast)
        self.setup.changed.connect(lambda: self.leaderboard.judge_by(self.setup.judged_by))
        self.setup.trust_wanted.connect(self.trust_requested)
        self.setup.warning.fix_wanted.connect(session.trust.fix)
        self.setup.warning.ignore_wanted.connect(lambda finding: session.trust.ignore(finding, _KEPT))
        session.forecasts_changed.connect(self._show_forecast)

        self.setup.features_wanted.connect(self._choose_features)
        self.setup.costs_wanted.connect(self._ask_for_classes)
        self.setup.weight.weight_chosen.connect(session.set_sample_weight)
        self.setup.show_parallel(session.parallel_limit)
        self.leaderboard.selection_changed.connect(self._on_selection)
        self.leaderboard.stop_wanted.connect(partial(self._each, session.stop))
        self.leaderboard.pause_wanted.connect(partial(self._each, session.pause))
        self.leaderboard.resume_wanted.connect(partial(self._each, session.resume))
        self.leaderboard.place_wanted.connect(self._move)
        self.leaderboard.model_wanted.connect(self._show_model)
        self.leaderboard.analysis_wanted.connect(self.analysis_requested)
        self.leaderboard.members_wanted.connect(self.run.bring_members)
        self.run.header.stop_wanted.connect(self.stop)
        self.run.header.pause_wanted.connect(self.toggle_pause)
        self.run.header.analysis_wanted.connect(self._analyze)
        self.run.header.model_wanted.connect(lambda: self._show_model(self.current))
        self.curves.history_wanted.connect(self._read_history)
        self.curves.failed.connect(self._tell)
        self._refresh.timeout.connect(self._on_refresh)
        self._load.timeout.connect(self.curves.load)

    # -- for the window's actions -------------------------------------------------------------------------------------

    @property
    def current(self) -> str | None:
        """The id of the run whose details are shown."""
        chosen = self.leaderboard.chosen
        return chosen[0] if chosen else None

    def train(self) -> None:
        """Do what the Train button does."""
        self.setup.ask()

    def stop(self) -> None:
        """Stop the chosen runs; each keeps its best so far."""
        self.leaderboard.stop_chosen()

    def toggle_pause(self) -> None:
        """Pause the chosen runs, or let them go on."""
        self.leaderboard.toggle_pause()

    # -- what is asked of the session ---------------------------------------------------------------------------------

    def _train(self, request: TrainRequest) -> None:
        try:
            started = self._session.train(
                request.estimators,
                request.params,
                budget_s=request.budget_s,
                class_weight=request.class_weight,
                seed=request.seed,
                level=request.level,
                metric=request.metric,
                costs=request.costs,
            )
        except AetheronError as error:
            self.setup.show_refusal(error)
            return
        self.curves.load()
        self.run.bring_live()
        self._watched = started
        self._watch(started[0])

    def _choose_features(self) -> None:
        session = self._session
        if session.dataset is None:
            return
        schema = session.dataset.info.schema
        columns = [schema.column(name) for name in session.features()]
        dialog = FeaturesDialog(columns, session.treatments, session.monotone, self)
        dialog.directed.connect(session.set_monotone)
        dialog.chosen.connect(session.set_treatments)
        dialog.open()

    def _ask_for_classes(self) -> None:
        """Read which classes there are; what errors among them cost is then asked."""
        dataset, target = self._session.dataset, self._session.target
        if dataset is None or target is None:
            return
        errand = Errand(lambda: classes_of(dataset, target, MOST), self)
        errand.done.connect(self._choose_costs)
        errand.failed.connect(self.setup.show_refusal)
        errand.start()

    def _choose_costs(self, classes: tuple[str, ...]) -> None:
        dialog = ErrorCostsDialog(classes, self._session.error_costs, self)
        dialog.chosen.connect(self._session.set_error_costs)
        dialog.open()

    def _watch(self, run: str) -> None:
        """Show ``run`` without taking it for the choice of a person."""
        watched, self._watched = self._watched, []
        self.leaderboard.choose([run])
        self._watched = watched

    def _watch_what_goes(self) -> None:
        """Show a run that goes on although nobody pressed Train here: it began before the window, or elsewhere."""
        going = [row.id for row in self.model.rows() if row.is_active]
        if going:
            self._watched = going
            self._watch(going[0])

    def _go_on_watching(self) -> None:
        """Until a person chooses a run: show the one that has begun when another has ended, and at last the best."""
        rows = [row for run in self._watched if (row := self.model.row(run)) is not None]
        current = next((row for row in rows if row.id == self.current), None)
        if current is None or (current.is_active and current.status not in {"queued", "postponed"}):
            return
        going = next((row for row in rows if row.is_active and row.status not in {"queued", "postponed"}), None)
        best = next((row for row in rows if row.is_best), None)
        if going is not None:
            self._watch(going.id)
        elif not any(row.is_active for row in rows):
            self._watched = []
            if best is not None:
                self.leaderboard.choose([best.id])

    def _set_parallel(self, limit: int) -> None:
        self._session.parallel_limit = limit

    def _each(self, ask: Callable[[str], None], runs: list[str]) -> None:
        for run in runs:
            ask(run)

    def _move(self, runs: list[str], is_first: bool) -> None:
        # One after the other: the first of them is to stay the first of them.
        for run in reversed(runs) if is_first else runs:
            self._session.move(run, 1 if is_first else len(self._session.runs))

    def _show_model(self, run: str | None) -> None:
        state = self._session.runs.get(run or "")
        if state is not None and state.model:
            self.model_requested.emit(state.model)

    def _analyze(self) -> None:
        if self.current is not None:
            self.analysis_requested.emit(self.current)

    def _read_history(self, run: str) -> None:
        if run in self._asked:
            return
        self._asked.add(run)
        errand = Errand(lambda: self._session.history(run), self)
        errand.done.connect(lambda events: self._on_history(run, events))
        errand.failed.connect(self._tell)
        errand.failed.connect(lambda: self._on_history(run, []))
        errand.start()

    # -- what is shown ------------------------------------------------------------------------------------------------

    def _show_plan(self) -> None:
        session = self._session
        if session.dataset is None:
            self.setup.show_plan(Plan())
            self.setup.warning.show_findings([])
            self.leaderboard.show_family(None)
            return
        info = session.dataset.info
        features = len(session.features())
        self.setup.show_plan(
            Plan(
                info.name,
                info.rows,
                features,
                session.target or "",
                session.task,
                split=session.trust.split_words,
                findings=session.trust.summary(),
                treatments=self._treatments(),
                costs=tuple(f"{one.actual} taken for {one.predicted}: {one.amount:g}" for one in session.error_costs),
                weights=tuple(
                    column.name for column in info.schema.columns if is_weight(column) and column.name != session.target
                ),
                weight=session.sample_weight,
                balanced=session.trust.weigh_classes,
            )
        )
        self.leaderboard.show_family((info.id, session.target or "", session.task or ""))
        if self.isVisible():
            session.trust.look()
        self.setup.warning.show_findings(session.trust.warnings())

    def _show_forecast(self) -> None:
        """Say what pressing Train would take."""
        if self.setup.obstacle:
            self.setup.show_forecast("")
            return
        request = self.setup.request()
        try:
            told = self._session.forecasts(request.estimators, request.params, budget_s=request.budget_s)
        except AetheronError as error:
            self.setup.show_forecast("")
            self.setup.show_refusal(error)
            return
        known = [one for _, one in told if one is not None]
        words = in_all(known, at_a_time=self._session.parallel_limit).words if known else ""
        if known and (unknown := list(dict.fromkeys(name for name, one in told if one is None))):
            words += f", and {', '.join(unknown)}, of which it is not known"
        lines = [f"{name}: {one.words if one else 'not measured yet'}" for name, one in told]
        each = "\n".join(dict.fromkeys(lines))  # the folds of an estimator take the same
        self.setup.show_forecast(f"{words[:1].upper()}{words[1:]}" if words else "", each)

    def _treatments(self) -> tuple[str, ...]:
        """Say what was chosen for the columns that are used."""
        assert self._session.dataset is not None
        kinds = {column.name: kind_of(column.type) for column in self._session.dataset.info.schema.columns}
        used = set(self._session.features())
        made = [
            f"{one.column}: {label(kinds[one.column], one.how).lower()}"
            for one in self._session.treatments
            if one.column in used
        ]
        return (*made, *(one.words for one in self._session.monotone if one.column in used))

    def _show_runs(self) -> None:
        """Show the curves of the chosen runs, or of those that were started together with the only one chosen."""
        self.run.setVisible(bool(self._session.runs))
        self._series = self._colours(self._runs_to_show())
        self.leaderboard.show_series(self._series)
        self._show_curves()
        self._show_current()

    def _show_curves(self) -> None:
        shown = [run for run in self._series if run in self._session.runs]
        names = self._names(shown)
        chosen = self.current if len(shown) > 1 else None
        self.curves.show_runs([self._shown_run(run, names[run], strong=run == chosen) for run in shown])

    def _shown_run(self, run: str, name: str, *, strong: bool) -> ShownRun:
        state = self._session.runs[run]
        if not is_ensemble(state.estimator):
            return ShownRun(run, name, self._series[run], strong)
        judged = judged_by(state.members) if state.members else ""
        return ShownRun(run, name, self._series[run], strong, "model", judged)

    def _names(self, shown: list[str]) -> dict[str, str]:
        """In the plots a run is called by its estimator, which is shorter, as long as that is enough."""
        runs = self._session.runs
        short = {run: estimator_name(runs[run].estimator) for run in shown}
        return short if len(set(short.values())) == len(short) else {run: runs[run].name for run in shown}

    def _runs_to_show(self) -> list[str]:
        runs = self._session.runs
        chosen = [run for run in self.leaderboard.chosen if run in runs]
        if len(chosen) != 1:
            return chosen[:_MOST_SHOWN]
        group = runs[chosen[0]].group
        together = [run.id for run in runs.values() if group and run.group == group]
        others = [run for run in together if run != chosen[0]][: _MOST_SHOWN - 1]
        return sorted([*chosen, *others], key=list(runs).index)

    def _colours(self, shown: list[str]) -> dict[str, int]:
        """Each run keeps the colour of its place in time, unless another one that is shown has it."""
        taken: dict[str, int] = {}
        for run in shown:
            wanted = self._orders.setdefault(run, len(self._orders)) % _SERIES
            free = [place for place in range(_SERIES) if place not in taken.values()]
            taken[run] = wanted if wanted in free or not free else free[0]
        return taken

    def _show_current(self) -> None:
        self.model.flush()
        run = self._session.runs.get(self.current or "")
        row = self.model.row(self.current or "")
        if run is None or row is None:
            self.run.show_nothing()
            return
        if not run.log and not row.is_active and run.id not in self._logs:
            self._read_history(run.id)
        self.run.show_run(run, row, run.log or self._logs.get(run.id, []))
        if row.is_ensemble:
            self._show_curves()

    # -- signals ------------------------------------------------------------------------------------------------------

    def _on_dataset(self, dataset: object) -> None:
        self._show_plan()
        if dataset is not None:
            self._load.start()

    def _on_run_added(self, run: str) -> None:
        self._orders.setdefault(run, len(self._orders))
        if self.isVisible():
            self._load.start()
        self.run.setVisible(True)
        if self.current is None:
            self._refresh.start()
        else:
            self._show_runs()

    def _on_run_changed(self, run: str) -> None:
        if (self.current is None or run == self.current or run in self._watched) and not self._refresh.isActive():
            self._refresh.start()

    def _on_refresh(self) -> None:
        self.model.flush()
        if self.current is None:
            self._watch_what_goes()
        self._go_on_watching()
        self._show_current()

    def _on_selection(self) -> None:
        self._watched = []
        self._show_runs()

    def _on_history(self, run: str, events: list[Event]) -> None:
        self._asked.discard(run)
        state = self._session.runs.get(run)
        if state is not None and not state.is_going:
            state.recall(events)
        self._logs[run] = log_lines(events)
        self.curves.add_history(run, events)
        if run == self.current:
            self._show_current()

    def _tell(self, error: AetheronError) -> None:
        self._session.noticed.emit(Notice("error", error.title, error.detail, error.hint))

    # -- keys ---------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        # Taken before the window's own shortcuts, so that the same keys may stand in its menus, and do the same there.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._wish(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        wish = self._wish(event)
        if wish is not None:
            wish()
        else:
            super().keyPressEvent(event)

    def _wish(self, event: QKeyEvent) -> Callable[[], None] | None:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier != Qt.KeyboardModifier.ControlModifier:
            return None
        match event.key():
            case Qt.Key.Key_R | Qt.Key.Key_Return | Qt.Key.Key_Enter:
                return self.train
            case Qt.Key.Key_Period:
                return self.stop
        return None

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._session.trust.look()
        if self._session.runs:
            self._load.start()
        if self.current is None:
            self.leaderboard.choose_best()
