"""A sheet of a workbook as a table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aetheron_desktop.engine.datasets.names import numbered, repaired
from aetheron_desktop.engine.datasets.reading.dialect import is_header, joined
from aetheron_desktop.engine.datasets.reading.quarantine import BEFORE, Quarantine
from aetheron_desktop.engine.datasets.reading.rows import Rows, as_text
from aetheron_desktop.engine.datasets.staging import Raw
from aetheron_desktop.engine.errors import DatasetError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.recipe import Recipe
    from aetheron_desktop.engine.datasets.staging import Staging

_SAMPLE: Final = 200


def read_workbook(staging: Staging, path: Path, recipe: Recipe, quarantine: Quarantine) -> Raw:
    """Read a sheet of a workbook, by default the first that is shown and holds something.

    Raises:
        DatasetError: it is damaged, locked or empty.
        UsageError: there is no such sheet, or the range is none.
        OSError: the disk refuses.
    """
    staging.tell("Read the workbook", 0, None)
    grid, sheet, notes = _grid(staging, path, recipe)
    staging.ask()
    first = recipe.skip if recipe.skip is not None else _first_row(grid)
    for number, row in enumerate(grid[:first], start=1):
        if any(_full(cell) for cell in row):
            quarantine.add(number, "\t".join(as_text(cell) or "" for cell in row), BEFORE)
    names, header, repairs = _names(grid[first:], recipe.header)
    notes += repairs
    rows = Rows(staging)
    places = [str(place) for place in range(len(names))]
    rows.expect(places)
    lines: list[int] = []
    for number, row in enumerate(grid[first + header :], start=first + header + 1):
        if any(cell not in {"", None} for cell in row):
            rows.add(dict(zip(places, (None if cell == "" else cell for cell in row), strict=True)))
            lines.append(number)
    found = msgspec.structs.replace(recipe, sheet=sheet, skip=first, header=header)
    return Raw(
        rows.relation(),
        names,
        tuple("text" for _ in names),
        notes,
        rows.count,
        found=found,
        locate=lambda wanted: [lines[row - 1] for row in wanted],
    )


def sheets(path: Path) -> list[str]:
    """Give the names of a workbook's sheets, those first that are shown; none when it cannot be opened."""
    import python_calamine as calamine

    try:
        with calamine.CalamineWorkbook.from_path(path) as book:
            return _shown(book) or list(book.sheet_names)
    except calamine.CalamineError:
        return []


def _names(grid: list[list[Any]], header: int | None) -> tuple[tuple[str, ...], int, list[str]]:
    """Give the names of the columns, the number of rows that they take, and what was done to them."""
    if header is None:
        header = 1 if grid and _is_header(grid[0], grid[1:]) else 0
    header = min(header, len(grid))
    if not header:
        return numbered(len(grid[0])), 0, ["The sheet does not name its columns; they were numbered."]
    if header == 1:
        names, repairs = repaired([as_text(cell) for cell in grid[0]])
        return names, 1, repairs
    heads = [[(as_text(cell) or "").strip() for cell in row] for row in grid[:header]]
    names, repairs = repaired(joined(heads, len(grid[0])))
    return names, header, [f"The names of the columns were put together from {header} rows.", *repairs]


def _shown(book: Any) -> list[str]:
    import python_calamine as calamine

    return [
        meta.name
        for meta in book.sheets_metadata
        if meta.typ == calamine.SheetTypeEnum.WorkSheet and meta.visible == calamine.SheetVisibleEnum.Visible
    ]


