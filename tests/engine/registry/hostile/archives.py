"""Zip files that are not what they say: as ``pipeline.skops``, and as the ``.aether`` that carries a model."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from typing import TYPE_CHECKING

import numpy as np

from tests.engine.registry.hostile.tools import PIPELINE, Pipeline, Place, replaced, saved, zipped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

EVIL_PLAN = (
    b'{"__class__": "system", "__module__": "os", "__loader__": "FunctionNode", "__id__": 7, "protocol": 2,'
    b' "_skops_version": "0.16"}'
)


def joined(
    parts: Sequence[tuple[bytes, bytes]],
    *,
    central: Sequence[tuple[bytes, int, int]],
) -> bytes:
    """Give a zip file: ``parts`` are names and bodies, ``central`` are names, numbers of parts, and told sizes."""
    out, starts, bodies = b"", [], []
    for name, body in parts:
        starts.append(len(out))
        bodies.append(body)
        out += struct.pack(
            "<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 33, zlib.crc32(body), len(body), len(body), len(name), 0
        )
        out += name + body
    directory = b""
    for name, part, size in central:
        crc = zlib.crc32(bodies[part])
        directory += struct.pack(
            "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 33, crc, size, size, len(name), 0, 0, 0, 0, 0, starts[part]
        )
        directory += name
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(central), len(central), len(directory), len(out), 0)
    return out + directory + end


def _good(pipeline: Pipeline) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), body) for name, body in pipeline.members.items()]


def _central(parts: list[tuple[bytes, bytes]]) -> list[tuple[bytes, int, int]]:
    return [(name, place, len(body)) for place, (name, body) in enumerate(parts)]


def _twice_in_the_table(pipeline: Pipeline) -> bytes:
    parts = [*_good(pipeline), (b"schema.json", EVIL_PLAN)]
    return joined(parts, central=_central(parts))


def _evil_first(pipeline: Pipeline) -> bytes:
    parts = [(b"schema.json", EVIL_PLAN), *_good(pipeline)]
    return joined(parts, central=_central(parts))


def _other_local_name(pipeline: Pipeline) -> bytes:
    parts = [(b"evil.pickle" if name == b"schema.json" else name, body) for name, body in _good(pipeline)]
    return joined(parts, central=_central(_good(pipeline)))


def _case(pipeline: Pipeline) -> bytes:
    parts = [*_good(pipeline), (b"Schema.json", EVIL_PLAN)]
    return joined(parts, central=_central(parts))


def _zero_in_a_name(pipeline: Pipeline) -> bytes:
    parts = [*_good(pipeline), (b"schema.json\0.txt", EVIL_PLAN)]
    return joined(parts, central=_central(parts))


def _lying_size(pipeline: Pipeline) -> bytes:
    parts = _good(pipeline)
    central = [(name, place, size + 10**9) for name, place, size in _central(parts)]
    return joined(parts, central=central)


def _smaller_size(pipeline: Pipeline) -> bytes:
    parts = _good(pipeline)
    central = [(name, place, size // 2) for name, place, size in _central(parts)]
    return joined(parts, central=central)


def _overlapping(pipeline: Pipeline) -> bytes:
    """Give members that all lie in one: local headers in the extra field of the first (Fifield 2019)."""
    kernel = saved(np.zeros(100_000))
    names = [f"{10**14 + number}.npy".encode() for number in range(1_000)]
    headers, tail = [], b""
    for name in reversed(names):
        size, crc = len(kernel), zlib.crc32(kernel)
        head = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 33, crc, size, size, len(name), len(tail)) + name
        tail = head + tail
        headers.append(len(tail))
    out = tail + kernel
    directory = b""
    for name, back in zip(reversed(names), headers, strict=True):
        crc, size = zlib.crc32(kernel), len(kernel)
        directory += struct.pack(
            "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 33, crc, size, size, len(name), 0, 0, 0, 0, 0, len(tail) - back
        )
        directory += name
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(names), len(names), len(directory), len(out), 0)
    return out + directory + end


def _encrypted(pipeline: Pipeline) -> bytes:
    body = bytearray(zipped(pipeline.members))
    for sign, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        start = 0
        while (start := body.find(sign, start)) >= 0:
            body[start + offset] |= 1
            start += 4
    return bytes(body)


def _method(number: int) -> Callable[[Pipeline], bytes]:
    def make(pipeline: Pipeline) -> bytes:
        body = bytearray(zipped(pipeline.members))
        for sign, offset in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
            start = body.find(sign)
            body[start + offset : start + offset + 2] = struct.pack("<H", number)
        return bytes(body)

    return make


def _far_away(pipeline: Pipeline) -> bytes:
    body = bytearray(zipped(pipeline.members))
    start = body.find(b"PK\1\2")
    body[start + 42 : start + 46] = b"\xf0\xff\xff\x7f"
    return bytes(body)


def _zip64(directory: int, count: int = 1) -> Callable[[Pipeline], bytes]:
    def make(pipeline: Pipeline) -> bytes:
        body = zipped(pipeline.members)
        place = len(body) - 22
        record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, directory, 0)
        locator = struct.pack("<4sLQL", b"PK\6\7", 0, place, 1)
        return body[:place] + record + locator + body[place:]

    return make


def _extra(pipeline: Pipeline) -> bytes:
    body = bytearray(zipped(pipeline.members))
    start = body.find(b"PK\1\2")
    length = struct.unpack_from("<H", body, start + 28)[0]
    body[start + 30 : start + 32] = struct.pack("<H", 8)
    at = start + 46 + length
    return bytes(body[:at]) + struct.pack("<2HL", 1, 200, 0) + bytes(body[at:])


def _many(pipeline: Pipeline) -> bytes:
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0)
    directory = b"".join(entry + b"%08d.npy" % number for number in range(1_500_000))
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1_500_000, 1_500_000, len(directory), 4)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 4 + len(directory), 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(directory), 4, 0)
    return b"PK\3\4" + directory + record + locator + end


def _compressed(pipeline: Pipeline) -> bytes:
    return zipped(pipeline.members | {"schema.json": b" " * (64 << 20)}, zipfile.ZIP_DEFLATED)


def _no_plan(pipeline: Pipeline) -> bytes:
    return zipped({name: body for name, body in pipeline.members.items() if name != "schema.json"})


def _member(name: str) -> Callable[[Pipeline], bytes]:
    return lambda pipeline: zipped(pipeline.members | {name: b"x"})


def _cut(share: float) -> Callable[[Pipeline], bytes]:
    def make(pipeline: Pipeline) -> bytes:
        body = zipped(pipeline.members)
        return body[: int(len(body) * share)]

    return make


ARCHIVES: dict[str, Callable[[Pipeline], bytes]] = {
    "two plans": _twice_in_the_table,
    "two plans, the evil one first": _evil_first,
    "another name at the member than in the table": _other_local_name,
    "a plan in another case": _case,
    "a zero in a name": _zero_in_a_name,
    "sizes that are too large": _lying_size,
    "sizes that are too small": _smaller_size,
    "1,000 members in each other": _overlapping,
    "encrypted members": _encrypted,
    "compressed by BZIP2, it says": _method(12),
    "compressed in an unknown way": _method(99),
    "a member that lies behind the end": _far_away,
    "a table of contents of 8 EB": _zip64((1 << 63) - 1),
    "a table of contents of 100 MB that is not there": _zip64(100 << 20),
    "damaged extra fields": _extra,
    "1,500,000 members": _many,
    "64 MB of blanks, compressed": _compressed,
    "no plan": _no_plan,
    "a member above": _member("../evil.npy"),
    "a member from the root": _member("/tmp/evil.npy"),  # noqa: S108 - is not written
    "a member in a folder": _member("schema.json/evil.npy"),
    "a member of bytes": _member("12345.bin"),
    "a sparse matrix": _member("12345.npz"),
    "cut in the first member": _cut(0.001),
    "cut after a quarter": _cut(0.25),
    "cut after three quarters": _cut(0.75),
    "cut in the table of contents": _cut(0.99),
}


def archive(place: Place, name: str) -> Path:
    """Build such a pipeline."""
    pipeline = Pipeline(place.copied("forest"))
    return replaced(pipeline.folder, PIPELINE, ARCHIVES[name](pipeline))


# -- carriers ---------------------------------------------------------------------------------------------------------


def _files(place: Place) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(place.good["forest"].iterdir())}


def _carried(place: Place, body: bytes) -> Path:
    file = place.folder / "it.aether"
    file.write_bytes(body)
    return file


def strange(place: Place, name: str, body: bytes = b"x") -> Path:
    """Build a carrier with a member that no model has."""
    parts = [(key.encode(), good) for key, good in [*_files(place).items(), (name, body)]]
    return _carried(place, joined(parts, central=_central(parts)))


def typed(place: Place, kind: int, body: bytes = b"/etc/passwd") -> Path:
    """Build a carrier one of whose members says that it is a link, a device, a pipe or a folder."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive_:
        for name, good in _files(place).items():
            told = zipfile.ZipInfo(name)
            told.create_system = 3
            told.external_attr = (kind if name == "card.md" else 0o100644) << 16
            archive_.writestr(told, body if name == "card.md" else good)
    return _carried(place, out.getvalue())


