"""XGBoost (Chen and Guestrin 2016), round by round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import xgboost

from aetheron_desktop.engine.estimators.base import Estimator, Rows
from aetheron_desktop.engine.estimators.boosters import XgboostPredictor, meaning
from aetheron_desktop.engine.estimators.rounds import Rounds, follow

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Progress, Recipe

_ROUNDS: Final = "rounds.ubj"
_OBJECTIVES: Final = {
    "binary": ("binary:logistic", "logloss"),
    "multiclass": ("multi:softprob", "mlogloss"),
    "regression": ("reg:squarederror", "rmse"),
}


class Xgboost(Estimator):
    """Depth-wise gradient boosting on histograms (``xgboost.Booster.update``)."""

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``."""
        follow(_Fit(self, train, valid, progress))


class _Fit:
    """One fit."""

    def __init__(self, owner: Xgboost, train: Rows, valid: Rows, progress: Progress) -> None:
        recipe = self._recipe = owner.recipe
        folder = progress.restored()
        classes = recipe.classes if recipe.task == "multiclass" else 1
        self.rounds = Rounds(
            owner,
            (train, valid),
            progress,
            most="n_estimators",
            trees_each=classes,
            folder=folder,
            predictor=self._predictor,
            save=self._save,
        )
        drawn = self.rounds.drawn[0]
        seen = Rows(train.X[drawn], train.y[drawn], None if train.weight is None else train.weight[drawn])
        self._train = self._data(train)
        self._valid = self._data(valid, self._train)
        self._seen = self._data(seen, self._train)
        earlier = None if folder is None else bytearray((folder / _ROUNDS).read_bytes())
        told = _parameters(recipe, train.X.shape[1])
        self._booster = xgboost.Booster(told, [self._train, self._valid, self._seen], earlier)

    def run(self) -> None:
        """Do all rounds that are left."""
        while not self.rounds.is_over:
            done = self.rounds.state.done + 1
            self._booster.update(self._train, done - 1)
            told = self._booster.eval_set([(self._valid, "valid")], done - 1)
            self.rounds.hear(done, float(told.rpartition(":")[2]), self._points)

    def _data(self, rows: Rows, reference: Any = None) -> Any:
        coded = set(self._recipe.categorical)
        return xgboost.QuantileDMatrix(
            rows.X,
            rows.y,
            weight=rows.weight,
            ref=reference,
            feature_types=["c" if at in coded else "float" for at in range(rows.X.shape[1])],
            enable_categorical=True,
            nthread=self._recipe.threads,
        )

    def _points(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return self._told(self._seen), self._told(self._valid)[self.rounds.drawn[1]]

    def _told(self, data: Any) -> NDArray[np.float64]:
        # The library has the sums at hand.
        raw = self._booster.predict(data, output_margin=True)
        return meaning(raw.astype(np.float64), self._recipe.classes)

    def _predictor(self, count: int) -> XgboostPredictor:
        return XgboostPredictor(bytes(self._booster[:count].save_raw("ubj")), self._recipe.classes)

    def _save(self, folder: Path) -> None:
        (folder / _ROUNDS).write_bytes(self._booster.save_raw("ubj"))


def _parameters(recipe: Recipe, width: int) -> dict[str, Any]:
    directions = recipe.directions(width)
    objective, metric = _OBJECTIVES[recipe.task]
    names = ("learning_rate", "max_depth", "min_child_weight", "reg_lambda", "max_cat_to_onehot")
    return {
        "objective": objective,
        "eval_metric": metric,
        **({"num_class": recipe.classes} if recipe.task == "multiclass" else {}),
        **{name: recipe.params[name] for name in names},
        **({"monotone_constraints": str(tuple(directions))} if directions else {}),
        "tree_method": "hist",
        "nthread": recipe.threads,
        # Nothing is drawn at random: XGBoost keeps no state of what it has drawn, and could not go on from it.
        "seed": recipe.seed % (1 << 31),
        "verbosity": 0,
    }
