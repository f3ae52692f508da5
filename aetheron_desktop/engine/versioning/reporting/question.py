"""What is asked for a report, and what is told of it. Data alone."""

from __future__ import annotations

import msgspec


class ReportQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="report"):
    """Write the report of a version of ``model`` to the file ``out``: HTML, or a card where it ends with ``.md``."""

    model: str
    out: str
    version: str = ""

    @property
    def title(self) -> str:
        """What is asked, for people."""
        return "Write a report"


class ReportMade(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="report"):
    """The report of ``model`` at the version ``commit`` is in the file ``path``, of so many ``bytes``."""

    model: str
    commit: str
    path: str
    bytes: int
