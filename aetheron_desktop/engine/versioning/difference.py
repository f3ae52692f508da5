"""What differs between two versions: read from Git alone, whatever became of their runs and datasets."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.evaluation.metrics import BASELINE, better, main_metric, metric
from aetheron_desktop.engine.evaluation.ranking import helpful, helps, ordinal, ranked, worth
from aetheron_desktop.engine.evaluation.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aetheron_desktop.engine.datasets.schema import ColumnRange
    from aetheron_desktop.engine.params import Value
    from aetheron_desktop.engine.registry.description import Description
    from aetheron_desktop.engine.workspace import Workspace

Section: TypeAlias = Literal["metrics", "model", "importance", "parameters", "plan", "data", "columns", "environment"]
SECTIONS: Final[tuple[Section, ...]] = (
    "metrics", "model", "importance", "parameters", "plan", "data", "columns", "environment",
)  # fmt: skip
_MOST_LINES: Final = 400


class DifferenceLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is (or is not) the same: in words before and after; ``better`` says so of a metric."""

    section: Section
    name: str
    before: str
    after: str
    better: bool | None = None

    @property
    def is_same(self) -> bool:
        """Whether both are the same."""
        return self.before == self.after


class VersionDifference(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="version_difference"):
    """How the version ``after`` differs from ``before``; ``card`` is the difference of the cards, a line each."""

    model: str
    before: str
    after: str
    lines: tuple[DifferenceLine, ...]
    card: tuple[str, ...] = ()

    def changed(self) -> tuple[DifferenceLine, ...]:
        """Give what is not the same."""
        return tuple(line for line in self.lines if not line.is_same)


class VersionVerdict(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="version_verdict"):
    """Whether the version ``after`` is better than ``before``, on the same test rows."""

    model: str
    before: str
    after: str
    verdict: Verdict


def verdict(workspace: Workspace, model: str, before: str, after: str) -> VersionVerdict:
    """Say whether a version is better than another, from their stored test predictions.

    Raises:
        ModelError: one is damaged.
    """
    from aetheron_desktop.engine.evaluation.verdict import compare_files
    from aetheron_desktop.engine.registry.revising import description_of
    from aetheron_desktop.engine.versioning.stored import predictions_file

    with workspace.shelf.opened(model) as repository:
        a, b = (description_of(repository, commit) for commit in (before, after))
    files = [predictions_file(workspace, description) for description in (a, b)]
    numbers = workspace.shelf.versions(model)
    names = [f"v{numbers[commit].number}" if commit in numbers else commit[:10] for commit in (before, after)]
    found = compare_files(files[0], files[1], datasets=(a.info.dataset, b.info.dataset), names=(names[0], names[1]))
    return VersionVerdict(model=model, before=before, after=after, verdict=found)


def difference(workspace: Workspace, model: str, before: str, after: str) -> VersionDifference:
    """Give how two versions of a model differ.

    Raises:
        UsageError: there is no such version.
        ModelError: one is damaged.
    """
    from aetheron_desktop.engine.registry.description import CARD
    from aetheron_desktop.engine.registry.revising import description_of

    a, b = workspace.shelf.find(model, before), workspace.shelf.find(model, after)
    with workspace.shelf.opened(model) as repository:
        old, new = description_of(repository, a), description_of(repository, b)
        cards = [(repository.read(c, CARD) or b"").decode("utf-8", "replace").splitlines() for c in (a, b)]
    lines = (*_metrics(old, new), *_model(old, new), *_importance(old, new), *_parameters(old, new), *_plan(old, new),
             *_data(old, new), *_columns(old, new),
             *_pairs("environment", old.environment, new.environment))  # fmt: skip
    card = list(difflib.unified_diff(cards[0], cards[1], n=1, lineterm=""))[2:]
    if len(card) > _MOST_LINES:
        card[_MOST_LINES:] = [f"… and {len(card) - _MOST_LINES:,} lines more"]
    return VersionDifference(model=model, before=a, after=b, lines=lines, card=tuple(card))


def _metrics(old: Description, new: Description) -> Iterator[DifferenceLine]:
    names = [name for name in {**old.info.metrics, **new.info.metrics} if not name.startswith(BASELINE)]
    if old.info.task == new.info.task:
        main = main_metric(new.info.task).name
        names.sort(key=lambda name: name != main)
    for name in names:
        known, a, b = metric(name), old.info.metrics.get(name), new.info.metrics.get(name)
        yield DifferenceLine(
            section="metrics",
            name=known.label,
            before=_score(a, old.intervals.get(name)),
            after=_score(b, new.intervals.get(name)),
            better=None if a is None or b is None or a == b or known.direction == "level" else better(known, b, a),
        )


def _score(value: float | None, interval: tuple[float, float] | None) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" + (f" ({interval[0]:.4g} to {interval[1]:.4g})" if interval else "")


def _model(old: Description, new: Description) -> Iterator[DifferenceLine]:
    yield _line("model", "Estimator", *(catalog.name_of(d.info.estimator) for d in (old, new)))
    yield _line("model", "Threshold", *(_threshold(d) for d in (old, new)))
    yield _line("model", "Costs of errors", *(_costs(d) for d in (old, new)))
    yield _line("model", "Limits", *("–" if d.limits is None else d.limits.words for d in (old, new)))
    yield _line("model", "Size", *(f"{d.info.bytes:,} bytes" for d in (old, new)))
    yield _line("model", "Classes", ", ".join(old.classes[:20]), ", ".join(new.classes[:20]))
    for name in sorted({*old.hashes, *new.hashes}):
        yield _line("model", name, old.hashes.get(name, "–")[:12], new.hashes.get(name, "–")[:12])


