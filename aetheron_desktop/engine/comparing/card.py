"""What is known of a run beside its scores: its plan, where it ran, on which rows it was tested, and what it takes.

A card is read from the run's folder once, when the run has ended, and kept in the index: a leaderboard of thousands of
runs is then one query.
"""

from __future__ import annotations

import contextlib
import hashlib
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aetheron_desktop.engine import events
from aetheron_desktop.engine.comparing import marks as marks_
from aetheron_desktop.engine.comparing.marks import Marks
from aetheron_desktop.engine.events import RunResumed, RunStarted
from aetheron_desktop.engine.params import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from aetheron_desktop.engine.registry.model import ModelInfo
    from aetheron_desktop.engine.workspace import RunRecord, Workspace

KIND: Final = "run-card"
_LATENCY: Final = "latency.json"
_FORM: Final = 1
"""Cards of another form are read anew from their folders."""
_APART: Final = ("run", "name", "group", "seed", "budget_s", "steps")
"""What may differ between repetitions of one plan, beside the fold."""
_ADDED: Final = {"sample_weight": ""}
_ADDED_PARAMS: Final = {"device_type": "cpu", "predicts": "values"}
"""What plans of earlier versions do not say, with what it was then: a run of today repeats one of theirs."""


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """How long a prediction took, in milliseconds: one row (middle and 95 of 100), and a thousand at once."""

    row_p50: float
    row_p95: float
    thousand_p50: float
    thousand_p95: float
    machine: str = ""


