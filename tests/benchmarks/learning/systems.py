"""What is measured: the name of each system, where its code is, and in which environment it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aetheron_desktop.engine.estimators import catalog

BEST: Final = ("autogluon-best", "autogluon-best-local")
"""The systems that ours is held against table by table."""


@dataclass(frozen=True, slots=True)
class System:
    """``place`` is ``module:class`` in this package; ``peer`` an environment of :mod:`.peers`, empty for our own."""

    name: str
    place: str
    peer: str = ""
    is_ours: bool = False


_AUTO: Final = System("ours-auto", "ours:Auto", is_ours=True)
_ALL: Final = (
    System("ours-default", "ours:Defaults", is_ours=True),
    System("lightgbm", "plain:LightGBM"),
    System("histgb", "plain:HistogramBoosting"),
    System("flaml", "automl:Flaml", "flaml"),
    System("autogluon", "automl:AutoGluon", "autogluon"),
    System(BEST[0], "automl:AutoGluonBest", "autogluon"),
    System(BEST[1], "automl:AutoGluonBestLocal", "autogluon"),
)


def systems() -> tuple[System, ...]:
    """Give all systems, ours first; the search of ours is among them when the catalog has it."""
    has_auto = any(card.id == "auto" for card in catalog.ALL)
    return (_AUTO, *_ALL) if has_auto else _ALL
