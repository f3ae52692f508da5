"""Rows whose label is perhaps wrong, from predictions by a model that did not learn from them.

Of classes by confident learning (Northcutt, Jiang and Chuang 2021, Journal of Artificial Intelligence Research 70): a
row is likely of a class when it has at least the probability that rows of that class have on average; a row that is
likely of another class than it is given as, and predicted so, is a suspect. Of numbers: residuals that are far out,
more than three times the distance between the quartiles beyond these (Tukey 1977, Exploratory Data Analysis).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.evaluation.segments.failure import LabelErrors, Suspect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST: Final = 1_000
"""So many suspects are told, the oddest."""
_ROUNDING: Final = 1e-6
_FAR: Final = 3.0
_FEWEST: Final = 20
_PAIRS: Final = 20


def label_errors(
    truth: NDArray[Any], predicted: Floats, classes: Sequence[str], numbers: NDArray[np.int64]
) -> LabelErrors:
    """Give the suspects among the test rows, whose ``numbers`` in the dataset these are.

    ``truth`` (rows,) are class numbers with (rows, classes) probabilities, or values with (rows,) values when there are
    no ``classes``.
    """
    if len(truth) < _FEWEST or not np.isfinite(predicted).all():
        return LabelErrors(rows=len(truth), count=0, note=f"There are fewer than {_FEWEST} test rows to judge by.")
    if classes and np.ptp(truth) and np.ptp(predicted, axis=0).max() <= _ROUNDING:
        return LabelErrors(rows=len(truth), count=0, note="The model says the same of every row, so that none is odd.")
    if classes:
        return _of_classes(np.asarray(truth, dtype=np.int64), predicted, classes, numbers)
    return _of_numbers(np.asarray(truth, dtype=np.float64), predicted, numbers)


def likely_classes(truth: NDArray[np.int64], predicted: Floats) -> NDArray[np.int64]:
    """Give the class that each row is likely of, -1 where it is of none: the confident joint's columns."""
    present = np.bincount(truth, minlength=predicted.shape[1])
    own = predicted[np.arange(len(truth)), truth]
    means = np.bincount(truth, weights=own, minlength=predicted.shape[1]) / np.maximum(present, 1)
    # A class of no row has no average, and no row is likely of it.
    is_likely = (predicted >= means - _ROUNDING) & (present > 0)
    likely = np.where(is_likely, predicted, -1.0).argmax(axis=1)
    return np.where(is_likely.any(axis=1), likely, -1)


def _of_classes(
    truth: NDArray[np.int64], predicted: Floats, classes: Sequence[str], numbers: NDArray[np.int64]
) -> LabelErrors:
    likely = likely_classes(truth, predicted)
    found = np.flatnonzero((likely >= 0) & (likely != truth) & (predicted.argmax(axis=1) != truth))
    others = predicted.copy()
    others[np.arange(len(truth)), truth] = -1.0
    margin = predicted[np.arange(len(truth)), truth] - others.max(axis=1)
    ordered = found[np.argsort(margin[found], kind="stable")]
    pairs, counts = np.unique(np.column_stack([truth[found], likely[found]]), axis=0, return_counts=True)
    most = np.argsort(-counts, kind="stable")[:_PAIRS]
    return LabelErrors(
        rows=len(truth),
        count=len(found),
        suspects=tuple(
            Suspect(int(numbers[row]), classes[truth[row]], classes[likely[row]], float(margin[row]))
            for row in ordered[:MOST]
        ),
        pairs=tuple((classes[pairs[one, 0]], classes[pairs[one, 1]], int(counts[one])) for one in most),
        note="" if len(np.unique(truth)) > 1 else "The test rows are all of one class.",
    )


def _of_numbers(truth: Floats, predicted: Floats, numbers: NDArray[np.int64]) -> LabelErrors:
    residual = truth - predicted
    low, middle, high = np.quantile(residual, [0.25, 0.5, 0.75])
    reach = _FAR * (high - low)
    if reach == 0.0:
        return LabelErrors(rows=len(truth), count=0, note="Half of the rows are predicted to the same distance.")
    found = np.flatnonzero((residual < low - reach) | (residual > high + reach))
    far = np.abs(residual - middle) / (high - low)
    ordered = found[np.argsort(-far[found], kind="stable")]
    return LabelErrors(
        rows=len(truth),
        count=len(found),
        suspects=tuple(
            Suspect(int(numbers[row]), f"{truth[row]:.6g}", f"{predicted[row]:.6g}", -float(far[row]))
            for row in ordered[:MOST]
        ),
        # Quartiles do not lie alike about 0: one side may be listed from nearer on than the other.
        limit=float(np.abs(residual[found]).min()) if len(found) else None,
    )
