"""Trees that each mend the errors of those before (histogram gradient boosting, as LightGBM's; Ke et al. 2017)."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from aetheron_desktop.engine.estimators.base import Estimator, Rows, SklearnPredictor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Progress

_JUDGED_TRAIN: Final = 5_000
_JUDGED_VALID: Final = 20_000
_MOST_TREES: Final = 30_000
_CURVES_SHARE: Final = 0.03
"""The most of the time that goes into points of curves."""


class Boosting(Estimator):
    """Histogram gradient boosting (``sklearn.ensemble.HistGradientBoosting*``), one round a step."""

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``."""
        rounds = self._rounds(progress)
        model = self._model(rounds)
        model.listener = _Listener(self, train, valid, rounds, progress)
        model.fit(
            train.X,
            train.y,
            sample_weight=train.weight,
            X_val=valid.X,
            y_val=valid.y,
            sample_weight_val=valid.weight,
        )

    def _rounds(self, progress: Progress) -> int:
        rounds = int(self.recipe.number("max_iter"))
        most = max(10, _MOST_TREES // max(1, self.recipe.classes if self.recipe.task == "multiclass" else 1))
        if rounds > most:
            progress.say(f"{rounds} rounds of a tree per class would be too many; {most} are made at most.")
        return min(rounds, most)

    def _model(self, rounds: int) -> Any:
        params = self.recipe.params
        return (_ToldRegressor if self.recipe.task == "regression" else _ToldClassifier)(
            max_iter=rounds,
            learning_rate=params["learning_rate"],
            max_leaf_nodes=params["max_leaf_nodes"],
            min_samples_leaf=params["min_samples_leaf"],
            l2_regularization=params["l2_regularization"],
            categorical_features=list(self.recipe.categorical) or None,
            early_stopping=True,
            scoring="loss",
            random_state=self.recipe.seed,
        )


class _Told:
    """Asks a listener after each round whether to stop.

    scikit-learn asks here, with the sums of all trees at hand; a scorer would have all trees predict in each round.
    """

    listener: _Listener

    def _check_early_stopping_loss(  # noqa: PLR0917 - as scikit-learn calls it
        self,
        raw_predictions: NDArray[Any],
        y_train: NDArray[Any],
        sample_weight_train: NDArray[Any] | None,
        raw_predictions_val: NDArray[Any],
        y_val: NDArray[Any],
        sample_weight_val: NDArray[Any] | None,
        n_threads: int = 1,
    ) -> bool:
        del y_train, sample_weight_train
        loss = self._loss(  # type: ignore[attr-defined]  # of the class that this one is mixed with
            y_true=y_val, raw_prediction=raw_predictions_val, sample_weight=sample_weight_val, n_threads=n_threads
        )
        return self.listener.hear(self, float(loss), raw_predictions, raw_predictions_val)


class _ToldClassifier(_Told, HistGradientBoostingClassifier):  # type: ignore[misc]  # untyped base
    plain = HistGradientBoostingClassifier


class _ToldRegressor(_Told, HistGradientBoostingRegressor):  # type: ignore[misc]  # untyped base
    plain = HistGradientBoostingRegressor


class _Listener:
    """Keeps the best round of one fit, tells its curves, and says when it is enough."""

    def __init__(self, owner: Boosting, train: Rows, valid: Rows, rounds: int, progress: Progress) -> None:
        self._owner = owner
        self._rounds = rounds
        self._progress = progress
        self._patience = int(owner.recipe.number("patience"))
        self._best = math.inf
        self._best_round = 0
        self._seen = [
            (rows, _drawn(len(rows), most, owner.recipe.seed))
            for rows, most in ((train, _JUDGED_TRAIN), (valid, _JUDGED_VALID))
        ]
        self._judged = [Rows(rows.X[:0], rows.y[drawn], _at(rows.weight, drawn)) for rows, drawn in self._seen]
        self._told_at = -math.inf
        self._cost = 0.0

    def hear(self, model: Any, loss: float, train_raw: NDArray[Any], valid_raw: NDArray[Any]) -> bool:
        """Take in that a round is complete; give whether it was the last."""
        round_ = len(model._predictors)
        if round_ == 0:
            return False
        if loss < self._best:
            self._best, self._best_round = loss, round_
            self._owner.fitted = SklearnPredictor(_snapshot(model))
        is_last = round_ == self._rounds or round_ - self._best_round >= self._patience
        began = time.monotonic()
        if is_last or began - self._told_at >= self._cost / _CURVES_SHARE:
            points = [
                (rows, _meaning(model, raw[drawn]))
                for rows, raw, (_, drawn) in zip(self._judged, (train_raw, valid_raw), self._seen, strict=True)
            ]
            self._progress.step(round_, self._rounds, points[0], points[1])
            self._told_at = time.monotonic()
            self._cost = self._told_at - began
        else:
            self._progress.tick(round_, self._rounds)
        return is_last


def _drawn(rows: int, most: int, seed: int) -> NDArray[np.int64] | slice:
    if rows <= most:
        return slice(None)
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))


def _at(weight: NDArray[np.float64] | None, drawn: NDArray[np.int64] | slice) -> NDArray[np.float64] | None:
    return None if weight is None else weight[drawn]


def _meaning(model: Any, raw: NDArray[Any]) -> NDArray[np.float64]:
    """Give the probabilities, or the values, that the sums of the trees stand for."""
    if hasattr(model, "classes_"):
        probability: NDArray[np.float64] = model._loss.predict_proba(raw)
        return probability
    return raw.ravel().astype(np.float64)


def _snapshot(model: Any) -> Any:
    """Give what ``model`` is now, while its fit goes on: scikit-learn's own class, with what predicting needs."""
    taken = model.plain.__new__(model.plain)
    taken.__dict__.update(model.__dict__)
    for name in ("listener", "_in_fit", "_feature_subsample_rng"):
        taken.__dict__.pop(name, None)
    taken._predictors = list(model._predictors)
    taken.train_score_ = taken.validation_score_ = np.empty(0)
    if taken._preprocessor is not None and _keeps_codes(taken):
        # It would put the categories first and number them: they are first and numbered already.
        taken._preprocessor = None
    return taken


def _keeps_codes(model: Any) -> bool:
    encoder = model._preprocessor.named_transformers_["encoder"]
    count = len(encoder.categories_)
    return bool(model.is_categorical_[:count].all()) and all(
        np.array_equal(known, np.arange(len(known))) for known in encoder.categories_
    )
