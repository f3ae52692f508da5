"""Rows of models that are known: how good they are on all rows can be computed as closely as one likes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from hypothesis import strategies as st
from scipy.special import expit, softmax

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.datasets.schema import Task

    Made = tuple[Any, Any]


def _expected(rng: np.random.Generator, rows: int, shift: float) -> Made:
    signal = rng.normal(size=rows) * 1.5 + shift
    truth = (rng.random(rows) < expit(signal)).astype(np.int64)
    found = expit(0.8 * signal + 0.4 * rng.normal(size=rows))
    return truth, np.column_stack([1.0 - found, found])


def binary(rng: np.random.Generator, rows: int) -> Made:
    """Two classes, four of ten rows positive."""
    return _expected(rng, rows, -0.5)


def rare(rng: np.random.Generator, rows: int) -> Made:
    """Two classes, one of ten rows positive."""
    return _expected(rng, rows, -3.0)


def multiclass(rng: np.random.Generator, rows: int) -> Made:
    """Four classes, the rarest of one in ten."""
    truth = rng.choice(4, rows, p=[0.4, 0.3, 0.2, 0.1])
    leaning = rng.normal(size=(rows, 4))
    leaning[np.arange(rows), truth] += 1.5
    return truth, softmax(leaning, axis=1)


def regression(rng: np.random.Generator, rows: int) -> Made:
    """A target with errors that are normal."""
    truth = rng.normal(size=rows)
    return truth, truth * 0.8 + rng.normal(size=rows) * 0.5


def skewed(rng: np.random.Generator, rows: int) -> Made:
    """A target as prices are: errors grow with it."""
    truth = np.exp(rng.normal(size=rows) * 0.5)
    return truth, truth * np.exp(rng.normal(size=rows) * 0.2)


KINDS: Final[dict[str, tuple[Task, Callable[[np.random.Generator, int], Made]]]] = {
    "binary": ("binary", binary),
    "rare": ("binary", rare),
    "multiclass": ("multiclass", multiclass),
    "regression": ("regression", regression),
    "skewed": ("regression", skewed),
}


TASKS: Final[tuple[Task, ...]] = ("binary", "multiclass", "regression")


@st.composite
def predicted_rows(draw: st.DrawFn, models: int = 1) -> tuple[Any, ...]:
    """Draw task, truth and predictions of models: with ties, one class, constant truths and predictions, few rows."""
    task = draw(st.sampled_from(TASKS))
    rows = draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    digits, spread = draw(st.sampled_from([0, 1, 12])), draw(st.sampled_from([0.0, 1.0, 8.0]))
    if task == "regression":
        truth = np.round(rng.normal(size=rows) * spread + 3.0, digits)
        errors = [rng.normal(size=rows) * draw(st.sampled_from([0.0, 1.0])) for _ in range(models)]
        return task, truth, *(np.round(truth + error, digits) for error in errors)
    classes = 2 if task == "binary" else draw(st.integers(3, 5))
    labels = rng.integers(0, draw(st.integers(1, classes)), rows)
    leanings = [rng.normal(size=(rows, classes)) * draw(st.sampled_from([0.0, spread])) for _ in range(models)]
    return task, labels, *(np.round(softmax(leaning, axis=1), digits) for leaning in leanings)


def pair(kind: str, rng: np.random.Generator, rows: int) -> tuple[Any, Any, Any]:
    """Give truth and the predictions of two models that are equally good on all rows, and differ on each."""
    _, make = KINDS[kind]
    truth, one = make(rng, rows)
    if kind in {"regression", "skewed"}:
        noise = rng.normal(size=(2, rows)) * 0.3 * np.abs(truth if kind == "skewed" else 1.0)
        return truth, one + noise[0], one + noise[1]
    leaning = np.log(one)
    noise = rng.normal(size=(2, *one.shape)) * 0.5
    return truth, softmax(leaning + noise[0], axis=1), softmax(leaning + noise[1], axis=1)
