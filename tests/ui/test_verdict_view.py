"""Is B better: what is drawn of a verdict, and of an order of several runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from aetheron_desktop.engine.comparing.evidence import Found, PairFound, RunRanking, RunVerdict, WeakSlice
from aetheron_desktop.engine.evaluation.verdict import Verdict
from aetheron_desktop.ui.widgets.comparison.verdict_view import VerdictView

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

VERDICT = Verdict(
    state="better", sentence="B is better: ROC AUC 0.95 against 0.90.", metric="roc_auc", a=0.90, b=0.95,
    difference=0.05, low=0.02, high=0.08, p_value=0.001, equivalence=0.01, rows=200,
)  # fmt: skip


@pytest.fixture
def view(dressed: object, qtbot: QtBot) -> VerdictView:
    made = VerdictView()
    qtbot.addWidget(made)
    made.resize(900, 500)
    made.show()
    return made


def lines(view: VerdictView) -> list[str]:
    found = [line for line in view.findChildren(QWidget, "verdict_line") if line.isVisible()]
    return [line.accessibleName() for line in found]


def test_that_the_sentence_stands_with_what_it_stands_on(view: VerdictView, qtbot: QtBot) -> None:
    view.show_verdict(
        RunVerdict(
            a="run-a", b="run-b", verdict=VERDICT,
            evidence=(Found(title="McNemar, on the classes", words="p = 0.01."),),
            slices=(WeakSlice(words="city = Kiel", count=40, p_value=0.004, rows=(3, 4)),), looked_at=20,
            disagreements=7, disagree=(9, 1), dataset="d1",
        )
    )  # fmt: skip
    assert view.card.accessibleName().startswith("B is better")
    assert lines(view) == [
        "McNemar, on the classes: p = 0.01.",
        "The other way round where: city = Kiel: 40 rows, p = 0.004 after correction.",
    ]
    button = view.findChild(QPushButton, "verdict_disagree")
    assert button.text() == "7 rows on which they disagree"
    with qtbot.waitSignal(view.rows_wanted) as asked:
        button.click()
    assert asked.args == ["d1", (9, 1)]
    with qtbot.waitSignal(view.rows_wanted) as asked:
        view.findChild(QPushButton, "slice_rows").click()
    assert asked.args == ["d1", (3, 4)]


def test_that_a_withheld_verdict_says_why_and_offers_no_rows(view: VerdictView) -> None:
    words = "No verdict: A was tested on 5 rows and B on 9."
    view.show_verdict(RunVerdict(a="a", b="b", verdict=Verdict(state="withheld", sentence=words)))
    assert "A was tested on 5 rows" in view.card.accessibleName()
    assert lines(view) == []
    assert not view.findChild(QPushButton, "verdict_disagree").isVisible()


def test_that_runs_that_cannot_be_told_apart_are_joined_by_a_bar(view: VerdictView) -> None:
    names = {"a": "Forest", "b": "Boosting", "c": "Dummy"}
    pairs = (PairFound(a="a", b="b", difference=-0.01, p_value=0.4, corrected=0.4),
             PairFound(a="c", b="a", difference=0.4, p_value=1e-9, corrected=3e-9))  # fmt: skip
    view.show_ranking(
        RunRanking(runs=("c", "a", "b"), sentence="Forest is ahead.", metric="roc_auc", order=("a", "b", "c"),
                   scores=(0.95, 0.94, 0.5), pairs=pairs, groups=(("a", "b"),)),
        names,
    )  # fmt: skip
    assert view.findChild(QLabel, "ranking_words").text() == "Forest is ahead."
    assert view.chart.isVisible()
    assert [tick.text for tick in view.chart.names(upright=True)] == ["Forest", "Boosting", "Dummy"]
    assert view.chart.bars() == [(0, 1)]
    assert view.chart.table() == [["run", "score"], ["Forest", "0.95"], ["Boosting", "0.94"], ["Dummy", "0.5"]]
    assert view.chart.tip(0.9, -1.0, view.chart.frame()) == "Boosting: 0.9400\nnot told apart from Forest"
    assert lines(view)[1] == "Told apart: Forest is ahead of Dummy by 0.4, p = 3e-09 after correction."


def test_that_runs_on_other_rows_are_given_no_order(view: VerdictView) -> None:
    view.show_ranking(RunRanking(runs=("a", "b", "c"), sentence="No order: other rows.", reason="other rows."), {})
    assert view.findChild(QLabel, "ranking_words").isVisible()
    assert not view.chart.isVisible()
