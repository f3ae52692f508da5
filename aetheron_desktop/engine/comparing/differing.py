"""What differs between runs: of plan, parameters, features, data and environment, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aetheron_desktop.engine.comparing.card import plan_of, told_environment
from aetheron_desktop.engine.estimators import catalog

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aetheron_desktop.engine.workspace import Workspace

SECTIONS: Final = ("Plan", "Parameters", "Features", "Data", "Environment")
NOTHING: Final = "–"
_APART: Final = {"run", "name", "group", "params", "features", "dataset", "estimator", "split"}
_MOST_FEATURES: Final = 200


class Differing(msgspec.Struct, frozen=True, kw_only=True):
    """One thing, with its words for each run in their order; ``-`` where a run has nothing."""

    section: str
    name: str
    values: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether all runs are alike in it."""
        return len(set(self.values)) == 1


class RunDifference(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="run_difference"):
    """How runs differ; ``lines`` have what is the same, too."""

    runs: tuple[str, ...]
    lines: tuple[Differing, ...]

    def changed(self) -> tuple[Differing, ...]:
        """Give what is not the same for all."""
        return tuple(line for line in self.lines if not line.is_same)


def differing(workspace: Workspace, runs: Sequence[str]) -> RunDifference:
    """Give how runs differ, from what their folders tell.

    Raises:
        UsageError: there is no such run.
    """
    records = [workspace.run(run) for run in runs]
    plans = [plan_of(workspace.run_folder(record.id)) for record in records]
    environments = [told_environment(workspace.job_log(record.id)) for record in records]
    labels = {name: label for record in records for name, label in _labels(record.estimator).items()}
    lines = (
        Differing(section="Plan", name="Estimator", values=tuple(catalog.name_of(one.estimator) for one in records)),
        *_lines("Plan", [_plan(plan) for plan in plans]),
        *_lines("Parameters", [{labels.get(k, k): v for k, v in (plan.get("params") or {}).items()} for plan in plans]),
        *_features(plans),
        *_lines("Data", [_data(workspace, record.dataset) for record in records]),
        *_lines("Environment", environments),
    )
    return RunDifference(runs=tuple(record.id for record in records), lines=lines)


def _labels(estimator: str) -> dict[str, str]:
    cards = [card for card in catalog.ALL if card.id == estimator]
    return {parameter.name: parameter.label for card in cards for parameter in card.parameters}


def _plan(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a plan says, in words; what was not chosen is left out."""
    made = {name.replace("_", " ").capitalize(): value for name, value in plan.items() if name not in _APART}
    split = plan.get("split") or {}
    if split.get("frozen"):
        return {**made, "Split": split["frozen"], "Fold": split.get("fold", 0)}
    shares = f"{float(split.get('test', 0)):.0%} test, {float(split.get('valid', 0)):.0%} validation" if split else ""
    return {**made, "Split": shares}


def _data(workspace: Workspace, dataset: str) -> dict[str, Any]:
    infos = [info for info in (*workspace.datasets(), *workspace.datasets(binned=True)) if info.id == dataset]
    if not infos:
        return {"Dataset": f"{dataset[:12]} (not here any more)"}
    info = infos[0]
    return {
        "Dataset": info.name, "Content": info.id[:12], "Rows": f"{info.rows:,}",
        "Columns": f"{len(info.schema.columns):,}", "Source": info.source,
    }  # fmt: skip


def _features(plans: Sequence[Mapping[str, Any]]) -> Iterator[Differing]:
    """Tell of how many columns were learned from, and which of them not by all."""
    sets = [list(plan.get("features") or ()) for plan in plans]
    yield Differing(section="Features", name="Columns learned from", values=tuple(f"{len(one):,}" for one in sets))
    names = dict.fromkeys(name for one in sets for name in one)
    apart = [name for name in names if not all(name in one for one in sets)]
    for name in apart[:_MOST_FEATURES]:
        yield Differing(section="Features", name=name, values=tuple("yes" if name in one else NOTHING for one in sets))


def _lines(section: str, each: Sequence[Mapping[str, Any]]) -> Iterator[Differing]:
    for name in dict.fromkeys(name for one in each for name in one):
        yield Differing(section=section, name=name, values=tuple(_word(one.get(name)) for one in each))


def _word(value: Any) -> str:
    if value in (None, "", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    return (
        value
        if isinstance(value, str)
        else str(value)
        if isinstance(value, int)
        else msgspec.json.encode(value).decode()
    )
