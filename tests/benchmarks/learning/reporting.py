"""The tables of a file of results, in Markdown."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Final

from tests.benchmarks.learning.scoring import HIGHER, is_better, normalised, ranks
from tests.benchmarks.learning.systems import BEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tests.benchmarks.learning.published import Published
    from tests.benchmarks.learning.running import Cell

BUSY: Final = 0.1
"""From this share of the cores on, other programs count as work that makes a figure doubtful."""
_NAMES: Final = {"roc_auc": "AUC", "log_loss": "log loss", "rmse": "RMSE"}


@dataclass(frozen=True)
class Block:
    """The cells of all systems on one table, the mean over the seeds that all of them have done.

    ``scores`` is None for a system that failed with one of the seeds.
    """

    dataset: str
    metric: str
    dummy: float
    scores: Mapping[str, float | None]
    seeds: int


def blocks(cells: Iterable[Cell], systems: Sequence[str]) -> list[Block]:
    """Give a block for each table that every one of ``systems`` has done with the same seed at least once."""
    by_place: dict[tuple[str, int], dict[str, Cell]] = defaultdict(dict)
    for cell in cells:
        if cell.system in systems:
            by_place[cell.dataset, cell.seed][cell.system] = cell
    whole: dict[str, list[dict[str, Cell]]] = defaultdict(list)
    for (dataset, _), found in by_place.items():
        if len(found) == len(systems):
            whole[dataset].append(found)
    return [
        Block(
            dataset=dataset,
            metric=next(iter(several[0].values())).metric,
            dummy=fmean(next(iter(found.values())).dummy for found in several),
            scores={name: _mean(found[name].score for found in several) for name in systems},
            seeds=len(several),
        )
        for dataset, several in whole.items()
    ]


def report(cells: Sequence[Cell], systems: Sequence[str], published: Mapping[str, Published]) -> str:
    """Give all tables; ``systems`` in their order, those without a single cell are left out."""
    systems = [name for name in systems if any(cell.system == name for cell in cells)]
    made = blocks(cells, systems)
    parts = [_heading(cells, made), _scores(made, systems)]
    if made:
        parts += [_together(made, systems, cells), _pairs(made, systems), _against(made, systems, published)]
    parts.append(_troubles(cells))
    return "\n\n".join(part for part in parts if part) + "\n"


def _heading(cells: Sequence[Cell], made: Sequence[Block]) -> str:
    if not cells:
        return "There are no results yet."
    days = sorted(cell.day for cell in cells)
    commits = ", ".join(sorted({cell.commit for cell in cells}))
    busy = [cell for cell in cells if cell.others > BUSY]
    quiet = (
        "The machine did nothing else."
        if not busy
        else f"**The machine was busy**: in {len(busy)} of {len(cells)} cells other programs used more than {BUSY:.0%} "
        f"of the cores, {fmean(cell.others for cell in busy):.0%} in the mean of these; scores and times are worse "
        "than on a quiet one."
    )
    return (
        f"{cells[0].budget_s:g} s a cell, {cells[0].threads} threads, {days[0]} to {days[-1]}, at {commits}. "
        f"{len(made)} of {len({cell.dataset for cell in cells})} tables are complete. {quiet}"
    )


def _scores(made: Sequence[Block], systems: Sequence[str]) -> str:
    rows = []
    for block in made:
        best = min((rank for rank in ranks(block.metric, block.scores).values()), default=1.0)
        found = ranks(block.metric, block.scores)
        cells = [
            "failed" if value is None else f"**{value:.4g}**" if found[name] == best else f"{value:.4g}"
            for name, value in ((name, block.scores[name]) for name in systems)
        ]
        arrow = "↑" if block.metric in HIGHER else "↓"
        rows.append([block.dataset, f"{_NAMES[block.metric]} {arrow}", f"{block.dummy:.4g}", *cells])
    return _table(["table", "metric", "dummy", *systems], rows) if rows else ""


def _together(made: Sequence[Block], systems: Sequence[str], cells: Sequence[Cell]) -> str:
    placed = [ranks(block.metric, block.scores) for block in made]
    worth = [normalised(block.scores, block.dummy, block.metric) for block in made]
    datasets = {block.dataset for block in made}
    rows = []
    for name in systems:
        own = [cell for cell in cells if cell.system == name and cell.dataset in datasets]
        done = [cell for cell in own if cell.status == "done"]
        rows.append(
            [
                name,
                f"{fmean(one[name] for one in placed):.2f}",
                f"{fmean(one[name] for one in worth):.3f}",
                f"{_mean_of(cell.fit_s for cell in own):.1f}",
                f"{max((cell.fit_s for cell in own), default=0.0):.1f}",
                f"{_mean_of(cell.predict_s for cell in done):.2f}",
                f"{max((cell.peak_mb for cell in own), default=0.0):,.0f}",
            ]
        )
    columns = ["system", "mean rank", "mean normalised", "fit s", "longest fit s", "predict s", "peak MB"]
    return _table(columns, rows)


def _pairs(made: Sequence[Block], systems: Sequence[str]) -> str:
    """Each of ours against AutoGluon's best, table by table."""
    lines = []
    for name in (name for name in systems if name.startswith("ours")):
        for best in (best for best in BEST if best in systems):
            pairs = [(block.metric, block.scores[name], block.scores[best]) for block in made]
            ahead = sum(_is_ahead(*pair) for pair in pairs)
            behind = sum(_is_ahead(metric, theirs, ours) for metric, ours, theirs in pairs)
            without = sum(theirs is None for _, _, theirs in pairs)
            counted = f"{ahead} of {len(pairs)} tables ({ahead / len(pairs):.0%}), behind on {behind}."
            failed = f" On {without} of them {best} failed." if without else ""
            lines.append(f"- {name} is ahead of {best} on {counted}{failed}")
    return "\n".join(lines)


