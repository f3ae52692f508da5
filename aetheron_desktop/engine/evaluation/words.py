"""What a plot of two or more classes says, in a sentence or two, made by rules from its numbers.

Each takes what was drawn, or why it could not be, and ends with the caveat that matters: few rows, a wide interval, a
best value that was looked for on these rows. :mod:`.number_words` has those of numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.evaluation.curves.thresholds import metrics_at
from aetheron_desktop.engine.evaluation.curves.undefined import Undefined
from aetheron_desktop.engine.evaluation.definitions import definition
from aetheron_desktop.engine.evaluation.telling import amount, few, joined, off, share

if TYPE_CHECKING:
    from aetheron_desktop.engine.evaluation.curves.calibration import Calibration
    from aetheron_desktop.engine.evaluation.curves.confusion import Confusion
    from aetheron_desktop.engine.evaluation.curves.costs import CostCurve, Prices
    from aetheron_desktop.engine.evaluation.curves.cutoffs import Cutoffs
    from aetheron_desktop.engine.evaluation.curves.histograms import Histogram
    from aetheron_desktop.engine.evaluation.curves.ranking import Curve, Farthest
    from aetheron_desktop.engine.evaluation.curves.thresholds import ThresholdCurve
    from aetheron_desktop.engine.evaluation.table import Measured

_WIDE: Final = 0.1
"""An interval of a share that is wider leaves much open."""
_FEW: Final = 30
"""So few rows of a class, or of a bin, tell little."""
_RARE: Final = 0.1
_APART: Final = 0.1


def roc_words(found: Curve | Undefined, cutoffs: Cutoffs, area: Measured | None, name: str) -> str:
    """Say what a ROC curve says of the class ``name``; ``area`` is the metric with its interval."""
    if isinstance(found, Undefined):
        return found.because
    if len(cutoffs.thresholds) == 1:
        return "All rows have the same score: the model does not tell them apart."
    told = (
        f"Of a row that is {name!r} and one that is not, the first has the higher score in {share(found.area)} of cases"
    )
    if area is None or area.low is None or area.high is None:
        return joined(f"{told}; guessing has 50 %.", _few_positives(cutoffs, name))
    told += f" ({share(area.low)} to {share(area.high)}); guessing has 50 %."
    if area.high < 0.5:
        return joined(told, "That is worse than guessing: see whether the classes have been swapped.")
    if area.low <= 0.5:
        return joined(told, "On these rows it cannot be told from guessing.", _few_positives(cutoffs, name))
    wide = "The interval is wide." if area.high - area.low > _WIDE else ""
    return joined(told, _few_positives(cutoffs, name) or wide)


def precision_recall_words(found: Curve | Undefined, cutoffs: Cutoffs, name: str) -> str:
    """Say what precision costs recall of the class ``name``."""
    if isinstance(found, Undefined):
        return found.because
    half = int(np.searchsorted(found.x, 0.5, side="left"))
    told = (
        f"Where half of the rows that are {name!r} are found, {share(float(found.y[half]))} of those picked are right; "
        f"picked at random, {share(found.level)} would be."
    )
    rare = f"The class is rare ({share(found.level)}): this curve says more than ROC." if found.level < _RARE else ""
    return joined(told, _few_positives(cutoffs, name) or rare)


def gain_words(found: Curve | Undefined, cutoffs: Cutoffs, name: str, taken: float = 0.1) -> str:
    """Say what the rows with the highest scores hold, as gain and lift show it."""
    if isinstance(found, Undefined):
        return found.because
    place = max(1, int(np.searchsorted(found.x, taken, side="left")))
    x, y = float(found.x[place]), float(found.y[place])
    told = (
        f"The {share(x)} of the rows with the highest scores hold {share(y)} of all that are {name!r}: "
        f"{y / x:.2g} times as many as any {share(x)} would."
    )
    tied = "Many rows share a score, so no smaller part can be picked." if x > 2.0 * taken else ""
    return joined(told, tied or _few_positives(cutoffs, name))


def farthest_words(found: Farthest | Undefined, cutoffs: Cutoffs, name: str) -> str:
    """Say where the classes are farthest apart (Kolmogorov and Smirnov)."""
    if isinstance(found, Undefined):
        return found.because
    if not np.isfinite(found.threshold):
        return "No threshold parts the classes: none has a larger share of one above it than of the other."
    told = (
        f"The classes are farthest apart at {amount(found.threshold)}: {share(found.positive_share)} of the rows that "
        f"are {name!r} lie there or above, and {share(found.negative_share)} of the others."
    )
    return joined(
        told, _few_positives(cutoffs, name) or "It is the largest difference that these rows have, so others have less."
    )


def detection_words(found: Curve | Undefined, cutoffs: Cutoffs, name: str) -> str:
    """Say where misses and false alarms are as frequent, of a curve of both on axes of one kind."""
    if isinstance(found, Undefined):
        return found.because
    threshold = float(found.threshold[int(np.argmin(np.abs(found.x - found.y)))])
    counts = cutoffs.counts(threshold)
    missed, alarms = float(counts.fn) / cutoffs.positives, float(counts.fp) / cutoffs.negatives
    told = (
        f"Both errors are about as frequent at {amount(threshold)}: {share(missed)} of the rows that are {name!r} are "
        f"missed, and {share(alarms)} of the others are false alarms."
    )
    return joined(told, _few_positives(cutoffs, name))


def score_words(found: Histogram | Undefined, name: str) -> str:
    """Say how much the scores of both classes overlap."""
    if isinstance(found, Undefined):
        return found.because
    if not found.counts.sum(axis=1).all():
        return "All rows are of one class, so it does not show how well the scores part them."
    both = float(np.minimum(*found.shares).sum())
    told = f"The scores of the rows that are {name!r} and of the others overlap by {share(both)}."
    few_rows = few(int(found.counts.sum(axis=1).min()), "row is of one of them", "rows are of one of them", _FEW)
    return joined(told, few_rows)


def calibration_words(found: Calibration | Undefined) -> str:
    """Say whether the probabilities are right, and where they are most wrong by more than chance."""
    if isinstance(found, Undefined):
        return found.because
    told = (
        f"The probabilities are off by {share(found.error)} on average ({share(found.error_low)} to "
        f"{share(found.error_high)})."
    )
    apart = off(found.seen, found.low, found.high, found.said)
    if not len(apart):
        scarce = few(int(found.count.max()), "row is in the fullest bin", "rows are in the fullest bin", _FEW)
        return joined(told, "No bin is off by more than chance explains: they can be taken as they are.", scarce)
    gap = np.abs(found.seen - found.said) * found.count
    worst = int(apart[gap[apart].argmax()])
    said, seen = float(found.said[worst]), float(found.seen[worst])
    how = "too high" if said > seen else "too low"
    return joined(
        told,
        f"Where it says {share(said)}, {share(seen)} come true ({int(found.count[worst]):,} rows): that is {how} by "
        "more than chance explains. A threshold or a cost that takes them at their word is then off, too.",
    )


def threshold_words(found: ThresholdCurve | Undefined, cutoffs: Cutoffs, metric: str, threshold: float) -> str:
    """Say what ``metric`` is at ``threshold``, the one in use, and what it could be."""
    if isinstance(found, Undefined):
        return found.because
    label = definition(metric).label
    now = metrics_at(cutoffs, threshold)[metric]
    best = metrics_at(cutoffs, found.best)[metric]
    if not np.isfinite(now.value):
        told = f"At {amount(threshold)}, {label} is not defined."
    else:
        told = f"At {amount(threshold)}, {label} is {float(now.value):.3f}."
    if np.isfinite(now.value) and found.best_value - float(now.value) < 1e-9:
        return joined(told, "No other threshold has a higher one on these rows.")
    told = joined(told, f"It is highest at {amount(found.best)}: {found.best_value:.3f}.")
    if np.isfinite(now.value) and float(now.value) >= float(best.low):
        return joined(told, "So small a difference may be chance.")
    return joined(told, "That was looked for on these rows: on others it will be a little lower.")


def cost_words(found: CostCurve | Undefined, prices: Prices, cutoffs: Cutoffs, threshold: float) -> str:
    """Say what a row costs at ``threshold``, the one in use, and where it would cost least."""
    if isinstance(found, Undefined):
        return found.because
    now = float(prices.total(cutoffs.counts(threshold))) / found.rows
    word = "costs" if now >= 0.0 else "brings"
    told = f"At {amount(threshold)} a row {word} {amount(abs(now))} on average."
    least = (
        f"costs least, {amount(found.best_cost)}"
        if found.best_cost >= 0.0
        else f"brings most, {amount(-found.best_cost)}"
    )
    alone = min(found.all_cost, found.none_cost)
    if found.best_cost >= alone - 1e-12 * max(1.0, abs(alone)):
        which = "always" if found.all_cost <= found.none_cost else "never"
        return joined(
            told, f"With these costs it is best to predict the positive class {which}: the model adds nothing."
        )
    if now - found.best_cost > 1e-12 * max(1.0, abs(now)):
        told = joined(told, f"It {least}, at {amount(found.best)}.")
        if found.best_low <= now <= found.best_high:
            told = joined(told, "That is within what chance does.")
    else:
        told = joined(told, "No other threshold is better on these rows.")
    fair = prices.fair_threshold
    if fair is not None and abs(fair - found.best) > _APART:
        return joined(told, f"Were the probabilities right, {amount(fair)} would be best: see the calibration.")
    return told


def confusion_words(found: Confusion) -> str:
    """Say how many rows are right, and which error is the commonest."""
    rows = int(found.cells.sum())
    if not rows:
        return "There are no rows."
    right = int(np.trace(found.cells)) - (int(found.cells[-1, -1]) if found.merged else 0)
    told = f"{right:,} of {rows:,} rows ({share(right / rows)}) are predicted right."
    pairs = found.most_confused(1)
    if not pairs:
        return joined(told, few(rows, "row is", "rows are", _FEW) or "None is mistaken.")
    pair = pairs[0]
    names = found.classes[pair.actual], found.classes[pair.said]
    told = joined(
        told,
        f"The commonest error: {names[0]!r} is taken for {names[1]!r} in {pair.count:,} of {pair.rows:,} rows "
        f"({share(pair.share)}).",
    )
    there = found.cells.sum(axis=1)
    never = [found.classes[i] for i in np.flatnonzero((there > 0) & (found.cells.sum(axis=0) == 0))]
    if never:
        more = f" and {len(never) - 3:,} more" if len(never) > 3 else ""
        return joined(told, f"Never predicted: {', '.join(repr(name) for name in never[:3])}{more}.")
    if len(there) == 2 and there.max() > 0.8 * rows:
        most = int(there.argmax())
        return joined(
            told, f"Always saying {found.classes[most]!r} would be right in {share(int(there[most]) / rows)}."
        )
    least = int(np.where(there > 0, there, rows).argmin())
    return joined(
        told, few(int(there[least]), f"row is {found.classes[least]!r}", f"rows are {found.classes[least]!r}", _FEW)
    )


def _few_positives(cutoffs: Cutoffs, name: str) -> str:
    """Say that there are few rows of a class, where there are."""
    if cutoffs.negatives < cutoffs.positives:
        return few(int(cutoffs.negatives), f"row is not {name!r}", f"rows are not {name!r}", _FEW)
    return few(int(cutoffs.positives), f"row is {name!r}", f"rows are {name!r}", _FEW)
