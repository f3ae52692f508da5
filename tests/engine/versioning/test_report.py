"""The report of a version: one page that needs nothing else, and shows no row of the data."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.engine.versioning import failing, questions
from aetheron_desktop.engine.versioning.reporting.drawing import Axes, Line, Whisker, plot, whiskers
from aetheron_desktop.engine.versioning.reporting.page import Section, Table, page
from aetheron_desktop.engine.versioning.reporting.question import ReportMade, ReportQuestion

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.registry.model import ModelInfo
    from aetheron_desktop.engine.workspace import Workspace

_VOID = {"meta", "br"}


class _Reader(HTMLParser):
    """Hears every tag; the page must close what it opens."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"src", "href", "srcset", "action"}]
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _read(text: str) -> _Reader:
    reader = _Reader()
    reader.feed(text)
    assert reader.open == []
    return reader


def _written(workspace: Workspace, model: ModelInfo, out: Path) -> tuple[ReportMade, str]:
    found: list[object] = []
    question = ReportQuestion(model=model.id, out=str(out))
    questions.answer(question, workspace, found.append, lambda *_: None, lambda: False)
    (made,) = found
    assert isinstance(made, ReportMade)
    return made, out.read_text(encoding="utf-8")


def test_that_a_report_is_one_whole_page_that_fetches_nothing(
    workspace: Workspace, model: ModelInfo, tmp_path: Path
) -> None:
    made, text = _written(workspace, model, tmp_path / "report.html")
    reader = _read(text)
    assert reader.links == []
    assert "script" not in reader.tags
    assert reader.tags.count("svg") >= 3
    assert made.bytes == (tmp_path / "report.html").stat().st_size < 500_000
    assert not re.search(r"https?://|url\(|@import", text)
    for heading in ("Measured on the test rows", "Where it fails", "Suspected labels", "its limits", "How it was made"):
        assert heading in text
    rows = failing.part_of(workspace, model.id)
    right = float((rows.predictions.decided() == rows.predictions.truth).mean())
    assert f"{right:.4g}" in text


def test_that_a_card_has_where_the_model_fails_once(workspace: Workspace, model: ModelInfo, tmp_path: Path) -> None:
    _, text = _written(workspace, model, tmp_path / "card.md")
    assert text.startswith("# ")
    assert text.count("## Where it fails") == 1
    from aetheron_desktop.engine.versioning.reporting.making import Told, card_with_failures

    assert card_with_failures(text, Told((), ())).count("## Where it fails") == 1


def test_that_a_report_whose_predictions_are_gone_is_refused_and_writes_nothing(
    workspace: Workspace, model: ModelInfo, tmp_path: Path
) -> None:
    failing.part_of(workspace, model.id).file.unlink()
    with pytest.raises(AetheronError, match="gone"):
        _written(workspace, model, tmp_path / "report.html")
    assert list(tmp_path.glob("*report*")) == []


def test_that_without_its_dataset_a_report_tells_what_follows_from_the_predictions(
    workspace: Workspace, model: ModelInfo, tmp_path: Path
) -> None:
    rows = failing.part_of(workspace, model.id)
    workspace.remove_dataset(rows.dataset.info.id)
    _, text = _written(workspace, model, tmp_path / "report.html")
    right = float((rows.predictions.decided() == rows.predictions.truth).mean())
    assert f"{right:.4g}" in text
    assert _read(text).tags.count("svg") >= 2
    assert f"Not known: The dataset {rows.dataset.info.name}" in text
    assert "Suspected labels" not in text
    _, card = _written(workspace, model, tmp_path / "card.md")
    assert "Not known: The dataset" in card.partition("## Where it fails")[2]


def test_that_no_name_is_taken_for_a_sign_of_the_page() -> None:
    odd = "<script>alert('x')</script> & \"quotes\""
    axes = Axes(odd, odd, (0.0, 1.0), (0.0, 0.0))
    chart = plot(axes, [Line([(0.0, 0.0), (5.0, 5.0)])], name=odd)
    bars = whiskers([Whisker(odd, 0.1, 0.0, 0.2)], zero=0.0, name=odd, told=[odd])
    text = page(odd, [odd], [Section(odd, (odd,), (Table((odd,), [(odd,)]),))], odd)
    for one in (chart, bars, text):
        assert "<script" not in one
    reader = _read(text)
    assert "script" not in reader.tags
