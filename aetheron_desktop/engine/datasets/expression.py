"""Conditions and formulas over the columns of a table, as people write them: parsed, checked, and never evaluated.

The grammar is that of Python's expressions, cut down to what is listed here, with SQL's words where these differ:
columns stand bare or in backticks, text in quotes of either kind (doubled within), ``=`` compares, ``is missing`` asks.
Every value goes to the query engine as a parameter. Logic has three values, as in SQL: what depends on a missing value
is missing, and a row whose condition is missing is not kept.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from aetheron_desktop.engine.datasets import expression_parts as parts
from aetheron_desktop.engine.datasets.expression_parts import FUNCTIONS, HELPERS, HOLE, Kind, Mismatch, Part, joined
from aetheron_desktop.engine.datasets.names import quoted
from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyarrow as pa

_LONGEST: Final = 10_000
_MOST_TOKENS: Final = 2_000
_DEEPEST: Final = 60
_TOKEN: Final = re.compile(
    r"""(?P<blank>\s+)
    |(?P<text>"(?:[^"]|"")*"|'(?:[^']|'')*')
    |(?P<tick>`(?:[^`]|``)+`)
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)
    |(?P<name>[^\W\d]\w*)
    |(?P<sign><=|>=|<>|!=|==|\*\*|//|[-+*/%(),<>=])""",
    re.VERBOSE,
)
_WORDS: Final = {
    "and": "and", "or": "or", "not": "not", "in": "in", "is": "is", "true": "True", "false": "False",
    "null": "None", "none": "None", "missing": "None",
}  # fmt: skip
_SIGNS: Final = {"=": "==", "<>": "!="}
_COMPARED: Final[dict[type[ast.cmpop], tuple[str, str]]] = {
    ast.Eq: ("=", "=="), ast.NotEq: ("<>", "!="), ast.Lt: ("<", "<"), ast.LtE: ("<=", "<="), ast.Gt: (">", ">"),
    ast.GtE: (">=", ">="),
}  # fmt: skip
_PLAIN: Final[dict[type[ast.operator], str]] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
_KINDS: Final = {
    "integer": "a number", "number": "a number", "text": "text", "boolean": "a truth value", "date": "a date",
    None: "missing",
}  # fmt: skip


@dataclass(frozen=True)
class Expression:
    """What was understood of ``text``.

    ``sql`` has a ``?`` for each of ``values``, ``inline_sql`` has them written out, to be read and kept. ``pandas`` is
    equal code for a table ``frame`` whose columns are Arrow-backed; it calls the functions written out in ``helpers``.
    ``template`` is ``sql`` with a sign for each value that no text of people holds, to be put into larger SQL.
    """

    text: str
    kind: Kind
    sql: str
    values: tuple[parts.Value, ...]
    inline_sql: str
    pandas: str
    helpers: tuple[str, ...]
    columns: tuple[str, ...]
    template: str


def parse(text: str, columns: Mapping[str, Kind]) -> Expression:
    """Understand ``text`` as an expression over ``columns``, which gives the kind of each.

    Raises:
        UsageError: it cannot be understood; the words say where, and what comes near.
    """
    reader = _Reader(text, columns)
    part = reader.read()
    assert part.kind is not None
    pieces = part.sql.split(HOLE)
    literals = [*(literal(value) for value in part.values), ""]
    return Expression(
        text=text,
        kind=part.kind,
        sql="?".join(pieces),
        values=part.values,
        inline_sql="".join(piece + literal for piece, literal in zip(pieces, literals, strict=True)),
        pandas=part.pandas,
        helpers=tuple(HELPERS[name].strip("\n") for name in sorted(part.helpers)),
        columns=part.columns,
        template=part.sql,
    )


def condition(text: str, columns: Mapping[str, Kind]) -> Expression:
    """Understand ``text`` as a condition that is true or false of each row.

    Raises:
        UsageError: it cannot be understood, or is none.
    """
    found = parse(text, columns)
    if found.kind != "boolean" or not found.columns:
        raise UsageError(
            f"“{text}” is {_KINDS[found.kind]}, and no condition on a column.", hint="Compare: age > 30, city = 'Ulm'."
        )
    return found


def kinds(parquet: Path) -> dict[str, Kind]:
    """Give for each column of a Parquet file what an expression takes it for.

    Raises:
        OSError: the file cannot be read.
    """
    import pyarrow.parquet as pq  # the window makes expressions without it

    return kinds_of(pq.read_schema(parquet))


def kinds_of(schema: pa.Schema) -> dict[str, Kind]:
    """Give for each column of a schema what an expression takes it for."""
    import pyarrow as pa

    found: dict[str, Kind] = {}
    for field in schema:
        if pa.types.is_integer(field.type):
            found[field.name] = "integer"
        elif pa.types.is_floating(field.type) or pa.types.is_decimal(field.type):
            found[field.name] = "number"
        elif pa.types.is_boolean(field.type):
            found[field.name] = "boolean"
        elif pa.types.is_temporal(field.type):
            found[field.name] = "date"
        else:
            found[field.name] = "text"
    return found


def column(name: str) -> str:
    """Give ``name`` as an expression has it."""
    is_plain = re.fullmatch(r"[^\W\d]\w*", name) and name.lower() not in _WORDS
    return name if is_plain else "`" + name.replace("`", "``") + "`"


