"""The machine that a run is done on: what it is, and having it ready."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import psutil

from aetheron_desktop import __version__
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.base import Estimator, Recipe, Rows
from aetheron_desktop.engine.params import defaults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.estimators.base import Judged
    from aetheron_desktop.engine.estimators.cards.card import Card
    from aetheron_desktop.engine.params import Value

_BLAS: Final = ("internal_api", "version", "architecture")


def environment(
    threads: int, *, device: Value = None, device_type: str = "cpu", libraries: Iterable[str] = ()
) -> dict[str, str]:
    """Give what a run depends on besides the experiment: versions, machine and, where one is chosen, the device.

    ``device`` is that of PyTorch, ``device_type`` that of LightGBM. ``libraries`` are the modules that are used beside
    those that every training has.
    """
    import scipy
    import sklearn

    found = {
        "program": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "machine": platform.machine(),
        "processor": _processor(),
        "processors": str(os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "threads": str(threads),
        "numpy": np.__version__,
        "pandas": pd.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
        # How sums are rounded depends on what multiplies the matrices.
        "blas": _blas(),
        **{name: version_of(name) for name in libraries},
        "device": device_type,
    }
    if device is not None:
        import torch  # 1 s; only the network needs it

        from aetheron_desktop.engine.estimators.networks.predictor import devices

        chosen = devices()[0] if device == "auto" else str(device)
        found |= {"torch": str(torch.__version__), "device": chosen}
        if chosen == "cuda" and chosen in devices():
            found |= {"cuda": str(torch.version.cuda), "accelerator": torch.cuda.get_device_name(chosen)}
    return found


def libraries_of(card: Card, task: Task) -> tuple[str, ...]:
    """Give the modules that a run of ``card`` uses beside those that every training has; an ensemble may use all."""
    cards = catalog.for_task(task) if card.ensemble else (card,)
    return tuple(dict.fromkeys(name for one in cards for name in one.libraries))


def version_of(module: str) -> str:
    """Give the version of a library; it is imported only where nothing else tells it."""
    if (loaded := sys.modules.get(module)) is None:
        # Of one of them, the distribution has another name where it comes without code for graphics cards.
        for name in (module, f"{module}-cpu"):
            with suppress(metadata.PackageNotFoundError):
                return metadata.version(name)
        loaded = importlib.import_module(module)
    return str(loaded.__version__)


def _blas() -> str:
    from threadpoolctl import threadpool_info

    found = next((one for one in threadpool_info() if one["user_api"] == "blas"), None)
    return " ".join(str(found.get(name) or "") for name in _BLAS).strip() if found else "unknown"


def _processor() -> str:
    """Give what the processor is called, as far as the system says it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # only Linux has it
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def warm_up() -> None:
    """Import what a training needs, and have each library do its first, slow, work."""
    from aetheron_desktop.engine.estimators import boosting, linear, neural

    X = np.arange(40.0).reshape(20, 2)
    y = np.arange(20) % 2
    rows = Rows(X, y)
    kinds: tuple[tuple[type[Estimator], Card, dict[str, Value]], ...] = (
        (linear.Logistic, catalog.card("logistic"), {"max_iter": 1}),
        (boosting.Boosting, catalog.card("boosting"), {"max_iter": 1}),
        (neural.Network, catalog.card("network"), {"epochs": 1, "hidden_size": 4, "device": "cpu"}),
    )
    for kind, card, values in kinds:
        params = defaults(card.parameters) | values
        kind(Recipe("binary", 2, params, seed=0, numbers=range(2))).fit(rows, rows, _Silent())


class _Silent:
    """Hears nothing."""

    def step(self, number: int, total: int | None, train: Judged | None, valid: Judged | None) -> float:
        del number, total, train, valid
        return 0.0

    def tick(self, number: int, total: int | None) -> None:
        del number, total

    def batch(self, number: int, total: int | None, loss: float) -> None:
        del number, total, loss

    def work(self, done: float, total: float) -> None:
        del done, total

    def stage(self, name: str) -> None:
        del name

    def say(self, text: str) -> None:
        del text

    def checkpoint(self, write: Callable[[Path], None]) -> None:
        del write

    def restored(self) -> Path | None:
        return None
