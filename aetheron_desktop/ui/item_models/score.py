"""Which number of a run the leaderboard shows, and what is better than what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.evaluation import metrics as known
from aetheron_desktop.engine.evaluation.metrics import BASELINE
from aetheron_desktop.ui.item_models import quantities

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.evaluation.metrics import Metric


@dataclass(frozen=True, slots=True)
class Score:
    """One value of ``metric``."""

    metric: Metric
    value: float

    @property
    def higher_is_better(self) -> bool:
        """The metric's direction."""
        return self.metric.direction == "higher"

    def is_better_than(self, other: Score) -> bool:
        """Whether this value beats ``other``'s."""
        return known.better(self.metric, self.value, other.value)


def score_by(name: str, task: Task, metrics: Mapping[str, float | None]) -> Score | None:
    """Give the score in the metric ``name``, or in the main one where the task has none so; None when not measured."""
    chosen = next((one for one in known.metrics_for(task) if one.name == name), known.main_metric(task))
    value = metrics.get(chosen.name)
    return None if value is None else Score(chosen, value)


def own(metrics: Mapping[str, float | None]) -> dict[str, float | None]:
    """Give the metrics of a run without those of the baseline."""
    return {name: value for name, value in metrics.items() if not name.startswith(BASELINE)}


def between(interval: tuple[float, float] | None) -> str:
    """Give an interval in words; empty where it is not known."""
    return "" if interval is None else f"{quantities.number(interval[0])} to {quantities.number(interval[1])}"


def label(name: str) -> str:
    """Give the metric's name for people; one that this version does not know as it stands."""
    found = _metric(name)
    return found.label if found else name.replace("_", " ").capitalize()


def arrow(name: str) -> str:
    """Give the direction that is better; empty where it is not known."""
    found = _metric(name)
    return {"higher": "↑", "lower": "↓", "level": ""}[found.direction] if found else ""


def wish(name: str) -> str:
    """Give the metric's direction in words; empty where it is not known."""
    found = _metric(name)
    return f"{found.direction} is better" if found and found.direction != "level" else ""


def meaning(name: str) -> str:
    """Give a sentence about the metric; empty where it is not known."""
    found = _metric(name)
    return found.help if found else ""


def _metric(name: str) -> Metric | None:
    try:
        return known.metric(name)
    except UsageError:
        return None
