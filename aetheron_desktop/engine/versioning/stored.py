"""The stored test predictions of a version, as it decides: measuring and drawing them needs no model.

numpy and pyarrow alone, for the window.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aetheron_desktop.engine.evaluation.predictions import read_predictions

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.evaluation.predictions import TestPredictions
    from aetheron_desktop.engine.registry.description import Description
    from aetheron_desktop.engine.workspace import Workspace


def predictions_file(workspace: Workspace, description: Description) -> Path:
    """Give where the test predictions of a version's run lie, if they are still there."""
    return workspace.run_folder(description.info.run) / "predictions.parquet"


def stored_predictions(workspace: Workspace, description: Description) -> TestPredictions:
    """Give what a version predicts of the test rows of its run, with its own threshold and limits.

    Raises:
        EvaluationError: they are gone, or damaged.
    """
    info = description.info
    found = read_predictions(
        predictions_file(workspace, description),
        of=info.name,
        threshold=description.threshold,
        level=description.limits.level if description.limits is not None else None,
    )
    found = replace(found, part=f"test rows of {info.dataset_name}")
    if found.task != "binary" or description.threshold is not None:
        return found
    # A version without a threshold has the more probable class, whatever its run had.
    found = replace(found, threshold=None, chosen=None)
    return replace(found, chosen=found.decided())
