"""Writing a report from the window: a file is chosen, a worker writes the page, and a PDF is printed from it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from aetheron_desktop.engine.errors import storage_errors
from aetheron_desktop.engine.versioning.reporting.question import ReportMade, ReportQuestion
from aetheron_desktop.ui.errand import Errand
from aetheron_desktop.ui.messages import Notice
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from aetheron_desktop.engine.events import JobEnded
    from aetheron_desktop.engine.versioning.subjects import Subject
    from aetheron_desktop.ui.session import Session

_FILTERS: Final = "Page that works offline (*.html);;PDF (*.pdf);;Model card (*.md)"


class ReportWriter(QObject):
    """``changed`` tells that a report is being written, or is no longer."""

    changed = Signal()

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window
        self._job = ""
        self._out = Path()

    @property
    def is_busy(self) -> bool:
        """Whether a report is being written."""
        return bool(self._job)

    def choose(self, subject: Subject) -> None:
        """Ask for the file, and write the report of ``subject`` to it."""
        name = "".join(sign if sign.isalnum() else "-" for sign in subject.name).strip("-") or "model"
        dialog = named(QFileDialog(self._window, "Write a report"), "report_dialog", "Write a report")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(_FILTERS.split(";;"))
        dialog.setDefaultSuffix("html")
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(chosen.split("*.")[1].rstrip(")")))
        dialog.selectFile(str(Path.home() / f"{name}-report"))
        dialog.fileSelected.connect(partial(self.write, subject))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write(self, subject: Subject, out: str) -> None:
        """Write the report of ``subject`` to the file ``out``; its suffix says what it is to be."""
        self._out = Path(out)
        page = self._page if self._out.suffix.lower() == ".pdf" else self._out
        question = ReportQuestion(model=subject.model, version=subject.version, out=str(page))
        self._job = self._session.ask(question, self._on_made, self._on_end)
        self.changed.emit()

    @property
    def _page(self) -> Path:
        return self._session.workspace.root / "tmp" / f"{self._out.stem}.html"

    def _on_made(self, made: Any) -> None:
        if not isinstance(made, ReportMade):
            return
        if self._out.suffix.lower() != ".pdf":
            self._say()
            return
        errand = Errand(partial(_printed, self._page, self._out), self)
        errand.done.connect(self._say)
        errand.failed.connect(self._session.tell)
        errand.start()

    def _say(self, _: object = None) -> None:
        self._session.noticed.emit(Notice("success", "The report is written", str(self._out)))

    def _on_end(self, end: JobEnded) -> None:
        self._job = ""
        self.changed.emit()
        if end.outcome in {"failed", "crashed"}:
            self._session.noticed.emit(Notice("error", end.title, end.detail, end.hint))


def _printed(page: Path, out: Path) -> None:
    from aetheron_desktop.ui.printing import write_pdf  # only who prints needs it

    with storage_errors(page):
        text = page.read_text(encoding="utf-8")
        page.unlink()
    write_pdf(text, out)
