"""``python -m tests.benchmarks.costs [ESTIMATOR …]``: measures what a training costs, for ``cards/costs.py``.

``--pairs`` measures what estimators that look at pairs of rows take for each pair; ``--batches`` what networks take for
a batch, by how many numbers there are and other features.

Processor seconds of one thread, so that other work on the machine does not count.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
import pandas as pd
import torch
from scipy.optimize import nnls

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.base import Recipe, Rows
from aetheron_desktop.engine.estimators.cards.cost import Cost
from aetheron_desktop.engine.estimators.cards.costs import COSTS
from aetheron_desktop.engine.estimators.networks.fitting import Fit
from aetheron_desktop.engine.estimators.neural import _Network
from aetheron_desktop.engine.params import defaults
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.training.forecast import Size, forecast, of_pairs
from aetheron_desktop.engine.training.learner import implementation
from aetheron_desktop.engine.training.machine import warm_up
from aetheron_desktop.engine.training.trainer import Training
from tests.tables import made_dataset

if TYPE_CHECKING:
    from aetheron_desktop.engine.estimators.cards.card import Card

SIZES: Final = ((1_500, 8), (1_500, 40), (12_000, 8), (12_000, 40))
LARGE: Final = (40_000, 40)
STEPS: Final = (6, 24)
PAIRS: Final = {
    "knn": ((1_500, 8), (6_000, 8), (6_000, 40), (30_000, 8), (30_000, 40), (90_000, 8)),
    "svm": (
        (1_500, 8), (1_500, 40), (5_000, 8), (5_000, 40), (14_000, 8), (14_000, 40), (30_000, 8), (30_000, 40),
    ),
}  # fmt: skip
SHAPES: Final = ((5, 0), (20, 0), (60, 0), (5, 300), (5, 1_500), (20, 300))
TOKENS: Final = ((5, 0), (20, 0), (60, 0), (120, 0))
"""Numbers and other features; a transformer makes a token of each."""
BATCH: Final = 256
REPEATS: Final = 5
SHARE: Final = 0.6
"""The share of the rows that is learned from."""


def main(arguments: list[str]) -> int:
    """Print a line of coefficients for each estimator; with ``--memory`` first, its peak in bytes."""
    if arguments[:1] == ["--memory"]:
        warm_up()
        before = _peak()
        _trained(catalog.card(arguments[1]), *LARGE, 4)
        print(_peak() - before)
        return 0
    if arguments[:1] == ["--pairs"]:
        return _pairs()
    if arguments[:1] == ["--batches"]:
        return _batches()
    warm_up()
    for card in [catalog.card(name) for name in arguments] or catalog.ALL:
        rows, seconds = [], []
        for size in SIZES:
            for steps in STEPS if _cost(card).steps else (1,):
                took, done = _trained(card, *size, steps)
                cells = SHARE * size[0] * size[1]
                weight = np.log2(SHARE * size[0]) if _cost(card).sorts else 1.0
                # Of what learns in batches, the epochs are known by ``--batches``; it is seen whether they fit.
                parts = [_epochs(card, size, steps)] if _cost(card).batches else [done, done * cells * weight]
                rows.append([1.0, cells, *parts])
                seconds.append(took)
        A, y = np.array(rows), np.array(seconds)
        if len(y) == len(SIZES):  # one step: nothing tells the steps from the rest
            A = A[:, :2]
        found, _ = nnls(A / y[:, None], np.ones(len(y)))
        error = float(np.abs(A @ found / y - 1).max())
        peak = int(subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.costs", "--memory", card.id], check=True, capture_output=True,
            text=True,
        ).stdout)  # fmt: skip
        words = ", ".join(f"{value:.2g}" for value in found)
        print(
            f"{card.id}: {words}; off by {error:.0%} at most; {peak / (SHARE * LARGE[0] * LARGE[1]):.1f} bytes a cell"
        )
    return 0


def _epochs(card: Card, size: tuple[int, int], epochs: int) -> float:
    """Give the seconds that so many epochs are told to take."""
    table = Size(rows=size[0], numbers=size[1], classes=2)
    some, none = (forecast(card, table, {_cost(card).steps: count}) for count in (epochs, 0))
    assert some is not None
    assert none is not None
    return some.seconds - none.seconds


def _pairs() -> int:
    """Print start, cell, and what a pair takes: alone, times the features, and with a landmark."""
    warm_up()
    one = Cost(width="one-hot", start_s=0.0, cell_s=0.0, step_s=0.0, step_cell_s=0.0, cell_bytes=0)
    for name, sizes in PAIRS.items():
        rows, seconds = [], []
        for size in sizes:
            table = Size(rows=size[0], numbers=size[1], classes=2)
            parts = [
                of_pairs(msgspec.structs.replace(one, pairs=COSTS[name].pairs, **{part: 1.0}), table, {})[0]
                for part in ("pair_s", "pair_cell_s", "landmark_s")
            ]
            rows.append([1.0, SHARE * size[0] * size[1], *parts])
            seconds.append(_trained(catalog.card(name), *size, 1)[0])
        A, y = np.array(rows), np.array(seconds)
        found, _ = nnls(A / y[:, None], np.ones(len(y)))
        print(f"{name}: {', '.join(f'{value:.2g}' for value in found)}; {(A @ found / y).round(2)} of what they took")
    return 0


def _batches() -> int:
    """Print what a batch takes by itself, each number and other feature in a row of it, and each pair of features."""
    torch.set_num_threads(1)
    for card in catalog.ALL:
        if not _cost(card).batches:
            continue
        has_tokens = _cost(card).width == "codes"
        rows, seconds = [], []
        for numbers, others in TOKENS if has_tokens else SHAPES:
            rows.append([1.0, BATCH * numbers, BATCH * ((numbers + others) ** 2 if has_tokens else others)])
            seconds.append(_batch(card, numbers, others))
        A, y = np.array(rows), np.array(seconds)
        found, _ = nnls(A / y[:, None], np.ones(len(y)))
        last = f"{found[2]:.2g} a pair" if has_tokens else f"{found[2] / found[1]:.2g} of that for others"
        told = (A @ found / y).round(2)
        print(f"{card.id}: {found[0]:.2g} a batch, {found[1]:.2g} a number, {last}; {told} of what they took")
    return 0


def _batch(card: Card, numbers: int, others: int) -> float:
    """Give the processor seconds of one step of a network, the middle of some after a first one."""
    dice = np.random.default_rng(0)
    X = dice.normal(size=(8 * BATCH, numbers + others))
    rows = Rows(X, (X[:, 0] > 0).astype(np.int64))
    params = defaults(card.parameters) | {"device": "cpu", "batch_size": BATCH}
    network = implementation(card)(Recipe("binary", 2, params, seed=0, numbers=range(numbers)))
    assert isinstance(network, _Network)
    fit = Fit(network.recipe, network._shape(rows), rows, rows.head(BATCH), torch.device("cpu"))
    chosen, taken = torch.arange(BATCH), []
    for _ in range(1 + REPEATS):
        began = time.process_time()
        fit._learn(chosen)
        taken.append(time.process_time() - began)
    return float(np.median(taken[1:]))


def _trained(card: Card, rows: int, columns: int, steps: int) -> tuple[float, int]:
    """Train once; give the processor seconds and the steps that were done."""
    dice = np.random.default_rng(0)
    table = pd.DataFrame(dice.normal(size=(rows, columns)), columns=[f"x{number}" for number in range(columns)])
    signal = table.x0 + table.x1 * table.x2 + dice.normal(size=rows)
    is_regression = "binary" not in card.tasks
    table["y"] = signal if is_regression else np.where(signal > 0, "yes", "no")
    params: dict[str, Any] = {}
    if _cost(card).steps:
        params[_cost(card).steps] = steps
    if any(parameter.name == "patience" for parameter in card.parameters):
        params["patience"] = 500
    with tempfile.TemporaryDirectory() as folder:
        types = dict.fromkeys(table.columns, "number") | ({} if is_regression else {"y": "category"})
        dataset = made_dataset(Path(folder), table, types, target="y")  # type: ignore[arg-type]  # types of columns
        experiment = plan(
            dataset.info, target="y", estimators=[card.id], params={card.id: params}, features=table.columns[:-1],
            new_id=lambda: "run-1",
        )[-1]  # fmt: skip
        began = time.process_time()
        run = Training(experiment, dataset, lambda event: None, threads=1).run(lambda: False)
        return time.process_time() - began, run.steps


def _cost(card: Card) -> Cost:
    """Give how the card's cost is made up; of a new one, a guess to begin with."""
    return COSTS.get(card.id, Cost(width="codes", start_s=0.0, cell_s=0.0, step_s=0.0, step_cell_s=0.0, cell_bytes=0))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
