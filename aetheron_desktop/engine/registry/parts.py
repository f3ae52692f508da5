"""Which part of a pipeline stands in which file, and what is looked at before it is built from there.

scikit-learn's parts stand together in ``pipeline.skops``, those of boosting libraries there as bytes; the weights of
networks stand in ``weights.safetensors``, of a blend each under the number of its branch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import ElasticNet, LogisticRegression, QuantileRegressor, Ridge
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from aetheron_desktop.engine.errors import UntrustedModel
from aetheron_desktop.engine.estimators.base import SklearnPredictor
from aetheron_desktop.engine.estimators.boosters import Booster
from aetheron_desktop.engine.estimators.pipeline import Blend, Branch, FittedPipeline
from aetheron_desktop.engine.estimators.plain import PLAIN, PlainPredictor
from aetheron_desktop.engine.estimators.quantiles import COUNT, QuantilesPredictor
from aetheron_desktop.engine.estimators.symmetric import SymmetricClassesPredictor, SymmetricPredictor
from aetheron_desktop.engine.registry import format as skops_format
from aetheron_desktop.engine.registry.allowed import NAMES
from aetheron_desktop.engine.registry.audit import audit, check_trees
from aetheron_desktop.engine.registry.boosters import is_booster, read_booster
from aetheron_desktop.engine.registry.description import (
    MOST_LEVELS,
    PIPELINE,
    SHAPE_LIMITS,
    WEIGHTS,
    BranchShape,
    Description,
    NetworkShape,
)
from aetheron_desktop.engine.registry.words import AGAIN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.estimators.base import Predictor
    from aetheron_desktop.engine.training.preparation import Subject

_CLASSIFIERS: Final = (
    DummyClassifier,
    LogisticRegression,
    DecisionTreeClassifier,
    RandomForestClassifier,
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
)
_REGRESSORS: Final = (
    DummyRegressor,
    Ridge,
    ElasticNet,
    QuantileRegressor,
    DecisionTreeRegressor,
    RandomForestRegressor,
    ExtraTreesRegressor,
    HistGradientBoostingRegressor,
)
_ARRAYS: Final = PLAIN | {one.kind: one for one in (SymmetricPredictor, SymmetricClassesPredictor)}
_SHAPE: Final = "shape.json"


# -- writing ----------------------------------------------------------------------------------------------------------


def write_single(model: FittedPipeline, folder: Path) -> NetworkShape | None:
    """Write transformer and predictor into ``folder``, and give the shape of a network."""
    parts: dict[str, Any] = {"transformer": model.transformer}
    network = None
    if (stored := _stored(model.predictor)) is not None:
        parts["predictor"] = stored
    else:
        network = _shape_of(model.predictor)
        _write_weights([model.predictor], [""], folder)
    skops_format.dump(parts, folder / PIPELINE)
    return network


def write_blend(blend: Blend, folder: Path) -> tuple[BranchShape, ...]:
    """Write the branches into ``folder``, and give what the description says of them."""
    transformers = list({id(branch.transformer): branch.transformer for branch in blend.branches}.values())
    places = {id(transformer): place for place, transformer in enumerate(transformers)}
    predictors: dict[str, Any] = {}
    networks: dict[str, Predictor] = {}
    shapes = []
    for number, branch in enumerate(blend.branches):
        network = None
        if (stored := _stored(branch.predictor)) is not None:
            predictors[str(number)] = stored
        else:
            networks[f"{number}/"] = branch.predictor
            network = _shape_of(branch.predictor)
        place = places[id(branch.transformer)]
        shapes.append(
            BranchShape(
                estimator=branch.estimator,
                weight=branch.weight,
                transformer=place,
                network=network,
                member=branch.member,
            )
        )
    skops_format.dump({"transformers": transformers, "predictors": predictors}, folder / PIPELINE)
    if networks:
        _write_weights(list(networks.values()), list(networks), folder)
    return tuple(shapes)


def _stored(predictor: Predictor) -> Any:
    """Give what stands for the predictor in the pipeline's file; None for a network, which is weights."""
    if isinstance(predictor, QuantilesPredictor):
        return {"kind": predictor.kind, "parts": [_stored(part) for part in predictor.parts]}
    if isinstance(predictor, PlainPredictor):
        return {"kind": predictor.kind, "arrays": predictor.arrays()}
    if isinstance(predictor, Booster):
        return {"kind": predictor.kind, "body": np.frombuffer(predictor.body, dtype=np.uint8)}
    return predictor.model if isinstance(predictor, SklearnPredictor) else None


