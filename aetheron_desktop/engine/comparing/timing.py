"""How fast the models of runs predict on this machine: a row by itself, and a thousand at once.

Measured with the sample rows that lie beside each model, so its dataset need not be there; after a first prediction,
which loads what it needs and is not counted.
"""

from __future__ import annotations

import platform
import statistics
import time
from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.comparing.card import Latency, time_prediction
from aetheron_desktop.engine.errors import AetheronError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from aetheron_desktop.engine.registry.artifact import FittedModel
    from aetheron_desktop.engine.workspace import Workspace

_ROW_TIMES: Final = 100
_THOUSAND_TIMES: Final = 9
_LONGEST_S: Final = 10.0
"""A model whose predictions take longer in all is measured fewer times."""
_FEWEST: Final = 3


class PredictionsTimed(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="predictions_timed"):
    """Of so many runs the times are in the index; ``left_out`` says of each other one why not."""

    count: int
    left_out: tuple[str, ...] = ()


def time_runs(
    workspace: Workspace,
    runs: Sequence[str],
    progress: Callable[[str, float, float | None], None],
    should_stop: Callable[[], bool],
) -> PredictionsTimed:
    """Measure how fast the models of these runs predict, and keep it with the runs.

    Raises:
        UsageError: there is no such run.
        StorageError: the disk refused.
    """
    count, left_out = 0, []
    for place, run in enumerate(runs):
        if should_stop():
            break
        record = workspace.run(run)
        progress(f"Time {record.name}", place, len(runs))
        try:
            time_prediction(workspace, record.id, _timed(workspace, record.model))
        except AetheronError as error:
            left_out.append(f"{record.name}: {error.detail}")
        else:
            count += 1
    return PredictionsTimed(count=count, left_out=tuple(left_out))


def _timed(workspace: Workspace, model: str | None) -> Latency:
    from aetheron_desktop.engine.errors import ModelError
    from aetheron_desktop.engine.registry.artifact import load_model  # learning libraries
    from aetheron_desktop.engine.registry.parity import stored_rows

    if not model:
        raise ModelError("The run kept no model.")
    folder = workspace.shelf.files(workspace.model(model).id)
    opened, rows = load_model(folder), stored_rows(folder)
    if not len(rows):
        raise ModelError("There are no sample rows beside the model.", hint="Train it again.")
    opened.predict_frame(rows.iloc[[0]])
    single = _spent(opened, [rows.iloc[[place]] for place in range(len(rows))], _ROW_TIMES)
    thousand = rows.iloc[[place % len(rows) for place in range(1_000)]].reset_index(drop=True)
    many = _spent(opened, [thousand], _THOUSAND_TIMES)
    return Latency(
        row_p50=statistics.median(single),
        row_p95=_p95(single),
        thousand_p50=statistics.median(many),
        thousand_p95=_p95(many),
        machine=platform.processor() or platform.machine(),
    )


def _spent(model: FittedModel, tables: Sequence[pd.DataFrame], times: int) -> list[float]:
    """Give the milliseconds of each of several predictions."""
    found: list[float] = []
    until = time.perf_counter() + _LONGEST_S
    for number in range(times):
        began = time.perf_counter()
        if began > until and number >= _FEWEST:
            break
        model.predict_frame(tables[number % len(tables)])
        found.append((time.perf_counter() - began) * 1_000.0)
    return found


def _p95(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