class RunCard(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``ended`` is that of the run when the card was written; ``form`` 0 is a card that has marks alone.

    ``test_rows`` is the hash of the rows that it was tested on, with their dataset's id; ``test_count`` how many these
    are. ``plan`` is the same for runs that differ in seed or fold alone; ``fold`` is the one of a stored split.
    ``bytes`` is the size of the run's folder, ``model_bytes`` that of its model.
    """

    form: int = 0
    ended: float | None = None
    params: dict[str, Value] = {}
    environment: dict[str, str] = {}
    split: str = ""
    fold: int | None = None
    seed: int = 0
    features: int = 0
    class_weight: str = ""
    sample_weight: str = ""
    budget_s: float | None = None
    plan: str = ""
    test_rows: str = ""
    test_count: int = 0
    bytes: int = 0
    model_bytes: int = 0
    latency: Latency | None = None
    marks: Marks = Marks()

    def is_of(self, ended: float | None) -> bool:
        """Whether it tells of the run as it is, which ended at ``ended``."""
        return self.form == _FORM and self.ended == ended


NO_CARD: Final = RunCard()
"""That of a run of which nothing more is known."""


def cards(workspace: Workspace) -> dict[str, RunCard]:
    """Give the cards that are kept, by run: one query, whatever lies on the disk."""
    decode, stored = msgspec.json.Decoder(RunCard).decode, list(workspace.store.all(KIND))
    with contextlib.suppress(msgspec.MsgspecError):
        return {id_: decode(body) for id_, body in stored}
    found = {}
    for id_, body in stored:
        with contextlib.suppress(msgspec.MsgspecError):  # written by another version: it is read anew
            found[id_] = decode(body)
    return found


def card_of(workspace: Workspace, run: str) -> RunCard:
    """Give the card that is kept of a run; an empty one where there is none."""
    body = workspace.store.get(KIND, run)
    with contextlib.suppress(msgspec.MsgspecError):
        return msgspec.json.decode(body or b"{}", type=RunCard)
    return NO_CARD


def without_card(runs: Iterable[RunRecord], known: Mapping[str, RunCard]) -> list[str]:
    """Give the runs that have ended and whose card is missing or of an earlier life."""
    return [run.id for run in runs if run.outcome is not None and not known.get(run.id, NO_CARD).is_of(run.ended)]


def fill(workspace: Workspace, runs: Iterable[str], should_stop: Callable[[], bool] = lambda: False) -> int:
    """Read the cards of these runs from their folders and keep them; gives how many.

    Raises:
        StorageError: the disk refused.
    """
    records = {run.id: run for run in workspace.runs()}
    models = {model.id: model for model in workspace.models()}
    made: list[tuple[str, str, bytes]] = []
    for run in runs:
        if should_stop():
            break
        if run in records:
            card = _read(workspace, records[run], models.get(records[run].model or ""))
            made.append((KIND, run, msgspec.json.encode(card)))
    if made:
        workspace.store.put_all(made)
    return len(made)


def mark(workspace: Workspace, run: str, marks: Marks) -> RunCard:
    """Keep what a person notes of a run, in its folder and in the index.

    Raises:
        StorageError: the disk refused.
    """
    marks_.write(workspace.run_folder(run), marks)
    return _put(workspace, run, msgspec.structs.replace(card_of(workspace, run), marks=marks))


def time_prediction(workspace: Workspace, run: str, latency: Latency) -> RunCard:
    """Keep how fast a run's model predicts, in its folder and in the index."""
    folder = workspace.run_folder(run)
    (folder / _LATENCY).write_bytes(msgspec.json.encode(latency))
    return _put(workspace, run, msgspec.structs.replace(card_of(workspace, run), latency=latency))


def _put(workspace: Workspace, run: str, card: RunCard) -> RunCard:
    workspace.store.put(KIND, run, msgspec.json.encode(card))
    return card


def _read(workspace: Workspace, run: RunRecord, model: ModelInfo | None) -> RunCard:
    folder = workspace.run_folder(run.id)
    plan = plan_of(folder)
    split = plan.get("split") or {}
    rows, count = _test_rows(folder, run.dataset)
    return RunCard(
        form=_FORM,
        ended=run.ended,
        params=dict(plan.get("params") or {}),
        environment=told_environment(workspace.job_log(run.id)),
        split=_split_words(split),
        fold=int(split.get("fold", 0)) if split.get("frozen") else None,
        seed=int(plan.get("seed") or 0),
        features=len(plan.get("features") or ()),
        class_weight=str(plan.get("class_weight") or ""),
        sample_weight=str(plan.get("sample_weight") or ""),
        budget_s=plan.get("budget_s"),
        plan=_same_plan(plan),
        test_rows=rows,
        test_count=count,
        bytes=_bytes(folder),
        model_bytes=model.bytes if model is not None else 0,
        latency=_latency(folder),
        marks=marks_.read(folder),
    )


def plan_of(folder: Path) -> dict[str, Any]:
    """Give the experiment of a run; nothing where that is gone."""
    try:
        job = msgspec.json.decode((folder / "job.json").read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.MsgspecError):
        job = {}
    plan = job.get("experiment")
    if isinstance(plan, dict):
        return plan
    told = _told(folder / "events.jsonl")
    return told.experiment if isinstance(told, RunStarted) else {}


def told_environment(log: Path) -> dict[str, str]:
    """Give where a run began, from its log; nothing where that is gone."""
    told = _told(log)
    return {} if told is None else told.environment


def _told(log: Path) -> RunStarted | RunResumed | None:
    """Give the first start record of a log, whatever the length of the rest."""
    with contextlib.suppress(OSError), log.open("rb") as file:
        for line in file:
            if b'"run_started"' in line[:40]:
                with contextlib.suppress(msgspec.MsgspecError):
                    event = events.loads(line)
                    if isinstance(event, RunStarted):
                        return event
    return None


def _same_plan(plan: Mapping[str, Any]) -> str:
    """Give a word that is the same for plans that differ in what :data:`_APART` names, and in the fold, alone."""
    if not plan:
        return ""
    kept = {name: value for name, value in plan.items() if name not in _APART and not _is_usual(_ADDED, name, value)}
    params = plan.get("params") or {}
    kept["params"] = {name: value for name, value in params.items() if not _is_usual(_ADDED_PARAMS, name, value)}
    kept["split"] = {name: value for name, value in (plan.get("split") or {}).items() if name != "fold"}
    return hashlib.sha256(msgspec.json.encode(kept, order="sorted")).hexdigest()[:12]


def _is_usual(added: Mapping[str, str], name: str, value: object) -> bool:
    return name in added and added[name] == value


def _split_words(split: Mapping[str, Any]) -> str:
    if not split:
        return ""
    if split.get("frozen"):
        return str(split["frozen"])
    return f"{float(split.get('test', 0.0)):.0%} test, {float(split.get('valid', 0.0)):.0%} validation"


def _test_rows(folder: Path, dataset: str) -> tuple[str, int]:
    """Give the hash of the rows that were predicted, and how many they are; nothing where they are gone."""
    import pyarrow as pa
    import pyarrow.parquet as pq  # in a worker or on the command line: the window reads the index

    from aetheron_desktop.engine.evaluation.verdict import rows_hash

    try:
        rows = pq.read_table(folder / "predictions.parquet", columns=["row"], partitioning=None)["row"]
    except (OSError, pa.ArrowException, KeyError):
        return "", 0
    return rows_hash(rows.to_numpy(), dataset), len(rows)


def _latency(folder: Path) -> Latency | None:
    try:
        return msgspec.json.decode((folder / _LATENCY).read_bytes(), type=Latency)
    except (OSError, msgspec.MsgspecError):
        return None


def _bytes(folder: Path) -> int:
    """Give the size of the files of a run."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            total += path.lstat().st_size if path.is_file() else 0
    return total
