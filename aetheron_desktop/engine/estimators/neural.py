"""The networks that can be trained: what shape each gets from its parameters and the table."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch

from aetheron_desktop.engine.errors import TrainingError
from aetheron_desktop.engine.estimators.base import Estimator
from aetheron_desktop.engine.estimators.cards.neural import MOST_EMBEDDED
from aetheron_desktop.engine.estimators.networks.architecture import MOST_TOKENS, Architecture
from aetheron_desktop.engine.estimators.networks.fitting import Fit
from aetheron_desktop.engine.estimators.networks.predictor import devices

if TYPE_CHECKING:
    from aetheron_desktop.engine.estimators.base import Progress, Rows
    from aetheron_desktop.engine.estimators.treatments import Style

_MOST_BINS: Final = 48


class _Network(Estimator):
    """What all networks have in common; the weights with the lowest validation loss are kept."""

    is_alone = True
    style: Style = "network"

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``.

        Raises:
            TrainingError: the chosen device is not there, its memory is not enough, or the table is too wide.
        """
        torch.manual_seed(self.recipe.seed)
        torch.set_num_threads(self.recipe.threads if self.is_heavy else 1)
        device = choose_device(str(self.recipe.params["device"]))
        try:
            fit = Fit(self.recipe, self._shape(train), train, valid, device)
            try:
                for predictor in fit.run(progress):
                    self.fitted = predictor
            except Exception:
                # Ended before it was judged for the first time: what it has learned is kept all the same.
                if self.fitted is None:
                    self.fitted = fit.snapshot()
                raise
        except torch.OutOfMemoryError as error:
            raise TrainingError(
                f"The memory of the device {device.type} is not enough.",
                hint="Choose the processor as the device, a smaller batch, or a narrower network.",
            ) from error

    @property
    def is_heavy(self) -> bool:
        """Whether a step is long enough for more than one thread.

        Small steps gain nothing from a second thread, and lose much when something else uses a core.
        """
        return False

    @abstractmethod
    def shape(self) -> dict[str, Any]:
        """Give what is special to the network's shape."""

    def _shape(self, train: Rows) -> Architecture:
        recipe = self.recipe
        is_regression = recipe.task == "regression"
        y = train.y.astype("float64")
        return Architecture(
            inputs=train.X.shape[1],
            outputs=1 if is_regression else recipe.classes,
            hidden_size=int(recipe.number("hidden_size")),
            layers=int(recipe.number("layers")),
            dropout=float(recipe.number("dropout")),
            shift=float(y.mean()) if is_regression else 0.0,
            scale=(float(y.std()) or 1.0) if is_regression else 1.0,
            numbers_from=recipe.numbers.start,
            numbers=len(recipe.numbers),
            levels=_levels(train.X, recipe.categorical),
            **self._embedding(len(train)),
            **self.shape(),
        )

    def _embedding(self, rows: int) -> dict[str, Any]:
        """Give how numbers are embedded."""
        if not self.recipe.params["embed_numbers"] or len(self.recipe.numbers) > MOST_EMBEDDED:
            return {}
        if self.recipe.params.get("embedding") == "periodic":
            return {"frequencies": 16, "embedding": 8}
        # A bin must hold some rows to say something.
        return {"bins": min(_MOST_BINS, max(2, rows // 16)), "embedding": 16}


class Network(_Network):
    """A multilayer perceptron."""

    @property
    def is_heavy(self) -> bool:
        """Whether a step is long enough for more than one thread."""
        return int(self.recipe.number("batch_size") or 256) * int(self.recipe.number("hidden_size")) >= 1 << 19

    def shape(self) -> dict[str, Any]:
        """Give what is special to the network's shape: nothing."""
        return {}


class TabM(_Network):
    """An ensemble of perceptrons that share their weights."""

    def shape(self) -> dict[str, Any]:
        """Give what is special to the network's shape: its members, and what they share."""
        kind = "small_ensemble" if self.recipe.params["sharing"] == "most" else "ensemble"
        return {"kind": kind, "members": int(self.recipe.number("members"))}


class ResNet(_Network):
    """A residual network."""

    def shape(self) -> dict[str, Any]:
        """Give what is special to the network's shape: the width within its blocks."""
        return {"kind": "residual", "inner_size": 2 * int(self.recipe.number("hidden_size"))}


class FTTransformer(_Network):
    """A transformer whose tokens are the features."""

    style = "embedded"

    def shape(self) -> dict[str, Any]:
        """Give what is special to the network's shape: its heads, and the width within its blocks."""
        size, heads = int(self.recipe.number("hidden_size")), int(self.recipe.number("heads"))
        # Each head gets as large a part.
        return {
            "kind": "transformer",
            "heads": math.gcd(size, heads),
            "inner_size": max(1, size * 4 // 3),
            "attention_dropout": float(self.recipe.number("attention_dropout")),
        }

    def _shape(self, train: Rows) -> Architecture:
        if train.X.shape[1] > MOST_TOKENS:
            raise TrainingError(
                f"The table becomes {train.X.shape[1]:,} features, and a transformer looks at each pair of them: "
                f"{MOST_TOKENS:,} are the most.",
                hint="Choose fewer columns, or another network.",
            )
        return super()._shape(train)

    def _embedding(self, rows: int) -> dict[str, Any]:
        return {**super()._embedding(rows), "embedding": 0}


def _levels(X: Any, categorical: tuple[int, ...]) -> tuple[int, ...]:
    """Give how many levels each column of codes has, with one for those never seen."""
    codes = X[:, list(categorical)]
    return tuple(int(np.nanmax(column, initial=-1.0)) + 2 for column in codes.T)


def choose_device(name: str) -> torch.device:
    """Give the device of this name; ``auto`` is the best there is.

    Raises:
        TrainingError: it is not there.
    """
    there = devices()
    if name == "auto":
        return torch.device(there[0])
    if name not in there:
        raise TrainingError(f"There is no device {name!r} on this machine.", hint=f"There is: {', '.join(there)}.")
    return torch.device(name)
