"""The pieces as text: what each imports, what it holds, and which others belong before it."""

from __future__ import annotations

import ast
import re
import sys
import textwrap
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.training.script import pieces

if TYPE_CHECKING:
    from collections.abc import Iterable

_OURS: Final = f"{pieces.__name__}."
_TEXT: Final = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
_FOR_CHECKERS: Final = re.compile(r"  # (?:noqa|fmt|type): .*$", re.MULTILINE)
WIDTH: Final = 120


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

    def take(name: str) -> None:
        if name in bodies:
            return
        text = files(pieces).joinpath(f"{name}.py").read_text(encoding="utf-8")
        tree = ast.parse(text)
        first = next(node for node in tree.body[1:] if not isinstance(node, ast.Import | ast.ImportFrom))
        for node in tree.body:
            if isinstance(node, ast.Import):
                for one in node.names:
                    imports.module(f"{one.name} as {one.asname}" if one.asname else one.name)
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_OURS):
                take((node.module or "").removeprefix(_OURS))
            elif isinstance(node, ast.ImportFrom):
                for one in node.names:
                    imports.name(node.module or "", one.name)
        bodies[name] = _FOR_CHECKERS.sub("", "\n".join(text.splitlines()[first.lineno - 1 :]))

    for name in names:
        take(name)
    return "\n\n\n".join(bodies.values())


def wrapped(code: str, indent: int) -> str:
    """Give an expression in brackets on lines of at most :data:`WIDTH` signs; no text in it is parted."""
    whole = _TEXT.sub(lambda found: found[0].replace(" ", "\0"), code)
    lines = textwrap.wrap(whole, WIDTH - indent, break_long_words=False, break_on_hyphens=False)
    return textwrap.indent("\n".join(lines), " " * indent).replace("\0", " ")
