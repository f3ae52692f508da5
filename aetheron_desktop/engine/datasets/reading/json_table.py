"""JSON as a table: a list of objects, columns of lists, GeoJSON, or one object a line."""

from __future__ import annotations

import math
import re
import sys
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aetheron_desktop.engine.datasets.names import repaired
from aetheron_desktop.engine.datasets.reading.encoding import examine, to_utf8
from aetheron_desktop.engine.datasets.reading.rows import Rows, flat
from aetheron_desktop.engine.datasets.staging import Raw, Stopped
from aetheron_desktop.engine.errors import DatasetError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from aetheron_desktop.engine.datasets.reading.quarantine import Quarantine
    from aetheron_desktop.engine.datasets.recipe import Recipe
    from aetheron_desktop.engine.datasets.staging import Staging

_LARGEST: Final = 1 << 30
_HINT: Final = "Save it as a list of objects, [{…}, {…}], or as one object a line."
_MALFORMED: Final = (msgspec.DecodeError, UnicodeDecodeError)


def read_json(staging: Staging, path: Path, quarantine: Quarantine, recipe: Recipe, *, by_line: bool) -> Raw:
    """Read JSON; ``by_line`` when each line is a value of its own. ``recipe.path`` names the list of rows.

    Raises:
        DatasetError: it is not valid JSON, with the line, or it is no table.
        UsageError: there is nothing at ``recipe.path``.
        OSError: the disk refuses.
    """
    staging.tell("Read the text", 0, None)
    text = examine(path, staging.should_stop, staging.tell)
    if text is None:
        raise Stopped
    if not text.plain:
        plain = staging.path / "plain.json"
        if to_utf8(path, text, plain, staging.should_stop) is None:
            raise Stopped
        path = plain
    rows = Rows(staging)
    notes = [text.note] if text.note else []
    if by_line or _lines_of_objects(path):
        _by_line(staging, path, rows, quarantine)
        notes.append("Each line was read as one row.")
    else:
        value = _whole(staging, path)
        if recipe.path:
            value = _at(staging, value, recipe.path)
        for row in _table(staging, value, notes):
            rows.add(flat(row))
    if not rows.count or not rows.names:
        raise DatasetError(f"{staging.source.name} is not a table: it has no rows.", hint=_HINT)
    relation = rows.relation()
    names, repairs = repaired(rows.names)
    return Raw(relation, names, tuple("text" for _ in names), notes + repairs, rows.count, found=recipe)


def _at(staging: Staging, value: Any, path: str) -> Any:
    """Give what lies at ``path``: names and numbers joined by points."""
    found = value
    for step in path.split("."):
        if isinstance(found, dict) and step in found:
            found = found[step]
        elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            known = ", ".join(paths(value)) or "none"
            raise UsageError(f"{staging.source.name} has nothing at {path!r}.", hint=f"Lists of rows are at: {known}.")
    return found


def paths(value: Any, depth: int = 4) -> list[str]:
    """Give the paths at which lists of objects lie, none deeper than ``depth`` names; they may be tables."""
    found: list[str] = []

    def look(part: Any, path: str, left: int) -> None:
        if isinstance(part, list) and part and path and isinstance(part[0], dict):
            found.append(path)
        if isinstance(part, dict) and left:
            for name, inner in part.items():
                if "." not in name:
                    look(inner, f"{path}.{name}" if path else name, left - 1)

    look(value, "", depth)
    return found


def _lines_of_objects(path: Path) -> bool:
    """Say whether the first two lines are objects of their own."""
    with path.open("rb") as file:
        lines = [line for line in (file.readline(1 << 20) for _ in range(3)) if line.strip()]
    if len(lines) < 2:
        return False
    try:
        return all(isinstance(msgspec.json.decode(line), dict) for line in lines[:2])
    except (*_MALFORMED, RecursionError):
        return False


def _by_line(staging: Staging, path: Path, rows: Rows, quarantine: Quarantine) -> None:
    decoder = msgspec.json.Decoder()
    size, read = max(1, path.stat().st_size), 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            read += len(line)
            if not number % 1_000:
                staging.ask()
                staging.tell("Read the rows", read, size)
            if not line.strip():
                continue
            try:
                value = decoder.decode(line)
            except _MALFORMED as error:
                quarantine.add(number, line.decode("utf-8", "replace").rstrip(), f"no valid JSON: {error}")
                continue
            if isinstance(value, dict):
                rows.add(flat(value))
            else:
                quarantine.add(number, line.decode("utf-8", "replace").rstrip(), "not an object")
    if quarantine.bad > rows.count:
        raise DatasetError(
            f"{staging.source.name} is no valid JSON: {quarantine.words(1)}.",
            hint="Check that the file is whole; mend these lines and import it again.",
        )


def _whole(staging: Staging, path: Path) -> Any:
    if path.stat().st_size > _LARGEST:
        raise DatasetError(
            f"{staging.source.name} is larger than 1 GB, too much for one JSON value.",
            hint="Save it as one object a line (.jsonl), as CSV or as Parquet.",
        )
    body = path.read_bytes()
    try:
        return msgspec.json.decode(body)
    except RecursionError as error:
        place = _deepest(body)
        raise _malformed(staging, body, place, "is nested too deeply", "Save it as a flat table.") from error
    except _MALFORMED as error:
        found = re.search(r"\(byte (\d+)\)", str(error))
        place = _place(body, int(found[1]), str(error)) if found else getattr(error, "start", len(body))
        why = re.sub(r" \(byte \d+\)|JSON is malformed: ", "", str(error)) if found else "it is cut off"
        if isinstance(error, UnicodeDecodeError):
            why = "a byte that is not UTF-8"
        elif isinstance(error, msgspec.ValidationError):
            place, why = _out_of_range(body), re.sub(" - at .*", "", str(error))
        raise _malformed(staging, body, place, f"no valid JSON: {why}", "Check that the file is whole.") from error


