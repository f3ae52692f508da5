"""Makes views: the numbers of their rows, and where pages would be slow, the rows themselves in the view's order.

A page of the snapshot takes one row group or two. The rows of a page of a sorted view lie anywhere, each in a row group
of its own, so a long table is written once more in the order of the view. Measured with 100 million rows of ten columns
on two cores: 9 s for the numbers of a view sorted by a number, 74 s and 3.3 GB for its rows; a page then takes 8 ms,
before it 0.8 s. What is kept is bounded (:data:`MOST_BYTES`), the view that was not used for longest goes first.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
import pyarrow.parquet as pq

from aetheron_desktop.engine.datasets import expression
from aetheron_desktop.engine.datasets.names import quoted
from aetheron_desktop.engine.datasets.query import NUMBERED, Query
from aetheron_desktop.engine.datasets.staging import Stopped, literal
from aetheron_desktop.engine.datasets.viewing.row_order import suffix
from aetheron_desktop.engine.datasets.viewing.views import FOLDER, ViewMade
from aetheron_desktop.engine.errors import storage_errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.staging import Progress
    from aetheron_desktop.engine.datasets.viewing.views import ViewQuestion

MOST_BYTES: Final = 12_000_000_000
MOST_VIEWS: Final = 8
PAGE_ROWS: Final = 100
_MOST_DECODED: Final = 300_000
"""A page may decode so many rows for each column: about 40 ms for ten columns."""
_FREE: Final = 2
"""So many times of what a view may take has to be free on the disk."""
_GROUP: Final = 16_384
_BATCH: Final = 1_000_000
_NUMBER: Final = "file_row_number"


def make_view(
    dataset: Dataset,
    question: ViewQuestion,
    emit: Callable[[ViewMade], None],
    progress: Progress,
    should_stop: Callable[[], bool],
    root: Path,
) -> None:
    """Tell the view as soon as its row numbers are known, and again if its rows were laid out as well.

    A view that was made before is told at once. ``root`` is the workspace.

    Raises:
        Stopped: it was asked to stop; nothing of the view is kept but what was told.
        UsageError: the condition cannot be understood, or there is no such column.
        DatasetError: the snapshot cannot be read.
        StorageError: the disk is full.
    """
    _Making(dataset, question, progress, should_stop, root).run(emit)


class _Making:
    def __init__(
        self,
        dataset: Dataset,
        question: ViewQuestion,
        progress: Progress,
        should_stop: Callable[[], bool],
        root: Path,
    ) -> None:
        self._dataset = dataset
        self._question = question
        self._progress = progress
        self._should_stop = should_stop
        self._views = root / FOLDER
        digest = hashlib.sha256(msgspec.json.encode(question)).hexdigest()[:16]
        self._folder = self._views / digest
        self._wanted, self._values = self._conditions()

    def run(self, emit: Callable[[ViewMade], None]) -> None:
        made = self._kept()
        if made is None:
            self._trim()
            made = self._numbered()
        emit(made)
        if not made.is_laid_out and self._is_slow(made) and self._has_room(made):
            emit(self._laid_out(made))

    # -- what is kept -------------------------------------------------------------------------------------------------

    def _kept(self) -> ViewMade | None:
        record = self._folder / "view.json"
        try:
            made = msgspec.json.decode(record.read_bytes(), type=ViewMade)
            os.utime(record)
        except (OSError, msgspec.DecodeError):
            return None
        return made

    def _keep(self, made: ViewMade, folder: Path) -> None:
        record = folder / "view.new"
        record.write_bytes(msgspec.json.encode(made))
        record.replace(folder / "view.json")

    def _trim(self) -> None:
        """Remove the views that were not used for longest, until there is room for one more."""
        held = 0
        for number, folder in enumerate(sorted(_folders(self._views), key=_used, reverse=True), start=1):
            held += sum(file.stat().st_size for file in folder.iterdir())
            if number >= MOST_VIEWS or held > MOST_BYTES:
                shutil.rmtree(folder, ignore_errors=True)

    # -- the numbers --------------------------------------------------------------------------------------------------

    def _conditions(self) -> tuple[str, list[Any]]:
        question = self._question
        for key in question.sort:
            self._dataset.info.schema.column(key.column)
        conditions: list[str] = []
        values: list[Any] = []
        if question.condition.strip():
            found = expression.condition(question.condition, expression.kinds(self._dataset.parquet))
            conditions.append(f"({found.sql})")
            values += found.values
        if question.rows is not None:
            conditions.append(f"{_NUMBER} IN (SELECT unnest(CAST(? AS BIGINT[])))")
            values.append(list(question.rows))
        return " AND ".join(conditions) or "true", values

    def _order(self) -> str:
        keys = [f"{quoted(key.column)} {'DESC' if key.descending else 'ASC'} NULLS LAST" for key in self._question.sort]
        return ", ".join([*keys, _NUMBER])

    def _numbered(self) -> ViewMade:
        """Write the row numbers; the folder of the view is there only when they are whole."""
        name = f"order{suffix(self._dataset.info.rows)}"
        stage = "Sort the rows" if self._question.sort else "Look for the rows"
        with storage_errors(self._views):
            self._views.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(prefix=".view-", dir=self._views))
        try:
            with storage_errors(folder):
                self._copy(_NUMBER, folder / "order.parquet", "COMPRESSION uncompressed", stage)
                made = ViewMade(
                    folder=f"{FOLDER}/{self._folder.name}",
                    order=name,
                    count=self._flat(folder / "order.parquet", folder / name),
                    is_sorted=bool(self._question.sort),
                )
                self._keep(made, folder)
                shutil.rmtree(self._folder, ignore_errors=True)
                folder.replace(self._folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return made

    def _copy(self, columns: str, out: Path, writing: str, stage: str) -> None:
        """Write ``columns`` of the rows of the view, in its order."""
        # Filtered rows come in the order of the snapshot; sorting them by number would take many times longer.
        is_mixed = self._question.sort or self._question.rows is not None
        order = f" ORDER BY {self._order()}" if is_mixed else ""
        sql = (
            f"COPY (SELECT {columns} FROM {NUMBERED} WHERE {self._wanted}{order}) "  # noqa: S608 - names are quoted
            f"TO {literal(out)} (FORMAT parquet, {writing})"
        )
        with Query(self._dataset.parquet, self._views, self._should_stop) as query:
            query.into(sql, self._values, lambda done: done.fetchall(), lambda share: self._tell(stage, share))

    def _tell(self, stage: str, share: float) -> None:
        self._progress(stage, share, 1.0, "")

    def _flat(self, parquet: Path, out: Path) -> int:
        """Write the numbers in ``parquet`` one after the other, remove it, and count them."""
        count = 0
        with pq.ParquetFile(parquet) as file, out.open("wb") as to:
            for batch in file.iter_batches(_BATCH):
                if self._should_stop():
                    raise Stopped
                batch.column(0).to_numpy().astype(out.suffix[1:]).tofile(to)
                count += batch.num_rows
        parquet.unlink()
        return count

    # -- the rows -----------------------------------------------------------------------------------------------------

    def _is_slow(self, made: ViewMade) -> bool:
        """Say whether a page of the view would take too many rows of the snapshot."""
        meta = pq.read_metadata(self._dataset.parquet)
        sizes = np.array([meta.row_group(group).num_rows for group in range(meta.num_row_groups)], dtype=np.int64)
        if sizes.sum() <= _MOST_DECODED or not made.count:
            return False
        if made.is_sorted:
            return True
        ends = np.cumsum(sizes)
        numbers = np.memmap(self._folder / made.order, dtype=made.order[-2:], mode="r")
        first = numbers[::PAGE_ROWS]
        last = numbers[np.minimum(np.arange(len(first)) * PAGE_ROWS + PAGE_ROWS, len(numbers)) - 1]
        groups = np.searchsorted(ends, last, side="right") - np.searchsorted(ends, first, side="right") + 1
        return bool(np.minimum(groups, PAGE_ROWS).max() * sizes.max() > _MOST_DECODED)

    def _has_room(self, made: ViewMade) -> bool:
        needed = self._dataset.parquet.stat().st_size * made.count / max(1, self._dataset.info.rows) * _FREE
        return needed < MOST_BYTES and needed * _FREE < shutil.disk_usage(self._folder).free

    def _laid_out(self, made: ViewMade) -> ViewMade:
        names = self._dataset.info.schema.names
        group = max(1_024, min(_GROUP, 4_000_000 // max(1, len(names))))
        writing = f"ROW_GROUP_SIZE {group}, COMPRESSION zstd, COMPRESSION_LEVEL 1"
        part = self._folder / "rows.part"
        try:
            self._copy(", ".join(quoted(name) for name in names), part, writing, "Lay out the rows")
            laid_out = msgspec.structs.replace(made, is_laid_out=True)
            with storage_errors(part):
                part.replace(self._folder / "rows.parquet")
                self._keep(laid_out, self._folder)
        finally:
            part.unlink(missing_ok=True)
        return laid_out


def _folders(views: Path) -> list[Path]:
    found = views.iterdir() if views.is_dir() else ()
    return [folder for folder in found if folder.is_dir() and not folder.name.startswith(".")]


def _used(folder: Path) -> float:
    record = folder / "view.json"
    return record.stat().st_mtime if record.exists() else 0.0
