"""Whether groups of rows are treated alike: rates of each group with their intervals, and how far they are apart.

Of classes: the selection rate (the share that is predicted positive; demographic parity compares it), the true and the
false positive rate (equalised odds compares both; Hardt, Price and Srebro 2016) and the share of wrong rows. Of
numbers: the mean error, which says who is predicted too high, and the mean absolute error. Differences, ratios and the
equalised odds difference are defined as in Fairlearn: the largest over the smallest group, in that rate.

The interval of a difference is Newcombe's (shares) or Welch's (means) at 1 - 0.05 / pairs, so that it holds for the two
groups that are farthest apart though they were chosen for that; a ratio's is that of its logarithm with half a row
added (Walter 1975). Groups that are too small to judge by are told and not compared.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
import numpy as np
from scipy.special import ndtri

from aetheron_desktop.engine.evaluation.segments.contrast import mean_interval, newcombe, welch
from aetheron_desktop.engine.evaluation.segments.failure import Disparity, Fairness, Group, Share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.segments.coding import Coded

    Floats = NDArray[np.float64]

FEWEST: Final = 30
"""A group of fewer rows is too small to judge by."""
FEWEST_OF_A_RATE: Final = 10
"""So is a rate of fewer rows, as the true positive rate of few positive ones."""


class _Rate(NamedTuple):
    """``each`` (rows,) is averaged over the rows in ``of``; a share is of zeros and ones."""

    name: str
    each: Floats
    of: NDArray[np.bool_]
    is_share: bool


def fairness_of_classes(column: Coded, truth: NDArray[Any], chosen: NDArray[Any], positive: int, name: str) -> Fairness:
    """Compare the groups of ``column``; ``positive`` is the number of the positive class, ``name`` its word."""
    is_positive, is_told = np.asarray(truth) == positive, np.asarray(chosen) == positive
    told = is_told.astype(np.float64)
    every = np.ones(len(told), dtype=np.bool_)
    rates = (
        _Rate("selection_rate", told, every, True),
        _Rate("true_positive_rate", told, is_positive, True),
        _Rate("false_positive_rate", told, ~is_positive, True),
        _Rate("error", (np.asarray(truth) != chosen).astype(np.float64), every, True),
    )
    return _fairness(column, rates, name)


def fairness_of_numbers(column: Coded, truth: Floats, predicted: Floats) -> Fairness:
    """Compare the groups of ``column``."""
    error = predicted - truth
    every = np.ones(len(error), dtype=np.bool_)
    rates = (_Rate("mean_error", error, every, False), _Rate("mean_absolute_error", np.abs(error), every, False))
    return _fairness(column, rates, "")


def _fairness(column: Coded, rates: Sequence[_Rate], positive: str) -> Fairness:
    is_rest = column.has_others and not column.is_ordered
    parts = [part for part in range(column.count) if not (is_rest and part == len(column.words))]
    inside = {part: column.codes == part for part in parts}
    groups = [_group(column, part, inside[part], rates) for part in parts]
    large = [part for part, group in zip(parts, groups, strict=True) if not group.is_small]
    found = [
        one for rate in rates if (one := _disparity(rate, {column.condition([part]): inside[part] for part in large}))
    ]
    odds = [one.difference for one in found if one.rate in {"true_positive_rate", "false_positive_rate"}]
    return Fairness(
        column=column.name,
        positive=positive,
        rows=len(column.codes),
        groups=tuple(groups),
        disparities=tuple(found),
        equalised_odds=max(odds) if len(odds) == 2 else None,
        left_out=int((column.codes == len(column.words)).sum()) if is_rest else 0,
        note="" if len(large) > 1 else f"Fewer than two groups have the {FEWEST} rows that are needed to compare them.",
    )


def _group(column: Coded, part: int, inside: NDArray[np.bool_], rates: Sequence[_Rate]) -> Group:
    rows = int(inside.sum())
    condition = column.condition([part])
    if column.has_missing and part == column.known:
        name = "missing"
    elif column.is_ordered:
        name = condition
    else:
        name = column.words[part]
    shares = {rate.name: _share(rate.each[inside & rate.of], rate.is_share) for rate in rates}
    return Group(name=name, condition=condition, rows=rows, rates=shares, is_small=rows < FEWEST)


def _share(each: Floats, is_share: bool) -> Share:
    if not len(each):
        return Share(None, None, None, 0)
    low, high = mean_interval(each, is_share=is_share)
    known = math.isfinite(low)
    return Share(float(each.mean()), low if known else None, high if known else None, len(each))


def _disparity(rate: _Rate, groups: Mapping[str, NDArray[np.bool_]]) -> Disparity | None:
    """Hold the two groups that are farthest apart against each other."""
    known = {name: rate.each[inside & rate.of] for name, inside in groups.items()}
    known = {name: each for name, each in known.items() if len(each) >= FEWEST_OF_A_RATE}
    if len(known) < 2:
        return None
    means = {name: float(each.mean()) for name, each in known.items()}
    most, least = max(means, key=lambda name: means[name]), min(means, key=lambda name: means[name])
    if most == least:
        most, least = list(means)[:2]
    z = float(-ndtri(0.025 / len(list(itertools.combinations(known, 2)))))
    one, other = known[most], known[least]
    made = Disparity(rate=rate.name, most=most, least=least, difference=means[most] - means[least], low=0.0, high=0.0)
    if not rate.is_share:
        low, high, _ = welch(one, other, z)
        return _with(made, low=low, high=high)
    counts = (round(float(one.sum())), len(one), round(float(other.sum())), len(other))
    low, high = newcombe(*counts, z)
    if not means[most]:
        return _with(made, low=low, high=high)
    ratio_low, ratio_high = _ratio(*counts, z)
    ratio = means[least] / means[most]
    return _with(made, low=low, high=high, ratio=ratio, ratio_low=min(ratio, ratio_low), ratio_high=ratio_high)


def _ratio(most: int, rows: int, least: int, other_rows: int, z: float) -> tuple[float, float]:
    """Give the interval of the second share over the first."""
    middle = math.log((least + 0.5) / (other_rows + 0.5)) - math.log((most + 0.5) / (rows + 0.5))
    parts = (1 / (least + 0.5), -1 / (other_rows + 0.5), 1 / (most + 0.5), -1 / (rows + 0.5))
    half = z * math.sqrt(max(0.0, sum(parts)))
    return math.exp(middle - half), math.exp(middle + half)


def _with(made: Disparity, **others: float) -> Disparity:
    return msgspec.structs.replace(made, **others)
