"""How the names of files with tables end; a file with another name is read all the same, by its first bytes."""

from __future__ import annotations

from typing import Final

TABLES: Final = (
    "csv", "tsv", "tab", "txt", "json", "jsonl", "ndjson", "geojson", "parquet", "arrow", "feather", "ipc",
    "xls", "xlsx", "xlsm", "xlsb", "ods", "sqlite", "sqlite3", "db", "duckdb",
)  # fmt: skip
PACKED: Final = ("gz", "zip", "bz2", "xz", "zst")
