"""From a file's bytes to text: which encoding, which line ends, and the text as UTF-8."""

from __future__ import annotations

import codecs
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_CHUNK: Final = 1 << 22
_GLANCE: Final = 1 << 20
_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_CANDIDATES: Final = ("shift_jis", "gb18030", "euc_kr", "big5", "euc_jp")


@dataclass(frozen=True)
class Text:
    """What is known of a text file: ``mark`` is the length of its byte order mark, ``mixed`` its line ends."""

    encoding: str
    mark: int = 0
    mixed: bool = False
    carriage: bool = False
    note: str = ""

    @property
    def steady(self) -> bool:
        """Whether all lines end alike, with a line feed."""
        return not self.mixed and not self.carriage

    @property
    def plain(self) -> bool:
        """Whether it is UTF-8 without a mark, as the fast reader takes it."""
        return self.encoding == "utf-8" and not self.mark


def glance(path: Path) -> Text | None:
    """Say how the text is coded if its first part is UTF-8 with usual line ends; None when that is not so."""
    with path.open("rb") as file:
        head = file.read(_GLANCE)
    mark = 3 if head.startswith(_MARKS[0][0]) else 0
    if b"\0" in head or b"\x1b$" in head or (mark == 0 and any(head.startswith(sign) for sign, _ in _MARKS)):
        return None
    pairs = head.count(b"\r\n")
    if head.rstrip(b"\r").count(b"\r") != pairs or (pairs and pairs != head.count(b"\n")):
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return None
    return Text("utf-8", mark)


