"""LightGBM (Ke et al. 2017), round by round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import lightgbm
import numpy as np

from aetheron_desktop.engine.errors import TrainingError
from aetheron_desktop.engine.estimators.base import Estimator
from aetheron_desktop.engine.estimators.boosters import LightgbmPredictor
from aetheron_desktop.engine.estimators.rounds import Rounds, follow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Progress, Recipe, Rows

_ROUNDS: Final = "rounds.txt"
_END: Final = "end of trees\n"
_NO_PARAMETERS: Final = "\nparameters:\nend of parameters\n"
"""What follows says how the fit was done, number of threads included, and the plan has that."""
_OBJECTIVES: Final = {
    "binary": ("binary", "binary_logloss"),
    "multiclass": ("multiclass", "multi_logloss"),
    "regression": ("regression", "l2"),
}
REPEATABLE: Final[dict[str, Any]] = {
    # One seed, one model, whatever the number of threads.
    "deterministic": True,
    "force_row_wise": True,
    # Columns that are put together may, in rows that were not looked at, be in each other's way: what a row adds up
    # to in the fit would then not be what the model predicts for it, and a fit that goes on would not end the same.
    "enable_bundle": False,
    "verbose": -1,
}


class Lightgbm(Estimator):
    """Leaf-wise gradient boosting (``lightgbm.train``)."""

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``.

        Raises:
            TrainingError: a graphics card is asked for and there is none.
        """
        follow(_Fit(self, train, valid, progress))


class _Fit:
    """One fit; LightGBM calls :meth:`_before` and :meth:`_after` around each round."""

    def __init__(self, owner: Lightgbm, train: Rows, valid: Rows, progress: Progress) -> None:
        recipe = self._recipe = owner.recipe
        self._width = train.X.shape[1]
        folder = progress.restored()
        self._booster: Any = None
        self._earlier: Any = None if folder is None else lightgbm.Booster(model_file=folder / _ROUNDS)
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
        self._train = self._data(train)
        self._valid = self._data(valid, self._train)

    def run(self) -> None:
        """Do all rounds that are left."""
        if self.rounds.is_over:
            return
        try:
            self._train_rounds()
        except lightgbm.basic.LightGBMError as error:
            if not on_card(self._recipe):
                raise
            raise TrainingError(
                f"LightGBM cannot use a graphics card here: {error}",
                hint="Choose the processor as its device, or install the OpenCL driver of the card.",
            ) from error

    def _train_rounds(self) -> None:
        lightgbm.train(
            _parameters(self._recipe, self._width),
            self._train,
            num_boost_round=self.rounds.total - self.rounds.state.done,
            valid_sets=[self._valid],
            valid_names=["valid"],
            init_model=self._earlier,
            # Else the trees would be read from a text once more at the end.
            keep_training_booster=True,
            callbacks=[_callback(self._before, first=True), _callback(self._after, first=False)],
        )

    def _data(self, rows: Rows, reference: Any = None) -> Any:
        return lightgbm.Dataset(
            rows.X,
            rows.y,
            weight=rows.weight,
            reference=reference,
            categorical_feature=list(self._recipe.categorical),
            params={"verbose": -1},
        )

    def _before(self, env: Any) -> None:
        if float(self._recipe.number("colsample_bytree")) < 1.0:
            # What is drawn in a round depends on its number alone, so that a fit that goes on draws the same.
            env.model.reset_parameter({"feature_fraction_seed": (self._recipe.seed + 1 + env.iteration) % (1 << 31)})

    def _after(self, env: Any) -> None:
        self._booster = env.model
        done = env.iteration + 1
        loss = float(env.evaluation_result_list[0][2])
        # Without a split that helps, LightGBM adds no tree, and would add none in any other round.
        grew = self._booster.current_iteration() == done
        if self.rounds.hear(done, loss, self._points) or not grew:
            raise lightgbm.callback.EarlyStopException(done - 1, env.evaluation_result_list)

    def _points(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        # The library has the sums of all rows at hand; to follow a part of them would cost in each round.
        train, valid = self.rounds.drawn
        return self._told(self._booster.eval_train)[train], self._told(self._booster.eval_valid)[valid]

    def _told(self, evaluate: Callable[[Any], Any]) -> NDArray[np.float64]:
        told = sums_of(evaluate)
        return np.column_stack([1.0 - told, told]) if self._recipe.task == "binary" else told

    def _predictor(self, count: int) -> LightgbmPredictor:
        booster = self._earlier if self._booster is None else self._booster
        return LightgbmPredictor(body_of(booster, count), self._recipe.classes)

    def _save(self, folder: Path) -> None:
        (folder / _ROUNDS).write_text(self._booster.model_to_string(num_iteration=-1), encoding="utf-8", newline="\n")


def sums_of(evaluate: Callable[[Any], Any]) -> NDArray[np.float64]:
    """Give what the trees of a booster say of the rows of its method ``evaluate``, ``eval_train`` or ``eval_valid``."""
    found: list[NDArray[np.float64]] = []

    def take(predicted: NDArray[np.float64], _: Any) -> tuple[str, float, bool]:
        found.append(predicted.copy())
        return "none", 0.0, False

    evaluate(take)
    return found[0]


def body_of(booster: Any, rounds: int) -> bytes:
    """Give the text of the first ``rounds`` rounds, as a predictor keeps it."""
    trees, end, _ = booster.model_to_string(num_iteration=rounds).partition(_END)
    return f"{trees}{end}{_NO_PARAMETERS}".encode()


def _callback(call: Callable[[Any], None], *, first: bool) -> Callable[[Any], None]:
    def hear(env: Any) -> None:
        call(env)

    hear.before_iteration = first  # type: ignore[attr-defined]  # as LightGBM tells them apart
    return hear


def _parameters(recipe: Recipe, width: int) -> dict[str, Any]:
    directions = recipe.directions(width)
    objective, metric = _OBJECTIVES[recipe.task]
    names = ("learning_rate", "num_leaves", "min_child_samples", "reg_lambda", "colsample_bytree", "cat_smooth")
    return {
        "objective": objective,
        "metric": metric,
        **({"num_class": recipe.classes} if recipe.task == "multiclass" else {}),
        **{name: recipe.params[name] for name in names},
        **({"monotone_constraints": directions} if directions else {}),
        "num_threads": recipe.threads,
        "seed": recipe.seed % (1 << 31),
        **REPEATABLE,
        # A card adds up column by column, in an order of its own.
        **({"device_type": "gpu", "force_row_wise": False, "deterministic": False} if on_card(recipe) else {}),
    }


def on_card(recipe: Recipe) -> bool:
    """Whether the trees are grown on a graphics card."""
    return recipe.params.get("device_type", "cpu") == "gpu"
