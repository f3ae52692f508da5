"""skops files: audited before they are built, and looked through once more after it."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

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

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.registry.foreign.info import OutputForm

_HINT: Final = (
    "Save it as ONNX (skl2onnx), a search by its best_estimator_. Of skops, those estimators and steps of scikit-learn "
    "are opened that calculate with numbers alone."
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
    from aetheron_desktop.engine.registry.audit import audit
    from aetheron_desktop.engine.registry.foreign.skops_allowed import FOREIGN, NAMES

    if file.stat().st_size > MOST_BYTES:
        raise UntrustedModel(f"{file.name} is larger than the {MOST_BYTES:,} bytes that are opened.", hint=MADE_AGAIN)
    try:
        plan = audit(file, FOREIGN, leave_out)
    except UntrustedModel as error:
        raise UntrustedModel(error.detail, hint=_HINT) from error
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            # skops audits once more while it builds.
            estimator = skops_format.load(_rewritten(file, plan), trusted=list(NAMES))
            return _checked(estimator, _versions(told))
    except (ModelError, MemoryError):
        raise
    except Exception as error:
        # Whatever a damaged plan makes skops or scikit-learn stumble over; nothing on the list has an effect.
        raise damaged(file, f"{type(error).__name__}: {error}") from error


def leave_out(plan: Any) -> None:
    """Put nothing in the place of what a fitted estimator does not need to predict."""
    from aetheron_desktop.engine.registry.foreign.skops_allowed import LEFT_OUT, SCORES

    left: list[Any] = [plan]
    while left:
        node = left.pop()
        for key, part in list(node.items() if isinstance(node, dict) else enumerate(node)):
            if isinstance(part, dict):
                name = f"{part.get('__module__')}.{part.get('__class__')}"
                if name in LEFT_OUT or (key == "score_func" and name in SCORES):
                    node[key] = _nothing(part)
                else:
                    left.append(part)
            elif isinstance(part, list):
                left.append(part)


def _nothing(part: dict[str, Any]) -> dict[str, Any]:
    kind = {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode"}
    return {**kind, "content": "null", "is_json": True, "__id__": part.get("__id__")}


def _rewritten(file: Path, plan: Any) -> io.BytesIO:
    """Give the file with the plan that was looked at."""
    made = io.BytesIO()
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(made, "w") as copy:
        for member in archive.infolist():
            if member.filename != "schema.json":
                copy.writestr(member.filename, archive.read(member))
        copy.writestr("schema.json", json.dumps(plan))
    made.seek(0)
    return made


def _versions(told: list[warnings.WarningMessage]) -> tuple[str, ...]:
    from sklearn.exceptions import InconsistentVersionWarning

    for one in told:
        if isinstance(one.message, InconsistentVersionWarning):
            made, here = one.message.original_sklearn_version, one.message.current_sklearn_version
            return (f"It was saved with scikit-learn {str(made)[:20]}; here is {here}, which may predict otherwise.",)
    return ()


def _checked(estimator: Any, notes: tuple[str, ...]) -> SkopsModel:
    from sklearn.base import BaseEstimator, is_classifier
    from sklearn.exceptions import NotFittedError
    from sklearn.pipeline import Pipeline
    from sklearn.utils.validation import check_is_fitted

    from aetheron_desktop.engine.registry.foreign.skops_allowed import PREDICTORS
    from aetheron_desktop.engine.registry.foreign.skops_checks import check_parts, name_of

    last = estimator
    while isinstance(last, Pipeline):
        last = last.steps[-1][1]
    if not isinstance(last, BaseEstimator) or name_of(last) not in PREDICTORS:
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
    check_parts(estimator)
    info = _info(estimator, last, is_classifier(last), notes)
    _check_answers(estimator, last, info)
    return SkopsModel(info, estimator, last)


def _check_answers(estimator: Any, last: Any, info: ForeignInfo) -> None:
    """Ask every part that predicts from numbers alone for one row: what cannot answer is refused before it is used."""
    from aetheron_desktop.engine.registry.foreign.skops_allowed import PREDICTORS, TREES
    from aetheron_desktop.engine.registry.foreign.skops_checks import name_of, parts

    for part in parts(estimator):
        fitted = getattr(part, "n_features_in_", None)
        if name_of(part) not in PREDICTORS - (TREES if part is not last else frozenset()) or fitted is None:
            continue
        if any(hasattr(one, "transform") and name_of(one) not in PREDICTORS for one in parts(part)):
            continue
        if not 0 < fitted <= MOST_FEATURES:
            raise ValueError("it takes no columns, or too many")
        answer = part.predict(np.zeros((1, fitted)))
        if answer.shape not in {(1,), (1, 1)}:
            raise ValueError(f"{type(part).__name__} gives {answer.shape} answers for one row")
        if part is last and info.outputs == "probabilities":
            answer = part.predict_proba(np.zeros((1, fitted)))
            if answer.shape != (1, info.count) or answer.dtype.kind != "f":
                raise ValueError("it answers in another shape than it should")


def _form(estimator: Any, last: Any) -> OutputForm:
    """Say what a classifier is asked for; support vectors of several classes vote, whatever their scores are."""
    if hasattr(estimator, "predict_proba"):
        return "probabilities"
    votes = type(last).__name__ in {"SVC", "NuSVC"} and len(last.classes_) > 2
    return "scores" if hasattr(estimator, "decision_function") and not votes else "labels"


def _info(estimator: Any, last: Any, classifies: bool, notes: tuple[str, ...]) -> ForeignInfo:
    count = getattr(estimator, "n_features_in_", None)
    told = getattr(estimator, "feature_names_in_", None)
    if told is None and not isinstance(count, int):
        raise ModelError("The estimator in the skops file does not say which columns it takes.", hint=MADE_AGAIN)
    names = tuple(map(str, told)) if told is not None else tuple(f"x{at}" for at in range(count or 0))
    if classifies and not isinstance(last.classes_, np.ndarray):
        raise ModelError("The estimator in the skops file gives several values at once.")
    classes = tuple(word(one) for one in last.classes_.tolist()) if classifies else ()
    if not 1 <= len(names) <= MOST_FEATURES or len(set(names)) != len(names) or len(classes) > MOST_CLASSES:
        raise ValueError("its features or classes are too many, or there twice")
    if len(set(classes)) != len(classes) or (classifies and len(classes) < 2):
        raise ModelError("The estimator in the skops file knows one class only, or one twice.")
    steps = " → ".join(name for name, _ in getattr(estimator, "steps", ()))
    return ForeignInfo(
        kind="skops",
        file_name=SKOPS_FILE,
        features=names,
        types=("unknown" if told is not None else "number",) * len(names),
        named=told is not None,
        outputs=_form(estimator, last) if classifies else "value",
        classes=classes,
        count=len(classes),
        task=("binary" if len(classes) == 2 else "multiclass") if classifies else "regression",
        details=(f"scikit-learn {type(last).__name__}", *((f"steps {steps[:200]}",) if steps else ())),
        notes=notes,
    )
