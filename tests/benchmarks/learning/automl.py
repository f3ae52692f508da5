"""AutoGluon and FLAML, as their manuals call them: time, metric, threads, and nothing else chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from tests.benchmarks.learning.given import TARGET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tests.benchmarks.learning.given import Given


class AutoGluon:
    """``TabularPredictor`` with its default preset."""

    presets: str | None = None
    how: ClassVar[Mapping[str, Any]] = {}

    def __init__(self) -> None:
        from autogluon.tabular import TabularPredictor, __version__

        self._kind = TabularPredictor
        self.notes: dict[str, Any] = {"version": __version__, "preset": self.presets or "default"}

    def fit(self, given: Given) -> None:
        self._classes = len(given.classes)
        metric = {"rmse": "root_mean_squared_error"}.get(given.metric, given.metric)
        self._predictor = self._kind(
            label=TARGET, problem_type=given.task, eval_metric=metric, path=str(given.folder / "autogluon")
        )
        self._predictor.fit(
            given.X.assign(**{TARGET: given.y}),
            presets=self.presets,
            time_limit=given.budget_s,
            num_cpus=given.threads,
            num_gpus=0,
            **self.how,
        )
        self.notes["models"] = len(self._predictor.model_names())
        self.notes["best"] = self._predictor.model_best
        failures = self._predictor.model_failures()
        self.notes["failed"] = sorted(f"{row.model}: {row.exc_type}" for row in failures.itertuples())

    def predict(self, X: pd.DataFrame) -> NDArray[np.float64]:
        if not self._classes:
            return np.asarray(self._predictor.predict(X), dtype=np.float64)
        found = self._predictor.predict_proba(X, as_multiclass=True)
        return found.reindex(columns=range(self._classes), fill_value=0.0).to_numpy(dtype=np.float64)


class AutoGluonBest(AutoGluon):
    """``TabularPredictor`` with the preset ``best_quality``."""

    presets = "best_quality"


class AutoGluonBestLocal(AutoGluonBest):
    """The same without Ray: folds one after the other, each with all threads, and no trial of how deep to stack.

    Ray takes seconds to start, and half a minute where a machine is busy; in a short time more may be done without it.
    The trial would go through Ray, or break off when its time is short (“Learner is already fit”, AutoGluon 1.6.3).
    """

    how: ClassVar[Mapping[str, Any]] = {
        "ag_args_ensemble": {"fold_fitting_strategy": "sequential_local"},
        "dynamic_stacking": False,
    }


class Flaml:
    """``flaml.AutoML``."""

    def __init__(self) -> None:
        import flaml

        self._kind = flaml.AutoML
        self.notes: dict[str, Any] = {"version": flaml.__version__}

    def fit(self, given: Given) -> None:
        self._classes = len(given.classes)
        self._model = self._kind()
        self._model.fit(
            X_train=given.X,
            y_train=given.y,
            task="regression" if given.task == "regression" else "classification",
            metric=given.metric,
            time_budget=given.budget_s,
            n_jobs=given.threads,
            seed=given.seed,
            verbose=1,
        )
        self.notes |= {"best": self._model.best_estimator, "search": len(self._model.config_history)}

    def predict(self, X: pd.DataFrame) -> NDArray[np.float64]:
        if not self._classes:
            return np.asarray(self._model.predict(X), dtype=np.float64)
        found = pd.DataFrame(self._model.predict_proba(X), columns=[int(label) for label in self._model.classes_])
        return found.reindex(columns=range(self._classes), fill_value=0.0).to_numpy(dtype=np.float64)
