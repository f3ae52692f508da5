"""Estimators that train others."""

from __future__ import annotations

from typing import Final

from aetheron_desktop.engine.estimators.cards.card import ANY, Card
from aetheron_desktop.engine.params import Choice, Int

AUTO: Final = Card(
    id="auto",
    name="Auto",
    family="ensemble",
    summary="Trains the estimators that are known to work on tables, on folds, and weighs them into one ensemble.",
    good_at="The best model in the time that you have, without choosing anything.",
    tasks=ANY,
    parameters=(
        Int(
            name="models",
            label="Models",
            default=None,
            low=1,
            high=1_000,
            log=True,
            optional="as many as the time allows",
            help="How many estimators are trained; a number makes the run repeatable on any machine, a time does not.",
        ),
        Int(
            name="folds",
            label="Folds",
            default=None,
            low=1,
            high=20,
            optional="chosen by the number of rows",
            help="Each estimator is fitted so many times and judged by the rows left out; 1 takes the validation part.",
        ),
        Int(
            name="latency_ms",
            label="Time per row",
            default=None,
            low=1,
            high=60_000,
            log=True,
            optional="no limit",
            help="Milliseconds that a single row may take on this machine; fewer and faster members then.",
        ),
        Int(
            name="memory_gb",
            label="Memory",
            default=None,
            low=1,
            high=65_536,
            log=True,
            optional="what is free",
            help="Gigabytes that a fit may be expected to take; what needs more is left out, and it is said.",
        ),
        Choice(
            name="predicts",
            label="Of numbers",
            default="values",
            options=("values", "quantiles"),
            labels=("Values, with limits", "Quantiles of each row"),
            help="Quantiles are the median and limits that follow each row, chosen by the pinball loss: for rows that "
            "scatter unevenly. The level of the limits says which.",
        ),
    ),
    iterative=True,
    default=False,
    aliases=("automl", "ensemble"),
    source="Caruana et al. (2004), Ensemble Selection from Libraries of Models; Erickson et al. (2020), AutoGluon",
    ensemble=True,
    monotone=True,
)
