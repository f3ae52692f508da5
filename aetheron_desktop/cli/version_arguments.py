"""What the command line understands about the versions of models."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from aetheron_desktop.cli import again, evaluating, explaining, failing, foreign, remotes, versions

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.cli.commands import Command

    AddVerb = Callable[[str, Command, str], argparse.ArgumentParser]

_VERSION = "a number (v3), an alias, a variation, a mark, the beginning of a commit; ~1 behind it is the one before"


def add_verbs(add: AddVerb) -> None:
    """Add every verb about versions by ``add``, which takes a name, the function and what it does."""
    _looking(add)
    _changing(add)
    _elsewhere(add)


def _looking(add: AddVerb) -> None:
    verb = _of_model(add("log", versions.log, "list the versions of a model, newest first"))
    verb.add_argument("--aliases", action="store_true", help="list the moves of aliases instead: who, when and why")
    verb.add_argument("--most", type=_count, default=1000, metavar="N", help="at most so many (default 1000)")
    verb = _of_model(add("lineage", versions.lineage, "show where a version comes from, and what else its data became"))
    verb.add_argument("version", nargs="?", default="", metavar="VERSION", help=_VERSION)
    verb = add(
        "verify", versions.verify, "look at every object, file and signature of models, or at a dataset's content"
    )
    verb.add_argument(
        "name", nargs="*", metavar="NAME", help="models or datasets, by id or name; all models by default"
    )
    verb = _of_model(
        add("reproduce", again.reproduce, "train a version, or a run, again, and say whether the same comes of it")
    )
    verb.add_argument("version", nargs="?", default="", metavar="VERSION", help=_VERSION)
    verb = _of_model(add("script", again.script, "write a run as a Python script that needs public libraries alone"))
    verb.add_argument("version", nargs="?", default="", metavar="VERSION", help=_VERSION)
    verb.add_argument("--out", type=Path, metavar="FILE.py", help="write it to this file; printed by default")
    verb = _of_model(add("card", versions.card, "print the card of a version, or change it by a new version"))
    verb.add_argument("version", nargs="?", default="", metavar="VERSION", help=_VERSION)
    verb.add_argument("--file", type=Path, metavar="FILE.md", help="the new card; - reads it from the input")
    verb.add_argument("--message", default="", metavar="WHY")
    verb = _of_model(
        add("evaluate", evaluating.evaluate, "measure a version, each metric with its interval and beside the dummy")
    )
    verb.add_argument(
        "dataset", nargs="?", metavar="DATASET_OR_FILE", help="a table with the target; the run's test rows by default"
    )
    verb.add_argument("--version", default="", metavar="VERSION", help=_VERSION)
    verb.add_argument("--threshold", type=float, metavar="T", help="of two classes, as if it were this one")
    verb = _of_model(add("failures", failing.failures, "show where a model fails: segments, labels, gaps, groups"))
    verb.add_argument("version", nargs="?", default="", metavar="VERSION", help=_VERSION)
    verb.add_argument(
        "--measure", default="", metavar="LOSS", help="error, log_loss; of numbers absolute_error, squared_error"
    )
    one = verb.add_mutually_exclusive_group()
    one.add_argument("--by", default="", metavar="COL", help="compare the groups of this column instead")
    one.add_argument("--where", default="", metavar="COND", help="measure the test rows that meet this instead")
    one.add_argument("--cohort", default="", metavar="NAME", help="measure this cohort of the dataset instead")
    verb.add_argument("--positive", default="", metavar="CLASS", help="the class that groups are compared by")
    verb.add_argument("--afresh", action="store_true", help="look again, also where it is known")
    verb = _of_model(add("report", failing.report, "write a report as one page that works offline, or as a card"))
    verb.add_argument("version", nargs="?", default="", metavar="VERSION", help=_VERSION)
    verb.add_argument(
        "--out", type=Path, metavar="FILE.html", help="by default the model's name here; FILE.md writes a card"
    )
    verb.add_argument("--pdf", action="store_true", help="print it to a PDF file beside the page as well")
    verb = add("cohort", failing.cohort, "list the cohorts of a dataset, or keep a condition under a name")
    verb.add_argument("dataset", metavar="DATASET", help="a dataset's id or name")
    verb.add_argument("name", nargs="?", metavar="NAME")
    verb.add_argument("--where", default="", metavar="COND", help="the rows that are in it, such as: age > 30")
    verb.add_argument("--remove", action="store_true", help="forget it")
    _explaining(add)
    verb = add("gc", remotes.gc, "list what takes space and is needed by nothing, and free it when asked")
    verb.add_argument("--free", nargs="+", default=[], metavar="KEY", help="free these; all: but what is for good")


def _explaining(add: AddVerb) -> None:
    verb = _of_model(
        add(
            "explain",
            explaining.explain,
            "show what a model leans on, what a column does, or why a row is predicted so",
        )
    )
    verb.add_argument("version", nargs="?", default="", metavar="VERSION", help=_VERSION)
    verb.add_argument(
        "--column", action="append", default=[], metavar="COL", help="what this column does; repeat for more"
    )
    verb.add_argument("--row", type=int, metavar="N", help="explain this row of its dataset, the first being 0")
    verb.add_argument(
        "--set", action="append", default=[], metavar="COL=VALUE", help="with another cell; repeat for more"
    )
    verb.add_argument("--wish", default="", metavar="WISH", help='what should be predicted: a class, or ">=12"')
    verb.add_argument(
        "--keep", action="append", default=[], metavar="COL", help="a column that cannot be otherwise; repeat for more"
    )
    verb.add_argument("--dataset", metavar="DATASET", help="on all rows of this dataset instead of its own test rows")
    verb.add_argument("--glass-box", action="store_true", help="train a model that can be read beside it, and compare")
    fits = verb.add_mutually_exclusive_group()
    fits.add_argument(
        "--learning-curve", action="store_true", help="what more training rows would do, by fits on parts of them"
    )
    fits.add_argument(
        "--validation-curve",
        metavar="PARAMETER[=V,V]",
        help="what other values of a parameter would do; around its own without V",
    )
    fits.add_argument("--influence", action="store_true", help="which training rows pull most at a weighted sum")


def _changing(add: AddVerb) -> None:
    verb = _of_model(add("branch", versions.branch, "list the variations of a model, begin one, or go to one"))
    verb.add_argument("name", nargs="?", metavar="NAME", help="a new variation, or one to go to")
    verb.add_argument("--at", metavar="VERSION", help=f"where a new one begins: {_VERSION}")
    verb.add_argument("--drop", metavar="NAME", help="put this one to the bin")
    verb = _of_model(add("tag", versions.tag, "list the marks of a model, or mark a version for good"))
    verb.add_argument("name", nargs="?", metavar="NAME")
    verb.add_argument("version", nargs="?", default="current", metavar="VERSION", help=_VERSION)
    verb.add_argument("--message", default="", metavar="WHY")
    verb = _of_model(add("alias", versions.alias, "list the aliases of a model, or let one name a version"))
    verb.add_argument("name", nargs="?", metavar="NAME", help="champion, challenger, or your own")
    verb.add_argument("version", nargs="?", metavar="VERSION", help=_VERSION)
    verb.add_argument("--reason", default="", metavar="WHY")
    verb.add_argument("--remove", action="store_true", help="let it name nothing any more")
    verb.add_argument(
        "--despite", action="store_true", help="move it although conditions are not met; that is recorded"
    )
    verb.add_argument(
        "--conditions", nargs="*", metavar="COND", help="set them: 'roc_auc >= 0.9' 'size <= 50 MB' signed"
    )
    verb = _of_model(add("adopt", versions.adopt, "take a version of a variation or a remote into the current one"))
    verb.add_argument("version", metavar="VERSION", help=_VERSION)
    verb.add_argument("--message", default="", metavar="WHY")
    verb.add_argument(
        "--keep", action="append", default=[], metavar="PART=SIDE", help="model, threshold or card; ours or theirs"
    )
    verb = _of_model(add("revert", versions.revert, "go back to an earlier version, by a new one"))
    verb.add_argument("version", nargs="?", default="current~1", metavar="VERSION", help=_VERSION)
    verb.add_argument("--reason", required=True, metavar="WHY")
    verb = _of_model(add("take", versions.take, "give the current version the threshold or the card of another"))
    verb.add_argument("part", choices=("threshold", "card"))
    verb.add_argument("version", metavar="VERSION", help=_VERSION)
    verb.add_argument("--message", default="", metavar="WHY")
    verb = _of_model(
        add("threshold", versions.threshold, "set from which probability the second of two classes is predicted")
    )
    verb.add_argument("value", metavar="P", help="0 to 1; none is the more probable class")
    verb.add_argument("--message", default="", metavar="WHY")
    verb = _of_model(add("join", versions.join, "make a model the newest version of another"))
    verb.add_argument("into", metavar="INTO", help="the other model's id or name")
    verb.add_argument("--branch", default="", metavar="NAME", help="the variation that it goes to")
    verb.add_argument("--message", default="", metavar="WHY")


def _elsewhere(add: AddVerb) -> None:
    verb = _of_model(add("remote", remotes.remote, "list the remotes of a model, or know one by a name"))
    verb.add_argument("name", nargs="?", metavar="NAME")
    verb.add_argument("url", nargs="?", default="", metavar="URL", help="a folder, ssh://host/path or https://…")
    verb.add_argument("--remove", action="store_true", help="know it no longer")
    verb = _of_model(add("push", remotes.push, "send versions, variations, marks and aliases to a remote"))
    verb.add_argument("remote", nargs="?", default="origin", metavar="REMOTE")
    verb = add("pull", remotes.pull, "get what a remote has that is not here, or with --new a whole model")
    verb.add_argument("model", metavar="MODEL", help="a model's id or name; with --new an address")
    verb.add_argument("remote", nargs="?", default="origin", metavar="REMOTE")
    verb.add_argument("--new", action="store_true", help="make a new model of what is at the address")
    verb.add_argument("--name", metavar="NAME", help="what to call a new model")
    verb = add("signers", remotes.signers, "list whose signatures are trusted, or trust one")
    verb.add_argument("--trust", metavar="FINGERPRINT", help="as the signer has told it to you")
    verb.add_argument("--name", metavar="NAME", help="whose it is")
    verb.add_argument("--distrust", metavar="FINGERPRINT")
    verb = add("import-model", foreign.import_model, "take in a model of another program, and measure it on a dataset")
    verb.add_argument(
        "file", type=Path, metavar="FILE", help=".aether, .onnx, LightGBM .txt, XGBoost .json or .ubj, .skops"
    )
    verb.add_argument("--dataset", metavar="DATASET", help="whose columns it takes, and on whose rows it is measured")
    verb.add_argument("--target", metavar="COL", help="what it predicts; proposed by default")
    verb.add_argument("--task", choices=("binary", "multiclass", "regression"), help="by default from the target")
    verb.add_argument("--split", metavar="NAME", help="measure on the test part of this split; on all rows by default")
    verb.add_argument("--column", action="append", default=[], metavar="FEATURE=COL", help="where the names differ")
    verb.add_argument("--name", metavar="NAME", help="what to call it")


def _count(text: str) -> int:
    """Read how many; argparse tells of what is none."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)


def _of_model(verb: argparse.ArgumentParser) -> argparse.ArgumentParser:
    verb.add_argument("model", metavar="MODEL", help="a model's id or name")
    return verb
