"""How often planted weak segments are found, how often clean rows are said to have one, and how long that takes."""

from __future__ import annotations

import time
from typing import Final

from aetheron_desktop.engine.evaluation.segments.slices import weak_segments
from tests.engine.evaluation.segments.planted import inside, overlap, planted

TABLES: Final = 50
CLEAN: Final = 400
SIZES: Final = (1_000, 2_000, 10_000)


def found(rows: int, *, is_number: bool, tables: int = TABLES) -> float:
    """Give the share of tables in which a segment was told that has half of its rows in common with the planted one."""
    hits = 0
    for seed in range(tables):
        made = planted(seed, rows=rows, is_number=is_number)
        told = weak_segments(made.columns, made.losses, seed=seed).segments
        hits += any(overlap(inside(made.table, one.condition), made.weak) >= 0.5 for one in told)
    return hits / tables


def false(rows: int, *, is_number: bool, tables: int = CLEAN) -> float:
    """Give the share of clean tables in which any segment was told."""
    told = 0
    for seed in range(tables):
        made = planted(10_000 + seed, rows=rows, is_clean=True, is_number=is_number)
        told += bool(weak_segments(made.columns, made.losses, seed=seed).segments)
    return told / tables


def seconds(rows: int, times: int) -> float:
    """Give how long a table takes that has the planted columns so many times."""
    made = planted(0, rows=rows)
    columns = [column for _ in range(times) for column in made.columns]
    began = time.perf_counter()
    weak_segments(columns, made.losses)
    return time.perf_counter() - began
