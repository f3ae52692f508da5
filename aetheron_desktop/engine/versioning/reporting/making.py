"""Puts the report of a version together: what it is, how good, where it fails, what it is for, and its limits."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from aetheron_desktop import __version__
from aetheron_desktop.engine.datasets.comparing import drift
from aetheron_desktop.engine.errors import ModelError, storage_errors
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.evaluation.ranking import helpful, meaning, worth
from aetheron_desktop.engine.evaluation.segments import words
from aetheron_desktop.engine.evaluation.segments.failure import (
    ErrorTree,
    FailuresQuestion,
    LabelErrors,
    MissingErrors,
    TestDrift,
    WeakSegments,
)
from aetheron_desktop.engine.evaluation.table import measured, ordered
from aetheron_desktop.engine.registry.description import CARD
from aetheron_desktop.engine.versioning.failing import failures_of, predicted_of, rows_of
from aetheron_desktop.engine.versioning.reporting.curves import charts
from aetheron_desktop.engine.versioning.reporting.drawing import Whisker, whiskers
from aetheron_desktop.engine.versioning.reporting.page import Figure, Section, Table, page
from aetheron_desktop.engine.versioning.reporting.question import ReportMade

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aetheron_desktop.engine.evaluation.segments.failure import Failure
    from aetheron_desktop.engine.evaluation.table import Measured
    from aetheron_desktop.engine.registry.description import Description
    from aetheron_desktop.engine.versioning.failing import Predicted, Tested
    from aetheron_desktop.engine.versioning.reporting.question import ReportQuestion
    from aetheron_desktop.engine.workspace import Workspace

FAILS: Final = "Where it fails"
_LISTED: Final = 12
_COLUMNS: Final = 60


class Told(NamedTuple):
    """All that a report tells of the test rows: its metrics, and where the model fails, or ``unknown``: why not."""

    metrics: tuple[Measured, ...]
    failures: tuple[Failure, ...]
    unknown: str = ""


def write_report(
    workspace: Workspace,
    question: ReportQuestion,
    progress: Callable[[str, float, float | None, str], None],
    should_stop: Callable[[], bool],
) -> ReportMade:
    """Write the report of a version as one file: a page of HTML, or where the file is named so, a card of Markdown.

    Raises:
        AetheronError: it cannot be made; the words say why.
        Stopped: it was asked to stop; nothing was written.
    """
    info, version, out = workspace.model(question.model), question.version, Path(question.out)
    rows = predicted_of(workspace, info.id, version)
    progress("Measure", 0.0, None, "")
    told = Told(tuple(ordered(list(measured(rows.predictions)))), ())
    try:
        tested = rows_of(workspace, rows)
    except ModelError as gone:  # what follows from the predictions alone is told all the same
        told = told._replace(unknown=f"Not known: {gone.detail} {gone.hint}".strip())
    else:
        told = told._replace(failures=found_failures(tested, info.id, version, progress, should_stop))
    if out.suffix.lower() == ".md":
        card = workspace.shelf.files(info.id, rows.commit) / CARD
        text = card_with_failures(card.read_text(encoding="utf-8"), told).encode()
    else:
        text = report(rows, told, name=info.name).encode()
    with storage_errors(out):
        part = out.with_name(f".{out.name}.new")
        part.write_bytes(text)
        part.replace(out)
    return ReportMade(model=info.id, commit=rows.commit, path=str(out), bytes=len(text))


def found_failures(
    rows: Tested,
    model: str,
    version: str,
    progress: Callable[[str, float, float | None, str], None],
    should_stop: Callable[[], bool],
) -> tuple[Failure, ...]:
    """Give where a version fails; it is read when it was looked for before."""
    found: list[Failure] = []
    failures_of(rows, FailuresQuestion(model=model, version=version), found.append, progress, should_stop)
    return tuple(found)


def report(rows: Predicted, told: Told, *, name: str) -> str:
    """Give the page."""
    description = rows.description
    info = description.info
    under = (
        f"Predicts {info.target} ({info.task}) from {len(info.features):,} columns of {info.dataset_name}.",
        f"{catalog.name_of(info.estimator)}, version {rows.commit[:10]}, made "
        f"{time.strftime('%Y-%m-%d', time.localtime(info.created))}.",
    )
    sections = [
        Section("In short", short(told)),
        _metrics(rows, told.metrics),
        *charts(rows.predictions),
        *(_failure(one) for one in told.failures),
        Section(FAILS, (told.unknown,) if told.unknown else ()),
        _importance(description),
        _intended(description),
        _made(rows),
    ]
    foot = (
        f"Made by Aetheron Desktop {__version__}. This page holds sums and means over rows, names of columns and "
        "values that conditions name; no row of the data."
    )
    return page(f"{name}: report", under, [one for one in sections if one.words or one.shown], foot)


def card_with_failures(card: str, told: Told) -> str:
    """Give the text of a model's card with what is known of where it fails, in place of what stood there before."""
    before = card.split(f"\n## {FAILS}\n", maxsplit=1)[0].rstrip()
    lines = [before, "", f"## {FAILS}", "", *([told.unknown, ""] if told.unknown else [])]
    for one in told.failures:
        match one:
            case WeakSegments():
                lines += [words.of_segments(one), ""]
                lines += [f"- `{each.condition}`: {words.of_segment(one.measure, each)}" for each in one.segments]
                lines += [""] if one.segments else []
            case LabelErrors():
                lines += [f"Labels: {words.of_labels(one)}", ""]
            case MissingErrors():
                lines += [f"Missing cells: {words.of_missing(one)}", ""]
            case TestDrift():
                lines += [f"Drift: {words.of_drift(one)}", ""]
            case ErrorTree():
                continue
    return "\n".join(lines).rstrip() + "\n"


