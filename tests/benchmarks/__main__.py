"""``python3 dev.py bench``: measures the program, and prints a table with what it is measured against.

Each figure is ours, the figure to reach, and a peer measured in the same run on the same machine; read the ratios.
``learning`` takes hours and has options of its own (see :mod:`tests.benchmarks.learning`): it is done when it is named,
and so are ``boosters`` (:mod:`tests.benchmarks.boosters`) and ``large`` (:mod:`tests.benchmarks.large`).
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import psutil

from aetheron_desktop.engine.events import MemberScored, ModelSaved
from aetheron_desktop.engine.store.event_log import read_log
from aetheron_desktop.engine.workspace import Workspace
from tests.benchmarks import (
    analyzing,
    boosters,
    etas,
    featured,
    grids,
    hashing,
    histories,
    imports,
    kills,
    large,
    leaderboards,
    networks,
    plots,
    profiles,
    segments,
    speeds,
    trusting,
    versions,
)
from tests.benchmarks.learning import __main__ as learning
from tests.e2e.program import ROOT, Program

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aetheron_desktop.engine.datasets.dataset import Dataset

STARTS = 7
REST_S = 20.0
WATCH_S = 12.0
TURNS = 5
AUTO_S = 20
LONG = {"epochs": 2000, "patience": 500}
PROBE = "__import__('tests.benchmarks.probe', fromlist=['probe'])"
BARE_WINDOW = (
    "import sys, time, os; from PySide6.QtWidgets import QApplication, QMainWindow\n"
    "class W(QMainWindow):\n"
    "    def paintEvent(self, e): open(sys.argv[1], 'w').write(str(time.time())); os._exit(0)\n"
    "app = QApplication([]); w = W(); w.resize(1280, 820); w.show(); app.exec()"
)
BARE_TRAINING = (
    "import sys, time; sys.path.insert(0, {root!r})\n"
    "from pathlib import Path; from tests.benchmarks.__main__ import bare_training\n"
    "print(bare_training(Path(sys.argv[1])))"
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; ``unit`` stands behind ours, the wish and the peer's."""

    what: str
    ours: float
    reach: str
    unit: str
    peer: str = ""
    theirs: float | None = None


def main(arguments: list[str]) -> int:
    """Measure what is named, or everything but ``learning``, ``boosters`` and ``large``, and print the table."""
    if arguments[:1] == ["learning"]:
        return learning.main(arguments[1:])
    if arguments[:1] == ["boosters"]:
        return boosters.main(arguments[1:])
    if arguments[:1] == ["large"]:
        return large.main(arguments[1:])
    parts: dict[str, Callable[[Path], list[Figure]]] = {
        "start": start,
        "rest": rest,
        "open": opened,
        "import": imported,
        "grid": paged,
        "profile": profiled,
        "trust": trusted,
        "plots": frames,
        "analyze": analyzed,
        "versions": versioned,
        "history": drawn,
        "leaderboard": ranked,
        "hash": hashed,
        "first": first_model,
        "busy": beside,
        "loop": looped,
        "predict": predicted,
        "eta": awaited,
        "kills-training": killed_trainings,
        "networks": networked,
        "segments": segmented,
    }
    wanted = arguments or list(parts)
    unknown = set(wanted) - set(parts)
    if unknown:
        there = ", ".join([*parts, "learning", "boosters", "large"])
        print(f"There is no benchmark {', '.join(sorted(unknown))}; there are: {there}.", file=sys.stderr)
        return 2
    memory = psutil.virtual_memory().total / 2**30
    print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.platform()}\n")
    print("| what | ours | reach | peer | theirs | ours / theirs |\n|---|---|---|---|---|---|")
    for name in wanted:
        with tempfile.TemporaryDirectory() as folder:
            for figure in parts[name](Path(folder)):
                print(line(figure), flush=True)
    return 0


