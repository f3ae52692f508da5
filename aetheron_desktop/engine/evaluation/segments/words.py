"""Where a model fails, in sentences made by rules from the numbers, each with the caveat that matters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.datasets import expression
from aetheron_desktop.engine.evaluation.segments.failure import measure_named

if TYPE_CHECKING:
    from aetheron_desktop.engine.evaluation.segments.failure import (
        Disparity,
        ErrorTree,
        Fairness,
        LabelErrors,
        MissingErrors,
        Segment,
        Share,
        TestDrift,
        WeakSegments,
    )

RATES: Final = {
    "selection_rate": "predicted positive",
    "true_positive_rate": "found among the positive",
    "false_positive_rate": "false alarms among the negative",
    "error": "wrong",
    "mean_error": "mean error (above 0: predicted too high)",
    "mean_absolute_error": "mean absolute error",
}
"""The rates of groups, in words."""
HEADS: Final = {
    "selection_rate": "Predicted positive",
    "true_positive_rate": "Positive found",
    "false_positive_rate": "False alarms",
    "error": "Wrong",
    "mean_error": "Mean error",
    "mean_absolute_error": "Mean absolute error",
}
"""The same, as the head of a column."""
_MUCH: Final = 0.1
_TICKED: Final = re.compile(r"""`((?:[^`]|``)+)`|"(?:[^"]|"")*"|'(?:[^']|'')*'""")
"""A name in ticks, or a text in which a tick is a tick."""


def amount(measure: str, value: float) -> str:
    """Give a mean loss as people read it: a share in per cent, another to four digits."""
    return f"{100.0 * value:.1f} %" if measure == "error" else f"{value:.4g}"


def difference(measure: str, value: float) -> str:
    """Give a difference of two mean losses, with its sign; of shares in points."""
    told = f"{100.0 * value:+.1f} points" if measure == "error" else f"{value:+.4g}"
    return told.replace("-", "−")


def rate(name: str, value: float) -> str:
    """Give a rate of a group as people read it."""
    return f"{value:.4g}" if name.startswith("mean_") else f"{100.0 * value:.1f} %"


def of_share(name: str, share: Share) -> str:
    """Give a rate of a group with its interval."""
    if share.value is None:
        return "–"
    ends = "" if share.low is None or share.high is None else f" ({rate(name, share.low)} to {rate(name, share.high)})"
    return rate(name, share.value) + ends


def readable(condition: str) -> str:
    """Give a condition as people read it: names of columns without the ticks that the filter needs."""
    return _TICKED.sub(lambda found: found[1].replace("``", "`") if found[1] else found[0], condition)


def missing_condition(column: str) -> str:
    """Give the condition, in the filter's language, of the rows in which ``column`` is missing."""
    return f"{expression.column(column)} is missing"


def of_segment(measure: str, one: Segment) -> str:
    """Say what is wrong with a segment."""
    loss, rest = amount(measure, one.loss), amount(measure, one.rest)
    ends = " to ".join(difference(measure, end) for end in (one.low, one.high))
    what = "of the rows are wrong" if measure == "error" else f"is the {measure_named(measure).mean}"
    return f"{loss} {what}, {rest} elsewhere: {difference(measure, one.difference)} ({ends}), {one.rows:,} test rows."


def of_segments(found: WeakSegments) -> str:
    """Say how many weak segments there are, and how they are known."""
    if found.note:
        return found.note
    how = (
        f"{found.looked:,} slices of one and two columns were looked at on one part of the test rows; what is listed "
        "was confirmed on another part, so effects are not larger for having been chosen, and the chance of any "
        "false one is 5 %."
    )
    count = len(found.segments)
    if not count:
        return f"No segment is surely worse than the rest. {how} A weak segment of few rows may have been missed."
    covered = "One segment is" if count == 1 else f"{count} segments are"
    return f"{covered} surely worse than the rest. {how} They say where, not why."


