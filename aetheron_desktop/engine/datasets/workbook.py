"""A sheet of a workbook as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aetheron_desktop.engine.datasets.dialect import is_header
from aetheron_desktop.engine.datasets.names import numbered, repaired
from aetheron_desktop.engine.datasets.rows import Rows, as_text
from aetheron_desktop.engine.datasets.staging import Raw
from aetheron_desktop.engine.errors import DatasetError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.staging import Staging

_SAMPLE: Final = 200


def read_workbook(staging: Staging, path: Path, sheet: str | None) -> Raw:
    """Read ``sheet`` of a workbook, by default the first that is shown and holds something.

    Raises:
        DatasetError: it is damaged, locked or empty.
        UsageError: there is no such sheet.
        OSError: the disk refuses.
    """
    staging.tell("Read the workbook", 0, None)
    grid, notes = _grid(staging, path, sheet)
    staging.ask()
    first = _first_row(grid)
    if first:
        notes.append(f"{first} rows before the table were left out.")
    head = [as_text(cell) for cell in grid[first]]
    body = grid[first + 1 :]
    if _is_header(grid[first], body):
        names, repairs = repaired(head)
        notes += repairs
    else:
        names, body = numbered(len(head)), grid[first:]
        notes.append("The sheet does not name its columns; they were numbered.")
    rows = Rows(staging)
    places = [str(place) for place in range(len(names))]
    for row in body:
        if any(cell not in {"", None} for cell in row):
            rows.add(dict(zip(places, (None if cell == "" else cell for cell in row), strict=True)))
    if not rows.count:
        raise DatasetError(
            f"{staging.source.name} has the names of columns, but no rows.", hint="Choose a sheet that has rows."
        )
    return Raw(rows.relation(), names, tuple("text" for _ in names), notes)


def _grid(staging: Staging, path: Path, sheet: str | None) -> tuple[list[list[Any]], list[str]]:
    import python_calamine as calamine

    name = staging.source.name
    try:
        with calamine.CalamineWorkbook.from_path(path) as book:
            shown = [
                meta.name
                for meta in book.sheets_metadata
                if meta.typ == calamine.SheetTypeEnum.WorkSheet and meta.visible == calamine.SheetVisibleEnum.Visible
            ]
            _check(name, sheet, book.sheet_names)
            for choice in [sheet] if sheet is not None else shown or book.sheet_names:
                grid = _trimmed(book.get_sheet_by_name(choice).to_python())
                if grid:
                    others = [other for other in book.sheet_names if other != choice]
                    more = f" of {len(others) + 1}" if others else ""
                    return grid, [f"The sheet {choice!r}{more} was read."] if others else []
    except calamine.PasswordError as error:
        raise DatasetError(
            f"{name} is locked with a password.", hint="Open it, save it without the password and import that."
        ) from error
    except calamine.CalamineError as error:
        raise DatasetError(
            f"{name} is a damaged workbook, or one of an unknown kind: {error}.",
            hint="Open it in a spreadsheet program and save it as .xlsx or CSV.",
        ) from error
    except BaseException as error:
        # The library's own faults come as a class of their own, beside all exceptions.
        if type(error).__name__ != "PanicException":
            raise
        raise DatasetError(f"{name} is a damaged workbook.", hint="Save it as .xlsx or CSV.") from error
    raise DatasetError(f"{name} has no sheet with cells.", hint="Choose a workbook that holds a table.")


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
