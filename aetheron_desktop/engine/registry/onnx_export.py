"""A model as one file that other programs run without this one: ONNX, from raw columns to predictions.

The inputs are described in ``registry/onnx/columns.py``. Of classes the outputs are ``label`` (rows,), the class as a
word, and ``probabilities`` (rows, classes); of a regression ``value`` (rows, 1), and ``lower`` and ``upper`` (rows, 1)
where the model knows the limits of its predictions. An output whose name a column has
gets an underscore more. What the file is stands in its ``metadata_props``: producer, version, target, task, outputs,
columns, classes, threshold, level of the limits, costs (a line for each
class that is true) and the temperature that they are weighed at; lists as JSON.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.errors import storage_errors
from aetheron_desktop.engine.registry.onnx.report import OnnxReport, OnnxUnsupported

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.pipeline import FittedPipeline

__all__ = ["OnnxReport", "OnnxUnsupported", "export_onnx"]

CLOSE: Final = 1e-5
"""A larger difference between file and model is told in the notes."""
_ROWS_AT_ONCE: Final = 512


def export_onnx(
    pipeline: FittedPipeline, sample: pd.DataFrame, file: Path, *, threshold: float | None = None
) -> OnnxReport:
    """Write ``pipeline`` to ``file``, whole or not at all, and compare what both predict for ``sample``.

    Of two classes the second is the label from the probability ``threshold`` on, else the likelier one.

    Raises:
        OnnxUnsupported: a part cannot be written; the words name it and its columns.
        ModelError: the sample lacks columns.
        StorageError: the disk refused; nothing was left behind.
    """
    from aetheron_desktop.engine.registry.onnx.assembly import assembled  # onnx, 0.3 s
    from aetheron_desktop.engine.registry.onnx.graph import OPSET

    made, outputs, notes = assembled(pipeline, threshold)
    part = file.with_name(f".{file.name}.part")
    with storage_errors(file):
        try:
            part.write_bytes(made.SerializeToString())
            raw, labels = _run(pipeline, sample, part, outputs)
            size = part.stat().st_size
            difference, same = _compared(pipeline, sample, raw, labels, threshold)
            os.replace(part, file)
        finally:
            part.unlink(missing_ok=True)
    if difference > CLOSE or not same:
        notes.append(
            f"On {len(sample):,} rows the file's predictions differ from the model's by up to {difference:.2g}"
            f"{'' if same else ', and some labels are others'}."
        )
    return OnnxReport(difference, len(sample), same, OPSET, size, tuple(notes))


def _run(
    pipeline: FittedPipeline, sample: pd.DataFrame, file: Path, outputs: tuple[str, ...]
) -> tuple[NDArray[np.float64], NDArray[Any] | None]:
    """Give what the file predicts: (rows, classes), (rows, 1) or with limits (rows, 3), and the labels."""
    import onnxruntime  # 0.3 s
    from onnxruntime.capi import onnxruntime_pybind11_state as failures

    from aetheron_desktop.engine.registry.onnx.columns import feeds

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    refusals = (
        failures.Fail,
        failures.InvalidArgument,
        failures.InvalidGraph,
        failures.InvalidProtobuf,
        failures.NotImplemented,
        failures.RuntimeException,
    )
    given = feeds(pipeline, sample)
    raw: list[NDArray[np.float64]] = []
    labels: list[NDArray[Any]] = []
    try:
        session = onnxruntime.InferenceSession(os.fspath(file), options, providers=["CPUExecutionProvider"])
        # Texts are split into letters: in pieces, the memory stays bounded.
        for start in range(0, max(1, len(sample)), _ROWS_AT_ONCE):
            piece = {name: values[start : start + _ROWS_AT_ONCE] for name, values in given.items()}
            found = session.run(list(outputs), piece)
            raw.append(found[-1] if pipeline.classes else np.concatenate(found, axis=1))
            labels.append(found[0])
    except refusals as error:
        raise OnnxUnsupported(
            f"ONNX Runtime does not run what was written: {error}",
            hint="This is an error of the program; please report it with the model's card.",
        ) from error
    values = np.concatenate(raw)
    return (values, np.concatenate(labels)) if pipeline.classes else (values, None)


def _compared(
    pipeline: FittedPipeline,
    sample: pd.DataFrame,
    raw: NDArray[np.float64],
    labels: NDArray[Any] | None,
    threshold: float | None,
) -> tuple[float, bool]:
    """Give the largest difference, and whether all labels are the same."""
    want = pipeline.raw(sample) if pipeline.classes else pipeline.predict(sample).to_numpy(dtype=np.float64)
    if not len(want):
        return 0.0, True
    difference = float(np.abs(raw - want).max())
    if labels is None:
        return difference / max(1.0, float(np.abs(want).max())), True
    chosen = replace(pipeline, threshold=threshold).chosen(want)
    return difference, bool((np.array(pipeline.classes, dtype=object)[chosen] == labels).all())
