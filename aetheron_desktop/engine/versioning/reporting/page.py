"""A page of HTML that works offline: sections with words, tables and charts, styled for light, dark and paper."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d2330; --soft: #5b6475; --line: #d7dce5; --paper: #ffffff;
  --accent: #2457c5; --second: #c2571a; --band: #2457c533; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7eaf1; --soft: #9aa4b8; --line: #343c4d; --paper: #161a22;
  --accent: #7fa7ff; --second: #f2a65e; --band: #7fa7ff33; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 900px;
  margin: 2.5rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.7rem; margin: 0; overflow-wrap: anywhere; } h2 { font-size: 1.2rem; margin: 2.4rem 0 .4rem; }
h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; } p { margin: .3rem 0 .7rem; } .soft { color: var(--soft); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; margin: .6rem 0 1rem; }
th { text-align: left; font-weight: 600; border-bottom: 2px solid var(--line); }
th, td { padding: .3rem .8rem .3rem 0; vertical-align: top; overflow-wrap: anywhere; }
td { border-bottom: 1px solid var(--line); } td.number { white-space: nowrap; }
.number { text-align: right; }
figure { display: inline-block; vertical-align: top; width: 400px; max-width: 100%; margin: .4rem 1rem .8rem 0; }
figure.wide { width: 100%; } figcaption { color: var(--soft); }
svg { max-width: 100%; height: auto; } svg text { font: 11px system-ui, sans-serif; fill: var(--soft); }
svg .name, svg .label { fill: var(--ink); } .axis { stroke: var(--line); }
.line { fill: none; stroke: var(--accent); stroke-width: 1.8; }
.guide { fill: none; stroke: var(--soft); stroke-dasharray: 4 4; } .band { fill: var(--band); }
.mark { fill: var(--accent); }
.dot { fill: var(--accent); fill-opacity: .45; } .bar0 { fill: var(--accent); fill-opacity: .5; }
.bar1 { fill: var(--second); fill-opacity: .5; } footer { color: var(--soft); margin: 3rem 0 1rem; font-size: .85rem; }
@media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } figure, tr { break-inside: avoid; } }
"""


class Table(NamedTuple):
    """Rows of words under ``columns``; the last ``numbers`` columns are set to the right."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    numbers: int = 0


class Figure(NamedTuple):
    """A chart, as SVG, and what is to be seen in it."""

    chart: str
    caption: str = ""


class Section(NamedTuple):
    """A heading of a level from 2 on, what is said, and what is shown below it."""

    heading: str
    words: tuple[str, ...] = ()
    shown: tuple[Table | Figure, ...] = ()
    level: int = 2


def page(title: str, under: Sequence[str], sections: Sequence[Section], foot: str) -> str:
    """Give the whole page; nothing in it is loaded from anywhere, and no word of it is taken for a sign of HTML."""
    made = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
        # Whatever a name may hold: the page runs and fetches nothing.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{escape(title)}</h1>\n",
        *(f'<p class="soft">{escape(line)}</p>\n' for line in under),
        *(_section(section) for section in sections),
        f"<footer>{escape(foot)}</footer>\n</body>\n</html>\n",
    ]
    return "".join(made)


def _section(section: Section) -> str:
    level = section.level
    made = [f"<h{level}>{escape(section.heading)}</h{level}>\n"]
    made += [f"<p>{escape(words)}</p>\n" for words in section.words]
    for one in section.shown:
        if isinstance(one, Table):
            made.append(_table(one))
        else:
            caption = f"<figcaption>{escape(one.caption)}</figcaption>" if one.caption else ""
            # What has nothing to say under it is a list, as wide as the page.
            kind = "" if one.caption else ' class="wide"'
            made.append(f"<figure{kind}>{one.chart}{caption}</figure>\n")
    return "".join(made)


def _table(table: Table) -> str:
    first = len(table.columns) - table.numbers

    def cells(row: Sequence[str], sign: str) -> str:
        return "".join(
            f"<{sign}{' class=number' if place >= first else ''}>{escape(cell)}</{sign}>"
            for place, cell in enumerate(row)
        )

    rows = "".join(f"<tr>{cells(row, 'td')}</tr>\n" for row in table.rows)
    return f"<table>\n<thead><tr>{cells(table.columns, 'th')}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
