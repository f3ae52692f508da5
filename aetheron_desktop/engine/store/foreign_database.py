"""Tables of another program's SQLite file, read and never written to."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from aetheron_desktop.engine.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def rows_of_tables(path: Path, tables: Mapping[str, Sequence[str]]) -> dict[str, list[tuple[Any, ...]]]:
    """Give these columns of each table; ``tables`` has the columns by the names of the tables, from the program itself.

    Raises:
        StorageError: it is no such file, or has no such table.
    """
    if not path.is_file():
        raise StorageError(f"{path} is not there.", hint="It may have been moved; choose it again.")
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            return {
                name: list(connection.execute(f"SELECT {', '.join(columns)} FROM {name}"))  # noqa: S608 - own words
                for name, columns in tables.items()
            }
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise StorageError(
            f"{path} cannot be read as such a store ({error}).", hint="Choose another file, or the store's folder."
        ) from error
