"""What stands in the rows of the tables of slices and of groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aetheron_desktop.engine.evaluation.segments import words
from aetheron_desktop.engine.evaluation.segments.bars import bars
from aetheron_desktop.ui.widgets.failures.effect_table import Effect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.evaluation.segments.failure import Group, MissingError, Segment


def of_segments(measure: str, found: Sequence[Segment]) -> list[Effect]:
    """Give a row for each weak segment."""
    places = bars([(one.difference, one.low, one.high) for one in found])
    return [
        Effect(
            one.condition,
            (
                words.readable(one.condition),
                f"{one.rows:,}",
                words.amount(measure, one.loss),
                words.amount(measure, one.rest),
                f"{one.p_value:.2g}",
            ),
            *bar,
            tip=f"{words.readable(one.condition)}\n{words.of_segment(measure, one)}",
        )
        for one, bar in zip(found, places, strict=True)
    ]


def of_gaps(measure: str, found: Sequence[MissingError]) -> list[Effect]:
    """Give a row for each column with missing cells."""
    places = bars([(one.difference, one.low, one.high) for one in found])
    return [
        Effect(
            words.missing_condition(one.column),
            (
                one.column,
                f"{one.rows:,}",
                words.amount(measure, one.loss),
                words.amount(measure, one.rest),
                f"{one.p_value:.2g}",
            ),
            *bar,
        )
        for one, bar in zip(found, places, strict=True)
    ]


def of_group(group: Group, names: Sequence[str]) -> tuple[str, ...]:
    """Give what stands in the row of a group: its rates by ``names``."""
    small = " (too small to judge by)" if group.is_small else ""
    return (f"{group.name}{small}", f"{group.rows:,}", *(words.of_share(name, group.rates[name]) for name in names))
