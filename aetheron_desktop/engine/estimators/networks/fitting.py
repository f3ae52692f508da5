"""The loop that all networks are fitted by: mini-batches, AdamW (Loshchilov and Hutter 2019), early stopping.

What is judged and kept is the running mean of the weights (Polyak and Juditsky 1992): steps of mini-batches are noisy.

All that it needs to go on is a :class:`State` of numbers and tensors. A fit that was cut short and goes on from a
checkpoint therefore ends, on the processor, with the same bits as one that was not.
"""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch
from torch import nn

from aetheron_desktop.engine.estimators.cards.neural import batch_size
from aetheron_desktop.engine.estimators.networks import keeping
from aetheron_desktop.engine.estimators.networks.building import build
from aetheron_desktop.engine.estimators.networks.embeddings import Pieces
from aetheron_desktop.engine.estimators.networks.predictor import NetworkPredictor, answers, matrix

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Progress, Recipe, Rows
    from aetheron_desktop.engine.estimators.networks.architecture import Architecture

_TELL_S: Final = 0.005
"""Losses of mini-batches are told at most this often; those between are averaged."""
_JUDGED_TRAIN: Final = 1_000
_JUDGED_VALID: Final = 20_000
_JUDGED_AT_ONCE: Final = 256
_FIRST_JUDGED: Final = 50
_ROUND: Final = 1_000
"""Steps after which the network is judged for the first time, and then at least each time."""
_MEMORY: Final = 0.99
"""How much of the running mean of the weights a step leaves as it was, once there have been many."""
_KEPT: Final = 8
"""Steps after which a checkpoint is offered, beside those behind each judgement."""
_STEEPEST: Final = 1.0
"""The longest gradient that is followed as it is; longer ones are cut to this."""


