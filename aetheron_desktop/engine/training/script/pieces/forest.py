"""Many decision trees side by side."""

from typing import Any

from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor

from aetheron_desktop.engine.training.script.pieces.rows import Predict, Rows, Setting, asked, signs


def fit_forest(train: Rows, valid: Rows, setting: Setting) -> Predict:
    """Grow a random forest."""
    del valid
    return _grown(RandomForestClassifier if setting.classes else RandomForestRegressor, train, setting)


def fit_extra_trees(train: Rows, valid: Rows, setting: Setting) -> Predict:
    """Grow extremely randomized trees."""
    del valid
    return _grown(ExtraTreesClassifier if setting.classes else ExtraTreesRegressor, train, setting)


def _grown(kind: Any, train: Rows, setting: Setting) -> Predict:
    params, rows = setting.params, len(train.y)
    few, many = (5_000, 20_000) if setting.classes else (10_000, 50_000)
    leaf = params["min_samples_leaf"] or (1 if rows < few else 2 if rows < many else 5)
    # So that the trees fit into the memory.
    most_leaves = (2 << 30) // (16 * params["n_estimators"] * max(1, setting.classes))
    model = kind(
        n_estimators=params["n_estimators"],
        max_depth=params["max_depth"],
        min_samples_leaf=leaf,
        max_features=params["max_features"] or ("sqrt" if setting.classes else 0.6),
        max_leaf_nodes=max(2, most_leaves) if most_leaves < rows else None,
        monotonic_cst=signs(train, setting),
        n_jobs=setting.threads,
        random_state=setting.seed,
    )
    return asked(model.fit(train.X, train.y, sample_weight=train.weight))
