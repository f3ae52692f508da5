"""A foreign model as a fitted pipeline, which predicts as our own do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from aetheron_desktop.engine.errors import ModelError, UntrustedModel
from aetheron_desktop.engine.registry.foreign.info import FOREIGN_FILES, ForeignInfo, ForeignShape
from aetheron_desktop.engine.registry.foreign.look import understood
from aetheron_desktop.engine.registry.foreign.matching import foreign_shape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from aetheron_desktop.engine.datasets.schema import Column, Task
    from aetheron_desktop.engine.estimators.base import Predictor
    from aetheron_desktop.engine.estimators.features import Columns
    from aetheron_desktop.engine.estimators.pipeline import FittedPipeline
    from aetheron_desktop.engine.registry.foreign.look import Understood
    from aetheron_desktop.engine.registry.foreign.reading import Reading


def foreign_pipeline(
    file: Path,
    info: ForeignInfo,
    *,
    columns: Sequence[Column],
    target: Column,
    task: Task,
    classes: tuple[str, ...],
    mapping: Mapping[str, str] | None = None,
    class_order: tuple[str, ...] | None = None,
    threads: int = 1,
) -> FittedPipeline:
    """Open ``file`` for a table; see :func:`..matching.foreign_shape` for the arguments.

    Raises:
        ModelError: the table does not suit; the words say where.
        UntrustedModel: the file is not what was looked at.
    """
    shape = foreign_shape(
        info, columns=columns, target=target, task=task, classes=classes, mapping=mapping, class_order=class_order
    )
    model = understood(file)
    if model.info != info:
        raise UntrustedModel(f"{file.name} is not the file that was looked at.", hint="Look at it again.")
    return _pipeline(model, shape, columns, target, task, classes, threads=threads)


def open_foreign(
    folder: Path,
    shape: ForeignShape,
    columns: Sequence[Column],
    target: Column,
    task: Task,
    classes: tuple[str, ...],
    *,
    threads: int = 1,
) -> FittedPipeline:
    """Open the foreign model of a version's ``folder`` again, as ``shape`` says.

    Raises:
        UntrustedModel: the file is not the one that the shape was made for.
        ModelError: it is not there, or cannot be used by this version.
    """
    if shape.file_name not in FOREIGN_FILES:
        raise UntrustedModel(f"{shape.file_name[:60]!r} is no file of a foreign model.", hint="Get the model again.")
    model = understood(folder / shape.file_name)
    if (
        (model.info.kind, model.info.features) != (shape.kind, shape.features)
        or len(shape.columns) != len(shape.features)
        or not set(shape.columns) <= {column.name for column in columns}
        or sorted(shape.classes) != sorted(classes)
        or (shape.outputs == "value") != (task == "regression")
    ):
        raise UntrustedModel(
            f"{shape.file_name} in {folder.name} is not the model that is described.", hint="Get the model again."
        )
    return _pipeline(model, shape, columns, target, task, classes, threads=threads)


def _pipeline(
    model: Understood,
    shape: ForeignShape,
    columns: Sequence[Column],
    target: Column,
    task: Task,
    classes: tuple[str, ...],
    *,
    threads: int,
) -> FittedPipeline:
    from aetheron_desktop.engine.estimators.pipeline import FittedPipeline  # scikit-learn, 1 s
    from aetheron_desktop.engine.registry.foreign.reading import Reading

    by_name = {column.name: column for column in columns}
    kept, transformer = _inputs(model, [by_name[name] for name in shape.columns])
    reading = Reading(shape.outputs, shape.classes, tuple(shape.classes.index(name) for name in classes))
    return FittedPipeline(kept, target, task, classes, transformer, _predictor(model, reading, threads))


def _inputs(model: Understood, chosen: Sequence[Column]) -> tuple[Columns, Any]:
    """Give the columns as they are looked at, and what makes the model's input of them."""
    from aetheron_desktop.engine.estimators.features import Columns
    from aetheron_desktop.engine.registry.foreign.feeds import Feed, Matrix, RawColumns, Renamed

    info = model.info
    if info.kind == "skops":
        return RawColumns(tuple(chosen)), Renamed(info.features, plain=not info.named)
    feeds = []
    for feature, kind, column in zip(info.features, info.types, chosen, strict=True):
        words = info.categories.get(feature)
        # Only ONNX takes words themselves; a category is a word, whatever its column is to our own models.
        worded = info.kind == "onnx" and kind == "category"
        is_word = worded or words is not None
        seen = msgspec.structs.replace(column, type="category") if is_word and column.type != "text" else column
        feeds.append(Feed(seen, words, worded))
    return Columns(tuple(feed.column for feed in feeds)), Matrix(tuple(feeds))


def _predictor(model: Understood, reading: Reading, threads: int) -> Predictor:
    from aetheron_desktop.engine.registry.foreign import predictors

    # By the kind, not by the class: each class would load the library of its reader.
    made: Any = model
    match model.info.kind:
        case "lightgbm":
            return predictors.LightgbmPredictor(_lightgbm(made.text), reading, threads)
        case "xgboost":
            return predictors.XgboostPredictor(_xgboost(made.body, threads), reading, made.rounds, threads)
        case "skops":
            return predictors.SkopsPredictor(made.estimator, reading, hasattr(made.last, "coef_"))
        case "onnx":
            session = predictors.onnx_session(made.body, threads)
            return predictors.OnnxPredictor(session, made.inputs, made.info.features, reading, made.rows)


def _lightgbm(text: str) -> Any:
    import lightgbm  # 0.5 s; only such a model needs it

    try:
        return lightgbm.Booster(model_str=text)
    except (lightgbm.basic.LightGBMError, ValueError) as error:
        raise ModelError(
            f"LightGBM {lightgbm.__version__} cannot open the file: {str(error)[:300]}", hint="Write it anew."
        ) from error


def _xgboost(body: bytes, threads: int) -> Any:
    import xgboost  # 0.5 s; only such a model needs it

    try:
        booster = xgboost.Booster(params={"nthread": threads, "verbosity": 0})
        booster.load_model(bytearray(body))
    except (xgboost.core.XGBoostError, ValueError) as error:
        raise ModelError(
            f"XGBoost {xgboost.__version__} cannot open the file: {str(error).partition('Stack trace')[0][:300]}",
            hint="Write it anew.",
        ) from error
    return booster
