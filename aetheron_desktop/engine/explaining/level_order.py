"""An order of a category's levels in which those stand side by side whose rows are alike in the other columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from aetheron_desktop.engine.estimators.features import words
from aetheron_desktop.engine.explaining.grids import axis_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Column

    Floats = NDArray[np.float64]


def level_order(
    columns: Sequence[Column], table: pd.DataFrame, column: Column, levels: list[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the places of ``levels`` in that order, and the place (rows,) of each row's level, -1 of others.

    Two levels are as far apart as the distributions of each other column differ: of numbers the largest difference of
    both distributions (Kolmogorov and Smirnov), of levels half the sum of the differences of their shares. The first
    coordinate of classical scaling (Torgerson 1952) of these distances orders them, as the appendix of Apley and Zhu
    (2020) has it.
    """
    place = {level: at for at, level in enumerate(levels)}
    own = np.asarray(words(table[column.name]).map(place).fillna(-1), dtype=np.int64)
    own[table[column.name].isna().to_numpy()] = -1
    apart = np.zeros((len(levels), len(levels)))
    for other in columns:
        if other.name == column.name or other.type in {"text", "identifier"}:
            continue
        shares = _shares(other, table[other.name], own, len(levels))
        if shares is not None:
            apart += shares
    return _scaled(apart), own


def _shares(other: Column, values: pd.Series[Any], own: NDArray[np.int64], levels: int) -> Floats | None:
    axis = axis_of(other, values)
    if axis is not None:
        inside = (own >= 0) & ~np.isnan(axis)
        if not inside.any():
            return None
        edges = np.unique(np.quantile(axis[inside], np.linspace(0.0, 1.0, 33)[1:-1]))
        found = _table(own[inside], np.searchsorted(edges, axis[inside], side="left"), levels, len(edges) + 1)
        below = np.cumsum(found, axis=1)
        return np.asarray(np.abs(below[:, None] - below[None]).max(axis=2))
    codes, known = pd.factorize(values)
    inside = (own >= 0) & (codes >= 0)
    if not inside.any() or len(known) > 200:
        return None
    found = _table(own[inside], codes[inside], levels, len(known))
    return np.asarray(np.abs(found[:, None] - found[None]).sum(axis=2) / 2.0)


def _table(own: NDArray[Any], code: NDArray[Any], levels: int, codes: int) -> Floats:
    counts = np.bincount(own * codes + code, minlength=levels * codes).reshape(levels, codes)
    made: Floats = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return made


def _scaled(apart: Floats) -> NDArray[np.int64]:
    squared = apart**2
    centred = squared - squared.mean(axis=0) - squared.mean(axis=1)[:, None] + squared.mean()
    _, vectors = np.linalg.eigh(-centred / 2.0)
    return np.argsort(vectors[:, -1], kind="stable").astype(np.int64)
