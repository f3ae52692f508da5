"""What a plot of predicted numbers says, in a sentence or two, made by rules; see :mod:`.words`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.datasets.profiles.sampling import Z
from aetheron_desktop.engine.evaluation.curves.numbers import errors
from aetheron_desktop.engine.evaluation.curves.undefined import Undefined
from aetheron_desktop.engine.evaluation.telling import amount, few, joined, off, share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.curves.histograms import Histogram
    from aetheron_desktop.engine.evaluation.curves.numbers import Bins, Boxes, Quantiles
    from aetheron_desktop.engine.evaluation.predictions import TestPredictions

    Floats = NDArray[np.float64]

_FEW: Final = 30
_TIMES: Final = 1.5
"""Errors that are so many times as large as elsewhere differ in practice."""
_SKEWED: Final = 0.5
_HEAVY: Final = 1.0


def predicted_words(predictions: TestPredictions) -> str:
    """Say how far predictions are from the truth, and whether on one side."""
    if not len(predictions):
        return "There are no rows."
    error = errors(predictions)
    half, most = np.quantile(np.abs(error), [0.5, 0.9])
    told = (
        f"Half of the rows are off by less than {amount(float(half))}, one in ten by more than {amount(float(most))}."
    )
    rows = few(len(error), "row is there", "rows are there", _FEW)
    if rows:
        return joined(told, rows)
    mean, width = float(error.mean()), Z * float(error.std(ddof=1)) / np.sqrt(len(error))
    if abs(mean) <= width:
        return joined(told, _shrunk(predictions) or "They are not too high or too low on the whole.")
    side = "high" if mean > 0.0 else "low"
    return joined(told, f"On the whole they are too {side}, by {amount(abs(mean))} ± {amount(width)}.")


def residual_words(found: Bins | Undefined, of: str) -> str:
    """Say whether the mean error, by bins of what is named ``of``, is off zero somewhere."""
    if isinstance(found, Undefined):
        return found.because
    apart = off(found.value, found.low, found.high, 0.0)
    if not len(apart):
        return joined(f"Errors are around 0 wherever {of} is.", _scarce(found))
    worst = int(apart[np.abs(found.value[apart]).argmax()])
    side = "high" if found.value[worst] > 0.0 else "low"
    told = (
        f"Where {of} is {_span(found, worst)}, predictions are too {side} by {amount(abs(float(found.value[worst])))} "
        f"on average ({int(found.count[worst]):,} rows)."
    )
    return joined(told, "The model leaves something there to be learned.")


def level_words(found: Boxes | Undefined, of: str) -> str:
    """Say whether the mean error is off zero at a level of what is named ``of``."""
    if isinstance(found, Undefined):
        return found.because
    apart = off(found.value, found.low, found.high, 0.0)
    scarce = few(int(found.count.min()), "row has its rarest level", "rows have its rarest level", _FEW)
    if not len(apart):
        return joined(f"Errors are around 0 at each level of {of}.", scarce)
    worst = int(apart[np.abs(found.value[apart]).argmax()])
    side = "high" if found.value[worst] > 0.0 else "low"
    told = (
        f"Where {of} is {found.names[worst]}, predictions are too {side} by {amount(abs(float(found.value[worst])))} "
        f"on average ({int(found.count[worst]):,} rows)."
    )
    return joined(told, "The model leaves something there to be learned.")


def error_size_words(found: Bins | Undefined, of: str) -> str:
    """Say where errors are largest, by bins of what is named ``of``."""
    if isinstance(found, Undefined):
        return found.because
    if len(found.value) < 2:
        return f"{of} has one value in most rows, so there is nothing to compare."
    worst, best = int(found.value.argmax()), int(found.value.argmin())
    high, low = float(found.value[worst]), float(found.value[best])
    if found.low[worst] <= found.high[best] or high < _TIMES * low:
        return joined(f"Errors are about as large wherever {of} is.", _scarce(found))
    times = f"{high / low:.2g} times as large as" if low > 0.0 else "larger than"
    return joined(
        f"Errors are {times} elsewhere where {of} is {_span(found, worst)}: {amount(high)} on average, against "
        f"{amount(low)} where it is {_span(found, best)}.",
        _scarce(found),
    )


def spread_words(found: Histogram | Undefined, error: Floats) -> str:
    """Say how the errors are spread."""
    if isinstance(found, Undefined):
        return found.because
    mean, deviation = float(error.mean()), float(error.std())
    if not deviation:
        return "All errors are the same."
    beyond = float((np.abs(error - mean) > 3.0 * deviation).mean())
    told = f"The errors have a mean of {amount(mean)} and a deviation of {amount(deviation)}."
    more = f"{share(beyond)} are more than three deviations away, where 0.3 % of normal ones would be."
    return joined(told, more if len(error) >= 1_000 and beyond > 0.006 else "", few(len(error), "row", "rows", _FEW))


def quantile_words(found: Quantiles | Undefined, rows: int) -> str:
    """Say how the errors differ from normal ones."""
    if isinstance(found, Undefined):
        return found.because
    outside = float(((found.y < found.low) | (found.y > found.high)).mean())
    if outside <= 0.05:
        return joined("The errors are as those of a normal distribution.", few(rows, "row", "rows", _FEW))
    said = []
    if abs(found.skew) > _SKEWED:
        said.append(f"that are {'far too high' if found.skew > 0.0 else 'far too low'} are more frequent than others")
    if found.excess > _HEAVY:
        said.append("that are very large are more frequent than their deviation tells")
    if found.excess < -_HEAVY:
        said.append("that are very large are rarer than their deviation tells")
    if not said:
        return "The errors differ a little from normal ones, in no way that stands out."
    return f"The errors are not normal: those {', and those '.join(said)}."


def coverage_words(found: tuple[Bins, Bins] | Undefined, level: float) -> str:
    """Say whether the limits hold what they promise, and where they do not."""
    if isinstance(found, Undefined):
        return found.because
    covered, width = found
    held = float(covered.value @ covered.count / covered.count.sum())
    mean = float(width.value @ width.count / width.count.sum())
    told = (
        f"{share(held)} of the rows lie between their limits, which should be {share(level)}; these are {amount(mean)} "
        "apart on average."
    )
    apart = off(covered.value, covered.low, covered.high, level)
    if not len(apart):
        return joined(told, "No part differs from that by more than chance explains.", _scarce(covered))
    worst = int(apart[np.abs(covered.value[apart] - level).argmax()])
    narrow = covered.value[worst] < level
    how = "too narrow" if narrow else "wider than they need be"
    return joined(
        told, f"Where the prediction is {_span(covered, worst)} it is {share(float(covered.value[worst]))}: {how}."
    )


def _shrunk(predictions: TestPredictions) -> str:
    """Say that large values are predicted too low and small ones too high, where they are."""
    truth = predictions.truth
    low, high = np.quantile(truth, [0.1, 0.9])
    error = errors(predictions)
    small, large = error[truth <= low], error[truth >= high]
    if low == high or min(len(small), len(large)) < _FEW:
        return ""
    sure = [abs(part.mean()) > Z * part.std() / np.sqrt(len(part)) for part in (small, large)]
    if all(sure) and small.mean() > 0.0 > large.mean():
        return (
            f"The smallest tenth is predicted too high (by {amount(float(small.mean()))}), the largest too low (by "
            f"{amount(-float(large.mean()))}), as a model does that plays safe."
        )
    return ""


def _span(found: Bins, place: int) -> str:
    low, high = float(found.lower[place]), float(found.upper[place])
    return amount(low) if low == high else f"{amount(low)} to {amount(high)}"


def _scarce(found: Bins) -> str:
    return few(int(found.count.min()), "row is in the emptiest bin", "rows are in the emptiest bin", _FEW)
