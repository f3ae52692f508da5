"""Whether a cell that was imported is what the truth says, after the rules of the corpora for comparing cells.

A reading is what the import's notes say of a column, as "the comma is the decimal sign": with it a cell is compared
as the person reads it who has read the note.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import struct
from itertools import product
from typing import Any, Final

_MISSING: Final = frozenset({"", "na", "n/a", "null", "none", "nan", "nat", "#n/a", "(empty)"})
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_ZEROS: Final = re.compile(r"[+-]?0\d")
_DAYS: Final = ("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%m.%d.%Y", "%Y/%m/%d",
                "%Y.%m.%d", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%m-%d-%y", "%y.%m.%d", "%Y%m%d")  # fmt: skip
_CLOCKS: Final = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M:%S %p", "%I:%M %p")
_FORMS: Final = (*(" ".join(parts).strip() for parts in product(_DAYS, ("", *_CLOCKS))), *_CLOCKS)
_ZONES: Final = {"UTC": "+00:00", "GMT": "+00:00", "EST": "-05:00", "PST": "-08:00", "CET": "+01:00", "Z": "+00:00"}


def text(value: object) -> str:
    """Give a value as a line of text without blanks around it; a missing one is empty."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return str(value).replace("\r\n", "\n").replace("\r", "\n").strip()


def number(word: str) -> float | None:
    """Give the number that is written so, or None."""
    if word.lower().lstrip("+-") in {"inf", "infinity"}:
        return float(word)
    return float(word) if _NUMBER.fullmatch(word) else None


def is_missing(word: str) -> bool:
    """Whether ``word`` stands for a missing value."""
    return word.lower() in _MISSING


def equal(truth: object, got: object) -> bool:
    """Say whether an imported value is the cell of the truth."""
    true = text(truth)
    match got:
        case None:
            return is_missing(true)
        case float() if math.isnan(got):
            return is_missing(true)
        case bool():
            return true.lower() in ({"true", "t", "1", "yes", "y"} if got else {"false", "f", "0", "no", "n"})
        case dt.datetime() | dt.date() | dt.time():
            return _same_moment(true, got)
        case bytes():
            return true in {got.hex(), got.decode("utf-8", "replace").strip()}
        case _:
            return _same_words(true, text(got))


def equal_as_read(truth: object, got: object, reading: str) -> bool:
    """Say whether an imported value is the cell of the truth when it is read as ``reading`` says."""
    true = text(truth)
    if "word for missing" in reading and got is None:
        return True
    if "comma is the decimal sign" in reading:
        return equal(re.sub(r"[.'’\s]", "", true).replace(",", "."), got)
    if "parts thousands" in reading:
        return equal(re.sub(r"[,'’\s]", "", true), got)
    if "which of day and month" in reading and isinstance(got, dt.datetime) and got.day <= 12:
        return equal(true, got.replace(month=got.day, day=got.month))
    if "brought to UTC" in reading and isinstance(got, dt.datetime):
        moment = _instant(true)
        return moment is not None and moment == got.replace(tzinfo=dt.UTC)
    if "geometries" in reading:
        return _same_shape(true, text(got))
    return False


def _same_shape(true: str, got: str) -> bool:
    """Say whether a geometry in well-known text has the coordinates that the true one has in well-known bytes."""
    try:
        wanted = [value for value in _coordinates(bytes.fromhex(true)) if not math.isnan(value)]
    except (ValueError, struct.error):
        return False
    return wanted == [float(word) for word in re.findall(r"-?\d[\d.]*(?:e[+-]?\d+)?", got)]


def _coordinates(body: bytes) -> list[float]:
    """Give the coordinates of a geometry in well-known bytes (ISO 19125), one after the other."""
    found: list[float] = []
    place = 0

    def whole() -> int:
        nonlocal place
        place += 4
        return int(struct.unpack_from("<I", body, place - 4)[0])

    def points(count: int, size: int) -> None:
        nonlocal place
        found.extend(struct.unpack_from(f"<{count * size}d", body, place))
        place += 8 * count * size

    def geometry() -> None:
        nonlocal place
        place += 1  # the order of bytes, which is the usual one
        kind = whole()
        size = 2 + (1000 <= kind < 3000) + 2 * (kind >= 3000)
        match kind % 1000:
            case 1:
                points(1, size)
            case 2:
                points(whole(), size)
            case 3:
                for _ in range(whole()):
                    points(whole(), size)
            case _:
                for _ in range(whole()):
                    geometry()

    geometry()
    return found


def _same_moment(true: str, got: dt.datetime | dt.date | dt.time) -> bool:
    shown = got.isoformat(sep=" ") if isinstance(got, dt.datetime) else got.isoformat()
    shown = re.sub(r"( 00:00:00)?(\+00:00)?$", "", shown)
    true = re.sub(r"\.0+$", "", true)
    for form in _FORMS:
        try:
            moment = dt.datetime.strptime(true.replace("T", " "), form)
        except ValueError:
            continue
        if shown in {moment.isoformat(sep=" "), moment.date().isoformat(), moment.time().isoformat()}:
            return True
    true = true.replace("T", " ")
    return true.startswith(shown) or shown.startswith(true)


def _same_words(true: str, got: str) -> bool:
    if true == got or (is_missing(true) and is_missing(got)):
        return True
    if len(true) > 1 and re.fullmatch(r"([0-9a-f]{2})+", true) and _unhexed(true) == got:
        return True
    known, found = number(true), number(got)
    if known is not None and found is not None:
        if _ZEROS.match(true) and not _ZEROS.match(got):
            return False  # a code lost its leading zeros
        return known == found or abs(known - found) <= 1e-9 * max(abs(known), abs(found))
    if true.lower() in {"true", "false"}:
        return got.lower() in {true.lower(), true[0].lower()} or found == (1.0 if true.lower() == "true" else 0.0)
    if (clock := _clock(true)) is not None:
        return clock == _clock(got)
    moment = _instant(true)
    return moment is not None and moment == _instant(got)


def _unhexed(word: str) -> str | None:
    try:
        return bytes.fromhex(word).decode("utf-8").strip()
    except UnicodeDecodeError:
        return None


def _clock(word: str) -> dt.time | None:
    for form in _CLOCKS:
        try:
            return dt.datetime.strptime(word, form).time()
        except ValueError:
            continue
    return None


def _instant(word: str) -> dt.datetime | None:
    """Read a time with or without a zone; one without counts as UTC."""
    word = re.sub(r" ?([A-Z]{1,3})$", lambda found: _ZONES.get(found[1], found[0]), word)
    word = re.sub(r" ?([+-]\d\d)$", r"\1:00", re.sub(r" ?([+-]\d\d)(\d\d)$", r"\1:\2", word))
    try:
        moment = dt.datetime.fromisoformat(word)
    except ValueError:
        return None
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment


def key(row: list[Any]) -> tuple[str, ...]:
    """Give what equal rows of text have in common, to look them up."""
    cells = []
    for cell in map(text, row):
        value = number(cell)
        if value is not None and not _ZEROS.match(cell):
            cells.append(f"{value:.9g}")
        else:
            cells.append("" if is_missing(cell) else cell)
    return tuple(cells)
