"""How good a model is, in the terminal: each metric with its interval, beside the dummy's value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.cli.terminal import number
from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from argparse import Namespace

    from aetheron_desktop.cli.terminal import Terminal
    from aetheron_desktop.engine.evaluation.class_table import ClassMeasured, Figure
    from aetheron_desktop.engine.evaluation.predictions import TestPredictions
    from aetheron_desktop.engine.evaluation.table import Measured
    from aetheron_desktop.engine.registry.description import Description
    from aetheron_desktop.engine.workspace import Workspace

_MOST_CLASSES: Final = 30
_MOST_PAIRS: Final = 10


class Evaluated(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="evaluated"):
    """What was measured: ``rows`` rows of ``part``, with remarks."""

    model: str
    version: str
    task: str
    part: str
    rows: int
    threshold: float | None
    notes: tuple[str, ...]


def evaluate(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Measure a version on the test rows of its run, or on a table that has the target."""
    from aetheron_desktop.engine.evaluation.table import measured, ordered  # numpy
    from aetheron_desktop.engine.registry.revising import description_of

    info = workspace.model(options.model)
    commit = workspace.shelf.find(info.id, options.version or "current")
    with workspace.shelf.opened(info.id) as repository:
        description = description_of(repository, commit)
    _check_threshold(options.threshold, description)
    predictions, notes = _predictions(workspace, description, options.version, options.dataset or "")
    is_own = not options.dataset and options.threshold is None
    found = ordered(
        list(
            measured(
                predictions,
                options.threshold,
                costs=description.costs,
                stored=description.intervals if is_own else None,
            )
        )
    )
    head = Evaluated(
        model=info.id,
        version=commit,
        task=predictions.task,
        part=predictions.part,
        rows=len(predictions),
        threshold=options.threshold if options.threshold is not None else predictions.threshold,
        notes=notes,
    )
    if terminal.json:
        for record in (head, *found, *_classes(predictions, options.threshold)):
            terminal.record(record)
        return 0
    _say(terminal, head, found, predictions, info.name)
    _say_classes(terminal, predictions, options.threshold)
    return 0


def _check_threshold(threshold: float | None, description: Description) -> None:
    if threshold is None:
        return
    if description.info.task != "binary":
        raise UsageError("Only a model of two classes has a threshold.", hint="Leave --threshold out.")
    if not 0.0 <= threshold <= 1.0:
        raise UsageError(f"A threshold is a probability, between 0 and 1; got {threshold:g}.")


def _predictions(
    workspace: Workspace, description: Description, version: str, source: str
) -> tuple[TestPredictions, tuple[str, ...]]:
    if not source:
        from aetheron_desktop.engine.versioning.stored import stored_predictions

        found = stored_predictions(workspace, description)
        return found, found.notes()
    from aetheron_desktop.engine.registry.artifact import load_model  # the learning libraries
    from aetheron_desktop.engine.versioning.evaluating import predictions_of

    return predictions_of(workspace, load_model(workspace.shelf.files(description.info.id, version)), source)


def _classes(predictions: TestPredictions, threshold: float | None) -> list[ClassMeasured]:
    from aetheron_desktop.engine.evaluation.class_table import by_class

    if not predictions.classes:
        return []
    return list(by_class(predictions, threshold, with_areas=len(predictions.classes) <= _MOST_CLASSES))


def _say(terminal: Terminal, head: Evaluated, found: list[Measured], predictions: TestPredictions, name: str) -> None:
    from aetheron_desktop.engine.evaluation.dummy import is_of_training

    terminal.say(f"{name} on {head.rows:,} {head.part}")
    if predictions.task == "binary":
        at = (
            "is the more probable one"
            if head.threshold is None
            else f"has a probability of {head.threshold:.4g} or more"
        )
        terminal.say(f"{predictions.classes[1]!r} is predicted where it {at}.")
    for note in head.notes:
        terminal.say(f"! {note}")
    rows = [
        (one.label, number(one.value), number(one.low), number(one.high), number(one.baseline), one.method)
        for one in found
    ]
    columns = ("metric", "value", "from", "to", "dummy", "interval by")
    terminal.table(columns, rows, empty="Nothing can be measured")
    for one in found:
        if one.value is None:
            terminal.say(f"{one.label} is not defined. {one.because}")
        elif one.because:
            terminal.say(f"{one.label}: {one.because}")
    learned = (
        "the training rows"
        if is_of_training(predictions)
        else "these rows themselves, for what it learned is not known"
    )
    terminal.say(f"From and to hold 95 %. The dummy says the same of every row: what is usual in {learned}.")


def _say_classes(terminal: Terminal, predictions: TestPredictions, threshold: float | None) -> None:
    from aetheron_desktop.engine.evaluation.curves.confusion import confusion

    known = sorted(_classes(predictions, threshold), key=lambda one: -one.rows)
    if not known:
        return
    rows = [
        (one.name, f"{one.rows:,}", f"{one.predicted:,}", *(_told(each) for each in _figures(one)))
        for one in known[:_MOST_CLASSES]
    ]
    terminal.say("")
    columns = ("class", "rows", "predicted", "precision", "recall", "specificity", "F1", "ROC AUC")
    terminal.table(columns, rows, empty="", numbers=7)
    if len(known) > _MOST_CLASSES:
        terminal.say(f"and {len(known) - _MOST_CLASSES:,} classes with fewer rows; --json has them all.")
    pairs = confusion(predictions, threshold).most_confused(_MOST_PAIRS)
    if pairs:
        terminal.say("")
        told = [
            (predictions.classes[pair.actual], predictions.classes[pair.said], f"{pair.count:,}", f"{pair.share:.1%}")
            for pair in pairs
        ]
        terminal.table(("true", "taken for", "rows", "of the class"), told, empty="", numbers=2)


def _figures(one: ClassMeasured) -> tuple[Figure, ...]:
    return one.precision, one.recall, one.specificity, one.f1, one.roc_auc


def _told(figure: Figure) -> str:
    if figure.value is None:
        return "–"
    return f"{figure.value:.3f} ({figure.low:.3f}–{figure.high:.3f})"