def line(figure: Figure) -> str:
    """Give a figure as a row of the table."""
    ours = f"{figure.ours:,.4g} {figure.unit}"
    if figure.theirs is None:
        return f"| {figure.what} | {ours} | {figure.reach} |  |  |  |"
    ratio = f"{figure.ours / figure.theirs:.2f}" if figure.theirs else ""
    return f"| {figure.what} | {ours} | {figure.reach} | {figure.peer} | {figure.theirs:,.4g} {figure.unit} | {ratio} |"


def start(folder: Path) -> list[Figure]:
    """The start of the process to the first painted frame of the whole window."""
    # With bytecode of its own, as an installed program has it; the first start of all writes it.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
    ours, bare = [], []
    for number in range(STARTS):
        ours.append(first_paint(folder, number, environment))
        bare.append(bare_paint(folder, environment))
    return [
        Figure(
            "process start to first painted frame, warm (median)",
            statistics.median(ours[1:]),
            "≤ 200",
            "ms",
            "an empty Qt window",
            statistics.median(bare[1:]),
        ),
        Figure("the same, first start of all, nothing compiled yet", ours[0], "", "ms", "an empty Qt window", bare[0]),
    ]


def killed_trainings(folder: Path) -> list[Figure]:
    """Trainings killed at random moments, and resumed."""
    return [
        Figure(
            f"{name}: trainings killed at a random moment and resumed that end equal"
            f" ({found.goes_on} from a checkpoint, {found.too_late} had ended)",
            found.equal,
            f"{found.kills} of {found.kills}",
            "",
        )
        for name, found in kills.killed(folder).items()
    ]


def first_paint(folder: Path, number: int, environment: Mapping[str, str]) -> float:
    """Start the window, and give the milliseconds until its first frame."""
    mark = folder / f"painted-{number}"
    began = time.time()
    program = subprocess.Popen(
        [sys.executable, "-m", "aetheron_desktop", "--workspace", str(folder / "workspace")],
        cwd=ROOT,
        env={**environment, "AETHERON_FIRST_PAINT": str(mark), "XDG_CONFIG_HOME": str(folder)},
        stderr=subprocess.DEVNULL,
    )
    try:
        return (moment(mark) - began) * 1000
    finally:
        program.kill()
        program.wait()


def bare_paint(folder: Path, environment: Mapping[str, str]) -> float:
    """Give the milliseconds to the first frame of an empty window."""
    mark = folder / "bare"
    mark.unlink(missing_ok=True)
    began = time.time()
    command = [sys.executable, "-c", BARE_WINDOW, str(mark)]
    subprocess.run(command, check=False, stderr=subprocess.DEVNULL, env=dict(environment))
    return (moment(mark) - began) * 1000


