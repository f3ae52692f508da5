"""What a training costs: a small model of time and memory, measured on a reference machine."""

from __future__ import annotations

from typing import Literal

import msgspec


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds of one core and bytes, as ``tests/benchmarks/costs.py`` measures them.

    A *cell* is a row that is learned from times a feature after the preparation, which makes a category one column
    (``codes``) or one for each of its levels (``one-hot``), and of what has few values, too (``levels``). A training
    takes ``start_s``, ``cell_s`` for each cell, and for each step ``step_s`` and ``step_cell_s`` for each cell, the
    last times the logarithm (base 2) of the rows where it ``sorts``, and times the classes of more than two where it is
    ``per_class``. ``steps`` is the parameter that counts the steps, empty where there is one. ``scales`` are parameters
    by whose share of their default, to that power, a step takes longer. ``parallel`` is the share of a step that
    further cores take on. Of what learns in ``batches`` a step is an epoch: ``step_s`` is what a batch takes beside its
    cells, of which those that are no numbers of the table, which alone are embedded, take the share ``plain``, and
    ``step_pair_s`` is what a pair of features takes in each row that look at each other. ``cell_bytes`` is what it
    holds for each cell, the table's own numbers among it, for they are in the memory when it is measured; but not its
    words.

    What looks at pairs of rows takes ``pair_s`` for each pair, and ``pair_cell_s`` for each feature of it: of
    ``neighbours``, the rows that are kept with those that it is judged by; of ``support``, those that libsvm sees with
    each other, or, where they are too many, the rows with the landmarks, ``landmark_s`` each.
    """

    width: Literal["codes", "one-hot", "levels"]
    steps: str = ""
    batches: bool = False
    start_s: float
    cell_s: float
    step_s: float
    step_cell_s: float
    step_pair_s: float = 0.0
    plain: float = 1.0
    sorts: bool = False
    per_class: bool = False
    scales: tuple[tuple[str, float], ...] = ()
    parallel: float = 0.0
    cell_bytes: float
    pairs: Literal["", "neighbours", "support"] = ""
    pair_s: float = 0.0
    pair_cell_s: float = 0.0
    landmark_s: float = 0.0
