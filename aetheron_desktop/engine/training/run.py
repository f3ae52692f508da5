"""The deed: what came of an experiment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from aetheron_desktop.engine.datasets.schema import ColumnRange
    from aetheron_desktop.engine.estimators.pipeline import FittedPipeline
    from aetheron_desktop.engine.events import Outcome
    from aetheron_desktop.engine.training.auto_record import AutoRecord
    from aetheron_desktop.engine.training.experiment import EndedBy, Experiment
    from aetheron_desktop.engine.training.provenance import Provenance


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What a run made; ``model`` is None when it was stopped before anything was fitted.

    ``metrics`` and ``baseline`` (those of the dummy) were measured on the same test rows. ``predictions`` has a row per
    test row: ``row`` in the dataset, ``truth``, and what the model says. ``rows`` counts each part. ``ranges``
    are what the columns held in the training rows, ``intervals`` those of the metrics, ``importance`` is how much each
    column helps on the test rows (see :mod:`.evaluation.importance`). The fit did ``steps`` steps until it was ended by
    ``ended_by``; ``seconds`` are those of work, in all lives of the run. ``auto`` is what an ensemble had done.
    """

    experiment: Experiment
    outcome: Outcome
    dataset_name: str
    model: FittedPipeline | None
    metrics: dict[str, float | None]
    baseline: dict[str, float | None]
    predictions: pd.DataFrame
    sample: pd.DataFrame
    rows: dict[str, int]
    environment: dict[str, str]
    seconds: float
    steps: int = 0
    ended_by: EndedBy = ""
    auto: AutoRecord | None = None
    provenance: Provenance | None = None
    ranges: dict[str, ColumnRange] = field(default_factory=dict)
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    importance: dict[str, float] = field(default_factory=dict)
