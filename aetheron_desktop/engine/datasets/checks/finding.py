"""What the checks of a table tell: findings, what can be done about each, and what was decided. Data alone.

``harm`` is one scale for all: how much of what a model seems to be able to do is likely to be lost on new data because
of the finding, from 0 (nothing) to 1 (all of it). Where it can be measured on the table it is; a check that cannot
measure it says in its text which share it takes, and why.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.datasets.schema import Task
from aetheron_desktop.engine.datasets.splitting.kinds import SplitKind

Severity: TypeAlias = Literal["high", "medium", "low"]
Deed: TypeAlias = Literal["exclude", "split", "missing", "weigh", "import_again"]


class CheckQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="check"):
    """What would harm a model that predicts ``target`` from ``features``? Both are columns of ``dataset``."""

    dataset: str
    target: str
    task: Task
    features: tuple[str, ...]

    @property
    def title(self) -> str:
        """What is asked, for people."""
        return f"Check the table for {self.target}"


class LookQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="look"):
    """What should be known before ``target`` is learned, at a first look? Answered by findings that cost no model."""

    dataset: str
    target: str
    task: Task

    @property
    def title(self) -> str:
        """What is asked, for people."""
        return f"Look at the columns beside {self.target}"


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """What can be done: leave ``columns`` out, split by a column, take ``words`` for missing, weigh the classes.

    ``import_again`` is to read the file otherwise. ``label`` are the words on the button.
    """

    deed: Deed
    label: str
    columns: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    split: SplitKind | None = None


class Finding(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="finding"):
    """One finding of ``check``: a headline, why it harms, and the evidence in lines.

    ``id`` is the same whenever the same is found. ``rows`` are examples, counted from zero; ``count`` is how many there
    are, where that is known. ``sampled`` is how many rows were looked at, None for all.
    """

    id: str
    check: str
    headline: str
    why: str
    evidence: tuple[str, ...]
    harm: float
    columns: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    count: int | None = None
    sampled: int | None = None
    fix: Fix | None = None

    @property
    def severity(self) -> Severity:
        """The harm in a word."""
        return "high" if self.harm >= 0.4 else "medium" if self.harm >= 0.15 else "low"


class SplitProposal(msgspec.Struct, frozen=True, kw_only=True):
    """How the rows are best parted, and why."""

    kind: SplitKind
    reason: str
    column: str | None = None


class Checked(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="checked"):
    """The end of the report: which checks were made, on how many rows, and the split that is proposed."""

    checks: tuple[str, ...]
    rows: int
    sampled: int
    split: SplitProposal
    skipped: tuple[str, ...] = ()


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What was done about a finding, or why it was left; kept with each experiment that comes after it.

    ``deed`` is what was done: ``columns`` were left out, or ``split`` names the split that was made.
    """

    finding: str
    headline: str
    action: Literal["fixed", "ignored"]
    reason: str = ""
    deed: Deed | None = None
    columns: tuple[str, ...] = ()
    split: str = ""


MOST: int = 10
"""The findings of a report."""


def ranked(findings: list[Finding]) -> list[Finding]:
    """Give the findings with the most harm first, at most ten."""
    return sorted(findings, key=lambda one: (-one.harm, one.id))[:MOST]
