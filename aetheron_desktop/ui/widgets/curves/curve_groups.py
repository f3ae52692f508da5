"""Runs that repeat one plan, shown as one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aetheron_desktop.ui.widgets.curves.curve_legend import ShownRun


class ShownGroup:
    """``lead`` stands for the runs ``members``: under their common name, in the colour of the first."""

    __slots__ = ("lead", "members")

    def __init__(self, runs: tuple[ShownRun, ...]) -> None:
        first = runs[0]
        self.members = tuple(run.id for run in runs)
        self.lead = first
        if len(runs) > 1:
            name = f"{first.group_name or first.name} · mean of {len(runs)} runs"
            self.lead = replace(first, name=name, strong=any(run.strong for run in runs))


def groups(runs: Iterable[ShownRun], *, pooled: bool) -> list[ShownGroup]:
    """Give each run by itself, or, ``pooled``, those of one plan together, in the order of the first of each."""
    found: dict[str, list[ShownRun]] = {}
    for run in runs:
        found.setdefault(f"plan {run.group}" if pooled and run.group else f"run {run.id}", []).append(run)
    return [ShownGroup(tuple(members)) for members in found.values()]


def has_repeats(runs: Iterable[ShownRun]) -> bool:
    """Tell whether two of the runs repeat one plan."""
    return any(len(group.members) > 1 for group in groups(runs, pooled=True))
