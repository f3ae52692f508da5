"""A plot that a worker makes when somebody asks for it; what was found before is shown at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPushButton

from aetheron_desktop.engine.explaining.keeping import stored
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.errand import Errand
from aetheron_desktop.ui.widgets.charts.card import ChartCard
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.events import JobEnded, Progressed
    from aetheron_desktop.engine.explaining.questions import Question
    from aetheron_desktop.engine.explaining.results import Explanation
    from aetheron_desktop.ui.session import Session
    from aetheron_desktop.ui.widgets.charts.chart import Chart

_HEIGHT = 250


class AskedCard(ChartCard):
    """Base of these. One says in :meth:`question` what is asked, and draws in :meth:`hear` what is told."""

    title = ""
    offer = ""
    """What is said as long as nothing was asked."""

    def __init__(self, name: str, words: str, tip: str, chart: Chart, session: Session, parent: QWidget) -> None:
        super().__init__(name, parent)
        self._session = session
        self.model = self.version = ""
        self._job = ""
        self.plot = chart
        chart.is_scrolled = True
        chart.setMinimumHeight(_HEIGHT)
        self.show_chart(chart, self.title, "", self.title)
        self._start = named(QPushButton(words, self), f"{name}_ask", words, tip)
        self._cancel = named(QPushButton("Cancel", self), f"{name}_cancel", "Cancel", "What is drawn stays")
        for button in (self._start, self._cancel):
            theme.mark(button, role="link")
            self.tools.addWidget(button)
        self._start.clicked.connect(self.ask)
        self._cancel.clicked.connect(self.cancel)
        self._show_busy()

    # -- what a card says of itself -----------------------------------------------------------------------------------

    def question(self) -> Question:
        """Give what is asked."""
        raise NotImplementedError

    def hear(self, told: Explanation) -> None:
        """Draw what was told."""
        raise NotImplementedError

    def draw_nothing(self) -> None:
        """Show that nothing was told yet."""
        raise NotImplementedError

    # -- asking -------------------------------------------------------------------------------------------------------

    def show_model(self, model: str, version: str) -> None:
        """Be about a version of a model."""
        if (model, version) != (self.model, self.version):
            self.cancel()
            self.model, self.version = model, version
            self.read()

    def read(self) -> None:
        """Show what is on disk, or that nothing is."""
        self.draw_nothing()
        self.say(self.offer)
        if not self.model:
            return
        question = self.question()
        errand = Errand(partial(stored, self._session.workspace, question), self)
        errand.done.connect(lambda found: self._on_read(question, found))
        errand.start()

    def ask(self) -> None:
        """Have it found out."""
        self.cancel()
        self.draw_nothing()
        self.say("Opening the model…")
        self._job = self._session.ask(self.question(), self._on_told, self._on_end, self._on_progress)
        self._show_busy()

    def cancel(self) -> None:
        """Ask no more."""
        self._session.withdraw(self._job)
        self._job = ""
        self._show_busy()

    def _on_read(self, question: Question, found: list[Explanation]) -> None:
        if not self._job and question == self.question():
            for one in found:
                self.hear(one)

    def _on_told(self, told: Explanation) -> None:
        self.hear(told)

    def _on_progress(self, told: Progressed) -> None:
        self._caption.setText(told.stage)

    def _on_end(self, end: JobEnded) -> None:
        self._job = ""
        self._caption.setText("")
        self._show_busy()
        if end.outcome in {"failed", "crashed"}:
            self.say(f"{end.title}. {end.detail} {end.hint}".strip())

    def _show_busy(self) -> None:
        self._start.setVisible(not self._job)
        self._cancel.setVisible(bool(self._job))
