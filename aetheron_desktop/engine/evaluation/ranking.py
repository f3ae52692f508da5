"""Which columns help a model most, and how that is said; no learning library is needed for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.evaluation.metrics import main_metric

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aetheron_desktop.engine.datasets.schema import Task

SHOWN: Final = 10
"""So many columns are shown of a model."""


def ranked(importance: Mapping[str, float]) -> list[tuple[str, float]]:
    """Give the columns and how much they help, the most important first; equals stay in the order of the table."""
    return sorted(importance.items(), key=lambda item: -item[1])


def helps(value: float) -> bool:
    """Whether a column helps by more than rounding hides."""
    return float(worth(value)) > 0


def helpful(importance: Mapping[str, float]) -> list[tuple[str, float]]:
    """Give the :data:`SHOWN` most important columns, of those that help."""
    return [(name, value) for name, value in ranked(importance)[:SHOWN] if helps(value)]


def meaning(task: Task, rows: str = "test rows") -> str:
    """Say what an importance is that was measured on these ``rows``."""
    label = main_metric(task).label
    if task == "regression":
        return f"{label} added on {rows} when a column is mixed up, in standard deviations of the target."
    return f"{label} lost on {rows} when a column is mixed up."


def partly(importance: Mapping[str, float], columns: int) -> str:
    """Say that not all of a model's columns were tried; empty when they were."""
    tried = len(importance)
    return f"{tried:,} of {columns:,} columns were tried in the time there was." if tried < columns else ""


def worth(value: float) -> str:
    """Give an importance in few signs: it is not known more exactly."""
    # Nothing is written as −0.000.
    return f"{round(value, 3) + 0.0:.3f}" if abs(value) < 10 else f"{value:.4g}"


def ordinal(number: int) -> str:
    """Give ``1st``, ``2nd``, ``3rd``, ``4th``, ``11th``."""
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
