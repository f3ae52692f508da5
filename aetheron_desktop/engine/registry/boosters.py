"""Boosted trees in the form of their library, looked at before the library follows them; see ``registry/foreign``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeGuard

import numpy as np

from aetheron_desktop.engine.errors import UntrustedModel
from aetheron_desktop.engine.estimators.boosters import Booster, LightgbmPredictor, XgboostPredictor
from aetheron_desktop.engine.registry.description import PIPELINE
from aetheron_desktop.engine.registry.words import AGAIN

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.registry.foreign.info import ForeignInfo

_KINDS: Final = frozenset({LightgbmPredictor.kind, XgboostPredictor.kind})
_PLACE: Final = Path(PIPELINE)


def is_booster(stored: Any) -> TypeGuard[dict[str, Any]]:
    """Tell whether what stands in a pipeline's file says that it is boosted trees of another library."""
    kind = stored.get("kind") if isinstance(stored, dict) else None
    return isinstance(kind, str) and kind in _KINDS


def read_booster(stored: dict[str, Any], task: Task, classes: int) -> Booster:
    """Give the predictor of what is stored, of which only what was understood is handed on to the library.

    Raises:
        UntrustedModel: it is damaged, or not what the task and its classes (0 for regression) need.
        ModelError: it is of a kind that this program does not make.
    """
    body = stored.get("body")
    if type(body) is not np.ndarray or body.dtype != np.uint8 or body.ndim != 1 or set(stored) != {"kind", "body"}:
        raise UntrustedModel(f"{PIPELINE} holds boosted trees that are no bytes.", hint=AGAIN)
    # Each reader costs what its library costs.
    if stored["kind"] == LightgbmPredictor.kind:
        from aetheron_desktop.engine.registry.foreign.lightgbm_text import read_lightgbm

        text = read_lightgbm(_PLACE, body.tobytes())
        _check(text.info, task, classes)
        return LightgbmPredictor(text.text.encode(), classes)
    from aetheron_desktop.engine.registry.foreign.xgboost_trees import read_xgboost

    trees = read_xgboost(_PLACE, body.tobytes())
    _check(trees.info, task, classes)
    if trees.rounds:
        raise UntrustedModel(f"{PIPELINE} holds more rounds than it counts.", hint=AGAIN)
    return XgboostPredictor(trees.body, classes)


def _check(info: ForeignInfo, task: Task, classes: int) -> None:
    form = "probabilities" if classes else "value"
    if (info.task, info.count, info.outputs) != (task, classes, form):
        raise UntrustedModel("The model's trees do not suit its description.", hint=AGAIN)
