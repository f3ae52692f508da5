"""Runs that were never trained, with test predictions, for what is analyzed of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pandas as pd

from aetheron_desktop.engine.workspace import RunRecord
from tests.models import made_info, put_model
from tests.tables import made_dataset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.workspace import Workspace

DATASET = "0123456789abcdef"


def scored(rows: int = 400, seed: int = 0) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give truths (0 or 1) and probabilities of 1 that go with them, some of them equal."""
    rng = np.random.default_rng(seed)
    truth = (rng.random(rows) < 0.4).astype(np.int64)
    raw = 1.0 / (1.0 + np.exp(-(2.0 * truth - 1.0 + rng.normal(0.0, 1.2, rows))))
    return truth, np.round(raw, 3)


def put_run(
    workspace: Workspace,
    truth: NDArray[Any],
    predicted: NDArray[np.float64],
    *,
    classes: Sequence[str] = (),
    number: int = 1,
    limits: NDArray[np.float64] | None = None,
    has_model: bool = True,
    **others: Any,
) -> str:
    """Enter a run that ended with these predictions of the first rows of the made dataset, and give its id."""
    task: Task = "regression" if not classes else "binary" if len(classes) == 2 else "multiclass"
    run, model = f"run-{number}", f"model-{number}"
    table = predictions_table(truth, predicted, classes, limits)
    folder = workspace.run_folder(run)
    folder.mkdir(parents=True)
    table.to_parquet(folder / "predictions.parquet")
    target = {"binary": "sold", "multiclass": "sort", "regression": "price"}[task]
    names = {"binary": ("roc_auc", "accuracy"), "multiclass": ("accuracy",), "regression": ("rmse", "r2")}[task]
    metrics = dict.fromkeys(names, 0.9) | {f"baseline_{name}": 0.5 for name in names}
    record = RunRecord(
        id=run, name=f"Forest {number} on made", estimator="forest", dataset=DATASET, target=target, task=task,
        started=float(number), ended=number + 1.0, outcome="succeeded", model=model if has_model else None,
        metrics=metrics, intervals={names[0]: (0.8, 0.95)},
    )  # fmt: skip
    workspace.put_run(msgspec.structs.replace(record, **others))
    if has_model:
        info = made_info(number, task=task, target=target, classes=tuple(classes), metrics=metrics)
        put_model(workspace, info)
    return run


def predictions_table(
    truth: NDArray[Any],
    predicted: NDArray[np.float64],
    classes: Sequence[str] = (),
    limits: NDArray[np.float64] | None = None,
) -> pd.DataFrame:
    """Give predictions as a run stores them: of classes ``predicted`` are probabilities (n, classes)."""
    rows = {"row": np.arange(len(truth))}
    if not classes:
        ends = {} if limits is None else {"lower": limits[:, 0], "upper": limits[:, 1]}
        return pd.DataFrame(rows | {"truth": truth, "prediction": predicted} | ends)
    names = np.array(classes, dtype=object)
    columns = {f"probability_{name}": predicted[:, place] for place, name in enumerate(classes)}
    return pd.DataFrame(rows | {"truth": names[truth], "prediction": names[predicted.argmax(axis=1)]} | columns)


def put_dataset(workspace: Workspace) -> None:
    """Enter the made dataset."""
    workspace.add_dataset(made_dataset(workspace.dataset_folder(DATASET)).info)