def literal(value: parts.Value) -> str:
    """Give ``value`` as SQL writes it out."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            return "'" + value.replace("'", "''") + "'"
        case _:
            return f"'{value.isoformat(sep=' ')}'"


class _Reader:
    """Reads one text. Columns and texts become names that Python's parser knows, so that no sign of theirs matters."""

    def __init__(self, text: str, columns: Mapping[str, Kind]) -> None:
        self._text = text
        self._columns = columns
        self._names: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._places: list[tuple[int, int]] = []

    def read(self) -> Part:
        if not self._text.strip():
            raise UsageError("There is no expression.", hint="Write one such as: age > 30 and city = 'Ulm'.")
        if len(self._text) > _LONGEST:
            raise UsageError(f"The expression is longer than {_LONGEST:,} signs.", hint="Split it.")
        source = self._scanned()
        try:
            tree = ast.parse(source, mode="eval")
        except SyntaxError as error:
            if "nested" in error.msg:
                raise UsageError("The expression is nested too deeply.", hint="Split it.") from None
            raise self._error("cannot be understood here", (error.offset or 1) - 1) from None
        except (RecursionError, MemoryError, ValueError):
            raise UsageError("The expression is nested too deeply.", hint="Split it.") from None
        if _depth(tree) > _DEEPEST:
            raise UsageError("The expression is nested too deeply.", hint="Split it.")
        part = self._part(tree.body)
        if part.kind is None:
            raise UsageError("“missing” alone is no expression.", hint="Ask of a column: city is missing.")
        return part

    # -- signs --------------------------------------------------------------------------------------------------------

    def _scanned(self) -> str:
        made: list[str] = []
        width = place = 0
        while place < len(self._text):
            token = _TOKEN.match(self._text, place)
            if token is None:
                sign = self._text[place]
                where = "The quote is not closed" if sign in "\"'`" else f"The sign “{sign}” has no meaning here"
                raise UsageError(f"{where} (at sign {place + 1}).", hint="Names with blanks stand in `backticks`.")
            if token.lastgroup != "blank":
                word = self._word(token)
                self._places.append((width, place))
                made.append(word)
                width += len(word) + 1
            if len(made) > _MOST_TOKENS:
                raise UsageError("The expression is too long.", hint="Split it.")
            place = token.end()
        return " ".join(made)

    def _word(self, token: re.Match[str]) -> str:
        word = token.group()
        match token.lastgroup:
            case "text":
                key = f"_t{len(self._texts)}"
                self._texts[key] = word[1:-1].replace(word[0] * 2, word[0])
                return key
            case "tick":
                return self._named(word[1:-1].replace("``", "`"))
            case "name" if self._is_called(token):
                return f"_f_{word.lower()}" if word.isascii() else "_f_unknown"
            case "name" if word in self._columns or word.lower() not in _WORDS:
                return self._named(word)
            case "name":
                return _WORDS[word.lower()]
            case "number":
                return _plain_number(word)
            case _:
                return _SIGNS.get(word, word)

    def _is_called(self, token: re.Match[str]) -> bool:
        word, rest = token.group(), self._text[token.end() :].lstrip()
        return rest.startswith("(") and word.lower() not in {"and", "or", "not", "in", "is"}

    def _named(self, name: str) -> str:
        key = f"_c{len(self._names)}"
        self._names[key] = name
        return key

    def _error(self, words: str, place: int) -> UsageError:
        """Say what is wrong with what stands at ``place`` of the text that Python read."""
        before = [source for width, source in self._places if width <= max(0, place)]
        start = before[-1] if before else 0
        shown = self._text[start : start + 20].split("\n")[0]
        what = f"“{shown}” {words}" if shown else f"The end {words}"
        return UsageError(f"{what} (at sign {start + 1}).", hint="Such as: age > 30 and city in ('Ulm', 'Bonn').")

    # -- meaning ------------------------------------------------------------------------------------------------------

    def _part(self, node: ast.expr) -> Part:
        try:
            return self._meant(node)
        except Mismatch as error:
            raise self._error(f"does not fit: {error}", node.col_offset) from None

    def _meant(self, node: ast.expr) -> Part:
        match node:
            case ast.Name():
                return self._name(node)
            case ast.Constant(value=None):
                return Part(None, "NULL")
            case ast.Constant(value=bool() | int() | float() as value):
                return parts.constant(value)
            case ast.BoolOp():
                return self._logic(node)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.BinOp():
                return self._arithmetic(self._part(node.left), node.op, self._part(node.right))
            case ast.Compare():
                return self._comparison(node)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name.startswith("_f_"):
                return self._call(node, name[3:], [self._part(one) for one in arguments])
            case _:
                raise Mismatch("this has no meaning here")

    def _name(self, node: ast.Name) -> Part:
        if node.id in self._texts:
            return parts.constant(self._texts[node.id])
        name = self._names.get(node.id)
        if name is None:
            raise Mismatch("a value is expected")
        if name not in self._columns:
            near = get_close_matches(name, list(self._columns), n=3, cutoff=0.5)
            start = next(source for width, source in self._places if width == node.col_offset)
            raise UsageError(
                f"There is no column “{name}” (at sign {start + 1}).",
                hint=f"Did you mean {' or '.join(map(column, near))}?" if near else "Text stands in quotes: 'Ulm'.",
            )
        if HOLE in name:
            raise Mismatch("the name of the column holds a sign that cannot be written")
        return Part(self._columns[name], quoted(name), (), f"frame[{name!r}]", columns=(name,))

    def _logic(self, node: ast.BoolOp) -> Part:
        sql, pandas = ("AND", "&") if isinstance(node.op, ast.And) else ("OR", "|")
        made = self._truth(node.values[0])
        for value in node.values[1:]:
            made = joined("boolean", f"({{0}} {sql} {{1}})", f"({{0}} {pandas} {{1}})", made, self._truth(value))
        return made

    def _truth(self, node: ast.expr) -> Part:
        part = self._part(node)
        if part.kind != "boolean" or not part.columns:
            raise self._error(f"is {_KINDS[part.kind]}, and no condition on a column", node.col_offset)
        return part

    def _unary(self, node: ast.UnaryOp) -> Part:
        if isinstance(node.op, ast.Not):
            return joined("boolean", "(NOT {0})", "(~{0})", self._truth(node.operand))
        part = self._part(node.operand)
        if not part.is_number:
            raise Mismatch(f"{_KINDS[part.kind]} has no sign")
        if isinstance(node.op, ast.UAdd):
            return part
        if isinstance(part.constant, int | float):
            return parts.constant(-part.constant)
        assert part.kind is not None
        return joined(part.kind, "(-{0})", "(-{0})", part)

    def _arithmetic(self, left: Part, operator: ast.operator, right: Part) -> Part:
        sign = _PLAIN.get(type(operator))
        if left.kind == right.kind == "text" and sign == "+":
            return joined("text", "({0} || {1})", "({0} + {1})", left, right)
        if sign == "-" and "date" in {left.kind, right.kind}:
            left, right = parts.as_date(left), parts.as_date(right)
            if left.kind == right.kind == "date":
                code = '(({0} - {1}).dt.total_seconds() / 86400).astype("float64[pyarrow]")'
                return joined("number", "((epoch({0}) - epoch({1})) / 86400)", code, left, right)
        if not (left.is_number and right.is_number):
            raise Mismatch(f"{_KINDS[left.kind]} and {_KINDS[right.kind]} cannot be calculated with")
        if left.constant is not None and right.constant is not None:
            return _folded(left.constant, operator, right.constant)
        return _calculated(left, operator, right)

    def _comparison(self, node: ast.Compare) -> Part:
        operands = [node.left, *node.comparators]
        made: Part | None = None
        for first, operator, second in zip(operands, node.ops, operands[1:], strict=False):
            one = self._compared(first, operator, second)
            made = one if made is None else joined("boolean", "({0} AND {1})", "({0} & {1})", made, one)
        assert made is not None
        return made

    def _compared(self, first: ast.expr, operator: ast.cmpop, second: ast.expr) -> Part:
        left = self._part(first)
        if isinstance(operator, ast.In | ast.NotIn):
            found = self._among(left, second)
            return found if isinstance(operator, ast.In) else joined("boolean", "(NOT {0})", "(~{0})", found)
        right = self._part(second)
        if isinstance(operator, ast.Is | ast.IsNot):
            if right.kind is not None or not left.columns:
                raise Mismatch("“is” asks of a column whether it is missing: city is missing")
            if isinstance(operator, ast.Is):
                return joined("boolean", "({0} IS NULL)", '{0}.isna().astype("bool[pyarrow]")', left)
            return joined("boolean", "({0} IS NOT NULL)", '{0}.notna().astype("bool[pyarrow]")', left)
        if left.kind is None or right.kind is None:
            raise Mismatch("a missing value equals nothing; write: city is missing")
        left, right = _alike(left, right)
        if not left.columns and not right.columns:
            raise Mismatch("two constants are compared")
        sql, code = _COMPARED[type(operator)]
        if left.kind == "boolean" and not isinstance(operator, ast.Eq | ast.NotEq):
            raise Mismatch("truth values are equal or not")
        return joined("boolean", f"({{0}} {sql} {{1}})", f"({{0}} {code} {{1}})", left, right)

    def _among(self, left: Part, node: ast.expr) -> Part:
        listed = node.elts if isinstance(node, ast.Tuple) else [node]
        if not left.columns or not listed:
            raise Mismatch("“in” asks of a column: city in ('Ulm', 'Bonn')")
        known = []
        for one in listed:
            _, part = _alike(left, self._part(one))
            if part.constant is None:
                raise self._error("is no constant", one.col_offset)
            known.append(part)
        holes = ", ".join(f"{{{place}}}" for place in range(1, len(known) + 1))
        return joined("boolean", f"({{0}} IN ({holes}))", f"one_of({{0}}, [{holes}])", left, *known, helper="one_of")

    def _call(self, node: ast.expr, name: str, given: list[Part]) -> Part:
        function = FUNCTIONS.get(name)
        if function is None:
            near = get_close_matches(name, list(FUNCTIONS), n=3, cutoff=0.5) or sorted(FUNCTIONS)
            words = f"is no function; there are {', '.join(near)}"
            raise self._error(words, node.col_offset)
        takes = function.takes
        if not len(takes) - function.optional <= len(given) <= len(takes):
            raise Mismatch(f"{name} takes {' and '.join(one.rstrip('=') for one in takes)}")
        for part, wanted in zip(given, takes, strict=False):
            _check(name, part, wanted)
        if name != "date" and not given[0].columns:
            raise Mismatch(f"{name} works on a column")
        made: Part = function.make(*given)
        return made


