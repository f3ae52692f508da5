"""Training rows that are most like a row: because of these, the model says what it says.

By Gower's distance ("A General Coefficient of Similarity and Some of its Properties", 1971): of numbers and dates the
difference over the range that holds 98 % of the training rows, of levels 0 or 1, and 1 where one side alone is missing.
A column counts as much as the model leans on it, where that is known: of two rows that differ in what it does not look
at, the model says the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.estimators.features import words
from aetheron_desktop.engine.explaining import words as told_in
from aetheron_desktop.engine.explaining.grids import axis_of
from aetheron_desktop.engine.explaining.results import SimilarRow, SimilarRows
from aetheron_desktop.engine.explaining.rows import row_of
from aetheron_desktop.engine.explaining.subject import cells_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Column
    from aetheron_desktop.engine.explaining.results import Cell
    from aetheron_desktop.engine.explaining.subject import Subject

    Floats = NDArray[np.float64]

COUNT: Final = 5
_EDGE: Final = 0.01
_FLOOR: Final = 0.02
"""A column that the model does not lean on counts this share of one that counts as the mean."""


class Distances:
    """Gower's distances to the rows of a table."""

    def __init__(self, columns: Sequence[Column], table: pd.DataFrame, weights: Mapping[str, float]) -> None:
        self._columns = [column for column in columns if column.type not in {"text", "identifier"}]
        self._sides = {column.name: self._side(column, table[column.name]) for column in self._columns}
        known = np.array([max(0.0, weights.get(column.name, 0.0)) for column in self._columns])
        known = known / known.mean() + _FLOOR if known.sum() > 0.0 else np.ones(len(known))
        self.weights: Floats = known / known.sum() if len(known) else known
        self.rows = len(table)

    @staticmethod
    def _side(column: Column, values: pd.Series[Any]) -> tuple[Any, float]:
        axis = axis_of(column, values)
        if axis is None:
            return words(values).to_numpy(dtype=object), 0.0
        known = axis[~np.isnan(axis)]
        span = float(np.ptp(np.quantile(known, [_EDGE, 1.0 - _EDGE]))) if len(known) else 0.0
        return axis, span or (float(np.ptp(known)) if len(known) else 0.0) or 1.0

    def spans(self) -> dict[str, float]:
        """Give the range of each column of numbers or dates that counts as 1."""
        return {name: span for name, (_, span) in self._sides.items() if span}

    def to(self, row: pd.DataFrame) -> Floats:
        """Give (rows,) the distance of each row to the one in ``row``, from 0 to 1."""
        total = np.zeros(self.rows)
        for column, weight in zip(self._columns, self.weights, strict=True):
            side, span = self._sides[column.name]
            axis = axis_of(column, row[column.name])
            if axis is None:
                apart = (side != words(row[column.name]).iloc[0]).astype(np.float64)
            else:
                absent = np.isnan(side)
                apart = np.minimum(np.abs(np.where(absent, 0.0, side) - axis[0]) / span, 1.0)
                apart = np.where(absent | np.isnan(axis[0]), (absent != np.isnan(axis[0])).astype(np.float64), apart)
            total += weight * apart
        return total


def similar_rows(
    subject: Subject,
    row: int | None,
    cells: Mapping[str, Cell],
    *,
    count: int = COUNT,
) -> SimilarRows:
    """Give the training rows nearest to a row, which is none of them itself.

    Raises:
        UsageError: see :func:`.rows.row_of`.
    """
    table, _ = row_of(subject, row, cells)
    learned = subject.learned
    distance = Distances(subject.columns, learned.table, subject.description.importance).to(table)
    if row is not None:
        distance = np.where(learned.rows == row, np.inf, distance)
    near = np.argsort(distance, kind="stable")[:count]
    near = near[np.isfinite(distance[near])]
    part = learned.at(near)
    named = subject.pipeline.predict(part.table)["prediction"].tolist() if len(part) else []
    found = tuple(
        SimilarRow(
            row=int(number),
            distance=float(distance[at]),
            truth=subject.word(truth),
            prediction=str(said) if subject.pipeline.classes else f"{float(said):.6g}",
            cells=given,
        )
        for number, at, truth, said, given in zip(
            part.rows, near, part.y, named, cells_of(part.table, subject.names), strict=True
        )
    )
    made = SimilarRows(
        model=subject.model,
        version=subject.version,
        row=row,
        names=subject.names,
        found=found,
        of_rows=len(learned),
    )
    return told_in.with_similar_sentences(made, is_class=bool(subject.pipeline.classes))
