"""The price of simplicity: a model that can be read, beside one that cannot, on the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.errors import ModelError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.evaluation.effects import effects
from aetheron_desktop.engine.evaluation.metrics import metric as metric_named
from aetheron_desktop.engine.evaluation.verdict import compare
from aetheron_desktop.engine.events import Progressed
from aetheron_desktop.engine.explaining.mixing import Halted
from aetheron_desktop.engine.explaining.results import GlassBox
from aetheron_desktop.engine.explaining.words import number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aetheron_desktop.engine.evaluation.effects import Effect, Effects
    from aetheron_desktop.engine.evaluation.verdict import Verdict
    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.engine.explaining.subject import Subject
    from aetheron_desktop.engine.params import Value

CARD: Final = "glass_box"
_LINES: Final = 8


def glass_box(
    subject: Subject,
    progress: Callable[[str, float, float | None], None],
    should_stop: Callable[[], bool],
    *,
    budget_s: float,
    params: Mapping[str, Value] | None = None,
) -> GlassBox:
    """Train the glass box by the plan of the model's run, and hold both against each other on the test rows.

    ``params`` are those that are not the card's.

    Raises:
        ModelError: the model was trained elsewhere.
        TrainingError: the table cannot be trained on any more.
        Halted: it was asked to stop.
    """
    from aetheron_desktop.engine.training.trainer import Training  # learning libraries

    plan = subject.plan
    if plan is None or subject.material is None:
        raise ModelError(
            "The model was trained elsewhere: what it learned from is not known.",
            hint="Train a glass box on your own rows, and compare both.",
        )
    card = catalog.card(CARD)
    mine = msgspec.structs.replace(
        plan,
        estimator=CARD,
        name=card.name,
        params={one.name: one.default for one in card.parameters} | dict(params or {}),
        budget_s=budget_s,
        steps=None,
        monotone=plan.monotone if card.monotone else (),
    )

    def hear(event: Event) -> None:
        if isinstance(event, Progressed):
            progress(f"{card.name}: {event.stage}", event.done, event.total)

    run = Training(mine, subject.dataset, hear, threads=1).run(should_stop)
    if run.model is None or run.outcome != "succeeded":
        raise Halted
    test = subject.test
    verdict = compare(
        subject.task,
        test.y,
        run.model.raw(test.table),
        subject.pipeline.raw(test.table),
        metric=subject.metric.name,
        thresholds=(run.model.threshold, subject.pipeline.threshold),
        names=("the glass box", "this model"),
    )
    return _told(subject, verdict, effects(run.model, run.ranges))


def _told(subject: Subject, verdict: Verdict, found: Effects) -> GlassBox:
    label = metric_named(verdict.metric).label
    return GlassBox(
        model=subject.model,
        version=subject.version,
        metric=verdict.metric,
        metric_label=label,
        reached=verdict.b,
        readable=verdict.a,
        better=verdict.difference,
        low=verdict.low,
        high=verdict.high,
        rows=verdict.rows,
        state=verdict.state,
        sentence=_sentence(verdict, label),
        lines=tuple(_line(one, found.outputs) for one in found.effects[:_LINES]),
    )


def _sentence(verdict: Verdict, label: str) -> str:
    if verdict.a is None or verdict.b is None or verdict.difference is None:
        return verdict.sentence
    match verdict.state:
        case "better":
            return (
                f"To be able to read the model costs {number(verdict.difference)} of {label} "
                f"({number(verdict.low or 0.0)} to {number(verdict.high or 0.0)}): {number(verdict.a)} against "
                f"{number(verdict.b)}."
            )
        case "worse":
            return f"The glass box is better, and can be read: {label} {number(verdict.a)} against {number(verdict.b)}."
        case "same":
            return (
                f"Reading the model costs nothing that matters: {label} {number(verdict.a)} against "
                f"{number(verdict.b)}. Prefer the glass box."
            )
        case _:
            return (
                f"These test rows do not show that the black box is better: {label} {number(verdict.b)} against "
                f"{number(verdict.a)} of the glass box."
            )


def _line(effect: Effect, outputs: tuple[str, ...]) -> str:
    """Say what an effect does to the last output, from its lowest to its highest."""
    last = [added[-1] for added in effect.added]
    low, high = min(range(len(last)), key=last.__getitem__), max(range(len(last)), key=last.__getitem__)
    words = [" and ".join(value or "missing" for value in effect.values[place]) for place in (low, high)]
    columns = " × ".join(effect.columns)
    return f"{columns}: from {last[low]:+.3g} ({words[0]}) to {last[high]:+.3g} ({words[1]}) for {outputs[-1]}"
