"""All that can be asked: about tables, about models, about their reasons, and about runs side by side."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from aetheron_desktop.engine.comparing import questions as of_runs
from aetheron_desktop.engine.datasets import questions as of_tables
from aetheron_desktop.engine.explaining import questions as of_reasons
from aetheron_desktop.engine.versioning import questions as of_models

Question: TypeAlias = of_tables.Question | of_models.Question | of_reasons.Question | of_runs.Question
Answer: TypeAlias = of_tables.Answer | of_models.Answer | of_reasons.Answer | of_runs.Answer


def told(fields: dict[str, Any]) -> Answer:
    """Give the answer that :func:`msgspec.to_builtins` has made a mapping of.

    Raises:
        msgspec.ValidationError: it is none.
    """
    made: Answer = msgspec.convert(fields, Answer)
    return made
