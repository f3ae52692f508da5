"""The comparison for others: as CSV, as one HTML file that works offline, and as runs of an MLflow file store."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shutil
import uuid
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.comparing.columns import METRIC, main
from aetheron_desktop.engine.comparing.evidence import RunVerdict
from aetheron_desktop.engine.errors import UsageError, storage_errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set
    from pathlib import Path

    from aetheron_desktop.engine.comparing.columns import Column
    from aetheron_desktop.engine.comparing.evidence import RunRanking
    from aetheron_desktop.engine.comparing.row import RunRow

_NAMESPACE: Final = uuid.UUID("6f2f0c3a-9a1b-4a3b-8f5e-2d6d3b1c7a10")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_STATUS: Final = {"succeeded": 3, "failed": 4, "crashed": 4, "stopped": 5, "running": 1}
_STYLE: Final = (
    "body{font:14px system-ui,sans-serif;margin:2rem;color:#1a1c22}table{border-collapse:collapse}"
    "th,td{padding:.4rem .8rem;border-bottom:1px solid #ddd;text-align:left}td.n{text-align:right}"
    "small{color:#667}.best{font-weight:600}@media(prefers-color-scheme:dark){body{background:#16181d;color:#e8e9ee}"
    "th,td{border-color:#333}}"
)


def export(
    rows: Sequence[RunRow],
    columns: Sequence[Column],
    out: Path,
    *,
    best: Set[str] = frozenset(),
    verdict: RunVerdict | RunRanking | None = None,
) -> int:
    """Write runs to ``out``: a ``.csv``, an ``.html``, or a folder that MLflow opens as its file store.

    ``best`` are the ids of those that the page marks.

    Returns:
        How many runs were written.

    Raises:
        UsageError: it is none of these.
        StorageError: the disk refused.
    """
    match out.suffix.lower():
        case ".csv":
            _write(out, as_csv(rows, columns))
        case ".html" | ".htm":
            _write(out, as_html(rows, columns, best, verdict))
        case "":
            with storage_errors(out):
                _as_mlflow(rows, out)
        case other:
            raise UsageError(f"{other} is no form for a comparison.", hint="Name a .csv, an .html, or a folder mlruns.")
    return len(rows)  # fmt: skip


def as_csv(rows: Sequence[RunRow], columns: Sequence[Column]) -> str:
    """Give runs as CSV with their ids first; numbers without rounding, what is not known empty.

    Words that a spreadsheet would work out as a formula have an apostrophe before them, for runs may come from others.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    shown = [column for column in columns if column.key != "id"]
    writer.writerow(["id", *(column.key.removeprefix(METRIC) for column in shown)])
    for row in rows:
        writer.writerow([row.id, *(_plain(column, _cell(column, row)) for column in shown)])
    return text.getvalue()


def as_html(
    rows: Sequence[RunRow], columns: Sequence[Column], best: Set[str], verdict: RunVerdict | RunRanking | None
) -> str:
    """Give runs as one HTML page without any file beside it; the verdict stands above them."""
    heads = "".join(f"<th>{html.escape(column.title)}</th>" for column in columns)
    lines = []
    for row in rows:
        mark = ' class="best"' if row.id in best else ""
        cells = "".join(f"<td{_side(column)}>{_shown(column, row)}</td>" for column in columns)
        lines.append(f"<tr{mark}>{cells}</tr>")
    names = {row.id: row.name for row in rows}
    return (
        f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Comparison of runs</title><style>{_STYLE}</style>'
        f"<h1>Comparison of {len(rows):,} runs</h1>{_verdict(verdict, names)}"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
        "<p><small>Bold: the best of those that predict the same target on the same test rows.</small></p></html>\n"
    )


