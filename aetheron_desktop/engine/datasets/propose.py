"""What a table is likely to be for: which column to predict, from which others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.datasets.schema import Proposal, task_for

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.schema import Column, Schema, Task

__all__ = ["propose", "task_for"]

_NAMES: Final = (
    "target", "label", "class", "y", "outcome", "response", "species", "diagnosis", "churn", "churned", "survived",
    "default", "fraud", "is_fraud", "price", "progression", "result", "quality", "income", "approved", "category",
    "sale_price", "saleprice", "medv", "exited", "attrition", "rating", "score", "cnt", "total", "mag", "magnitude",
)  # fmt: skip
_CLASSES: Final = frozenset({"class", "label", "target", "category", "species"})
"""Names under which even a few dozen whole numbers are rather classes than a quantity."""
_PLACES: Final = frozenset({"geometry", "coordinates", "latitude", "longitude", "lat", "lon", "lng"})
_MAX_CLASSES: Final = 50
_TASKS: Final[dict[Task, str]] = {
    "binary": "two classes",
    "multiclass": "several classes",
    "regression": "a number",
}


def propose(schema: Schema, rows: int) -> Proposal:
    """Propose target, task and features of a table of ``rows`` rows; the reason is one sentence for people."""
    excluded = {column.name: why for column in schema.columns if (why := _useless(column, rows))}
    target, why = _target(schema, excluded)
    if target is None:
        features = tuple(name for name in schema.names if name not in excluded)
        return Proposal(None, None, "No column looks like something to predict; choose one.", features, excluded)
    task = _task(target, rows)
    excluded.pop(target.name, None)
    return Proposal(
        target=target.name,
        task=task,
        reason=f"{target.name} {why}; it holds {_held(target, task)}.",
        features=tuple(name for name in schema.names if name != target.name and name not in excluded),
        excluded=excluded,
    )


def _held(column: Column, task: Task) -> str:
    return _TASKS[task] if task != "multiclass" else f"{column.distinct} classes"


def _useless(column: Column, rows: int) -> str:
    if column.missing >= rows:
        return "has no values"
    if column.type == "identifier":
        return "names the rows and says nothing about a new one"
    if column.distinct <= 1 and column.missing == 0:
        return "has the same value in every row"
    return ""


def _task(target: Column, rows: int) -> Task:
    if (
        target.type == "integer"
        and 2 < target.distinct <= min(_MAX_CLASSES, rows / 20)
        and _words(target)[-1] in _CLASSES
    ):
        return "multiclass"
    return task_for(target)


def _words(column: Column) -> list[str]:
    return re.sub(r"[\W_]+", " ", column.name.lower()).split() or [""]


def _target(schema: Schema, excluded: dict[str, str]) -> tuple[Column | None, str]:
    """Give the column to predict and why: the best name, else the last column that can be predicted."""
    possible = [column for column in schema.columns if column.name not in excluded and _can_be_target(column)]
    ranks = [(rank, place) for place, column in enumerate(possible) if (rank := _rank(column, schema)) is not None]
    if ranks:
        return possible[min(ranks)[1]], "has the name of a target"
    possible = [column for column in possible if _PLACES.isdisjoint(_words(column))] or possible
    if possible:
        last = schema.columns[-1].name == possible[-1].name
        return possible[-1], "is the last column" if last else "is the last column that can be predicted"
    return None, ""


def _rank(column: Column, schema: Schema) -> int | None:
    """Say how well the column's name tells of a target, 0 best; None when it tells nothing of it."""
    words = _words(column)
    plain = "_".join(words)
    if plain == "y" and {"x", "z"} <= {name.lower() for name in schema.names}:
        return None  # a place in space
    if plain in _NAMES:
        return _NAMES.index(plain)
    if words[-1] in _NAMES and words[-1] != "y":
        return len(_NAMES) + _NAMES.index(words[-1])
    return len(_NAMES) if words[0] in {"target", "label", "class"} else None


def _can_be_target(column: Column) -> bool:
    if column.distinct < 2 or column.type in {"text", "identifier", "date"}:
        return False
    return column.type in {"number", "integer", "boolean"} or column.distinct <= _MAX_CLASSES