def _against(made: Sequence[Block], systems: Sequence[str], published: Mapping[str, Published]) -> str:
    ours = [name for name in systems if name.startswith("ours")]
    rows = []
    for block in made:
        known = published.get(block.dataset)
        if known is None:
            continue
        cells = []
        for name in ours:
            value = block.scores[name]
            reached = value is not None and not is_better(block.metric, known.score, value)
            cells.append("failed" if value is None else f"**{value:.4g}**" if reached else f"{value:.4g}")
        rows.append([block.dataset, f"{known.score:.4g}", known.model, known.where, *cells])
    if not rows or not ours:
        return ""
    caveat = (
        "Best single tuned model that is published, on other splits of the same rows: a difference of 0.01 AUC is "
        "none, nor a greater one on tables below 1,000 rows. Bold: at or above it."
    )
    return f"{caveat}\n\n{_table(['table', 'published', 'model', 'where', *ours], rows)}"


def _troubles(cells: Sequence[Cell]) -> str:
    lines = []
    for cell in cells:
        which = f"- {cell.dataset}, {cell.system}, seed {cell.seed}"
        if cell.status != "done":
            lines.append(f"{which}: {cell.status} after {cell.fit_s:.0f} s. {cell.error}".rstrip())
        if failed := cell.notes.get("failed"):
            lines.append(f"{which}: without {', '.join(failed[:8])}")
        if aborted := cell.notes.get("aborted"):
            lines.append(f"{which}: {aborted} of its processes crashed")
    return "\n".join(lines)


def _is_ahead(metric: str, one: float | None, other: float | None) -> bool:
    return one is not None and (other is None or is_better(metric, one, other))


def _mean(values: Iterable[float | None]) -> float | None:
    found = list(values)
    known = [value for value in found if value is not None]
    return fmean(known) if len(known) == len(found) else None


def _mean_of(values: Iterable[float]) -> float:
    found = list(values)
    return fmean(found) if found else 0.0


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])
