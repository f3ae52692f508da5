"""CatBoost."""

from typing import Any

import numpy as np
import pandas as pd
from catboost import CatBoost, Pool
from scipy.special import expit, softmax

from aetheron_desktop.engine.training.script.pieces.rows import Predict, Rows, Setting, signs


def fit_catboost(train: Rows, valid: Rows, setting: Setting) -> Predict:
    """Boost in blocks of rounds until the validation rows gain nothing any more, and keep the rounds up to the best."""
    params, classes = setting.params, setting.classes
    outputs = classes if classes > 2 else 1
    longest = min(320, max(40, 200_000_000 // (train.X.size * outputs)))
    start, scale = _start(train, classes)
    if classes > 2 and len(absent := np.setdiff1d(np.arange(classes), train.y)):
        # A class that no row has is learned of one that hardly weighs.
        weight = np.ones(len(train.y)) if train.weight is None else train.weight
        train = Rows(
            np.concatenate([train.X, train.X[np.zeros(len(absent), dtype=int)]]),
            np.concatenate([train.y, absent]),
            np.concatenate([weight, np.full(len(absent), weight.mean() * 1e-6)]),
        )
    weight = np.concatenate([np.ones(len(rows.y)) if rows.weight is None else rows.weight for rows in (train, valid)])
    target = np.concatenate([train.y, valid.y])
    together = np.concatenate([train.X, valid.X])
    codes = [at for at in setting.codes if len(np.unique(together[:, at])) <= params["one_hot_max_size"]]
    frame = _frame(together, codes)
    pool = Pool(frame, target if classes else (target - start[0]) / scale, weight=weight, cat_features=codes)
    pool.quantize(random_seed=setting.seed % (1 << 31))
    count = len(train.y)
    parts = np.arange(count), np.arange(count, len(target))
    learned, judged = (pool.slice(part) for part in parts)
    sums = np.tile(start if classes else np.zeros(1), (len(target), 1)).astype(np.float32)
    most = min(params["iterations"], max(10, 30_000 // outputs))
    models: list[CatBoost] = []
    done = best = 0
    lowest = np.inf
    while done < most and done - best < params["patience"]:
        first = next((end for end in (5, 20, 80) if end > done), 0)
        end = first if 0 < first - done <= longest else (done // longest + 1) * longest
        told = _parameters(setting, done, min(end, most) - done, count)
        if (directions := signs(train, setting)) is not None:
            told["monotone_constraints"] = directions
        learned.set_baseline(sums[:count])
        judged.set_baseline(sums[count:])
        models.append(CatBoost(told).fit(learned, eval_set=judged, use_best_model=False))
        (losses,) = models[-1].evals_result_["validation"].values()
        for loss in losses:
            done += 1
            best, lowest = (done, loss) if loss < lowest else (best, lowest)
            if done - best >= params["patience"]:
                break
        sums = (sums + models[-1].predict(frame).reshape(-1, outputs)).astype(np.float32)

    def predict(X: np.ndarray) -> np.ndarray:
        raw, left = np.zeros((len(X), outputs)), best
        for model in models:
            if left > 0:
                raw += model.predict(_frame(X, codes), ntree_end=min(left, model.tree_count_)).reshape(-1, outputs)
                left -= model.tree_count_
        raw = raw * scale + start
        if classes == 2:
            return np.column_stack([1.0 - expit(raw[:, 0]), expit(raw[:, 0])])
        made: np.ndarray = softmax(raw, axis=1) if classes else raw[:, 0]
        return made

    return predict


def _start(rows: Rows, classes: int) -> tuple[np.ndarray, float]:
    weight = np.ones(len(rows.y)) if rows.weight is None else rows.weight
    if not classes:
        centre = np.average(rows.y, weights=weight)
        return np.array([centre]), float(np.sqrt(np.average((rows.y - centre) ** 2, weights=weight))) or 1.0
    share = np.log(np.bincount(rows.y, weights=weight, minlength=classes) / weight.mean() + 1.0)
    return (share[1:] - share[:1] if classes == 2 else share - share.mean()), 1.0


def _frame(X: np.ndarray, codes: list[int]) -> Any:
    frame = pd.DataFrame(np.clip(X, -3e38, 3e38).astype(np.float32))
    for at in codes:
        frame[at] = np.where(np.isnan(X[:, at]), 254, X[:, at]).astype(np.int64)
    return frame


def _parameters(setting: Setting, begun: int, count: int, rows: int) -> dict[str, Any]:
    params, classes = setting.params, setting.classes
    # The noise of splits dies away as the trees become more, over all blocks.
    left = 1.0 / (1.0 + np.exp(min(700.0, begun * params["learning_rate"])) / rows)
    share = params["subsample"]
    return {
        "loss_function": "RMSE" if not classes else "Logloss" if classes == 2 else "MultiClass",
        **({"classes_count": classes} if classes > 2 else {"boost_from_average": False}),
        **{name: params[name] for name in ("learning_rate", "depth", "l2_leaf_reg", "rsm")},
        "iterations": count,
        "random_strength": params["random_strength"] * left,
        **({"bootstrap_type": "Bernoulli", "subsample": share} if share < 1.0 else {"bootstrap_type": "No"}),
        "boosting_type": "Plain",
        "leaf_estimation_iterations": 10 if classes == 2 else 1,
        "one_hot_max_size": 255,
        "random_seed": (setting.seed + begun) % (1 << 31),
        "thread_count": setting.threads,
        "allow_writing_files": False,
        "logging_level": "Silent",
    }
