"""What a view of a dataset is: some of its rows, in some order; data alone. See ``view_making`` for how it is made."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Final = "tmp/views"
"""Where views lie within the workspace; what is in there can be made again."""


class SortKey(msgspec.Struct, frozen=True):
    """Sort by a column; missing values come last, words in the order of their signs, capitals first."""

    column: str
    descending: bool = False


class ViewQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="view"):
    """Make the view with the rows of which ``condition`` is true, sorted by ``sort``, the first key first.

    With ``rows`` only those of these numbers are in it. Rows that are alike stay in the order of the snapshot.
    """

    dataset: str
    condition: str = ""
    sort: tuple[SortKey, ...] = ()
    rows: tuple[int, ...] | None = None

    @property
    def title(self) -> str:
        """What is asked, for people."""
        return "Sort the rows" if self.sort else "Filter the rows"


class ViewMade(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="view_made"):
    """A view of ``count`` rows in ``folder``, relative to the workspace.

    ``order`` is the name of its file of row numbers, which ascend unless it was sorted. If ``is_laid_out``, the rows
    themselves lie there as well, in this order; a view that is told twice was laid out meanwhile.
    """

    folder: str
    order: str
    count: int
    is_sorted: bool
    is_laid_out: bool = False

    def order_in(self, root: Path) -> Path:
        """Give the file of row numbers in the workspace ``root``."""
        return root / self.folder / self.order

    def parquet_in(self, root: Path, snapshot: Path) -> Path:
        """Give the Parquet file to read the rows from: that of the view, or ``snapshot``."""
        return root / self.folder / "rows.parquet" if self.is_laid_out else snapshot


def forget_views(root: Path) -> None:
    """Remove all views of the workspace ``root``; those that are made from now on are not touched."""
    gone = root / f"{FOLDER}-gone"
    with contextlib.suppress(OSError):  # there are none, or on Windows one that is still open
        (root / FOLDER).replace(gone)
    shutil.rmtree(gone, ignore_errors=True)
