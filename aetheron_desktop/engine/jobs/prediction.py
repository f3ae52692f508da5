"""A file of rows in, a file of predictions out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from aetheron_desktop.engine.datasets.reading.reader import read_frame
from aetheron_desktop.engine.errors import UsageError, storage_errors
from aetheron_desktop.engine.registry.artifact import load_model
from aetheron_desktop.engine.registry.parity import warning

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from aetheron_desktop.engine.jobs.job import PredictJob
    from aetheron_desktop.engine.workspace import Workspace

FORMATS = (".csv", ".tsv", ".parquet", ".json", ".jsonl")


def predict_file(
    workspace: Workspace,
    job: PredictJob,
    progress: Callable[[str, float, float | None], None],
    should_stop: Callable[[], bool],
) -> tuple[int | None, tuple[str, ...]]:
    """Predict each row of ``job.source``, in order, and write ``job.out`` whole or not at all.

    Returns:
        The number of rows (None when it was stopped), and remarks about the rows for people.

    Raises:
        UsageError: there is no such model, or ``job.out`` cannot be what it is named.
        DatasetError: the source cannot be read; nothing was written.
        ModelError: a column that the model needs is missing, or its files cannot be used.
        StorageError: the disk refused.
    """
    source, out = Path(job.source), Path(job.out)
    check_out(source, out)
    progress("Open the model", 0, 3)
    folder = workspace.shelf.files(workspace.model(job.model).id, job.version)
    model = load_model(folder)
    if should_stop():
        return None, ()
    progress("Read the file", 1, 3)
    frame, notes = read_frame(source, model.schema)
    if words := warning(model, folder):
        notes = (*notes, f"The model: {words}")
    if model.signature.state in {"unknown", "unsigned"}:
        notes = (*notes, f"The model: {model.signature.sentence}")
    if should_stop():
        return None, notes
    progress("Predict", 2, 3)
    predictions = model.predict_frame(frame)
    if job.with_input:
        predictions = frame.drop(columns=predictions.columns, errors="ignore").join(predictions)
    if should_stop():
        return None, notes
    _write(predictions, out)
    progress("Predict", 3, 3)
    return len(predictions), notes


def check_out(source: Path, out: Path) -> None:
    """Refuse to write predictions where they cannot or must not be.

    Raises:
        UsageError: ``out`` is ``source``, is a folder, is in no folder, or has no known ending.
    """
    if out.is_dir():
        raise UsageError(f"{out} is a folder.", hint="Name a file, such as predictions.csv.")
    if not out.parent.is_dir():
        raise UsageError(f"There is no folder {out.parent}.", hint="Make it first, or choose another place.")
    if source.exists() and out.exists() and source.samefile(out):
        raise UsageError(f"{out.name} is the file to predict.", hint="Choose another name for the predictions.")
    if out.suffix.lower() not in FORMATS:
        what = f"{out.suffix} files" if out.suffix else "a file without an ending"
        raise UsageError(f"Predictions cannot be written as {what}.", hint=f"Use one of {', '.join(FORMATS)}.")


def _write(frame: pd.DataFrame, out: Path) -> None:
    # Beside the target, so that the rename that makes it appear stays on one disk.
    part = out.with_name(f".{out.name}.part")
    with storage_errors(out):
        try:
            match out.suffix.lower():
                case ".parquet":
                    frame.to_parquet(part, index=False)
                case ".json":
                    frame.to_json(part, orient="records", indent=1, date_format="iso")
                case ".jsonl":
                    frame.to_json(part, orient="records", lines=True, date_format="iso")
                case ".tsv":
                    frame.to_csv(part, index=False, sep="\t")
                case _:
                    frame.to_csv(part, index=False)
            os.replace(part, out)
        finally:
            part.unlink(missing_ok=True)
