"""What the frozen program's commands tell of a model and of two runs, each of which needs libraries of its own.

A report is printed by Qt without a screen, an explanation asks the model, and a verdict takes SciPy's functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from frozen import answers, records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ESTIMATORS = ("logistic", "catboost")
OF_ALL = {"importance", "shap_summary"}
OF_A_ROW = {"predicted", "row", "similar"}
OF_FAILURES = {"weak_segments", "error_tree", "label_errors", "missing_errors", "test_drift"}


def faults(home: Path, dataset: str, target: str) -> Iterator[str]:
    """Train two estimators on ``dataset``, look at them and compare them, and give what was wrong."""
    words = [word for name in ESTIMATORS for word in ("--estimator", name)]
    told = records(home, "train", dataset, "--target", target, *words)
    best = told[-1]["model"]
    group = told[-1]["job"]  # others of these estimators were trained before
    runs = [one["id"] for one in records(home, "runs") if one["group"] == group and one["estimator"] in ESTIMATORS]
    yield from measured(home, best)
    yield from explained(home, best)
    yield from compared(home, runs)
    yield from reported(home, best)
    print("command line: a model was measured, explained and reported on, and two runs were compared")


def measured(home: Path, model: str) -> Iterator[str]:
    """Measure the model, and look for where it fails."""
    scores = {record["name"]: record for record in records(home, "evaluate", model) if record["kind"] == "metric"}
    accuracy: dict[str, Any] = scores.get("accuracy", {})
    if not accuracy or not accuracy["low"] <= accuracy["value"] <= accuracy["high"]:
        yield f"evaluate tells no accuracy with its interval: {accuracy}"
    if missing := OF_FAILURES - set(answers(home, "failures", model)):
        yield f"failures does not answer {', '.join(sorted(missing))}"


def explained(home: Path, model: str) -> Iterator[str]:
    """Ask what the model leans on, and why it says what it says of a row."""
    for wanted, words in ((OF_ALL, ()), (OF_A_ROW, ("--row", "3"))):
        if missing := wanted - set(answers(home, "explain", model, *words)):
            yield f"explain does not answer {', '.join(sorted(missing))}"


def compared(home: Path, runs: list[str]) -> Iterator[str]:
    """Ask which of two runs is better, and write that as a page."""
    out = home / "compared.html"
    told = {record.get("answer") for record in records(home, "compare", *runs, "--out", str(out))}
    if "run_verdict" not in told:
        yield f"compare gives no verdict of {runs}"
    if not out.exists():
        yield "compare writes no page"


def reported(home: Path, model: str) -> Iterator[str]:
    """Write a report as a page and on paper."""
    page = home / "report.html"
    records(home, "report", model, "--pdf", "--out", str(page))
    if b"<svg" not in page.read_bytes():
        yield "the report has no charts"
    if not page.with_suffix(".pdf").read_bytes().startswith(b"%PDF"):
        yield "the report was not printed"
