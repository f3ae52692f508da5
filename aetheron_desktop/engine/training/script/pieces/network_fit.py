"""Networks: what shape they get, and the loop that fits them."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn

from aetheron_desktop.engine.estimators.networks.architecture import Architecture
from aetheron_desktop.engine.estimators.networks.embeddings import Pieces
from aetheron_desktop.engine.training.script.pieces.rows import Predict, Rows, Setting, drawn, loss_of


def shape_of(train: Rows, setting: Setting, **special: Any) -> Architecture:
    """Give the shape of a network: its parameters, what the table has, and what is ``special`` to its kind."""
    params, classes = setting.params, setting.classes
    embedding: dict[str, Any] = {}
    if params["embed_numbers"] and len(setting.numbers) <= 128:
        embedding = {"bins": min(48, max(2, len(train.y) // 16)), "embedding": 16}
        if params.get("embedding") == "periodic":
            embedding = {"frequencies": 16, "embedding": 8}
    return Architecture(
        inputs=train.X.shape[1],
        outputs=classes or 1,
        hidden_size=params["hidden_size"],
        layers=params["layers"],
        dropout=params["dropout"],
        shift=0.0 if classes else float(train.y.mean()),
        scale=1.0 if classes else float(train.y.std()) or 1.0,
        numbers_from=setting.numbers.start,
        numbers=len(setting.numbers),
        levels=tuple(int(np.nanmax(codes, initial=-1.0)) + 2 for codes in train.X[:, list(setting.codes)].T),
        **(embedding | special),
    )


def learned_network(
    kind: Callable[[Architecture], nn.Module],
    made: Architecture,
    train: Rows,
    valid: Rows,
    setting: Setting,
    threads: int = 1,
) -> Predict:
    """Learn from mini-batches until there is no gain; keep the running mean of the weights that was best.

    The validation rows are looked at after each epoch, after 1,000 steps of a long one, and once after 50 steps.
    """
    params = setting.params
    torch.manual_seed(setting.seed)
    torch.set_num_threads(threads)
    device = _device(params["device"])
    judged = drawn(valid, 20_000, setting.seed)
    learned_X, judged_X = _single(train.X).to(device), _single(judged.X).to(device)
    target = torch.from_numpy(train.y).long() if setting.classes else _single((train.y - made.shift) / made.scale)
    counts = None if train.weight is None else _single(train.weight).to(device)
    network = kind(made)
    for part in network.modules():
        if isinstance(part, Pieces):
            part.place(learned_X[:, made.numbers_from : made.numbers_from + made.numbers].cpu())
    network, target = network.to(device), target.to(device)
    groups = _decayed(network, params["weight_decay"])
    optimizer = torch.optim.AdamW(groups, lr=params["learning_rate"], fused=True)
    parameters = [each for group in groups for each in group["params"]]
    means = [each.detach().clone() for each in parameters]
    is_mixed = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    sizes = _sizes(len(train.y), _batch_size(params["batch_size"], len(train.y)), 2 if made.kind == "residual" else 1)
    shuffle = torch.Generator().manual_seed(setting.seed)
    best, best_step, kept = math.inf, 0, None
    for step, batch in enumerate(_batches(shuffle, sizes, params["epochs"], device), 1):
        with torch.autocast(device.type, torch.bfloat16, enabled=is_mixed):
            raw = network(learned_X[batch])
        loss = _loss(raw.float(), target[batch], made, None if counts is None else counts[batch])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch has not typed it
        nn.utils.clip_grad_norm_(parameters, 1.0, foreach=True)
        optimizer.step()
        memory = min(0.99, step / (9 + step))
        torch._foreach_lerp_(means, [each.detach() for each in parameters], 1.0 - memory)
        place = step % len(sizes)
        if place and place % 1_000 and step != 50:
            continue
        with _averaged(parameters, means):
            now = {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
            kept = kept or now
            if setting.end is not None and (step, False) >= setting.end:
                break
            network.eval()
            value = loss_of(judged, _said(network, made, judged_X, max(256, made.rows_at_once)), setting.classes)
            network.train()
        if value < best:
            best, best_step, kept = value, step, now
        is_over = setting.end is not None and (step, True) >= setting.end
        if is_over or not math.isfinite(value) or step - best_step >= params["patience"] * len(sizes):
            break
    assert kept is not None
    network.load_state_dict(kept)
    network.cpu().eval()
    torch.set_num_threads(1)
    return lambda X: _said(network, made, _single(X), made.rows_at_once)


def _single(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))


def _device(name: str) -> torch.device:
    there = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    return torch.device(there if name == "auto" else name)


def _batch_size(chosen: int | None, rows: int) -> int:
    size = chosen or 256
    while chosen is None and size < 4_096 and rows > 400 * size:
        size *= 2
    return min(size, rows)


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


def _batches(shuffle: torch.Generator, sizes: list[int], epochs: int, device: torch.device) -> Iterator[torch.Tensor]:
    for _ in range(epochs):
        yield from torch.split(torch.randperm(sum(sizes), generator=shuffle).to(device), sizes)


def _decayed(network: nn.Module, decay: float) -> list[dict[str, Any]]:
    """Give the weights that are pulled to zero, and those that are not: biases, norms and embeddings."""
    named = list(network.named_parameters())
    free = [each for name, each in named if each.ndim < 2 or "bias" in name or "embed." in name]
    spared = {id(each) for each in free}
    pulled = [each for _, each in named if id(each) not in spared]
    return [{"params": pulled, "weight_decay": decay}, {"params": free, "weight_decay": 0.0}]


def _loss(raw: torch.Tensor, y: torch.Tensor, made: Architecture, counts: torch.Tensor | None) -> torch.Tensor:
    """Give the mean over rows, and over the members of an ensemble: each learns by itself."""
    if made.members > 1:
        y = y.repeat_interleave(made.members)
    raw = raw.reshape(-1, made.outputs)
    if made.outputs == 1:
        each = nn.functional.mse_loss(raw[:, 0], y, reduction="none")
    else:
        each = nn.functional.cross_entropy(raw, y, reduction="none")
    if counts is None:
        return each.mean()
    return (each.view(-1, made.members).mean(dim=1) * counts).sum() / counts.sum()


@contextmanager
def _averaged(parameters: list[Any], means: list[torch.Tensor]) -> Iterator[None]:
    """Have the network use the running mean of its weights."""

    def swap() -> None:
        for each, mean in zip(parameters, means, strict=True):
            each.data, mean.data = mean.data, each.data

    swap()
    try:
        yield
    finally:
        swap()


def _said(network: nn.Module, made: Architecture, X: torch.Tensor, rows: int) -> np.ndarray:
    """Give probabilities (n, classes), or values (n,); the mean of what the members of an ensemble say."""
    with torch.no_grad():
        raw = torch.cat([network(block).reshape(len(block), -1) for block in torch.split(X, rows)])
    told = raw.double().cpu().reshape(len(X), made.members, made.outputs)
    if made.outputs == 1:
        values: np.ndarray = told.mean(dim=(1, 2)).numpy() * made.scale + made.shift
        return values
    chances: np.ndarray = torch.softmax(told, dim=2).mean(dim=1).numpy()
    return chances
