"""Fits the network in mini-batches, by AdamW (Loshchilov and Hutter 2019), with early stopping."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from torch import nn

from aetheron_desktop.engine.errors import TrainingError
from aetheron_desktop.engine.estimators.base import Estimator
from aetheron_desktop.engine.estimators.network import Architecture, NetworkPredictor, devices, matrix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aetheron_desktop.engine.estimators.base import Progress, Recipe, Rows

_TELL_S: Final = 0.005
"""Losses of mini-batches are told at most this often; those between are averaged."""
_JUDGED_TRAIN: Final = 1_000
_JUDGED_VALID: Final = 20_000
_FIRST_JUDGED: Final = 50
_ROUND: Final = 1_000
"""Steps after which the network is judged for the first time, and then at least each time."""
_EMBEDDED_NUMBERS: Final = 128
"""With more numbers than this, embedding each would cost more than it gives."""


class Network(Estimator):
    """A multilayer perceptron; the weights with the lowest validation loss are kept."""

    style = "network"

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``.

        Raises:
            TrainingError: the chosen device is not there, or its memory is not enough.
        """
        torch.manual_seed(self.recipe.seed)
        torch.set_num_threads(_threads(self.recipe))
        device = choose_device(str(self.recipe.params["device"]))
        try:
            fit = _Fit(self.recipe, train, valid, device)
            try:
                self._fit(fit, progress)
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

    def _fit(self, fit: _Fit, progress: Progress) -> None:
        patience = int(self.recipe.number("patience"))
        best, best_step = math.inf, 0
        for step in fit.steps(progress):
            predictor = fit.snapshot()
            if self.fitted is None:
                # Whoever stops now gets at least this one.
                self.fitted = predictor
            loss = fit.judge(predictor, progress)
            if not math.isfinite(loss):
                progress.say("The loss has diverged; a smaller learning rate may help.")
                if math.isinf(best):
                    self.fitted = None
                return
            if loss < best:
                best, best_step = loss, step
                self.fitted = predictor
                progress.checkpoint(predictor.save)
            elif step - best_step >= patience * fit.steps_per_epoch:
                epochs = math.ceil(step / fit.steps_per_epoch)
                progress.say(f"Stopped early after {epochs} epochs: no gain for {patience}.")
                return


class _Fit:
    """The state of one fit."""

    def __init__(self, recipe: Recipe, train: Rows, valid: Rows, device: torch.device) -> None:
        self._valid = valid.head(_JUDGED_VALID, recipe.seed)
        self._seen = train.head(_JUDGED_TRAIN, recipe.seed)
        is_regression = recipe.task == "regression"
        y = train.y.astype("float64")
        self.architecture = _architecture(recipe, train.X.shape[1], y)
        self._rows = len(train)
        self._size = min(int(recipe.number("batch_size")), self._rows)
        self.steps_per_epoch = math.ceil(self._rows / self._size)
        self._total = int(recipe.number("epochs")) * self.steps_per_epoch
        self._step = 0
        self._device = device
        self._network = self.architecture.build().to(device)
        self._optimizer = torch.optim.AdamW(
            self._network.parameters(),
            lr=float(recipe.number("learning_rate")),
            weight_decay=float(recipe.number("weight_decay")),
            fused=True,
        )
        self._shuffle = torch.Generator().manual_seed(recipe.seed)
        self._X = matrix(train.X).to(device)
        target = (y - self.architecture.shift) / self.architecture.scale if is_regression else train.y
        self._y = torch.from_numpy(np.ascontiguousarray(target)).to(device)
        self._y = self._y.float() if is_regression else self._y.long()
        self._weight = None if train.weight is None else torch.from_numpy(train.weight).float().to(device)

    def steps(self, progress: Progress) -> Iterator[int]:
        """Go on from batch to batch, and give the number of steps done each time the network should be judged.

        That is counted in steps, never in seconds, so that one seed gives one model.
        """
        told_at = 0.0
        # The sum stays on the device: asking for each loss would make a GPU wait.
        total, count = torch.zeros((), device=self._device), 0
        for batch in self._batches():
            total += self._learn(batch)
            count += 1
            self._step += 1
            now = time.monotonic()
            if now - told_at >= _TELL_S:
                told_at = now
                progress.batch(self._step, self._total, float(total) / count)
                total.zero_()
                count = 0
            if self._is_to_be_judged():
                yield self._step

    def _batches(self) -> Iterator[torch.Tensor]:
        while self._step < self._total:
            order = torch.randperm(self._rows, generator=self._shuffle).to(self._device)
            yield from torch.split(order, self._size)

    def _is_to_be_judged(self) -> bool:
        in_epoch = self._step % self.steps_per_epoch
        return in_epoch == 0 or in_epoch % _ROUND == 0 or self._step == _FIRST_JUDGED

    def _learn(self, batch: torch.Tensor) -> torch.Tensor:
        loss = self._loss(batch)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch has not typed it
        self._optimizer.step()
        return loss.detach()

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

    def judge(self, predictor: NetworkPredictor, progress: Progress) -> float:
        """Tell how good the network is now, and give the validation loss."""
        return progress.step(
            self._step,
            self._total,
            (self._seen, predictor.predict(self._seen.X)),
            (self._valid, predictor.predict(self._valid.X)),
        )

    def snapshot(self) -> NetworkPredictor:
        """Give the network as it is now."""
        weights = {name: tensor.detach().cpu().clone() for name, tensor in self._network.state_dict().items()}
        return NetworkPredictor(self.architecture, weights)


def _architecture(recipe: Recipe, inputs: int, y: np.ndarray) -> Architecture:
    is_regression = recipe.task == "regression"
    is_embedded = bool(recipe.params["embed_numbers"]) and len(recipe.numbers) <= _EMBEDDED_NUMBERS
    return Architecture(
        inputs=inputs,
        outputs=1 if is_regression else recipe.classes,
        hidden_size=int(recipe.number("hidden_size")),
        layers=int(recipe.number("layers")),
        dropout=float(recipe.number("dropout")),
        shift=float(y.mean()) if is_regression else 0.0,
        scale=(float(y.std()) or 1.0) if is_regression else 1.0,
        numbers_from=recipe.numbers.start,
        numbers=len(recipe.numbers),
        frequencies=16 if is_embedded else 0,
        embedding=8 if is_embedded else 0,
    )


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


def _threads(recipe: Recipe) -> int:
    # Small batches gain nothing from a second thread, and lose much when something else uses a core.
    work = int(recipe.number("batch_size")) * int(recipe.number("hidden_size"))
    return recipe.threads if work >= 1 << 19 else 1
