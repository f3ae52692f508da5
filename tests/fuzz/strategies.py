"""Tables as text in every usual manner, and what a plain reader of CSV makes of them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from hypothesis import strategies as st

CELLS = st.one_of(
    st.integers(-(10**6), 10**6).map(str),
    st.floats(-1e6, 1e6).map(repr),
    st.sampled_from(
        ["", "NA", "-", "true", "2026-01-31", "31/01/2026", "1,5", "007", "x y", "a;b", 'say "so"', "é", "ß|ü"]
    ),
    st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=8),
    st.sampled_from(["two\nlines", 'a "quoted",\nline', "end,"]),
)


@dataclass(frozen=True)
class Text:
    """The bytes of a table, and how many rows a plain reader finds under its header."""

    content: bytes
    rows: int


@st.composite
def texts(draw: st.DrawFn) -> Text:
    """Draw delimited text: every delimiter, line end, encoding, with a mark or not, some rows too long or too short."""
    width = draw(st.integers(2, 5))
    delimiter = draw(st.sampled_from(",;\t|"))
    rows = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=4, max_size=12))
    for place in draw(st.sets(st.integers(0, len(rows) - 1), max_size=1)):
        rows[place] = rows[place] + ["more"] if draw(st.booleans()) else rows[place][:-1]
    out = io.StringIO()
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=draw(st.sampled_from(["\n", "\r\n"])))
    writer.writerow([f"name {place}" for place in range(width)])
    # The first cell is never empty, for a row of blanks alone is none.
    writer.writerows([[f"r{number}", *row[1:]] for number, row in enumerate(rows)])
    text = out.getvalue()
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]))
    return Text(text.encode(encoding), len(rows))


@st.composite
def mutations(draw: st.DrawFn, content: bytes) -> bytes:
    """Draw ``content`` with some bytes changed, put in, doubled or cut away."""
    made = bytearray(content)
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, max(0, len(made) - 1)))
        match draw(st.sampled_from(["change", "insert", "double", "cut", "end"])):
            case "change":
                made[place : place + 1] = draw(st.binary(min_size=1, max_size=1))
            case "insert":
                made[place:place] = draw(st.sampled_from([b'"', b"\n", b"\0", b",", b"\r", b"\xff", b"{", b"]", b"\\"]))
            case "double":
                made[place:place] = made[place : place + draw(st.integers(1, 64))]
            case "cut":
                del made[place : place + draw(st.integers(1, 64))]
            case _:
                del made[place:]
    return bytes(made)
