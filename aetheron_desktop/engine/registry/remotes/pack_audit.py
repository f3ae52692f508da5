"""What a pack from elsewhere would become, looked at before: a small one can ask for all the memory there is.

The format is that of Git's ``gitformat-pack``: after twelve bytes of header each object has its kind and size, then its
bytes or a delta, deflated. A delta says how large its result is, and its parts say so again.
"""

from __future__ import annotations

import os
import zlib
from typing import IO, TYPE_CHECKING, Final

from aetheron_desktop.engine.registry.remotes.remote_errors import RefusedHistory, TransferStopped

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_BLOB: Final = 512 << 20
"""Bytes of one file that stands in Git itself; larger ones are kept beside it."""
MOST_OTHER: Final = 4 << 20
"""Bytes of a commit, of a list of files, or of a mark."""
_MOST_MADE: Final = 64 << 30
"""Bytes that all deltas of a pack become together."""
_TIMES_MADE: Final = 1000
"""So many times the pack they may become, though never less than is in order in any case."""
_LEAST_MADE: Final = 4 << 30
_MOST_OBJECTS: Final = 20_000_000
_BLOCK: Final = 16 << 10
_BLOB, _OFFSET_DELTA, _REF_DELTA = 3, 6, 7
_KINDS: Final = frozenset({1, 2, 3, 4, _OFFSET_DELTA, _REF_DELTA})
_HEADER: Final = 12
_HASH: Final = 20
_HINT: Final = "Do not use this remote, or ask who runs it."


def check_pack(file: IO[bytes], should_stop: Callable[[], bool]) -> int:
    """Look through a pack, in little memory, and give how many objects are in it.

    Raises:
        RefusedHistory: it is none, or an object in it is too large to be true, or all that its deltas become.
        TransferStopped: it was asked to stop.
    """
    return _Scan(file).run(should_stop)


class _Scan:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._left = b""
        self._at = 0
        self._made = 0
        begin = file.tell()
        size = file.seek(0, os.SEEK_END) - begin
        file.seek(begin)
        self._most_made = min(_MOST_MADE, max(_LEAST_MADE, size * _TIMES_MADE))

    def run(self, should_stop: Callable[[], bool]) -> int:
        head = self._take(_HEADER)
        count = int.from_bytes(head[8:], "big")
        if head[:8] not in {b"PACK\0\0\0\2", b"PACK\0\0\0\3"} or count > _MOST_OBJECTS:
            raise _damaged("it is no pack")
        for _ in range(count):
            if should_stop():
                raise TransferStopped
            self._object()
        if len(self._take(_HASH)) != _HASH or self._more(1):
            raise _damaged("it has no end, or more than one")
        return count

    def _object(self) -> None:
        byte = self._byte()
        kind, size, shift = byte >> 4 & 7, byte & 15, 4
        while byte & 128:
            byte = self._byte()
            size |= (byte & 127) << shift
            shift += 7
            if shift > 63:
                raise _damaged("a size is none")
        if kind not in _KINDS:
            raise _damaged("it holds an object of an unknown kind")
        most = MOST_BLOB if kind in {_BLOB, _OFFSET_DELTA, _REF_DELTA} else MOST_OTHER
        if size > most:
            raise _too_large(size)
        if kind == _OFFSET_DELTA:
            while self._byte() & 128:
                pass
        elif kind == _REF_DELTA:
            self._take(_HASH)
        self._inflate(size, _Delta() if kind in {_OFFSET_DELTA, _REF_DELTA} else None)

    def _inflate(self, size: int, delta: _Delta | None) -> None:
        stream, found = zlib.decompressobj(), 0
        while not stream.eof:
            data = stream.unconsumed_tail or self._some()
            if not data:
                raise _damaged("it ends too early")
            try:
                block = stream.decompress(data, _BLOCK)
            except zlib.error as error:
                raise _damaged(str(error)) from error
            found += len(block)
            if found > size:
                raise _damaged("an object is larger than it says")
            if delta is not None:
                delta.take(block)
        if found != size:
            raise _damaged("an object is smaller than it says")
        if delta is not None:
            self._made += delta.end()
            if self._made > self._most_made:
                raise _too_large(self._made)
        self._left, self._at = stream.unused_data, 0

    def _some(self) -> bytes:
        data, self._left, self._at = self._left[self._at :], b"", 0
        return data or self._file.read(_BLOCK)

    def _more(self, size: int) -> bool:
        if len(self._left) - self._at < size:
            self._left, self._at = self._left[self._at :] + self._file.read(_BLOCK), 0
        return len(self._left) - self._at >= size

    def _byte(self) -> int:
        return self._take(1)[0]

    def _take(self, size: int) -> bytes:
        if not self._more(size):
            raise _damaged("it ends too early")
        self._at += size
        return self._left[self._at - size : self._at]


class _Delta:
    """A delta as it comes in blocks: the size of its result is read, and what its parts add up to is counted."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._sizes: list[int] = []
        self._literal = 0
        self._made = 0

    def take(self, block: bytes) -> None:
        data = self._data
        data += block
        place = 0
        while place < len(data):
            if self._literal:
                step = min(self._literal, len(data) - place)
                self._literal -= step
                place += step
                continue
            after = self._part(place)
            if after is None:
                break
            place = after
        del data[:place]

    def _part(self, place: int) -> int | None:
        """Read the part at ``place``, and give where it ends; None when it is not all there yet."""
        data = self._data
        if len(self._sizes) < 2:
            end = next((i for i in range(place, min(len(data), place + 10)) if not data[i] & 128), None)
            if end is None:
                if len(data) - place >= 10:
                    raise _damaged("a size is none")
                return None
            size = sum((data[place + i] & 127) << 7 * i for i in range(end - place + 1))
            if size > MOST_BLOB:
                raise _too_large(size)
            self._sizes.append(size)
            return end + 1
        command = data[place]
        if not command & 128:
            if not command:
                raise _damaged("a delta holds an unknown command")
            self._literal = command
            self._add(command)
            return place + 1
        length = (command & 127).bit_count()
        if len(data) < place + 1 + length:
            return None
        at, size = place + 1 + (command & 15).bit_count(), 0
        for bit in range(3):
            if command & 16 << bit:
                size |= data[at] << 8 * bit
                at += 1
        self._add(size or 0x10000)
        return place + 1 + length

    def _add(self, size: int) -> None:
        self._made += size
        if self._made > self._sizes[1]:
            raise _damaged("a delta makes more than it says")

    def end(self) -> int:
        """Give the bytes that it makes, once it is all there."""
        if self._data or self._literal or len(self._sizes) < 2 or self._made != self._sizes[1]:
            raise _damaged("a delta is cut off")
        return self._made


def _damaged(why: str) -> RefusedHistory:
    return RefusedHistory(
        f"What the remote sent is damaged: {why}.", hint="Try again. If it stays so, ask who runs it."
    )


def _too_large(size: int) -> RefusedHistory:
    return RefusedHistory(f"The remote sent {size:,} bytes within its history, and no model has so many.", hint=_HINT)