def _grid(staging: Staging, path: Path, recipe: Recipe) -> tuple[list[list[Any]], str, list[str]]:
    import python_calamine as calamine

    name, sheet = staging.source.name, recipe.sheet
    try:
        with calamine.CalamineWorkbook.from_path(path) as book:
            _check(name, sheet, book.sheet_names)
            for choice in [sheet] if sheet is not None else _shown(book) or book.sheet_names:
                # From the sheet's first cell on, so that a range means what it says.
                cells = book.get_sheet_by_name(choice).to_python(skip_empty_area=recipe.range is None)
                grid = _cut(cells, recipe.range) if recipe.range is not None else _trimmed(cells)
                if grid:
                    others = [other for other in book.sheet_names if other != choice]
                    more = f" of {len(others) + 1}" if others else ""
                    notes = [f"The sheet {choice!r}{more} was read."] if others else []
                    if recipe.range is not None:
                        notes.append(f"The cells {recipe.range.upper()} were read.")
                    return grid, choice, notes
    except calamine.PasswordError as error:
        raise DatasetError(
            f"{name} is locked with a password.", hint="Open it, save it without the password and import that."
        ) from error
    except calamine.CalamineError as error:
        raise DatasetError(
            f"{name} is a damaged workbook, or one of an unknown kind: {error}.",
            hint="Open it in a spreadsheet program and save it as .xlsx or CSV.",
        ) from error
    except (UsageError, DatasetError):
        raise
    except BaseException as error:
        # The library's own faults come as a class of their own, beside all exceptions.
        if type(error).__name__ != "PanicException":
            raise
        raise DatasetError(f"{name} is a damaged workbook.", hint="Save it as .xlsx or CSV.") from error
    raise DatasetError(f"{name} has no sheet with cells.", hint="Choose a workbook that holds a table.")


_RANGE: Final = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})?:\$?([A-Z]{1,3})\$?([0-9]{1,7})?")


def _cut(grid: list[list[Any]], wanted: str) -> list[list[Any]]:
    """Give the cells of a range such as ``B2:F100`` or ``B:F``, blank ones where the sheet has ended."""
    found = _RANGE.fullmatch(wanted.strip().upper())
    if found is None:
        raise UsageError(f"{wanted!r} is no range of cells.", hint="Write it as B2:F100, or B:F for whole columns.")
    left, right = sorted((_column(found[1]), _column(found[3])))
    top, bottom = sorted((int(found[2] or 1), int(found[4] or len(grid) or 1)))
    rows = [[*row[left : right + 1]] for row in grid[max(0, top - 1) : bottom]]
    width = right - left + 1
    padded = [row + [""] * (width - len(row)) for row in rows]
    while padded and not any(_full(cell) for cell in padded[-1]):
        padded.pop()
    return padded


def _column(letters: str) -> int:
    place = 0
    for letter in letters:
        place = 26 * place + ord(letter) - 64
    return place - 1


def _check(name: str, sheet: str | None, sheets: list[str]) -> None:
    if sheet is not None and sheet not in sheets:
        raise UsageError(f"{name} has no sheet {sheet!r}.", hint=f"It has: {', '.join(sheets)}.")


def _trimmed(grid: list[list[Any]]) -> list[list[Any]]:
    """Give ``grid`` without blank rows and columns around it."""
    filled = [place for place, row in enumerate(grid) if any(_full(cell) for cell in row)]
    if not filled:
        return []
    rows = grid[filled[0] : filled[-1] + 1]
    columns = [place for place in range(max(map(len, rows))) if any(_full(row[place]) for row in rows)]
    return [row[columns[0] : columns[-1] + 1] for row in rows]


def _full(cell: Any) -> bool:
    return cell is not None and (not isinstance(cell, str) or cell.strip("\0 \t\r\n") != "")


def _first_row(grid: list[list[Any]]) -> int:
    """Give the row where the table begins: titles above it fill one cell of many."""
    counts = [sum(_full(cell) for cell in row) for row in grid[:_SAMPLE]]
    usual = sorted(counts)[len(counts) // 2]
    if usual < 3:
        return 0
    return next((place for place, count in enumerate(counts) if count > max(1, usual // 2)), 0)


def _is_header(head: list[Any], body: list[list[Any]]) -> bool:
    if any(_full(cell) and not isinstance(cell, str) for cell in head):
        return False
    texts = [[as_text(cell) or "" for cell in row] for row in body[:_SAMPLE]]
    return is_header([as_text(cell) or "" for cell in head], texts)
