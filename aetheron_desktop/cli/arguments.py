"""What the command line understands."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Final

from aetheron_desktop import __version__
from aetheron_desktop.cli import (
    auto,
    commands,
    comparing,
    differences,
    prepare,
    profiles,
    quarantined,
    recipes,
    running,
    training,
    trust,
    version_arguments,
)
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.limits import LEVEL

_UNITS_S = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_EXCLUDE: Final = "a column no model may see, or several by a pattern such as 'id_*'; repeat for more"


def parser() -> argparse.ArgumentParser:
    """Give the parser of the whole command line; ``command`` of its result is the function to call."""
    top = argparse.ArgumentParser(
        prog="aetheron",
        description="Aetheron Desktop on the command line. Without a command, or with a file, the window opens.",
        epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped.",
    )
    top.add_argument("--version", action="version", version=f"Aetheron Desktop {__version__}")
    top.set_defaults(workspace=None, json=False)
    verbs = top.add_subparsers(metavar="COMMAND", required=True)
    _data(verbs)
    _training(verbs)
    _models(verbs)
    version_arguments.add_verbs(lambda name, command, what: _verb(verbs, name, command, what))
    for place in (top, *verbs.choices.values()):
        _common(place)
    return top


def _data(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = _verb(verbs, "import", commands.import_file, "import a table as a dataset, or an .aether file as a model")
    verb.add_argument("file", type=Path, nargs="?", metavar="FILE", help="a table of any format, or an .aether file")
    verb.add_argument(
        "--update", metavar="DATASET", help="import it as a new version of this one, read in the same way"
    )
    verb.add_argument("--name", help="the dataset's name; the file's by default")
    verb.add_argument("--save-recipe", type=Path, metavar="FILE", help="write down how it was read, for files like it")
    recipes.add_options(verb)
    verb = _verb(verbs, "preview", commands.preview, "show what an import would make of a file, and why")
    verb.add_argument("file", type=Path, metavar="FILE", help="a table of any format")
    recipes.add_options(verb)
    verb = _verb(verbs, "profile", profiles.profile, "show what is in the columns of a dataset")
    verb.add_argument("dataset", metavar="DATASET", help="a dataset's id or name")
    verb.add_argument("--column", action="append", default=[], metavar="COL", help="this column alone; repeat for more")
    verb.add_argument("--target", metavar="COL", help="show also how each column goes with this one")
    verb = _verb(verbs, "check", trust.check, "report what in a dataset would harm a model")
    verb.add_argument("dataset", metavar="DATASET", help="a dataset's id or name")
    verb.add_argument("--target", metavar="COL", help="the column to predict; proposed by default")
    verb.add_argument("--task", choices=("binary", "multiclass", "regression"), help="by default from the target")
    verb.add_argument("--exclude", action="append", default=[], metavar="COL", help=_EXCLUDE)
    _tables(verbs)


def _tables(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = _verb(verbs, "prepare", prepare.prepare, "make a dataset by steps, or show what they would change")
    verb.add_argument("dataset", metavar="DATASET", help="a dataset's id or name")
    verb.add_argument("--steps", type=Path, metavar="FILE", help="a JSON list; by default those of the window")
    verb.add_argument("--name", help="the new dataset's name")
    verb.add_argument("--effects", action="store_true", help="show what each step changes, and make nothing")
    verb.add_argument("--show-sql", action="store_true", help="print a script for DuckDB that makes the table")
    verb.add_argument("--show-python", action="store_true", help="print a script of pandas that makes the table")
    verb = _verb(verbs, "split", trust.split, "part the rows of a dataset and keep that, or list such splits")
    verb.add_argument("dataset", metavar="DATASET", help="a dataset's id or name")
    verb.add_argument("--name", help="the name of the new split; without it, the splits are listed")
    verb.add_argument("--by", choices=("random", "stratified", "group", "prefix", "time", "column"), default="random")
    verb.add_argument("--column", metavar="COL", help="of the groups, of the time, or of the given parts")
    verb.add_argument("--target", metavar="COL", help="of the classes that a stratified split keeps even")
    verb.add_argument("--test", type=float, default=0.2, help="the share of the test part (default 0.2)")
    verb.add_argument("--valid", type=float, default=0.2, help="the share of the validation part (default 0.2)")
    verb.add_argument("--folds", type=int, default=0, help="so many folds, each in turn the test")
    verb.add_argument("--gap", type=float, default=0.0, metavar="DAYS", help="left out between parts in time")
    verb.add_argument("--seed", type=int, default=0, help="the seed (default 0)")
    verb = _verb(verbs, "diff", commands.diff, "show what differs between two datasets, or two versions of a model")
    verb.add_argument("before", metavar="A", help="the earlier dataset's id or name, or a model's")
    verb.add_argument("after", nargs="?", metavar="B", help="the later dataset; of a model the earlier version")
    verb.add_argument("third", nargs="?", metavar="C", help="of a model the later version; the current one by default")
    verb.add_argument("--all", action="store_true", help="of a model, show also what is the same")
    verb.add_argument("--key", action="append", default=[], metavar="COL", help="tells the rows apart; repeat for more")
    verb.add_argument("--rows", type=int, default=50, metavar="N", help="show at most so many rows (default 50)")
    verb = _verb(verbs, "drift", differences.drift, "show how the columns of two datasets differ in distribution")
    verb.add_argument("before", metavar="A", help="the earlier dataset's id or name")
    verb.add_argument("after", nargs="?", metavar="B", help="the later one's")
    verb.add_argument("--split", metavar="NAME", help="compare the test part of this split of A with its training part")
    verb = _verb(verbs, "quarantine", quarantined.quarantine, "list the lines of a file that were put aside")
    verb.add_argument("dataset", metavar="DATASET", help="a dataset's id or name")
    verb.add_argument("--out", type=Path, metavar="FILE.csv", help="write them to a file, to be edited")
    verb.add_argument(
        "--merge", type=Path, metavar="FILE.csv", help="merge the lines of such a file into a new version"
    )
    _verb(verbs, "datasets", commands.datasets, "list the datasets")


def _training(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = _verb(verbs, "train", training.train, "train models and print the leaderboard")
    verb.add_argument("table", metavar="DATASET_OR_FILE", nargs="?", help="a dataset's id or name, or a file to import")
    verb.add_argument("--resume", metavar="RUN", help="go on with a run that was cut short, from its last checkpoint")
    verb.add_argument("--target", metavar="COL", help="the column to predict; proposed by default")
    verb.add_argument("--task", choices=("binary", "multiclass", "regression"), help="by default from the target")
    verb.add_argument("--estimator", action="append", default=[], metavar="NAME", help="repeat for several")
    verb.add_argument(
        "--param",
        action="append",
        default=[],
        metavar="[ESTIMATOR.]NAME=VALUE",
        help="a parameter of the estimators that have it, or of the one named; repeat for several",
    )
    verb.add_argument(
        "--budget", type=seconds, metavar="TIME", help="time for all estimators but the baseline: 60s, 5m, 1h"
    )
    verb.add_argument("--seed", type=int, default=0, help="the seed of split and estimators (default 0)")
    verb.add_argument("--class-weight", choices=("none", "balanced"), default="none", help="weight rare classes up")
    verb.add_argument(
        "--sample-weight", default="", metavar="COL", help="a column of numbers that says what each row counts"
    )
    verb.add_argument("--exclude", action="append", default=[], metavar="COL", help=_EXCLUDE)
    verb.add_argument(
        "--feature",
        action="append",
        default=[],
        metavar="COL=TREATMENT",
        help="what is made of a column before models see it; of a number: as-is, scaled, quantile, binned, one-hot; "
        "of a category: one-hot, codes, target; of a date: elapsed, month, day, weekday, hour, cyclic, joined by +; "
        "of a text: words, characters, joined by +; of any: auto, left-out; repeat for more columns",
    )
    verb.add_argument(
        "--monotone",
        action="append",
        default=[],
        metavar="COL=+|-",
        help="a column of numbers with which the prediction only rises (+) or only falls (-); of two classes, the "
        "probability of the positive one; repeat for more columns",
    )
    verb.add_argument("--split", metavar="NAME", help="a stored split of the dataset (see the command split)")
    verb.add_argument(
        "--fold", type=int, help="of a split with folds, the one that is the test, from 0; by default each in turn"
    )
    verb.add_argument("--auto", action="store_true", help="many estimators on folds, weighed into one ensemble")
    verb.add_argument("--models", type=int, metavar="N", help="with --auto: so many, for a run that can be repeated")
    verb.add_argument(
        "--folds",
        type=int,
        metavar="K",
        help="cross-validation: each of so many folds is the test once, by a run each; with --auto: fit each member so "
        "many times, 1 is one validation",
    )
    verb.add_argument("--latency", type=int, metavar="MS", help="with --auto: so many milliseconds a row may take")
    verb.add_argument("--memory", type=int, metavar="GB", help="with --auto: leave out what needs more memory")
    verb.add_argument(
        "--quantiles",
        action="store_const",
        const="quantiles",
        help="with --auto, of numbers: the median and limits that follow each row, at --level",
    )
    verb.add_argument("--metric", default="", metavar="NAME", help="what the best, and the threshold, are chosen by")
    verb.add_argument(
        "--cost",
        action="append",
        default=[],
        metavar="COST",
        help="of two classes, what a false alarm and a miss cost: 1:5. Of any, what an error costs: dog:cat=5 where a "
        "dog is taken for a cat (repeat for more; what is not named costs 1), or a CSV file with a line for each "
        "actual class and a column for each predicted one",
    )
    verb.add_argument(
        "--level",
        type=level,
        default=LEVEL,
        metavar="SHARE",
        help="of a regression, how many rows lie between the limits of their prediction: 0.9 or 90%% (default 0.9)",
    )
    verb.add_argument("--group-by", metavar="COL", help="rows that are alike there stay in one part of the split")
    verb.add_argument("--time-by", metavar="COL", help="learn from the earlier rows, test on the latest")
    verb.add_argument(
        "--dry-run", action="store_true", help="train nothing: say what each estimator would take in time and memory"
    )
    verb.add_argument(
        "--version-of",
        metavar="MODEL",
        help="make the best of them the next version of this model, whose target it is by default",
    )
    verb.add_argument("--message", default="", metavar="WHY", help="why that version was made")
    verb = _verb(verbs, "leaderboard", auto.leaderboard, "show the runs by score, or the members of a run by auto")
    verb.add_argument("run", nargs="?", default="", metavar="RUN", help="a run by auto")
    verb.add_argument("--target", metavar="COL", help="only the runs that predict it")
    verb = _verb(verbs, "compare", comparing.compare, "show runs side by side, and which of them is better")
    verb.add_argument("run", nargs="*", metavar="RUN", help="a run's id or name; two or more")
    verb.add_argument("--where", default="", metavar="COND", help="instead: 'roc_auc > 0.9 and estimator = lightgbm'")
    verb.add_argument("--metric", default="", metavar="NAME", help="what the better is told by; the task's main one")
    verb.add_argument(
        "--cohort", default="", metavar="NAME", help="on the test rows of this cohort of the dataset alone"
    )
    verb.add_argument("--time", action="store_true", help="measure first how fast the named runs predict")
    verb.add_argument(
        "--import",
        dest="take_in",
        default="",
        metavar="SOURCE",
        help="take in runs of another program first: a folder mlruns, mlflow.db, http://host:port, or a CSV of metrics",
    )
    verb.add_argument("--out", type=Path, metavar="FILE", help="write the comparison: .csv, .html, or a folder mlruns")
    _verb(verbs, "estimators", training.estimators, "list the estimators and their parameters")
    _verb(verbs, "runs", running.runs, "list the runs")
    for name, command, what in (
        ("stop", running.stop, "stop a run of any window or terminal, and keep its best so far"),
        ("pause", running.pause, "pause a run of any window or terminal: it uses no processor until it is resumed"),
        ("resume", running.resume, "let a paused run go on, or go on with one that was cut short"),
    ):
        verb = _verb(verbs, name, command, what)
        verb.add_argument("run", metavar="RUN", help="a run's id")
    verb = _verb(verbs, "show", commands.show, "show a dataset, run or model")
    verb.add_argument("id", metavar="ID", help="the id, or a name that only one has")
    verb.add_argument("--features", action="store_true", help="of a model, what it sees and what that was made from")


def _models(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = _verb(verbs, "models", commands.models, "list the models")
    verb.add_argument("--bin", action="store_true", help="list the bin instead")
    verb = _verb(verbs, "predict", commands.predict, "predict each row of a file")
    verb.add_argument("model", metavar="MODEL", help="a model's id or name")
    verb.add_argument("file", type=Path, metavar="FILE", help="the table to predict")
    verb.add_argument("--out", type=Path, required=True, metavar="FILE", help=".csv, .tsv, .parquet, .json or .jsonl")
    verb.add_argument("--with-input", action="store_true", help="put the table's columns before the predictions")
    verb.add_argument(
        "--version", default="", metavar="VERSION", help="a version of the model; the current one by default"
    )
    verb = _verb(verbs, "export", commands.export, "pack a model into one file, or write a dataset to one")
    verb.add_argument("name", metavar="NAME", help="the id or name of a dataset or model")
    verb.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help=".aether or .onnx for a model; .csv, .tsv, .parquet, .xlsx, .json, .jsonl or .arrow for a dataset",
    )
    verb.add_argument("--version", default="", metavar="VERSION", help="of a model; the current one by default")
    verb.add_argument("--where", default="", metavar="EXPR", help="only rows that meet it: age > 30 and city = 'Ulm'")
    verb.add_argument("--column", action="append", default=[], metavar="COL", help="this column alone; repeat for more")
    verb = _verb(verbs, "rename", commands.rename, "give a dataset or model another name")
    verb.add_argument("id", metavar="ID", help="the id, or a name that only one has")
    verb.add_argument("name", metavar="NAME")
    verb = _verb(verbs, "remove", commands.remove, "put a dataset or model into the bin")
    verb.add_argument("id", metavar="ID", help="the id, or a name that only one has")
    verb = _verb(
        verbs, "restore", commands.restore, "take a dataset or model out of the bin, or restore a version's files"
    )
    verb.add_argument("id", metavar="ID", help="of what is in the bin; with --out, a model's id or name")
    verb.add_argument(
        "version", nargs="?", default="", metavar="VERSION", help="with --out, which one; the current by default"
    )
    verb.add_argument("--out", type=Path, metavar="DIR", help="write the files of the version into this new folder")


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], name: str, command: commands.Command, what: str
) -> argparse.ArgumentParser:
    epilog = f"Estimators: {', '.join(card.id for card in catalog.ALL)}." if name == "train" else None
    verb = verbs.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.", epilog=epilog)
    verb.set_defaults(command=command)
    return verb


def _common(verb: argparse.ArgumentParser) -> None:
    # Suppressed defaults: given before the command, they are not forgotten by the command's own parser.
    verb.add_argument("--workspace", type=Path, metavar="DIR", default=argparse.SUPPRESS, help="the workspace folder")
    verb.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="one JSON record a line, nothing else"
    )


def level(text: str) -> float:
    """Read a share: ``0.9``, ``90%``.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    number, percent, rest = text.partition("%")
    try:
        return float(number) / (100.0 if percent and not rest else 1.0)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no share such as 0.9 or 90%") from None


def seconds(text: str) -> float:
    """Read a length of time: ``90``, ``90s``, ``1.5m``, ``2h``.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", text.lower())
    if match is None or match[2] not in _UNITS_S or float(match[1]) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no length of time; write 60s, 5m or 1h")
    return float(match[1]) * _UNITS_S[match[2]]
