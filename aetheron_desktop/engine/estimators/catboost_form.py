"""Oblivious trees in CatBoost's own form: a flatbuffer ``TModelCore`` behind the letters ``CBM1`` and its length.

The schema is that of CatBoost's ``libs/model/flatbuffers``, whose numbers of fields stand here.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from flatbuffers import Builder, number_types
from flatbuffers.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MISSING: Final = 254.0
"""The code of a category that is missing; all others are smaller."""
_MAGIC: Final = b"CBM1"
_FORMAT: Final = "FlabuffersModel_v1"
_FORMAT_VERSION, _TREES = 0, 1
_OUTPUTS, _SPLITS, _SIZES, _STARTS, _CATEGORIES, _NUMBERS, _ONE_HOTS, _LEAVES, _COUNTS, _FIELDS = (
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    8,
    9,
    19,
)
_HAS_NANS, _INDEX, _FLAT_INDEX, _BORDERS, _NAN_TREATMENT, _NUMBER_FIELDS = 0, 1, 2, 3, 5, 6
_CATEGORY_INDEX, _CATEGORY_FLAT_INDEX = 0, 1
_ONE_HOT_CATEGORY, _ONE_HOT_VALUES = 0, 1
_NAN_IS_ABOVE_NONE: Final = 1


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """Some trees, in the arrays of :class:`~aetheron_desktop.engine.estimators.symmetric.SymmetricPredictor`."""

    feature: NDArray[np.int64]
    border: NDArray[np.float64]
    is_code: NDArray[np.int64]
    depth: NDArray[np.int64]
    leaf: NDArray[np.float64]

    def first(self, count: int) -> Trees:
        """Give the first ``count`` of them."""
        depth = self.depth[:count]
        asked, leaves = int(depth.sum()), int((1 << depth).sum())
        return Trees(self.feature[:asked], self.border[:asked], self.is_code[:asked], depth, self.leaf[:leaves])


def joined(parts: Sequence[Trees], outputs: int) -> Trees:
    """Give the trees of all ``parts``, in their order."""
    whole, real = np.zeros(0, dtype=np.int64), np.zeros(0)
    none = Trees(whole, real, whole, whole, np.zeros((0, outputs)))
    names = Trees.__slots__
    return Trees(*(np.concatenate([getattr(part, name) for part in (none, *parts)]) for name in names))


# -- reading ----------------------------------------------------------------------------------------------------------


def read(body: bytes) -> Trees:
    """Give the trees of what the library made in this process; a file from elsewhere is none of them.

    Raises:
        ValueError: it is written in another way than is known here.
    """
    start = len(_MAGIC) + 4
    size = int.from_bytes(body[len(_MAGIC) : start], "little")
    core = body[start : start + size]
    root = Table(core, int.from_bytes(core[:4], "little"))
    place = root.Offset(_slot(_FORMAT_VERSION))
    if body[: len(_MAGIC)] != _MAGIC or not place or root.String(place + root.Pos).decode() != _FORMAT:
        raise ValueError("CatBoost writes its models in another form than is known here")
    place = root.Offset(_slot(_TREES))
    trees = Table(core, root.Indirect(place + root.Pos))
    asked = _questions(trees)[_numbers(trees, _SPLITS, "<i4").astype(np.int64)]
    outputs = _whole(trees, _OUTPUTS, 0)
    return Trees(
        feature=asked["feature"].copy(),
        border=asked["border"].copy(),
        is_code=asked["is_code"].copy(),
        depth=_numbers(trees, _SIZES, "<i4").astype(np.int64),
        leaf=_numbers(trees, _LEAVES, "<f8").astype(np.float64).reshape(-1, outputs),
    )


def _questions(trees: Table) -> NDArray[Any]:
    """Give all that the trees may ask: the borders of the numbers, then the codes of the categories."""
    flat = {
        _whole(one, _CATEGORY_INDEX, -1): _whole(one, _CATEGORY_FLAT_INDEX, -1) for one in _tables(trees, _CATEGORIES)
    }
    code_of = _codes()
    found: list[tuple[int, float, int]] = []
    for one in _tables(trees, _NUMBERS):
        at = _whole(one, _FLAT_INDEX, -1)
        found += [(at, border, 0) for border in _numbers(one, _BORDERS, "<f4").astype(np.float64).tolist()]
    for one in _tables(trees, _ONE_HOTS):
        at = flat[_whole(one, _ONE_HOT_CATEGORY, -1)]
        found += [(at, float(code_of[value]), 1) for value in _numbers(one, _ONE_HOT_VALUES, "<i4").tolist()]
    return np.array(found, dtype=[("feature", np.int64), ("border", np.float64), ("is_code", np.int64)])


@cache
def _codes() -> dict[int, int]:
    return {hash_of(code): code for code in range(int(MISSING) + 1)}


_BITS: Final = (1 << 64) - 1


def hash_of(code: int) -> int:
    """Give what CatBoost calls a category of this code, of three digits at most.

    It is the lower half of CityHash64 (Pike and Alakuijala 2011, version 1.0) of the digits, as a signed number.
    """
    digits = str(code).encode()
    ends = digits[0] + (digits[len(digits) >> 1] << 8)
    rest = len(digits) + (digits[-1] << 2)
    mixed = (ends * 0x9AE16A3B2F90404F & _BITS) ^ (rest * 0xC949D7C7509E6557 & _BITS)
    half = ((mixed ^ (mixed >> 47)) * 0x9AE16A3B2F90404F) & 0xFFFFFFFF
    return half - (1 << 32) if half >> 31 else half


def _slot(field: int) -> int:
    return 4 + 2 * field


def _whole(table: Table, field: int, default: int) -> int:
    place = table.Offset(_slot(field))
    return int(table.Get(number_types.Int32Flags, place + table.Pos)) if place else default


def _numbers(table: Table, field: int, dtype: str) -> NDArray[Any]:
    place = table.Offset(_slot(field))
    if not place:
        return np.zeros(0, dtype=dtype)
    return np.frombuffer(table.Bytes, dtype, table.VectorLen(place), table.Vector(place))


def _tables(table: Table, field: int) -> list[Table]:
    place = table.Offset(_slot(field))
    count = table.VectorLen(place) if place else 0
    return [Table(table.Bytes, table.Indirect(table.Vector(place) + 4 * at)) for at in range(count)]


# -- writing ----------------------------------------------------------------------------------------------------------


def written(
    column: NDArray[np.int64],
    border: NDArray[np.float32],
    depth: NDArray[np.int64],
    leaf: NDArray[np.float64],
    columns: int,
    counts: NDArray[np.float64] | None = None,
) -> bytes:
    """Give trees over so many ``columns`` of numbers, one of which each question ``column`` holds against ``border``.

    ``counts`` (leaves,) says how many rows come to each leaf, for those who ask what features add. All must suit each
    other: the library follows them without looking. Each column is asked at least once.
    """
    pairs = np.empty(len(column), dtype=[("column", np.int64), ("border", np.float32)])
    pairs["column"], pairs["border"] = column, border
    known, place = np.unique(pairs, return_inverse=True)
    builder = Builder(leaf.nbytes + 4096)
    made = [_number(builder, at, known["border"][known["column"] == at]) for at in range(columns)]
    builder.StartVector(4, columns, 4)
    for one in reversed(made):
        builder.PrependUOffsetTRelative(one)
    vectors = {_NUMBERS: builder.EndVector()}
    for field, values, dtype in (
        (_SPLITS, place, "<i4"),
        (_SIZES, depth, "<i4"),
        (_STARTS, np.cumsum(depth) - depth, "<i4"),
        (_LEAVES, leaf.ravel(), "<f8"),
        *(((_COUNTS, counts, "<f8"),) if counts is not None else ()),
    ):
        vectors[field] = builder.CreateNumpyVector(values.astype(dtype))
    builder.StartObject(_FIELDS)
    builder.PrependInt32Slot(_OUTPUTS, leaf.shape[1], 0)
    for field, vector in vectors.items():
        builder.PrependUOffsetTRelativeSlot(field, vector, 0)
    trees = builder.EndObject()
    version = builder.CreateString(_FORMAT)
    builder.StartObject(2)
    builder.PrependUOffsetTRelativeSlot(_FORMAT_VERSION, version, 0)
    builder.PrependUOffsetTRelativeSlot(_TREES, trees, 0)
    builder.Finish(builder.EndObject())
    core = bytes(builder.Output())
    return _MAGIC + struct.pack("<I", len(core)) + core


def _number(builder: Builder, at: int, borders: NDArray[np.float32]) -> int:
    vector = builder.CreateNumpyVector(borders.astype("<f4"))
    builder.StartObject(_NUMBER_FIELDS)
    builder.PrependBoolSlot(_HAS_NANS, True, False)
    builder.PrependInt32Slot(_INDEX, at, -1)
    builder.PrependInt32Slot(_FLAT_INDEX, at, -1)
    builder.PrependUOffsetTRelativeSlot(_BORDERS, vector, 0)
    builder.PrependInt8Slot(_NAN_TREATMENT, _NAN_IS_ABOVE_NONE, 0)
    made: int = builder.EndObject()
    return made
