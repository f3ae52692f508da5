"""Looks through a stranger's estimator that was built, before it is asked anything.

Compiled code believes positions and sizes without looking: here they are held against each other. Settings are held
against what scikit-learn itself says of them, and what would start, open or print something is set as it does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.errors import UntrustedModel
from aetheron_desktop.engine.registry.audit import check_boosting, check_nodes
from aetheron_desktop.engine.registry.foreign.info import MADE_AGAIN
from aetheron_desktop.engine.registry.foreign.skops_allowed import TREES
from aetheron_desktop.engine.registry.foreign.skops_neighbours import check_centroids, check_neighbours
from aetheron_desktop.engine.registry.foreign.skops_steps import (
    check_function,
    check_imputer,
    check_one_hot,
    check_polynomial,
    check_selection,
    check_words,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_STRANGE: Final = "Do not use it; ask whoever made it what that is for."

# By the last of their sizes they are taken column by column: of another width, they would blow up what they are taken
# from.
_BY_COLUMN: Final = frozenset(
    {
        *("mean_", "scale_", "var_", "theta_", "center_", "min_", "data_min_", "data_max_", "max_abs_", "xbar_"),
        *("means_", "_x_mean", "_x_std", "lambdas_", "statistics_"),
    }
)
_IN_A_ROW: Final = frozenset({"intercept_", "estimator_weights_", "class_prior_", "class_log_prior_", "idf_"})
_HISTORY: Final = frozenset({"n_iter_", "coefs_paths_", "scores_", "mse_path_", "coef_path_"})


def name_of(part: Any) -> str:
    """Give the full name of a part's type."""
    return f"{type(part).__module__}.{type(part).__name__}"


def parts(root: Any) -> Iterator[Any]:
    """Give every object of scikit-learn within ``root`` that has attributes, each once."""
    left, seen = [root], set()
    while left:
        one = left.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, dict):
            left.extend(one.values())
        elif isinstance(one, list | tuple):
            left.extend(one)
        elif isinstance(one, np.ndarray):
            if one.dtype == object:
                left.extend(one.ravel().tolist())
        elif hasattr(one, "__dict__") and type(one).__module__.startswith("sklearn."):
            yield one
            left.extend(vars(one).values())


def check_parts(root: Any) -> None:
    """Refuse an estimator a part of which is not what its type says, and still what would work beside it.

    Raises:
        UntrustedModel: a part is damaged, or set as it would do more than to calculate.
        AttributeError, LookupError, TypeError, ValueError: a part is not built as such a one is.
    """
    found = list(parts(root))
    for part in found:
        _check_attributes(part)
        _check_settings(part)
    for part in found:
        rule = _RULES.get(type(part).__name__)
        if rule is not None:
            rule(part)


def _check_attributes(part: Any) -> None:
    own = vars(part)
    features, classes = own.get("n_features_in_"), own.get("classes_")
    for name, value in own.items():
        # It would stand before the method of that name, or before what the type says of itself.
        if hasattr(type(part), name) or name.startswith("__"):
            raise UntrustedModel(f"The file sets {type(part).__name__}.{name}, which is no attribute.", hint=_STRANGE)
        if not isinstance(value, np.ndarray) or name in _HISTORY:
            continue
        columns = name not in _BY_COLUMN or not value.ndim or features in {None, value.shape[-1]}
        if value.ndim > (1 if name in _IN_A_ROW else 2) or not columns:
            raise _damaged(part, f"{name} has another shape than it should")
    if isinstance(classes, np.ndarray) and (classes.ndim != 1 or own.get("n_classes_", len(classes)) != len(classes)):
        raise _damaged(part, "it has other classes than it says")
    # A network of several classes has an output for each of them.
    if own.get("n_outputs_", 1) not in {1, len(classes) if type(part).__name__ == "MLPClassifier" else 1}:
        raise UntrustedModel("The file's model gives several values at once.", hint="Save one model for each value.")


def _check_settings(part: Any) -> None:
    from sklearn.base import BaseEstimator
    from sklearn.utils._param_validation import InvalidParameterError, validate_parameter_constraints

    if not isinstance(part, BaseEstimator):
        return
    settings = part.get_params(deep=False)
    # What it was chosen by was left out of the plan.
    settings.pop("score_func", None)
    try:
        validate_parameter_constraints(
            getattr(part, "_parameter_constraints", {}), settings, caller_name=type(part).__name__
        )
    except InvalidParameterError as error:
        raise UntrustedModel(f"The file sets what it cannot: {str(error)[:300]}", hint=MADE_AGAIN) from error
    # Whoever opens it gives out threads; nothing is printed, and nothing kept on disk.
    for name, value in (("n_jobs", None), ("memory", None), ("verbose", False)):
        if hasattr(part, name):
            setattr(part, name, 0 if name == "verbose" and not isinstance(getattr(part, name), bool) else value)


# -- trees ------------------------------------------------------------------------------------------------------------


def _check_tree(part: Any) -> None:
    from sklearn.tree._tree import Tree

    if "tree_" not in vars(part):
        return
    nodes, features = part.tree_, part.n_features_in_
    classes = len(part.classes_) if type(part).__name__.endswith("Classifier") else 1
    if type(nodes) is not Tree or type(features) is not int or nodes.n_features != features:
        raise _damaged(part, "its tree is none, or is of other columns")
    if nodes.value.shape != (nodes.node_count, 1, classes):
        raise _damaged(part, "its tree answers in another shape than it should")
    check_nodes(nodes.children_left, nodes.children_right, nodes.feature, nodes.children_left == -1, features)


