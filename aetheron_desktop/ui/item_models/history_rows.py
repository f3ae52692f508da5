"""The versions of a model as they are shown: each with its names, and its value against the version before."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from aetheron_desktop.engine.registry.versions import CHALLENGER, CHAMPION
from aetheron_desktop.ui.item_models.quantities import NONE, local_time, number
from aetheron_desktop.ui.messages import ago

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.evaluation.metrics import Metric
    from aetheron_desktop.engine.registry.versions import Deed, History, Labels, VersionInfo

LabelKind: TypeAlias = Literal["alias", "branch", "tag"]
KIND_WORDS: Final[dict[LabelKind, str]] = {"alias": "alias", "branch": "variation", "tag": "mark"}
DEED_WORDS: Final[dict[Deed, str]] = {
    "trained": "trained",
    "imported": "imported from a file",
    "changed": "its threshold or card was changed",
    "adopted": "a variation was adopted",
    "reverted": "an earlier version was taken back",
    "reproduced": "trained again from its lineage",
}
_MONTH_S: Final = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Label:
    """A name of a version; ``is_current`` is true of the variation that the model is at."""

    kind: LabelKind
    name: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One version as it is shown.

    ``place`` is its place in the whole history; ``change`` is its value less that of the version before, whose number
    is ``before``; ``is_better`` tells whether that is for the better. ``change`` is None where one of the two was not
    measured, ``is_better`` also where nothing changed.
    """

    version: VersionInfo
    place: int
    labels: tuple[Label, ...] = ()
    value: float | None = None
    change: float | None = None
    before: int = 0
    is_better: bool | None = None
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """The range over which values are drawn; single ones that lie far out do not stretch it."""

    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Scale | None:
        """Give the scale of ``values``, save those far outside the middle half; None where all are equal."""
        if not values:
            return None
        ordered = sorted(values)
        first, third = ordered[len(ordered) // 4], ordered[3 * len(ordered) // 4]
        room = 1.5 * (third - first) or math.inf
        low, high = max(ordered[0], first - room), min(ordered[-1], third + room)
        return cls(low, high) if low < high else None

    def share(self, value: float) -> float:
        """Give where ``value`` lies, from 0 to 1; what lies beyond is at the end."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))


class HistoryRows:
    """The versions of ``history`` by their place, measured by ``main``; a row is made when it is asked for."""

    def __init__(self, history: History, main: Metric) -> None:
        self.history = history
        self.main = main
        self.places = {version.commit: place for place, version in enumerate(history.versions)}
        self._values = [_finite(version.metrics.get(main.name)) for version in history.versions]
        known = [value for value in self._values if value is not None]
        self.scale = Scale.of(known)
        self._ends = (min(known), max(known)) if known else None
        self._labels = _labels(history.labels)
        self._rows: dict[int, HistoryRow] = {}
        self._words: list[str] | None = None

    def __len__(self) -> int:
        return len(self.history.versions)

    def row(self, place: int) -> HistoryRow:
        """Give the row of the version at ``place``."""
        made = self._rows.get(place)
        if made is None:
            made = self._rows[place] = self._make_row(place)
        return made

    def fitting(self, words: Sequence[str]) -> list[int]:
        """Give the places whose message, author, names, number or run hold all ``words``, written in small letters."""
        if self._words is None:
            self._words = [self._sought(version) for version in self.history.versions]
        return [place for place, sought in enumerate(self._words) if all(word in sought for word in words)]

    @property
    def champion_value(self) -> float | None:
        """What the champion measures; None where there is no champion, or nothing was measured of it."""
        place = self.places.get(self.history.labels.aliases.get(CHAMPION, ""))
        return None if place is None else self._values[place]

    @property
    def greatest_number(self) -> int:
        """The greatest number of a version; 0 where there is none."""
        return max((version.number for version in self.history.versions), default=0)

    @property
    def longest_texts(self) -> list[tuple[str, str]]:
        """The longest texts of values and of their changes, so that room can be kept for them."""
        if self._ends is None:
            return [(NONE, "")]
        least, most = self._ends
        return [(number(value), f"↑ {magnitude(most - least, value)}") for value in self._ends]

    def _sought(self, version: VersionInfo) -> str:
        names = (label.name for label in self._labels.get(version.commit, ()))
        return " ".join((str(version.number), version.message, version.author, version.run, *names)).casefold()

    def _make_row(self, place: int) -> HistoryRow:
        version = self.history.versions[place]
        value = self._values[place]
        first = self.places.get(version.parents[0]) if version.parents else None
        old = None if first is None else self._values[first]
        change = None if value is None or old is None else value - old
        return HistoryRow(
            version=version,
            place=place,
            labels=self._labels.get(version.commit, ()),
            value=value,
            change=change,
            before=0 if first is None else self.history.versions[first].number,
            is_better=(change > 0) == (self.main.direction == "higher") if change else None,
            is_current=version.commit == self.history.labels.current,
        )


def age(at: float, now: float) -> str:
    """Give the age of a version in words, and its date once it is older than a month."""
    return ago(now - at) if now - at < _MONTH_S else local_time("%Y-%m-%d", at)


def spoken_age(at: float, now: float) -> str:
    """Give the same without abbreviations: ``3 hours ago``."""
    words = age(at, now)
    amount, _, unit = words.partition(" ")
    full = {"min ago": "minute", "h ago": "hour"}.get(unit)
    return words if full is None else f"{amount} {full}{'' if amount == '1' else 's'} ago"


def change_text(row: HistoryRow) -> str:
    """Give the change with the way the value went: ``↑ 0.0120``; empty where it is not known."""
    if row.change is None or row.value is None:
        return ""
    if row.change == 0:
        return "="
    return f"{'↑' if row.change > 0 else '↓'} {magnitude(row.change, row.value)}"


def change_words(row: HistoryRow, other: str) -> str:
    """Give the change in words: ``better by 0.0120 than the one before``; empty where it is not known."""
    if row.change is None or row.value is None:
        return ""
    if row.is_better is None:
        return f"the same as {other}"
    return f"{'better' if row.is_better else 'worse'} by {magnitude(row.change, row.value)} than {other}"


def magnitude(change: float, value: float) -> str:
    """Give the size of a change with as many decimals as ``value`` is written with."""
    size, reference = abs(change), max(abs(value), abs(change))
    if not 1e-3 <= reference < 1e7:
        return number(size)
    decimals = min(4, max(0, 3 - math.floor(math.log10(reference))))
    least = 10.0**-decimals
    return f"<{least:.{decimals}f}" if size < least / 2 else f"{size:,.{decimals}f}"


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _labels(labels: Labels) -> dict[str, tuple[Label, ...]]:
    """Give the names of each commit: aliases, the champion first; variations, the current one first; marks."""
    rank = {CHAMPION: 0, CHALLENGER: 1}
    aliases = [Label("alias", name) for name in sorted(labels.aliases, key=lambda name: (rank.get(name, 2), name))]
    branches = [
        Label("branch", name, name == labels.branch)
        for name in sorted(labels.branches, key=lambda name: (name != labels.branch, name))
    ]
    tags = [Label("tag", name) for name in sorted(labels.tags)]
    found: dict[str, list[Label]] = {}
    for known, commits in ((aliases, labels.aliases), (branches, labels.branches), (tags, labels.tags)):
        for label in known:
            found.setdefault(commits[label.name], []).append(label)
    return {commit: tuple(names) for commit, names in found.items()}
