"""How the versions of a model are laid out as a graph; data alone, without Qt.

Every version is a row with one dot. A line leads from a version to each of its parents, which stand in rows below.
A line has a lane of its own for all the rows between the two, so two lines never lie on each other; a lane is used
again as soon as its line has ended. The picture can be read from the rows alone: a link that starts in the lane of
the dot begins there, and one that ends in the lane of the next row's dot has arrived.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aetheron_desktop.engine.registry.versions import VersionInfo

Kind: TypeAlias = Literal["before", "adopted"]
"""Whether a line leads to the version before or to one that was adopted."""
SPINE: Final = 0
"""The lane of the current version and of those before it, back to the first."""


class Link(NamedTuple):
    """A piece of a line, from lane ``start`` in the middle of a row to lane ``end`` in the middle of the next.

    ``lane`` is the one that the line has between its two versions.
    """

    start: int
    end: int
    lane: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class LaneRow:
    """One row: the lane of its dot, the links from it to the row below, and how many lanes these and the dot need."""

    lane: int
    links: tuple[Link, ...] = ()
    width: int = 1


class _Line(NamedTuple):
    """A line that has begun and waits for its parent."""

    lane: int
    kind: Kind


class _FreeLanes:
    """Gives the lowest lane that no line has."""

    def __init__(self) -> None:
        self._back: list[int] = []
        self._next = SPINE + 1

    def take(self) -> int:
        if self._back:
            return heapq.heappop(self._back)
        self._next += 1
        return self._next - 1

    def give_back(self, lane: int) -> None:
        heapq.heappush(self._back, lane)


def lay_out(versions: Sequence[VersionInfo], current: str = "") -> list[LaneRow]:
    """Lay out ``versions``, each before its parents, in O(n · lanes) time; there are never more lanes than open lines.

    The first parents of ``current`` (a commit; the first row where it is not among them) keep lane 0. A line to a
    parent that is not in a row below is left out.
    """
    places = {version.commit: row for row, version in enumerate(versions)}
    spine = _spine(versions, places, current)
    free = _FreeLanes()
    waiting: dict[str, list[_Line]] = {}
    open_: dict[int, Link] = {}  # by lane, the straight piece of each line that has begun
    begun: dict[int, Link] = {}  # of these, the pieces that start at the dot of the row above
    rows: list[LaneRow] = []
    above = SPINE
    for place, version in enumerate(versions):
        arriving = waiting.pop(version.commit, [])
        lane = SPINE if version.commit in spine else min(arriving).lane if arriving else free.take()
        if rows:
            ending = {line.lane: Link(line.lane, lane, line.lane, line.kind) for line in arriving}
            bent = {
                own: Link(link.start, ending[own].end if own in ending else own, own, link.kind)
                for own, link in begun.items()
            }
            links = tuple({**open_, **ending, **bent}.values())
            rows[-1] = LaneRow(above, links, max(above, lane, *open_) + 1)
        for line in arriving:
            del open_[line.lane]
            if line.lane != lane:
                free.give_back(line.lane)
        begun = {}
        for number, parent in enumerate(_known_parents(version, place, places)):
            # The first line goes on where the dot is; the others need a lane of their own.
            own = lane if number == 0 else free.take()
            kind: Kind = "before" if parent == version.parents[0] else "adopted"
            waiting.setdefault(parent, []).append(_Line(own, kind))
            open_[own] = Link(own, own, own, kind)
            begun[own] = Link(lane, own, own, kind)
        if not begun:
            free.give_back(lane)  # a first version: nothing leads on from here
        rows.append(LaneRow(lane, (), lane + 1))
        above = lane
    return rows


def lane_count(rows: Sequence[LaneRow]) -> int:
    """Give how many lanes the rows need; 0 for none."""
    return max((row.width for row in rows), default=0)


def _spine(versions: Sequence[VersionInfo], places: Mapping[str, int], current: str) -> set[str]:
    commit = current if current in places else versions[0].commit if versions else ""
    spine: set[str] = set()
    while commit:
        spine.add(commit)
        place = places[commit]
        commit = next(iter(_known_parents(versions[place], place, places)), "")
    return spine


def _known_parents(version: VersionInfo, place: int, places: Mapping[str, int]) -> list[str]:
    return [parent for parent in dict.fromkeys(version.parents) if places.get(parent, -1) > place]
