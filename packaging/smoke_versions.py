"""What the frozen program's commands do with the versions of a model, each of which needs libraries of its own.

Git is dulwich with its compiled parts, signatures are cryptography's, and the models of other programs are opened by
ONNX Runtime, LightGBM and XGBoost, of which only the first is found by its imports.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from frozen import FOLDER, ROOT, answers, records, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SAMPLE = ROOT / "data" / "penguins.csv"
MEASURES = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")
GOOD = 0.9
"""What each model reaches on the rows that it was made from; one whose columns or classes are mixed up does not."""
FOREIGN = ("made.onnx", "lightgbm.txt", "xgboost.json")
NO_SERVER = "127.0.0.1:9"
"""A port at which nothing listens."""
SSH = """\
#!/bin/sh
echo "$LD_LIBRARY_PATH" > "$(dirname "$0")/libraries"
exec ssh "$@"
"""
"""The system's program, after a look at where it is told to find libraries."""


def faults(home: Path, model: str) -> Iterator[str]:
    """Make versions of ``model``, carry them away and take others in, and give what was wrong."""
    (home / "card.md").write_text("# Three kinds of penguins\n", encoding="utf-8")
    yield from changed(home, "card", model, "--file", str(home / "card.md"), "--message", "It said nothing of penguins")
    yield from changed(home, "alias", model, "champion", "v2", "--reason", "It says what it is")
    if len(log(home, model)) != 2:
        yield f"log does not tell of 2 versions: {log(home, model)}"
    if "version_difference" not in answers(home, "diff", model, "v1", "v2"):
        yield "diff tells of no difference"
    yield from carried(home, model)
    yield from foreign(home, model)
    yield from elsewhere(home, model)
    found = answers(home, "reproduce", model, "v1").get("reproduction", {})
    if found.get("state") != "identical":
        yield f"trained again, it is not the same: {found}"
    if "clean_up_list" not in answers(home, "gc") or "freed" not in answers(home, "gc", "--free", "all"):
        yield "gc frees nothing"
    yield from whole(home, model)
    print("command line: versions were made, compared, carried, sent, fetched, verified and trained again")


def carried(home: Path, model: str) -> Iterator[str]:
    """Take the model to another workspace in one file, where it is to predict the same."""
    away = home / "away"
    away.mkdir()
    records(home, "export", model, "--out", str(home / "model.aether"))
    taken = records(away, "import-model", str(home / "model.aether"))[-1]["result"]
    for place, name in ((home, model), (away, taken)):
        records(place, "predict", name, str(SAMPLE), "--out", str(place / "same.csv"))
    if (home / "same.csv").read_bytes() != (away / "same.csv").read_bytes():
        yield "carried to another workspace, the model does not predict the same"


def foreign(home: Path, model: str) -> Iterator[str]:
    """Export the model as ONNX; take that in again, and what LightGBM and XGBoost wrote."""
    yield from changed(home, "export", model, "--out", str(home / "made.onnx"))
    boost(home)
    for name in FOREIGN:
        told = answers(home, "import-model", str(home / name), "--dataset", "penguins", "--target", "species")
        if "changed" not in told:
            yield f"{name} was not taken in: {told}"
            continue
        reached = log(home, told["changed"]["model"])[0]["metrics"]["accuracy"]
        if reached < GOOD:
            yield f"{name} was taken in, and is right in {reached:.0%} of the rows only"


def boost(home: Path) -> None:
    """Let LightGBM and XGBoost of the developer's environment learn the sample, and write their files."""
    import lightgbm  # these three take seconds, and the window is looked at first
    import pandas as pd
    import xgboost

    table = pd.read_csv(SAMPLE).dropna(subset=list(MEASURES))
    given, asked = table[list(MEASURES)], table["species"].astype("category").cat.codes
    told: dict[str, Any] = {"objective": "multiclass", "num_class": 3, "num_threads": 1, "verbose": -1}
    lightgbm.train(told, lightgbm.Dataset(given, asked), 5).save_model(home / "lightgbm.txt")
    told = {"objective": "multi:softprob", "num_class": 3, "nthread": 1}
    xgboost.train(told, xgboost.DMatrix(given, asked), 5).save_model(home / "xgboost.json")


def elsewhere(home: Path, model: str) -> Iterator[str]:
    """Send the model to a folder, make another one of what is there, and ask servers that are not there."""
    place = home / "remote"
    yield from changed(home, "remote", model, "origin", str(place))
    yield from changed(home, "push", model)
    yield from changed(home, "pull", str(place), "--new", "--name", "fetched")
    if [version["commit"] for version in log(home, "fetched")] != [version["commit"] for version in log(home, model)]:
        yield "what was fetched from the remote has other versions"
    yield from absent(home, "https")
    if shutil.which("ssh") and sys.platform != "win32":
        ssh = home / "ssh"
        ssh.write_text(SSH, encoding="utf-8")
        ssh.chmod(0o700)
        yield from absent(home, "ssh", GIT_SSH_COMMAND=str(ssh))
        if str(FOLDER) in (home / "libraries").read_text(encoding="utf-8"):
            yield "ssh is told to take the libraries of the program"


def absent(home: Path, way: str, **environment: str) -> Iterator[str]:
    """Fetch from a server that is not there, and give what is wrong with the refusal."""
    said = refusal(home, "pull", f"{way}://{NO_SERVER}/model.git", "--new", **environment)
    if "takes no connections" not in said:
        yield f"a remote by {way} fails otherwise than by its absence: {said}"


def whole(home: Path, model: str) -> Iterator[str]:
    """Let the program and the system's Git look at the repository."""
    found = answers(home, "verify", model).get("verification", {})
    if found.get("troubles") != [] or "by you" not in found.get("signature", ""):
        yield f"verify finds faults: {found}"
    if shutil.which("git") is None:
        print("command line: there is no Git here to look at the repository")
        return
    for words in (("fsck", "--strict", "--no-dangling"), ("log", "--oneline")):
        git = ["git", "-C", str(home / "workspace" / "models" / model), *words]
        looked = subprocess.run(git, check=False, capture_output=True, text=True)
        if looked.returncode or looked.stderr:
            yield f"{' '.join(git)} ended with {looked.returncode}: {looked.stderr}"


def changed(home: Path, *words: str) -> Iterator[str]:
    """Give what was wrong with a command that is to change a model."""
    told = answers(home, *words)
    if "changed" not in told:
        yield f"aetheron {words[0]} changed nothing: {told}"


def log(home: Path, model: str) -> list[dict[str, Any]]:
    """Give the versions of a model, newest first."""
    return records(home, "log", model)
