"""``python3 -m tests.benchmarks.learning``: what :mod:`tests.benchmarks.learning` says."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from tests.benchmarks.learning import tables
from tests.benchmarks.learning.published import best_single
from tests.benchmarks.learning.reporting import BUSY, report
from tests.benchmarks.learning.running import Cell, Plan, forget, kept, results_file, run_all
from tests.benchmarks.learning.systems import System, systems
from tests.corpora.cases import ROOT as CORPORA

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def main(words: Sequence[str]) -> int:
    """Do the cells that are not done, and print the tables of all."""
    known = {system.name: system for system in systems()}
    options = _options(words, list(known))
    chosen = [known[name] for name in options.systems]
    if not (CORPORA / "datasets.json").exists():
        print(f"There are no corpora at {CORPORA}.", file=sys.stderr)
        return 2
    plan = Plan(
        budget_s=options.budget,
        threads=options.threads,
        seeds=tuple(options.seeds),
        datasets=tuple(options.datasets),
        systems=tuple(options.systems),
    )
    path = results_file(plan.budget_s, plan.threads)
    forget(path, options.again)
    if not options.report:
        _run(plan, chosen, path)
    cells = [cell for cell in kept(path).values() if cell.dataset in plan.datasets and cell.seed in plan.seeds]
    text = report(cells, [system.name for system in chosen], best_single(CORPORA))
    out = path.with_suffix(".md")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    print(f"\n{text}\nKept in {_shown(path)} and {_shown(out)}.")
    return 0


def _run(plan: Plan, chosen: Sequence[System], path: Path) -> None:
    cells = len(plan.seeds) * len(plan.datasets) * len(chosen)
    print(f"{cells} cells of {plan.budget_s:g} s; what is done is in {_shown(path)}.", flush=True)
    run_all(plan, chosen, CORPORA, path, _tell)


def _tell(cell: Cell) -> None:
    value = f"{cell.score:.5g}" if cell.score is not None else cell.error[:160]
    busy = f", others {cell.others:.0%}" if cell.others > BUSY else ""
    print(
        f"{cell.dataset:20} {cell.system:16} seed {cell.seed}  {cell.status:6} {cell.metric} {value}  "
        f"fit {cell.fit_s:.1f} s, predict {cell.predict_s:.2f} s, {cell.peak_mb:,.0f} MB{busy}",
        flush=True,
    )


def _options(words: Sequence[str], names: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py bench learning", description=__doc__)
    ids = [table.id for table in tables.ALL]
    parser.add_argument("--budget", type=float, default=60.0, help="seconds for each fit (60)")
    parser.add_argument("--datasets", type=_of(ids), default=ids, metavar="A,B", help=f"of: {', '.join(ids)}")
    parser.add_argument("--systems", type=_of(names), default=names, metavar="X,Y", help=f"of: {', '.join(names)}")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="for each fit (all)")
    parser.add_argument("--seeds", type=lambda word: [int(part) for part in word.split(",")], default=[0])
    parser.add_argument("--again", type=_of(names), default=[], metavar="X,Y", help="do the cells of these anew")
    parser.add_argument("--report", action="store_true", help="only print the tables of what is done")
    return parser.parse_args(words)


def _of(known: Sequence[str]):  # noqa: ANN202 - what argparse calls a type
    def parse(word: str) -> list[str]:
        chosen = word.split(",")
        unknown = [name for name in chosen if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"there is no {', '.join(unknown)}; there are: {', '.join(known)}")
        # In the order of the list, whatever order they were named in.
        return [name for name in known if name in chosen]

    return parse


def _shown(path: Path) -> str:
    return os.path.relpath(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