def _shape_of(predictor: Predictor) -> NetworkShape:
    made = predictor.architecture  # type: ignore[attr-defined]  # of a network; what is none is scikit-learn's
    return NetworkShape(**{name: getattr(made, name) for name in NetworkShape.__struct_fields__})


def _write_weights(networks: Sequence[Predictor], before: Sequence[str], folder: Path) -> None:
    """Write the weights of the networks, each with its own word ``before`` the names."""
    import safetensors
    import safetensors.torch  # torch, 1 s; only a network needs it

    weights = {
        f"{start}{name}": tensor
        for start, network in zip(before, networks, strict=True)
        for name, tensor in network.weights.items()  # type: ignore[attr-defined]
    }
    safetensors.torch.save_file(weights, folder / WEIGHTS)


# -- reading ----------------------------------------------------------------------------------------------------------


def _read_pipeline(file: Path) -> dict[str, Any]:
    audit(file)
    try:
        # skops audits once more while it builds.
        parts = skops_format.load(file, trusted=list(NAMES))
    except Exception as error:
        # Whatever a damaged plan makes skops or scikit-learn stumble over; nothing on the list has an effect.
        raise UntrustedModel(f"{file.name} cannot be read: {type(error).__name__}: {error}", hint=AGAIN) from error
    if not isinstance(parts, dict):
        raise UntrustedModel(f"{file.name} holds no pipeline.", hint=AGAIN)
    return parts


def read_single(folder: Path, description: Description) -> tuple[ColumnTransformer, Predictor]:
    """Read transformer and predictor, each looked at before it is built.

    Raises:
        UntrustedModel: they are not what the description says, or not what this program writes.
    """
    parts = _read_pipeline(folder / PIPELINE)
    transformer = _checked_transformer(parts.get("transformer"))
    if description.network is not None:
        weights = _read_weights(folder / WEIGHTS)
        return transformer, _network_of(weights, description.network, len(description.classes))
    return transformer, _predictor_of(parts.get("predictor"), description.info.task, len(description.classes))


def read_blend(folder: Path, description: Description) -> Blend:
    """Read the branches, each looked at before it is built.

    Raises:
        UntrustedModel: they are not what the description says, or not what this program writes.
    """
    parts = _read_pipeline(folder / PIPELINE)
    transformers, predictors = parts.get("transformers"), parts.get("predictors")
    if not isinstance(transformers, list) or not isinstance(predictors, dict):
        raise UntrustedModel(f"{PIPELINE} holds no ensemble.", hint=AGAIN)
    task, classes = description.info.task, len(description.classes)
    checked = [_checked_transformer(one) for one in transformers]
    weights = _read_weights(folder / WEIGHTS) if WEIGHTS in description.hashes else {}
    branches = []
    for number, shape in enumerate(description.branches):
        if shape.transformer >= len(checked):
            raise UntrustedModel("The ensemble names a part that is not there.", hint=AGAIN)
        predictor: Predictor
        if shape.network is not None:
            start = f"{number}/"
            mine = {name.removeprefix(start): weights[name] for name in weights if name.startswith(start)}
            predictor = _network_of(mine, shape.network, classes)
        else:
            predictor = _predictor_of(predictors.get(str(number)), task, classes)
        branches.append(Branch(shape.estimator, checked[shape.transformer], predictor, shape.weight, shape.member))
    return Blend(tuple(branches), description.temperature, description.offsets)


def _checked_transformer(transformer: Any) -> ColumnTransformer:
    if not isinstance(transformer, ColumnTransformer):
        raise UntrustedModel(f"{PIPELINE} holds no pipeline.", hint=AGAIN)
    return transformer


def _predictor_of(stored: Any, task: Task, classes: int) -> Predictor:
    """Give the predictor that ``stored`` stands for, once it was looked at."""
    if isinstance(stored, dict) and stored.get("kind") == QuantilesPredictor.kind:
        return _quantiles(stored, task)
    if is_booster(stored):
        return read_booster(stored, task, classes)
    if isinstance(stored, dict):
        return _plain(stored, classes)
    _check_predictor(stored, task, classes)
    return SklearnPredictor(stored)


