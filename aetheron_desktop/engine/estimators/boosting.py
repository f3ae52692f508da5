"""Trees that each mend the errors of those before (histogram gradient boosting, as LightGBM's; Ke et al. 2017)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor

from aetheron_desktop.engine.estimators.arrays import read_arrays, write_arrays
from aetheron_desktop.engine.estimators.base import Estimator, Rows, SklearnPredictor
from aetheron_desktop.engine.estimators.rounds import Rounds

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Progress

_TREES: Final = "trees.npz"
_PARTS: Final = ("nodes", "binned_left_cat_bitsets", "raw_left_cat_bitsets")


class Boosting(Estimator):
    """Histogram gradient boosting (``sklearn.ensemble.HistGradientBoosting*``), one round a step."""

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``."""
        classes = self.recipe.classes if self.recipe.task == "multiclass" else 1
        self._width = train.X.shape[1]
        folder = progress.restored()
        rounds = Rounds(
            self,
            (train, valid),
            progress,
            most="max_iter",
            trees_each=classes,
            folder=folder,
            predictor=lambda count: SklearnPredictor(_snapshot(model, count)),
            save=lambda place: _save(model, place),
        )
        model = self._model(rounds.total)
        model.rounds = rounds
        if folder is not None:
            _load(model, folder, train.X.shape[1])
        try:
            model.fit(
                train.X,
                train.y,
                sample_weight=train.weight,
                X_val=valid.X,
                y_val=valid.y,
                sample_weight_val=valid.weight,
            )
        finally:
            rounds.finish()

    def _model(self, rounds: int) -> Any:
        params = self.recipe.params
        return (_ToldRegressor if self.recipe.task == "regression" else _ToldClassifier)(
            max_iter=rounds,
            learning_rate=params["learning_rate"],
            max_leaf_nodes=params["max_leaf_nodes"],
            min_samples_leaf=params["min_samples_leaf"],
            l2_regularization=params["l2_regularization"],
            categorical_features=list(self.recipe.categorical) or None,
            monotonic_cst=self.recipe.directions(self._width),
            early_stopping=True,
            scoring="loss",
            random_state=self.recipe.seed,
        )


class _Told:
    """Tells each round, and asks whether to stop.

    scikit-learn asks here, with the sums of all trees at hand; a scorer would have all trees predict in each round.
    """

    rounds: Rounds

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
        done = len(self._predictors)  # type: ignore[attr-defined]  # of the class that this one is mixed with
        if done == 0:
            return False
        loss = self._loss(  # type: ignore[attr-defined]  # as above
            y_true=y_val, raw_prediction=raw_predictions_val, sample_weight=sample_weight_val, n_threads=n_threads
        )
        raws = (raw_predictions, raw_predictions_val)

        def points() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
            train, valid = (_meaning(self, raw[drawn]) for raw, drawn in zip(raws, self.rounds.drawn, strict=True))
            return train, valid

        return self.rounds.hear(done, float(loss), points)


class _ToldClassifier(_Told, HistGradientBoostingClassifier):  # type: ignore[misc]  # untyped base
    plain = HistGradientBoostingClassifier


class _ToldRegressor(_Told, HistGradientBoostingRegressor):  # type: ignore[misc]  # untyped base
    plain = HistGradientBoostingRegressor


def _meaning(model: Any, raw: NDArray[Any]) -> NDArray[np.float64]:
    """Give the probabilities, or the values, that the sums of the trees stand for."""
    if hasattr(model, "classes_"):
        probability: NDArray[np.float64] = model._loss.predict_proba(raw)
        return probability
    return raw.ravel().astype(np.float64)


def _snapshot(model: Any, count: int) -> Any:
    """Give the first rounds of ``model``, while its fit goes on, as scikit-learn's own class."""
    taken = model.plain.__new__(model.plain)
    taken.__dict__.update(model.__dict__)
    for name in ("rounds", "_in_fit", "_feature_subsample_rng"):
        taken.__dict__.pop(name, None)
    taken._predictors = model._predictors[:count]
    taken.warm_start = False
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


# -- what a fit goes on from ------------------------------------------------------------------------------------------


def _save(model: Any, folder: Path) -> None:
    trees = [tree for round_ in model._predictors for tree in round_]
    parts = {name: [getattr(tree, name) for tree in trees] for name in _PARTS}
    counts = {f"{name}_counts": np.array([len(one) for one in told]) for name, told in parts.items()}
    whole = {name: np.concatenate(told) for name, told in parts.items()}
    each = len(model._predictors[0])
    write_arrays(folder / _TREES, baseline=model._baseline_prediction, each=each, **whole, **counts)


def _load(model: Any, folder: Path, features: int) -> None:
    """Give ``model``, which was never fitted, the rounds that were done before; a warm start goes on from them.

    Only the sums of the trees and the bins of the columns are missing then, and both come out of the rows to the bit:
    the sums are added up in the same order, and nothing is drawn at random but, once, the rows that tell the bins.

    Raises:
        OSError, ValueError: the file cannot be read, or a tree leads out of itself.
    """
    told = read_arrays(folder / _TREES)
    parts = [np.split(told[name], np.cumsum(told[f"{name}_counts"])[:-1]) for name in _PARTS]
    trees = [TreePredictor(*(np.ascontiguousarray(one) for one in own)) for own in zip(*parts, strict=True)]
    for tree in trees:
        _check(tree, features)
    each = int(told["each"])
    model._predictors = [trees[at : at + each] for at in range(0, len(trees), each)]
    model._baseline_prediction = told["baseline"]
    model._random_seed = np.random.RandomState(model.random_state).randint(np.iinfo(np.uint32).max, dtype="u8")
    model._feature_subsample_rng = None
    model.train_score_ = model.validation_score_ = np.empty(0)
    model.warm_start = True


def _check(tree: Any, features: int) -> None:
    """Refuse a tree that compiled code, which follows it without looking, must not follow."""
    nodes = tree.nodes
    inner = nodes["is_leaf"] == 0
    own = np.arange(len(nodes))[inner]
    asked = nodes[inner]
    for name in ("left", "right"):
        child = asked[name].astype(np.int64)
        if (child <= own).any() or (child >= len(nodes)).any():
            raise ValueError("a tree leads out of itself")
    codes = asked["bitset_idx"][asked["is_categorical"] != 0]
    if not len(nodes) or (asked["feature_idx"] < 0).any() or (asked["feature_idx"] >= features).any():
        raise ValueError("a tree asks for columns that are not there")
    if len(codes) and int(codes.max()) >= min(len(tree.binned_left_cat_bitsets), len(tree.raw_left_cat_bitsets)):
        raise ValueError("a tree asks for categories that are not there")
