"""How two tables differ in their distributions, column by column. Data alone.

``psi`` is the population stability index over ``shares``: the sum of (b - a) ln(b / a). Below 0.1 little has changed,
from 0.25 on much has (Siddiqi 2006, Credit Risk Scorecards). ``js`` is the Jensen-Shannon distance with logarithms to
base 2, from 0 (the same) to 1 (nothing in common; Lin 1991, Endres and Schindelin 2003). ``wasserstein`` is the mean
distance that a value has moved, in standard deviations of the first table; None for words.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

Severity: TypeAlias = Literal["much", "some", "little"]


class DriftQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="drift"):
    """How has each column of the dataset ``current`` drifted from that of ``reference``?

    With ``split`` both are one dataset: the test part of its stored split is held against the training part.
    """

    reference: str
    current: str
    split: str | None = None

    @property
    def title(self) -> str:
        """What is asked, for people."""
        return "Compare the columns of two tables"


class ColumnDrift(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="drift"):
    """One column of both: the shares of its bins in each, the last bin being what is missing.

    ``new`` are the commonest words that only the second table has, with their share, ``gone`` those that only the first
    has. ``sampled`` is how many rows of each were looked at, None for all.
    """

    column: str
    labels: tuple[str, ...]
    shares: tuple[tuple[float, ...], tuple[float, ...]]
    psi: float
    js: float
    wasserstein: float | None
    missing: tuple[float, float]
    new: tuple[tuple[str, float], ...] = ()
    gone: tuple[tuple[str, float], ...] = ()
    sampled: tuple[int, int] | None = None

    @property
    def severity(self) -> Severity:
        """The drift in a word."""
        return "much" if self.psi >= 0.25 else "some" if self.psi >= 0.1 else "little"


class Drifted(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="drifted"):
    """The end of the comparison: the columns that only one of both has, or that have another kind of values."""

    rows: tuple[int, int]
    only_before: tuple[str, ...] = ()
    only_after: tuple[str, ...] = ()
    other_kind: tuple[str, ...] = ()


def words(found: ColumnDrift) -> str:
    """Say in a sentence what has drifted."""
    before, after = found.missing
    said = {"much": "has drifted much", "some": "has drifted somewhat", "little": "is much as it was"}[found.severity]
    parts = [f"“{found.column}” {said}"]
    if found.wasserstein is not None and found.wasserstein >= 0.1:
        parts.append(f"its values have moved by {found.wasserstein:.2f} standard deviations")
    if abs(after - before) >= 0.01:
        parts.append(f"{100 * before:.1f} % were missing, now {100 * after:.1f} %")
    if found.new:
        named = ", ".join(f"“{word}”" for word, _ in found.new[:3])
        parts.append(f"new: {named}, {100 * sum(share for _, share in found.new):.1f} % of the rows")
    if found.gone:
        parts.append(f"gone: {', '.join(f'“{word}”' for word, _ in found.gone[:3])}")
    return "; ".join(parts) + "."
