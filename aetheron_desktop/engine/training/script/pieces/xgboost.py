"""XGBoost."""

import numpy as np
import xgboost
from scipy.special import expit, softmax

from aetheron_desktop.engine.training.script.pieces.rows import Predict, Rows, Setting, signs


def fit_xgboost(train: Rows, valid: Rows, setting: Setting) -> Predict:
    """Boost until the validation rows gain nothing any more, and keep the rounds up to the best."""
    params, classes = setting.params, setting.classes
    objective, metric = (
        ("reg:squarederror", "rmse") if not classes else ("binary:logistic", "logloss") if classes == 2
        else ("multi:softprob", "mlogloss")
    )  # fmt: skip
    names = ("learning_rate", "max_depth", "min_child_weight", "reg_lambda", "max_cat_to_onehot")
    told = {name: params[name] for name in names} | {
        "objective": objective,
        "eval_metric": metric,
        "tree_method": "hist",
        "nthread": setting.threads,
        "seed": setting.seed % (1 << 31),
        "verbosity": 0,
    }
    if (directions := signs(train, setting)) is not None:
        told["monotone_constraints"] = str(tuple(directions))
    if classes > 2:
        told["num_class"] = classes
    kinds = ["c" if at in setting.codes else "float" for at in range(train.X.shape[1])]
    given = {"feature_types": kinds, "enable_categorical": True, "nthread": setting.threads}
    learned = xgboost.QuantileDMatrix(train.X, train.y, weight=train.weight, **given)
    judged = xgboost.QuantileDMatrix(valid.X, valid.y, weight=valid.weight, ref=learned, **given)
    model = xgboost.train(
        told,
        learned,
        num_boost_round=min(params["n_estimators"], max(10, 30_000 // (classes if classes > 2 else 1))),
        evals=[(judged, "valid")],
        early_stopping_rounds=params["patience"],
        verbose_eval=False,
    )
    rounds = (0, model.best_iteration + 1)

    def predict(X: np.ndarray) -> np.ndarray:
        raw = np.asarray(model.inplace_predict(X, predict_type="margin", iteration_range=rounds), dtype=np.float64)
        if classes == 2:
            return np.column_stack([1.0 - expit(raw), expit(raw)])
        return softmax(raw, axis=1) if classes else raw

    return predict