def _verdict(told: RunVerdict | RunRanking | None, names: Mapping[str, str]) -> str:
    """Give a verdict with all that it stands on; ``names`` has those of runs by their ids."""
    if told is None:
        return ""
    part = f"<p>On the test rows of the cohort “{html.escape(told.cohort)}” alone.</p>" if told.cohort else ""
    if isinstance(told, RunVerdict):
        sentence, points = told.verdict.sentence, [(one.title, one.words) for one in told.evidence]
        for weak in told.slices:
            words = f"{weak.words}: {weak.count:,} rows, p {weak.p_value:.2g} after correction"
            points.append(("The other way round where", words))
        if told.looked_at and not told.slices:
            points.append(("The other way round", f"in none of the {told.looked_at:,} slices that were looked at"))
        if told.disagreements:
            points.append(("They disagree", f"on {told.disagreements:,} of {told.verdict.rows:,} test rows"))
    else:
        sentence = told.sentence
        places = enumerate(zip(told.order, told.scores, strict=True), 1)
        points = [(f"{place}. {names.get(run, run)}", f"{score:.4g}") for place, (run, score) in places]
        points += [("Not told apart", ", ".join(names.get(run, run) for run in group)) for group in told.groups]
    lines = "".join(f"<li><b>{html.escape(title)}</b>: {html.escape(words)}</li>" for title, words in points)
    return f"<h2>{html.escape(sentence)}</h2>{part}{f'<ul>{lines}</ul>' if lines else ''}"


def _side(column: Column) -> str:
    return " class=n" if column.is_number else ""


def _shown(column: Column, row: RunRow) -> str:
    return html.escape(_cell(column, row)) + _interval(column, row)


def _interval(column: Column, row: RunRow) -> str:
    name = main(row) if column.key == "score" else column.key.removeprefix(METRIC)
    between = row.intervals.get(name)
    return f" <small>({between[0]:.4g} to {between[1]:.4g})</small>" if between and column.group == "Metrics" else ""


def _cell(column: Column, row: RunRow) -> str:
    value = column.value(row)
    if value is None:
        return ""
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _plain(column: Column, cell: str) -> str:
    return f"'{cell}" if not column.is_number and cell.startswith(_FORMULA) else cell


def _write(out: Path, text: str) -> None:
    with storage_errors(out):
        beside = out.with_name(f".{out.name}.part")
        beside.write_text(text, encoding="utf-8")
        beside.replace(out)


def _as_mlflow(rows: Sequence[RunRow], root: Path) -> None:
    """Write ``<experiment>/<run>`` folders as MLflow does, an experiment for each dataset; a run again in its place."""
    for row in rows:
        name = row.dataset or "runs"
        experiment = root / str(uuid.uuid5(_NAMESPACE, name).int % 10**18)
        folder = experiment / uuid.uuid5(_NAMESPACE, row.id).hex
        if folder.exists():
            shutil.rmtree(folder)
        for part in ("metrics", "params", "tags", "artifacts"):
            (folder / part).mkdir(parents=True)
        started = round((row.started or 0.0) * 1000)
        ended = "null" if row.seconds is None else str(round(started + row.seconds * 1000))
        _yaml(
            experiment / "meta.yaml",
            artifact_location=json.dumps(experiment.absolute().as_uri()), creation_time=str(started),
            experiment_id=f"'{experiment.name}'", last_update_time=str(started), lifecycle_stage="active",
            name=json.dumps(name),
        )  # fmt: skip
        _yaml(
            folder / "meta.yaml",
            artifact_uri=json.dumps((folder / "artifacts").absolute().as_uri()), end_time=ended, entry_point_name="''",
            experiment_id=f"'{experiment.name}'", lifecycle_stage="active", run_id=folder.name,
            run_name=json.dumps(row.name), run_uuid=folder.name,
            source_name="''", source_type="4", source_version="''", start_time=str(started),
            status=str(_STATUS.get(row.status, 3)), tags="[]", user_id="''",
        )  # fmt: skip
        for metric, value in row.metrics.items():
            if value is not None:
                (folder / "metrics" / _safe(metric)).write_text(f"{started} {value!r} 0\n")
        for param, chosen in row.card.params.items():
            (folder / "params" / _safe(param)).write_text(str(chosen), encoding="utf-8")
        tags = {"mlflow.runName": row.name, "estimator_name": row.estimator, "aetheron.test_rows": row.card.test_rows,
                "mlflow.note.content": row.card.marks.note, **dict.fromkeys(row.card.marks.tags, "yes")}  # fmt: skip
        for tag, text in tags.items():
            if text:
                (folder / "tags" / _safe(tag)).write_text(text, encoding="utf-8")


def _yaml(path: Path, **values: str) -> None:
    path.write_text("".join(f"{name}: {value}\n" for name, value in sorted(values.items())), encoding="utf-8")


def _safe(name: str) -> str:
    """Give a name that MLflow takes and that is one of a file."""
    word = re.sub(r"[^\w.\- ]", "_", name)
    return word if word.strip(". ") else "_"
