"""From the shape of a network to the network.

Numbers go in as they are and, beside that, as vectors: by their own frequencies ("PLR") or by bins ("PLE"; both
Gorishniy, Rubachev and Babenko 2022, On Embeddings for Numerical Features in Tabular Deep Learning). Categories arrive
one-hot, or as codes where a network learns a vector for each level.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from aetheron_desktop.engine.estimators.networks.ensemble import Ensemble
from aetheron_desktop.engine.estimators.networks.perceptron import Perceptron
from aetheron_desktop.engine.estimators.networks.residual import Residual
from aetheron_desktop.engine.estimators.networks.transformer import Transformer

if TYPE_CHECKING:
    from torch import nn

    from aetheron_desktop.engine.estimators.networks.architecture import Architecture


def build(made: Architecture) -> nn.Module:
    """Give a network of this shape, with fresh weights."""
    match made.kind:
        case "perceptron":
            return Perceptron(made)
        case "ensemble" | "small_ensemble":
            return Ensemble(made)
        case "residual":
            return Residual(made)
        case "transformer":
            return Transformer(made)


def empty(made: Architecture) -> nn.Module:
    """Give a network without memory for its weights, to be filled."""
    with torch.device("meta"):
        return build(made)