def of_tree(found: ErrorTree) -> str:
    """Say what the error tree shows."""
    if found.note:
        return found.note
    if len(found.nodes) < 2:
        return "No question parts the rows with large losses from the others in both halves of the test rows."
    parents = {node.parent for node in found.nodes}
    worst = max((node for node in found.nodes if node.id not in parents), key=lambda node: node.loss)
    loss, whole = amount(found.measure, worst.loss), amount(found.measure, found.nodes[0].loss)
    return (
        f"The worst leaf ({readable(worst.whole)}) has {loss}, all rows {whole}; it holds {100.0 * worst.share:.0f} % "
        "of what is lost. One half of the rows grew the tree, the other one gave its numbers."
    )


def of_labels(found: LabelErrors) -> str:
    """Say how many labels are suspected."""
    if found.note and not found.count:
        return found.note
    share = 100.0 * found.count / found.rows if found.rows else 0.0
    if not found.count:
        return "No label is suspected: where the model is sure of another, there is none."
    what = (
        f"lie {found.limit:.4g} or more from what was predicted"
        if found.limit is not None
        else "are given as one class and surely look like another"
    )
    return (
        f"{found.count:,} of {found.rows:,} test rows ({share:.1f} %) {what}. They are candidates, to be looked "
        "at: the model may be wrong as well."
    )


def of_missing(found: MissingErrors) -> str:
    """Say whether missing cells cost anything."""
    if not found.columns:
        return "No cell of the test rows is missing."
    sure = [one for one in found.columns if one.p_value <= 0.05]
    if not sure:
        return "Where cells are missing, the model is not surely worse or better."
    told = ", ".join(
        f"“{one.column}” ({difference(found.measure, one.difference)} on {one.rows:,} rows)" for one in sure[:3]
    )
    return f"Missing cells make a sure difference in {told}. What goes with being missing may be the cause."


def of_drift(found: TestDrift) -> str:
    """Say whether the test part is like the rest."""
    if not found.columns:
        return "There are no other rows with a target to hold the test rows against."
    beyond = [
        one.column
        for one, chance in zip(found.columns, found.by_chance, strict=True)
        if one.psi > chance and one.psi >= _MUCH
    ]
    others, test = found.rows
    if not beyond:
        return f"The {test:,} test rows are as the other {others:,}, as far as single columns tell."
    named = ", ".join(f"“{name}”" for name in beyond[:5])
    more = f" and {len(beyond) - 5} more" if len(beyond) > 5 else ""
    return (
        f"The test rows differ from the other {others:,} rows in {named}{more}: what is measured on them may not hold "
        "for rows like the others."
    )


def of_disparity(one: Disparity) -> str:
    """Say how far apart two groups are in a rate."""
    ends = " to ".join(_apart(one.rate, end) for end in (one.low, one.high))
    sure = "" if one.low > 0.0 or one.high < 0.0 else "; that may be chance"
    told = f"{RATES[one.rate]}: {_apart(one.rate, one.difference)} between {one.most} and {one.least} ({ends}){sure}"
    return f"{told}."


def of_fairness(found: Fairness) -> str:
    """Say whether the groups are treated alike."""
    if found.note:
        return found.note
    sure = [one for one in found.disparities if one.low > 0.0]
    small = sum(group.is_small for group in found.groups)
    told = (
        f"The groups of “{found.column}” surely differ in {', '.join(RATES[one.rate] for one in sure)}."
        if sure
        else f"No rate surely differs between the groups of “{found.column}”."
    )
    warned = f" {small} of {len(found.groups)} groups are too small to judge by." if small else ""
    return f"{told}{warned} Which of these rates should be alike is for people to say: they cannot all be at once."


def _apart(name: str, value: float) -> str:
    told = f"{value:+.4g}" if name.startswith("mean_") else f"{100.0 * value:+.1f} points"
    return told.replace("-", "−")