def _check(name: str, part: Part, wanted: str) -> None:
    kinds: dict[str, set[Any]] = {"number": {"integer", "number"}, "text": {"text"}, "date": {"date"}}
    kinds["truth"] = {"boolean"}
    kind = wanted.rstrip("=")
    if part.kind is None or (kind != "anything" and part.kind not in kinds[kind]):
        named = {"number": "a number", "text": "text", "date": "a date", "truth": "a condition"}.get(kind, "a value")
        raise Mismatch(f"{name} takes {named} there, not {_KINDS[part.kind]}")
    if wanted.endswith("=") and part.constant is None:
        raise Mismatch(f"{name} takes a constant there")
    if name == "number" and part.kind not in {"integer", "number", "text"}:
        raise Mismatch(f"number takes text, not {_KINDS[part.kind]}")


def _alike(left: Part, right: Part) -> tuple[Part, Part]:
    """Give both so that they can be compared: a text constant beside a date is one."""
    if "date" in {left.kind, right.kind}:
        left, right = parts.as_date(left), parts.as_date(right)
    if left.kind != right.kind and not (left.is_number and right.is_number):
        hint = "; a text stands in quotes" if {left.kind, right.kind} & {"text"} else ""
        raise Mismatch(f"{_KINDS[left.kind]} is compared with {_KINDS[right.kind]}{hint}")
    return left, right


