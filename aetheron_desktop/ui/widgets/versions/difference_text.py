"""The difference of two versions as Markdown, to be put into a message or a report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aetheron_desktop.ui.widgets.versions.difference_rows import TITLES
from aetheron_desktop.ui.widgets.versions.texts import moment, version_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aetheron_desktop.engine.evaluation.verdict import Verdict
    from aetheron_desktop.engine.registry.versions import Labels, VersionInfo
    from aetheron_desktop.engine.versioning.difference import Section
    from aetheron_desktop.ui.widgets.versions.difference_rows import DifferenceRow

_MARKUP: Final = re.compile(r"([\\`*_\[\]<>|#~])")
_BACKTICKS: Final = re.compile(r"`{3,}")


def as_markdown(
    pair: tuple[VersionInfo, VersionInfo],
    labels: Labels,
    verdict: Verdict | None,
    rows: Mapping[Section, Sequence[DifferenceRow]],
    card: Sequence[str],
) -> str:
    """Give it: the two versions, the verdict where there is one, a table for each section, and the card's lines."""
    names = [version_name(version) for version in pair]
    lines = [f"# Difference of {names[0]} and {names[1]}", ""]
    lines += [_version(name, version, labels) for name, version in zip(names, pair, strict=True)]
    if verdict is not None:
        lines += ["", _plain(verdict.sentence)]
    for section, shown in rows.items():
        if shown:
            lines += ["", f"## {TITLES[section]}", "", *_table(names, shown)]
    if card:
        lines += ["", "## Card", "", *_fenced(card)]
    if not card and not any(rows.values()):
        lines += ["", "Nothing differs."]
    return "\n".join(lines) + "\n"


def _version(name: str, version: VersionInfo, labels: Labels) -> str:
    called = labels.of(version.commit)
    named = f" ({', '.join(_plain(one) for one in called)})" if called else ""
    title = f" “{_plain(version.title)}”" if version.title else ""
    return f"- **{name}**{named}{title}, {_plain(version.author)}, {moment(version.at)}, `{version.commit}`"


def _table(names: Sequence[str], rows: Sequence[DifferenceRow]) -> Iterator[str]:
    has_change = any(row.change for row in rows)
    yield f"| | {names[0]} | {names[1]} |{' |' if has_change else ''}"
    yield f"|---|---|---|{'---|' if has_change else ''}"
    for row in rows:
        before, after = (
            f"{value} ({interval})" if interval else value
            for value, interval in zip((row.before, row.after), row.low_high, strict=True)
        )
        cells = [row.name, before, after]
        if has_change:
            told = {True: " better", False: " worse", None: ""}[row.is_better]
            cells.append(f"{row.change}{told}")
        yield f"| {' | '.join(_plain(cell) for cell in cells)} |"


def _fenced(card: Sequence[str]) -> Iterator[str]:
    longest = max((len(run) for line in card for run in _BACKTICKS.findall(line)), default=2)
    fence = "`" * (longest + 1)
    yield f"{fence}diff"
    yield from card
    yield fence


def _plain(text: str) -> str:
    """Give ``text`` in one line, with what Markdown would take for markup escaped."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