def short(told: Told) -> tuple[str, ...]:
    """Give the sentences that matter most."""
    said = []
    if told.metrics:
        first = told.metrics[0]
        value = "is not defined on the test rows" if first.value is None else f"is {_value(first)}"
        beside = "" if first.baseline is None else f"; a model that always says the same has {first.baseline:.4g}"
        said.append(f"{first.label} {value}{beside}, on {first.rows:,} test rows.")
    for one in told.failures:
        if isinstance(one, WeakSegments) and one.segments:
            worst = one.segments[0]
            said.append(f"It is weakest where {worst.condition}: {words.of_segment(one.measure, worst)}")
        if isinstance(one, LabelErrors) and one.count:
            said.append(words.of_labels(one))
    return tuple(said)


def _value(one: Measured) -> str:
    ends = "" if one.low is None or one.high is None else f" ({one.low:.4g} to {one.high:.4g})"
    return "–" if one.value is None else f"{one.value:.4g}{ends}"


def _metrics(rows: Predicted, found: Sequence[Measured]) -> Section:
    table = Table(
        ("metric", "this model (95 %)", "baseline"),
        [(one.label, _value(one), "–" if one.baseline is None else f"{one.baseline:.4g}") for one in found],
        2,
    )
    at = rows.predictions.threshold
    threshold = (
        () if at is None else (f"{rows.predictions.classes[1]} is predicted from a probability of {at:.4g} on.",)
    )
    why = tuple(dict.fromkeys(f"{one.label}: {one.because}" for one in found if one.value is None and one.because))
    return Section("Measured on the test rows", (*threshold, *rows.predictions.notes(), *why), (table,))


# -- where it fails ---------------------------------------------------------------------------------------------------


def _failure(found: Failure) -> Section:
    match found:
        case WeakSegments():
            return _segments(found)
        case ErrorTree():
            return _tree(found)
        case LabelErrors():
            table = Table(
                ("given as", "looks like", "rows"), [(a, b, f"{n:,}") for a, b, n in found.pairs[:_LISTED]], 1
            )
            return Section("Suspected labels", (words.of_labels(found),), (table,) if found.pairs else (), 3)
        case MissingErrors():
            return _missing(found)
        case TestDrift():
            return _drift(found)


