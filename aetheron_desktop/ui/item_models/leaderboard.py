"""Runs in the order of what they reached, as an item model."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    QTimer,
)

from aetheron_desktop.engine.comparing.row import is_worth_telling, rivals
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.evaluation.metrics import BASELINE
from aetheron_desktop.ui.item_models import quantities
from aetheron_desktop.ui.item_models import score as score_words
from aetheron_desktop.ui.item_models.score import Score, score_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aetheron_desktop.engine.jobs.progress import RunState
    from aetheron_desktop.ui.session import Session

RUN, ESTIMATOR, STATUS, SCORE, AGAINST, TIME = range(6)
HEADERS = ("Run", "Estimator", "Status", "Test score", "Against baseline", "Time")
ROW_ROLE = int(Qt.ItemDataRole.UserRole)
SORT_ROLE = ROW_ROLE + 1

STATUS_WORDS = {
    "postponed": "Not begun",
    "queued": "Waiting",
    "starting": "Starting",
    "running": "Training",
    "paused": "Paused",
    "stopping": "Stopping",
    "succeeded": "Done",
    "stopped": "Stopped",
    "failed": "Failed",
    "crashed": "Crashed",
}
STATUS_ICONS = {
    "postponed": "clock",
    "queued": "clock",
    "starting": "play",
    "running": "play",
    "paused": "pause",
    "stopping": "stop",
    "succeeded": "check",
    "stopped": "stop",
    "failed": "error",
    "crashed": "error",
}
ACTIVE = frozenset({"postponed", "queued", "starting", "running", "paused", "stopping"})
_UNDER_WAY = {"running": 0, "paused": 1, "stopping": 2, "starting": 3, "queued": 4, "postponed": 5}
_ROOT = QModelIndex()
_REFRESH_MS = 250
"""Words that change faster cannot be read, and what draws them is missing in the training."""


@dataclass(frozen=True, slots=True)
class LeaderboardRow:
    """What one line says; ``against`` is how much better than the baseline, ``share`` how far it is, from 0 to 1."""

    id: str
    name: str
    estimator: str
    status: str
    stage: str
    share: float | None
    eta_s: float | None
    seconds: float | None
    score: Score | None
    against: float | None
    is_best: bool
    has_model: bool
    is_ensemble: bool
    order: int
    family: tuple[str, str, str]
    title: str
    metrics: tuple[tuple[str, float | None], ...]
    interval: tuple[float, float] | None = None
    may_end_early: bool = False
    place: int | None = None

    @property
    def short_name(self) -> str:
        """The name without that of the dataset, where it has no other."""
        return self.estimator if self.name.startswith(f"{self.estimator} on ") else self.name

    @property
    def is_active(self) -> bool:
        """Whether it has not ended yet."""
        return self.status in ACTIVE

    @property
    def status_text(self) -> str:
        """Status in a word, and the time that is left while there is an estimate."""
        word = STATUS_WORDS.get(self.status, self.status)
        if self.status == "queued" and self.place is not None:
            return f"{word} · place {self.place}"
        if self.status == "queued" and self.stage:
            return f"{word} · for a core"
        left = quantities.time_left(self.eta_s, is_most=self.may_end_early) if self.status == "running" else ""
        return f"{word} · {left.removeprefix('about ')}" if left else word

    @property
    def against_text(self) -> str:
        """The distance from the baseline in words, so that the metric's direction needs no thought."""
        if self.against is None:
            return quantities.NONE
        return f"{quantities.number(abs(self.against))} {self.against_word}" if self.against_word else "the same"

    @property
    def against_word(self) -> str:
        """Better or worse than the baseline; empty where it is neither, or not known."""
        if self.against is None or math.isclose(self.against, 0.0, abs_tol=5e-5):
            return ""
        return "better" if self.against > 0 else "worse"

    @property
    def score_text(self) -> str:
        """The score and the direction that is the better one."""
        if self.score is None:
            return quantities.NONE
        return f"{quantities.number(self.score.value)} {'↑' if self.score.higher_is_better else '↓'}"


