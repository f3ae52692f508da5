"""Universal binary JSON, as XGBoost writes it: counted arrays of one type, big-endian, and names with long lengths.

Source of the format: ubjson.org, draft 12; of XGBoost only ``UBJReader`` and ``UBJWriter`` in ``src/common/json.cc``.
"""

from __future__ import annotations

import struct
from typing import Any, Final

import numpy as np

_MOST_DEPTH: Final = 32
_MOST_VALUES: Final = 10_000_000
"""Values outside of arrays of one type; a model has some twenty for each tree."""
_TYPES: Final = {
    b"i": ">i1",
    b"U": ">u1",
    b"I": ">i2",
    b"l": ">i4",
    b"L": ">i8",
    b"d": ">f4",
    b"D": ">f8",
}
_MARKS: Final = {np.dtype(told[1:]): mark for mark, told in _TYPES.items()}
_PLAIN: Final = {b"Z": None, b"T": True, b"F": False}


def decode(data: bytes) -> Any:
    """Give dictionaries, lists, numbers, words, and arrays (n,) of what stands in ``data``.

    Raises:
        ValueError: it is damaged, too deep, or holds too many values.
    """
    reader = _Reader(data)
    found = reader.value(reader.take(1), 0)
    if reader.at != len(data):
        raise ValueError("something follows after its end")
    return found


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.values = 0

    def take(self, count: int) -> bytes:
        if count < 0 or self.at + count > len(self.data):
            raise ValueError("it ends too early")
        self.at += count
        return self.data[self.at - count : self.at]

    def value(self, mark: bytes, depth: int) -> Any:
        self.values += 1
        if depth > _MOST_DEPTH or self.values > _MOST_VALUES:
            raise ValueError("it is deeper or longer than any model")
        if mark in _TYPES:
            return np.frombuffer(self.take(np.dtype(_TYPES[mark]).itemsize), _TYPES[mark])[0].item()
        if mark in _PLAIN:
            return _PLAIN[mark]
        if mark == b"S":
            return self._word()
        if mark == b"[":
            return self._array(depth)
        if mark == b"{":
            return self._object(depth)
        raise ValueError(f"it holds the sign {mark!r}, which means nothing")

    def _length(self) -> int:
        if self.take(1) != b"L":
            raise ValueError("a length is not as it should be")
        (length,) = struct.unpack(">q", self.take(8))
        return int(length)

    def _word(self) -> str:
        return self.take(self._length()).decode("utf-8")

    def _array(self, depth: int) -> Any:
        mark = self.take(1)
        if mark == b"$":
            kind = self.take(1)
            if kind not in _TYPES or self.take(1) != b"#":
                raise ValueError("an array is of a type that is not known")
            told = np.dtype(_TYPES[kind])
            return np.frombuffer(self.take(self._length() * told.itemsize), told).astype(told.newbyteorder("="))
        if mark == b"#":
            count = self._length()
            if not 0 <= count <= _MOST_VALUES:
                raise ValueError("an array is longer than any model")
            return [self.value(self.take(1), depth + 1) for _ in range(count)]
        found = []
        while mark != b"]":
            found.append(self.value(mark, depth + 1))
            mark = self.take(1)
        return found

    def _object(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while (mark := self.take(1)) != b"}":
            if mark != b"L":
                raise ValueError("a name is not as it should be")
            self.at -= 1
            name = self._word()
            if name in found:
                raise ValueError(f"{name[:40]!r} is there twice")
            found[name] = self.value(self.take(1), depth + 1)
        return found


def encode(value: Any) -> bytes:
    """Give dictionaries, lists, words, numbers (in single precision), and arrays (n,), as XGBoost reads them."""
    match value:
        case str():
            return b"S" + _named(value)
        case int():
            return b"L" + struct.pack(">q", value)
        case float():
            return b"d" + struct.pack(">f", value)
        case np.ndarray():
            mark = _MARKS[value.dtype]
            return b"[$" + mark + b"#L" + struct.pack(">q", len(value)) + value.astype(_TYPES[mark]).tobytes()
        case list():
            return b"[#L" + struct.pack(">q", len(value)) + b"".join(map(encode, value))
        case dict():
            return b"{" + b"".join(_named(name) + encode(one) for name, one in value.items()) + b"}"
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a model")


def _named(name: str) -> bytes:
    told = name.encode()
    return b"L" + struct.pack(">q", len(told)) + told
