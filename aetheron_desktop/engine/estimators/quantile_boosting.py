"""Quantiles as sums of trees (LightGBM; Ke et al. 2017), a round of all three a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import lightgbm
import msgspec
import numpy as np

from aetheron_desktop.engine.estimators.base import Estimator
from aetheron_desktop.engine.estimators.boosters import LightgbmPredictor
from aetheron_desktop.engine.estimators.lightgbm_boosting import REPEATABLE, body_of, sums_of
from aetheron_desktop.engine.estimators.quantiles import QuantilesPredictor, levels
from aetheron_desktop.engine.estimators.rounds import Rounds, follow

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Progress, Recipe, Rows

_ROUNDS: Final = "rounds-{}.txt"
_BEST: Final = "best.json"


class QuantileBoosting(Estimator):
    """Leaf-wise boosting of the pinball loss, for each quantile its own trees, each kept at its own best round."""

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``."""
        follow(_Fit(self, train, valid, progress))


class _Best(msgspec.Struct, frozen=True):
    """The best round of a quantile, and its validation loss; 0 before there is one."""

    round: int = 0
    loss: float | None = None


class _Fit:
    """One fit."""

    def __init__(self, owner: QuantileBoosting, train: Rows, valid: Rows, progress: Progress) -> None:
        recipe = self._recipe = owner.recipe
        folder = progress.restored()
        asked = levels(recipe.level)
        self._best = [_Best()] * len(asked)
        if folder is not None:
            self._best = msgspec.json.decode((folder / _BEST).read_bytes(), type=list[_Best])
        self.rounds = Rounds(
            owner,
            (train, valid),
            progress,
            most="n_estimators",
            trees_each=len(asked),
            folder=folder,
            predictor=self._predictor,
            save=self._save,
        )
        first = _data(recipe, train)
        # The columns are looked at once for where they may be parted.
        data = [first, *(_data(recipe, train, first) for _ in asked[1:])]
        self._boosters = [
            _booster(recipe, quantile, own, _data(recipe, valid, own), file)
            for quantile, own, file in zip(asked, data, _files(folder, len(asked)), strict=True)
        ]
        self._is_over = [booster.current_iteration() < self.rounds.state.done for booster in self._boosters]

    def run(self) -> None:
        """Do all rounds that are left."""
        is_over = self.rounds.is_over or all(self._is_over)
        while not is_over:
            done = self.rounds.state.done + 1
            for place, booster in enumerate(self._boosters):
                if not self._is_over[place]:
                    self._grow(place, booster, done)
            losses = [best.loss for best in self._best if best.loss is not None]
            # The loss of the best rounds so far: as long as one of the quantiles gains, it goes on.
            loss = float(np.mean(losses)) if len(losses) == len(self._best) else float("nan")
            is_over = self.rounds.hear(done, loss, self._points) or all(self._is_over)

    def _grow(self, place: int, booster: Any, done: int) -> None:
        booster.update()
        # Without a split that helps, LightGBM adds no tree, and would add none in any other round.
        if booster.current_iteration() < done:
            self._is_over[place] = True
            return
        loss, best = float(booster.eval_valid()[0][2]), self._best[place]
        if np.isfinite(loss) and (best.loss is None or loss < best.loss):
            self._best[place] = _Best(done, loss)

    def _points(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        train, valid = self.rounds.drawn
        told = [
            np.column_stack([sums_of(getattr(booster, which)) for booster in self._boosters])
            for which in ("eval_train", "eval_valid")
        ]
        return np.sort(told[0][train], axis=1), np.sort(told[1][valid], axis=1)

    def _predictor(self, count: int) -> QuantilesPredictor:
        del count  # each quantile has its own
        pairs = zip(self._boosters, self._best, strict=True)
        return QuantilesPredictor(tuple(LightgbmPredictor(body_of(booster, best.round), 0) for booster, best in pairs))

    def _save(self, folder: Path) -> None:
        for place, booster in enumerate(self._boosters):
            text = booster.model_to_string(num_iteration=-1)
            (folder / _ROUNDS.format(place)).write_text(text, encoding="utf-8", newline="\n")
        (folder / _BEST).write_bytes(msgspec.json.encode(self._best))


def _files(folder: Path | None, count: int) -> list[Path | None]:
    return [None if folder is None else folder / _ROUNDS.format(place) for place in range(count)]


def _data(recipe: Recipe, rows: Rows, reference: Any = None) -> Any:
    return lightgbm.Dataset(
        rows.X,
        rows.y,
        weight=rows.weight,
        reference=reference,
        categorical_feature=list(recipe.categorical),
        params={"verbose": -1},
    )


def _booster(recipe: Recipe, quantile: float, train: Any, valid: Any, earlier: Path | None) -> Any:
    """Give what grows the trees of ``quantile``, after those in the file ``earlier``.

    It is what ``lightgbm.train`` makes, which can do the rounds of one only.
    """
    names = ("learning_rate", "num_leaves", "min_child_samples")
    params = {
        "objective": "quantile",
        "alpha": quantile,
        "metric": "quantile",
        **{name: recipe.params[name] for name in names},
        "num_threads": recipe.threads,
        "seed": recipe.seed % (1 << 31),
        **REPEATABLE,
    }
    begun = None if earlier is None else lightgbm.Booster(model_file=earlier)
    predictor = (
        None if begun is None else lightgbm.basic._InnerPredictor.from_booster(begun, {**begun.params, **params})
    )
    train._update_params(params)._set_predictor(predictor)
    valid._update_params(params).set_reference(train)
    made = lightgbm.Booster(params, train)
    made.add_valid(valid, "valid")
    return made
