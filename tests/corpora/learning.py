"""Whether a learning data set is imported with all its rows, columns and missing cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.corpora.comparing import text
from tests.corpora.running import run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.corpora.cases import LearningSet


def judge_set(learning: LearningSet, root: Path) -> str:
    """Import the files of a set, and say what differs from what is known of it; nothing when all is there."""
    rows, columns, missing = 0, set(), 0
    for part in learning.files:
        outcome = run(root / part.file)
        if outcome.status != "loaded":
            return f"{outcome.status.upper()}  {outcome.message}"
        if outcome.dropped:
            return f"FLAGGED  {outcome.dropped} rows were put aside"
        rows += len(outcome.rows)
        columns.add(len(outcome.header))
        missing += sum(not text(cell) for row in outcome.rows for cell in row)
    found = (rows, columns, missing)
    wanted = (learning.rows, {learning.columns}, learning.missing_cells)
    return "" if found == wanted else f"rows, columns, missing cells {found}, not {wanted}"
