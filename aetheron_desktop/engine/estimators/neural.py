"""A multilayer perceptron in PyTorch, learned in mini-batches with early stopping.

The optimizer is AdamW (Loshchilov and Hutter 2019). Numbers arrive by quantiles, categories one-hot.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from aetheron_desktop.engine.errors import TrainingError
from aetheron_desktop.engine.estimators.base import Estimator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Progress, Recipe, Rows

_TELL_S: Final = 0.002
"""Losses of mini-batches are told at most this often; those between are averaged."""
_JUDGED_TRAIN: Final = 5_000
_JUDGED_VALID: Final = 20_000
_EVALUATED_AT_ONCE: Final = 8_192


@dataclass(frozen=True, slots=True)
class Architecture:
    """What the weights are the weights of; ``shift`` and ``scale`` give a regression its unit back."""

    inputs: int
    outputs: int
    hidden_size: int
    layers: int
    dropout: float
    shift: float = 0.0
    scale: float = 1.0

    def build(self) -> nn.Sequential:
        """Give the network with fresh weights."""
        parts: list[nn.Module] = []
        width = self.inputs
        for _ in range(self.layers):
            parts += [nn.Linear(width, self.hidden_size), nn.ReLU(), nn.Dropout(self.dropout)]
            width = self.hidden_size
        return nn.Sequential(*parts, nn.Linear(width, self.outputs))


class NetworkPredictor:
    """A network with its weights, on the processor."""

    def __init__(self, architecture: Architecture, weights: dict[str, torch.Tensor]) -> None:
        self.architecture = architecture
        self.weights = weights
        self._network = architecture.build()
        self._network.load_state_dict(weights)
        self._network.eval()

    def save(self, folder: Path) -> None:
        """Write the weights into ``folder``."""
        save_file(self.weights, folder / "best.safetensors")

    def predict(self, X: NDArray[Any]) -> NDArray[np.float64]:
        """Give (n, classes) probabilities, or (n,) values, of ``X`` (n, features)."""
        return _predict(self._network, self.architecture, _matrix(X))


def _predict(network: nn.Module, architecture: Architecture, X: torch.Tensor) -> NDArray[np.float64]:
    # Chunks of one size on one thread: the same row must give the same bits wherever it stands.
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode():
            parts = [network(chunk).double().cpu() for chunk in _chunks(X)]
    finally:
        torch.set_num_threads(threads)
    raw = torch.cat(parts) if parts else torch.empty((0, architecture.outputs), dtype=torch.float64)
    if architecture.outputs == 1:
        return (raw[:, 0] * architecture.scale + architecture.shift).numpy()
    return torch.softmax(raw, dim=1).numpy()


def _chunks(X: torch.Tensor) -> Iterator[torch.Tensor]:
    for start in range(0, len(X), _EVALUATED_AT_ONCE):
        yield X[start : start + _EVALUATED_AT_ONCE]


def _matrix(X: NDArray[Any]) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(X, dtype=np.float32))


class Network(Estimator):
    """A multilayer perceptron; the weights with the lowest validation loss are kept."""

    style = "network"

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``.

        Raises:
            TrainingError: the chosen device is not there.
        """
        torch.manual_seed(self.recipe.seed)
        torch.set_num_threads(_threads(self.recipe))
        device = choose_device(str(self.recipe.params["device"]))
        fit = _Fit(self.recipe, train, valid, device)
        best, waited = math.inf, 0
        patience = int(self.recipe.number("patience"))
        for epoch in range(1, fit.epochs + 1):
            fit.epoch(progress)
            loss = fit.judge(progress)
            if not math.isfinite(loss) and math.isinf(best):
                progress.say("The loss has diverged; a smaller learning rate may help.")
                return
            if loss < best:
                best, waited = loss, 0
                self.fitted = predictor = fit.snapshot()
                progress.checkpoint(predictor.save)
            else:
                waited += 1
            if waited >= patience:
                progress.say(f"Stopped early after {epoch} epochs: no gain for {patience}.")
                return


