"""Which rows are for training, which for validation and which for the test."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

PART_OF_WORD: Final = {
    "train": 0, "training": 0, "fit": 0, "learn": 0, "development": 0,
    "valid": 1, "validation": 1, "val": 1, "dev": 1, "tune": 1,
    "test": 2, "testing": 2, "holdout": 2, "hold-out": 2, "eval": 2, "evaluation": 2,
}  # fmt: skip
"""What a column calls the parts, in small letters."""


_LAST_PART: Final = re.compile(r"[\W_]+[^\W_]+$")


def beginning(word: str) -> str:
    """Give a word without what follows its last sign that is no letter or digit: ``309`` of ``309_15``."""
    return _LAST_PART.sub("", word) or word


class Split(NamedTuple):
    """Positions of rows, ascending, each row in exactly one part."""

    train: NDArray[np.int64]
    valid: NDArray[np.int64]
    test: NDArray[np.int64]


def split_rows(rows: int, *, valid: float, test: float, seed: int, strata: NDArray[np.int64] | None = None) -> Split:
    """Split ``rows`` at random into parts of the shares ``valid`` and ``test``; the rest is for training.

    With ``strata`` (class indices, shape (rows,)) each part has each class in its share, to a row; a class with too few
    rows is for training first, so that no part asks for a class that was never seen.
    """
    shuffled = np.random.default_rng(seed).permutation(rows)
    if strata is not None:
        # Rows of a class stand together, in random order; the parts are then dealt out along the line.
        shuffled = shuffled[np.argsort(strata[shuffled], kind="stable")]
    part = _deal(rows, valid, test)
    if strata is not None:
        _give_each_class_to_training(part, strata[shuffled])
    return Split(*(np.sort(shuffled[part == number]) for number in (0, 1, 2)))


def _deal(rows: int, valid: float, test: float) -> NDArray[np.int64]:
    """Give for each place of a line its part, 0 train, 1 valid, 2 test, evenly along the line."""
    place = np.arange(1, rows + 1)
    # Half a share ahead: of five in a row the third is for the test, so that small classes keep their first rows.
    part = np.zeros(rows, dtype=np.int64)
    part[np.floor(place * test + 0.5) > np.floor((place - 1) * test + 0.5)] = 2
    rest = np.flatnonzero(part == 0)
    place = np.arange(1, len(rest) + 1)
    share = valid / (1.0 - test)
    part[rest[np.floor(place * share + 0.5) > np.floor((place - 1) * share + 0.5)]] = 1
    return part


def _give_each_class_to_training(part: NDArray[np.int64], strata: NDArray[np.int64]) -> None:
    starts = np.flatnonzero(np.diff(strata, prepend=strata[0] - 1)) if len(strata) else np.array([], dtype=np.int64)
    for start, end in zip(starts, [*starts[1:], len(strata)], strict=True):
        if not (part[start:end] == 0).any():
            part[start] = 0
