"""What is known of a metric without a row: its name, its formula and where it was defined."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.datasets.schema import Task
from aetheron_desktop.engine.evaluation.metrics import Direction

Group: TypeAlias = Literal["decisions", "ranking", "probabilities", "values", "limits"]
Scale: TypeAlias = Literal["share", "positive", "explained", "any"]
"""Where a value lies: from 0 to 1, from 0 on, up to 1, or anywhere."""


class Definition(msgspec.Struct, frozen=True):
    """``what`` it says in a sentence, ``formula`` in signs, ``source`` where it was first defined or is best read."""

    name: str
    label: str
    group: Group
    tasks: tuple[Task, ...]
    direction: Direction
    what: str
    formula: str
    source: str
    scale: Scale = "share"

    @property
    def best(self) -> float:
        """The value of a model without an error."""
        return 1.0 if self.direction != "lower" else 0.0
