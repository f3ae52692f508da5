"""A profile in words and short lines, the same for the window and the command line."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from aetheron_desktop.engine.datasets.profiles.dates import length, spelled
from aetheron_desktop.engine.datasets.profiles.profile import ColumnProfile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.datasets.profiles.profile import (
        Estimate,
        Histogram,
        Kind,
        Quantile,
        TargetProfile,
        Value,
    )

_BLOCKS: Final = " ▁▂▃▄▅▆▇█"
_SHARES: Final = {
    0.0: "Least", 0.01: "1 %", 0.05: "5 %", 0.25: "25 %", 0.5: "Median", 0.75: "75 %", 0.95: "95 %", 0.99: "99 %",
    1.0: "Greatest",
}  # fmt: skip


class Statistic(NamedTuple):
    """One line of a table: ``error`` is the interval of a sample in words, or nothing."""

    label: str
    value: str
    error: str = ""


def badge(profile: ColumnProfile | TargetProfile) -> str:
    """Say in a few words how sure the figures are."""
    if profile.is_exact:
        return "Exact"
    error = profile.share_error if isinstance(profile, ColumnProfile) else None
    return f"Sample of {profile.sampled:,} rows" + (f", ± {_percent(error)}" if error else "")


def method(profile: ColumnProfile | TargetProfile) -> str:
    """Say how the errors were found."""
    if profile.is_exact:
        return f"All of the {profile.rows:,} rows were counted."
    return (
        f"{profile.sampled:,} of {profile.rows:,} rows, in blocks drawn by chance. Errors are intervals at 95 %, the "
        "one in the badge of a share: the ratio estimator between the blocks with Student’s t, not below Wilson’s; "
        "quantiles after Woodruff."
    )


def statistics(profile: ColumnProfile) -> tuple[Statistic, ...]:
    """Give the figures of a column, line by line."""
    lines = [
        Statistic("Rows", f"{profile.rows:,}"),
        _counted("Missing", profile.missing, profile, profile.missing_error),
    ]
    if profile.infinite:
        lines.append(_counted("Infinite", profile.infinite, profile))
    lines.append(Statistic("Distinct", f"{profile.distinct:,}"))
    if profile.quantiles:
        error = "" if profile.mean_error is None else f"± {_width(profile.mean_error, profile.kind)}"
        if profile.mean is not None:
            lines.append(Statistic("Mean", text(profile.mean, profile.kind), error))
        if profile.sd is not None:
            lines.append(Statistic("Standard deviation", _width(profile.sd, profile.kind)))
        lines += [_quantile(quantile, profile.kind) for quantile in profile.quantiles]
    if profile.lengths is not None:
        sizes = profile.lengths
        lines += [
            Statistic("Shortest", _signs(sizes.shortest)),
            Statistic("Mean length", f"{sizes.mean:,.1f} signs"),
            Statistic("Longest", _signs(sizes.longest)),
        ]
        if sizes.blank:
            lines.append(_counted("Empty text", sizes.blank, profile))
    return (*lines, *_times(profile))


def _times(profile: ColumnProfile) -> list[Statistic]:
    found = profile.coverage
    if found is None:
        return []
    lines = [Statistic("Span", length(found.last - found.first))]
    if found.step is not None:
        lines.append(Statistic("Usual step", length(found.step)))
    lines.append(Statistic("Gaps", f"{found.gap_count:,}", "longer than ten steps" if found.gap_count else ""))
    lines += [
        Statistic(f"Gap of {length(gap.end - gap.start)}", spelled(gap.start), f"to {spelled(gap.end)}")
        for gap in found.gaps
    ]
    return lines


def summary(profile: ColumnProfile) -> str:
    """Give the one figure that says most: the mean with its spread, the span of dates, or the commonest value."""
    if profile.kind == "date" and profile.quantiles:
        return f"{text(profile.quantiles[0].value, 'date')} – {text(profile.quantiles[-1].value, 'date')}"
    if profile.mean is not None:
        spread = "" if profile.sd is None else f" ± {short(profile.sd)}"
        return f"{short(profile.mean)}{spread}"
    if profile.top:
        return f"{profile.top[0].value[:30]} ({share(profile.top[0].count, profile.rows)})"
    return "no value"


def bar(histogram: Histogram, place: int, kind: Kind, rows: int) -> str:
    """Say what bar ``place`` of a histogram stands for."""
    low, high = histogram.edges[place], histogram.edges[place + 1]
    count = histogram.counts[place]
    named = f"{text(low, kind)} – {text(high, kind)}"
    if kind == "integer" and high - low == 1 and low != round(low):
        named = f"{low + 0.5:,.0f}"
    return f"{named}: {count:,} rows, {share(count, rows)}"


def outside(histogram: Histogram) -> str:
    """Say what a histogram leaves out, if anything."""
    parts = [(histogram.below, "below"), (histogram.above, "above")]
    return ", ".join(f"{count:,} rows {where}" for count, where in parts if count)


def rest(profile: ColumnProfile) -> str:
    """Say what the commonest values leave out, if anything."""
    more = profile.distinct - len(profile.top)
    if more <= 0:
        return ""
    others = max(0, profile.rows - profile.missing - sum(top.count for top in profile.top))
    return f"and {more:,} other values in {others:,} rows"


def power_method(profile: TargetProfile) -> str:
    """Say what the power is."""
    return (
        f"How much {profile.column} tells of {profile.target} alone, 0 nothing, 1 all: 1 − loss / loss of the mean, "
        "cross-validated in five folds, from the mean of the target in each bin of the column "
        f"({'Brier score' if profile.classes else 'mean squared error'})."
    )


def power(profile: TargetProfile) -> str:
    """Say how much the column tells of the target alone."""
    if profile.power is None:
        return "too few rows to tell"
    return f"{profile.power:.3f}"


def estimate(found: Estimate, *, is_share: bool) -> str:
    """Give a share or a mean with its interval."""
    if found.value is None:
        return "–"
    write = _percent if is_share else short
    if found.low is None or found.high is None:
        return write(found.value)
    return f"{write(found.value)} ({write(found.low)} – {write(found.high)})"


def sparkline(counts: Sequence[int], width: int = 20) -> str:
    """Give a histogram in one line of ``width`` signs at most; the highest bar fills the line."""
    size = max(1, math.ceil(len(counts) / width))
    joined = [sum(counts[start : start + size]) for start in range(0, len(counts), size)]
    most = max(joined, default=0)
    if not most:
        return ""
    # A bar of a few rows is never shown as none.
    return "".join(_BLOCKS[math.ceil(count / most * (len(_BLOCKS) - 1))] for count in joined)


def text(value: Value | None, kind: Kind) -> str:
    """Give a value of a column."""
    if value is None:
        return "–"
    return spelled(value) if kind == "date" else short(value)


def short(value: Value) -> str:
    """Give a number with six digits, or all of a whole one."""
    if isinstance(value, int) or (value == round(value) and abs(value) < 1e15):
        return f"{int(value):,}"
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}" if abs(value) < 1e12 else f"{value:.6g}"


def share(part: float, whole: float) -> str:
    """Give ``part`` of ``whole`` in percent; a little is never shown as nothing, nor almost all as all."""
    return _percent(part / whole) if whole else "0 %"


def _percent(found: float) -> str:
    if 0 < found < 0.0005:
        return "<0.1 %"
    if 0.9995 <= found < 1:
        return ">99.9 %"
    return f"{100 * found:.1f} %".replace(".0 %", " %")


def _counted(label: str, count: int, profile: ColumnProfile, error: int = 0) -> Statistic:
    around = f"{share(count, profile.rows)}, ± {error:,}" if error else share(count, profile.rows)
    return Statistic(label, f"{count:,}", around if count or error else "")


def _quantile(found: Quantile, kind: Kind) -> Statistic:
    label = (
        _SHARES[found.share] if kind != "date" else {0.0: "First", 1.0: "Last"}.get(found.share, _SHARES[found.share])
    )
    if found.low is None and found.high is None:
        return Statistic(label, text(found.value, kind))
    return Statistic(label, text(found.value, kind), f"{text(found.low, kind)} – {text(found.high, kind)}")


def _width(size: float, kind: Kind) -> str:
    return length(size) if kind == "date" else short(size)


def _signs(count: int) -> str:
    return "1 sign" if count == 1 else f"{count:,} signs"
