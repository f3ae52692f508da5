"""Runs of other programs, for comparison alone: what they measured, with what they were made, and where they are from.

From an MLflow file store (the folder ``mlruns``), its SQLite store, a tracking server, or a CSV file with a line
for each run. Nothing of MLflow is needed, and nothing in its files is run. A run that is read again replaces itself.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import math
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aetheron_desktop.engine.comparing.card import RunCard
from aetheron_desktop.engine.comparing.marks import Marks
from aetheron_desktop.engine.comparing.row import RunRow
from aetheron_desktop.engine.errors import StorageError, UsageError, storage_errors
from aetheron_desktop.engine.store.foreign_database import rows_of_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aetheron_desktop.engine.workspace import Workspace

KIND: Final = "foreign-run"
PREFIX: Final = "foreign-"
_FOLDER: Final = "foreign"
_STATUS: Final = {
    "1": "running", "2": "queued", "3": "succeeded", "4": "failed", "5": "stopped", "RUNNING": "running",
    "SCHEDULED": "queued", "FINISHED": "succeeded", "FAILED": "failed", "KILLED": "stopped",
}  # fmt: skip
_MOST: Final = 20_000
_TIMEOUT_S: Final = 30.0
_NAMES: Final = ("name", "run", "run_name", "run id", "id")


class ForeignRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run as its program has it; ``started`` and ``ended`` are seconds since the epoch, ``group`` its experiment."""

    id: str
    name: str
    source: str
    group: str = ""
    status: str = "succeeded"
    started: float | None = None
    ended: float | None = None
    metrics: dict[str, float | None] = {}
    params: dict[str, str] = {}
    tags: dict[str, str] = {}


def read_runs(source: str) -> list[ForeignRun]:
    """Read the runs of a folder ``mlruns``, of a SQLite or CSV file, or of a tracking server at an ``http`` address.

    Raises:
        UsageError: it is none of these, or has no run.
        StorageError: it cannot be read.
    """
    if re.match(r"https?://", source):
        found = list(_of_server(source.rstrip("/")))
    else:
        path = Path(source).expanduser()
        if path.is_dir():
            found = list(_of_folder(path))
        elif path.suffix.lower() in {".db", ".sqlite", ".sqlite3"}:
            found = _of_database(path)
        elif path.suffix.lower() in {".csv", ".tsv"}:
            found = _of_csv(path)
        else:
            raise UsageError(
                f"{source} is no place of runs.",
                hint="Name a folder mlruns, an mlflow.db, a CSV file of metrics, or http://host:port.",
            )
    if not found:
        raise UsageError(f"{source} has no run.", hint="Choose the folder that has the experiments in it.")
    return found


def take_in(workspace: Workspace, runs: Iterable[ForeignRun]) -> int:
    """Keep foreign runs in the workspace; gives how many.

    Raises:
        StorageError: the disk refused.
    """
    folder = workspace.root / _FOLDER
    made = []
    with storage_errors(folder):
        folder.mkdir(exist_ok=True)
        for run in runs:
            body = msgspec.json.encode(run)
            (folder / f"{run.id}.json").write_bytes(body)
            made.append((KIND, run.id, body))
    workspace.store.put_all(made)
    return len(made)


def forget(workspace: Workspace, runs: Iterable[str]) -> None:
    """Forget foreign runs; where they are from they stay.

    Raises:
        StorageError: the disk refused.
    """
    ids = [run for run in runs if run.startswith(PREFIX)]
    with storage_errors(workspace.root / _FOLDER):
        for run in ids:
            (workspace.root / _FOLDER / f"{run}.json").unlink(missing_ok=True)
    workspace.store.put_all([], without=[(KIND, run) for run in ids])


def foreign_rows(workspace: Workspace) -> list[RunRow]:
    """Give the foreign runs of a workspace as rows of the leaderboard."""
    decoder = msgspec.json.Decoder(ForeignRun)
    found = {}
    for id_, body in workspace.store.all(KIND):
        with contextlib.suppress(msgspec.MsgspecError):
            found[id_] = decoder.decode(body)
    folder = workspace.root / _FOLDER
    if not found and folder.is_dir():  # the index was lost, and is made anew
        for path in folder.glob(f"{PREFIX}*.json"):
            with contextlib.suppress(OSError, msgspec.MsgspecError):
                run = decoder.decode(path.read_bytes())
                found[run.id] = run
                workspace.store.put(KIND, run.id, msgspec.json.encode(run))
    return [_row(run) for run in found.values()]


