"""Arrays in the pipeline whose headers lie, or are more than a header."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from tests.engine.registry.hostile.tools import Pipeline, Place

if TYPE_CHECKING:
    from pathlib import Path


def _array(header: str | bytes, body: bytes = b"", version: tuple[int, int] = (1, 0)) -> bytes:
    encoded = header.encode("latin-1") if isinstance(header, str) else header
    encoded += b" " * (63 - (10 + len(encoded)) % 64) + b"\n"
    size = struct.pack("<H" if version == (1, 0) else "<I", len(encoded))
    return b"\x93NUMPY" + bytes(version) + size + encoded + body


def _told(descr: str, shape: str, order: str = "False") -> str:
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"


BODIES: dict[str, bytes] = {
    "a thousand billion numbers": _array(_told("'<f8'", "(1000000000000,)")),
    "lengths that overflow": _array(_told("'<f8'", "(4294967296, 4294967296)")),
    "a negative length": _array(_told("'<f8'", "(-1,)")),
    "a length that is true": _array(_told("'<f8'", "(True,)"), b"\0" * 8),
    "a length that is a fraction": _array(_told("'<f8'", "(1.0,)"), b"\0" * 8),
    "endless texts of no width": _array(_told("'|S0'", "(1000000000000000000,)")),
    "endless records of no width": _array(_told("'|V0'", "(1000000000000000000,)")),
    "nothing, endlessly wide": _array(_told("'<f8'", "(0, 1000000000000000)")),
    "33 dimensions": _array(_told("'<f8'", "(" + "1, " * 33 + ")"), b"\0" * 8),
    "too short": _array(_told("'<f8'", "(4,)"), b"\0" * 8),
    "too long": _array(_told("'<f8'", "(1,)"), b"\0" * 16),
    "lengths as Python 2 wrote them": _array(_told("'<f8'", "(1L,)"), b"\0" * 8),
    "a call for a header": _array("__import__('os').system('true')"),
    "a call for a type": _array(_told("__import__('os').getcwd()", "(1,)"), b"\0" * 8),
    "an endless chain of minus signs": _array("-" * 9_000 + "1"),
    "an endless chain of brackets": _array("(" * 9_000),
    "150 brackets in each other": _array(_told("[" * 150 + "]" * 150, "(1,)")),
    "an endless chain of attributes": _array("1." + "a." * 4_000),
    "a header of 60,000 letters": _array(_told("'<f8'" + " " * 60_000, "(1,)"), b"\0" * 8),
    "a header beyond the file": b"\x93NUMPY\x01\x00\xff\xff{'descr'",
    "a header of 4 GB": b"\x93NUMPY\x02\x00\xff\xff\xff\xff{'descr'",
    "a header of version 2": _array(_told("'<f8'", "(1,)"), b"\0" * 8, (2, 0)),
    "a header of version 3": _array(_told("'<f8'", "(1,)"), b"\0" * 8, (3, 0)),
    "a header of version 9": _array(_told("'<f8'", "(1,)"), b"\0" * 8, (9, 9)),
    "a key twice": _array("{'descr': '<f8', 'descr': '|O', 'fortran_order': False, 'shape': (1,), }", b"\0" * 8),
    "a key more": _array("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'x': 1, }", b"\0" * 8),
    "an order that is a number": _array(_told("'<f8'", "(1,)", "7"), b"\0" * 8),
    "objects": _array(_told("'|O'", "(1,)"), b"\x80\x04N."),
    "dates": _array(_told("'<M8[ns]'", "(1,)"), b"\0" * 8),
    "a field in a field": _array(_told("[('a', [('b', '|O')])]", "(1,)"), b"\0" * 8),
    "a field of arrays": _array(_told("[('a', '<f8', (1000000, 1000000))]", "(0,)")),
    "no magic": b"hello",
    "nothing": b"",
    "a zip of arrays": b"PK\x03\x04" + b"\0" * 60,
}


def body(place: Place, name: str) -> Path:
    """Build a pipeline with such an array as a part that nothing asks for."""
    pipeline = Pipeline(place.copied("forest"))
    return pipeline.planted(pipeline.raw_array(BODIES[name]))