def _calculated(left: Part, operator: ast.operator, right: Part) -> Part:
    sign = _PLAIN.get(type(operator))
    if sign is not None:
        kind = parts.both_numbers(left, right)
        if kind == "integer":
            sql = f"TRY_CAST((CAST({{0}} AS HUGEINT) {sign} {{1}}) AS BIGINT)"
            return joined(kind, sql, f"({{0}} {sign} {{1}})", left, right)
        sql = parts.finite(f"CAST({{0}} AS DOUBLE) {sign} CAST({{1}} AS DOUBLE)")
        named = {"+": "add", "-": "subtract", "*": "multiply"}[sign]
        return joined(kind, sql, f"calculated(np.{named}, {{0}}, {{1}})", left, right, helper="calculated")
    match operator:
        case ast.Div():
            sql = parts.finite("CAST({0} AS DOUBLE) / nullif(CAST({1} AS DOUBLE), 0)")
            return joined("number", sql, "calculated(np.divide, {0}, {1})", left, right, helper="calculated")
        case ast.Pow():
            sql = parts.finite("pow(CAST({0} AS DOUBLE), CAST({1} AS DOUBLE))")
            return joined("number", sql, "calculated(np.float_power, {0}, {1})", left, right, helper="calculated")
        case ast.FloorDiv() | ast.Mod() if isinstance(right.constant, int | float) and right.constant > 0:
            by = repr(float(right.constant))
            if isinstance(operator, ast.FloorDiv):
                sql, code = f"floor(CAST({{0}} AS DOUBLE) / {by})", f"calculated(lambda x: np.floor(x / {by}), {{0}})"
            else:
                sql = f"((CAST({{0}} AS DOUBLE) % {by}) + {by}) % {by}"
                code = f"calculated(lambda x: np.fmod(np.fmod(x, {by}) + {by}, {by}), {{0}})"
            return joined("number", parts.finite(sql), code, left, helper="calculated")
        case ast.FloorDiv() | ast.Mod():
            raise Mismatch("the right side of // and % is a number above 0")
        case _:
            raise Mismatch("this sign has no meaning here")


