"""skops files: audited as our own are, built, and looked through once more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aetheron_desktop.engine.errors import ModelError, UntrustedModel
from aetheron_desktop.engine.registry.foreign.info import (
    MADE_AGAIN,
    MOST_BYTES,
    MOST_CLASSES,
    MOST_FEATURES,
    SKOPS_FILE,
    ForeignInfo,
    damaged,
    word,
)
from aetheron_desktop.engine.registry.foreign.trees import reached

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PREDICTORS: Final = frozenset(
    {
        "DecisionTreeClassifier",
        "DecisionTreeRegressor",
        "DummyClassifier",
        "DummyRegressor",
        "HistGradientBoostingClassifier",
        "HistGradientBoostingRegressor",
        "LogisticRegression",
        "RandomForestClassifier",
        "RandomForestRegressor",
        "Ridge",
    }
)


@dataclass(frozen=True, slots=True)
class SkopsModel:
    """A file that was opened: what it says of itself, the fitted estimator or pipeline, and its last step."""

    info: ForeignInfo
    estimator: Any
    last: Any


def read_skops(file: Path) -> SkopsModel:
    """Audit, open and check ``file``.

    Raises:
        UntrustedModel: it asks for types that are not on the program's list, or is damaged.
        ModelError: it holds no fitted estimator that predicts.
    """
    # scikit-learn, 1 s; only such a file needs it.
    from aetheron_desktop.engine.registry import format as skops_format
    from aetheron_desktop.engine.registry.allowed import NAMES
    from aetheron_desktop.engine.registry.audit import audit

    if file.stat().st_size > MOST_BYTES:
        raise UntrustedModel(f"{file.name} is larger than the {MOST_BYTES:,} bytes that are opened.", hint=MADE_AGAIN)
    try:
        audit(file)
    except UntrustedModel as error:
        raise UntrustedModel(
            error.detail,
            hint="Fitted estimators and pipelines of scikit-learn that this program trains itself can be opened; "
            "save any other as ONNX (skl2onnx).",
        ) from error
    try:
        # skops audits once more while it builds.
        estimator = skops_format.load(file, trusted=list(NAMES))
        return _checked(estimator)
    except (ModelError, MemoryError):
        raise
    except Exception as error:
        # Whatever a damaged plan makes skops or scikit-learn stumble over; nothing on the list has an effect.
        raise damaged(file, f"{type(error).__name__}: {error}") from error


def _checked(estimator: Any) -> SkopsModel:
    from sklearn.base import BaseEstimator, is_classifier
    from sklearn.exceptions import NotFittedError
    from sklearn.pipeline import Pipeline
    from sklearn.utils.validation import check_is_fitted

    last = estimator
    while isinstance(last, Pipeline):
        last = last.steps[-1][1]
    if not isinstance(last, BaseEstimator) or type(last).__name__ not in _PREDICTORS:
        raise ModelError(
            f"The skops file holds {type(last).__name__}, which does not predict.",
            hint="Save the fitted estimator, or the whole pipeline that ends in it.",
        )
    try:
        check_is_fitted(estimator)
        check_is_fitted(last)
    except NotFittedError as error:
        raise ModelError(
            "The estimator in the skops file was not fitted.", hint="Fit it before it is saved."
        ) from error
    for part in _estimators(estimator):
        _prepare(part)
    _check_nodes(last)
    return SkopsModel(_info(estimator, last, is_classifier(last)), estimator, last)


def _check_nodes(last: Any) -> None:
    """Refuse trees that lead out of themselves, or an estimator that cannot answer."""
    import warnings

    from aetheron_desktop.engine.registry.audit import check_trees

    if hasattr(last, "tree_"):
        _check_tree(last)
    with warnings.catch_warnings():
        # It may be asked for a row without names.
        warnings.simplefilter("ignore")
        check_trees(last)


def _check_tree(last: Any) -> None:
    nodes = last.tree_
    left, right = nodes.children_left.astype("int64"), nodes.children_right.astype("int64")
    inner = left >= 0
    asked = nodes.feature[inner]
    if min(left.min(), right.min()) < -1 or ((right >= 0) != inner).any() or not reached(left, right).all():
        raise ValueError("a tree leads out of itself")
    if (asked < 0).any() or (asked >= last.n_features_in_).any() or nodes.n_features != last.n_features_in_:
        raise ValueError("a tree asks for columns that are not there")
    if nodes.value.shape != (nodes.node_count, 1, max(1, len(getattr(last, "classes_", ())))):
        raise ValueError("a tree answers in another shape than it should")


def _prepare(part: Any) -> None:
    if getattr(part, "input", "content") != "content":
        raise UntrustedModel(
            "A step of the pipeline reads files that the table names.", hint="Do not use it; ask its maker what for."
        )
    # Threads are given out by whoever opens it, and nothing is printed.
    for name in ("n_jobs", "verbose"):
        if hasattr(part, name):
            setattr(part, name, None if name == "n_jobs" else 0)


def _estimators(root: Any) -> Iterator[Any]:
    """Give every estimator within ``root``, each once."""
    from sklearn.base import BaseEstimator

    left, seen = [root], set()
    while left:
        one = left.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, BaseEstimator):
            yield one
            left.extend(vars(one).values())
        elif isinstance(one, dict):
            left.extend(one.values())
        elif isinstance(one, list | tuple):
            left.extend(one)


def _info(estimator: Any, last: Any, classifies: bool) -> ForeignInfo:
    count = getattr(estimator, "n_features_in_", None)
    told = getattr(estimator, "feature_names_in_", None)
    if told is None and not isinstance(count, int):
        raise ModelError("The estimator in the skops file does not say which columns it takes.", hint=MADE_AGAIN)
    names = tuple(map(str, told)) if told is not None else tuple(f"x{at}" for at in range(count or 0))
    classes = tuple(word(one) for one in last.classes_.tolist()) if classifies else ()
    if not 1 <= len(names) <= MOST_FEATURES or len(set(names)) != len(names) or len(classes) > MOST_CLASSES:
        raise ValueError("its features or classes are too many, or there twice")
    if getattr(last, "n_outputs_", 1) != 1 or (classifies and len(classes) < 2):
        raise ModelError("The estimator in the skops file gives several values at once, or knows one class only.")
    steps = " → ".join(name for name, _ in getattr(estimator, "steps", ()))
    return ForeignInfo(
        kind="skops",
        file_name=SKOPS_FILE,
        features=names,
        types=("unknown" if told is not None else "number",) * len(names),
        named=told is not None,
        outputs="probabilities" if classifies else "value",
        classes=classes,
        count=len(classes),
        task=("binary" if len(classes) == 2 else "multiclass") if classifies else "regression",
        details=(f"scikit-learn {type(last).__name__}", *((f"steps {steps[:200]}",) if steps else ())),
    )