class Fit:
    """One fit on its way.

    The table lies on the device once, in single precision; what a step needs of it is gathered there.
    """

    def __init__(
        self, recipe: Recipe, architecture: Architecture, train: Rows, valid: Rows, device: torch.device
    ) -> None:
        self.architecture = architecture
        self._device = device
        self._valid = valid.head(_JUDGED_VALID, recipe.seed)
        self._seen = train.head(_JUDGED_TRAIN, recipe.seed)
        self._valid_X, self._seen_X = (matrix(rows.X).to(device) for rows in (self._valid, self._seen))
        self._X = matrix(train.X).to(device)
        self._y = _target(architecture, train.y).to(device)
        self._weight = None if train.weight is None else torch.from_numpy(train.weight).float().to(device)
        self._network = build(architecture)
        for part in self._network.modules():
            if isinstance(part, Pieces):
                numbers = slice(architecture.numbers_from, architecture.numbers_from + architecture.numbers)
                part.place(self._X[:, numbers].cpu())
        self._network = self._network.to(device)
        self._optimizer = torch.optim.AdamW(
            _decayed(self._network, float(recipe.number("weight_decay"))),
            lr=float(recipe.number("learning_rate")),
            fused=True,
        )
        # In the order in which the optimizer counts them.
        self._parameters = [each for group in self._optimizer.param_groups for each in group["params"]]
        self._means = [parameter.detach().clone() for parameter in self._parameters]
        self._shuffle = torch.Generator().manual_seed(recipe.seed)
        self._size = batch_size(recipe.number("batch_size"), len(train))
        self._sizes = _sizes(len(train), self._size, least=2 if architecture.kind == "residual" else 1)
        self._patience = int(recipe.number("patience"))
        self._epochs = int(recipe.number("epochs"))
        self._total = self._epochs * len(self._sizes)
        self._step = 0
        self._best, self._best_step = math.inf, 0
        self._best_weights: dict[str, torch.Tensor] = {}
        self._epoch = self._shuffle.get_state()

    # -- learning -----------------------------------------------------------------------------------------------------

    def run(self, progress: Progress) -> Iterator[NetworkPredictor | None]:
        """Learn until there is no gain; give each network that is better than all before it, and None for none at all.

        The first is given before it is judged: whoever stops then gets at least this one.
        """
        if (kept := progress.restored()) is not None and self._restore(kept):
            progress.say(f"Goes on from step {self._step:,} of at most {self._total:,}.")
            if self._best_weights:
                yield NetworkPredictor(self.architecture, self._best_weights)
        for _ in self._steps(progress):
            if not self._best_weights:
                self._best_weights = self._weights()
                yield NetworkPredictor(self.architecture, self._best_weights)
            loss = self._judge(progress)
            if not math.isfinite(loss):
                progress.say("The loss has diverged; a smaller learning rate may help.")
                if math.isinf(self._best):
                    yield None
                return
            if loss < self._best:
                self._best, self._best_step, self._best_weights = loss, self._step, self._weights()
                yield NetworkPredictor(self.architecture, self._best_weights)
            if self._is_done(progress):
                return
            progress.checkpoint(self._keep)

    def snapshot(self) -> NetworkPredictor:
        """Give the network as it is now."""
        return NetworkPredictor(self.architecture, self._weights())

    def _is_done(self, progress: Progress) -> bool:
        if self._step - self._best_step < self._patience * len(self._sizes):
            return False
        epochs = math.ceil(self._step / len(self._sizes))
        progress.say(f"Stopped early after {epochs} epochs: no gain for {self._patience}.")
        return True

    def _steps(self, progress: Progress) -> Iterator[None]:
        """Go on from batch to batch, and pause each time the network should be judged.

        That is counted in steps, never in seconds, so that one seed gives one model.
        """
        told_at = 0.0
        # The sum stays on the device: asking for each loss would make a GPU wait.
        total, count = torch.zeros((), device=self._device), 0
        for batch in self._batches():
            total += self._learn(batch)
            count += 1
            self._step += 1
            is_judged = self._is_to_be_judged()
            now = time.monotonic()
            if now - told_at >= _TELL_S:
                told_at = now
                progress.batch(self._step, self._total, float(total) / count)
                total.zero_()
                count = 0
            if not is_judged and self._step % _KEPT == 0:
                progress.checkpoint(self._keep)
            if is_judged:
                yield

    def _batches(self) -> Iterator[torch.Tensor]:
        while self._step < self._total:
            self._epoch = self._shuffle.get_state()
            order = torch.randperm(len(self._X), generator=self._shuffle).to(self._device)
            # A fit that goes on from within an epoch shuffles as it had, and passes over what was done.
            yield from torch.split(order, self._sizes)[self._step % len(self._sizes) :]

    def _is_to_be_judged(self) -> bool:
        in_epoch = self._step % len(self._sizes)
        return in_epoch == 0 or in_epoch % _ROUND == 0 or self._step == _FIRST_JUDGED

    def _learn(self, batch: torch.Tensor) -> torch.Tensor:
        with self._precision():
            raw = self._network(self._X[batch])
        loss = self._loss(raw.float(), batch)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch has not typed it
        nn.utils.clip_grad_norm_(self._parameters, _STEEPEST, foreach=True)
        self._optimizer.step()
        # The first steps go far: their mean would lag behind.
        memory = min(_MEMORY, (1 + self._step) / (10 + self._step))
        torch._foreach_lerp_(self._means, [each.detach() for each in self._parameters], 1.0 - memory)
        return loss.detach()

    def _precision(self) -> torch.autocast:
        # Products of matrices in half the bits; weights, their gradients' sums and the loss stay in single precision.
        return torch.autocast(self._device.type, torch.bfloat16, enabled=is_mixed(self._device))

    def _loss(self, raw: torch.Tensor, batch: torch.Tensor) -> torch.Tensor:
        """Give the mean over rows, and over the members of an ensemble: each learns by itself."""
        members, y = self.architecture.members, self._y[batch]
        if members > 1:
            y = y.repeat_interleave(members)
        raw = raw.reshape(-1, self.architecture.outputs)
        if self.architecture.outputs == 1:
            each = nn.functional.mse_loss(raw[:, 0], y, reduction="none")
        else:
            each = nn.functional.cross_entropy(raw, y, reduction="none")
        if self._weight is None:
            return each.mean()
        weight = self._weight[batch]
        return (each.view(-1, members).mean(dim=1) * weight).sum() / weight.sum()

    # -- judging ------------------------------------------------------------------------------------------------------

    def _judge(self, progress: Progress) -> float:
        """Tell how good the network is now, and give the validation loss."""
        seen, valid = self._predicted(self._seen_X), self._predicted(self._valid_X)
        return progress.step(self._step, self._total, (self._seen, seen), (self._valid, valid))

    def _predicted(self, X: torch.Tensor) -> NDArray[np.float64]:
        # Where the network is, with all its threads; what is kept predicts in blocks, on one thread of the processor.
        rows = max(_JUDGED_AT_ONCE, self.architecture.rows_at_once)
        self._network.eval()
        with self._averaged(), torch.no_grad():
            raw = torch.cat([self._network(block).reshape(len(block), -1) for block in torch.split(X, rows)])
        self._network.train()
        return answers(self.architecture, raw.double().cpu().numpy())

    def _weights(self) -> dict[str, torch.Tensor]:
        with self._averaged():
            return self._state()

    def _state(self) -> dict[str, torch.Tensor]:
        return {name: tensor.detach().cpu().clone() for name, tensor in self._network.state_dict().items()}

    @contextmanager
    def _averaged(self) -> Iterator[None]:
        """Have the network use the running mean of its weights."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    def _swap(self) -> None:
        for parameter, mean in zip(self._parameters, self._means, strict=True):
            parameter.data, mean.data = mean.data, parameter.data

    # -- keeping ------------------------------------------------------------------------------------------------------

    def _counts(self) -> keeping.Counts:
        return keeping.Counts(
            architecture=keeping.told(self.architecture),
            step=self._step,
            best=None if math.isinf(self._best) else self._best,
            best_step=self._best_step,
            rows=len(self._X),
            batch_size=self._size,
        )

    def _keep(self, folder: Path) -> None:
        is_between = self._step % len(self._sizes) == 0
        shuffle = self._shuffle.get_state() if is_between else self._epoch
        tensors: dict[str, torch.Tensor] = {"shuffle": shuffle, "dropout": torch.get_rng_state()}
        if self._device.type == "cuda":
            tensors["dropout.cuda"] = torch.cuda.get_rng_state(self._device)
        tensors |= {f"network.{name}": tensor for name, tensor in self._state().items()}
        tensors |= {f"mean.{place}": tensor.cpu() for place, tensor in enumerate(self._means)}
        tensors |= {f"best.{name}": tensor for name, tensor in self._best_weights.items()}
        for place, parameter in enumerate(self._parameters):
            for name, value in self._optimizer.state[parameter].items():
                tensors[f"optimizer.{place}.{name}"] = value.detach().cpu()
        keeping.write(folder, self._counts(), tensors)

    def _restore(self, folder: Path) -> bool:
        """Go back to where the checkpoint was; tell whether it is one of such a fit."""
        found = keeping.read(folder, self._counts())
        if found is None:
            return False
        told, parts = found
        self._network.load_state_dict(parts["network"])
        for number, mean in enumerate(self._means):
            mean.copy_(parts["mean"][str(number)])
        state: dict[int, dict[str, Any]] = {}
        for name, value in parts["optimizer"].items():
            place, _, key = name.partition(".")
            state.setdefault(int(place), {})[key] = value
        self._optimizer.load_state_dict({**self._optimizer.state_dict(), "state": state})
        self._step, self._best_step = told.step, told.best_step
        self._best = math.inf if told.best is None else told.best
        self._best_weights = parts["best"]
        own = parts[""]
        self._shuffle.set_state(own["shuffle"])
        torch.set_rng_state(own["dropout"])
        if "dropout.cuda" in own and self._device.type == "cuda":
            torch.cuda.set_rng_state(own["dropout.cuda"], self._device)
        return True


def is_mixed(device: torch.device) -> bool:
    """Tell whether products of matrices are computed in bfloat16: where the device does them faster so."""
    return device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)


def _sizes(rows: int, size: int, least: int) -> list[int]:
    """Give how many rows each batch of an epoch has; one of fewer than ``least`` joins the one before it."""
    size = max(size, min(least, rows))
    whole, rest = divmod(rows, size)
    sizes = [size] * whole
    if rest and (rest >= least or not sizes):
        return [*sizes, rest]
    if rest:
        sizes[-1] += rest
    return sizes


def _target(made: Architecture, y: NDArray[Any]) -> torch.Tensor:
    if made.outputs > 1:
        return torch.from_numpy(np.ascontiguousarray(y)).long()
    return torch.from_numpy(np.ascontiguousarray((y.astype("float64") - made.shift) / made.scale)).float()


def _decayed(network: nn.Module, decay: float) -> list[dict[str, Any]]:
    """Give the weights that are pulled to zero, and those that are not, as in the papers: biases, norms, embeddings."""
    free = [p for name, p in network.named_parameters() if p.ndim < 2 or "bias" in name or "embed." in name]
    spared = {id(parameter) for parameter in free}
    pulled = [parameter for parameter in network.parameters() if id(parameter) not in spared]
    return [{"params": pulled, "weight_decay": decay}, {"params": free, "weight_decay": 0.0}]
