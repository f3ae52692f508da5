"""Networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.estimators.cards.card import ANY, Card
from aetheron_desktop.engine.params import Bool, Choice, Float, Int

if TYPE_CHECKING:
    from aetheron_desktop.engine.params import Parameter


MOST_EMBEDDED: Final = 128
"""With more numbers than this, embedding each would cost more than it gives."""


def _width(default: int, *, help: str = "How many units each hidden layer has.") -> Int:
    return Int(
        name="hidden_size",
        label="Layer width",
        default=default,
        low=1,
        high=2_048,
        log=True,
        unit="units",
        help=help,
    )


def _layers(default: int, label: str, help: str) -> Int:
    return Int(name="layers", label=label, default=default, low=1, high=8, help=help)


def _dropout(default: float) -> Float:
    return Float(
        name="dropout",
        label="Dropout",
        default=default,
        low=0.0,
        high=0.9,
        help="The share of units that is left out at random in each step, against learning by heart.",
    )


def batch_size(chosen: float | None, rows: int) -> int:
    """Give how many rows a step sees; unless it was chosen, about 200 steps an epoch, and 256 to 4,096 rows."""
    if chosen is not None:
        return min(int(chosen), rows)
    wanted = 256
    while wanted < 4_096 and rows > 400 * wanted:
        wanted *= 2
    return min(wanted, rows)


def _training(*, epochs: int = 100, learning_rate: float, weight_decay: float) -> tuple[Parameter, ...]:
    return (
        Int(
            name="epochs",
            label="Epochs",
            default=epochs,
            low=1,
            high=2_000,
            log=True,
            help="How often all rows are seen at most; early stopping usually ends it sooner.",
        ),
        Int(
            name="batch_size",
            label="Batch size",
            default=None,
            low=1,
            high=8_192,
            log=True,
            unit="rows",
            optional="By the rows",
            help="How many rows are seen before the weights move; by the rows is 256, and more for large tables.",
        ),
        Float(
            name="learning_rate",
            label="Learning rate",
            default=learning_rate,
            low=1e-6,
            high=1.0,
            log=True,
            help="How far the weights move in each step (AdamW).",
        ),
        Float(
            name="weight_decay",
            label="Weight decay",
            default=weight_decay,
            low=0.0,
            high=1.0,
            advanced=True,
            help="Pulls the weights towards zero in each step.",
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
        Bool(
            name="embed_numbers",
            label="Embed numbers",
            default=True,
            help="Whether each number is first turned into a learned vector: often better, and slower.",
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
    )


NETWORK: Final = Card(
    id="network",
    name="Neural network",
    family="neural",
    summary="Layers of weighted sums over embedded numbers, learned in small batches with PyTorch.",
    good_at="Many rows and smooth effects of numbers; in an ensemble with trees.",
    tasks=ANY,
    parameters=(
        *_training(learning_rate=2e-3, weight_decay=1e-4),
        _width(192),
        _layers(2, "Hidden layers", "How many hidden layers there are."),
        _dropout(0.1),
        Choice(
            name="embedding",
            label="Kind of embedding",
            default="periodic",
            options=("periodic", "piecewise"),
            labels=("Waves", "Bins"),
            advanced=True,
            help="How a number becomes a vector: by waves of learned length, or by lines that bend at its quantiles.",
        ),
    ),
    implementation="neural:Network",
    libraries=("torch",),
    iterative=True,
    aliases=("neural_network", "mlp", "nn", "torch"),
    source="Gorishniy et al. (2022), On Embeddings for Numerical Features in Tabular Deep Learning",
)
TABM: Final = Card(
    id="tabm",
    name="Network ensemble (TabM)",
    family="neural",
    summary="Many small networks that share most of their weights, trained at once; their mean is the answer.",
    good_at="Often the most exact of the networks, on tables of any kind; minutes where a single one takes seconds.",
    tasks=ANY,
    parameters=(
        Int(
            name="members",
            label="Members",
            default=32,
            low=1,
            high=128,
            log=True,
            unit="networks",
            help="How many networks there are.",
        ),
        Choice(
            name="sharing",
            label="Shared weights",
            default="most",
            options=("most", "layers"),
            labels=("All but the first scales", "Layers, scaled by each"),
            advanced=True,
            help="What members share: all weights behind scales of the input (TabM-mini), or layers whose inputs and "
            "outputs each scales for itself (TabM).",
        ),
        *_training(learning_rate=2e-3, weight_decay=3e-4),
        _width(128),
        _layers(3, "Hidden layers", "How many hidden layers there are."),
        _dropout(0.1),
    ),
    implementation="neural:TabM",
    libraries=("torch",),
    iterative=True,
    default=False,
    aliases=("tabm_mini", "network_ensemble"),
    source="Gorishniy, Kotelnikov and Babenko (2025), TabM: Advancing Tabular Deep Learning with Parameter-Efficient "
    "Ensembling",
)
RESNET: Final = Card(
    id="resnet",
    name="Residual network",
    family="neural",
    summary="Blocks of two layers, each of which adds to what the one before made, learned with PyTorch.",
    good_at="Many rows and many numbers; deeper than the plain network, and still quick.",
    tasks=ANY,
    parameters=(
        *_training(learning_rate=1e-3, weight_decay=1e-4),
        _width(128, help="How wide the way through the blocks is; within a block it is twice that."),
        _layers(3, "Blocks", "How many blocks there are."),
        _dropout(0.2),
    ),
    implementation="neural:ResNet",
    libraries=("torch",),
    iterative=True,
    default=False,
    aliases=("residual_network",),
    source="Gorishniy et al. (2021), Revisiting Deep Learning Models for Tabular Data",
)
FT_TRANSFORMER: Final = Card(
    id="ft_transformer",
    name="Transformer over features",
    family="neural",
    summary="Each column becomes a token; tokens look at each other in layers of attention, learned with PyTorch.",
    good_at="Effects of columns together, and categories with many levels; slow, above all on wide tables.",
    tasks=ANY,
    parameters=(
        *_training(learning_rate=5e-4, weight_decay=1e-5),
        _width(64, help="How many values a token has."),
        _layers(2, "Blocks", "How many layers of attention there are."),
        Int(
            name="heads",
            label="Heads",
            default=8,
            low=1,
            high=64,
            log=True,
            advanced=True,
            help="In how many ways a token looks at the others; what does not divide the width is made smaller.",
        ),
        _dropout(0.1),
        Float(
            name="attention_dropout",
            label="Dropout of attention",
            default=0.2,
            low=0.0,
            high=0.9,
            advanced=True,
            help="The share of looks that is left out at random in each step.",
        ),
    ),
    implementation="neural:FTTransformer",
    libraries=("torch",),
    iterative=True,
    default=False,
    aliases=("transformer", "fttransformer", "ftt"),
    source="Gorishniy et al. (2021), Revisiting Deep Learning Models for Tabular Data",
)
