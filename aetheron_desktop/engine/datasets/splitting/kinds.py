"""The ways of parting rows, by name."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

SplitKind: TypeAlias = Literal["random", "stratified", "group", "prefix", "time", "column"]
BY: Final[dict[SplitKind, str]] = {
    "random": "at random",
    "stratified": "stratified",
    "group": "by group",
    "prefix": "by beginnings",
    "time": "in order of time",
    "column": "as given",
}
"""How the rows are parted, as part of a sentence."""
