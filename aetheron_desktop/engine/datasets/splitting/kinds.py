"""The ways of parting rows, by name."""

from __future__ import annotations

from typing import Literal, TypeAlias

SplitKind: TypeAlias = Literal["random", "stratified", "group", "prefix", "time", "column"]