def twice(place: Place) -> Path:
    """Build a carrier that holds a file twice."""
    out = io.BytesIO(zipped(_files(place)))
    with warnings.catch_warnings(), zipfile.ZipFile(out, "a") as archive_:
        warnings.simplefilter("ignore")
        archive_.writestr("pipeline.skops", b"evil")
    return _carried(place, out.getvalue())


def without(place: Place, name: str) -> Path:
    """Build a carrier that lacks a file."""
    return _carried(place, zipped({key: body for key, body in _files(place).items() if key != name}))


def swelling(place: Place, name: str, megabytes: int) -> Path:
    """Build a carrier of a few bytes that becomes hundreds of megabytes."""
    return _carried(place, zipped(_files(place) | {name: b"\0" * (megabytes << 20)}, zipfile.ZIP_DEFLATED))


def lying(place: Place) -> Path:
    """Build a carrier whose card says that it is small, and swells."""
    body = bytearray(zipped(_files(place) | {"card.md": b"\0" * (64 << 20)}, zipfile.ZIP_DEFLATED))
    start = 0
    while (start := body.find(b"PK\1\2", start)) >= 0:
        length = struct.unpack_from("<H", body, start + 28)[0]
        if bytes(body[start + 46 : start + 46 + length]) == b"card.md":
            body[start + 24 : start + 28] = struct.pack("<L", 100)
        start += 4
    return _carried(place, bytes(body))


def nested(place: Place) -> Path:
    """Build a carrier with a carrier in the place of the pipeline."""
    inner = zipped({"pipeline.skops": b"\0" * (16 << 20)}, zipfile.ZIP_DEFLATED)
    return _carried(place, zipped(_files(place) | {"pipeline.skops": inner}, zipfile.ZIP_DEFLATED))


def cut(place: Place, share: float) -> Path:
    """Build a carrier that ends too soon."""
    body = zipped(_files(place))
    return _carried(place, body[: int(len(body) * share)])


def damaged(place: Place, name: str) -> Path:
    """Build a carrier in the manner of a hostile pipeline's zip."""
    pipeline = Pipeline(place.copied("forest"))
    pipeline.members = {"model.json": b"{}"} if name == "1,500,000 members" else _files(place)
    pipeline.members["schema.json"] = b"{}"
    body = ARCHIVES[name](pipeline)
    return _carried(place, body)


def not_zip(place: Place, body: bytes) -> Path:
    """Build a carrier that is none."""
    return _carried(place, body)
