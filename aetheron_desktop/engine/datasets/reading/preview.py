"""What an import would make of a file, and how that differs from what a recipe was made for; data alone."""

from __future__ import annotations

from pathlib import Path

import msgspec

from aetheron_desktop.engine.datasets.recipe import Recipe, Role


class PreviewQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="preview"):
    """What would become of the first rows of the file ``source`` as ``recipe`` has it? Nothing is kept."""

    source: str
    recipe: Recipe = Recipe()

    @property
    def path(self) -> Path:
        """The file."""
        return Path(self.source)

    @property
    def title(self) -> str:
        """What is asked, for people."""
        return f"Look at {self.path.name}"


class ColumnPreview(msgspec.Struct, frozen=True, kw_only=True):
    """One column: what becomes of it, and why.

    Of ``cells`` that the sample has, ``missing`` are blank or a word for missing, and ``failing`` cannot have the type;
    ``examples`` shows some of these. ``words`` counts the cells that may stand for a missing value, by their text.
    """

    source: str
    name: str
    type: Role
    is_chosen: bool
    evidence: str
    form: str | None = None
    cells: int = 0
    missing: int = 0
    failing: int = 0
    examples: tuple[str, ...] = ()
    words: dict[str, int] = {}
    tokens: tuple[str, ...] = ()


class Preview(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="preview"):
    """A look at a file: ``recipe`` has every choice as it stands, ``rows`` the first rows as they would be.

    ``sampled`` rows were looked at, all of the file if ``is_whole``. ``lines`` are its first lines when it is text.
    ``choices`` are the sheets, tables, members or paths to choose from, under the recipe's name for them.
    """

    format: str
    bytes: int
    recipe: Recipe
    columns: tuple[ColumnPreview, ...]
    rows: tuple[tuple[str | None, ...], ...]
    sampled: int
    is_whole: bool
    notes: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    body: int = 0
    """The lines before the first row."""
    aside: tuple[tuple[int, str, str], ...] = ()
    """The lines of the sample that would be put aside: their number, text and reason."""
    choices: dict[str, tuple[str, ...]] = {}


class Difference(msgspec.Struct, frozen=True):
    """What a file has otherwise than the one of a recipe; ``kind`` is new, missing, retyped or values."""

    column: str
    kind: str
    words: str


def differences(recipe: Recipe, found: Preview) -> tuple[Difference, ...]:
    """Hold a file against the recipe of an earlier one, by the names of its columns, their types and their values.

    ``found`` is the look at the file with that recipe.
    """
    told: list[Difference] = []
    there = {column.source: column for column in found.columns}
    for wanted in recipe.columns:
        column = there.pop(wanted.name, None)
        if column is None:
            if wanted.type != "ignore":
                told.append(Difference(wanted.name, "missing", "is not in this file"))
            continue
        if column.failing:
            shown = ", ".join(f"“{example}”" for example in column.examples)
            told.append(
                Difference(
                    wanted.name,
                    "retyped",
                    f"{column.failing:,} of {column.cells:,} cells of the sample are no {wanted.type}: {shown}",
                )
            )
        if new := _new_values(wanted.name, wanted.categories, found):
            more = f" and {len(new) - 5} more" if len(new) > 5 else ""
            told.append(Difference(wanted.name, "values", f"new values: {', '.join(new[:5])}{more}"))
    told += [Difference(name, "new", f"is new, and was read as {column.type}") for name, column in there.items()]
    return tuple(told)


def _new_values(name: str, known: tuple[str, ...] | None, found: Preview) -> list[str]:
    if known is None:
        return []
    places = [place for place, column in enumerate(_kept(found)) if column.source == name]
    cells = {row[place] for place in places for row in found.rows}
    return sorted(cell for cell in cells if cell is not None and cell not in known)


def _kept(found: Preview) -> list[ColumnPreview]:
    return [column for column in found.columns if column.type != "ignore"]
