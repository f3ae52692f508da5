"""Pickles in every dress: each would leave an effect if anything unpickled it."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.engine.registry.hostile.tools import PIPELINE, Effect, Pipeline, Place, replaced, saved, zipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _line(place: Place) -> bytes:
    return str(place.effect).encode()


class _SetState:
    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def __getstate__(self) -> dict[str, str]:
        return {"path": self.path}

    def __setstate__(self, state: dict[str, str]) -> None:
        os.mkdir(state["path"])


class _ReduceEx(Effect):
    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return eval, (f"__import__('os').mkdir({self.path!r})",)


def _reduced(place: Place) -> bytes:
    return b"cos\nmkdir\n(S'" + _line(place) + b"'\ntR."


def _inst(place: Place) -> bytes:
    return b"(S'" + _line(place) + b"'\nios\nmkdir\n."


def _obj(place: Place) -> bytes:
    return b"(cos\nmkdir\nS'" + _line(place) + b"'\no."


def _stack_global(place: Place) -> bytes:
    path = _line(place)
    return b"\x80\x04\x8c\x02os\x8c\x05mkdir\x93\x8c" + bytes([len(path)]) + path + b"\x85R."


def _system(place: Place) -> bytes:
    return b"cposix\nsystem\n(S'mkdir " + _line(place) + b"'\ntR."


def _persistent(place: Place) -> bytes:
    return b"P" + _line(place) + b"\n."


def _closure(place: Place) -> bytes:
    import cloudpickle  # type: ignore[import-untyped]  # comes with the tests' libraries, without types

    path = str(place.effect)
    body: bytes = cloudpickle.dumps(lambda: os.mkdir(path))
    return body


OPCODES: dict[str, Callable[[Place], bytes]] = {
    "REDUCE by hand": _reduced,
    "INST": _inst,
    "OBJ": _obj,
    "STACK_GLOBAL": _stack_global,
    "os.system": _system,
    "PERSID": _persistent,
    "a lambda of cloudpickle": _closure,
    "__setstate__": lambda place: pickle.dumps(_SetState(place.effect)),
    "__reduce_ex__ that evaluates": lambda place: pickle.dumps(_ReduceEx(place.effect)),
}


def opcodes(place: Place, name: str) -> Path:
    """Build a pipeline that is a pickle of its own kind."""
    return replaced(place.copied("logistic"), PIPELINE, OPCODES[name](place))


def protocol(place: Place, file: str, number: int) -> Path:
    """Build a model one of whose files is a pickle."""
    return replaced(place.copied("network"), file, pickle.dumps(Effect(place.effect), number))


def torch_file(place: Place, file: str) -> Path:
    """Build a model one of whose files is what ``torch.save`` writes, which is a pickle in a zip."""
    body = pickle.dumps(Effect(place.effect), 2)
    members = {"archive/data.pkl": body, "archive/version": b"3\n", "archive/byteorder": b"little"}
    return replaced(place.copied("network"), file, zipped(members))


def joblib_file(place: Place) -> Path:
    """Build a pipeline that is what ``joblib.dump`` writes, compressed."""
    import joblib

    out = io.BytesIO()
    joblib.dump(Effect(place.effect), out, compress=3)
    return replaced(place.copied("forest"), PIPELINE, out.getvalue())


def npz_file(place: Place) -> Path:
    """Build a pipeline that is an ``.npz`` of pickled objects."""
    out = io.BytesIO()
    np.savez(out, it=np.array([Effect(place.effect)], dtype=object))
    return replaced(place.copied("forest"), PIPELINE, out.getvalue())


def before_the_zip(place: Place) -> Path:
    """Build a pipeline that is a pickle for one reader, and the good zip for another."""
    folder = place.copied("forest")
    return replaced(folder, PIPELINE, pickle.dumps(Effect(place.effect)) + (folder / PIPELINE).read_bytes())


def after_the_zip(place: Place) -> Path:
    """Build a pipeline with a pickle behind the good zip."""
    folder = place.copied("forest")
    return replaced(folder, PIPELINE, (folder / PIPELINE).read_bytes() + pickle.dumps(Effect(place.effect)))


def as_a_comment(place: Place) -> Path:
    """Build a pipeline whose zip has a pickle for a comment."""
    folder = place.copied("forest")
    with zipfile.ZipFile(folder / PIPELINE, "a") as archive:
        archive.comment = pickle.dumps(Effect(place.effect))
    return replaced(folder, PIPELINE, (folder / PIPELINE).read_bytes())


def as_a_member(place: Place, name: str) -> Path:
    """Build a pipeline with a pickle beside the plan."""
    pipeline = Pipeline(place.copied("forest"))
    pipeline.members[name] = pickle.dumps(Effect(place.effect))
    return pipeline.write()


def objects(place: Place, version: tuple[int, int]) -> Path:
    """Build a pipeline with an array of pickled objects, in each version of NumPy's format."""
    body = saved(np.array([Effect(place.effect)], dtype=object))
    length = int.from_bytes(body[8:10], "little")
    size = struct.pack("<H" if version == (1, 0) else "<I", length)
    body = body[:6] + bytes(version) + size + body[10:]
    pipeline = Pipeline(place.copied("forest"))
    return pipeline.planted(pipeline.raw_array(body))


def object_field(place: Place) -> Path:
    """Build a pipeline with an array of records, one field of which is pickled."""
    array = np.zeros(1, dtype=[("a", "<f8"), ("b", "O")])
    array["b"][0] = Effect(place.effect)
    pipeline = Pipeline(place.copied("forest"))
    return pipeline.planted(pipeline.raw_array(saved(array)))


def _sample(place: Place, metadata: dict[bytes, bytes], *, is_of_field: bool = False) -> Path:
    folder = place.copied("logistic")
    table = pq.read_table(folder / "sample.parquet")
    if is_of_field:
        field = table.schema.field(0).with_metadata(metadata)
        schema = table.schema.set(0, field)
        table = table.cast(schema)
    else:
        table = table.replace_schema_metadata({**(table.schema.metadata or {}), **metadata})
    out = pa.BufferOutputStream()
    pq.write_table(table, out)
    return replaced(folder, "sample.parquet", out.getvalue().to_pybytes())


def in_parquet_metadata(place: Place) -> Path:
    """Build a sample with a pickle in its metadata."""
    return _sample(place, {b"pickle": pickle.dumps(Effect(place.effect)), b"huggingface": b"cos\nsystem\n."})


def in_pandas_metadata(place: Place) -> Path:
    """Build a sample whose metadata for pandas names code for the types of its columns."""
    code = f"__import__('os').mkdir({str(place.effect)!r})"
    column = {"name": "size", "field_name": "size", "pandas_type": "float64", "numpy_type": "float64", "metadata": None}
    told = {
        "index_columns": [],
        "column_indexes": [{"name": code, "field_name": code, "pandas_type": "object", "numpy_type": "object"}],
        "columns": [column],
        "pandas_version": "3.0.0",
        "attributes": {"it": code},
    }
    return _sample(place, {b"pandas": json.dumps(told).encode()})


def as_an_extension(place: Place) -> Path:
    """Build a sample with a column of the type that pyarrow once unpickled (CVE-2023-47248)."""
    metadata = {
        b"ARROW:extension:name": b"arrow.py_extension_type",
        b"ARROW:extension:metadata": pickle.dumps(Effect(place.effect)),
    }
    return _sample(place, metadata, is_of_field=True)