def _malformed(staging: Staging, body: bytes, place: int, why: str, hint: str) -> DatasetError:
    """Say what is wrong at the byte ``place``, by its line and its column in characters, both counted from 1."""
    line = body.count(b"\n", 0, place) + 1
    start = body.rfind(b"\n", 0, place) + 1
    column = len(body[start:place].decode("utf-8", "replace")) + 1
    return DatasetError(f"{staging.source.name}, line {line:,}, column {column:,}: {why}.", hint=hint)


def _place(body: bytes, place: int, error: str) -> int:
    """Give where the fault is: the decoder names the byte after what trails, and after a word that is none."""
    if "trailing characters" in error:
        return place - 1
    word = re.search(rb'(?<!["\w])[tfn][a-z]{0,4}\W?$', body[max(0, place - 8) : place])
    return place - len(word[0]) if word and "invalid character" in error else place


def _deepest(body: bytes) -> int:
    """Give the place of the first bracket that lies deeper than Python can hold."""
    depth = 0
    for found in re.finditer(rb'"(?:[^"\\]|\\.)*+"|[\[{}\]]', body):
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(found[0], 0)
        if depth >= sys.getrecursionlimit():
            return found.start()
    return 0


def _out_of_range(body: bytes) -> int:
    """Give the place of the first number that no float can hold."""
    for found in re.finditer(rb'"(?:[^"\\]|\\.)*+"|-?\d[\d.]*[eE]?[+-]?\d*', body):
        if not found[0].startswith(b'"') and math.isinf(float(found[0])):
            return found.start()
    return 0


def _table(staging: Staging, value: Any, notes: list[str]) -> Iterator[Mapping[str, Any]]:
    """Give the rows that ``value`` holds."""
    match value:
        case [*items] if items and all(isinstance(item, dict) for item in items):
            yield from items
            return
        case [[*head], *items] if _is_grid(head, items):
            names, repairs = repaired([str(name) for name in head])
            notes += repairs
            yield from (dict(zip(names, item, strict=True)) for item in items)
            return
        case {"type": "FeatureCollection", "features": [*features]}:
            notes.append("The rows are the features of a GeoJSON file.")
            yield from (_feature(feature) for feature in features if isinstance(feature, dict))
            return
        case {"columns": [*head], "data": [*items]} if all(
            isinstance(item, list) and len(item) == len(head) for item in items
        ):
            names, repairs = repaired([str(name) for name in head])
            notes += repairs
            yield from (dict(zip(names, item, strict=True)) for item in items)
            return
        case dict():
            found = _inside(value, notes)
            if found is not None:
                yield from found
                return
    raise DatasetError(
        f"{staging.source.name} is valid JSON, but not a table: it is {_said(value)}.",
        hint=_HINT,
    )


def _inside(parts: Mapping[str, Any], notes: list[str]) -> Iterable[Mapping[str, Any]] | None:
    """Give the rows that an object holds as lists of columns, as columns of named rows, or as its only list."""
    if count := _list_length(parts):
        notes.append("Each name holds the list of one column.")
        return ({name: column[row] for name, column in parts.items()} for row in range(count))
    if keys := _shared_keys(parts):
        notes.append("Each name holds one column, its values under the names of the rows.")
        return ({name: column[key] for name, column in parts.items()} for key in keys)
    if (table := _only_table(parts)) is not None:
        notes.append(f"The rows are the list {table!r} of the file.")
        rows: list[Mapping[str, Any]] = parts[table]
        return rows
    return None


def _is_grid(head: list[Any], items: list[Any]) -> bool:
    return (
        bool(items)
        and len(head) > 0
        and all(isinstance(name, str) and name for name in head)
        and all(isinstance(item, list) and len(item) == len(head) for item in items)
    )


def _feature(feature: Mapping[str, Any]) -> dict[str, Any]:
    row = dict(feature.get("properties") or {})
    row |= {name: value for name, value in feature.items() if name not in {"type", "properties", *row}}
    return row


def _list_length(columns: Mapping[str, Any]) -> int:
    lists = [column for column in columns.values() if isinstance(column, list)]
    lengths = {len(column) for column in lists}
    scalar = all(not isinstance(item, dict) for column in lists for item in column[:5])
    return lengths.pop() if len(lists) == len(columns) and len(lengths) == 1 and scalar else 0


def _shared_keys(columns: Mapping[str, Any]) -> list[str]:
    inner = list(columns.values())
    if len(inner) < 2 or not all(isinstance(column, dict) and column for column in inner):
        return []
    keys = list(inner[0])
    numbered = all(key.isdigit() for key in keys)
    return keys if numbered and all(list(column) == keys for column in inner[1:]) else []


def _only_table(parts: Mapping[str, Any]) -> str | None:
    tables = [
        name
        for name, part in parts.items()
        if isinstance(part, list) and part and all(isinstance(item, dict) for item in part)
    ]
    return tables[0] if len(tables) == 1 else None


def _said(value: Any) -> str:
    match value:
        case {**entries}:
            return "one object" if entries else "an empty object"
        case [*items]:
            return "a list of other things than objects" if items else "an empty list"
        case _:
            return "a single value"