def _folded(left: parts.Value, operator: ast.operator, right: parts.Value) -> Part:
    """Calculate with two constants."""
    assert isinstance(left, int | float)
    assert isinstance(right, int | float)
    try:
        match operator:
            case ast.Add():
                return parts.constant(left + right)
            case ast.Sub():
                return parts.constant(left - right)
            case ast.Mult():
                return parts.constant(left * right)
            case ast.Div():
                return parts.constant(left / right)
            case ast.Pow():
                return parts.constant(float(left) ** float(right))
            case ast.FloorDiv():
                return parts.constant(float(left // right))
            case ast.Mod():
                return parts.constant(float(left % right))
            case _:
                raise Mismatch("this sign has no meaning here")
    except (ArithmeticError, TypeError):
        raise Mismatch("it cannot be calculated") from None


def _plain_number(word: str) -> str:
    """Give a numeral as Python has it: zeros in front are left out, and too many digits are a float."""
    if re.fullmatch(r"\d+", word):
        digits = word.lstrip("0") or "0"
        return digits if len(digits) < 19 else f"{digits[:300]}.0"
    return word.lstrip("0") if re.match(r"0+\d", word) else word


def _depth(tree: ast.AST) -> int:
    deepest, waiting = 0, [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(child, depth + 1) for child in ast.iter_child_nodes(node)]
    return deepest
