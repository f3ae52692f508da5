"""The folds of an ensemble."""

import base64
import zlib

import numpy as np


def folds_of(rows: np.ndarray, place: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Give what is learned from and what is left out, of ``rows`` that have a fold each; -1 is learned from always."""
    made = [(rows[place != fold], rows[place == fold]) for fold in range(int(place.max()) + 1)]
    return [(learned, left) for learned, left in made if len(left)]


def dealt(y: np.ndarray, count: int, seed: int, by_class: bool) -> np.ndarray:
    """Give a fold for each row, such that each fold has its share of every class, or of small and large values."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(y))
    order = order[np.argsort(y[order], kind="stable")]
    place = np.empty(len(y), dtype=np.int64)
    if not by_class:
        turns = np.argsort(rng.random((-(-len(y) // count), count)), axis=1).ravel()
        place[order] = turns[: len(y)]
        return place
    place[order] = np.arange(len(y)) % count
    # A class that is in one fold alone would be unknown to the model that leaves it out.
    for label in np.unique(y):
        if len(np.unique(place[y == label])) == 1:
            place[y == label] = -1
    return place


def unpacked(packed: str) -> np.ndarray:
    """Give the fold of each row of the table."""
    return np.frombuffer(zlib.decompress(base64.b85decode(packed)), dtype=np.int16).astype(np.int64)
