"""Quantiles by LightGBM."""

from typing import Any

import lightgbm
import numpy as np

from aetheron_desktop.engine.training.script.pieces.rows import Predict, Rows, Setting


def fit_quantile_boosting(train: Rows, valid: Rows, setting: Setting) -> Predict:
    """Boost each quantile until none gains anything on the validation rows any more; keep each up to its best round."""
    params = setting.params
    told = {name: params[name] for name in ("learning_rate", "num_leaves", "min_child_samples")} | {
        "objective": "quantile",
        "metric": "quantile",
        "num_threads": setting.threads,
        "seed": setting.seed % (1 << 31),
        "deterministic": True,
        "force_row_wise": True,
        "enable_bundle": False,
        "verbose": -1,
    }
    given: dict[str, Any] = {"categorical_feature": list(setting.codes), "params": {"verbose": -1}}
    models = []
    for quantile in setting.quantiles:
        learned = lightgbm.Dataset(train.X, train.y, weight=train.weight, **given)
        models.append(lightgbm.Booster({**told, "alpha": quantile}, learned))
        judged = lightgbm.Dataset(valid.X, valid.y, weight=valid.weight, reference=learned, **given)
        models[-1].add_valid(judged, "valid")
    best, lowest, last_gain = [0] * len(models), [np.inf] * len(models), 0
    growing = set(range(len(models)))
    for done in range(1, min(params["n_estimators"], max(10, 30_000 // len(models))) + 1):
        for place in sorted(growing):
            models[place].update()
            if models[place].current_iteration() < done:
                growing.remove(place)
                continue
            loss = models[place].eval_valid()[0][2]
            if loss < lowest[place]:
                best[place], lowest[place], last_gain = done, loss, done
        if not growing or done - last_gain >= params["patience"]:
            break

    def predict(X: np.ndarray) -> np.ndarray:
        told_by: list[Any] = [model.predict(X, num_iteration=count) for model, count in zip(models, best, strict=True)]
        return np.sort(np.column_stack(told_by), axis=1)

    return predict
