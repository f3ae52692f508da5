"""All that can be asked: about tables, and about models."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from aetheron_desktop.engine.datasets import questions as of_tables
from aetheron_desktop.engine.versioning import questions as of_models

Question: TypeAlias = of_tables.Question | of_models.Question
Answer: TypeAlias = of_tables.Answer | of_models.Answer


def told(fields: dict[str, Any]) -> Answer:
    """Give the answer that :func:`msgspec.to_builtins` has made a mapping of.

    Raises:
        msgspec.ValidationError: it is none.
    """
    made: Answer = msgspec.convert(fields, Answer)
    return made
