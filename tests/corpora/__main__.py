"""``python3 dev.py corpora``: imports every file of the corpora, one line for each that falls short, and the score."""

from __future__ import annotations

import argparse
import collections
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tests.corpora.cases import ROOT, Case, cases, learning_sets
from tests.corpora.learning import judge_set
from tests.corpora.running import run
from tests.corpora.verdicts import POINTS, WORST, Judged, judge

if TYPE_CHECKING:
    from collections.abc import Sequence

_APART = frozenset({"encoding-text", "parquet-bomb"})
"""Kinds that are no tables; they are counted on lines of their own."""


@dataclass(frozen=True)
class Result:
    """A case with its verdict and what the import said."""

    case: Case
    judged: Judged
    seconds: float
    message: str

    @property
    def falls_short(self) -> bool:
        """Whether a careful importer had done better."""
        verdict = self.judged.verdict
        good = {"CORRECT"} if self.case.expect == "parse" else {"REFUSED"}
        if self.case.expect == "either":
            good = {"CORRECT", "FLAGGED", "NOTED", "REFUSED", "UNKNOWN"}
        return verdict not in good


def examined(case: Case, root: Path = ROOT) -> Result:
    """Import one case, and judge what became of it."""
    outcome = run(root / case.file, detect=case.kind == "encoding-text")
    return Result(case, judge(case, outcome, root), outcome.seconds, outcome.message)


def main(arguments: Sequence[str]) -> int:
    """Print what falls short, and the score; 1 when a file crashed, hung, or was read wrongly without a word."""
    parser = argparse.ArgumentParser(prog="tests.corpora", description=__doc__)
    parser.add_argument("--only", metavar="REGEX", default="", help="only files whose name has this in it")
    parser.add_argument("--json", action="store_true", help="print each result as a line of JSON")
    parser.add_argument("--root", type=Path, default=ROOT, help="where the corpora lie")
    parser.add_argument("--workers", type=int, default=2, help="how many files are imported at once")
    options = parser.parse_args(arguments)
    if not (options.root / "manifest.json").exists():
        print(f"There are no corpora at {options.root}; name their folder with --root.", file=sys.stderr)
        return 2
    wanted = [case for case in cases(options.root) if re.search(options.only, case.file)]
    with ThreadPoolExecutor(options.workers) as pool:
        results = []
        for result in pool.map(lambda case: examined(case, options.root), wanted):
            results.append(result)
            show(result, as_json=options.json)
        wrong = 0
        for learning in learning_sets(options.root):
            if any(re.search(options.only, part.file) for part in learning.files) and (
                why := judge_set(learning, options.root)
            ):
                wrong += 1
                print(f"{learning.id}  {why}")
    if not options.json:
        print_totals(results)
    return 1 if wrong or any(result.judged.verdict in WORST for result in results) else 0


def show(result: Result, *, as_json: bool) -> None:
    """Print a result, as JSON or if it falls short."""
    case, judged = result.case, result.judged
    if as_json:
        line: dict[str, Any] = {"file": case.file, "suite": case.suite, "kind": case.kind, "expect": case.expect}
        line |= {"verdict": judged.verdict, "why": judged.why, "seconds": round(result.seconds, 2)}
        print(msgspec.json.encode(line).decode(), flush=True)
    elif result.falls_short:
        print(f"{case.file.removeprefix('torture/')}  {case.expect} {judged.verdict}  {judged.why}", flush=True)


def print_totals(results: Sequence[Result]) -> None:
    """Print for each suite how many files of each expectation have which verdict, and the four numbers of them all."""
    counts: dict[tuple[str, str], collections.Counter[str]] = collections.defaultdict(collections.Counter)
    points: list[float] = []
    for result in results:
        apart = result.case.kind in _APART
        counts[result.case.suite, result.case.expect][result.judged.verdict] += 1
        if not apart:
            counts["all", result.case.expect][result.judged.verdict] += 1
            if result.judged.verdict != "UNKNOWN":
                points.append(POINTS[result.case.expect].get(result.judged.verdict, -1))
    print("\n| suite | expect | files | verdicts |\n|---|---|---|---|")
    for (suite, expect), found in sorted(counts.items()):
        told = ", ".join(f"{verdict} {count}" for verdict, count in found.most_common())
        print(f"| {suite} | {expect} | {found.total()} | {told} |")
    parse, reject = counts["all", "parse"], counts["all", "reject"]
    worst = collections.Counter(result.judged.verdict for result in results if result.judged.verdict in WORST)
    silent, lost = worst["SILENT"] + worst["WRONGLY_LOADED"], worst["CRASH"] + worst["HANG"]
    print(
        f"\ncorrect where a table must come: {parse['CORRECT']} of {parse.total()}"
        f"\nrefused where none may come: {reject['REFUSED']} of {reject.total()}"
        f"\nsilently wrong: {silent}, crashed or hung: {lost}"
        f"\nmean of the points: {sum(points) / max(1, len(points)):.3f}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
