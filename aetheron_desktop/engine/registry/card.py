"""A model in words."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from aetheron_desktop import __version__
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.evaluation.metrics import BASELINE, metric
from aetheron_desktop.engine.evaluation.ranking import helpful, meaning, partly, worth

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aetheron_desktop.engine.registry.model import ModelInfo
    from aetheron_desktop.engine.training.run import Run


def card_text(info: ModelInfo, run: Run) -> str:
    """Give the model card of ``info``, made from ``run``, as Markdown."""
    card = catalog.card(info.estimator)
    lines = [
        f"# {info.name}",
        "",
        f"Predicts **{info.target}** ({info.task}) from {len(info.features)} columns of *{info.dataset_name}*.",
        "",
        f"- Estimator: {card.name}. {card.summary}",
        f"- Made: {time.strftime('%Y-%m-%d %H:%M', time.localtime(info.created))} by Aetheron Desktop {__version__}, "
        f"in {run.seconds:.1f} s",
        f"- Rows: {', '.join(f'{count:,} {part}' for part, count in run.rows.items())}; seed {run.experiment.seed}",
        f"- Dataset: {info.dataset}; run: {info.run}",
    ]
    if info.status == "stopped":
        lines.append("- The run was stopped; this is the best it had.")
    if info.classes:
        lines.append(f"- Classes: {', '.join(info.classes[:20])}{' …' if len(info.classes) > 20 else ''}")
    lines += ["", "## Measured on the test rows", "", "| metric | this model (95 %) | baseline |", "|---|---|---|"]
    for name, score in info.metrics.items():
        if name.startswith(BASELINE):
            continue
        told = f"{_number(score)}{_ends(run.intervals.get(name))}"
        lines.append(f"| {metric(name).label} | {told} | {_number(info.baseline.get(name))} |")
    if run.model is not None and run.model.limits is not None:
        lines += ["", f"Limits of a prediction (`lower`, `upper`): {run.model.limits.words}."]
    if run.experiment.sample_weight:
        lines += ["", f"- {run.experiment.counted}"]
    if run.experiment.monotone:
        lines += ["", *(f"- The prediction {one.words}." for one in run.experiment.monotone)]
    lines += importance_lines(run.importance, info)
    lines += purpose_lines(info)
    if info.params:
        lines += ["", "## Parameters", "", "| parameter | value |", "|---|---|"]
        lines += [f"| {name} | {value} |" for name, value in info.params.items()]
    lines += ["", "## Columns", "", *(f"- {name}" for name in info.features), ""]
    lines += [
        "## Rows inside",
        "",
        f"`sample.parquet` holds {len(run.sample)} test rows and their predictions, to check "
        "that the model predicts the same elsewhere.",
        "",
    ]
    return "\n".join(lines)


def importance_lines(importance: Mapping[str, float], info: ModelInfo) -> list[str]:
    """Give the section that tells which columns help most; nothing when none was tried."""
    if not importance:
        return []
    lines = ["", "## Most important columns", "", meaning(info.task), ""]
    if found := helpful(importance):
        lines += ["| column | importance |", "|---|---|"]
        lines += [f"| {_cell(name)} | {worth(value)} |" for name, value in found]
    else:
        lines.append("None helps measurably.")
    words = partly(importance, len(info.features))
    return [*lines, "", words] if words else lines


def purpose_lines(info: ModelInfo) -> list[str]:
    """Give the section that says what the model is for and what not, as far as its making tells."""
    return [
        "",
        "## Intended use and limits",
        "",
        f"- For: telling *{info.target}* of rows that come about as those of *{info.dataset_name}* did, with the same "
        "columns in the same units.",
        "- Not for: rows of another origin or time without being measured there; telling why something happens: "
        "it was learned from what goes together.",
        "- A mean over all test rows hides where the model fails: `aetheron failures` and `aetheron report` tell that.",
    ]


def _cell(name: str) -> str:
    return " ".join(name.split()).replace("|", "\\|")


def _ends(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f" ({_number(interval[0])} to {_number(interval[1])})"


def _number(score: float | None) -> str:
    return "–" if score is None else f"{score:.4g}"
