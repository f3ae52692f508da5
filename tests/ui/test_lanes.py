"""The layout of a history: read back from its rows alone, it is the history again."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aetheron_desktop.engine.registry.versions import VersionInfo
from aetheron_desktop.ui.widgets.history.lanes import LaneRow, lane_count, lay_out


def version(commit: str, *parents: str) -> VersionInfo:
    return VersionInfo(
        commit=commit, parents=parents, at=0.0, author="Ada", message="because", deed="trained", task="binary",
        estimator="forest",
    )  # fmt: skip


def drawn(*lines: str) -> list[VersionInfo]:
    """Versions as one writes them: ``c b a`` is version c after b, with a adopted."""
    return [version(*line.split()) for line in lines]


def links(row: LaneRow) -> list[tuple[int, int, int, str]]:
    return sorted((link.start, link.end, link.lane, link.kind) for link in row.links)


def read_back(versions: list[VersionInfo], rows: list[LaneRow]) -> list[list[str]]:
    """Follow every line from its dot down, link by link, to the dot where it ends; give the ends for each version."""
    found: list[list[str]] = []
    for place, row in enumerate(rows):
        ends = []
        for link in row.links:
            if link.start != row.lane:
                continue
            below, lane = place + 1, link.end
            while lane != rows[below].lane:
                (onward,) = [one for one in rows[below].links if one.start == lane]  # one line in a lane, and no gap
                assert (onward.lane, onward.kind) == (link.lane, link.kind)
                below, lane = below + 1, onward.end
            ends.append(versions[below].commit)
        found.append(sorted(ends))
    return found


@st.composite
def histories(draw: st.DrawFn) -> list[VersionInfo]:
    """Histories with several first versions, variations, adoptions and criss-crosses, newest first."""
    count = draw(st.integers(1, 40))
    made: list[VersionInfo] = []
    for number in range(count):
        near = st.integers(max(0, number - draw(st.integers(1, 12))), max(0, number - 1))
        parents = draw(st.lists(near, max_size=2, unique=True)) if number else []
        made.append(version(f"v{number}", *(f"v{parent}" for parent in parents)))
    return made[::-1]


@given(histories(), st.integers(0, 40))
def test_that_each_line_leads_without_a_gap_from_a_version_to_its_parent(
    versions: list[VersionInfo], current: int
) -> None:
    rows = lay_out(versions, f"v{current}")
    assert len(rows) == len(versions)
    assert read_back(versions, rows) == [sorted(one.parents) for one in versions]


@given(histories())
def test_that_no_two_lines_share_a_lane(versions: list[VersionInfo]) -> None:
    rows = lay_out(versions)
    for row, below in pairwise(rows):
        assert len({link.lane for link in row.links}) == len(row.links)
        for places, dot in (
            ((link.start for link in row.links), row.lane),
            ((link.end for link in row.links), below.lane),
        ):
            passing = [place for place in places if place != dot]
            assert len(set(passing)) == len(passing)
    assert not rows[-1].links


@given(histories(), st.integers(0, 39))
def test_that_the_current_version_and_those_before_it_stay_in_lane_0(versions: list[VersionInfo], place: int) -> None:
    current = versions[place % len(versions)].commit
    rows = lay_out(versions, current)
    known = {one.commit: one for one in versions}
    lanes = {one.commit: row.lane for one, row in zip(versions, rows, strict=True)}
    commit = current
    while commit:
        assert lanes[commit] == 0
        commit = next(iter(known[commit].parents), "")


@given(histories())
def test_that_there_are_no_more_lanes_than_lines_that_are_open_at_once(versions: list[VersionInfo]) -> None:
    rows = lay_out(versions)
    most = max(len(row.links) for row in rows)
    assert lane_count(rows) <= most + 2  # a dot without a line, and the lane that is kept for the current version
    assert lane_count(rows) == 1 + max(max(row.lane, *(link.lane for link in row.links), 0) for row in rows)


def test_that_a_straight_history_has_one_lane() -> None:
    rows = lay_out(drawn("c b", "b a", "a"))
    assert [(row.lane, links(row)) for row in rows] == [
        (0, [(0, 0, 0, "before")]), (0, [(0, 0, 0, "before")]), (0, []),
    ]  # fmt: skip


def test_that_a_variation_that_was_adopted_leaves_and_comes_back() -> None:
    rows = lay_out(drawn("m c v", "c a", "v a", "a"))
    assert [row.lane for row in rows] == [0, 0, 1, 0]
    assert links(rows[0]) == [(0, 0, 0, "before"), (0, 1, 1, "adopted")]
    assert links(rows[1]) == [(0, 0, 0, "before"), (1, 1, 1, "adopted")]
    assert links(rows[2]) == [(0, 0, 0, "before"), (1, 0, 1, "before")]


def test_that_two_variations_that_adopt_each_other_are_told_apart() -> None:
    versions = drawn("x2 x1 y1", "y2 y1 x1", "x1 a", "y1 a", "a")
    rows = lay_out(versions, "x2")
    assert read_back(versions, rows) == [["x1", "y1"], ["x1", "y1"], ["a"], ["a"], []]
    assert [row.lane for row in rows] == [0, 2, 0, 1, 0]


def test_that_histories_that_have_nothing_in_common_stand_beside_each_other() -> None:
    rows = lay_out(drawn("b a", "z y", "a", "y"))
    assert [row.lane for row in rows] == [0, 1, 0, 1]


def test_that_a_lane_is_used_again_as_soon_as_its_line_has_ended() -> None:
    versions = [version("end", "b9")]
    for number in range(9, 0, -1):
        versions += [version(f"try{number}", f"b{number}"), version(f"b{number}", f"b{number - 1}")]
    versions.append(version("b0"))
    rows = lay_out(versions)
    assert lane_count(rows) == 2


def test_that_variations_newer_than_the_current_version_leave_it_its_lane() -> None:
    rows = lay_out(drawn("v2 v1", "v1 a", "b a", "a"), "b")
    assert [row.lane for row in rows] == [1, 1, 0, 0]


@pytest.mark.parametrize("parents", [("gone",), ("gone", "a"), ("a", "a"), ("b",), ("c",)])
def test_that_a_line_to_nowhere_is_left_out(parents: tuple[str, ...]) -> None:
    versions = [version("c"), version("b", *parents), version("a")]
    assert read_back(versions, lay_out(versions))[1] == (["a"] if "a" in parents else [])


def test_that_nothing_has_no_rows() -> None:
    assert lay_out([]) == []
    assert lane_count([]) == 0


def test_that_a_long_history_needs_no_more_lanes_than_lines_are_open_at_once() -> None:
    rng = random.Random(0)
    tips = list(range(40))
    made = [version(f"v{number}", *(["v0"] if number else [])) for number in tips]
    for number in range(40, 16_000):
        slot = rng.randrange(40)
        other = [f"v{tips[rng.randrange(40)]}"] if rng.random() < 0.05 else []
        made.append(version(f"v{number}", f"v{tips[slot]}", *other))
        tips[slot] = number
    rows = lay_out(made[::-1])
    assert lane_count(rows) < 120
    assert sum(len(row.links) for row in rows) < 120 * len(rows)