def _check_forest(part: Any) -> None:
    if "estimators_" not in vars(part):
        return
    trees = part.estimators_
    if type(trees) is not list or not trees or part.n_estimators != len(trees):
        raise _damaged(part, "its trees are not as many as it says")
    classes = getattr(part, "n_classes_", None)
    for tree in trees:
        # It hands its rows to them without another look.
        if name_of(tree) not in TREES or tree.tree_.n_features != part.n_features_in_:
            raise _damaged(part, "one of its trees is none, or is of other columns")
        if getattr(tree, "n_classes_", None) != classes:
            raise _damaged(part, "one of its trees is of other classes")


def _check_gradient_boosting(part: Any) -> None:
    if "estimators_" not in vars(part):
        return
    trees, each, features = part.estimators_, part.n_trees_per_iteration_, part.n_features_in_
    classes = len(getattr(part, "classes_", ()))
    if each != (classes if classes > 2 else 1) or trees.ndim != 2 or not trees.size or trees.shape[1] != each:
        raise _damaged(part, "its trees are not as many as it says")
    for tree in trees.ravel():
        if name_of(tree) != "sklearn.tree._classes.DecisionTreeRegressor" or tree.tree_.n_features != features:
            raise _damaged(part, "one of its trees is none, or is of other columns")
    if not (isinstance(part.init_, str) or type(part.init_).__name__ in {"DummyClassifier", "DummyRegressor"}):
        raise UntrustedModel("The file's boosting begins with another model.", hint="Save it as ONNX (skl2onnx).")
    # The trees add to what it begins with, which must have a place for each of them.
    start = part._raw_predict_init(np.zeros((1, features), dtype=np.float32))
    if start.shape != (1, each) or start.dtype != np.float64:
        raise _damaged(part, "what it begins with has another shape than it should")


def _check_histogram_boosting(part: Any) -> None:
    if "_predictors" not in vars(part):
        return
    if part._preprocessor is not None:
        raise UntrustedModel(
            "The file's boosting turns words of a data frame into numbers by itself.",
            hint="Save it as ONNX (skl2onnx), or put an OrdinalEncoder before it.",
        )
    check_boosting(part, part.n_features_in_, len(getattr(part, "classes_", ())))


# -- support vectors, ensembles ---------------------------------------------------------------------------------------


def _check_support_vectors(part: Any) -> None:
    """Hold the arrays of libsvm against each other, which copies them by the sizes of some of them."""
    if "support_vectors_" not in vars(part):
        return
    is_regression = type(part).__name__.endswith("SVR")
    classes = 2 if is_regression else len(part.classes_)
    vectors, each = part.support_vectors_, part._n_support
    count, pairs = len(vectors), classes * (classes - 1) // 2
    if part._sparse is not False or part.kernel == "precomputed":
        raise UntrustedModel("The file's support vectors are sparse, or stand for rows.", hint="Save it as ONNX.")
    total = each[0] if is_regression else each.sum()
    chances = {(len(part._probA), len(part._probB))} - {(0, 0), (1, 0) if is_regression else (pairs, pairs)}
    if (
        not (count and classes >= 2 and not chances)
        or vectors.shape != (count, part.n_features_in_)
        or part.support_.shape != (count,)
        or (each.shape, each.dtype) != ((classes,), np.int32)
        or (each < 0).any()
        or total != count
        or part._dual_coef_.shape != (classes - 1, count)
        or part._intercept_.shape != (pairs,)
    ):
        raise _damaged(part, "its support vectors do not suit each other")


def _check_stack(part: Any) -> None:
    # They are the names of the methods that are called.
    if set(getattr(part, "stack_method_", ())) - {"predict_proba", "decision_function", "predict"}:
        raise UntrustedModel("The file's stack calls what no stack does.", hint=_STRANGE)


def _check_dummy(part: Any) -> None:
    if part.strategy in {"stratified", "uniform"}:
        raise UntrustedModel("The file's model answers at random.", hint="Choose another strategy for it.")


def _check_target(part: Any) -> None:
    if any(one is not None and not isinstance(one, np.ufunc) for one in (part.func, part.inverse_func)):
        raise UntrustedModel("The file's model passes its target through an unknown function.", hint=_STRANGE)


def _damaged(part: Any, what: str) -> UntrustedModel:
    return UntrustedModel(f"The file's {type(part).__name__} is damaged: {what}.", hint=MADE_AGAIN)


_RULES: Final[dict[str, Callable[[Any], None]]] = {
    **dict.fromkeys((name.rpartition(".")[2] for name in TREES), _check_tree),
    **dict.fromkeys(("ExtraTreesClassifier", "ExtraTreesRegressor"), _check_forest),
    **dict.fromkeys(("RandomForestClassifier", "RandomForestRegressor"), _check_forest),
    **dict.fromkeys(("GradientBoostingClassifier", "GradientBoostingRegressor"), _check_gradient_boosting),
    **dict.fromkeys(("HistGradientBoostingClassifier", "HistGradientBoostingRegressor"), _check_histogram_boosting),
    **dict.fromkeys(("NuSVC", "NuSVR", "SVC", "SVR"), _check_support_vectors),
    **dict.fromkeys(("KNeighborsClassifier", "KNeighborsRegressor"), check_neighbours),
    **dict.fromkeys(("StackingClassifier", "StackingRegressor"), _check_stack),
    **dict.fromkeys(("CountVectorizer", "TfidfVectorizer"), check_words),
    **dict.fromkeys(("DummyClassifier", "DummyRegressor"), _check_dummy),
    "FunctionTransformer": check_function,
    "KNNImputer": check_imputer,
    "NearestCentroid": check_centroids,
    "OneHotEncoder": check_one_hot,
    "PolynomialFeatures": check_polynomial,
    "SelectFromModel": check_selection,
    "RFE": check_selection,
    "TransformedTargetRegressor": _check_target,
}
