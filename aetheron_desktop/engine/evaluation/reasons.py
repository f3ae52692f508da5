"""Why a metric is not defined on some rows, or has no interval, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aetheron_desktop.engine.evaluation.intervals import FEWEST

if TYPE_CHECKING:
    from aetheron_desktop.engine.evaluation.predictions import TestPredictions


def why_undefined(name: str, predictions: TestPredictions) -> str:
    """Say why ``name`` has no value on these rows."""
    if not len(predictions):
        return "There are no rows."
    if predictions.task == "regression":
        return _of_numbers(name, predictions)
    present = np.unique(predictions.truth)
    if predictions.task == "binary" and name in {"recall", "average_precision"} and 1 not in present:
        return f"No row is {predictions.classes[1]!r}, so there is nothing to find."
    if name == "specificity" and present.tolist() == [1]:
        return f"All rows are {predictions.classes[1]!r}, so there is nothing to leave alone."
    if name == "precision":
        return f"No row is predicted {predictions.classes[1]!r} at this threshold."
    if len(present) == 1:
        return f"All rows are {predictions.classes[int(present[0])]!r}, so there is nothing to tell apart."
    return "It is not defined on these rows."


def why_without_interval(name: str, rows: int) -> str:
    """Say why a value of ``rows`` rows has no interval."""
    if name == "max_error":
        return "The largest error has no interval: another row may have any."
    if rows < FEWEST:
        return f"{rows:,} rows are too few for an interval; it takes {FEWEST}."
    return "The rows do not differ, so they do not tell how far others may be."


def _of_numbers(name: str, predictions: TestPredictions) -> str:
    match name:
        case "r2":
            return "The truth is the same in all rows, so there is no variance to explain."
        case "mape":
            zeros = int(np.count_nonzero(predictions.truth == 0.0))
            rows = "1 row has" if zeros == 1 else f"{zeros:,} rows have"
            return f"{rows} a truth of 0, of which an error is no share."
        case "cv_rmse":
            return "The mean of the truth is 0, of which an error is no share."
        case "coverage" | "interval_width" | "pinball_loss":
            return "The model tells no limits of its predictions."
        case _:
            return "The numbers are too large to be measured."