class LeaderboardModel(QAbstractTableModel):
    """All runs in the order in which they came; repaints at most four times a second, and only what is different."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._rows: list[LeaderboardRow] = []
        self._places: dict[str, int] = {}
        self._changed: set[str] = set()
        self._metric = self._label = ""
        self._timer = QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._timer.timeout.connect(self.flush)
        self._reload()
        session.run_added.connect(self._on_added)
        session.run_changed.connect(self._on_changed)
        session.runs_removed.connect(self._on_removed)

    def row(self, run: str) -> LeaderboardRow | None:
        """Give the line of ``run``."""
        place = self._places.get(run)
        return None if place is None else self._rows[place]

    def rows(self) -> list[LeaderboardRow]:
        """Give all lines in the order in which the runs came."""
        return list(self._rows)

    def judge_by(self, metric: str, label: str) -> None:
        """Rank runs by ``metric`` where their task has it, else by their task's own; ``label`` heads the scores."""
        if label != self._label:
            self._label = label
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, SCORE, SCORE)
        if metric != self._metric:
            self._metric = metric
            self._reload()

    def flush(self) -> None:
        """Show now what changed since the last time."""
        runs = self._session.runs
        gone = any(run not in runs for run in self._places)
        if gone:
            self._changed.clear()
            self._reload()
            return
        families = {_family(runs[run]) for run in self._changed if run in runs}
        self._changed.clear()
        for family in families:
            self._update([run for run in self._places if _family(runs[run]) == family])

    def _reload(self) -> None:
        self.beginResetModel()
        self._rows = _ranked(self._session.runs, enumerate(self._session.runs), self._metric)
        self._places = {row.id: place for place, row in enumerate(self._rows)}
        self.endResetModel()

    def _on_added(self, run: str) -> None:
        if run in self._places or run not in self._session.runs:
            return
        place = len(self._rows)
        self.beginInsertRows(QModelIndex(), place, place)
        self._rows += _ranked({run: self._session.runs[run]}, [(place, run)], self._metric)
        self._places[run] = place
        self.endInsertRows()
        self._on_changed(run)

    def _on_removed(self, runs: list[str]) -> None:
        if any(run in self._places for run in runs):
            self._reload()

    def _on_changed(self, run: str) -> None:
        self._changed.add(run)
        if not self._timer.isActive():
            self._timer.start()

    def _update(self, family: list[str]) -> None:
        fresh = _ranked(self._session.runs, [(self._places[run], run) for run in family], self._metric)
        for row in fresh:
            place = self._places[row.id]
            if self._rows[place] != row:
                self._rows[place] = row
                self.dataChanged.emit(self.index(place, 0), self.index(place, len(HEADERS) - 1))

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(HEADERS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(HEADERS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{self._label}, test" if section == SCORE and self._label else HEADERS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _text(row, index.column())
            case Qt.ItemDataRole.ToolTipRole:
                return _tooltip(row, index.column())
            case Qt.ItemDataRole.AccessibleTextRole:
                more = ", best" if row.is_best and index.column() == RUN else ""
                if index.column() == SCORE and row.interval:
                    more = f", 95 % interval {score_words.between(row.interval)}"
                return f"{HEADERS[index.column()]}: {_text(row, index.column())}{more}"
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(index.column())
            case _ if role == ROW_ROLE:
                return row
            case _ if role == SORT_ROLE:
                return _rank(row, index.column())
        return None


class LeaderboardOrder(QSortFilterProxyModel):
    """Runs under way, then best first, until a header is clicked; one target's runs only while a family is set."""

    def __init__(self, model: LeaderboardModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._family: tuple[str, str, str] | None = None
        self.setSourceModel(model)
        self.setSortRole(SORT_ROLE)
        self.setDynamicSortFilter(True)
        self.sort(SCORE, Qt.SortOrder.AscendingOrder)

    @property
    def family(self) -> tuple[str, str, str] | None:
        """Dataset, target and task of the runs that are shown; None for all."""
        return self._family

    def show_family(self, family: tuple[str, str, str] | None) -> None:
        """Show the runs of one dataset, target and task, or all with None."""
        if family != self._family:
            self.beginFilterChange()
            self._family = family
            self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, source_row: int, source_parent: QModelIndex | QPersistentModelIndex) -> bool:
        row = self.sourceModel().index(source_row, 0, source_parent).data(ROW_ROLE)
        return row is not None and (self._family is None or row.family == self._family)

    def lessThan(self, left: QModelIndex | QPersistentModelIndex, right: QModelIndex | QPersistentModelIndex) -> bool:
        return bool(left.data(SORT_ROLE) < right.data(SORT_ROLE))

    def row_of(self, run: str) -> QModelIndex:
        """Give the first cell of ``run``'s line; invalid while it is not shown."""
        for place in range(self.rowCount()):
            index = self.index(place, 0)
            if index.data(ROW_ROLE).id == run:
                return index
        return QModelIndex()


def _family(run: RunState) -> tuple[str, str, str]:
    return (run.dataset, run.target, run.task)


def estimator_name(estimator: str) -> str:
    """Give the card's name; the id itself for an estimator that this version does not know."""
    try:
        return catalog.card(estimator).name
    except UsageError:
        return estimator


def is_ensemble(estimator: str) -> bool:
    """Whether the estimator of this id trains others."""
    return any(card.ensemble for card in catalog.ALL if card.id == estimator)


def _ranked(runs: Mapping[str, RunState], places: Iterable[tuple[int, str]], metric: str) -> list[LeaderboardRow]:
    chosen = [(place, runs[run]) for place, run in places]
    scores = {run.id: score_by(metric, run.task, run.metrics) for _, run in chosen}
    best: dict[tuple[str, str, str], tuple[RunState, Score]] = {}
    sizes: Counter[tuple[str, str, str]] = Counter()
    for _, run in chosen:
        score, group = scores[run.id], rivals(run.target, run.task, run.test_rows)
        if score is None or group is None:
            continue
        sizes[group] += 1
        held = best.get(group)
        if held is None or score.is_better_than(held[1]):
            best[group] = (run, score)
    holders = {run.id for group, (run, _) in best.items() if is_worth_telling(run.estimator, sizes[group])}
    return [_row(run, place, scores[run.id], is_best=run.id in holders) for place, run in chosen]


def _row(run: RunState, order: int, score: Score | None, *, is_best: bool) -> LeaderboardRow:
    return LeaderboardRow(
        id=run.id,
        name=run.name,
        estimator=estimator_name(run.estimator),
        status=run.status,
        stage=run.stage,
        share=run.share,
        eta_s=run.eta_s,
        seconds=_as_shown(run.seconds) if run.status not in {"queued", "postponed"} else None,
        score=score,
        against=_against(score, run.metrics.get(f"{BASELINE}{score.metric.name}")) if score else None,
        is_best=is_best,
        has_model=bool(run.model),
        is_ensemble=bool(run.members) or is_ensemble(run.estimator),
        order=order,
        family=_family(run),
        title=run.title,
        metrics=tuple(run.metrics.items()),
        interval=run.intervals.get(score.metric.name) if score else None,
        may_end_early=run.may_end_early,
        place=run.place,
    )


def _as_shown(seconds: float) -> float:
    """Round as it is shown, so that a row that looks the same is the same."""
    return round(seconds, 1 if seconds < 10 else 0)


def _against(score: Score, baseline: float | None) -> float | None:
    if baseline is None:
        return None
    return score.value - baseline if score.higher_is_better else baseline - score.value


def _text(row: LeaderboardRow, column: int) -> str:
    match column:
        case 0:
            return row.name
        case 1:
            return row.estimator
        case 2:
            return row.status_text
        case 3:
            return row.score_text
        case 4:
            return row.against_text
    return quantities.duration(row.seconds)


def _tooltip(row: LeaderboardRow, column: int) -> str:
    if column == SCORE and row.score is not None:
        between = f", its 95 % interval is {score_words.between(row.interval)}" if row.interval else ""
        return f"{row.score.metric.label} on the test rows{between}; {row.score.metric.direction} is better"
    if column == STATUS:
        return row.title or row.stage or row.status_text
    if column == RUN:
        return f"{row.name} (best of those on the same test rows)" if row.is_best else row.name
    return _text(row, column)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in {SCORE, AGAINST, TIME} else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _rank(row: LeaderboardRow, column: int) -> tuple[Any, ...]:
    match column:
        case 0:
            return (row.name.casefold(), row.order)
        case 1:
            return (row.estimator.casefold(), row.order)
        case 2:
            return (_UNDER_WAY.get(row.status, 9), row.status, row.place or 0, row.order)
        case 4:
            return (row.against is None, -(row.against or 0.0), row.order)
        case 5:
            return (row.seconds is None, row.seconds or 0.0, row.order)
    if row.is_active:
        return (0, float(_UNDER_WAY.get(row.status, 9)), row.place or 0, row.order)
    if row.score is None:
        return (2, 0.0, row.order)
    return (1, -row.score.value if row.score.higher_is_better else row.score.value, row.order)
