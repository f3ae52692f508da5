"""Arrays of numbers in a file of a checkpoint: written and read without pickle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path


def write_arrays(file: Path, **arrays: Any) -> None:
    """Write ``arrays``, or numbers, by their names to ``file`` (.npz)."""
    np.savez(file, allow_pickle=False, **{name: np.asarray(values) for name, values in arrays.items()})


def read_arrays(file: Path, *names: str) -> dict[str, Any]:
    """Give the arrays by their names: those of ``names``, or all.

    Raises:
        OSError, ValueError: the file cannot be read, or holds objects.
    """
    with np.load(file, allow_pickle=False) as stored:
        return {name: stored[name] for name in names or stored.files}