def moment(mark: Path) -> float:
    """Wait for a file with a time in it."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if mark.exists() and (text := mark.read_text().strip()):
            return float(text)
        time.sleep(0.002)
    raise TimeoutError(f"{mark} did not come")


def rest(folder: Path) -> list[Figure]:
    """The whole program after its start, with nothing open."""
    with Program(folder / "workspace", settings=folder / "settings") as program:
        time.sleep(15)  # the start page comes to rest
        process = psutil.Process(program.process.pid)
        memory = process.memory_full_info().uss / 1e6
        before = sum(process.cpu_times()[:2])
        time.sleep(REST_S)
        busy = (sum(process.cpu_times()[:2]) - before) / REST_S * 100
        return [
            Figure("own memory (USS) at rest after the start", memory, "≤ 70", "MB"),
            Figure("processor at rest, 5 s monitor, of one core", busy, "≤ 0.2", "%"),
        ]


def opened(folder: Path) -> list[Figure]:
    """A dataset open, two runs training, the plots moving."""
    table = folder / "rows.csv"
    made_rows(60_000).to_csv(table, index=False)
    figures = []
    with Program(folder / "workspace", settings=folder / "settings") as program:
        program.ask("window().resize(1280, 800)")
        program.ask(f"window().session.open_file(__import__('pathlib').Path({str(table)!r}))")
        program.wait("window().session.dataset is not None")
        program.ask("window().show_page('train')")
        program.wait("len(window().train_tab().curves.plots) > 0 or None")
        program.wait("window().session._jobs.pids()")
        time.sleep(8)  # the waiting worker has imported what it needs
        program.ask(f"{PROBE}.press_train(['network'], {{'network': {LONG!r}}})")
        figures.append(
            Figure("Train pressed to the first event drawn", program.wait(f"{PROBE}.first_painted()"), "≤ 500", "ms")
        )
        program.ask(f"{PROBE}.stop('painted')")
        run = program.wait("next((r.id for r in window().session.runs.values() if r.estimator == 'network'), None)")
        figures.append(throughput(program, run, folder))
        program.ask("setattr(window().session, 'parallel_limit', 2)")
        program.ask(f"window().session.train(['network'], {{'network': {LONG!r}}})")
        program.wait(
            "sum(r.done > 50 and r.is_going and r.estimator == 'network' for r in window().session.runs.values()) == 2"
        )
        program.ask(f"{PROBE}.start('lateness') and {PROBE}.start('painted')")
        time.sleep(WATCH_S)
        late = program.ask(f"{PROBE}.stop('lateness')")
        took = program.ask(f"{PROBE}.stop('painted')")
        memory = psutil.Process(program.process.pid).memory_full_info().uss / 1e6
        figures += [
            Figure("event loop, two runs and moving plots: lateness p99", percentile(late, 99), "≤ 8", "ms"),
            Figure("the same, longest", max(late), "≤ 33", "ms"),
            Figure("event in the worker to drawn, p99", percentile(took, 99), "≤ 50", "ms"),
            Figure("own memory (USS), dataset open and live plots", memory, "≤ 200", "MB"),
        ]
        began = time.monotonic()
        program.ask(f"window().session.stop({run!r})")
        program.wait(f"window().session.runs[{run!r}].status == 'stopped'")
        figures.append(Figure("Stop pressed to run ended, network", time.monotonic() - began, "≤ 2", "s"))
        program.ask("window().session.stop_all()")
        program.wait("not window().session.is_busy()")
        figures += [stop_of(program, name) for name in ("boosting", "forest", "logistic")]
    return figures


def stop_of(program: Program, estimator: str) -> Figure:
    """Stop a fit of scikit-learn, inside C code for most of its time."""
    params = {"boosting": {"max_iter": 5000, "patience": 1000}, "forest": {"n_estimators": 5000}}.get(estimator, {})
    run = program.ask(f"window().session.train([{estimator!r}], {{{estimator!r}: {params!r}}})[-1]")
    program.wait(f"window().session.runs[{run!r}].stage == 'fit' or not window().session.runs[{run!r}].is_going")
    began = time.monotonic()
    program.ask(f"window().session.stop({run!r})")
    program.wait(f"not window().session.runs[{run!r}].is_going")
    took = time.monotonic() - began
    program.ask("window().session.stop_all()")
    program.wait("not window().session.is_busy()")
    return Figure(f"Stop pressed to run ended, {estimator} on 60,000 rows", took, "≤ 2", "s")


def throughput(program: Program, run: str, folder: Path) -> Figure:
    """Mini-batches a second under the window, against the same training in a bare script."""
    program.wait(f"window().session.runs[{run!r}].done > 50")

    def under_the_window() -> float:
        first = program.ask(f"window().session.runs[{run!r}].done")
        began = time.monotonic()
        time.sleep(WATCH_S)
        return float(program.ask(f"window().session.runs[{run!r}].done") - first) / (time.monotonic() - began)

    def in_a_script() -> float:
        # The run is suspended while the script has the machine.
        program.ask(f"window().session.pause({run!r})")
        script = subprocess.run(
            [sys.executable, "-c", BARE_TRAINING.format(root=str(ROOT)), str(folder / "workspace")],
            check=True,
            capture_output=True,
            text=True,
            env=os.environ | {"OMP_WAIT_POLICY": "PASSIVE"},
        )
        program.ask(f"window().session.resume({run!r})")
        return float(script.stdout.split()[-1])

    # In turns, for the machine is not as fast at all times.
    rates = [(under_the_window(), in_a_script()) for _ in range(TURNS)]
    under, bare = (statistics.median(side) for side in zip(*rates, strict=True))
    return Figure("training under the window, mini-batches a second", under, "≥ 0.97 ×", "/s", "bare script", bare)


def bare_training(root: Path) -> float:
    """Train the same network without a window, and give the mini-batches a second."""
    from aetheron_desktop.engine.events import Progressed
    from aetheron_desktop.engine.training.experiment import plan
    from aetheron_desktop.engine.training.trainer import Training
    from aetheron_desktop.engine.workspace import Workspace

    workspace = Workspace.open(root)
    dataset = workspace.datasets()[0]
    experiment = plan(
        dataset, estimators=["network"], params={"network": LONG}, new_id=lambda: workspace.new_id("run")
    )[-1]
    heard: list[tuple[float, float]] = []

    def emit(event: object) -> None:
        if isinstance(event, Progressed) and event.stage == "fit":
            heard.append((time.monotonic(), event.done))

    def enough() -> bool:
        return bool(heard) and heard[-1][0] - heard[0][0] > WATCH_S + 1

    Training(experiment, workspace.dataset(dataset.id), emit, threads=1).run(enough)
    workspace.close()
    kept = [point for point in heard if point[0] - heard[0][0] > 1]
    return (kept[-1][1] - kept[0][1]) / (kept[-1][0] - kept[0][0])


def imported(folder: Path) -> list[Figure]:
    """A gigabyte of CSV to a snapshot against plain copies, and how soon it and a smaller one are on the screen."""
    table = imports.made(folder)
    size = f"{imports.ROWS:,} × 20, {table.stat().st_size / 1e6:,.0f} MB"
    found = imports.measured(table, folder)
    ours, peak = found.pop("ours")
    figures = []
    for peer, (theirs, _) in found.items():
        reach = "≤ 1.25" if peer == "DuckDB" else ""
        figures.append(
            Figure(f"import of a CSV, {size}: all checks", ours, reach, "s", f"{peer}, CSV to Parquet", theirs)
        )
    figures += [
        Figure("the same: peak memory", peak, "≤ 1.5", "GB", f"{peer}, CSV to Parquet", theirs)
        for peer, (_, theirs) in found.items()
    ]
    return [*figures, *_shown(folder, table)]


def _shown(folder: Path, large: Path) -> list[Figure]:
    """Tables in the window: the first rows of a large one that was dropped, and all of one of 30 MB."""
    small = folder / "small.csv"
    made_rows(320_000).to_csv(small, index=False)
    with Program(folder / "workspace", settings=folder / "settings") as program:
        program.ask("window().resize(1280, 800)")
        time.sleep(8)  # what is loaded after the first paint is there, as when a person comes to drop a file
        began = time.perf_counter()
        program.ask(f"window().preview_path(__import__('pathlib').Path({str(large)!r}))")
        program.wait("find('import_go') is not None and find('import_go').isEnabled()")
        first = time.perf_counter() - began
        program.ask("find('import_dialog').reject()")
        began = time.perf_counter()
        program.ask(f"window().session.open_file(__import__('pathlib').Path({str(small)!r}))")
        program.wait("find('grid') is not None and find('grid').model().is_loaded(0)")
        whole = time.perf_counter() - began
    began = time.perf_counter()
    pd.read_csv(small)
    theirs = time.perf_counter() - began
    what = f"{small.stat().st_size / 1e6:.0f} MB CSV: from the file to the table on screen, imported whole"
    figures = [
        Figure(f"{large.stat().st_size / 1e6:,.0f} MB CSV: drop to the first rows on screen", first, "≤ 1", "s"),
        Figure(what, whole, "≤ 1.5", "s", "pandas read_csv alone", theirs),
    ]
    if (orange := imports.orange(small, folder)) is not None:
        figures.append(Figure(what, whole, "≤ 1.5", "s", "Orange, Table.from_file", orange))
    return figures


def versioned(folder: Path) -> list[Figure]:
    """Commits, histories, and the start with many models."""
    return [
        Figure(what.removesuffix(" [MB]"), took, reach, "MB" if what.endswith(" [MB]") else "ms")
        for what, took, reach in versions.rows(folder)
    ]


def drawn(folder: Path) -> list[Figure]:
    """The history of a model of 10,000 versions, as it is drawn."""
    del folder
    reach = ("≤ 500", "", "< 16", "")
    return [Figure(what, took, wish, "ms") for (what, took), wish in zip(histories.rows(), reach, strict=True)]


def ranked(folder: Path) -> list[Figure]:
    """The leaderboard of 10,000 runs, as it is opened, sorted, filtered and grouped."""
    del folder
    reach = ("", "≤ 300", "≤ 100", "≤ 100", "")
    return [Figure(what, took, wish, "ms") for (what, took), wish in zip(leaderboards.rows(), reach, strict=True)]


def hashed(folder: Path) -> list[Figure]:
    """The hash of a large file."""
    took = hashing.measured(folder)
    what = f"SHA-256 of a file of {hashing.GIGABYTES:g} GB"
    peers = [name for name in ("hashlib", "sha256sum") if name in took]
    return [
        *(Figure(what, took["ours"], "≤ 1.2 ×", "s", name, took[name]) for name in peers),
        Figure(f"{what}: unchanged", took["unchanged"], "0", "s"),
    ]


def trusted(folder: Path) -> list[Figure]:
    """The trust report of a long table."""
    found = trusting.measured(folder)
    what = f"trust report of {profiles.ROWS:,} × {profiles.COLUMNS}"
    return [
        Figure(f"{what}: first of {found['findings']:.0f} findings", found["first"], "≤ 3", "s"),
        Figure(f"{what}: all", found["all"], "≤ 30", "s"),
    ]


def profiled(folder: Path) -> list[Figure]:
    """The profile of every column, from a fresh process on, against a shorter account by pandas and polars."""
    plain, against, pandas, polars = profiles.measured(folder)
    what = f"profile of {profiles.ROWS:,} × {profiles.COLUMNS}"
    peer = "pandas describe, value_counts"
    figures = [
        Figure(f"{what}: first column, from a sample", against["first"], "≤ 1", "s"),
        Figure(f"{what}: all columns, from a sample, with the target", against["sampled"], "", "s"),
        Figure(f"{what}: all columns, exact", plain["exact"], "≤ 20", "s", peer, pandas),
        Figure(f"{what}: all columns, exact, with the target", against["exact"], "≤ 20", "s", peer, pandas),
        Figure(f"{what}: all columns, asked again", against["again"], "", "s"),
    ]
    if polars is not None:
        peer = "polars describe, value_counts"
        figures.append(Figure(f"{what}: all columns, exact", plain["exact"], "≤ 20", "s", peer, polars))
    return figures


def paged(folder: Path) -> list[Figure]:
    """Any page of a long snapshot and of views of it, and the window meanwhile."""
    root = folder / "workspace"
    dataset = grids.made(folder)
    rows = f"{grids.ROWS:,} × {len(grids.TYPES)}"
    ours, alone, pandas_ = grids.of_snapshot(dataset), grids.of_duckdb(dataset), grids.of_pandas(dataset)
    offset = "DuckDB, LIMIT OFFSET"
    figures = [
        Figure(f"a page at random of a snapshot of {rows}, p50", *_against(ours, alone, 50, "", offset)),
        Figure("the same, p99", *_against(ours, alone, 99, "≤ 50", offset)),
    ]
    if pandas_:
        figures.append(Figure("the same, p99", *_against(ours, pandas_, 99, "≤ 50", "pandas, all in memory")))
    for what, question in (("sorted", grids.sorted_by_number(dataset)), ("filtered", grids.filtered(dataset))):
        seconds, took = grids.of_view(dataset, root, question)
        figures.append(Figure(f"the {what} table: until it is shown", seconds[0], "", "s"))
        if len(seconds) > 1:
            figures.append(Figure(f"the {what} table: until each page is quick", seconds[1], "", "s"))
        figures.append(Figure(f"a page at random of the {what} table, p99", percentile(took, 99), "≤ 50", "ms"))
    return figures + scrolled(folder, dataset)


def _against(
    ours: list[float], theirs: list[float], share: float, reach: str, peer: str
) -> tuple[float, str, str, str, float]:
    return percentile(ours, share), reach, "ms", peer, percentile(theirs, share)


def scrolled(folder: Path, dataset: Dataset) -> list[Figure]:
    """The window on that snapshot: scrolled line by line and thrown to places at random."""
    root = folder / "scrolled"
    workspace = Workspace.open(root)
    dataset.folder.replace(workspace.dataset_folder(dataset.info.id))
    workspace.add_dataset(dataset.info)
    workspace.close()
    with Program(root, settings=folder / "settings") as program:
        program.ask("window().resize(1280, 800)")
        program.ask(f"window().session.open_dataset({dataset.info.id!r})")
        program.ask("window().show_page('data')")
        program.wait("find('grid').model().is_loaded(0)")
        time.sleep(8)  # what is loaded after the first paint is there
        program.ask(f"{PROBE}.start('lateness') and {PROBE}.start('scrolled')")
        time.sleep(WATCH_S)
        waits = program.ask(f"{PROBE}.stop('scrolled')")
        late = program.ask(f"{PROBE}.stop('lateness')")
        memory = psutil.Process(program.process.pid).memory_full_info().uss / 1e6
    return [
        Figure("event loop while it is scrolled: lateness p99", percentile(late, 99), "≤ 33", "ms"),
        Figure("the same, longest", max(late), "≤ 50", "ms"),
        Figure("thrown to any place: until its cells are there, p99", percentile(waits, 99), "", "ms"),
        Figure("own memory (USS) of the window then", memory, "≤ 200", "MB"),
    ]


def frames(folder: Path) -> list[Figure]:
    """One frame of eight live curves, against pyqtgraph's own reduction."""
    del folder
    return [
        Figure(what, ours, "≤ 16" if "1,000,000" in what else "", "ms", "pyqtgraph, downsampling and clipping", theirs)
        for what, ours, theirs in plots.rows()
    ]


