"""CatBoost (Prokhorenkova et al. 2018; Dorogush et al. 2018), in blocks of rounds.

The library gives no model while it fits. So a fit is made of blocks of some rounds, each of which starts from what the
trees before it add up to; where a block ends depends on the numbers of rounds and of rows alone, and what is drawn at
random in it on its first round. So a fit that goes on from the end of a block ends the same as one that was never cut
short.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from catboost import CatBoost, Pool

from aetheron_desktop.engine.estimators import catboost_form
from aetheron_desktop.engine.estimators.arrays import read_arrays, write_arrays
from aetheron_desktop.engine.estimators.base import Estimator, Rows
from aetheron_desktop.engine.estimators.boosters import meaning
from aetheron_desktop.engine.estimators.catboost_form import MISSING, Trees
from aetheron_desktop.engine.estimators.rounds import Rounds, follow
from aetheron_desktop.engine.estimators.symmetric import SymmetricClassesPredictor, SymmetricPredictor

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Progress, Recipe

_TREES: Final = "trees.npz"
_FIRST_ENDS: Final = (5, 20, 80)
"""Where the first blocks end: so there is something to see and to keep soon."""
_SHORTEST: Final = 40
_LONGEST: Final = 320
_CELLS: Final = 200_000_000
"""To begin and to end a block takes as long as some rounds, so it is long; a run that is cut short loses it, so it
looks at no more cells than these in all, which takes seconds."""
_LOSSES: Final = {"binary": "Logloss", "multiclass": "MultiClass", "regression": "RMSE"}
_NEXT_TO_NOTHING: Final = 1e-6
_ROWS: Final = 16_384
_BITS: Final = 8
_LARGEST: Final = 3e38
"""The library takes numbers in single precision, and finds no border between infinite ones."""


class Catboost(Estimator):
    """Gradient boosting of trees that ask one question a level (``catboost.CatBoost``)."""

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``."""
        follow(_Fit(self, train, valid, progress))


