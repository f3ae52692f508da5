"""The pieces as text: what each imports, what it holds, and which others belong before it."""

from __future__ import annotations

import ast
import base64
import re
import sys
import textwrap
import zlib
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from aetheron_desktop.engine.errors import ModelError
from aetheron_desktop.engine.estimators import networks
from aetheron_desktop.engine.training.script import pieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

_OURS: Final = (f"{pieces.__name__}.", f"{networks.__name__}.")
"""Where pieces are: networks are those of the program itself, which need torch alone."""
_NOWHERE: Final = {("__future__", "annotations"), ("typing", "TYPE_CHECKING")}
_TEXT: Final = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
_FOR_CHECKERS: Final = re.compile(r"  # (?:noqa|fmt|type): .*$", re.MULTILINE)
WIDTH: Final = 120
_LONGEST: Final = 2_000_000


class Imports:
    """The imports of a script, each once."""

    def __init__(self) -> None:
        self._modules: set[str] = set()
        self._names: dict[str, set[str]] = {}

    def module(self, name: str) -> None:
        """Take ``import name``, or ``name as other``."""
        self._modules.add(name)

    def name(self, module: str, name: str) -> None:
        """Take ``from module import name``."""
        self._names.setdefault(module, set()).add(name)

    def text(self) -> str:
        """Give them as Python has them: those of the standard library first, in the order of their names."""
        lines = [(_is_foreign(name), name, f"import {name}") for name in self._modules]
        lines += [
            (_is_foreign(module), module, f"from {module} import {', '.join(sorted(names, key=str.casefold))}")
            for module, names in self._names.items()
        ]
        lines.sort(key=lambda line: (line[0], line[2].startswith("from"), line[1]))
        parts = [[text for foreign, _, text in lines if foreign == which] for which in (False, True)]
        return "\n\n".join("\n".join(part) for part in parts if part)


def _is_foreign(module: str) -> bool:
    return re.split(r"[ .]", module, maxsplit=1)[0] not in sys.stdlib_module_names


def joined(names: Iterable[str], imports: Imports) -> str:
    """Give the text of the pieces ``names`` and of those that they need, each once; their imports go to ``imports``."""
    bodies: dict[str, str] = {}

    def take(module: str) -> None:
        if module in bodies:
            return
        package, _, name = module.rpartition(".")
        text = files(package).joinpath(f"{name}.py").read_text(encoding="utf-8")
        found, first = _imported(ast.parse(text).body[1:])
        for node in found:
            if isinstance(node, ast.Import):
                for one in node.names:
                    imports.module(f"{one.name} as {one.asname}" if one.asname else one.name)
            elif (source := node.module or "").startswith(_OURS):
                take(source)
            else:
                for one in node.names:
                    if (source, one.name) not in _NOWHERE:
                        imports.name(source, one.name)
        bodies[module] = _FOR_CHECKERS.sub("", "\n".join(text.splitlines()[first.lineno - 1 :]))

    for name in names:
        take(f"{pieces.__name__}.{name}")
    return "\n\n\n".join(bodies.values())


def _imported(body: Sequence[ast.stmt]) -> tuple[list[ast.Import | ast.ImportFrom], ast.stmt]:
    """Give the imports at the beginning of a module, with those for type checkers, and the first other statement."""
    found: list[ast.Import | ast.ImportFrom] = []
    for node in body:
        inner = node.body if isinstance(node, ast.If) else [node]
        imported = [one for one in inner if isinstance(one, ast.Import | ast.ImportFrom)]
        if len(imported) < len(inner):
            return found, node
        found += imported
    raise ValueError("a piece holds nothing but imports")


def wrapped(code: str, indent: int) -> str:
    """Give an expression in brackets on lines of at most :data:`WIDTH` signs; no text in it is parted."""
    whole = _TEXT.sub(lambda found: found[0].replace(" ", "\0"), code)
    lines = textwrap.wrap(whole, WIDTH - indent, break_long_words=False, break_on_hyphens=False)
    return textwrap.indent("\n".join(lines), " " * indent).replace("\0", " ")


def constant(name: str, value: Any) -> str:
    """Give the lines that name a value."""
    line = f"{name} = {value!r}"
    if len(line) <= WIDTH:
        return line
    if isinstance(value, dict):
        inside = "\n".join(wrapped(f"{key!r}: {one!r},", 4) for key, one in value.items())
        return f"{name} = {{\n{inside}\n}}"
    if isinstance(value, list):
        inside = wrapped(f"{', '.join(map(repr, value))},", 4)
        return f"{name} = [\n{inside}\n]"
    return line


def packed(numbers: NDArray[Any]) -> str:
    """Give a number a row as text that stands in a script.

    Raises:
        ModelError: it would be too long.
    """
    made = base64.b85encode(zlib.compress(numbers.tobytes(), 9)).decode()
    if len(made) > _LONGEST:
        raise ModelError(
            "Its split has too many rows to stand in a script.",
            hint="Train with a split at random; the script parts the rows itself.",
        )
    return made
