"""One run: where it stands, what can be done with it, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.engine.evaluation.metrics import BASELINE, main_metric
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.item_models import quantities, score
from aetheron_desktop.ui.item_models.leaderboard import STATUS_ICONS, STATUS_WORDS
from aetheron_desktop.ui.item_models.members import judged_by
from aetheron_desktop.ui.widgets.elided import ElidedLabel
from aetheron_desktop.ui.widgets.leaderboard_cells import TONES
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.problem_card import ProblemCard

if TYPE_CHECKING:
    from aetheron_desktop.engine.jobs.progress import RunState
    from aetheron_desktop.ui.item_models.leaderboard import LeaderboardRow

_OUTCOMES: dict[str, tuple[Literal["success", "warning", "danger", "info"], str]] = {
    "succeeded": ("success", "Done"),
    "stopped": ("warning", "Stopped"),
    "failed": ("danger", "Failed"),
    "crashed": ("danger", "Crashed"),
}

_STOP = "Stop this run and keep its best so far (Ctrl+.)"
_STOP_ENSEMBLE = "Stop and keep the ensemble of the models that are complete (Ctrl+.)"
_RESUMABLE = {
    "postponed": "Put this run into the queue again (Space)",
    "paused": "Let this run go on (Space)",
    "failed": "Go on from the last checkpoint, or begin anew (Space)",
    "crashed": "Go on from the last checkpoint, or begin anew (Space)",
}


class RunHeader(QFrame):
    """Name, status, progress and the buttons of the run that is chosen."""

    stop_wanted = Signal()
    pause_wanted = Signal()
    model_wanted = Signal()
    analysis_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_header")
        self._name = named(ElidedLabel(self), "run_name")
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        self._name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._status_icon = QLabel(self)
        self._words = named(ElidedLabel(self, mode=Qt.TextElideMode.ElideRight), "run_words")
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._bar = named(QProgressBar(self, textVisible=False), "run_progress", "Progress of the run")
        self._bar.setMaximum(1000)
        theme.mark(self._name, role="heading")
        theme.mark(self._words, role="muted")
        self.pause = self._button("Pause", "pause_run", "pause", "Pause this run (Space)")
        self.stop = self._button("Stop", "stop_run", "stop", _STOP)
        self.model = self._button("Show model", "show_model", "model", "Show the model that this run made")
        self.analyze = self._button("Analyze", "analyze_run", "eye", "See what it did on its test rows")
        self._status = ""
        self._lay_out()
        self.pause.clicked.connect(self.pause_wanted)
        self.stop.clicked.connect(self.stop_wanted)
        self.model.clicked.connect(self.model_wanted)
        self.analyze.clicked.connect(self.analysis_wanted)
        theme.changed.connect(self._draw_icon)

    def _button(self, text: str, name: str, picture: str, help_: str) -> QPushButton:
        return pictured(named(QPushButton(text, self), name, text, help_), picture)

    def _lay_out(self) -> None:
        status = QHBoxLayout()
        status.setSpacing(6)
        status.addWidget(self._status_icon)
        status.addWidget(self._words, 1)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._name)
        words.addLayout(status)
        line = QHBoxLayout()
        line.setSpacing(theme.GAP)
        line.addLayout(words, 1)
        for button in (self.pause, self.stop, self.analyze, self.model):
            line.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.WIDE, theme.GAP + theme.TIGHT, theme.WIDE, theme.GAP)
        layout.setSpacing(theme.GAP)
        layout.addLayout(line)
        layout.addWidget(self._bar)

    def show_row(self, row: LeaderboardRow) -> None:
        """Show where the run stands."""
        self._name.setText(row.name)
        self._name.setToolTip(row.name)
        words = self._sentence(row)
        self._words.setText(words)
        self._words.setToolTip(words)
        active = row.is_active
        self._bar.setVisible(row.status in {"starting", "running", "paused", "stopping"})
        self._show_share(row.share or 0.0)
        self._bar.setAccessibleDescription(words)
        theme_tone = "warning" if row.status in {"paused", "stopping"} else ""
        if self._bar.property("tone") != theme_tone:
            theme.mark(self._bar, tone=theme_tone)
        rests = row.status in _RESUMABLE
        self.pause.setVisible(rests or row.status == "running")
        self.pause.setText("Resume" if rests else "Pause")
        self.pause.setIcon(icon("resume" if rests else "pause"))
        self.pause.setAccessibleName(self.pause.text())
        self.pause.setToolTip(_RESUMABLE.get(row.status, "Pause this run (Space)"))
        self.stop.setVisible(active)
        help_ = _STOP_ENSEMBLE if row.is_ensemble else _STOP
        if self.stop.toolTip() != help_:
            self.stop.setToolTip(help_)
            self.stop.setAccessibleDescription(help_)
        self.stop.setEnabled(row.status != "stopping")
        self.model.setVisible(row.has_model and not active)
        self.analyze.setVisible(row.has_model and not active)
        if row.status != self._status:
            self._status = row.status
            self._draw_icon()

    def _show_share(self, share: float) -> None:
        # A progress bar repaints the window at once on each new value, unless its updates are off meanwhile.
        self._bar.setUpdatesEnabled(False)
        self._bar.setValue(round(share * 1000))
        self._bar.setUpdatesEnabled(True)

    def _sentence(self, row: LeaderboardRow) -> str:
        parts, against = [STATUS_WORDS.get(row.status, row.status)], ""
        if row.status == "stopping":
            parts.append("The ensemble so far is kept" if row.is_ensemble else "The best so far is kept")
        elif row.is_active:
            parts += [
                row.stage[:1].upper() + row.stage[1:],
                f"{row.share:.0%}" if row.share else "",
                quantities.time_left(row.eta_s, is_most=row.may_end_early),
            ]
        elif row.score is not None:
            parts += [f"{row.score.metric.label} {quantities.number(row.score.value)}"]
            against = f"{row.against_text} than the baseline" if row.against_word else ""
        elif row.title:
            parts = [row.title]
        if (
            row.status not in {"postponed", "queued", "stopping"} and row.eta_s is None
        ):  # one number of seconds is enough to think about
            parts.append(quantities.duration(row.seconds))
        return "  ·  ".join(part for part in (*parts, against) if part)  # where room is scarce, the end is cut off

    def _draw_icon(self) -> None:
        name, tone = STATUS_ICONS.get(self._status, "info"), TONES.get(self._status, "muted")
        self._status_icon.setPixmap(icon(name, tone).pixmap(QSize(16, 16), self.devicePixelRatioF()))


class RunResult(QScrollArea):
    """How a run ended: in words, and its scores beside the baseline's."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_result")
        self.setWidgetResizable(True)
        self._shown: tuple[object, ...] = ()
        inner = QWidget(self)
        theme.mark(inner, role="scrolled")
        self._card = ProblemCard(inner)
        self._card.setObjectName("run_outcome")
        self._note = QLabel(inner, wordWrap=True)
        theme.mark(self._note, role="muted")
        self._table = QFrame(inner)
        self._table.setMaximumWidth(640)
        theme.mark(self._table, role="card")
        self._grid = QGridLayout(self._table)
        self._grid.setContentsMargins(theme.WIDE, theme.GAP + theme.TIGHT, theme.WIDE, theme.GAP + theme.TIGHT)
        self._grid.setHorizontalSpacing(theme.LOOSE)
        self._grid.setVerticalSpacing(theme.GAP)
        self._grid.setColumnStretch(0, 1)
        column = QVBoxLayout(inner)
        column.setContentsMargins(theme.WIDE, theme.WIDE, theme.WIDE, theme.WIDE)
        column.setSpacing(theme.GAP + theme.TIGHT)
        for widget in (self._card, self._note, self._table):
            column.addWidget(widget)
        column.addStretch()
        self.setWidget(inner)

    def show_run(self, run: RunState) -> None:
        """Show the end of ``run``, or that it has none yet."""
        shown = (run.id, run.status, run.title, run.detail, run.hint, tuple(run.metrics.items()), run.ensemble)
        if shown == self._shown:
            return
        self._shown = shown
        if run.status in _OUTCOMES:
            tone, word = _OUTCOMES[run.status]
            self._card.show_words(run.title or word, run.detail, run.hint, tone)
        else:
            self._card.show_words("", "", "")
        self._show_metrics(run)

    def _show_metrics(self, run: RunState) -> None:
        own = score.own(run.metrics)
        self._table.setVisible(bool(own))
        self._note.setText("Measured on the test rows, which no run learns from." if own else _so_far(run))
        self._note.setVisible(bool(own) or run.status not in _OUTCOMES)
        while self._grid.count():
            item = self._grid.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        words = ["Metric", "This run"]
        if run.intervals:
            words.append("95 % interval")
        if any(name.startswith(BASELINE) for name in run.metrics):
            words.append("Baseline")
        for column, word in enumerate(words):
            self._cell(0, column, word, "caption")
        for line, (name, value) in enumerate(own.items(), 1):
            help_ = f"{score.meaning(name)} {score.wish(name).capitalize()}."
            self._cell(line, 0, f"{score.label(name)} {score.arrow(name)}", "", help_)
            self._cell(line, 1, quantities.number(value), "strong")
            if run.intervals:
                between = score.between(run.intervals.get(name)) or quantities.NONE
                self._cell(line, 2, between, "muted", "So it would be on other rows, 19 times in 20")
            if "Baseline" in words:
                self._cell(line, len(words) - 1, quantities.number(run.metrics.get(f"{BASELINE}{name}")), "muted")

    def _cell(self, line: int, column: int, text: str, role: str, help_: str = "") -> None:
        label = QLabel(text, self._table)
        label.setToolTip(help_)
        theme.mark(label, role=role)
        side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
        self._grid.addWidget(label, line, column, side)


def _so_far(run: RunState) -> str:
    """Say when there will be scores, and what an ensemble is worth until then."""
    if run.ensemble is None:
        return "The scores on the test rows are there when it has ended."
    main = main_metric(run.task)
    so_far = f"{main.label} {quantities.number(run.ensemble)}, {judged_by(run.members)}"
    return f"So far: {so_far}. The scores on the test rows are there when it has ended."