class _Fit:
    """The state of one fit."""

    def __init__(self, recipe: Recipe, train: Rows, valid: Rows, device: torch.device) -> None:
        self._train, self._valid = train, valid.head(_JUDGED_VALID, recipe.seed)
        self._seen = train.head(_JUDGED_TRAIN, recipe.seed)
        is_regression = recipe.task == "regression"
        y = train.y.astype("float64")
        self.architecture = Architecture(
            inputs=train.X.shape[1],
            outputs=1 if is_regression else recipe.classes,
            hidden_size=int(recipe.number("hidden_size")),
            layers=int(recipe.number("layers")),
            dropout=float(recipe.number("dropout")),
            shift=float(y.mean()) if is_regression else 0.0,
            scale=(float(y.std()) or 1.0) if is_regression else 1.0,
        )
        self.epochs = int(recipe.number("epochs"))
        self._size = min(int(recipe.number("batch_size")), len(train))
        self.steps_per_epoch = math.ceil(len(train) / self._size)
        self._step = 0
        self._told_at = 0.0
        self._device = device
        self._network = self.architecture.build().to(device)
        self._optimizer = torch.optim.AdamW(
            self._network.parameters(),
            lr=float(recipe.number("learning_rate")),
            weight_decay=float(recipe.number("weight_decay")),
        )
        self._shuffle = torch.Generator().manual_seed(recipe.seed)
        self._X = _matrix(train.X).to(device)
        target = (y - self.architecture.shift) / self.architecture.scale if is_regression else train.y
        self._y = torch.from_numpy(np.ascontiguousarray(target)).to(device)
        self._y = self._y.float() if is_regression else self._y.long()
        self._weight = None if train.weight is None else torch.from_numpy(train.weight).float().to(device)

    def epoch(self, progress: Progress) -> None:
        """See all rows once, in a new order."""
        self._network.train()
        order = torch.randperm(len(self._train), generator=self._shuffle).to(self._device)
        # Sums stay on the device: asking for each loss would make a GPU wait.
        total, count = torch.zeros((), device=self._device), 0
        for batch in torch.split(order, self._size):
            loss = self._loss(batch)
            self._optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]  # torch has not typed it
            self._optimizer.step()
            self._step += 1
            total += loss.detach()
            count += 1
            now = time.monotonic()
            if now - self._told_at >= _TELL_S:
                self._told_at = now
                progress.batch(self._step, float(total) / count)
                total.zero_()
                count = 0

    def _loss(self, batch: torch.Tensor) -> torch.Tensor:
        raw = self._network(self._X[batch])
        y = self._y[batch]
        if self.architecture.outputs == 1:
            each = nn.functional.mse_loss(raw[:, 0], y, reduction="none")
        else:
            each = nn.functional.cross_entropy(raw, y, reduction="none")
        if self._weight is None:
            return each.mean()
        weight = self._weight[batch]
        return (each * weight).sum() / weight.sum()

    def judge(self, progress: Progress) -> float:
        """Tell how good the network is now, and give the validation loss."""
        predictor = self.snapshot()
        return progress.step(
            self._step,
            self.epochs * self.steps_per_epoch,
            (self._seen, predictor.predict(self._seen.X)),
            (self._valid, predictor.predict(self._valid.X)),
        )

    def snapshot(self) -> NetworkPredictor:
        """Give the network as it is now."""
        weights = {name: tensor.detach().cpu().clone() for name, tensor in self._network.state_dict().items()}
        return NetworkPredictor(self.architecture, weights)


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


def devices() -> list[str]:
    """Give the devices of this machine, the best first."""
    found = []
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return [*found, "cpu"]


def _threads(recipe: Recipe) -> int:
    # Small batches gain nothing from a second thread, and lose much when something else uses a core.
    work = int(recipe.number("batch_size")) * int(recipe.number("hidden_size"))
    return recipe.threads if work >= 1 << 19 else 1
