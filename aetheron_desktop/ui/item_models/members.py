"""The members of an ensemble as an item model: what each is worth, and what it counts."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt

from aetheron_desktop.ui.item_models import quantities
from aetheron_desktop.ui.item_models import score as score_words
from aetheron_desktop.ui.item_models.tips import plain_tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.events import MemberScored
    from aetheron_desktop.engine.jobs.progress import RunState

RANK, MODEL, SCORE, WEIGHT, TIME = range(5)
ROW_ROLE: Final = int(Qt.ItemDataRole.UserRole)
SORT_ROLE: Final = ROW_ROLE + 1
_ROOT = QModelIndex()
_WIDEST: Final = 8.0
"""The scale goes so many times the usual interval down from the best: what is far worse would leave no room else."""


@dataclass(frozen=True, slots=True)
class MemberRow:
    """What one line says; ``rank`` is 0 for what could not be fitted, ``place`` is when it came, from 0."""

    place: int
    rank: int
    title: str
    score: float | None
    low: float | None
    high: float | None
    sign: int
    weight: float
    seconds: float
    fits: int
    cut: int
    reason: str
    is_newest: bool

    @property
    def fits_text(self) -> str:
        """How often it was fitted, and how many of these fits the clock has ended."""
        cut = f", {self.cut} of them ended by the clock" if self.cut else ""
        return f"Fitted {self.fits} times{cut}" if self.fits != 1 else f"Fitted once{', ended by the clock' * self.cut}"

    @property
    def interval_text(self) -> str:
        """The interval in words; empty where it is not known."""
        if self.low is None or self.high is None:
            return ""
        return f"{quantities.number(self.low)} to {quantities.number(self.high)}"


@dataclass(frozen=True, slots=True)
class MemberScale:
    """Where the bars of the intervals begin and end; the better side is at the right."""

    worse: float = 0.0
    better: float = 1.0

    def share(self, value: float) -> float:
        """Give the place of ``value``, from 0 at the left to 1; below 0 for what is beyond the scale."""
        width = self.better - self.worse
        return (value - self.worse) / width if width else 0.5


def member_rows(run: RunState) -> list[MemberRow]:
    """Give a line for each member of ``run``, as they came."""
    members = run.members
    sign = -1 if members and score_words.arrow(members[0].metric) == "↓" else 1
    scored = [one for one in members if one.score is not None]
    ranked = sorted(scored, key=lambda one: -sign * (one.score or 0.0))
    ranks = {id(member): rank for rank, member in enumerate(ranked, 1)}
    weights = run.weights
    newest = len(members) - 1 if run.is_going else -1
    return [
        MemberRow(
            place=place,
            rank=ranks.get(id(one), 0),
            title=one.title,
            score=one.score,
            low=one.low,
            high=one.high,
            sign=sign,
            weight=0.0 if one.reason else weights.get(one.member, 0.0),
            seconds=one.seconds,
            fits=one.fits,
            cut=one.cut,
            reason=one.reason,
            is_newest=place == newest,
        )
        for place, one in enumerate(members)
    ]


def judged_by(members: Sequence[MemberScored]) -> str:
    """Give the rows that members are judged by, in words."""
    return "validation rows" if members and max(one.fits for one in members) == 1 else "out-of-fold"


class MembersModel(QAbstractTableModel):
    """Members in the order in which they came."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run = ""
        self._rows: list[MemberRow] = []
        self._score = "Score"
        self.scale = MemberScale()
        self.ensemble: float | None = None

    def show_run(self, run: RunState) -> None:
        """Show the members of ``run``; what is new is added, what changed is told."""
        fresh, before = member_rows(run), self._rows
        self.ensemble = run.ensemble
        self._name_score(run)
        goes_on = run.id == self._run and [row.title for row in before] == [row.title for row in fresh[: len(before)]]
        if not goes_on:
            self.beginResetModel()
            self._run, self._rows = run.id, fresh
            self.scale = _scale(fresh)
            self.endResetModel()
            return
        self.scale = _scale(fresh)
        if len(fresh) > len(before):
            self.beginInsertRows(_ROOT, len(before), len(fresh) - 1)
            self._rows = [*before, *fresh[len(before) :]]
            self.endInsertRows()
        self._rows = fresh
        if before:  # a new one moves the scale of all
            self.dataChanged.emit(self.index(0, 0), self.index(len(before) - 1, TIME))

    def _name_score(self, run: RunState) -> None:
        if not run.members:
            return
        metric = run.members[0].metric
        name = f"{score_words.label(metric)} {score_words.arrow(metric)}, {judged_by(run.members)}"
        if name != self._score:
            self._score = name
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, SCORE, SCORE)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else TIME + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section <= TIME:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return ("#", "Model", self._score, "Weight", "Time")[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role == Qt.ItemDataRole.ToolTipRole:
            return (
                "The place by score",
                "An estimator and the settings that are not its defaults",
                "On rows that the model did not learn from, not on the test rows; the bar is the 95 % interval",
                "What it counts in the ensemble",
                "How long all its fits took",
            )[section]
        return None

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _text(row, index.column())
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(_tip(row, index.column()))
            case Qt.ItemDataRole.AccessibleTextRole:
                return _spoken(row, index.column(), self.headerData(index.column(), Qt.Orientation.Horizontal))
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(index.column())
            case _ if role == ROW_ROLE:
                return row
            case _ if role == SORT_ROLE:
                return _key(row, index.column())
        return None


class MembersOrder(QSortFilterProxyModel):
    """The best first until a header is clicked; those that could not be fitted at the end."""

    def __init__(self, model: MembersModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setSourceModel(model)
        self.setSortRole(SORT_ROLE)
        self.setDynamicSortFilter(True)
        self.sort(SCORE, Qt.SortOrder.AscendingOrder)

    def lessThan(self, left: QModelIndex | QPersistentModelIndex, right: QModelIndex | QPersistentModelIndex) -> bool:
        return bool(left.data(SORT_ROLE) < right.data(SORT_ROLE))


def _scale(rows: Sequence[MemberRow]) -> MemberScale:
    """Give a scale for all intervals that is not stretched by one that is far worse than the others."""
    ends = [
        sorted(
            (
                one.sign * (one.score if one.low is None else one.low),
                one.sign * (one.score if one.high is None else one.high),
            )
        )
        for one in rows
        if one.score is not None
    ]
    if not ends:
        return MemberScale()
    better = max(high for _, high in ends)
    usual = median(high - low for low, high in ends) or abs(better) / 10 or 1.0
    worse = max(min(low for low, _ in ends), better - _WIDEST * usual)
    return MemberScale(worse, better)


def _text(row: MemberRow, column: int) -> str:
    match column:
        case 0:
            return str(row.rank) if row.rank else ""
        case 1:
            return row.title
        case 2:
            return "failed" if row.reason else quantities.number(row.score)
        case 3:
            return quantities.NONE if row.reason else quantities.share(row.weight)
    return quantities.NONE if row.reason else quantities.duration(row.seconds)


def _tip(row: MemberRow, column: int) -> str:
    if row.reason:
        return f"{row.title} could not be fitted: {row.reason}"
    if column == SCORE and row.interval_text:
        return f"{quantities.number(row.score)}, its 95 % interval is {row.interval_text}"
    if column == WEIGHT and row.weight < 0:
        return f"{_text(row, column)}: the second layer takes away what it says, to correct the others"
    if column in {MODEL, TIME}:
        return f"{row.title}\n{row.fits_text}, {quantities.duration(row.seconds)} in all"
    return _text(row, column)


def _spoken(row: MemberRow, column: int, header: str) -> str:
    newest = ", the newest" if row.is_newest and column == MODEL else ""
    if column == MODEL and row.reason:
        return f"Model: {row.title}, could not be fitted: {row.reason}{newest}"
    interval = f", 95 % interval {row.interval_text}" if column == SCORE and row.interval_text else ""
    return f"{'Place' if column == RANK else header}: {_text(row, column) or quantities.NONE}{interval}{newest}"


def _alignment(section: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if section in {RANK, TIME} else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _key(row: MemberRow, column: int) -> tuple[Any, ...]:
    match column:
        case 1:
            return (row.title.casefold(), row.place)
        case 3:
            return (row.rank == 0, -abs(row.weight), row.rank, row.place)
        case 4:
            return (row.rank == 0, row.seconds, row.place)
    return (row.rank == 0, row.rank, row.place)