def _quantiles(told: dict[str, Any], task: Task) -> QuantilesPredictor:
    """Give the predictor of three quantiles, none of which may itself be of quantiles."""
    parts = told.get("parts")
    if task != "regression" or set(told) != {"kind", "parts"} or not isinstance(parts, list) or len(parts) != COUNT:
        raise UntrustedModel(f"{PIPELINE} holds quantiles that are none.", hint=AGAIN)
    if any(isinstance(part, dict) and part.get("kind") == QuantilesPredictor.kind for part in parts):
        raise UntrustedModel(f"{PIPELINE} holds quantiles of quantiles.", hint=AGAIN)
    return QuantilesPredictor(tuple(_predictor_of(part, task, 0) for part in parts))


def _check_predictor(model: Any, task: Task, classes: int) -> None:
    """Refuse an estimator that is none for the task and its classes (0 for regression)."""
    kinds = _REGRESSORS if task == "regression" else _CLASSIFIERS
    if type(model) not in kinds:
        raise UntrustedModel(f"{PIPELINE} holds no estimator for {task}.", hint=AGAIN)
    if classes and len(getattr(model, "classes_", ())) != classes:
        raise UntrustedModel("The model's classes are not those of its estimator.", hint=AGAIN)
    check_trees(model)


def _plain(told: dict[str, Any], classes: int) -> PlainPredictor:
    """Give the predictor that is arrays alone, and refuse arrays that do not suit each other."""
    kind, arrays = told.get("kind"), told.get("arrays")
    known = _ARRAYS.get(kind) if isinstance(kind, str) else None
    if known is None or not isinstance(arrays, dict) or set(told) != {"kind", "arrays"}:
        raise UntrustedModel(f"{PIPELINE} holds a predictor of an unknown kind.", hint=AGAIN)
    try:
        return known.made_of(arrays, classes)
    except ValueError as error:
        raise UntrustedModel(f"The model's predictor is damaged: {error}.", hint=AGAIN) from error


def _read_weights(file: Path) -> dict[str, Any]:
    import safetensors
    import safetensors.torch  # torch, 1 s; only a network needs it

    try:
        weights: dict[str, Any] = safetensors.torch.load_file(file)
    except (OSError, ValueError, RuntimeError, safetensors.SafetensorError) as error:
        raise UntrustedModel(f"{file.name} cannot be read: {error}", hint=AGAIN) from error
    return weights


def _network_of(weights: dict[str, Any], shape: NetworkShape, classes: int) -> Predictor:
    from aetheron_desktop.engine.estimators.networks.architecture import Architecture
    from aetheron_desktop.engine.estimators.networks.predictor import NetworkPredictor

    made = Architecture(**msgspec.structs.asdict(shape))
    if (
        shape.outputs != max(1, classes)
        or not all(low <= getattr(shape, name) <= high for name, (low, high) in SHAPE_LIMITS.items())
        or not all(1 <= count <= MOST_LEVELS for count in shape.levels)
        or sum(shape.levels) > MOST_LEVELS
        or not made.is_possible
    ):
        raise UntrustedModel("The network's shape is absurd.", hint=AGAIN)
    try:
        # The shapes are compared before memory is asked for.
        return NetworkPredictor(made, weights)
    except (ValueError, RuntimeError) as error:
        raise UntrustedModel(f"{WEIGHTS} does not fit the network: {error}", hint=AGAIN) from error


# -- a predictor alone ------------------------------------------------------------------------------------------------


class KeptPredictors:
    """The fits of an ensemble on their way, in the form that they have in a model (``training/auto/kept.py``)."""

    def write(self, predictor: Predictor, folder: Path) -> None:
        """Write it into ``folder``."""
        parts: dict[str, Any] = {}
        if (stored := _stored(predictor)) is not None:
            parts["predictor"] = stored
        else:
            (folder / _SHAPE).write_bytes(msgspec.json.encode(_shape_of(predictor)))
            _write_weights([predictor], [""], folder)
        skops_format.dump(parts, folder / PIPELINE)

    def read(self, folder: Path, subject: Subject) -> Predictor:
        """Read it from ``folder``.

        Raises:
            UntrustedModel: it is not what was written.
        """
        parts, classes = _read_pipeline(folder / PIPELINE), len(subject.classes)
        if "predictor" in parts:
            return _predictor_of(parts["predictor"], subject.task, classes)
        try:
            shape = msgspec.json.decode((folder / _SHAPE).read_bytes(), type=NetworkShape)
        except (OSError, msgspec.MsgspecError) as error:
            raise UntrustedModel(f"{_SHAPE} cannot be read: {error}", hint=AGAIN) from error
        return _network_of(_read_weights(folder / WEIGHTS), shape, classes)
