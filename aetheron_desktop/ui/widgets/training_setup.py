"""What will be trained and how: the panel with the big button."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.limits import LEVEL
from aetheron_desktop.engine.evaluation.metrics import MEAN_COST
from aetheron_desktop.engine.training.experiment import Costs
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models import quantities
from aetheron_desktop.ui.widgets.auto_choice import NO_LIMIT, USUAL_S, AutoChoice
from aetheron_desktop.ui.widgets.estimator_picker import EstimatorPicker
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.param_form import ParamForm
from aetheron_desktop.ui.widgets.problem_card import ProblemCard
from aetheron_desktop.ui.widgets.training_request import (
    BUDGET,
    CLASS_WEIGHT,
    FALSE_ALARM,
    LEVEL_PERCENT,
    METRICS,
    MISS,
    OF_TASK,
    OPTIONS,
    PARALLEL,
    SEED,
    Plan,
    TrainChoice,
    TrainRequest,
)
from aetheron_desktop.ui.widgets.training_warning import TrainingWarning
from aetheron_desktop.ui.widgets.weight_picker import WeightPicker

if TYPE_CHECKING:
    from aetheron_desktop.engine.errors import AetheronError
    from aetheron_desktop.engine.params import Value

WIDTH = 320
_ENSEMBLE: Final = next((card for card in catalog.ALL if card.ensemble), None)
"""What is offered to be trained without choosing anything."""
TASKS: dict[str, str] = {"binary": "two classes", "multiclass": "several classes", "regression": "a number"}


class TrainingSetup(QFrame):
    """Shows a :class:`Plan`, asks with ``train_wanted`` for a :class:`TrainRequest`."""

    train_wanted = Signal(object)
    parallel_wanted = Signal(int)
    changed = Signal()
    choice_changed = Signal(object)  # TrainChoice

    features_wanted = Signal()
    trust_wanted = Signal()
    costs_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plan = Plan()
        self.setObjectName("training_setup")
        theme.mark(self, role="panel")
        self.setFixedWidth(WIDTH)
        self._build()
        self._connect()
        self.show_plan(self._plan)

    def _build(self) -> None:
        inner = QWidget(self)
        theme.mark(inner, role="scrolled")
        column = QVBoxLayout(inner)
        column.setContentsMargins(theme.WIDE, theme.WIDE, theme.WIDE, theme.WIDE)
        column.setSpacing(theme.WIDE)
        column.addWidget(self._make_summary())
        column.addLayout(self._make_choice())
        column.addWidget(_rule(self))
        self.options = ParamForm(OPTIONS, "training", self)
        column.addWidget(self.options)
        column.addLayout(self._make_weight())
        column.addStretch()
        self._scroll = named(QScrollArea(self, widgetResizable=True), "training_setup_scroll")
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(inner)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(_rule(self))
        layout.addLayout(self._make_foot())

    def _make_summary(self) -> QWidget:
        box = QWidget(self)
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        self._facts: dict[str, QLabel] = {}
        self._words: dict[str, QLabel] = {}
        for line, (key, word) in enumerate(
            (
                ("dataset", "Data"),
                ("target", "Predict"),
                ("task", "Task"),
                ("split", "Split"),
                ("findings", "Trust"),
                ("features", "Features"),
                ("costs", "Errors"),
            )
        ):
            label = QLabel(word, box)
            theme.mark(label, role="muted")
            value = named(QLabel(box, wordWrap=True, textFormat=Qt.TextFormat.PlainText), f"plan_{key}")
            theme.mark(value, role="strong" if key == "target" else "")
            grid.addWidget(label, line, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, line, 1)
            self._facts[key] = value
            self._words[key] = label
        self._features = named(
            QPushButton("Features…", box),
            "choose_features",
            "Choose what is made of the columns",
            "See what is made of each column before models see it, and choose it",
        )
        self._trust = named(
            QPushButton("Check and split…", box),
            "go_to_trust",
            "Check the data, and choose the split",
            "Look for what would harm a model, and choose how rows are parted: by groups, by time, at random",
        )
        links = QHBoxLayout()
        links.setSpacing(theme.GAP)
        for link in (self._features, self._trust):
            theme.mark(link, role="link")
            links.addWidget(link)
        links.addStretch(1)
        grid.addLayout(links, grid.rowCount(), 0, 1, 2)
        self._costs = named(
            QPushButton("Costs of errors…", box),
            "choose_costs",
            "Say what errors cost",
            "Say what it costs to take one class for another; the class that is expected to cost least is predicted",
        )
        theme.mark(self._costs, role="link")
        grid.addWidget(self._costs, grid.rowCount(), 0, 1, 2, Qt.AlignmentFlag.AlignLeft)
        return box

    def _make_choice(self) -> QVBoxLayout:
        help_ = "Train the best model in the time that you have"
        self._automatic = named(QPushButton("Auto", self), "choose_automatic", "Auto", help_)
        help_ = "Choose estimators and set their parameters"
        self._own = named(QPushButton("Choose estimators", self), "choose_own", "Choose estimators", help_)
        self._modes = QButtonGroup(self)
        modes = QHBoxLayout()
        modes.setSpacing(theme.GAP)
        for button, stretch in ((self._automatic, 2), (self._own, 3)):
            theme.mark(button, role="chip")
            button.setCheckable(True)
            self._modes.addButton(button)
            modes.addWidget(button, stretch)
        self.picker = EstimatorPicker(self)
        column = QVBoxLayout()
        column.setSpacing(theme.GAP + theme.TIGHT)
        heading = QLabel("What to train", self)
        theme.mark(heading, role="heading")
        column.addWidget(heading)
        column.addLayout(modes)
        self.auto = AutoChoice(_ENSEMBLE, self) if _ENSEMBLE is not None else None
        if self.auto is not None:
            column.addWidget(self.auto)
        column.addWidget(self.picker)
        self._automatic.setVisible(self.auto is not None)
        (self._own if self.auto is None else self._automatic).setChecked(True)
        return column

    def _make_weight(self) -> QVBoxLayout:
        self.weight = WeightPicker(self)
        self._weight_word = QLabel("Row weights", self)
        self._weight_word.setBuddy(self.weight)
        column = QVBoxLayout()
        column.setSpacing(theme.TIGHT)
        column.addWidget(self._weight_word)
        column.addWidget(self.weight)
        return column

    def _make_foot(self) -> QVBoxLayout:
        self._problem = ProblemCard(self)
        self._problem.setObjectName("training_refused")
        self._reason = named(QLabel(self, wordWrap=True, textFormat=Qt.TextFormat.PlainText), "training_reason")
        theme.mark(self._reason, role="caption")
        self._forecast = named(QLabel(self, wordWrap=True, textFormat=Qt.TextFormat.PlainText), "training_forecast")
        theme.mark(self._forecast, role="caption")
        self.button = named(QPushButton("Train", self), "train", "Train", "Start training (Ctrl+R)")
        pictured(self.button, "train", "accent.on", 18)
        self.button.setMinimumHeight(40)
        theme.mark(self.button, role="primary")
        foot = QVBoxLayout()
        foot.setContentsMargins(theme.WIDE, theme.GAP + theme.TIGHT, theme.WIDE, theme.WIDE)
        foot.setSpacing(theme.GAP)
        self.warning = TrainingWarning(self)
        for widget in (self.warning, self._problem, self._reason, self._forecast, self.button):
            foot.addWidget(widget)
        return foot

    def _connect(self) -> None:
        self._modes.buttonToggled.connect(self._on_changed)
        self._modes.buttonToggled.connect(self._tell_choice)
        self.picker.changed.connect(self._on_changed)
        self.picker.changed.connect(self._tell_choice)
        if self.auto is not None:
            self.auto.changed.connect(self._on_changed)
            self.auto.changed.connect(self._tell_choice)
        self.options.changed.connect(self._on_changed)
        self.options.fields[PARALLEL.name].changed.connect(self._on_parallel)
        self.button.clicked.connect(self.ask)
        self._features.clicked.connect(self.features_wanted)
        self._trust.clicked.connect(self.trust_wanted)
        self._costs.clicked.connect(self.costs_wanted)

    @property
    def is_automatic(self) -> bool:
        """Whether nothing is chosen but the time."""
        return bool(self._automatic.isChecked())

    @property
    def obstacle(self) -> str:
        """Why training cannot start; empty when it can."""
        if not self._plan.dataset:
            return "Open a dataset first: drop a file on the window."
        if not self._plan.target or self._plan.task is None:
            return "Choose the column to predict on the Data tab."
        if not self._plan.features:
            return "Every column is left out; take at least one in on the Data tab."
        return self._refusal

    @property
    def _refusal(self) -> str:
        """Why what is set is refused, of what can be seen."""
        if self.is_automatic and self.auto is not None:
            others = [field for name, field in self.options.fields.items() if name != BUDGET.name]
            return self.auto.error or next((field.error for field in others if field.error), "")
        return self.picker.error or self.options.error

    @property
    def choice(self) -> TrainChoice:
        """What is to be remembered.

        Raises:
            UsageError: the time is refused.
        """
        seconds = self.auto.seconds if self.auto is not None else USUAL_S
        return TrainChoice("auto" if self.is_automatic else "own", seconds, tuple(self.picker.ticked()))

    def show_choice(self, choice: TrainChoice) -> None:
        """Choose what was chosen in an earlier session."""
        with QSignalBlocker(self):
            self.picker.want(choice.estimators)
            if self.auto is not None:
                self.auto.show_seconds(choice.seconds)
            (self._automatic if choice.mode == "auto" and self.auto is not None else self._own).setChecked(True)

    def show_plan(self, plan: Plan) -> None:
        """Show what there is to train on."""
        if plan.balanced and not self._plan.balanced:
            self.options.fields[CLASS_WEIGHT.name].set_value("balanced")
        self._plan = plan
        size = f"{quantities.count(plan.rows)} rows, {quantities.count(plan.features)} columns"
        self._facts["dataset"].setText(f"{plan.dataset}\n{size}" if plan.dataset else "none is open")
        self._facts["target"].setText(plan.target or "not chosen")
        self._facts["task"].setText(TASKS.get(plan.task or "", "follows from the target"))
        self._facts["split"].setText(plan.split or "60, 20 and 20 % at random")
        self._facts["findings"].setText(plan.findings or "not checked yet")
        self._facts["features"].setText(_listed(plan.treatments, "automatic"))
        has_costs = plan.task == "multiclass" and bool(plan.target)
        for widget in (self._facts["costs"], self._words["costs"], self._costs):
            widget.setVisible(has_costs)
        self._facts["costs"].setText(_listed(plan.costs, "each costs the same"))
        self.weight.show_columns(plan.weights, plan.weight)
        self.weight.setVisible(bool(plan.weights))
        self._weight_word.setVisible(bool(plan.weights))
        self._features.setEnabled(bool(plan.dataset and plan.features))
        self._trust.setEnabled(bool(plan.dataset and plan.target))
        for name, tasks in OF_TASK.items():
            self.options.allow(name, allowed=plan.task in tasks)
        self.picker.show_task(plan.task)
        if self.auto is not None:
            self.auto.show_task(plan.task)
        self._problem.show_words("", "", "")
        self._on_changed()

    def show_parallel(self, limit: int) -> None:
        """Show how many runs go at the same time."""
        self.options.fields[PARALLEL.name].set_value(limit)

    def show_refusal(self, error: AetheronError) -> None:
        """Say in place why what was asked for cannot be trained."""
        self._problem.show_words(error.title, error.detail, error.hint)

    def ask(self) -> None:
        """Ask for a training with what is set; without effect while something stands against it."""
        if self.obstacle:
            return
        self._problem.show_words("", "", "")
        self.train_wanted.emit(self.request())

    def request(self) -> TrainRequest:
        """Give what is set; only while nothing stands against it."""
        return self._request_ensemble() if self.is_automatic else self._request_chosen()

    def _request_ensemble(self) -> TrainRequest:
        assert self.auto is not None
        card, params, seconds = self.auto.card, self.auto.params(), self.auto.seconds
        budget_s = None if seconds == NO_LIMIT else float(seconds)
        return self._request((card.id,), {card.id: params} if params else {}, budget_s)

    def _request_chosen(self) -> TrainRequest:
        budget_s = cast("float | None", self.options.fields[BUDGET.name].value)
        return self._request(tuple(self.picker.estimators()), self.picker.params(), budget_s)

    def _request(
        self, estimators: tuple[str, ...], params: dict[str, dict[str, Value]], budget_s: float | None
    ) -> TrainRequest:
        values = {name: field.value for name, field in self.options.fields.items() if name != BUDGET.name}
        task = self._plan.task
        costs = Costs(false_alarm=_number(values, FALSE_ALARM.name), miss=_number(values, MISS.name))
        return TrainRequest(
            estimators=estimators,
            params=params,
            budget_s=budget_s,
            class_weight="balanced" if self._wants_balance(values) else "none",
            seed=int(values.get(SEED.name) or 0),
            level=_level(values),
            metric=self.judged_by,
            costs=costs if task == "binary" and costs.false_alarm != costs.miss else None,
        )

    @property
    def judged_by(self) -> str:
        """The metric that runs are judged by; empty for the usual one of the task."""
        if self._plan.task is None:
            return ""
        chosen = self.options.fields[METRICS[self._plan.task].name]
        if chosen.is_default and self._plan.costs and self._plan.task == "multiclass":
            return MEAN_COST  # as a training with costs is
        return "" if chosen.is_default else str(chosen.value)

    def show_forecast(self, words: str, each: str = "") -> None:
        """Say what the training will take; ``each`` is a line for each estimator."""
        self._forecast.setText(words)
        self._forecast.setToolTip(each)
        self._forecast.setAccessibleDescription(each)
        self._forecast.setVisible(bool(words))

    def _wants_balance(self, values: dict[str, Value]) -> bool:
        return self._plan.task != "regression" and values.get(CLASS_WEIGHT.name) == "balanced"

    def _on_changed(self) -> None:
        if not self.is_automatic:
            self.picker.fill()
        if self.auto is not None:
            self.auto.setVisible(self.is_automatic)
        self.picker.setVisible(not self.is_automatic)
        self.options.allow(BUDGET.name, allowed=not self.is_automatic)
        self._problem.show_words("", "", "")
        obstacle = self.obstacle
        self._reason.setText(obstacle)
        self._reason.setVisible(bool(obstacle))
        self.button.setEnabled(not obstacle)
        self.button.setToolTip(obstacle or "Start training (Ctrl+R)")
        self.button.setAccessibleDescription(obstacle)
        self.changed.emit()

    def _tell_choice(self) -> None:
        if self.auto is None or not self.auto.error:
            self.choice_changed.emit(self.choice)

    def _on_parallel(self) -> None:
        parallel = self.options.fields[PARALLEL.name]
        if not parallel.error:
            self.parallel_wanted.emit(int(parallel.value or 1))


def _number(values: dict[str, Value], name: str) -> float:
    return float(values.get(name) or 1.0)


def _level(values: dict[str, Value]) -> float:
    return int(values.get(LEVEL_PERCENT.name) or round(100 * LEVEL)) / 100.0


def _listed(told: tuple[str, ...], nothing: str) -> str:
    if not told:
        return nothing
    more = f", and {len(told) - 3:,} more" if len(told) > 3 else ""
    return f"{', '.join(told[:3])}{more}"


def _rule(parent: QWidget) -> QFrame:
    rule = QFrame(parent)
    theme.mark(rule, role="line")
    return rule
