"""What fitting a model a few times says, and what its rows' influence says, in plain words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from aetheron_desktop.engine.explaining.words import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.explaining.results import FitCurve, FitPoint, Influence


def with_fit_sentences(told: FitCurve) -> FitCurve:
    """Give what fitting a few times told in words: whether more rows, or another value, would be better."""
    known = [one for one in told.points if one.valid is not None]
    if not known:
        return msgspec.structs.replace(told, sentences=(f"{told.metric_label} is not defined on the validation rows.",))
    said = _of_rows(told, known) if not told.parameter else _of_values(told, known)
    if len(told.points) == told.total:
        said.append("The validation rows judged it; the test rows were not looked at.")
    return msgspec.structs.replace(told, sentences=tuple(said))


def _of_rows(told: FitCurve, known: Sequence[FitPoint]) -> list[str]:
    last, before = known[-1], known[-2] if len(known) > 1 else None
    said = [f"With {last.word}, {told.metric_label} is {_with_ends(last)} on the validation rows."]
    if before is None or len(told.points) < told.total:
        return said
    gain = _better(told, last.valid, before.valid)
    if gain > 0.0 and not _within(last, before.valid):
        said.append(f"With {before.word} it was {number(before.valid or 0.0)}: more rows would help further.")
    else:
        said.append(f"With {before.word} it was {number(before.valid or 0.0)}: more rows would change little.")
    if last.train is not None and _better(told, last.train, last.valid) > 0.0 and not _within(last, last.train):
        said.append(f"On the rows that it learned from it is {number(last.train)}: a part holds for those rows alone.")
    return said


def _of_values(told: FitCurve, known: Sequence[FitPoint]) -> list[str]:
    best = max(known, key=lambda one: _better(told, one.valid, 0.0))
    said = [f"{told.metric_label} is best at {best.word}: {_with_ends(best)} on the validation rows."]
    mine = next((one for one in known if one.at == told.now), None)
    if mine is not None and mine is not best:
        how = "which is within what chance does" if _within(best, mine.valid) else "which is more than chance does"
        said.append(f"The model has {mine.word}, with {number(mine.valid or 0.0)}: {how}.")
    elif mine is not None and len(told.points) == told.total:
        said.append("That is what the model has.")
    if len(told.points) == told.total and told.scale != "names" and best in {known[0], known[-1]} and len(known) > 2:
        said.append("It is the last one that was tried on that side: go on there.")
    return said


def with_influence_sentences(told: Influence) -> Influence:
    """Give what leverage and Cook's distance say in words."""
    if not told.shown:
        return told
    most = told.shown[0]
    said = [
        f"{told.many:,} of {told.rows:,} training rows are beyond {number(told.limit)}, four over their number.",
        f"Row {most.row + 1:,} pulls most: Cook’s distance {number(most.distance)}, leverage {number(most.leverage)}, "
        f"{number(abs(most.residual))} standard errors off.",
        "A row that pulls is odd, and not wrong: look at it before it is left out.",
    ]
    return msgspec.structs.replace(told, sentences=tuple(said))


def _better(told: FitCurve, one: float | None, other: float | None) -> float:
    """Give by how much ``one`` is better than ``other``."""
    if one is None or other is None:
        return -math.inf
    return one - other if told.is_higher_better else other - one


def _within(one: FitPoint, value: float | None) -> bool:
    return value is not None and one.low is not None and one.high is not None and one.low <= value <= one.high


def _with_ends(one: FitPoint) -> str:
    ends = f" ({number(one.low)} to {number(one.high)})" if one.low is not None and one.high is not None else ""
    return f"{number(one.valid or 0.0)}{ends}"
