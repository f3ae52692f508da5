"""How a fit of a network is written into a folder, and read again."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import msgspec
import safetensors
from safetensors.torch import load_file, save_file

if TYPE_CHECKING:
    from pathlib import Path

    import torch

    from aetheron_desktop.engine.estimators.networks.architecture import Architecture

_COUNTS: Final = "network.json"
_TENSORS: Final = "network.safetensors"


class Counts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is no tensor: how far the fit was, and of which network."""

    architecture: dict[str, Any]
    step: int
    best: float | None
    best_step: int
    rows: int
    batch_size: int


def told(made: Architecture) -> dict[str, Any]:
    """Give the shape as it is after a way through a file."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(asdict(made)))
    return plain


def write(folder: Path, counts: Counts, tensors: dict[str, torch.Tensor]) -> None:
    """Write all into an empty folder."""
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, folder / _TENSORS)
    (folder / _COUNTS).write_bytes(msgspec.json.encode(counts))


def read(folder: Path, expected: Counts) -> tuple[Counts, dict[str, dict[str, torch.Tensor]]] | None:
    """Give what was written, tensors by their part (``network``, ``mean``, ``best``, ``optimizer``, or none).

    None when there is nothing of a fit such as ``expected``: it is of another network or other batches, or damaged.
    """
    try:
        counts = msgspec.json.decode((folder / _COUNTS).read_bytes(), type=Counts)
        if msgspec.structs.replace(expected, step=counts.step, best=counts.best, best_step=counts.best_step) != counts:
            return None
        tensors = load_file(folder / _TENSORS)
    except (OSError, msgspec.MsgspecError, safetensors.SafetensorError):
        return None
    parts: dict[str, dict[str, torch.Tensor]] = {"network": {}, "mean": {}, "best": {}, "optimizer": {}, "": {}}
    for name, tensor in tensors.items():
        part, _, rest = name.partition(".")
        if part in parts:
            parts[part][rest] = tensor
        else:
            parts[""][name] = tensor
    return counts, parts