def analyzed(folder: Path) -> list[Figure]:
    """Analyze on 300,000 test rows."""
    del folder
    return [Figure(what, ours, f"≤ {reach:.0f}", "ms") for what, ours, reach in analyzing.rows()]


def first_model(folder: Path) -> list[Figure]:
    """From Train to the first model that can be used, on a table that has just been opened."""
    table = folder / "rows.csv"
    made_rows(10_000).to_csv(table, index=False)
    with Program(folder / "workspace", settings=folder / "settings") as program:
        program.ask(f"window().session.open_file(__import__('pathlib').Path({str(table)!r}))")
        program.wait("window().session.dataset is not None")
        program.ask("window().show_page('train')")
        program.wait("window().session._jobs.pids()")
        time.sleep(8)  # the waiting worker has imported what it needs
        saved = _told(program, "train()", ModelSaved)
        scored = _told(program, f"train(['auto'], budget_s={AUTO_S})", MemberScored)
    what = "10,000 × 11, Train pressed to the first model better than a guess"
    return [
        Figure(f"{what}: is saved, of the usual estimators", min(saved), "≤ 3", "s"),
        Figure("the same: all of them are", max(saved), "", "s"),
        Figure(f"{what}: Stop would keep it, of auto", min(scored), "≤ 3", "s"),
    ]


