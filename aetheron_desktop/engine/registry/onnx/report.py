"""What an export to ONNX says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aetheron_desktop.engine.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class OnnxReport:
    """How the written file predicts beside the model, on ``rows`` rows.

    ``largest_difference`` is between probabilities; between values it is a share of the largest value among the rows,
    where that is above 1. ``opset`` is that of the standard operators; ``notes`` are what people should know of.
    """

    largest_difference: float
    rows: int
    same_labels: bool
    opset: int
    bytes: int
    notes: tuple[str, ...]


class OnnxUnsupported(ModelError):
    """A part of the model cannot be written as ONNX; nothing was left behind."""

    title = "The model cannot be written as ONNX"


def named(columns: Iterable[str]) -> str:
    """Give the columns' names for a sentence, at most five of them."""
    names = list(columns)
    shown = ", ".join(f"“{name}”" for name in names[:5])
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"column{'s' if len(names) > 1 else ''} {shown}{more}"
