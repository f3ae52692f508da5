"""What learns in a run: it is given rows of a table, and at any moment has the best model so far."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final, Protocol

from aetheron_desktop.engine.estimators.base import Estimator, Progress, Recipe
from aetheron_desktop.engine.estimators.limits import LEVEL
from aetheron_desktop.engine.estimators.quantiles import said
from aetheron_desktop.engine.training.live_importance import LiveImportance
from aetheron_desktop.engine.training.preparation import prepare

if TYPE_CHECKING:
    from aetheron_desktop.engine.estimators.base import Judged
    from aetheron_desktop.engine.estimators.cards.card import Card
    from aetheron_desktop.engine.estimators.pipeline import FittedPipeline
    from aetheron_desktop.engine.estimators.treatments import Style
    from aetheron_desktop.engine.params import Value
    from aetheron_desktop.engine.training.auto_record import AutoRecord
    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.training.preparation import Material, Prepared, Subject


class RunProgress(Progress, Protocol):
    """How a learner speaks: as a fit does, and of the time."""

    @property
    def seconds(self) -> float:
        """How long the run has taken, with what it took before it was cut short."""

    def expect(self, seconds: float | None) -> None:
        """Tell how long what is left will take; None where the steps tell it."""


LIMIT_ROWS: Final = 5_000
"""So many rows tell the limits of a number: the share of rows between them is then known to half a percent."""


class Learner(Protocol):
    """Learns from a table; :attr:`model` may be read by another thread while :meth:`fit` is inside C code."""

    def fit(self, progress: RunProgress) -> None:
        """Learn, telling ``progress``, which may end it by raising."""

    @property
    def model(self) -> FittedPipeline | None:
        """The best so far; None before there is any."""

    def record(self, model: FittedPipeline) -> AutoRecord | None:
        """Say how ``model``, an ensemble that this gave, can be made once more; None where its steps alone tell it."""

    def judged(self) -> Judged | None:
        """Give rows that the best so far did not learn from, and what it says of them; their ``X`` may be empty.

        Of a number it may be (n, 3), with its quantiles.
        """


class SingleLearner:
    """One estimator, fitted on the training part and judged by the validation part."""

    def __init__(self, experiment: Experiment, material: Material, card: Card, threads: int) -> None:
        kind = implementation(card)
        self._subject = material.subject
        # Of the material only what was made of it stays: a long table is in the memory once.
        self._prepared = prepare(material, style_of(kind, material.subject), experiment.seed)
        self._estimator = kind(
            recipe(
                material.subject, self._prepared, experiment.params, experiment.seed, threads, level=experiment.level
            )
        )

    def live_importance(self, run: str, seed: int) -> LiveImportance:
        """Give what weighs the columns while it learns."""
        return LiveImportance(run, self._subject.task, self._prepared, lambda: self._estimator.fitted, seed=seed)

    def fit(self, progress: Progress) -> None:
        """Learn, telling ``progress``."""
        self._estimator.fit(self._prepared.train, self._prepared.valid, progress)

    @property
    def model(self) -> FittedPipeline | None:
        """The best so far."""
        fitted = self._estimator.fitted
        return None if fitted is None else self._subject.pipeline(self._prepared.transformer, fitted)

    def record(self, model: FittedPipeline) -> None:
        """One fit is told by its steps."""

    def judged(self) -> Judged | None:
        """Give the validation part, and what is said of it; of numbers as many rows as limits need."""
        fitted, valid = self._estimator.fitted, self._prepared.valid
        if self._subject.task == "regression":
            # Whoever has pressed Stop is waiting.
            valid = valid.head(LIMIT_ROWS, self._estimator.recipe.seed)
        return None if fitted is None else (valid, said(fitted, valid.X))


def implementation(card: Card) -> type[Estimator]:
    """Give the class that the card tells of; this imports its library."""
    module, _, name = card.implementation.partition(":")
    kind: type[Estimator] = getattr(importlib.import_module(f"aetheron_desktop.engine.estimators.{module}"), name)
    return kind


def style_of(kind: type[Estimator], subject: Subject) -> Style:
    """Give how features are prepared for an estimator."""
    return kind.directed_style if subject.monotone and kind.directed_style else kind.style


def recipe(
    subject: Subject, prepared: Prepared, params: dict[str, Value], seed: int, threads: int, *, level: float = LEVEL
) -> Recipe:
    """Give what an estimator for these rows is made from."""
    return Recipe(
        task=subject.task,
        classes=len(subject.classes),
        params=params,
        seed=seed,
        threads=threads,
        categorical=prepared.categorical,
        numbers=prepared.numbers,
        level=level,
        monotone=prepared.monotone,
    )
