"""How much a model leans on each column: what its main metric loses when the column's values are mixed up.

Permutation importance (Breiman 2001, "Random Forests", section 10), with the values that are put in drawn from all
given rows (Fisher, Rudin and Dominici 2019, "All Models are Wrong, but Many are Useful", section 3). It tells of the
model, not of the world: of two columns that say the same each seems to help little, because the other is still there.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from aetheron_desktop.engine.evaluation.scores import roc_auc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Task

    Truth = NDArray[Any]
    Predicted = NDArray[np.float64]
    Raw = Callable[[pd.DataFrame], Predicted]

MOST_ROWS: Final = 1_000
_FEWEST_ROWS: Final = 125
_SECOND_LOOK: Final = 4
"""The second look at the model's speed has up to so many times the rows of the first."""
_SHARE: Final = 0.8
"""What is planned takes this share of the time: the rest is for what the looks at the speed do not show."""
_ROWS_AT_ONCE: Final = 8_192
_CELLS_AT_ONCE: Final = 4_000_000
"""The model is asked about several mixed-up tables at once: what a call costs, whatever its rows, is paid once."""


def importance(
    raw: Raw,
    table: pd.DataFrame,
    truth: Truth,
    task: Task,
    *,
    columns: Sequence[str],
    seed: int = 0,
    repeats: int = 3,
    budget_s: float = 0.5,
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, float]:
    """Give how much each of ``columns`` helps, in the order of the table; ``raw``, ``truth`` as for :func:`.scores`.

    Positive is a column that helps: what ROC AUC or accuracy loses without it, or by how much the RMSE grows, in
    standard deviations of the target, so that its unit does not matter and a model without an error has numbers too.
    It is the mean of ``repeats`` mixings, on at most :data:`MOST_ROWS` rows. With two classes both give as many rows as
    they can: ROC AUC does not ask how frequent they are, and a rare one is seen.

    Two calls on a few rows tell how fast the model is. Where ``budget_s`` would not do for all columns there are fewer
    mixings, then half the rows and half of these, and at last no entry for columns at the end of the table. That
    choice alone is the clock's: which rows are asked and which values they get follow from ``seed``, the column's
    place, and the number of rows; a column's value does not depend on how many others were reached.

    There is no entry at all where the rows are of one class or have one value.
    """
    wanted = set(columns)
    names = [name for name in table.columns if name in wanted]
    if not names or len(np.unique(truth)) < 2:
        return {}
    asked = _Asked(raw, table, truth, task, seed, sample_order(task, truth, seed))
    began = clock()
    speed = _speed(asked, budget_s, clock)
    left = _SHARE * (budget_s - (clock() - began))
    plan = _planned(len(names), repeats, asked, speed, left)
    return asked.losses(names[: plan.columns], plan) if plan is not None else {}


class _Plan(NamedTuple):
    """On how many rows how many columns are mixed up, and how often each."""

    rows: int
    repeats: int
    columns: int

    @property
    def tables(self) -> int:
        """How many tables the model is asked about: one as it is, and each mixing."""
        return 1 + self.repeats * self.columns


