"""Parting the rows at random."""

import numpy as np


def split_rows(
    rows: int, valid: float, test: float, seed: int, strata: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the places of the rows for training, validation and test; with ``strata`` each part has its share of each.

    A class with too few rows is for training first.
    """
    shuffled = np.random.default_rng(seed).permutation(rows)
    if strata is not None:
        shuffled = shuffled[np.argsort(strata[shuffled], kind="stable")]
    part = np.zeros(rows, dtype=np.int64)
    part[_every(rows, test)] = 2
    rest = np.flatnonzero(part == 0)
    part[rest[_every(len(rest), valid / (1.0 - test))]] = 1
    if strata is not None:
        line = strata[shuffled]
        starts = np.flatnonzero(np.diff(line, prepend=line[0] - 1))
        for start, end in zip(starts, [*starts[1:], rows], strict=True):
            if not (part[start:end] == 0).any():
                part[start] = 0
    train, validation, tested = (np.sort(shuffled[part == number]) for number in (0, 1, 2))
    return train, validation, tested


def _every(count: int, share: float) -> np.ndarray:
    """Tell which places of a line are dealt out, evenly along it."""
    place = np.arange(1, count + 1)
    return np.asarray(np.floor(place * share + 0.5) > np.floor((place - 1) * share + 0.5))
