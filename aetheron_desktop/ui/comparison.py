"""The runs as they are compared: what is known of each, how they are looked at, and what is noted of them.

Made when the tab is first looked at: the table of runs needs numpy, which the window opens without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from aetheron_desktop.engine.comparing import card as cards
from aetheron_desktop.engine.comparing import removing, views
from aetheron_desktop.engine.comparing.foreign import PREFIX, foreign_rows, forget, read_runs, take_in
from aetheron_desktop.engine.comparing.questions import CardsQuestion
from aetheron_desktop.engine.comparing.row import dataset_names, row_of
from aetheron_desktop.engine.comparing.table import RunTable
from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.ui.errand import Errand
from aetheron_desktop.ui.messages import Notice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aetheron_desktop.engine.comparing.card import RunCard
    from aetheron_desktop.engine.comparing.marks import Marks
    from aetheron_desktop.engine.comparing.removing import Removed
    from aetheron_desktop.engine.comparing.row import RunRow
    from aetheron_desktop.engine.comparing.views import View, Views
    from aetheron_desktop.engine.events import JobEnded
    from aetheron_desktop.engine.jobs.progress import RunState
    from aetheron_desktop.engine.workspace import Workspace
    from aetheron_desktop.ui.session import Session

_REFRESH_MS: Final = 500


class Comparison(QObject):
    """Follows the session; ``changed`` tells that runs came, went or ended, ``run_changed`` that one has news.

    ``removed`` tells how many runs are deleted and may be taken back, and what they take.
    """

    changed = Signal()
    run_changed = Signal(object)  # RunRow
    views_changed = Signal()
    removed_changed = Signal(int, int)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._cards: dict[str, RunCard] = {}
        self._datasets: dict[str, str] = {}
        self._ended: dict[str, float | None] = {}
        self._asked = ""
        self._news: set[str] = set()
        self._removed: list[Removed] = []
        self._timer = QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._timer.timeout.connect(self._take_news)
        self.table = RunTable()
        self.views: Views = views.read(session.workspace)
        self._kept = self._written = self.views
        """What was given to the disk last, and what is on it."""
        session.run_added.connect(self._on_run)
        session.run_changed.connect(self._on_run)
        session.datasets_changed.connect(self.read)

    # -- what is known ------------------------------------------------------------------------------------------------

    def read(self) -> None:
        """Read what the index knows of all runs, and ask for what it does not know."""
        workspace, runs = self._session.workspace, list(self._session.runs.values())
        errand = Errand(lambda: _read(workspace, runs), self)
        errand.done.connect(self._on_read)
        errand.failed.connect(self._session.tell)
        errand.start()

    def _on_read(self, found: tuple[dict[str, RunCard], dict[str, str], RunTable]) -> None:
        self._cards, self._datasets, self.table = found
        here = self._session.runs
        self.table.remove([row.id for row in self.table.rows if row.id not in here and not row.source])
        for run in here:
            if self.table.place(run) is None:
                self.table.put(self._row(here[run]))
        self.changed.emit()
        self._ask_for_cards()

    def _ask_for_cards(self) -> None:
        """Have a worker read the folders of runs that have ended since they were read last."""
        known = self._cards
        missing = [
            run.id
            for run in self._session.runs.values()
            if run.ended is not None and not known.get(run.id, cards.NO_CARD).is_of(run.ended)
        ]
        if missing and not self._asked:
            self._asked = self._session.ask(CardsQuestion(runs=tuple(missing)), self._on_cards, self._on_cards_end)

    def _on_cards(self, _: object) -> None:
        self.read()

    def _on_cards_end(self, _: JobEnded) -> None:
        self._asked = ""

    def _row(self, run: RunState) -> RunRow:
        return _row(run, self._datasets, self._cards)

    def _on_run(self, run: str) -> None:
        self._news.add(run)
        if not self._timer.isActive():
            self._timer.start()

    def _take_news(self) -> None:
        """Take in what runs have told; the order is made anew only where one came or ended."""
        news, self._news = self._news, set()
        is_new = False
        for run in news:
            state, known = self._session.runs.get(run), self.table.row(run)
            if state is None:
                continue
            row = self._row(state)
            is_new |= known is None or (known.status, known.metrics) != (row.status, row.metrics)
            if known is not None and not is_new:
                self.run_changed.emit(row)
            else:
                self.table.put(row)
        if is_new:
            self.changed.emit()
            self._ask_for_cards()

    # -- what is chosen -----------------------------------------------------------------------------------------------

    def look(self, view: View) -> None:
        """Look at the runs in another way."""
        self._keep(msgspec.structs.replace(self.views, last=view))

    def pin(self, run: str) -> None:
        """Hold the others to this run; to none where it is empty."""
        self._keep(msgspec.structs.replace(self.views, baseline=run))

    def save_view(self, name: str) -> None:
        """Keep how the runs are looked at now under a name."""
        try:
            self._keep(self.views.saved(name, self.views.last))
        except AetheronError as error:
            self._session.tell(error)

    def show_view(self, name: str) -> None:
        """Look at the runs as a saved view has it."""
        if (view := self.views.named.get(name)) is not None:
            self.look(view)

    def forget_view(self, name: str) -> None:
        """Forget a saved view."""
        self._keep(self.views.without(name))

    def smooth(self, weight: float) -> None:
        """Remember how much curves are smoothed; on the board nothing changes."""
        self.views = msgspec.structs.replace(self.views, smoothing=weight)
        self._write_soon()

    def _keep(self, made: Views) -> None:
        self.views = made
        self.views_changed.emit()
        self._write_soon()

    def _write_soon(self) -> None:
        if self._written is self._kept:
            self._write_views()

    def _write_views(self) -> None:
        """Write the views as they are now; one at a time, or else an older one might be written over a newer."""
        made, workspace = self.views, self._session.workspace
        self._kept = made
        errand = Errand(lambda: views.write(workspace, made), self)
        for ended in (errand.done, errand.failed, errand.broken):
            ended.connect(self._on_views_written)
        errand.failed.connect(self._session.tell)
        errand.start()

    def _on_views_written(self, _: object) -> None:
        self._written = self._kept
        if self.views is not self._written:
            self._write_views()

    # -- what is noted ------------------------------------------------------------------------------------------------

    def tags(self) -> list[str]:
        """Give the tags of all runs, those that most have first."""
        counts: dict[str, int] = {}
        for row in self.table.rows:
            for tag in row.card.marks.tags:
                counts[tag] = counts.get(tag, 0) + 1
        return sorted(counts, key=lambda tag: -counts[tag])

    def mark(self, marks: Mapping[str, Marks]) -> None:
        """Note something of runs."""
        workspace = self._session.workspace
        errand = Errand(lambda: {run: cards.mark(workspace, run, one) for run, one in marks.items()}, self)
        errand.done.connect(self._on_marked)
        errand.failed.connect(self._session.tell)
        errand.start()

    def _on_marked(self, made: dict[str, RunCard]) -> None:
        self._cards |= made
        for run, card in made.items():
            if (row := self.table.row(run)) is not None:
                self.table.put(row.with_card(card))
        self.changed.emit()

    # -- what comes from elsewhere ------------------------------------------------------------------------------------

    def bring_in(self, source: str) -> None:
        """Take in the runs of another program; see :func:`.foreign.read_runs`."""
        workspace = self._session.workspace
        errand = Errand(lambda: take_in(workspace, read_runs(source)), self)
        errand.done.connect(lambda count: self._on_brought_in(count, source))
        errand.failed.connect(self._session.tell)
        errand.start()

    def _on_brought_in(self, count: int, source: str) -> None:
        runs = "1 run was" if count == 1 else f"{count:,} runs were"
        self._session.noticed.emit(Notice("success", f"{runs} brought in", f"From {source}"))
        self.read()

    # -- what is deleted ----------------------------------------------------------------------------------------------

    def delete(self, runs: Sequence[str]) -> None:
        """Put runs aside; they are deleted for good when the window closes. Foreign ones are forgotten."""
        workspace = self._session.workspace
        if foreign := [run for run in runs if run.startswith(PREFIX)]:
            going = Errand(lambda: forget(workspace, foreign), self)
            going.done.connect(lambda _: self._on_forgotten(foreign))
            going.failed.connect(self._session.tell)
            going.start()
        own = [run for run in runs if not run.startswith(PREFIX)]
        if not own:
            return
        errand = Errand(lambda: removing.put_aside(workspace, own), self)
        errand.done.connect(self._on_removed)
        errand.failed.connect(self._session.tell)
        errand.start()

    def _on_forgotten(self, runs: list[str]) -> None:
        self.table.remove(runs)
        self.changed.emit()

    def _on_removed(self, removed: Removed) -> None:
        gone = [record.id for record in removed.records]
        self._removed.append(removed)
        if self.views.baseline in gone:
            self.pin("")
        self._session.forget_runs(gone)
        self.table.remove(gone)
        self.changed.emit()
        self._tell_removed()

    def undo(self) -> None:
        """Take back what was deleted last."""
        if not self._removed:
            return
        removed, workspace = self._removed.pop(), self._session.workspace
        errand = Errand(lambda: removing.take_back(workspace, removed), self)
        errand.done.connect(lambda _: self._session.recall_runs(removed.records))
        errand.done.connect(lambda _: self.read())
        errand.failed.connect(lambda error: self._on_not_taken_back(removed, error))
        errand.start()
        self._tell_removed()

    def _on_not_taken_back(self, removed: Removed, error: AetheronError) -> None:
        self._removed.append(removed)
        self._tell_removed()
        self._session.tell(error)

    def free(self) -> None:
        """Delete for good what was put aside."""
        self._removed.clear()
        workspace = self._session.workspace
        errand = Errand(lambda: removing.delete(workspace.root), self)
        errand.failed.connect(self._session.tell)
        errand.start()
        self._tell_removed()

    def _tell_removed(self) -> None:
        runs = sum(len(one.records) for one in self._removed)
        self.removed_changed.emit(runs, sum(one.bytes for one in self._removed))


def _read(workspace: Workspace, runs: Sequence[RunState]) -> tuple[dict[str, RunCard], dict[str, str], RunTable]:
    """Read cards and names from the index, and put the table together; beside the window's thread."""
    found, datasets = cards.cards(workspace), dataset_names(workspace)
    table = RunTable([*(_row(run, datasets, found) for run in runs), *foreign_rows(workspace)])
    table.prepare()
    return found, datasets, table


def _row(run: RunState, datasets: Mapping[str, str], known: Mapping[str, RunCard]) -> RunRow:
    seconds = None if run.status in {"queued", "postponed"} else round(run.seconds, 1)
    return row_of(run, run.status, seconds, datasets, known.get(run.id))
