"""Weights, ``weights.safetensors``, whose headers lie."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

from tests.engine.registry.hostile.tools import Place, replaced

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Header = dict[str, Any]


def _parts(body: bytes) -> tuple[Header, bytes]:
    length = struct.unpack("<Q", body[:8])[0]
    return json.loads(body[8 : 8 + length]), body[8 + length :]


def _joined(header: Header | bytes, data: bytes) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def _each(change: Callable[[Header], Any]) -> Callable[[bytes], bytes]:
    def make(body: bytes) -> bytes:
        header, data = _parts(body)
        for name, told in header.items():
            if name != "__metadata__":
                change(told)
        return _joined(header, data)

    return make


def _first(change: Callable[[Header], Any]) -> Callable[[bytes], bytes]:
    def make(body: bytes) -> bytes:
        header, data = _parts(body)
        change(next(told for name, told in header.items() if name != "__metadata__"))
        return _joined(header, data)

    return make


def _renamed(body: bytes) -> bytes:
    header, data = _parts(body)
    return _joined({f"module.{name}": told for name, told in header.items()}, data)


def _one_less(body: bytes) -> bytes:
    header, data = _parts(body)
    last = max((name for name in header if name != "__metadata__"), key=lambda name: header[name]["data_offsets"][1])
    start = header.pop(last)["data_offsets"][0]
    return _joined(header, data[:start])


def twice(place: Place) -> Path:
    """Build a network whose weights name a tensor twice, to the same effect."""
    folder = place.copied("network")
    file = folder / "weights.safetensors"
    return replaced(folder, file.name, _twice(file.read_bytes()))


def _twice(body: bytes) -> bytes:
    header, data = _parts(body)
    name = next(name for name in header if name != "__metadata__")
    text = json.dumps(header)
    return _joined(text.replace("{", f'{{"{name}": {json.dumps(header[name])}, ', 1).encode(), data)


BODIES: dict[str, Callable[[bytes], bytes]] = {
    "a header of 16 EB": lambda body: b"\xff" * 8 + body[8:],
    "a header of 1 TB": lambda body: struct.pack("<Q", 1 << 40) + body[8:],
    "a header longer than the file": lambda body: struct.pack("<Q", len(body)) + body[8:],
    "a header 100,000 levels deep": lambda body: _joined(b'{"a":' * 100_000, b""),
    "a header that is no JSON": lambda body: _joined(b"import os", b"\0" * 64),
    "a header that is no UTF-8": lambda body: _joined(b'{"\xff\xfe": 1}', b"\0" * 64),
    "no header": lambda body: b"\0" * 8,
    "nothing": lambda body: b"",
    "a half": lambda body: body[: len(body) // 2],
    "data behind the end": lambda body: body + b"\0" * 64,
    "overlapping tensors": _each(lambda told: told.update(data_offsets=[0, told["data_offsets"][1]])),
    "tensors beyond the file": _each(lambda told: told.update(data_offsets=[1 << 40, (1 << 40) + 4])),
    "tensors that end before they begin": _first(lambda told: told.update(data_offsets=told["data_offsets"][::-1])),
    "negative offsets": _first(lambda told: told.update(data_offsets=[-8, 8])),
    "a shape that overflows": _first(lambda told: told.update(shape=[1 << 32, 1 << 32])),
    "a negative shape": _first(lambda told: told.update(shape=[-1])),
    "a shape of no size": _first(lambda told: told.update(shape=[0])),
    "numbers of another type": _each(lambda told: told.update(dtype="I32")),
    "numbers of half the width": _each(lambda told: told.update(dtype="F16")),
    "an unknown type": _first(lambda told: told.update(dtype="PICKLE")),
    "other names": _renamed,
    "a tensor less": _one_less,
}


def body(place: Place, name: str) -> Path:
    """Build a network with such weights."""
    folder = place.copied("network")
    file = folder / "weights.safetensors"
    return replaced(folder, file.name, BODIES[name](file.read_bytes()))
