"""A table of ten million rows and thirty columns: what is said of it before the start, and what it then takes.

``python3 dev.py bench large [ROWS] [SECONDS]`` writes the table with a seed into a folder that goes with the program
(``TMPDIR`` says where; it needs about 8 GB), imports it, and trains LightGBM and the network for so many seconds each.
Each step is a process of its own, as on the command line, and its peak is what the system counts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from aetheron_desktop.engine.training.forecast import memory_words, time_words
from tests.e2e.program import ROOT

ROWS: Final = 10_000_000
SECONDS: Final = 600
MOST_BYTES: Final = 20e9
NUMBERS: Final = 25
LEVELS: Final = (2, 5, 12, 40, 300)
TRAINED: Final = (("lightgbm", "n_estimators=200"), ("network", "epochs=20"))
_BLOCK: Final = 500_000


@dataclass(frozen=True, slots=True)
class Step:
    """What a command took, and what it printed, a record a line."""

    seconds: float
    bytes: float
    code: int
    records: list[dict[str, Any]]


def main(arguments: list[str]) -> int:
    """Do it and print a table; 1 when something failed or took more memory than it may."""
    rows = int(arguments[0]) if arguments else ROWS
    seconds = int(arguments[1]) if len(arguments) > 1 else SECONDS
    with tempfile.TemporaryDirectory(prefix="aetheron-large-") as folder:
        return measured(Path(folder), rows, seconds)


def measured(folder: Path, rows: int, seconds: int) -> int:
    """Make, import and train in ``folder``; see :func:`main`."""
    table = folder / "large.parquet"
    write_table(table, rows)
    print(f"{rows:,} x {NUMBERS + len(LEVELS)}, {memory_words(table.stat().st_size)} as Parquet\n")
    print("| what | said before | took | peak | |\n|---|---|---|---|---|")
    step = aetheron(folder, "import", str(table), "--name", "large")
    is_well = shown("import", "", step, "")
    for estimator, parameter in TRAINED if is_well else ():
        words = [
            "train",
            "large",
            "--target",
            "target",
            "--estimator",
            estimator,
            "--param",
            f"{estimator}.{parameter}",
        ]
        told = aetheron(folder, *words, "--dry-run")
        said = next((one for one in told.records if one.get("estimator") == estimator), None)
        before = f"{time_words(said['seconds'])}, {memory_words(said['bytes'])}" if said else "nothing"
        step = aetheron(folder, *words, "--budget", f"{seconds}s")
        saved = [one for one in step.records if one.get("kind") == "model_saved"]
        score = f"ROC AUC {saved[-1]['metrics']['roc_auc']:.4f}, {saved[-1]['steps']:,} steps" if saved else "no model"
        is_well &= shown(f"{estimator} ({parameter}, at most {seconds} s with the baseline)", before, step, score)
        is_well &= len(saved) == 2
    return 0 if is_well else 1


def shown(what: str, before: str, step: Step, score: str) -> bool:
    """Print a line; tell whether it went well within the memory."""
    is_well = step.code == 0 and step.bytes <= MOST_BYTES
    words = score if is_well else f"{score}; FAILED ({step.code})"
    print(f"| {what} | {before} | {time_words(step.seconds)} | {memory_words(step.bytes)} | {words} |", flush=True)
    return is_well


def write_table(file: Path, rows: int) -> None:
    """Write numbers, categories and a target that depends on them; the same for one number of rows on each machine."""
    names = [f"number {place}" for place in range(NUMBERS)] + [f"category {place}" for place in range(len(LEVELS))]
    types = [pa.float64()] * NUMBERS + [pa.string()] * len(LEVELS)
    schema = pa.schema([*zip(names, types, strict=True), ("target", pa.string())])
    with pq.ParquetWriter(file, schema) as writer:
        for begin in range(0, rows, _BLOCK):
            writer.write_table(pa.table(_block(begin, min(_BLOCK, rows - begin)), schema=schema))


def _block(seed: int, rows: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(NUMBERS, rows)).round(4)
    codes = [rng.integers(0, count, rows) for count in LEVELS]
    signal = numbers[0] + numbers[1] * numbers[2] + np.abs(numbers[3]) + 0.5 * (codes[1] == 2) + 0.02 * codes[3]
    made: dict[str, Any] = {f"number {place}": values for place, values in enumerate(numbers)}
    for place, (count, code) in enumerate(zip(LEVELS, codes, strict=True)):
        made[f"category {place}"] = np.array([f"level {one}" for one in range(count)])[code]
    made["target"] = np.where(signal + rng.normal(size=rows) > 1.0, "yes", "no")
    return made


def aetheron(folder: Path, *words: str) -> Step:
    """Do a command on the workspace in ``folder``; its peak is that of the process, which trains itself."""
    command = [sys.executable, "-m", "aetheron_desktop", *words, "--workspace", str(folder / "workspace"), "--json"]
    out = folder / "said.jsonl"
    began = time.monotonic()
    with open(out, "wb") as said:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=said, env=os.environ | {"AETHERON_CONFIG": str(folder / "config")}
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    # Linux counts KiB, macOS bytes.
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    lines = out.read_text(encoding="utf-8").splitlines()
    return Step(time.monotonic() - began, float(peak), process.returncode, [json.loads(line) for line in lines])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