def examine(
    path: Path,
    should_stop: Callable[[], bool] = lambda: False,
    tell: Callable[[str, float, float | None], None] = lambda *_: None,
    wanted: str | None = None,
) -> Text | None:
    """Read the whole file once and say how its text is coded; None when stopped.

    With ``wanted`` that encoding is taken, whatever the bytes say.

    Raises:
        DatasetError: it is no text.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(1 << 16)
    mark = next(((len(sign), name) for sign, name in _MARKS if head.startswith(sign)), None)
    if wanted is not None:
        return _as_wanted(path, wanted, mark, should_stop, tell)
    if mark is not None:
        length, name = mark
        note = "" if name == "utf-8" else f"The text is {name.upper()}."
    elif other := _wide(head) or _shifted(head):
        length, name, note = 0, other, f"The text has no mark and was read as {other.upper()}."
    else:
        length, name, note = 0, "utf-8", ""
        if b"\0" in head:
            raise no_text(path)
    found = _scan(path, name, length, should_stop, tell)
    if found is None:
        return None
    counts, valid = found
    if not valid:
        if length:
            raise DatasetError(
                f"{path.name} says that it is {name.upper()}, but holds bytes that are not.",
                hint="Save the file again as UTF-8.",
            )
        name = _eight_bits(path)
        note = f"The text is not UTF-8 and was read as {name}; look at letters with accents."
    return _text(name, length, counts, note)


def _text(name: str, mark: int, counts: dict[bytes, int], note: str) -> Text:
    ends = [counts[b"\n"] - counts[b"\r\n"], counts[b"\r\n"], counts[b"\r"] - counts[b"\r\n"]]
    return Text(encoding=name, mark=mark, mixed=sum(end > 0 for end in ends) > 1, carriage=ends[2] > 0, note=note)


def _as_wanted(
    path: Path,
    wanted: str,
    mark: tuple[int, str] | None,
    should_stop: Callable[[], bool],
    tell: Callable[[str, float, float | None], None],
) -> Text | None:
    name = codecs.lookup(wanted).name
    length = mark[0] if mark is not None and codecs.lookup(mark[1]).name == name else 0
    found = _scan(path, name, length, should_stop, tell, is_sure=True)
    return None if found is None else _text(name, length, found[0], "")


def no_text(path: Path) -> DatasetError:
    """Say that ``path`` holds neither text nor anything else that is known, and where its first NUL stands."""
    with path.open("rb") as file:
        head = file.read(1 << 16)
    place = max(0, head.find(b"\0"))
    line, column = head.count(b"\n", 0, place) + 1, place - head.rfind(b"\n", 0, place)
    return DatasetError(
        f"{path.name} is not a table: it holds bytes that are no text, as at line {line}, column {column}.",
        hint="Choose a CSV, JSON, Parquet or Excel file.",
    )


def _shifted(head: bytes) -> str:
    """Give the encoding of seven bits that changes between alphabets by escapes (ISO 2022), or nothing."""
    if b"\x1b$" not in head or not head.isascii():
        return ""
    for name in ("iso2022_jp_2", "iso2022_kr"):
        try:
            codecs.getincrementaldecoder(name)().decode(head)
        except UnicodeDecodeError:
            continue
        return name
    return ""


def _wide(head: bytes) -> str:
    """Give the UTF-16 that ``head`` looks like: every second byte of Latin text is zero."""
    head = head[: len(head) // 2 * 2]
    if len(head) < 4:
        return ""
    even, odd = head[0::2].count(0) / (len(head) / 2), head[1::2].count(0) / (len(head) / 2)
    name = "utf-16-le" if odd > 0.6 and even < 0.1 else "utf-16-be" if even > 0.6 and odd < 0.1 else ""
    try:
        # The last unit may be the first half of a pair.
        codecs.getincrementaldecoder(name)().decode(head) if name else None
    except UnicodeDecodeError:
        return ""
    return name


def _scan(
    path: Path,
    encoding: str,
    skip: int,
    should_stop: Callable[[], bool],
    tell: Callable[[str, float, float | None], None],
    *,
    is_sure: bool = False,
) -> tuple[dict[bytes, int], bool] | None:
    counts = dict.fromkeys((b"\n", b"\r\n", b"\r"), 0)
    decoder = codecs.getincrementaldecoder(encoding)("replace" if is_sure else "strict")
    valid, pending, last = True, False, b""
    wide = encoding.startswith(("utf-16", "utf-32"))
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(skip)
        while chunk := file.read(_CHUNK):
            if should_stop():
                return None
            tell("Read the text", file.tell(), size)
            # Most chunks of most files are ASCII, which is seen at once.
            if valid and not (is_sure and not wide) and (wide or pending or not chunk.isascii()):
                try:
                    text = decoder.decode(chunk)
                    chunk = text.encode("utf-8", "replace") if wide else chunk
                    pending = bool(decoder.getstate()[0])
                except UnicodeDecodeError:
                    valid = False
            if b"\0" in chunk and not wide:
                raise no_text(path)
            for sign in counts:
                counts[sign] += chunk.count(sign) if sign[:1] != b"\r" or b"\r" in chunk else 0
            counts[b"\r\n"] += last == b"\r" and chunk[:1] == b"\n"
            last = chunk[-1:]
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        valid = False
    return counts, valid


def _eight_bits(path: Path) -> str:
    """Guess the encoding of text that is not UTF-8 from its first bytes outside of ASCII."""
    sample = b""
    with path.open("rb") as file:
        while len(sample) < 1 << 16 and (lines := file.readlines(1 << 20)):
            sample += b"".join(line for line in lines if not line.isascii())
    sample = sample[: 1 << 18]
    if asian := _asian(sample):
        return asian
    high = [byte for byte in sample if byte >= 0x80]
    letters = sum(byte >= 0xC0 for byte in high)
    # Cyrillic text has hardly a Latin letter between its own; Western text has mostly such.
    latin = sum(0x41 <= byte < 0x7B for byte in sample)
    if letters > 20 and letters / max(1, len(high)) > 0.9 and len(high) > 2 * latin:
        # The usual vowels of Russian are e0, e8 and ee, those of Greek e1, e9 and ef.
        greek = sum(byte in {0xE1, 0xE9, 0xEF} for byte in high)
        return "cp1253" if greek > 2 * sum(byte in {0xE0, 0xE8, 0xEE} for byte in high) else "cp1251"
    try:
        sample.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def _asian(sample: bytes) -> str:
    best, name = 0.6, ""
    high = sum(byte >= 0x80 for byte in sample)
    for candidate in _CANDIDATES:
        try:
            text = sample.decode(candidate)
        except UnicodeDecodeError:
            continue
        signs = [sign for sign in text if ord(sign) >= 0x80]
        # Two bytes make one sign; the usual ones stand in the blocks of kana, common ideographs and Hangul.
        usual = sum("぀" <= s <= "ヿ" or "一" <= s <= "鿿" or "가" <= s <= "힣" or "　" <= s <= "〿" for s in signs)
        share = usual / max(1, len(signs)) if high >= 4 else 0.0
        kana = sum("぀" <= sign <= "ヿ" for sign in signs) / max(1, len(signs))
        hangul = sum("가" <= sign <= "힣" for sign in signs) / max(1, len(signs))
        score = share + kana + hangul
        if share > 0.9 and score > best:
            best, name = score, candidate
    return name


def to_utf8(path: Path, text: Text, out: Path, should_stop: Callable[[], bool]) -> int | None:
    """Write the text of ``path`` to ``out`` as UTF-8 without a mark, each line ended by a line feed.

    Gives how many signs had to be replaced, for they are none in its encoding; None when stopped.

    Raises:
        OSError: the disk refuses.
    """
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(text.encoding)("replace"), translate=True)
    replaced = 0
    with path.open("rb") as source, out.open("wb") as target:
        source.seek(text.mark)
        while True:
            if should_stop():
                return None
            chunk = source.read(_CHUNK)
            part = decoder.decode(chunk, final=not chunk)
            replaced += part.count("\ufffd") if text.encoding != "utf-8" else 0
            target.write(part.encode("utf-8", "replace"))
            if not chunk:
                return replaced