def _threshold(description: Description) -> str:
    if description.info.task != "binary":
        return "–"
    return "0.5" if description.threshold is None else f"{description.threshold:g}"


def _costs(description: Description) -> str:
    return "–" if description.costs is None else "; ".join(description.costs.words(description.classes)[:10])


def _importance(old: Description, new: Description) -> Iterator[DifferenceLine]:
    """Tell of the columns that help either most: by how much, and which rank they have in each."""
    names = dict.fromkeys(name for d in (new, old) for name, _ in helpful(d.importance))
    before, after = (
        {name: worth(value) + (f" ({ordinal(rank)})" if helps(value) else "")
         for rank, (name, value) in enumerate(ranked(d.importance), 1)}
        for d in (old, new)
    )  # fmt: skip
    for name in names:
        yield _line("importance", name, before.get(name, "–"), after.get(name, "–"))


def _parameters(old: Description, new: Description) -> Iterator[DifferenceLine]:
    return _pairs("parameters", *(_named_parameters(d) for d in (old, new)))


def _named_parameters(description: Description) -> dict[str, Value]:
    """Give the parameters by what its own estimator calls them: the same name is rounds of one and trees of another."""
    cards = [card for card in catalog.ALL if card.id == description.info.estimator]
    labels = {parameter.name: parameter.label for card in cards for parameter in card.parameters}
    return {labels.get(name, name): value for name, value in description.info.params.items()}


def _plan(old: Description, new: Description) -> Iterator[DifferenceLine]:
    plans = []
    for description in (old, new):
        plan = description.experiment
        if plan is None:
            plans.append({"Trained": "elsewhere"})
            continue
        split = plan.split
        plans.append(
            {
                "Task": plan.task,
                "Target": plan.target,
                "Split": split.frozen or f"{split.valid:.0%} validation, {split.test:.0%} test",
                "Fold": str(split.fold) if split.frozen else "",
                "Seed": str(plan.seed),
                "Class weights": plan.class_weight,
                "Row weights": plan.sample_weight or "none",
                "Time budget": "none" if plan.budget_s is None else f"{plan.budget_s:g} s",
                "Positive class": plan.positive or "",
                "Level of limits": f"{plan.level:.4g}" if plan.task == "regression" else "",
                "Directions": ", ".join(f"{one.column}={one.sign}" for one in plan.monotone),
                "Chosen features": ", ".join(f"{one.column}={one.words}" for one in plan.treatments),
                "Outcome": description.info.status,
            }
        )
    return _pairs("plan", *plans)


def _data(old: Description, new: Description) -> Iterator[DifferenceLine]:
    yield _line("data", "Dataset", old.info.dataset_name, new.info.dataset_name)
    yield _line("data", "Content", old.info.dataset[:12], new.info.dataset[:12])
    for part in ("train", "valid", "test"):
        yield _line("data", f"Rows, {part}", *(f"{d.rows.get(part, 0):,}" for d in (old, new)))
    for name, field in (("Rows of the dataset", "rows"), ("Source file", "source"), ("How it was read", "recipe"),
                        ("Steps", "steps"), ("Test rows", "test_rows")):  # fmt: skip
        yield _line("data", name, *(_known(d, field) for d in (old, new)))


def _known(description: Description, field: str) -> str:
    value = getattr(description.provenance, field, None)
    return "–" if value in (None, "") else f"{value:,}" if isinstance(value, int) else str(value)[:24]


def _columns(old: Description, new: Description) -> Iterator[DifferenceLine]:
    """Tell of columns that came, went or changed, in type or in what they held (their drift)."""
    before, after = ({column.name: column for column in d.columns} for d in (old, new))
    yield _line("columns", "Columns", f"{len(before):,}", f"{len(after):,}")
    for name in {**before, **after}:
        if name not in before or name not in after:
            here = before.get(name) or after[name]
            yield _line("columns", name, here.type if name in before else "–", here.type if name in after else "–")
            continue
        a = f"{before[name].type}{_range(old.ranges.get(name))}"
        b = f"{after[name].type}{_range(new.ranges.get(name))}"
        if a != b:
            yield _line("columns", name, a, b)


def _range(found: ColumnRange | None) -> str:
    if found is None:
        return ""
    if found.low is not None:
        return f", {_word(found.low)} to {_word(found.high)}, middle {_word(found.middle)}"
    if found.values:
        more = f" and {found.others:,} more" if found.others else ""
        return f", {', '.join(found.values[:6])}{' …' if len(found.values) > 6 else ''}{more}"
    return ""


def _word(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _pairs(section: Section, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[DifferenceLine]:
    names: Iterable[str] = {**before, **after}
    for name in names:
        a, b = before.get(name), after.get(name)
        yield _line(section, name, "–" if a in (None, "") else str(a), "–" if b in (None, "") else str(b))


def _line(section: Section, name: str, before: str, after: str) -> DifferenceLine:
    return DifferenceLine(section=section, name=name, before=before, after=after)