def _told(program: Program, call: str, kind: type[ModelSaved | MemberScored]) -> list[float]:
    """Train, and give the seconds after which events of this kind were written to the logs, the dummy's left out."""
    began = time.time()
    runs = program.ask(f"window().session.{call}")
    program.wait("not window().session.is_busy()", limit_s=300)
    return [
        event.at - began
        for run in runs
        if program.ask(f"window().session.runs[{run!r}].estimator") != "dummy"
        for event in read_log(program.workspace / "runs" / run / "events.jsonl")
        if isinstance(event, kind) and getattr(event, "score", 0) is not None
    ]


def beside(folder: Path) -> list[Figure]:
    """Training while another process keeps one core busy."""
    return [
        Figure(f"{name}: steps a second beside a process that uses a core", busy, "≥ 0.45 ×", "/s", "alone", quiet)
        for name, (busy, quiet) in speeds.beside_a_busy_core(folder).items()
    ]


def prepared(folder: Path) -> list[Figure]:
    """What is made of columns, beside a plain preparation: scores on test rows; and a column of a million levels."""
    del folder
    figures = [
        Figure(f"{one.table}: {one.estimator}, {one.metric}", one.after, "", "", "plain preparation", one.before)
        for one in featured.scores()
    ]
    for style, seconds in featured.many_levels().items():
        figures.append(Figure(f"a column of {featured.LEVELS:,} levels in as many rows, {style}", seconds, "", "s"))
    return figures


