"""The import contracts hold on the tree, and each one is known to notice its own breach."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = [
    contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
]


@dataclass(frozen=True)
class Breach:
    """One line too many: ``line`` in ``module`` (made when it is not there) breaks ``contract``."""

    contract: str
    module: str
    line: str


BREACHES = [
    Breach(
        "Shells stand on the engine, never the other way",
        "engine/params.py",
        "from aetheron_desktop.cli import arguments",
    ),
    Breach(
        "Shells stand on the engine, never the other way",
        "cli/arguments.py",
        "from aetheron_desktop.ui import settings",
    ),
    Breach(
        "The data's way through the engine",
        "engine/store/store.py",
        "from aetheron_desktop.engine.training import trainer",
    ),
    Breach("The data's way through the engine", "engine/helpers.py", "import math"),
    Breach(
        "Inside the datasets",
        "engine/datasets/recipe.py",
        "from aetheron_desktop.engine.datasets.reading import reader",
    ),
    Breach("Inside the datasets", "engine/datasets/helpers.py", "import math"),
    Breach("The engine and the command line know no Qt", "engine/events.py", "from PySide6.QtCore import QObject"),
    Breach("The engine and the command line know no Qt", "cli/terminal.py", "import pyqtgraph"),
    Breach("The shell names no learning library", "ui/theme.py", "def colours():\n    import torch"),
    Breach("Inside the shell", "ui/theme.py", "from aetheron_desktop.ui import session"),
    Breach("Inside the shell", "ui/helpers.py", "import math"),
    Breach("Tabs do not know each other", "ui/tabs/data.py", "from aetheron_desktop.ui.tabs import models"),
    Breach(
        "Migrations import nothing of ours",
        "engine/store/migrations/to1.py",
        "from aetheron_desktop.engine.events import RunStarted",
    ),
    Breach(
        "No cycles between siblings",
        "engine/datasets/schema.py",
        "from aetheron_desktop.engine.datasets import dataset",
    ),
]


def broken_contracts(checkout: Path) -> set[str]:
    """Give the names of the contracts that the linter finds broken in ``checkout``."""
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True, no_logo=True))"
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    kept = {name for name in CONTRACTS if f"{name} KEPT" in done.stdout}
    broken = {name for name in CONTRACTS if f"{name} BROKEN" in done.stdout}
    assert kept | broken == set(CONTRACTS), done.stdout + done.stderr
    assert done.returncode == (1 if broken else 0)
    return broken


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the package and of the contracts, to be spoilt."""
    python = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "aetheron_desktop", tmp_path / "aetheron_desktop", ignore=python)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_that_the_tree_keeps_every_contract() -> None:
    assert broken_contracts(ROOT) == set()


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: f"{breach.contract}: {breach.module}")
def test_that_a_breach_is_named(breach: Breach, checkout: Path) -> None:
    module = checkout / "aetheron_desktop" / breach.module
    text = module.read_text(encoding="utf-8") if module.exists() else ""
    module.write_text(f"{text}\n\n{breach.line}\n", encoding="utf-8")
    assert breach.contract in broken_contracts(checkout)


def test_that_every_contract_is_broken_on_purpose() -> None:
    assert {breach.contract for breach in BREACHES} == set(CONTRACTS)
