"""LightGBM."""

from typing import Any

import lightgbm
import numpy as np

from aetheron_desktop.engine.training.script.pieces.rows import Predict, Rows, Setting, signs


def fit_lightgbm(train: Rows, valid: Rows, setting: Setting) -> Predict:
    """Boost until the validation rows gain nothing any more, and keep the rounds up to the best."""
    params, classes = setting.params, setting.classes
    objective, metric = (
        ("regression", "l2") if not classes else ("binary", "binary_logloss") if classes == 2
        else ("multiclass", "multi_logloss")
    )  # fmt: skip
    names = ("learning_rate", "num_leaves", "min_child_samples", "reg_lambda", "colsample_bytree", "cat_smooth")
    told = {name: params[name] for name in names} | {
        "objective": objective,
        "metric": metric,
        "num_threads": setting.threads,
        "seed": setting.seed % (1 << 31),
        "deterministic": True,
        "force_row_wise": True,
        "enable_bundle": False,
        "verbose": -1,
    }
    if params.get("device_type") == "gpu":
        told |= {"device_type": "gpu", "force_row_wise": False, "deterministic": False}
    if (directions := signs(train, setting)) is not None:
        told["monotone_constraints"] = directions
    if classes > 2:
        told["num_class"] = classes
    given: dict[str, Any] = {"categorical_feature": list(setting.codes), "params": {"verbose": -1}}
    learned = lightgbm.Dataset(train.X, train.y, weight=train.weight, **given)
    judged = lightgbm.Dataset(valid.X, valid.y, weight=valid.weight, reference=learned, **given)

    def draw(env: Any) -> None:
        # Which columns a round may ask depends on the round's number alone.
        if params["colsample_bytree"] < 1.0:
            env.model.reset_parameter({"feature_fraction_seed": (setting.seed + 1 + env.iteration) % (1 << 31)})

    draw.before_iteration = True  # type: ignore[attr-defined]  # as LightGBM tells them apart
    model = lightgbm.train(
        told,
        learned,
        num_boost_round=min(params["n_estimators"], max(10, 30_000 // (classes if classes > 2 else 1))),
        valid_sets=[judged],
        callbacks=[draw, lightgbm.early_stopping(params["patience"], verbose=False)],
    )

    def predict(X: np.ndarray) -> np.ndarray:
        raw = np.asarray(model.predict(X, num_iteration=model.best_iteration))
        return np.column_stack([1.0 - raw, raw]) if classes == 2 else raw

    return predict