def _segments(found: WeakSegments) -> Section:
    rows = [Whisker(one.condition, one.difference, one.low, one.high) for one in found.segments]
    told = [f"{words.difference(found.measure, one.difference)}, {one.rows:,} rows" for one in found.segments]
    table = Table(
        ("rows with", "rows", "there", "elsewhere", "chance"),
        [
            (
                one.condition,
                f"{one.rows:,}",
                words.amount(found.measure, one.loss),
                words.amount(found.measure, one.rest),
                f"{one.p_value:.2g}",
            )
            for one in found.segments
        ],
        4,
    )
    chart = whiskers(rows, zero=0.0, name="How much worse than elsewhere", told=told)
    shown: tuple[Table | Figure, ...] = (Figure(chart), table) if rows else ()
    return Section("Where it fails", (words.of_segments(found),), shown)


def _tree(found: ErrorTree) -> Section:
    rows = []
    for node in found.nodes if len(found.nodes) > 1 else ():
        depth, parent = 0, node.parent
        while parent is not None:
            depth, parent = depth + 1, found.nodes[parent].parent
        ends = f"{words.amount(found.measure, node.low)} to {words.amount(found.measure, node.high)}"
        told = f"{words.amount(found.measure, node.loss)} ({ends})"
        name = "\N{NO-BREAK SPACE}" * 4 * depth + (node.condition or "all test rows")
        rows.append((name, f"{node.rows:,}", told, f"{100 * node.share:.0f} %"))
    table = Table(("rows with", "rows", "loss (95 %)", "share of all"), rows, 3)
    return Section("Error tree", (words.of_tree(found),), (table,) if rows else (), 3)


def _missing(found: MissingErrors) -> Section:
    rows = [
        (
            one.column,
            f"{one.rows:,}",
            words.amount(found.measure, one.loss),
            words.amount(found.measure, one.rest),
            f"{words.difference(found.measure, one.low)} to {words.difference(found.measure, one.high)}",
        )
        for one in found.columns[:_LISTED]
    ]
    table = Table(("column", "missing", "there", "elsewhere", "difference (95 %)"), rows, 4)
    return Section("Missing cells", (words.of_missing(found),), (table,) if rows else (), 3)


def _drift(found: TestDrift) -> Section:
    rows = [
        (drift.words(one), f"{one.psi:.3f}", f"{chance:.3f}")
        for one, chance in zip(found.columns, found.by_chance, strict=True)
        if one.psi > chance
    ]
    table = Table(("column", "stability index", "by chance up to"), rows[:_LISTED], 2)
    return Section("Test rows and the others", (words.of_drift(found),), (table,) if rows else (), 3)


# -- the card ---------------------------------------------------------------------------------------------------------


def _importance(description: Description) -> Section:
    found = helpful(description.importance) if description.importance else []
    table = Table(("column", "importance"), [(name, worth(value)) for name, value in found], 1)
    return Section(
        "Most important columns", (meaning(description.info.task),) if found else (), (table,) if found else ()
    )


def _intended(description: Description) -> Section:
    """Say what follows from how it was made and measured; what people decide stands in the model's card."""
    info = description.info
    said = [
        f"To predict {info.target} for rows that come about as those of {info.dataset_name} did, with the same "
        "columns in the same units.",
        "Not to be trusted for rows of another origin or another time without being measured there, nor as the reason "
        "why something happens: it was learned from what goes together.",
    ]
    ranges = [
        (name, f"{one.low} to {one.high}" if one.low is not None else ", ".join(one.values[:6]))
        for name, one in list(description.ranges.items())[:_COLUMNS]
        if one.low is not None
    ]
    table = Table(("column", "learned from"), ranges)
    return Section("What it is for, and its limits", tuple(said), (table,) if ranges else ())


def _made(rows: Predicted) -> Section:
    description = rows.description
    plan, info = description.experiment, description.info
    facts = [
        ("dataset", f"{info.dataset_name} ({info.dataset[:12]})"),
        ("run", info.run),
        ("rows", ", ".join(f"{count:,} {part}" for part, count in description.rows.items())),
        *((("seed", str(plan.seed)),) if plan is not None else ()),
        ("seconds", f"{description.seconds:.1f}"),
        *((f"parameter {name}", str(value)) for name, value in info.params.items()),
        *((library, version) for library, version in description.environment.items()),
    ]
    return Section("How it was made", (), (Table(("what", "value"), facts),))
