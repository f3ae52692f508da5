"""Several models on the same test rows: each pair, corrected for how many there are, and who cannot be told apart.

On one data set the Friedman-Nemenyi diagram does not apply: its ranks are over data sets (Demšar 2006, Statistical
comparisons of classifiers over multiple data sets, JMLR 7:1-30, section 3.2). Here each pair is tested on the rows'
losses by the paired test of the metric, the p-values are corrected after Holm (1979, A simple sequentially rejective
multiple test procedure, Scandinavian Journal of Statistics 6:65-70), and the diagram has the metric itself on its axis;
a bar joins models of which no pair was told apart, as Demšar draws it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from aetheron_desktop.engine.evaluation.multiplicity import holm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Pair(NamedTuple):
    """Two models by their numbers, by how much the second is better, and the p-value before and after correction."""

    a: int
    b: int
    difference: float
    p_value: float
    corrected: float


class Ranking(NamedTuple):
    """``order`` are the models, best first; ``groups`` those of which none was told apart, each as long as can be."""

    order: tuple[int, ...]
    pairs: tuple[Pair, ...]
    groups: tuple[tuple[int, ...], ...]


def ranking(
    scores: Sequence[float],
    differences: Mapping[tuple[int, int], tuple[float, float]],
    *,
    higher: bool,
    level: float = 0.05,
) -> Ranking:
    """Rank models by their scores; ``differences`` has for each pair (a, b), a < b, by how much b is better and its p.

    Models are told apart where the corrected p-value is below ``level``.
    """
    corrected = holm([p_value for _, p_value in differences.values()])
    pairs = tuple(
        Pair(a, b, value, p_value, right)
        for ((a, b), (value, p_value)), right in zip(differences.items(), corrected, strict=True)
    )
    apart = {frozenset((pair.a, pair.b)) for pair in pairs if pair.corrected < level}
    ordered = np.argsort([-score if higher else score for score in scores], kind="stable").tolist()
    return Ranking(tuple(ordered), pairs, _groups(ordered, apart))


def _groups(order: Sequence[int], apart: set[frozenset[int]]) -> tuple[tuple[int, ...], ...]:
    """Give the longest stretches of the order within which no pair was told apart, of two models at least."""
    found: list[tuple[int, ...]] = []
    end = 0
    for begin in range(len(order)):
        last = begin
        while last + 1 < len(order) and all(
            frozenset((order[last + 1], one)) not in apart for one in order[begin : last + 1]
        ):
            last += 1
        if last > begin and last + 1 > end:
            found.append(tuple(order[begin : last + 1]))
            end = last + 1
    return tuple(found)
