"""How the command line speaks: JSON records, or tables and a progress bar for people."""

from __future__ import annotations

import re
import sys
import time
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from aetheron_desktop.engine.events import CoresAwaited, MemberScored, MessageLogged, MetricLogged, Progressed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aetheron_desktop.engine.errors import AetheronError
    from aetheron_desktop.engine.events import Event

_REFRESH_S: Final = 0.1
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What a terminal takes for an order and not for a letter, but for the end of a line and the tabulator."""

_NAMED: Final = re.compile("“(.+?)”")


class Failure(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="failure"):
    """An expected failure outside of a job, as a JSON record."""

    title: str
    detail: str
    hint: str


class Terminal:
    """Standard output for results, the error output for progress and failures."""

    def __init__(self, *, json: bool) -> None:
        self.json = json
        # In a file or a pipe nothing is cut to the width of a screen.
        self._out = Console(highlight=False, width=None if sys.stdout.isatty() else 220)
        self._err = Console(stderr=True, highlight=False)
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._title = ""
        self._score = ""
        self._shown = 0.0
        self._warned: set[str] = set()
        self._known: set[str] = set()

    def record(self, record: object) -> None:
        """Print one JSON record."""
        self.line(msgspec.json.encode(record) + b"\n")

    def line(self, line: bytes) -> None:
        """Print one line that is JSON already."""
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()

    def say(self, text: str) -> None:
        """Print a line for people."""
        if not self.json:
            self._out.print(Text(plain(text)))

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str, numbers: int = 0) -> None:
        """Print a table for people; the last ``numbers`` columns are set to the right."""
        table = Table(box=None, pad_edge=False, header_style="bold")
        for index, column in enumerate(columns):
            is_number = index >= len(columns) - numbers
            table.add_column(column, justify="right" if is_number else "left", no_wrap=column != "name")
        for row in rows:
            table.add_row(*(Text(plain(cell)) for cell in row))
        self._out.print(table if table.rows else Text(empty))

    def failure(self, error: AetheronError) -> None:
        """Say what went wrong and what to do next."""
        self.trouble(error.title, error.detail, error.hint)
        if self.json:
            self.record(Failure(title=error.title, detail=error.detail, hint=error.hint))

    def trouble(self, title: str, detail: str, hint: str) -> None:
        """Say on the error output what went wrong and what to do next."""
        self._err.print(Text.assemble((f"{plain(title)}: ", "bold red"), plain(detail)))
        if hint:
            self._err.print(Text(plain(hint)))

    def warn(self, text: str, about: Iterable[str] = ()) -> None:
        """Say on the error output what should be looked at; jobs that say so ``about`` these columns are not heard."""
        self._known.update(about)
        self._err.print(Text(plain(text), style="yellow"))

    # -- the progress of a job ----------------------------------------------------------------------------------------

    def begin(self, title: str) -> None:
        """Show that a job has begun."""
        self._title, self._score = title, ""
        if self.json or not self._err.is_terminal:
            return
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[words]}"),
            TimeElapsedColumn(),
            console=self._err,
            transient=True,
        )
        self._task = self._progress.add_task(escape(plain(title)), total=None, words="")
        self._progress.start()

    def hear(self, event: Event, line: bytes) -> None:
        """Show, or print, what a job tells."""
        if self.json:
            self.line(line)
            return
        match event:
            case Progressed():
                self._show(event)
            case MetricLogged(part="valid", value=float(value)):
                self._score = f"{event.name} {value:.4g}"
            case CoresAwaited():
                self._err.print(Text("Another program trains on the cores; this one waits for its turn.", "yellow"))
            case MemberScored():
                self._tell_member(event)
            case MessageLogged(level="warning" | "error"):
                self._warn(event)
            case _:
                return

    def _warn(self, event: MessageLogged) -> None:
        """Say it once: what is odd about a table is odd in each run on it."""
        named = set(_NAMED.findall(event.text))
        if event.text not in self._warned and not (named and named <= self._known):
            self._warned.add(event.text)
            self._err.print(Text(plain(event.text), style="yellow" if event.level == "warning" else "red"))

    def _tell_member(self, event: MemberScored) -> None:
        if event.reason:
            self._err.print(Text(plain(f"{event.title}: failed, {event.reason}"), style="yellow"))
            return
        whole = f"ensemble {number(event.ensemble)}" if event.ensemble is not None else ""
        if event.is_stacked:
            self._err.print(Text(plain(f"{'':>8}  A second layer puts the members together; {whole}"), style="dim"))
            return
        self._err.print(
            Text(plain(f"{number(event.score):>8}  {event.title}, {duration(event.seconds)}; {whole}"), style="dim")
        )

    def advance(self, stage: str, done: float, total: float | None, unit: Literal["", "rows", "bytes"] = "") -> None:
        """Show how far something is that is no job."""
        if not self.json:
            self._show(Progressed(job="", stage=stage, done=done, total=total, unit=unit))

    def end(self) -> None:
        """Take the progress bar away."""
        if self._progress is not None:
            self._progress.stop()
        self._progress = self._task = None

    def _show(self, event: Progressed) -> None:
        if self._progress is None or self._task is None or time.monotonic() - self._shown < _REFRESH_S:
            return
        self._shown = time.monotonic()
        left = f", {duration(event.eta_s)} left" if event.eta_s is not None else ""
        words = " · ".join(word for word in (f"{event.stage}{left}", self._score) if word)
        self._progress.update(self._task, completed=event.done, total=event.total, words=escape(plain(words)))


def plain(text: str) -> str:
    """Give ``text``, which may be a stranger's, without what would give orders to the terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def duration(seconds: float) -> str:
    """Give a length of time in words: ``0.4 s``, ``12 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def size(count: int) -> str:
    """Give a number of bytes as people say it: ``812 bytes``, ``4.2 kB``, ``1.3 GB``."""
    if count < 1000:
        return f"{count} bytes"
    value = float(count)
    for unit in ("kB", "MB"):
        value /= 1000
        if value < 999.95:
            return f"{value:.1f} {unit}"
    return f"{value / 1000:.1f} GB"


def number(value: Any) -> str:
    """Give a score as it is printed: four significant digits."""
    return "–" if value is None else f"{value:.4g}"


def moment(at: float) -> str:
    """Give a point in time as it is printed."""
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
    except (OverflowError, ValueError, OSError):  # a stranger's model may have been made at any time
        return "–"
