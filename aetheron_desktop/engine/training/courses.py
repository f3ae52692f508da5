"""How a fit went, from what it told: each metric on the rows that it learned from and on those that it did not."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.evaluation.digits import short
from aetheron_desktop.engine.evaluation.metrics import better, metric
from aetheron_desktop.engine.events import MetricLogged

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aetheron_desktop.engine.events import Event

POINTS: Final = 2_000
"""More points of a line than this are told by their lowest and highest, in the order in which they came."""


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """One metric by step: ``train`` and ``valid`` are steps and values, NaN where it diverged.

    ``best`` is the step at which the validation rows were predicted best; None without these.
    """

    metric: str
    label: str
    train: tuple[tuple[int, ...], tuple[float, ...]] = ((), ())
    valid: tuple[tuple[int, ...], tuple[float, ...]] = ((), ())
    best: int | None = None


def courses(history: Iterable[Event]) -> tuple[Course, ...]:
    """Give the courses of all metrics that a run has told, the loss first; a resumed run's are one."""
    told: dict[str, dict[str, dict[int, float]]] = {}
    for event in history:
        if isinstance(event, MetricLogged):
            value = math.nan if event.value is None else event.value
            # A step that was done again after a crash counts as it was done last.
            told.setdefault(event.name, {}).setdefault(event.part, {})[event.step] = value
    names = sorted(told, key=lambda name: name != "loss")
    return tuple(_course(name, told[name]) for name in names)


def _course(name: str, parts: dict[str, dict[int, float]]) -> Course:
    valid = parts.get("valid", {})
    return Course(
        metric=name,
        label=metric(name).label,
        train=_line(parts.get("train", {})),
        valid=_line(valid),
        best=_best(name, valid),
    )


def _line(points: dict[int, float]) -> tuple[tuple[int, ...], tuple[float, ...]]:
    steps = _kept(sorted(points), points)
    return tuple(steps), tuple(points[step] for step in steps)


def _kept(steps: Sequence[int], points: dict[int, float]) -> list[int]:
    if len(steps) <= POINTS:
        return list(steps)
    size = math.ceil(2 * len(steps) / POINTS)
    kept = []
    for start in range(0, len(steps), size):
        part = [step for step in steps[start : start + size] if math.isfinite(points[step])] or [steps[start]]
        kept += sorted({min(part, key=points.__getitem__), max(part, key=points.__getitem__)})
    return kept


def _best(name: str, points: dict[int, float]) -> int | None:
    found: int | None = None
    for step, value in sorted(points.items()):
        if math.isfinite(value) and better(metric(name), value, None if found is None else points[found]):
            found = step
    return found


def gap_words(course: Course, test: float | None, interval: tuple[float, float] | None) -> str:
    """Say how far what was learned holds on rows that the fit did not see."""
    if not course.train[1]:
        return ""
    learned = _last(course.train[1])
    if learned is None:
        return f"{course.label} is not a number at the end of the fit."
    seen = test if test is not None else _last(course.valid[1])
    where = "on the test rows" if test is not None else "on the validation rows"
    if seen is None:
        return f"{course.label} {short(learned)} on the rows that it learned from."
    told = f"{course.label} {short(learned)} on the rows that it learned from, {short(seen)} {where}"
    if interval is not None and interval[0] <= learned <= interval[1]:
        return f"{told}: no more apart than chance may bring."
    if not better(metric(course.metric), learned, seen):
        return f"{told}: new rows are predicted at least as well."
    return f"{told}: a part of what it learned holds for those rows alone."


def _last(values: Sequence[float]) -> float | None:
    return next((value for value in reversed(values) if math.isfinite(value)), None)
