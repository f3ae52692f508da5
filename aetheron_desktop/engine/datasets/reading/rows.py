"""Rows of Python values to the staging folder, each value as the text that the look at types reads."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from aetheron_desktop.engine.datasets.staging import fields, literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aetheron_desktop.engine.datasets.staging import Staging

_BATCH: Final = 20_000


class Rows:
    """Collects rows whose columns may turn up late; a column's place is that of its first value."""

    def __init__(self, staging: Staging) -> None:
        self._staging = staging
        self._places: dict[str, int] = {}
        self._waiting: list[Mapping[str, Any]] = []
        self._files: list[str] = []
        self.count = 0

    @property
    def names(self) -> list[str]:
        """The columns met so far."""
        return list(self._places)

    def expect(self, names: Iterable[str]) -> None:
        """Take these columns first, whether or not a row has them."""
        for name in names:
            self._places.setdefault(name, len(self._places))

    def add(self, row: Mapping[str, Any]) -> None:
        """Take one row, the values under the names of their columns."""
        for name in row:
            if name not in self._places:
                self._places[name] = len(self._places)
        self._waiting.append(row)
        self.count += 1
        if len(self._waiting) >= _BATCH:
            self._write()

    def relation(self) -> str:
        """Write what is left and give what stands after FROM."""
        if self._waiting or not self._files:
            self._write()
        files = ", ".join(self._files)
        columns = ", ".join(fields(len(self._places)))
        return f"(SELECT {columns} FROM read_parquet([{files}], union_by_name=true))"  # noqa: S608 - names of our own

    def _write(self) -> None:
        self._staging.ask()
        columns = fields(len(self._places))
        cells = [pa.array([as_text(row.get(name)) for row in self._waiting], pa.string()) for name in self._places]
        path = self._staging.path / f"rows-{len(self._files)}.parquet"
        schema = pa.schema([(column, pa.string()) for column in columns])
        pq.write_table(pa.Table.from_arrays(cells, schema=schema), path, compression="lz4", use_dictionary=False)
        self._files.append(literal(path))
        self._waiting = []


def as_text(value: Any) -> str | None:
    """Give ``value`` as a cell of text; None and not-a-number are missing."""
    match value:
        case None:
            return None
        case str():
            return value.replace("\0", "")
        case bool():
            return "true" if value else "false"
        case float():
            if math.isnan(value):
                return None
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case int():
            return str(value)
        case dt.datetime():
            return value.isoformat(sep=" ") if value.time() != dt.time() else value.date().isoformat()
        case dt.date() | dt.time():
            return value.isoformat()
        case dt.timedelta():
            return str(value)
        case _:
            return msgspec.json.encode(value).decode()


def flat(row: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Give ``row`` with the fields of its objects beside its own, under names with dots."""
    made: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict) and value:
            made |= flat(value, f"{prefix}{name}.")
        elif isinstance(value, list) and 0 < len(value) <= _POINT and all(_is_number(item) for item in value):
            made |= {f"{prefix}{name}.{place}": item for place, item in enumerate(value)}
        else:
            made[prefix + name] = value if value != {} else None
    return made


_POINT: Final = 4
"""A list of so many numbers is a point, and each number a column."""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
