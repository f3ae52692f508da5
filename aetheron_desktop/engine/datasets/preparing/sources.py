"""Datasets as tables for steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from aetheron_desktop.engine.datasets.expression import kinds
from aetheron_desktop.engine.datasets.preparing.table import Source, Table
from aetheron_desktop.engine.errors import DatasetError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aetheron_desktop.engine.datasets.dataset import Dataset


class Library(Protocol):
    """Where the datasets are; a workspace is one."""

    @property
    def root(self) -> Path:
        """The folder; what is needed meanwhile lies in its ``tmp``."""

    def dataset(self, name: str) -> Dataset:
        """Give the dataset of this id or name, or raise a :class:`UsageError`."""


def source_of(dataset: Dataset) -> Source:
    """Give the table of a dataset.

    Raises:
        DatasetError: the snapshot is gone or damaged.
    """
    try:
        columns = kinds(dataset.parquet)
    except (OSError, ValueError) as error:  # pyarrow's errors are of both kinds
        raise DatasetError(
            f"The snapshot of {dataset.info.name} cannot be read: {error}", hint="Import the file again."
        ) from error
    roles = {column.name: column.type for column in dataset.info.schema.columns}
    return Source(dataset.info.name, dataset.parquet, Table(columns, roles))


def others(library: Library, dataset: Dataset) -> Callable[[str], Source]:
    """Give what finds another dataset of ``library``; only where one is missing the words are about ``dataset``."""

    def find(name: str) -> Source:
        if not name:
            raise UsageError(f"No other dataset is chosen beside {dataset.info.name}.", hint="Choose one.")
        return source_of(library.dataset(name))

    return find
