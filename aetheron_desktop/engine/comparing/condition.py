"""Conditions on runs as people write them: ``roc_auc > 0.9 and estimator = lightgbm and tag = "x"``.

::

    condition  = all {"or" all}
    all        = one {["and"] one}
    one        = "not" one | "(" condition ")" | comparison | text
    comparison = name sign value | name "in" "(" value {"," value} ")" | name ["not"] "contains" value
               | name "is" ["not"] "missing"
    sign       = "=" | "==" | "!=" | "<>" | "<" | "<=" | ">" | ">="

A value is a number, with a unit where the column has one (``5 min``, ``12 MB``), a date, a word, or text in quotes of
either kind. A word or text that compares nothing is looked for in name, estimator, dataset, tags and note. Words are
the same in any case; what is missing is neither greater nor less than anything, and different from all.
"""

from __future__ import annotations

import re
import time
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from aetheron_desktop.engine.comparing.columns import Column, Kind
    from aetheron_desktop.engine.comparing.table import RunTable

    Mask = NDArray[np.bool_]

_TOKEN: Final = re.compile(
    r"""(?P<blank>\s+)
    |(?P<text>"[^"]*"|'[^']*')
    |(?P<date>\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d)?)
    |(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\w.])
    |(?P<amount>[-+]?(?:\d+\.?\d*|\.\d+)[a-zA-Zµ]+)(?!\w)
    |(?P<sign><=|>=|<>|!=|==|[()=<>,])
    |(?P<name>[^\s()=<>!,"']+)""",
    re.VERBOSE,
)
_SIGNS: Final = ("=", "!=", "<", "<=", ">", ">=")
_SAME: Final = {"==": "=", "<>": "!="}
_WORDS: Final = frozenset({"and", "or", "not", "in", "is", "contains", "missing"})
_UNITS: Final[dict[Kind, dict[str, float]]] = {
    "seconds": {"ms": 1e-3, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0},
    "milliseconds": {"us": 1e-3, "µs": 1e-3, "ms": 1.0, "s": 1e3},
    "bytes": {"b": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9},
}
_AGO: Final = {"min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_SOUGHT: Final = ("run", "estimator", "dataset", "tags", "note")
_LONGEST: Final = 2_000
_DEEPEST: Final = 40


class Offers(NamedTuple):
    """What may stand at a place of a condition: ``words``, in place of what was typed from ``start`` on."""

    start: int
    words: tuple[str, ...]


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


def matching(text: str, table: RunTable) -> Mask:
    """Give which runs meet the condition ``text``; all of them where it is empty.

    Raises:
        UsageError: it cannot be understood; the words say where, and what comes near.
    """
    if not text.strip():
        return np.ones(len(table), dtype=np.bool_)
    return _Reader(text, table).read()


def offers(text: str, table: RunTable, most: int = 60) -> Offers:
    """Give what may follow at the end of ``text``: columns, signs or the values of a column."""
    before = re.search(r"[^\s()=<>!,\"']*$", text)
    assert before is not None
    typed, start = before.group().casefold(), before.start()
    try:
        tokens = _tokens(text[:start])
    except UsageError:
        return Offers(start, ())
    words = _next(tokens, table)
    begun = [word for word in words if word.casefold().strip('"').startswith(typed)]
    inside = [word for word in words if typed in word.casefold() and word not in begun]
    return Offers(start, tuple([*begun, *inside][:most]))


def _next(tokens: list[_Token], table: RunTable) -> list[str]:
    """Give what may come after these tokens."""
    names = [_short(column) for column in table.columns()]
    if not tokens:
        return names
    last, known = tokens[-1], table.words()
    before = tokens[-2] if len(tokens) > 1 else None
    if last.text.casefold() in {"and", "or", "not", "("}:
        return ["missing"] if last.text.casefold() == "not" and before and before.text.casefold() == "is" else names
    if (last.kind == "sign" and last.text != ")") or last.text.casefold() in {"contains", "in"}:
        key = known.get(before.text.casefold()) if before else None
        return _values(table, key) if key else []
    if last.text.casefold() == "is":
        return ["missing", "not missing"]
    compares = before is not None and (before.kind == "sign" or before.text.casefold() in {"contains", "is", "not"})
    if last.kind == "name" and not compares and (key := known.get(last.text.casefold())):
        column = table.column(key)
        assert column is not None
        return [*(_SIGNS if column.is_number else ("=", "!=", "contains", "in")), "is"]
    return ["and", "or"]


def _short(column: Column) -> str:
    head, dot, tail = column.key.partition(".")
    word = tail if dot and head == "metric" else column.key
    return {"tags": "tag"}.get(word, word)


def _values(table: RunTable, key: str) -> list[str]:
    """Give the values that a column of texts has, quoted where need be."""
    column = table.column(key)
    if column is None or column.is_number:
        return []
    found: dict[str, None] = {}
    for value in table.values(key).tolist():
        found.update(dict.fromkeys(value if isinstance(value, tuple) else () if value is None else (value,)))
    return [word if re.fullmatch(r"[\w.-]+", word) else f'"{word}"' for word in sorted(found, key=str.casefold)]


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            if text[at] in "\"'":
                raise _refusal(f"The text that begins with {text[at : at + 12]} does not end", at, "Close the quotes.")
            raise _refusal(f"{text[at]!r} cannot be understood", at, "Compare: roc_auc > 0.9, estimator = forest.")
        kind = str(match.lastgroup)
        if kind != "blank":
            found.append(_Token(kind, match.group(), at))
        at = match.end()
    return found


def _refusal(what: str, at: int, hint: str) -> UsageError:
    return UsageError(f"{what}, at character {at + 1}.", hint=hint)


class _Reader:
    """Reads a condition from left to right, and says of each run whether it is met."""

    def __init__(self, text: str, table: RunTable) -> None:
        if len(text) > _LONGEST:
            raise UsageError(f"The condition has {len(text):,} characters.", hint=f"At most {_LONGEST:,} are read.")
        self._table = table
        self._tokens = _tokens(text)
        self._end = len(text)
        self._place = 0
        self._depth = 0

    def read(self) -> Mask:
        found = self._any()
        if (left := self._peek()) is not None:
            raise _refusal(f"{left.text!r} stands where nothing more was expected", left.at, "Join parts by and or or.")
        return found

    # -- the parts of the grammar -------------------------------------------------------------------------------------

    def _any(self) -> Mask:
        found = self._all()
        while self._take("or"):
            found = found | self._all()
        return found

    def _all(self) -> Mask:
        found = self._one()
        while True:
            following = self._peek()
            if following is None or following.text in {")", ","} or following.text.casefold() == "or":
                return found
            self._take("and")
            found = found & self._one()

    def _one(self) -> Mask:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise UsageError("The condition has too many parts within each other.", hint="Write it flatter.")
        try:
            if self._take("not"):
                return ~self._one()
            if self._take("("):
                found = self._any()
                self._need(")")
                return found
            return self._comparison()
        finally:
            self._depth -= 1

    def _comparison(self) -> Mask:
        token = self._next("A column, such as roc_auc, is missing")
        if token.kind == "sign" or token.text.casefold() in _WORDS:
            raise _refusal(f"{token.text!r} needs a column before it", token.at, "Write it as: roc_auc > 0.9.")
        following = self._peek()
        compares = following is not None and (
            (following.kind == "sign" and following.text not in {"(", ")", ","})
            or following.text.casefold() in {"in", "is", "contains"}
            or (following.text.casefold() == "not" and self._peek_at(1) in {"contains", "in"})
        )
        if not compares:
            return self._sought(_bare(token))
        column = self._column(token)
        sign = self._next("")
        is_not = sign.text.casefold() == "not"
        if is_not:
            sign = self._next("")
        match sign.text.casefold():
            case "is":
                found = self._missing(column)
            case "in":
                found = self._among(column)
            case "contains":
                found = self._contains(column, self._value())
            case word:
                found = self._compared(column, _SAME.get(word, word), self._value())
        return ~found if is_not else found

    def _missing(self, column: Column) -> Mask:
        is_not = self._take("not")
        self._need("missing")
        values = self._table.values(column.key)
        missing = np.isnan(values) if column.is_number else np.array([v in (None, ()) for v in values], dtype=np.bool_)
        return ~missing if is_not else missing

    def _among(self, column: Column) -> Mask:
        self._need("(")
        found = self._compared(column, "=", self._value())
        while self._take(","):
            found = found | self._compared(column, "=", self._value())
        self._need(")")
        return found

    # -- what is asked of a column ------------------------------------------------------------------------------------

    def _compared(self, column: Column, sign: str, value: _Token) -> Mask:
        values = self._table.values(column.key)
        if column.is_number:
            return _SIGN[sign](values, _number(column, value))
        if sign not in {"=", "!="}:
            raise _refusal(
                f"{column.title} is text, and {sign} compares numbers", value.at, "Use =, != or contains with text."
            )
        wanted = _folded(_bare(value))
        test: Callable[[Any], bool]
        if column.kind == "tags":
            test = lambda tags: any(_folded(tag) == wanted for tag in tags)  # noqa: E731 - one of two tests
        elif column.key == "estimator":
            ids = np.array([row.estimator_id for row in self._table.rows], dtype=object)
            found = self._each(ids, lambda one: _folded(one) == wanted) | self._each(
                values, lambda one: _folded(one or "") == wanted
            )
            return ~found if sign == "!=" else found
        else:
            test = lambda one: one is not None and _folded(one) == wanted  # noqa: E731
        found = self._each(values, test)
        return ~found if sign == "!=" else found

    def _contains(self, column: Column, value: _Token) -> Mask:
        if column.is_number:
            raise _refusal(f"{column.title} is a number, and contains asks of text", value.at, "Use =, < or >.")
        part = _bare(value).casefold()
        return self._each(
            self._table.values(column.key),
            lambda one: any(part in tag.casefold() for tag in (one if isinstance(one, tuple) else (one or "",))),
        )

    def _sought(self, words: str) -> Mask:
        part = words.casefold()
        found = np.zeros(len(self._table), dtype=np.bool_)
        for key in _SOUGHT:
            found |= self._each(
                self._table.values(key),
                lambda one: any(part in word.casefold() for word in (one if isinstance(one, tuple) else (one or "",))),
            )
        return found

    @staticmethod
    def _each(values: NDArray[Any], test: Callable[[Any], bool]) -> Mask:
        """Ask each different value once: of many runs most are alike."""
        known: dict[Any, bool] = {}
        made = np.zeros(len(values), dtype=np.bool_)
        for place, value in enumerate(values.tolist()):
            if value not in known:
                known[value] = test(value)
            made[place] = known[value]
        return made

    # -- tokens -------------------------------------------------------------------------------------------------------

    def _column(self, token: _Token) -> Column:
        words = self._table.words()
        key = words.get(token.text.strip("\"'").casefold())
        column = self._table.column(key) if key else None
        if column is None:
            near = get_close_matches(token.text.casefold(), list(words), 3, 0.6)
            hint = f"Did you mean {' or '.join(near)}?" if near else "A metric, a parameter, or: run, estimator, tag …"
            raise _refusal(f"There is no column {token.text!r}", token.at, hint)
        return column

    def _value(self) -> _Token:
        token = self._next("A value is missing")
        if token.kind == "sign":
            raise _refusal(f"{token.text!r} stands where a value was expected", token.at, "Put text in quotes.")
        following = self._peek()
        if token.kind == "number" and following is not None and following.text.casefold() in _ALL_UNITS:
            self._place += 1
            return _Token("amount", token.text + following.text, token.at)
        return token

    def _peek(self) -> _Token | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _peek_at(self, more: int) -> str:
        place = self._place + more
        return self._tokens[place].text.casefold() if place < len(self._tokens) else ""

    def _next(self, missing: str) -> _Token:
        token = self._peek()
        if token is None:
            raise _refusal(missing or "The condition ends too soon", self._end, "Write it as: roc_auc > 0.9.")
        self._place += 1
        return token

    def _take(self, word: str) -> bool:
        token = self._peek()
        if token is None or token.kind not in {"name", "sign"} or token.text.casefold() != word:
            return False
        self._place += 1
        return True

    def _need(self, word: str) -> None:
        if not self._take(word):
            token = self._peek()
            at = token.at if token is not None else self._end
            raise _refusal(f"{word!r} is missing", at, f"Write {word!r} there.")


_SIGN: Final[dict[str, Callable[[NDArray[Any], float], Mask]]] = {
    "=": lambda values, value: values == value,
    "!=": lambda values, value: values != value,
    "<": lambda values, value: values < value,
    "<=": lambda values, value: values <= value,
    ">": lambda values, value: values > value,
    ">=": lambda values, value: values >= value,
}
_ALL_UNITS: Final = {unit for units in _UNITS.values() for unit in units} | set(_AGO)


def _bare(token: _Token) -> str:
    return token.text[1:-1] if token.kind == "text" else token.text


def _folded(text: str) -> str:
    """Give a word for comparing: any case, and whatever stands between its parts."""
    return re.sub(r"[\s_-]+", "", text.casefold())


def _number(column: Column, token: _Token) -> float:
    """Read a value for a column of numbers.

    Raises:
        UsageError: it is none, or its unit is none of the column's.
    """
    if token.kind == "number" and column.kind != "date":
        return float(token.text)
    if column.kind == "date":
        return _moment(column, token)
    if token.kind == "amount":
        units = _UNITS.get(column.kind, {})
        found = re.fullmatch(r"([-+]?[\d.]+)(\D+)", token.text)
        if found is not None and found[2].casefold() in units:
            return float(found[1]) * units[found[2].casefold()]
        if units:
            hint = f"{column.title} is told in {', '.join(units)}."
            raise _refusal(f"{token.text!r} has no unit of {column.title.lower()}", token.at, hint)
    raise _refusal(f"{column.title} is a number, and {_bare(token)!r} is none", token.at, "Write a number there.")


def _moment(column: Column, token: _Token) -> float:
    """Read a day, a minute, or how long ago: ``2026-11-30``, ``"2026-11-30 14:00"``, ``7d``."""
    words = _bare(token).replace("T", " ")
    for form in ("%Y-%m-%d", "%Y-%m-%d %H:%M"):
        try:
            return time.mktime(time.strptime(words, form))
        except (ValueError, OverflowError):
            continue
    found = re.fullmatch(r"([\d.]+)\s*(\D+)", words)
    if found is not None and found[2].casefold() in _AGO:
        return time.time() - float(found[1]) * _AGO[found[2].casefold()]
    raise _refusal(
        f"{column.title} is a date, and {words!r} is none", token.at, "Write 2026-11-30, or 7d for a week ago."
    )