class _Fit:
    """One fit; what the trees add up to is held in single precision, as the library takes it."""

    def __init__(self, owner: Catboost, train: Rows, valid: Rows, progress: Progress) -> None:
        recipe = self._recipe = owner.recipe
        folder = progress.restored()
        self._outputs = recipe.classes if recipe.task == "multiclass" else 1
        self._width = train.X.shape[1]
        self.rounds = Rounds(
            owner,
            (train, valid),
            progress,
            most="iterations",
            trees_each=self._outputs,
            folder=folder,
            predictor=self._predictor,
            save=self._save,
        )
        self._start, self._scale = _start(recipe, train)
        self._rows = (len(train), len(valid))
        self._longest = min(_LONGEST, max(_SHORTEST, _CELLS // (train.X.size * self._outputs)))
        if recipe.task == "multiclass":
            train = _of_all_classes(train, recipe.classes)
        self._blocks: list[Trees] = []
        begun = np.zeros(1) if recipe.task == "regression" else self._start
        self._sums = [np.tile(begun.astype(np.float32), (len(rows), 1)) for rows in (train, valid)]
        if folder is not None:
            self._restore(folder)
        self._tables: list[NDArray[np.float32]] = []
        self._pools = self._pooled(train, valid) if _has_to_learn(train) else None

    def run(self) -> None:
        """Do all rounds that are left."""
        if self._pools is None:
            self.rounds.total = 1
            self.rounds.hear(1, 0.0, self._points)
            return
        while not self.rounds.is_over:
            self._block(*self._pools)

    def _block(self, train: Any, valid: Any) -> None:
        begun = self.rounds.state.done
        for pool, sums in zip((train, valid), self._sums, strict=True):
            # What ``set_baseline`` calls, which takes ten times as long to read an array.
            pool._set_baseline(list(zip(*sums.T.tolist(), strict=True)))
        end = min(_end_after(begun, self._longest), self.rounds.total)
        heard = _Heard(self.rounds, end, _LOSSES[self._recipe.task])
        model = CatBoost(_parameters(self._recipe, begun, heard.end - begun, train.shape))
        model.fit(train, eval_set=valid, use_best_model=False, callbacks=[heard])
        trees = catboost_form.read(model._serialize_model())
        if heard.raised is None:
            self._add(model, trees, (train, valid))
        trees.leaf[:] *= self._scale
        self._blocks.append(trees)
        if heard.raised is not None:
            raise heard.raised
        if self.rounds.state.done == begun:
            # CatBoost sees nothing more to learn, and would see nothing in any other round.
            self.rounds.total = begun + 1
            self.rounds.count(begun + 1, math.inf if begun else 0.0)
        self.rounds.settle(self._points)

    def _add(self, model: Any, trees: Trees, pools: tuple[Any, Any]) -> None:
        """Add to the sums what a block says: of all rows, behind the last round only of those that are judged."""
        if self._tables:
            # The library predicts no bins that have categories among them.
            asked = self.rounds.drawn if self.rounds.is_over else (slice(None), slice(None))
            for sums, table, rows in zip(self._sums, self._tables, asked, strict=True):
                chosen = sums[rows]
                _add(trees, table.T[:, rows].T, chosen)
                sums[rows] = chosen
            return
        threads = self._recipe.threads
        # What the sums were before is the baseline, which is added.
        told = [model.predict(pool, prediction_type="RawFormulaVal", thread_count=threads) for pool in pools]
        self._sums = [np.asarray(one, dtype=np.float32).reshape(-1, self._outputs) for one in told]

    def _pooled(self, train: Rows, valid: Rows) -> tuple[Any, Any]:
        """Give both parts as bins, found once and for both: else a category would have another number in each."""
        recipe = self._recipe
        parts = (train, valid)
        tables = [_rounded(rows) for rows in parts]
        table = np.concatenate(tables)
        most = int(recipe.number("one_hot_max_size"))
        singly = [at for at in recipe.categorical if len(np.unique(table[:, at])) <= most]
        given: Any = table
        if singly:
            import pandas as pd

            self._tables = tables
            given = pd.DataFrame(table, copy=False)
            for at in singly:
                given[at] = np.where(np.isnan(table[:, at]), MISSING, table[:, at]).astype(np.int64)
        weight = np.concatenate([np.ones(len(rows)) if rows.weight is None else rows.weight for rows in parts])
        y = np.concatenate([rows.y for rows in parts])
        if recipe.task == "regression":
            y = (y - self._start[0]) / self._scale
        pool = Pool(given, y, weight=weight, cat_features=singly or None, thread_count=recipe.threads)
        pool.quantize(random_seed=recipe.seed % (1 << 31))
        return pool.slice(np.arange(len(train))), pool.slice(np.arange(len(train), len(y)))

    def _points(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        parts = zip(self._sums, self._rows, self.rounds.drawn, strict=True)
        train, valid = (self._told(sums[:rows][drawn]) for sums, rows, drawn in parts)
        return train, valid

    def _told(self, sums: NDArray[np.float32]) -> NDArray[np.float64]:
        raw = sums.astype(np.float64)
        if self._recipe.task == "regression":
            values: NDArray[np.float64] = raw[:, 0] * self._scale + self._start[0]
            return values
        return meaning(raw if self._outputs > 1 else raw[:, 0], self._recipe.classes)

    def _predictor(self, count: int) -> SymmetricPredictor:
        trees = catboost_form.joined(self._blocks, self._outputs).first(count)
        kind = SymmetricClassesPredictor if self._recipe.classes else SymmetricPredictor
        return kind(
            trees.feature, trees.border, trees.is_code, trees.depth, trees.leaf, self._start, np.array([self._width])
        )

    def _save(self, folder: Path) -> None:
        trees = catboost_form.joined(self._blocks, self._outputs)
        kept = {name: getattr(trees, name) for name in Trees.__slots__}
        write_arrays(folder / _TREES, train=self._sums[0], valid=self._sums[1], **kept)

    def _restore(self, folder: Path) -> None:
        kept = read_arrays(folder / _TREES)
        self._sums = [kept.pop("train"), kept.pop("valid")]
        self._blocks = [Trees(**kept)]


class _Heard:
    """Hears of each round of a block, which ends before its ``end`` when nothing is gained or someone stops it."""

    def __init__(self, rounds: Rounds, end: int, loss: str) -> None:
        self._rounds, self._loss = rounds, loss
        self._begun = rounds.state.done
        self.end = end
        self.raised: BaseException | None = None

    def after_iteration(self, info: Any) -> bool:
        """Take in what CatBoost tells of a round, and say whether to go on."""
        try:
            done = self._begun + info.iteration
            is_over = self._rounds.count(done, float(info.metrics["validation"][self._loss][-1]))
            if not is_over and done < self.end:
                self._rounds.tick()
        except BaseException as error:  # noqa: BLE001 - compiled code would lose it; it is raised when that is done
            self.raised = error
            return False
        return not is_over


def _end_after(done: int, longest: int) -> int:
    """Give the number of rounds at which the block ends that begins after so many; it has ``longest`` at most."""
    first = next((end for end in _FIRST_ENDS if end > done), 0)
    return first if 0 < first - done <= longest else (done // longest + 1) * longest


def _rounded(rows: Rows) -> NDArray[np.float32]:
    """Give the rows as the library sees numbers, column after column."""
    made = np.empty(rows.X.shape, dtype=np.float32, order="F")
    np.clip(rows.X, -_LARGEST, _LARGEST, out=made, casting="same_kind")
    return made


def _add(trees: Trees, table: NDArray[np.float32], sums: NDArray[np.float32]) -> None:
    """Add to ``sums`` (n, outputs) what the trees say of the rows ``table`` (n, features)."""
    ends, leaves = np.cumsum(trees.depth).tolist(), np.cumsum(1 << trees.depth).tolist()
    for start in range(0, len(table), _ROWS):
        rows = table[start : start + _ROWS]
        total = sums[start : start + _ROWS].astype(np.float64)
        for depth, end, last in zip(trees.depth.tolist(), ends, leaves, strict=True):
            reached: NDArray[Any] = np.zeros(len(rows), dtype=np.uint8 if depth <= _BITS else np.uint16)
            # The last answer is the highest bit. Adding is several times as fast as moving bits.
            for at in range(end - 1, end - depth - 1, -1):
                given, border = rows[:, trees.feature[at]], np.float32(trees.border[at])
                if not trees.is_code[at]:
                    answer = given > border
                else:
                    answer = np.isnan(given) if border == MISSING else given == border
                reached += reached
                reached += answer.view(np.uint8)
            total += trees.leaf[last - (1 << depth) : last][reached]
        sums[start : start + _ROWS] = total


def _has_to_learn(rows: Rows) -> bool:
    """Whether the target and any of the features have more than one value."""
    if not (rows.y != rows.y[0]).any():
        return False
    return any(not np.array_equal(column, np.full(len(column), column[0]), equal_nan=True) for column in rows.X.T)


def _of_all_classes(rows: Rows, classes: int) -> Rows:
    """Give the rows with one more for each class that has none, which hardly weighs: CatBoost counts the classes."""
    absent = np.setdiff1d(np.arange(classes), rows.y)
    if not len(absent):
        return rows
    weight = np.ones(len(rows)) if rows.weight is None else rows.weight
    more = np.zeros(len(absent), dtype=np.int64)
    return Rows(
        np.concatenate([rows.X, rows.X[more]]),
        np.concatenate([rows.y, absent]),
        np.concatenate([weight, np.full(len(absent), weight.mean() * _NEXT_TO_NOTHING)]),
    )


def _start(recipe: Recipe, train: Rows) -> tuple[NDArray[np.float64], float]:
    """Give what the trees start from, (outputs,), and the size of what they learn, which is 1 for classes.

    CatBoost takes targets in single precision: of values that differ little it would see steps.
    """
    weight = np.ones(len(train)) if train.weight is None else train.weight
    if recipe.task == "regression":
        centre = float(np.average(train.y, weights=weight))
        apart = train.y - centre
        farthest = float(np.abs(apart).max()) or 1.0
        return np.array([centre]), farthest * math.sqrt(
            float(np.average((apart / farthest) ** 2, weights=weight))
        ) or 1.0
    count = np.bincount(train.y, weights=weight, minlength=recipe.classes)
    share = np.log(count / weight.mean() + 1.0)
    return (share[1:] - share[:1] if recipe.task == "binary" else share - share.mean()), 1.0


def _parameters(recipe: Recipe, begun: int, count: int, shape: tuple[int, int]) -> dict[str, Any]:
    rows, width = shape
    directions = recipe.directions(width)
    names = ("learning_rate", "depth", "l2_leaf_reg", "rsm")
    # Splits are chosen with a noise that dies away as a model grows, and each block is a model of its own for CatBoost.
    length = begun * float(recipe.number("learning_rate"))
    left = 1.0 / (1.0 + math.exp(min(700.0, length)) / rows)
    share = float(recipe.number("subsample"))
    return {
        # The training loss would take time in each round, and is told at the ends of blocks.
        "loss_function": f"{_LOSSES[recipe.task]}:hints=skip_train~true",
        **({"classes_count": recipe.classes} if recipe.task == "multiclass" else {"boost_from_average": False}),
        **{name: recipe.params[name] for name in names},
        **({"monotone_constraints": directions} if directions else {}),
        "iterations": count,
        "random_strength": float(recipe.number("random_strength")) * left,
        **({"bootstrap_type": "Bernoulli", "subsample": share} if share < 1.0 else {"bootstrap_type": "No"}),
        "boosting_type": "Plain",
        # As it does for a fit in one piece; of few rounds it would think otherwise.
        "leaf_estimation_iterations": 10 if recipe.task == "binary" else 1,
        # Each category is asked for by itself: so the trees are numbers alone, and need no statistics of the target.
        "one_hot_max_size": 255,
        "random_seed": (recipe.seed + begun) % (1 << 31),
        "thread_count": recipe.threads,
        "allow_writing_files": False,
        "logging_level": "Silent",
    }