def looped(folder: Path) -> list[Figure]:
    """What our loop adds to the library's own fit."""
    ours, theirs = speeds.against_own_fit(folder)
    what = f"histogram boosting, {speeds.ROWS:,} rows, {speeds.ROUNDS} rounds, with curves and checkpoints"
    return [Figure(what, ours, "≤ 1.03 ×", "s", "scikit-learn's own fit", theirs)]


def predicted(folder: Path) -> list[Figure]:
    """Predictions by a model that was saved and opened, against the library's own."""
    figures = []
    for name, found in speeds.predicting(folder).items():
        rows, single = (found["rows"], found["library rows"]), (found["single"], found["library single"])
        what = f"{name}, saved model: {speeds.NEW_ROWS:,} rows, rows a second"
        figures.append(Figure(what, rows[0], "≥ 0.9 ×", "/s", "the library's own", rows[1]))
        figures.append(Figure("the same: a single row, p50", single[0], "≤ 5", "ms", "the library's own", single[1]))
    return figures


def awaited(folder: Path) -> list[Figure]:
    """The time left that is told after a fifth of the work, against what it then took."""
    del folder
    return [
        Figure(
            f"{one.estimator}: said to be left after a fifth of a fit of {one.fit:.1f} s",
            float("nan") if one.said is None else one.said,
            "within 25 %",
            "s",
            "in truth",
            one.left,
        )
        for one in map(etas.told, etas.reporting())
    ]


