"""Versions, names and scores in the words of the dialogs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.evaluation.metrics import main_metric
from aetheron_desktop.ui.item_models.quantities import number

if TYPE_CHECKING:
    from aetheron_desktop.engine.registry.versions import History, VersionInfo

_MOST: Final = 48


def shortened(text: str, most: int = _MOST) -> str:
    """Give ``text`` on one line with ``most`` letters at most, without its middle where it is longer."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    tail = (most - 1) // 2
    return f"{text[: most - 1 - tail]}…{text[-tail:]}"


def number_words(version: VersionInfo) -> str:
    """Give ``version 7``; one that was never counted is named by the beginning of its hash."""
    return f"version {version.number or version.commit[:10]}"


def found_words(history: History, commit: str) -> str:
    """Give the same of a version that is known by its commit alone."""
    found = next((version for version in history.versions if version.commit == commit), None)
    return number_words(found) if found is not None else f"version {commit[:10]}"


def described(version: VersionInfo) -> str:
    """Give why a version was made and how it scores: ``“deeper trees”, ROC AUC 0.9810``."""
    main = main_metric(version.task)
    value = version.metrics.get(main.name)
    score = "" if value is None else f", {main.label} {number(value)}"
    return f"“{shortened(version.title, 60)}”{score}"


def on_button(text: str) -> str:
    """Give ``text`` as a button shows it; Qt takes a single & for the mark of a key."""
    return text.replace("&", "&&")
