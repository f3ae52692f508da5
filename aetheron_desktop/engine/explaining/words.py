"""What explanations say, in plain words, with the caveat that matters; made by rules from their numbers alone."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aetheron_desktop.engine.explaining.results import (
        Cell,
        ColumnWeight,
        Counterfactual,
        Counterfactuals,
        Dependence,
        Importance,
        RowReasons,
        ShapSummary,
        SimilarRows,
        Surface,
    )

MISSING: Final = "missing"
_STRONG: Final = 0.3
_INTERACTS: Final = 0.15
_FEW: Final = 5


def with_sentences(told: Importance) -> Importance:
    """Give the importance with what it says in words."""
    if not told.weights or told.reached is None or not math.isfinite(told.reached):
        return msgspec.structs.replace(
            told, sentences=(f"{told.metric_label} is not defined on these {told.rows:,} test rows.",)
        )
    sure = [one for one in told.weights if one.low > 0.0]
    idle = [one for one in told.weights if one.low <= 0.0]
    said = []
    if sure:
        first = sure[0]
        said.append(
            f"The model leans most on {_column(first)}: without it {told.metric_label} is "
            f"{number(first.value)} worse ({number(first.low)} to {number(first.high)})."
        )
    else:
        said.append(f"No column alone changes {told.metric_label} by more than chance on {told.rows:,} test rows.")
    if sure and idle:
        said.append(f"{listed([_column(one) for one in idle])} may count nothing: chance explains what is lost.")
    for group in told.groups:
        most = max((one.value for one in told.weights if one.columns[0] in group.columns), default=0.0)
        if group.value > 1.5 * max(most, 0.0) and group.low > 0.0:
            said.append(
                f"{listed(group.columns)} go together: mixed up as one they count {number(group.value)}, each alone at "
                f"most {number(max(0.0, most))}, because the others still tell what it told."
            )
    said.append("It tells what this model leans on, not what causes the target.")
    return msgspec.structs.replace(told, sentences=tuple(said))


def with_shap_sentences(told: ShapSummary, ways: Mapping[str, float], wanted: int) -> ShapSummary:
    """Give the summary in words; ``ways`` are correlations of a column's value with what it adds.

    ``wanted`` rows were asked for.
    """
    first = told.columns[: min(3, len(told.columns))]
    output = told.outputs[-1]
    said = []
    for one in first:
        if one.strength <= 0.0:
            continue
        way = ways.get(one.column, 0.0)
        how = ""
        if abs(way) > _STRONG:
            how = f"; higher values {'raise' if way > 0 else 'lower'} {output}" if len(told.outputs) == 1 else ""
        said.append(f"{one.column} moves a prediction by {number(one.strength)} on average ({told.unit}){how}.")
    if not said:
        said.append("No column moves a prediction.")
    pairs = [one for one in first if one.partner and one.partner_share > _INTERACTS]
    if pairs:
        one = pairs[0]
        said.append(
            f"What {one.column} adds depends on {one.partner}, which explains {one.partner_share:.0%} of what its own "
            "value leaves open."
        )
    if told.method == "sampled":
        said.append(
            f"Found by rows put together from {told.background} training rows, with a standard error of "
            f"{number(told.noise)} a value; such rows may not exist where columns go together."
        )
    else:
        said.append("Exact for these trees; columns that go together share what they tell.")
    if told.total < wanted:
        said.append(f"{told.total:,} of {wanted:,} rows were asked in the time there was.")
    return msgspec.structs.replace(told, sentences=tuple(said))


def with_dependence_sentences(told: Dependence) -> Dependence:
    """Give the dependence with what it says in words."""
    column, shown = told.grid.column, told.shown
    partial = [point[shown] for point in told.partial]
    small = [point[shown] for point in told.accumulated]
    low, high = min(partial), max(partial)
    at_low, at_high = (told.grid.words[partial.index(one)] for one in (low, high))
    what = f"the {told.unit}" if told.unit.startswith("probability") else told.unit
    if len(told.outputs) > 1:
        what = f"the probability of {told.outputs[shown]}"
    said = []
    spread = high - low
    if spread <= 1e-9 * max(1.0, abs(high)):
        said.append(f"{column} changes nothing in what this model predicts.")
        return msgspec.structs.replace(told, sentences=tuple(said))
    if told.grid.kind == "level":
        said.append(
            f"On average {what} is highest with {column} {at_high} ({number(high)}), lowest with {at_low} "
            f"({number(low)})."
        )
    else:
        said.append(
            f"On average {what} {_course(partial)} with {column}: {number(partial[0])} at "
            f"{told.grid.words[0]}, {number(partial[-1])} at {told.grid.words[-1]}."
        )
    if told.missing is not None:
        said.append(f"Where it is missing, {number(told.missing[shown])}.")
    far = max(abs(one - other) for one, other in zip(_centred(partial), _centred(small), strict=True))
    if far > 0.25 * spread:
        said.append(
            "The accumulated effects differ from the mean over all rows: the column goes together with others, and the "
            "mean asks about rows that hardly occur. Trust the accumulated ones."
        )
    return msgspec.structs.replace(told, sentences=tuple(said))


def with_surface_sentences(told: Surface) -> Surface:
    """Give the surface with what it says in words."""
    share = told.interaction[told.shown]
    pair = f"{told.across.column} and {told.down.column}"
    if share < 0.01:
        said = f"{pair} add up: what one does hardly depends on the other ({share:.1%} of what both do)."
    else:
        said = f"{share:.0%} of what {pair} do together is neither's own: what one does depends on the other."
    return msgspec.structs.replace(told, sentences=(said,))


def with_row_sentences(told: RowReasons) -> RowReasons:
    """Give the reasons for a row in words."""
    shown = told.shown
    strongest = [place for place in told.order if told.added[place][shown] != 0.0][:_FEW]
    up = [place for place in strongest if told.added[place][shown] > 0.0]
    down = [place for place in strongest if told.added[place][shown] < 0.0]
    said = [
        f"From the usual {number(told.base[shown])} to {number(told.sums[shown])} ({told.unit}"
        f"{f', {told.outputs[shown]}' if len(told.outputs) > 1 else ''})."
    ]
    for places, how in ((up, "Raised"), (down, "Lowered")):
        if places:
            parts = [
                f"{told.names[place]} {cell_word(told.cells[place])} ({told.added[place][shown]:+.3g})"
                for place in places
            ]
            said.append(f"{how} by {listed(parts, most=_FEW)}.")
    return msgspec.structs.replace(told, sentences=tuple(said))


def with_counterfactual_sentences(told: Counterfactuals, is_so: bool) -> Counterfactuals:
    """Give the counterfactuals in words."""
    if is_so:
        said: tuple[str, ...] = (f"What is predicted already is {told.wish}.",)
    elif not told.found:
        kept = f" without changing {listed(told.kept)}" if told.kept else ""
        said = (f"No plausible values were found for which {told.wish} is predicted{kept}.",)
    else:
        said = (
            *(f"{told.wish} would be predicted {change_words(one)}." for one in told.found),
            "It is what the model says, not what would come of it in the world.",
        )
    return msgspec.structs.replace(told, sentences=said)


def with_similar_sentences(told: SimilarRows, *, is_class: bool) -> SimilarRows:
    """Give the similar rows in words."""
    if not told.found:
        return msgspec.structs.replace(told, sentences=("There is no other training row.",))
    if is_class:
        counts: dict[str, int] = {}
        for one in told.found:
            counts[one.truth] = counts.get(one.truth, 0) + 1
        parts = [f"{count} × {truth}" for truth, count in sorted(counts.items(), key=lambda one: -one[1])]
        said = f"Of the {len(told.found)} most similar of {told.of_rows:,} training rows: {', '.join(parts)}."
    else:
        values = sorted(float(one.truth) for one in told.found)
        said = (
            f"The {len(told.found)} most similar of {told.of_rows:,} training rows lie between {number(values[0])} and "
            f"{number(values[-1])}."
        )
    nearest = told.found[0].distance
    more = ("The nearest is far away: the model has seen nothing like this row.",) if nearest > 0.15 else ()
    return msgspec.structs.replace(told, sentences=(said, *more))


# -- parts ------------------------------------------------------------------------------------------------------------


def change_words(one: Counterfactual) -> str:
    """Give what would have to be otherwise."""
    parts = [
        f"{change.column} {cell_word(change.after)} instead of {cell_word(change.before)}" for change in one.changes
    ]
    return f"with {listed(parts, most=10)}"


def cell_word(value: Cell) -> str:
    """Give a cell as people write it."""
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | int):
        return f"{value:.0f}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:.6g}"
    return value.removesuffix("T00:00:00") if len(value) == len("2024-01-01T00:00:00") else value


def number(value: float) -> str:
    """Give a number of three digits."""
    if value == 0.0 or not math.isfinite(value):
        return f"{value:g}"
    if abs(value) >= 1e6 or abs(value) < 1e-4:
        return f"{value:.3g}"
    decimals = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{decimals}f}"


def listed(words: Sequence[str], *, most: int = 3) -> str:
    """Give words as people list them, so many at most."""
    shown = list(words[:most])
    if len(words) > most:
        return f"{', '.join(shown)} and {len(words) - most:,} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else ""


def _column(one: ColumnWeight) -> str:
    return one.columns[0]


def _centred(values: Sequence[float]) -> list[float]:
    mean = sum(values) / len(values)
    return [value - mean for value in values]


def _course(values: Sequence[float]) -> str:
    spread = max(values) - min(values)
    steps = [after - before for before, after in pairwise(values)]
    up, down = sum(one for one in steps if one > 0), -sum(one for one in steps if one < 0)
    if down < 0.1 * spread:
        return "rises"
    if up < 0.1 * spread:
        return "falls"
    top, bottom = values.index(max(values)), values.index(min(values))
    if 0 < top < len(values) - 1 and max(values) - max(values[0], values[-1]) > 0.3 * spread:
        return "rises, then falls"
    if 0 < bottom < len(values) - 1 and min(values[0], values[-1]) - min(values) > 0.3 * spread:
        return "falls, then rises"
    return "goes up and down"
