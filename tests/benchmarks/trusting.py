"""The trust report of a long table, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from tests.benchmarks import profiles

if TYPE_CHECKING:
    from pathlib import Path

_OURS: Final = """
import json, sys, time
began = time.perf_counter()
from pathlib import Path
from aetheron_desktop.engine.datasets.checks.finding import CheckQuestion, Finding
from aetheron_desktop.engine.datasets.checks.report import check
from tests.benchmarks.profiles import dataset
table = dataset(Path(sys.argv[1]).parent)
names = tuple(name for name in table.info.schema.names if name != "target")
question = CheckQuestion(dataset="bench", target="target", task="binary", features=names)
at = []
def hear(found):
    if isinstance(found, Finding):
        at.append(time.perf_counter() - began)
check(table, question, hear, lambda *_: None, lambda: False, table.folder / "tmp")
print(json.dumps({"first": min(at), "all": time.perf_counter() - began, "findings": len(at)}))
"""


def measured(folder: Path) -> dict[str, float]:
    """Give the seconds to the first finding and to the end, and how many there were."""
    path = profiles.made(folder, with_faults=True)
    done = subprocess.run([sys.executable, "-c", _OURS, str(path)], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found