def _row(run: ForeignRun) -> RunRow:
    seconds = run.ended - run.started if run.ended is not None and run.started is not None else None
    params: dict[str, Any] = {name: _number(value) for name, value in run.params.items()}
    estimator = run.tags.get("estimator_name") or run.params.get("model") or run.params.get("estimator") or ""
    return RunRow(
        id=run.id,
        name=run.name,
        estimator=estimator,
        estimator_id=estimator,
        dataset=run.group,
        dataset_id="",
        target="",
        task="",
        status=run.status,
        metrics=run.metrics,
        started=run.started,
        seconds=seconds,
        source=run.source,
        card=RunCard(form=1, params=params, marks=Marks(note=run.tags.get("mlflow.note.content", "")[:4_000])),
    )


def _number(text: str) -> float | int | str:
    for kind in (int, float):
        try:
            value = kind(text)
        except ValueError:
            continue
        return value if math.isfinite(value) else text
    return text


def _id(source: str, run: str) -> str:
    return PREFIX + hashlib.sha256(f"{source}\0{run}".encode()).hexdigest()[:16]


def _finite(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


# -- MLflow's file store ----------------------------------------------------------------------------------------------


def _of_folder(root: Path) -> Iterator[ForeignRun]:
    """Read ``<experiment>/<run>/{meta.yaml,metrics,params,tags}``; runs that were deleted there are passed over.

    So is what a link leads to outside of the folder: a store from elsewhere must not bring other files in.
    """
    with storage_errors(root):
        inside = root.resolve()
        experiments = [path for path in sorted(root.iterdir()) if _is_file(path / "meta.yaml", inside)]
        for experiment in experiments:
            group = _yaml(experiment / "meta.yaml").get("name", experiment.name)
            for folder in sorted(experiment.iterdir()):
                meta = _yaml(folder / "meta.yaml") if _is_file(folder / "meta.yaml", inside) else {}
                if not meta or meta.get("lifecycle_stage") == "deleted":
                    continue
                metrics, params, tags = (_texts(folder / kind, inside) for kind in ("metrics", "params", "tags"))
                yield ForeignRun(
                    id=_id(str(root), folder.name),
                    name=meta.get("run_name") or tags.get("mlflow.runName") or folder.name[:12],
                    source=f"MLflow, {root}",
                    group=group,
                    status=_STATUS.get(meta.get("status", ""), "succeeded"),
                    started=_seconds(meta.get("start_time")),
                    ended=_seconds(meta.get("end_time")),
                    metrics={name: _last_value(text) for name, text in metrics.items()},
                    params=params,
                    tags=tags,
                )


def _is_file(path: Path, inside: Path) -> bool:
    return path.is_file() and path.resolve().is_relative_to(inside)


def _yaml(path: Path) -> dict[str, str]:
    """Read the flat ``name: value`` lines of MLflow's ``meta.yaml``."""
    found = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        name, colon, value = line.partition(":")
        if colon and name and not name[0].isspace():
            word = value.strip()
            if len(word) > 1 and word[0] == word[-1] and word[0] in "'\"":
                word = word[1:-1].replace("''", "'") if word[0] == "'" else _unquoted(word)
            found[name.strip()] = "" if word in {"null", "~"} else word
    return found


def _unquoted(word: str) -> str:
    """Read a text in double quotes, in which signs may be written by their numbers."""
    try:
        return str(json.loads(word))
    except ValueError:
        return word[1:-1]


def _texts(folder: Path, inside: Path) -> dict[str, str]:
    """Read the files below a folder, by their paths in it: MLflow makes folders of names with a slash."""
    if not folder.is_dir():
        return {}
    paths = sorted(path for path in folder.rglob("*") if _is_file(path, inside))
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8", errors="replace").strip() for path in paths}


def _last_value(text: str) -> float | None:
    """Give the value of the last line of a metric's history, ``time value step`` each."""
    parts = text.splitlines()[-1].split() if text else []
    return _finite(parts[1]) if len(parts) > 1 else None


def _seconds(milliseconds: Any) -> float | None:
    value = _finite(milliseconds)
    return None if not value else value / 1_000.0


# -- MLflow's database ------------------------------------------------------------------------------------------------


def _of_database(path: Path) -> list[ForeignRun]:
    tables = rows_of_tables(
        path,
        {
            "experiments": ("experiment_id", "name"),
            "runs": ("run_uuid", "name", "status", "start_time", "end_time", "experiment_id", "lifecycle_stage"),
            "latest_metrics": ("run_uuid", "key", "value", "is_nan"),
            "params": ("run_uuid", "key", "value"),
            "tags": ("run_uuid", "key", "value"),
        },
    )
    groups = {str(id_): str(name) for id_, name in tables["experiments"]}
    parts: dict[str, dict[str, dict[str, Any]]] = {}
    for run, key, value, is_nan in tables["latest_metrics"]:
        parts.setdefault(run, {}).setdefault("metrics", {})[key] = None if is_nan else _finite(value)
    for kind in ("params", "tags"):
        for run, key, value in tables[kind]:
            parts.setdefault(run, {}).setdefault(kind, {})[key] = str(value)
    made = []
    for run, name, status, start, end, experiment, stage in tables["runs"]:
        if stage == "deleted":
            continue
        known = parts.get(run, {})
        made.append(
            ForeignRun(
                id=_id(str(path), run),
                name=name or known.get("tags", {}).get("mlflow.runName") or str(run)[:12],
                source=f"MLflow, {path}",
                group=groups.get(str(experiment), ""),
                status=_STATUS.get(str(status), "succeeded"),
                started=_seconds(start),
                ended=_seconds(end),
                **known,
            )
        )
    return made


# -- a tracking server ------------------------------------------------------------------------------------------------


def _of_server(url: str) -> Iterator[ForeignRun]:
    """Ask by ``experiments/search`` and ``runs/search`` of MLflow's REST interface, page by page."""
    experiments = {
        str(one["experiment_id"]): str(one.get("name", ""))
        for one in _pages(url, "experiments/search", {"max_results": 1_000}, "experiments")
    }
    if not experiments:
        return
    asked = {"experiment_ids": list(experiments), "max_results": 1_000}
    for number, run in enumerate(_pages(url, "runs/search", asked, "runs")):
        if number >= _MOST:
            return
        info, data = run.get("info", {}), run.get("data", {})
        tags = _pairs(data.get("tags", ()))
        id_ = str(info.get("run_id") or info.get("run_uuid") or number)
        yield ForeignRun(
            id=_id(url, id_),
            name=str(info.get("run_name") or tags.get("mlflow.runName") or id_[:12]),
            source=f"MLflow, {url}",
            group=experiments.get(str(info.get("experiment_id")), ""),
            status=_STATUS.get(str(info.get("status")), "succeeded"),
            started=_seconds(info.get("start_time")),
            ended=_seconds(info.get("end_time")),
            metrics={str(one["key"]): _finite(one.get("value")) for one in data.get("metrics", ())},
            params=_pairs(data.get("params", ())),
            tags=tags,
        )


def _pairs(found: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {str(one["key"]): str(one.get("value", "")) for one in found}


def _pages(url: str, verb: str, asked: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    token = ""
    while True:
        body = json.dumps({**asked, **({"page_token": token} if token else {})}).encode()
        request = urllib.request.Request(  # noqa: S310 - http and https alone come here
            f"{url}/api/2.0/mlflow/{verb}", body, {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as reply:  # noqa: S310 - see above
                told = json.loads(reply.read())
        except (urllib.error.URLError, OSError, ValueError) as error:
            raise StorageError(
                f"{url} does not answer as a tracking server of MLflow ({error}).",
                hint="Check the address, and that the server is running.",
            ) from error
        yield from told.get(name, ())
        token = told.get("next_page_token", "")
        if not token:
            return


# -- CSV --------------------------------------------------------------------------------------------------------------


def _of_csv(path: Path) -> list[ForeignRun]:
    """Read a line for each run: the column of its name, numbers as metrics, ``param.x`` and all else as parameters."""
    with storage_errors(path), path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        reader = csv.DictReader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
        lines = [line for _, line in zip(range(_MOST), reader, strict=False)]
        heads = list(reader.fieldnames or ())
    key = next((head for head in heads if head.strip().casefold() in _NAMES), None)
    made = []
    times: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        name = (line.get(key) or "").strip() if key else ""
        times[name] = times.get(name, 0) + 1
        # Lines of one name are several runs all the same.
        own = (f"{name}\0{times[name]}" if times[name] > 1 else name) if name else str(number)
        cells = {head.strip(): (line[head] or "").strip() for head in heads if head != key}
        numbers = {head: _finite(cell) for head, cell in cells.items() if not head.startswith("param.") and cell}
        metrics = {head.removeprefix("metric."): value for head, value in numbers.items() if value is not None}
        params = {
            head.removeprefix("param."): cell
            for head, cell in cells.items()
            if cell and head.removeprefix("metric.") not in metrics
        }
        made.append(
            ForeignRun(
                id=_id(str(path), own),
                name=name or f"{path.stem} {number}",
                source=f"CSV, {path}",
                group=path.stem,
                metrics=dict(metrics),
                params=params,
            )
        )
    return made
