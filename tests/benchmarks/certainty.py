"""How often the intervals of metrics hold what they promise, and how often a verdict between equal models is false.

``python3 -m tests.benchmarks.certainty`` takes some minutes; no part of ``dev.py bench``, whose figures are times.
"""

from __future__ import annotations

import sys
import time
from typing import Final

import numpy as np

from aetheron_desktop.engine.evaluation.intervals import intervals
from aetheron_desktop.engine.evaluation.metrics import main_metric, metrics_for
from aetheron_desktop.engine.evaluation.predictions import TestPredictions
from aetheron_desktop.engine.evaluation.scores import scores
from aetheron_desktop.engine.evaluation.table import measured
from aetheron_desktop.engine.evaluation.verdict import compare
from tests.engine.evaluation.simulated import KINDS, pair

ROUNDS: Final = 1_000
WHOLE: Final = 2_000_000
"""So many rows tell what a model reaches on all."""


def coverage(kind: str, rows: int, rounds: int = ROUNDS) -> dict[str, tuple[float, float]]:
    """Give for each metric the share of intervals with the value on all rows in it, and of tables without interval."""
    task, make = KINDS[kind]
    whole = scores(task, *make(np.random.default_rng(10**6), WHOLE))
    held: dict[str, list[bool]] = {name: [] for name in whole}
    for seed in range(rounds):
        for name, (low, high) in intervals(task, *make(np.random.default_rng(seed), rows), seed=seed).items():
            value = whole[name]
            assert value is not None
            held[name].append(low <= value <= high)
    return {name: (float(np.mean(each)), 1.0 - len(each) / rounds) for name, each in held.items()}


def predictions(kind: str, seed: int, rows: int) -> TestPredictions:
    """Give simulated test predictions; numbers have limits that hold for nine of ten rows, or nearly."""
    task, make = KINDS[kind]
    truth, said = make(np.random.default_rng(seed), rows)
    if task == "regression":
        # Of numbers around 0 an error is no share.
        truth, said = (truth + 10.0, said + 10.0) if kind == "regression" else (truth, said)
        half = 0.85 if kind == "regression" else 0.35 * np.abs(said)
        limits = np.column_stack([said - half, said + half])
        return TestPredictions(task, np.arange(rows), truth, said, limits=limits, level=0.9)
    names = tuple(f"c{number}" for number in range(said.shape[1]))
    return TestPredictions(task, np.arange(rows), truth, said, names)


def table_coverage(kind: str, rows: int, rounds: int = ROUNDS, budget_s: float = 0.5) -> dict[str, tuple[float, float]]:
    """Give the same as :func:`coverage` of every metric of the table of Analyze."""
    whole = {one.name: one.value for one in measured(predictions(kind, 10**6, WHOLE), budget_s=0.0)}
    held: dict[str, list[bool]] = {name: [] for name in whole}
    for seed in range(rounds):
        for one in measured(predictions(kind, seed, rows), seed=seed, budget_s=budget_s):
            value = whole[one.name]
            if one.low is not None and one.high is not None and value is not None:
                held[one.name].append(one.low <= value <= one.high)
    known = {name: each for name, each in held.items() if each}
    return {name: (float(np.mean(each)), 1.0 - len(each) / rounds) for name, each in known.items()}


def false_verdicts(kind: str, rows: int, metric: str, rounds: int = ROUNDS) -> dict[str, float]:
    """Give how often each state was the verdict on two models that are equally good."""
    states = [
        compare(KINDS[kind][0], *pair(kind, np.random.default_rng(seed), rows), metric=metric, seed=seed).state
        for seed in range(rounds)
    ]
    return {state: states.count(state) / rounds for state in ("better", "worse", "same", "unsure", "withheld")}


def main() -> None:
    """Print the tables; ``table`` behind the command prints that of Analyze alone."""
    for kind in KINDS:
        for rows in (200, 2_000):
            for name, (share, without) in table_coverage(kind, rows).items():
                print(f"table {kind:12} {rows:6,} {name:26} {share:6.1%}  without {without:.1%}", flush=True)
    if sys.argv[1:] == ["table"]:
        return
    for kind in KINDS:
        for rows in (200, 2_000):
            began = time.perf_counter()
            for name, (share, without) in coverage(kind, rows).items():
                print(f"coverage {kind:12} {rows:6,} {name:22} {share:6.1%}  without {without:.1%}", flush=True)
            print(f"  {time.perf_counter() - began:.0f} s")
    for kind, (task, _) in KINDS.items():
        for rows in (20, 200, 2_000):
            for name in [metric.name for metric in metrics_for(task)] if rows == 200 else [main_metric(task).name]:
                shares = "  ".join(f"{state} {share:.1%}" for state, share in false_verdicts(kind, rows, name).items())
                print(f"equal models {kind:12} {rows:6,} {name:22} {shares}", flush=True)


if __name__ == "__main__":
    main()
