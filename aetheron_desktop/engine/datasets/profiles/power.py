"""What a column tells of the target alone, from 0 (nothing) to 1 (all).

The column is cut into bins (see ``cuts``): numbers at quantiles, words each by itself, the missing cells in a bin of
their own. A bin predicts the mean of the target in it, for classes the share of each, drawn towards the mean of all
rows as if it held ten rows more (the m-estimate: Cestnik 1990; for columns of many words Micci-Barreca 2001), so that a
value met once predicts nothing. The predictions are judged on the rows that they were not made from, in five folds.
``power`` is the skill score against the dummy that predicts the mean of all: 1 - loss / dummy loss, not below 0. The
loss is the mean squared error, for classes the Brier score (Brier 1950; skill score: Murphy 1988, Monthly Weather
Review 116).

For a number as the target it is R² out of sample. An identifier has none, and a leak comes near to 1.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDS: Final = 5
MORE: Final = 10.0
"""Rows that each bin is thought to hold more, all with the mean of the target."""


class Power(NamedTuple):
    """``power`` as above, from the mean ``loss`` and that of the dummy; None where there is nothing to compare."""

    power: float | None
    loss: float | None
    dummy_loss: float | None


def power(bins: NDArray[np.int64], target: NDArray[Any], *, seed: int = 0) -> Power:
    """Judge the bin of each row, counted from zero, as the only thing that is known of it.

    ``target`` has the class of each row, counted from zero, or a number (float64); both have the shape (rows,).
    """
    rows = len(bins)
    if rows < 2 * FOLDS or not np.isfinite(target).all():
        return Power(None, None, None)
    fold = folds(rows, seed)
    count = int(bins.max()) + 1
    cell = fold * count + bins
    with np.errstate(over="ignore", invalid="ignore"):
        sizes = np.bincount(cell, minlength=FOLDS * count).reshape(FOLDS, count).astype(np.float64)
        sums, squares = _sums(cell, target, count)
        loss = _loss(sizes, sums, squares) / rows
        dummy = _loss(sizes.sum(axis=1, keepdims=True), sums.sum(axis=1, keepdims=True), squares) / rows
        if not np.isfinite((loss, dummy)).all() or dummy <= squares / rows * 1e-12:
            return Power(None, None, None)
    return Power(max(0.0, 1.0 - loss / dummy), loss, dummy)


@functools.lru_cache(maxsize=1)
def folds(rows: int, seed: int = 0) -> NDArray[np.int64]:
    """Deal rows out to the folds at random, each as many as any other, but for one; kept for the next column."""
    dealt: NDArray[np.int64] = np.random.default_rng(seed).permutation(np.arange(rows) % FOLDS)
    dealt.flags.writeable = False
    return dealt


def _sums(cell: NDArray[np.int64], target: NDArray[Any], count: int) -> tuple[NDArray[np.float64], float]:
    """Add up the target, shape (folds, bins, classes or 1), and its squares over all rows."""
    if target.dtype.kind != "f":
        classes = int(target.max()) + 1
        counts = np.bincount(cell * classes + target, minlength=FOLDS * count * classes)
        made: Any = counts.reshape(FOLDS, count, classes)
        return made.astype(np.float64), float(len(target))
    centred = target - target.mean()  # the loss does not depend on it, and its squares lose no digits
    sums = np.bincount(cell, weights=centred, minlength=FOLDS * count)
    made = sums.reshape(FOLDS, count, 1)
    return made, float(np.square(centred).sum())


def _loss(sizes: NDArray[np.float64], sums: NDArray[np.float64], squares: float) -> float:
    """Add up the squared errors of each fold, of shape (folds, bins), predicted from the other folds."""
    others = sizes.sum(axis=0) - sizes
    learned = sums.sum(axis=0) - sums
    prior = learned.sum(axis=1, keepdims=True) / np.maximum(1.0, others.sum(axis=1))[:, None, None]
    guess = (learned + MORE * prior) / (others + MORE)[:, :, None]
    return float(squares - 2 * (guess * sums).sum() + (np.square(guess).sum(axis=2) * sizes).sum())
