"""What each estimator costs, by the id of its card: measured by ``tests/benchmarks/costs.py``, which prints these."""

from __future__ import annotations

from typing import Final

from aetheron_desktop.engine.estimators.cards.cost import Cost

COSTS: Final[dict[str, Cost]] = {
    "dummy": Cost(width="codes", start_s=0.071, cell_s=6.4e-7, step_s=0.0, step_cell_s=0.0, cell_bytes=43),
    "logistic": Cost(
        width="levels", steps="max_iter", start_s=0.05, cell_s=4e-7, step_s=0.013, step_cell_s=1.3e-7, cell_bytes=50
    ),
    "ridge": Cost(width="levels", start_s=0.06, cell_s=4.2e-7, step_s=0.0, step_cell_s=0.0, cell_bytes=29),
    "elastic_net": Cost(
        width="levels", steps="n_alphas", start_s=0.094, cell_s=1.7e-7, step_s=6.8e-5, step_cell_s=3.4e-8,
        cell_bytes=50,
    ),
    "quantile": Cost(
        width="levels", steps="max_iter", start_s=0.09, cell_s=1.1e-6, step_s=8.6e-5, step_cell_s=6.6e-9, cell_bytes=73
    ),
    "naive_bayes": Cost(width="one-hot", start_s=0.12, cell_s=9.5e-7, step_s=0.0, step_cell_s=0.0, cell_bytes=97),
    "knn": Cost(
        width="one-hot", start_s=0.2, cell_s=1.2e-6, step_s=0.0, step_cell_s=0.0, cell_bytes=97, pairs="neighbours",
        pair_s=9.8e-9,
    ),
    "svm": Cost(
        width="one-hot", start_s=0.14, cell_s=1e-6, step_s=0.0, step_cell_s=0.0, cell_bytes=97, pairs="support",
        pair_s=1.7e-8, pair_cell_s=6.7e-10, landmark_s=1e-7,
    ),
    "tree": Cost(width="codes", start_s=0.047, cell_s=6.2e-6, step_s=0.0, step_cell_s=0.0, cell_bytes=10),
    "forest": Cost(
        width="codes", steps="n_estimators", start_s=0.064, cell_s=2.8e-7, step_s=1.5e-3, step_cell_s=1.1e-8,
        sorts=True, parallel=0.9, cell_bytes=37,
    ),
    "extra_trees": Cost(
        width="codes", steps="n_estimators", start_s=0.066, cell_s=3.3e-7, step_s=1.7e-3, step_cell_s=2.8e-9,
        sorts=True, parallel=0.9, cell_bytes=10,
    ),
    "boosting": Cost(
        width="codes", steps="max_iter", start_s=0.065, cell_s=5.2e-7, step_s=1.8e-3, step_cell_s=2.5e-8,
        per_class=True, scales=(("max_leaf_nodes", 0.3),), parallel=0.7, cell_bytes=35,
    ),
    "glass_box": Cost(
        width="codes", steps="max_iter", start_s=0.2, cell_s=9.5e-7, step_s=3.6e-4, step_cell_s=3.2e-9,
        per_class=True, scales=(("max_leaf_nodes", 0.3),), parallel=0.7, cell_bytes=50,
    ),
    "lightgbm": Cost(
        width="codes", steps="n_estimators", start_s=0.11, cell_s=9.8e-7, step_s=0.0, step_cell_s=2.2e-8,
        per_class=True, scales=(("num_leaves", 0.3),), parallel=0.7, cell_bytes=60,
    ),
    "xgboost": Cost(
        width="codes", steps="n_estimators", start_s=0.11, cell_s=1.2e-6, step_s=7e-4, step_cell_s=1.5e-8,
        per_class=True, scales=(("max_depth", 1.0),), parallel=0.7, cell_bytes=55,
    ),
    "quantile_boosting": Cost(
        width="codes", steps="n_estimators", start_s=0.1, cell_s=1.5e-6, step_s=0.0, step_cell_s=8e-8,
        scales=(("num_leaves", 0.3),), parallel=0.7, cell_bytes=63,
    ),
    "catboost": Cost(
        width="codes", steps="iterations", start_s=0.15, cell_s=7.9e-7, step_s=2e-3, step_cell_s=1.2e-8,
        per_class=True, scales=(("depth", 1.0),), parallel=0.6, cell_bytes=30,
    ),
    "network": Cost(
        width="one-hot", steps="epochs", batches=True, start_s=0.27, cell_s=1.7e-6, step_s=2.9e-3, step_cell_s=4.5e-7,
        plain=0.038, scales=(("hidden_size", 1.0), ("layers", 0.7)), parallel=0.2, cell_bytes=40,
    ),
    "tabm": Cost(
        width="one-hot", steps="epochs", batches=True, start_s=0.64, cell_s=1.7e-6, step_s=0.049, step_cell_s=8.3e-6,
        plain=0.053, scales=(("hidden_size", 1.0), ("layers", 0.7), ("members", 1.0)), parallel=0.2, cell_bytes=40,
    ),
    "resnet": Cost(
        width="one-hot", steps="epochs", batches=True, start_s=0.27, cell_s=1.9e-6, step_s=7.2e-3, step_cell_s=6.2e-7,
        plain=0.028, scales=(("hidden_size", 1.0), ("layers", 0.7)), parallel=0.2, cell_bytes=40,
    ),
    "ft_transformer": Cost(
        width="codes", steps="epochs", batches=True, start_s=0.3, cell_s=1.9e-6, step_s=0.016, step_cell_s=6.9e-6,
        step_pair_s=2.5e-7, scales=(("hidden_size", 1.0), ("layers", 0.9)), parallel=0.4, cell_bytes=40,
    ),
}  # fmt: skip
