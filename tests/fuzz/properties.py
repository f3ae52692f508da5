"""What holds of every file, whatever is in it: it is imported whole, or refused in words and nothing is left."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from aetheron_desktop.engine.datasets.reading.reader import import_file
from aetheron_desktop.engine.errors import AetheronError
from tests.fuzz.strategies import Text, mutations, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis import strategies as st

_CSV = b"size,sort,when\n" + b"".join(b'%d,"a %d, b",2026-01-%02d\n' % (row, row, row % 28 + 1) for row in range(40))
_OBJECTS = [{"a": row, "b": {"c": [row, None]}, "d": "x\u00e9"} for row in range(12)]


def _parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"a": range(50), "b": [f"w{row}" for row in range(50)]}), out)
    return out.getvalue()


WHOLE: dict[str, bytes] = {
    "a.csv": _CSV,
    "a.csv.gz": gzip.compress(_CSV, mtime=0),
    "a.json": json.dumps(_OBJECTS, indent=1).encode(),
    "a.jsonl": b"\n".join(json.dumps(row).encode() for row in _OBJECTS),
    "a.parquet": _parquet(),
}
"""Files that are right, by their name; they are spoilt before they are imported."""


def spoilt(name: str) -> st.SearchStrategy[tuple[str, bytes]]:
    """Draw the file ``name`` with some of its bytes changed."""
    return mutations(WHOLE[name]).map(lambda content: (name, content))


def no_row_is_lost(text: Text) -> None:
    """The rows that a plain reader finds are those imported and those put aside."""
    with TemporaryDirectory() as folder:
        info = _imported(Path(folder), "a.csv", text.content)
        if info is not None:
            assert info.rows + info.quarantined == text.rows, (info.rows, info.quarantined, text.rows)


def whole_or_refused(file: tuple[str, bytes]) -> None:
    """An import gives a dataset whose rows can be read, or says in words why it does not, and leaves nothing."""
    with TemporaryDirectory() as folder:
        info = _imported(Path(folder), *file)
        left = {path.name for path in (Path(folder) / "out").iterdir()}
        assert left == (set() if info is None else {info.id})
        if info is not None:
            assert pq.read_table(Path(folder) / "out" / info.id / "data.parquet").num_rows == info.rows


def _imported(folder: Path, name: str, content: bytes) -> Any:
    source = folder / name
    source.write_bytes(content)
    try:
        info = import_file(source, folder / "out", progress=lambda *_: None, should_stop=lambda: False)
    except AetheronError as error:
        refused = error
    else:
        assert info is not None
        return info
    assert name in refused.detail
    return None


PROPERTIES: dict[str, tuple[Callable[[Any], None], st.SearchStrategy[Any]]] = {
    "rows": (no_row_is_lost, texts()),
    **{name: (whole_or_refused, spoilt(name)) for name in WHOLE},
}
