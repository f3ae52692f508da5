"""Environments of the AutoML systems that are measured against; they are no dependency of the project.

Made once, below ``build/peers``, by pip; a stamp says from what, and a new list makes them anew. Two, for the two
systems ask for different versions of XGBoost.

AutoGluon has the extras of all models in the portfolio of ``best_quality`` (2023: LightGBM, CatBoost, XGBoost, random
forests, extra trees, its own network and fastai's) and of its default preset, and Ray, with which it fits folds side by
side; a second system of the harness does without Ray. What is left out of ``[all]`` serves presets for graphics cards.
FLAML is installed without what it names as its dependencies, for ``xgboost<3`` from there is the build for graphics
cards; the same versions for processors stand here, and CatBoost, which it uses when it is there.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import venv
from typing import TYPE_CHECKING, Final

from tests.e2e.program import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FOLDER: Final = ROOT / "build" / "peers"
INSTALLS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "autogluon": (
        # torch as the project has it: other versions bring gigabytes of libraries for graphics cards.
        ("autogluon.tabular[lightgbm,catboost,xgboost,fastai,ray]==1.6.*", "torch==2.13.*"),
    ),
    "flaml": (
        ("--no-deps", "flaml==2.8.*"),
        (
            "lightgbm>=4.6,<5",
            "xgboost-cpu>=2.1,<3" if sys.platform != "darwin" else "xgboost>=2.1,<3",
            "catboost>=1.2,<2",
            "scikit-learn>=1.8,<1.10",
            "pandas>=2.3,<3",
            "pyarrow>=21",
        ),
    ),
}


class Unavailable(Exception):
    """An environment could not be made; the words are pip's."""


def python_of(name: str, folder: Path = FOLDER) -> str:
    """Give the Python of the environment ``name``, made first when it is not there.

    Raises:
        Unavailable: pip could not install it.
    """
    home = folder / name
    python = home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp = home / "peers.stamp"
    wanted = hashlib.sha256(repr((INSTALLS[name], sys.version_info[:2])).encode()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return str(python)
    print(f"Making the environment of {name} in {home}; this takes some minutes, once.", file=sys.stderr, flush=True)
    shutil.rmtree(home, ignore_errors=True)
    venv.create(home, with_pip=True)
    for words in INSTALLS[name]:
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *words]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise Unavailable(f"pip could not install {' '.join(words)}:\n{done.stderr[-2_000:]}")
    stamp.write_text(wanted, encoding="utf-8")
    return str(python)
