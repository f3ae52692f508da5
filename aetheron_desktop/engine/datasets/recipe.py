"""Every choice of an import, as data: what a person decided, what a look guessed, and what next month's file gets.

A choice that is None is left to the look at the file. The recipe of a finished import has every choice that the file's
format knows, so that another file is read in the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.datasets.schema import ColumnType
from aetheron_desktop.engine.errors import UsageError, storage_errors

if TYPE_CHECKING:
    from pathlib import Path

FORMAT: Final = 1
ENDING: Final = ".recipe.json"
Role: TypeAlias = ColumnType | Literal["ignore"]
ROLES: Final[tuple[Role, ...]] = (
    "number", "integer", "category", "boolean", "date", "text", "identifier", "ignore",
)  # fmt: skip
Order: TypeAlias = Literal["day first", "month first"]
MISSING: Final = ("NA", "N/A", "#N/A", "NaN", "NaT", "null", "None", "<NA>", "\\N", "?", "-", "--", "---", ".")
"""Words that stand for a missing value in a column of numbers, truth values or dates, in any case of letters."""
MISSING_WORDS: Final = ("?",)
"""The one word that stands for a missing value among words; any other may be a value, as NA is Namibia."""


class ColumnRecipe(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What becomes of the column ``name`` of the file.

    ``rename`` is its name in the dataset; ``missing`` are its words for a missing value, in place of the table's;
    ``form`` says how its values are written: the format of dates (as ``strptime`` has it), or a style of numbers.
    ``categories`` are the values that were met, of a category with few.
    """

    name: str
    rename: str | None = None
    type: Role | None = None
    missing: tuple[str, ...] | None = None
    form: str | None = None
    categories: tuple[str, ...] | None = None


class Recipe(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a file becomes a dataset.

    Text: ``encoding``, ``delimiter`` (empty for one column, a blank for any run of blanks), ``quote`` and ``escape``
    (empty for none), ``comment`` (how a line begins that is left out, empty for none), ``skip`` (lines before the
    table), ``header`` (lines that name the columns), ``decimal`` and ``thousands`` (marks in numbers), ``dates``.
    Workbooks: ``sheet`` and ``range`` (as ``B2:F100``). JSON: ``path`` to the list of rows, its names joined by points.
    Databases: ``table``. Archives: ``member``.
    """

    format: int = FORMAT
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    comment: str | None = None
    skip: int | None = None
    header: int | None = None
    decimal: Literal[".", ","] | None = None
    thousands: Literal["", ",", ".", "'", " "] | None = None
    dates: Order | None = None
    missing: tuple[str, ...] | None = None
    sheet: str | None = None
    range: str | None = None
    path: str | None = None
    table: str | None = None
    member: str | None = None
    columns: tuple[ColumnRecipe, ...] = ()

    def column(self, name: str) -> ColumnRecipe:
        """Give what was chosen for the column ``name`` of the file; nothing is chosen for one that is not named."""
        return next((column for column in self.columns if column.name == name), ColumnRecipe(name=name))

    def with_column(self, column: ColumnRecipe) -> Recipe:
        """Give the recipe with ``column`` in place of what was chosen for it."""
        others = tuple(other for other in self.columns if other.name != column.name)
        kept = (*others, column) if column != ColumnRecipe(name=column.name) else others
        return msgspec.structs.replace(self, columns=kept)


def dumps(recipe: Recipe) -> bytes:
    """Give the recipe as a file to share."""
    return msgspec.json.format(msgspec.json.encode(recipe), indent=2) + b"\n"


def loads(content: bytes, name: str) -> Recipe:
    """Read what :func:`dumps` wrote; ``name`` is that of the file, for the words of an error.

    Raises:
        UsageError: it is no recipe, or one of a newer program.
    """
    try:
        recipe = msgspec.json.decode(content, type=Recipe)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UsageError(f"{name} is no recipe of an import: {error}.", hint="Choose a .recipe.json file.") from error
    if recipe.format > FORMAT:
        raise UsageError(f"{name} was written by a newer version of the program.", hint="Update Aetheron Desktop.")
    return recipe


def load(path: Path) -> Recipe:
    """Read the recipe that is in the file ``path``.

    Raises:
        UsageError: it is no recipe.
        StorageError: the disk refuses.
    """
    with storage_errors(path):
        content = path.read_bytes()
    return loads(content, path.name)


def save(recipe: Recipe, path: Path) -> None:
    """Write the recipe to the file ``path``.

    Raises:
        StorageError: the disk refuses.
    """
    with storage_errors(path):
        path.write_bytes(dumps(recipe))
