"""The cases of a folder of importer corpora: its manifest of torture files, and its learning data sets."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(os.environ.get("AETHERON_CORPORA", Path(__file__).resolve().parents[3] / "shared" / "corpora"))
"""Where the corpora lie; they are no part of the project."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One file of ``manifest.json``: what is in it, and what has to become of it."""

    file: str
    suite: str
    kind: str
    expect: Literal["parse", "either", "reject"]
    expected_rows: int | None = None
    expected_columns: int | None = None
    expected_records: int | None = None
    header: bool | Literal["unknown"] | None = None
    header_names: str | None = None
    truth_file: str | None = None
    truth_format: Literal["grid", "json-records", "duckdb-rows"] | None = None
    encoding: str | None = None
    json_validity: str | None = None
    polluted_record: int | None = None
    notes: str = ""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a learning data set."""

    file: str


class LearningSet(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of ``datasets.json``: its files together have so many rows and columns."""

    id: str
    files: tuple[Part, ...]
    rows: int
    columns: int
    missing_marker: str | None = None
    missing_cells: int = 0


def cases(root: Path = ROOT) -> list[Case]:
    """Read the manifest.

    Raises:
        OSError: there are no corpora at ``root``.
        msgspec.ValidationError: the manifest has another form.
    """
    found = msgspec.json.decode((root / "manifest.json").read_bytes())
    entries: Iterable[Any] = found if isinstance(found, list) else found["cases"]
    return [msgspec.convert(entry, Case) for entry in entries]


def learning_sets(root: Path = ROOT) -> list[LearningSet]:
    """Read the list of learning data sets.

    Raises:
        OSError: there are no corpora at ``root``.
        msgspec.ValidationError: the list has another form.
    """
    return msgspec.json.decode((root / "datasets.json").read_bytes(), type=list[LearningSet])
