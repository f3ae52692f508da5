"""Rows that could not be read, kept with their line, their text and the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.errors import storage_errors

if TYPE_CHECKING:
    from pathlib import Path

_LONGEST: Final = 10_000
"""Characters of a bad row's text that are kept."""


BEFORE: Final = "stands before the table"
COMMENT: Final = "is a comment"


class Quarantine:
    """What was put aside, by its line; ``line`` counts from 1, the row of a sheet or the item of a list alike.

    ``bad`` counts the rows that could not be read; what is no row, as a comment, is put aside as well, and seen.
    """

    def __init__(self) -> None:
        self.bad = 0
        self._lines: list[int] = []
        self._texts: list[str] = []
        self._reasons: list[str] = []

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, line: int, text: str, reason: str) -> None:
        """Put one row aside."""
        self.bad += reason not in {BEFORE, COMMENT}
        self._lines.append(line)
        self._texts.append(text[:_LONGEST])
        self._reasons.append(reason)

    def rows(self) -> list[tuple[int, str, str]]:
        """Give line, text and reason of each row, by line."""
        return sorted(zip(self._lines, self._texts, self._reasons, strict=True))

    def forget(self, kept: int = 0) -> None:
        """Forget all but the first ``kept`` of what was put aside, for the rest is read anew."""
        del self._lines[kept:], self._texts[kept:], self._reasons[kept:]
        self.bad = sum(reason not in {BEFORE, COMMENT} for reason in self._reasons)

    def words(self, count: int = 3) -> str:
        """Say which bad rows these are and why, the first ``count`` of them."""
        bad = [
            (line, why) for line, why in zip(self._lines, self._reasons, strict=True) if why not in {BEFORE, COMMENT}
        ]
        said = [f"line {line} ({why})" for line, why in sorted(bad)[:count]]
        return ", ".join(said) + (f" and {len(bad) - count} more" if len(bad) > count else "")

    def notes(self) -> list[str]:
        """Say how much was put aside, and why."""
        said = []
        for why, what in ((BEFORE, "before the table"), (COMMENT, "of comments")):
            if count := self._reasons.count(why):
                said.append(f"{_counted(count, 'line')} {what} {'was' if count == 1 else 'were'} put aside.")
        if self.bad:
            said.append(f"{_counted(self.bad, 'row')} {'was' if self.bad == 1 else 'were'} put aside: {self.words()}.")
        return said

    def write(self, path: Path) -> None:
        """Write ``path`` with the columns line, text and reason; nothing when no row was put aside.

        Raises:
            StorageError: the disk refuses.
        """
        if not self._lines:
            return
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pa.table(
            {
                "line": pa.array(self._lines, pa.int64()),
                "text": pa.array(self._texts, pa.string()),
                "reason": pa.array(self._reasons, pa.string()),
            }
        )
        table = table.sort_by("line")
        with storage_errors(path):
            pq.write_table(table, path, compression="zstd")


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
