"""What was decided about the findings of a dataset, kept beside its snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aetheron_desktop.engine.datasets.checks.finding import Decision
from aetheron_desktop.engine.errors import storage_errors

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.dataset import Dataset


def decisions(dataset: Dataset, target: str) -> tuple[Decision, ...]:
    """Give what was decided when ``target`` was to be predicted, in its order."""
    return _all(_path(dataset)).get(target, ())


def decide(dataset: Dataset, target: str, decision: Decision) -> None:
    """Keep a decision; one about the same finding is replaced.

    Raises:
        StorageError: the disk refuses.
    """
    kept = [one for one in decisions(dataset, target) if one.finding != decision.finding]
    _write(dataset, target, (*kept, decision))


def undecide(dataset: Dataset, target: str, finding: str) -> None:
    """Take back what was decided about a finding.

    Raises:
        StorageError: the disk refuses.
    """
    _write(dataset, target, tuple(one for one in decisions(dataset, target) if one.finding != finding))


def _write(dataset: Dataset, target: str, made: tuple[Decision, ...]) -> None:
    path = _path(dataset)
    known = {**_all(path), target: made}
    body = msgspec.json.format(msgspec.json.encode({name: kept for name, kept in known.items() if kept}), indent=2)
    with storage_errors(path):
        beside = path.with_suffix(".new")
        beside.write_bytes(body)
        beside.replace(path)


def _all(path: Path) -> dict[str, tuple[Decision, ...]]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, tuple[Decision, ...]])
    except (OSError, msgspec.MsgspecError):  # none yet, or one that a newer program has written
        return {}


def _path(dataset: Dataset) -> Path:
    return dataset.folder / "decisions.json"