class _Speed(NamedTuple):
    """The seconds that a call takes, and each row in it."""

    call_s: float
    row_s: float


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """The model, and the rows that it is asked about, (n,), in the order in which they are taken into a sample."""

    raw: Raw
    table: pd.DataFrame
    truth: Truth
    task: Task
    seed: int
    order: NDArray[np.intp]

    def at_once(self, rows: int) -> int:
        """Give about how many tables of so many rows one call is asked."""
        return max(1, min(_ROWS_AT_ONCE, _CELLS_AT_ONCE // self.table.shape[1]) // rows)

    def losses(self, names: Sequence[str], plan: _Plan) -> dict[str, float]:
        """Give the mean loss of each column."""
        sample = self.order[: plan.rows]
        truth = self.truth[sample]
        made = np.array([score_of(self.task, truth, predicted) for predicted in self._predicted(names, plan, sample)])
        lost = (made[0] - made[1:]).reshape(len(names), plan.repeats).mean(axis=1)
        if self.task == "regression":
            lost /= float(np.std(self.truth))
        return {name: float(value) for name, value in zip(names, lost, strict=True) if math.isfinite(value)}

    def _predicted(self, names: Sequence[str], plan: _Plan, sample: NDArray[np.intp]) -> Iterator[Predicted]:
        """Give what is predicted for the sample as it is, then for each mixing of each column."""
        at_once = self.at_once(plan.rows)
        for start in range(0, plan.tables, at_once):
            count = min(at_once, plan.tables - start)
            # The rows that the values come from: of a column that is not mixed up, those of the sample.
            rows = np.tile(sample, count)
            stacked = self.table.iloc[rows].reset_index(drop=True)
            for place, given in self._mixings(start, count, plan).items():
                donors = rows.copy()
                for table, chosen in given.items():
                    donors[table * plan.rows : (table + 1) * plan.rows] = chosen
                stacked[names[place]] = self.table[names[place]].iloc[donors].array
            yield from np.split(self.raw(stacked), count)

    def _mixings(self, start: int, count: int, plan: _Plan) -> dict[int, dict[int, NDArray[np.int64]]]:
        """Give the rows whose values are put in, by the column's place and the table's in this call."""
        found: dict[int, dict[int, NDArray[np.int64]]] = {}
        for number in range(max(1, start), start + count):
            place, repeat = divmod(number - 1, plan.repeats)
            rng = np.random.default_rng([self.seed, place, repeat])
            found.setdefault(place, {})[number - start] = rng.choice(len(self.table), plan.rows, replace=False)
        return found


def sample_order(task: Task, truth: Truth, seed: int) -> NDArray[np.intp]:
    """Give the rows at random; two classes take turns for as long as there are rows of both."""
    order: NDArray[np.intp] = np.random.default_rng(seed).permutation(len(truth))[
        : None if task == "binary" else MOST_ROWS
    ]
    if task != "binary":
        return order
    turn = np.empty(len(order), dtype=np.intp)
    for label in (0, 1):
        chosen = truth[order] == label
        turn[chosen] = np.arange(np.count_nonzero(chosen))
    return order[np.argsort(turn, kind="stable")][:MOST_ROWS]


def score_of(task: Task, truth: Truth, predicted: Predicted) -> float:
    """Give the main metric of :func:`.scores`, the RMSE negative: here more is better."""
    match task:
        case "binary":
            area = roc_auc(truth, predicted[:, 1])
            return math.nan if area is None else area
        case "multiclass":
            return float((predicted.argmax(axis=1) == truth).mean())
        case "regression":
            return -float(np.sqrt(((predicted - truth) ** 2).mean()))


def _speed(asked: _Asked, budget_s: float, clock: Callable[[], float]) -> _Speed:
    def seconds(rows: int) -> float:
        began = clock()
        asked.raw(asked.table.iloc[np.resize(asked.order, rows)])
        return clock() - began

    few = min(_FEWEST_ROWS, len(asked.order))
    first = max(seconds(few), 1e-9)
    # However slow it is by the row, the second look takes no more than a third of the time.
    times = min(_SECOND_LOOK, budget_s / 3 / first)
    if int(times * few) <= few:
        return _Speed(0.0, first / few)
    more = int(times * few)
    second = seconds(more)
    # A first call may be slow for reasons of its own: then the second tells too little of what the rows take.
    return _Speed(min(first, second), max((second - first) / (more - few), second / more / _SECOND_LOOK))


def _planned(columns: int, repeats: int, asked: _Asked, speed: _Speed, left_s: float) -> _Plan | None:
    """Give the best plan that takes no longer than ``left_s``; None where there is none."""
    rows = len(asked.order)
    plans = [_Plan(rows, count, columns) for count in range(repeats, 0, -1)]
    while rows // 2 >= _FEWEST_ROWS:
        rows //= 2
        plans.append(_Plan(rows, 1, columns))
    plans += [_Plan(rows, 1, count) for count in range(columns - 1, 0, -1)]
    for plan in plans:
        calls = math.ceil(plan.tables / asked.at_once(plan.rows))
        if calls * speed.call_s + plan.tables * plan.rows * speed.row_s <= left_s:
            return plan
    return None