def networked(folder: Path) -> list[Figure]:
    """The networks on tables of the corpora, with their defaults, against histogram boosting."""
    del folder
    figures, peer = [], 0.0
    for name, card, found in networks.rows():
        score = found.scores[found.metric]
        peer = score if card == "boosting" else peer
        unit = f"{found.metric}, in {found.processor_s:.0f} s of the processor"
        figures.append(Figure(f"{name}: {card}", score, "", unit, *(() if score is peer else ("boosting", peer))))
    return figures


def segmented(folder: Path) -> list[Figure]:
    """Weak segments of test rows: planted ones that are found, clean rows that are said to have one, and the time."""
    del folder
    figures = []
    for kind, is_number in (("classes", False), ("numbers", True)):
        for rows in segments.SIZES:
            name = f"weak segments, {kind}, {rows:,} test rows"
            hits, wrong = segments.found(rows, is_number=is_number), segments.false(rows, is_number=is_number)
            figures.append(Figure(f"{name}: planted and found", 100 * hits, "≥ 90 %", "%"))
            figures.append(Figure(f"{name}: told of clean rows", 100 * wrong, "≤ 5 %", "%"))
    for rows, times in ((1_000_000, 1), (50_000, 4)):
        figures.append(Figure(f"weak segments, {rows:,} × {12 * times}", segments.seconds(rows, times), "", "s"))
    return figures


def made_rows(rows: int) -> pd.DataFrame:
    """Give a table to learn from: ten numbers, a category, and a class that depends on them."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(rows, 10)).round(5), columns=[f"number {place}" for place in range(10)])
    table["colour"] = rng.choice(["red", "green", "blue"], rows)
    chance = table.iloc[:, :4].sum(axis=1) + (table["colour"] == "red") + rng.normal(0, 1.5, rows)
    table["target"] = np.where(chance > 0.3, "yes", "no")
    return table


def percentile(values: list[float], share: float) -> float:
    """Give the percentile of measured values."""
    return float(np.percentile(values, share)) if values else float("nan")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
