"""The time left that estimators tell after a fifth of their work, against what it then took; part of ``dev.py bench``.

``python3 -m tests.benchmarks.etas [ESTIMATOR …]`` does those that are named. Each is given so many steps, or rows, as
its measured cost says take :data:`SECONDS`, and may not end before.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.cards.costs import COSTS
from aetheron_desktop.engine.events import Progressed
from aetheron_desktop.engine.params import Int
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.training.forecast import Size, forecast
from aetheron_desktop.engine.training.machine import warm_up
from aetheron_desktop.engine.training.trainer import Training
from tests.tables import made_dataset

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.schema import ColumnType
    from aetheron_desktop.engine.estimators.cards.card import Card
    from aetheron_desktop.engine.events import Event

SECONDS: Final = float(os.environ.get("AETHERON_ETA_S", "10"))
SHARE: Final = 0.2
WITHIN: Final = 0.25
COLUMNS: Final = 20
ROWS: Final = (160_000, 80_000, 40_000, 20_000, 10_000, 5_000, 2_500)
"""Of these the first with which there are enough steps in the time: the more rows, the fewer steps."""
STEPS: Final = 40
WHOLE: Final = (2_500, 5_000, 10_000, 20_000, 40_000, 60_000, 90_000, 130_000, 200_000, 300_000, 400_000)
"""The rows of these where there are no steps to choose."""
AUTO: Final = {"models": 8}
AUTO_ROWS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Told:
    """The seconds ``said`` to be left after ``at`` of ``fit`` seconds, and ``left`` in truth.

    ``said`` is None where nothing was told. ``steps`` were to be made, 0 where that was not told, and ``done`` were.
    """

    estimator: str
    said: float | None
    left: float
    at: float
    fit: float
    steps: int
    done: int
    rows: int

    @property
    def off(self) -> float | None:
        """How far the word was from the truth, as a share of that."""
        return None if self.said is None or not self.left else abs(self.said / self.left - 1)


def reporting() -> list[Card]:
    """Give the cards that tell of their steps."""
    return [card for card in catalog.ALL if card.iterative]


def told(card: Card) -> Told:
    """Train a card once, and give what it said."""
    rows, values = (AUTO_ROWS, dict(AUTO)) if card.ensemble else _sized(card)
    heard: list[tuple[float, Progressed]] = []

    def hear(event: Event) -> None:
        if isinstance(event, Progressed):
            heard.append((time.perf_counter(), event))

    with tempfile.TemporaryDirectory() as folder:
        training = _training(card, rows, values, Path(folder), hear)
        run = training.run(lambda: False)
    fitting = [(at, one) for at, one in heard if one.stage not in {"prepare", "evaluate"}]
    began = next(at for at, one in heard if one.stage == "prepare")
    end = next(at for at, one in heard if one.stage == "evaluate")
    steps = next((int(one.total) for _, one in reversed(fitting) if one.total), 0)
    first = next((pair for pair in fitting if _is_a_fifth(pair, card, fitting[0][0], end)), None)
    at, word = first or (end, None)
    return Told(
        estimator=card.id,
        said=None if word is None else word.eta_s,
        left=end - at,
        at=at - fitting[0][0] if fitting else at - began,
        fit=end - (fitting[0][0] if fitting else began),
        steps=steps,
        done=run.steps or 0,
        rows=rows,
    )


def _is_a_fifth(pair: tuple[float, Progressed], card: Card, began: float, end: float) -> bool:
    """Whether a fifth of the work is done: of the steps, or of the time where they are fits of different models."""
    at, one = pair
    if card.ensemble:
        return at - began >= SHARE * (end - began)
    return one.total is not None and one.done >= SHARE * one.total


def _sized(card: Card) -> tuple[int, dict[str, Any]]:
    """Give rows and parameters that make a fit take about :data:`SECONDS`."""
    cost = COSTS[card.id]
    values: dict[str, Any] = {}
    whole = {parameter.name: parameter for parameter in card.parameters if isinstance(parameter, Int)}
    if "patience" in whole:
        # So many steps at most that none ends before.
        values["patience"] = most = whole["patience"].high
    else:
        most = whole[cost.steps].high if cost.steps else 1
    if not cost.steps:
        return next((rows for rows in WHOLE if _seconds(card, rows, values) >= SECONDS), WHOLE[-1]), values
    for rows in ROWS:
        none, one = (_seconds(card, rows, values | {cost.steps: count}) for count in (0, 1))
        steps = int((SECONDS - none) / (one - none))
        if steps >= STEPS:
            break
    return rows, values | {cost.steps: min(max(steps, whole[cost.steps].low), most)}


def _seconds(card: Card, rows: int, values: dict[str, Any]) -> float:
    found = forecast(card, Size(rows=rows, numbers=COLUMNS, classes=2 * _has_classes(card)), values)
    assert found is not None
    return found.seconds


def _has_classes(card: Card) -> bool:
    return "binary" in card.tasks


def _training(card: Card, rows: int, values: dict[str, Any], folder: Path, hear: Any) -> Training:
    dice = np.random.default_rng(0)
    table = pd.DataFrame(dice.normal(size=(rows, COLUMNS)), columns=[f"x{number}" for number in range(COLUMNS)])
    signal = table.x0 + table.x1 * table.x2 + dice.normal(size=rows)
    table["y"] = np.where(signal > 0, "yes", "no") if _has_classes(card) else signal
    types: dict[str, ColumnType] = dict.fromkeys([str(name) for name in table], "number")
    types |= {"y": "category"} if _has_classes(card) else {}
    dataset = made_dataset(folder, table, types, target="y")
    params = {card.id: values | ({"device": "cpu"} if card.family == "neural" else {})}
    planned = plan(dataset.info, target="y", estimators=[card.id], params=params, new_id=lambda: "run-1")
    return Training(planned[-1], dataset, hear, threads=1, checkpoints=folder / "checkpoints")


def line(one: Told) -> str:
    """Give what was told in a line."""
    said = "nothing" if one.said is None else f"{one.said:.2f} s"
    off = "" if one.off is None else f"{one.off:.0%} off"
    early = f" of {one.steps:,}" if one.done < one.steps else ""
    return (
        f"{one.estimator:18} {one.rows:7,} rows  fit {one.fit:6.2f} s, {one.done:,} steps{early}:"
        f" at {one.at:.2f} s {said} were left, in truth {one.left:.2f} s  {off}"
    )


def main(arguments: list[str]) -> int:
    """Print a line for each estimator; 1 when one that told something was farther off than it may be."""
    warm_up()
    cards = [catalog.card(name) for name in arguments] or reporting()
    found = []
    for card in cards:
        found.append(told(card))
        print(line(found[-1]), flush=True)
    return int(any((one.off or 0.0) > WITHIN for one in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
