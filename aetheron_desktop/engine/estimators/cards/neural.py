"""Networks."""

from __future__ import annotations

from typing import Final

from aetheron_desktop.engine.estimators.cards.card import ANY, Card
from aetheron_desktop.engine.params import Bool, Choice, Float, Int

NETWORK: Final = Card(
    id="network",
    name="Neural network",
    family="neural",
    summary="Layers of weighted sums over embedded numbers, learned in small batches with PyTorch.",
    good_at="Many rows and smooth effects of numbers; in an ensemble with trees.",
    tasks=ANY,
    parameters=(
        Int(
            name="epochs",
            label="Epochs",
            default=100,
            low=1,
            high=2_000,
            log=True,
            help="How often all rows are seen at most; early stopping usually ends it sooner.",
        ),
        Int(
            name="batch_size",
            label="Batch size",
            default=256,
            low=1,
            high=8_192,
            log=True,
            unit="rows",
            help="How many rows are seen before the weights move.",
        ),
        Float(
            name="learning_rate",
            label="Learning rate",
            default=2e-3,
            low=1e-6,
            high=1.0,
            log=True,
            help="How far the weights move in each step (AdamW).",
        ),
        Int(
            name="hidden_size",
            label="Layer width",
            default=192,
            low=1,
            high=2_048,
            log=True,
            unit="units",
            help="How many units each hidden layer has.",
        ),
        Int(name="layers", label="Hidden layers", default=2, low=1, high=8, help="How many hidden layers there are."),
        Float(
            name="dropout",
            label="Dropout",
            default=0.1,
            low=0.0,
            high=0.9,
            help="The share of units that is left out at random in each step, against learning by heart.",
        ),
        Float(
            name="weight_decay",
            label="Weight decay",
            default=1e-4,
            low=0.0,
            high=1.0,
            advanced=True,
            help="Pulls the weights towards zero in each step.",
        ),
        Bool(
            name="embed_numbers",
            label="Embed numbers",
            default=True,
            help="Whether each number is first turned into a learned vector: often better, and slower.",
        ),
        Int(
            name="patience",
            label="Patience",
            default=16,
            low=1,
            high=500,
            log=True,
            unit="epochs",
            help="It stops when the validation loss has not improved for so many epochs, and keeps the best.",
        ),
        Choice(
            name="device",
            label="Device",
            default="auto",
            options=("auto", "cpu", "cuda", "mps"),
            labels=("Best there is", "Processor", "NVIDIA GPU", "Apple GPU"),
            advanced=True,
            help="Where the network is trained; a run is repeatable to the bit on the processor only.",
        ),
    ),
    implementation="neural:Network",
    iterative=True,
    aliases=("neural_network", "mlp", "nn", "torch"),
    source="Gorishniy et al. (2022), On Embeddings for Numerical Features in Tabular Deep Learning",
)
