"""The parameters that all boosted trees have, under the names that each library gives them."""

from __future__ import annotations

from aetheron_desktop.engine.params import Float, Int


def rounds(name: str, *, default: int = 1_000, high: int = 10_000) -> Int:
    """Give how many trees are made at most."""
    return Int(
        name=name,
        label="Rounds",
        default=default,
        low=1,
        high=high,
        log=True,
        help="The most trees that follow one another (per class); early stopping usually ends it sooner.",
    )


def learning_rate(*, default: float = 0.06, smaller: str = "needs more rounds and is often better") -> Float:
    """Give the share of each tree that is taken; ``smaller`` says what less of it does."""
    return Float(
        name="learning_rate",
        label="Learning rate",
        default=default,
        low=1e-3,
        high=1.0,
        log=True,
        help=f"How much of each tree is taken; smaller {smaller}.",
    )


def leaves(name: str, *, default: int = 31, high: int = 1_024) -> Int:
    """Give how many leaves a tree has at most."""
    return Int(
        name=name,
        label="Leaves",
        default=default,
        low=2,
        high=high,
        log=True,
        help="How many answers one tree may give.",
    )


def rows_in_leaf(name: str) -> Int:
    """Give how many rows a leaf has at least."""
    return Int(
        name=name,
        label="Rows in a leaf",
        default=20,
        low=1,
        high=1_000,
        log=True,
        unit="rows",
        help="A tree's last answer must rest on at least so many rows; more is smoother.",
    )


def l2(name: str, *, default: float = 0.0) -> Float:
    """Give the strength of the regularization."""
    return Float(
        name=name,
        label="L2 regularization",
        default=default,
        low=0.0,
        high=100.0,
        advanced=True,
        help="Larger values make each tree more careful.",
    )


def patience(*, default: int) -> Int:
    """Give for how many rounds it goes on without a gain."""
    return Int(
        name="patience",
        label="Patience",
        default=default,
        low=1,
        high=1_000,
        log=True,
        unit="rounds",
        help="It stops when the validation loss has not improved for so many rounds, and keeps the best.",
    )
