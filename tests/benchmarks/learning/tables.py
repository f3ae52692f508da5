"""The tables that are learned from: what is predicted, what is left out and why, and how the rows are parted.

Read by pandas in this one place; every system is given the same rows and the same cells.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

Task: TypeAlias = Literal["binary", "multiclass", "regression"]
Split: TypeAlias = Literal["stratified", "random", "group", "time"]

TEST: Final = 1 / 3
"""The share of the rows that is for the test, as in TabArena."""
METRICS: Final[Mapping[Task, str]] = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table.

    ``target`` is the name of its column, or the place of it where the file has no header; ``dropped`` says of each
    column that no system is given why; ``codes`` are columns of whole numbers that stand for categories, which all
    systems are given as words; ``by`` is the column of the groups or of the time. ``logarithm``: the target's natural
    logarithm is predicted.
    """

    id: str
    files: tuple[str, ...]
    task: Task
    target: str
    split: Split
    header: bool = True
    separator: str = ","
    dropped: Mapping[str, str] = field(default_factory=dict)
    codes: tuple[str, ...] = ()
    dates: Mapping[str, str] = field(default_factory=dict)
    by: str = ""
    logarithm: bool = False
    note: str = ""

    @property
    def metric(self) -> str:
        """What it is scored by: ``roc_auc``, ``log_loss`` or ``rmse``."""
        return METRICS[self.task]


_OF_CLASS: Final = "with two others it makes up the class"
_OF_TOTAL: Final = "a part of the total"
_PER_EVENT: Final = "one value a row: an identifier"

ALL: Final[tuple[Table, ...]] = (
    Table(
        id="adult",
        files=("data/adult/adult-train.csv.gz", "data/adult/adult-test.csv.gz"),
        task="binary",
        target="14",
        split="stratified",
        header=False,
        separator=", ",
        note="both files together, as AMLB and TabM; ? is missing; the labels of the second file end with a dot",
    ),
    Table(
        id="credit-g",
        files=("data/credit-g/german.csv",),
        task="binary",
        target="20",
        split="stratified",
        header=False,
    ),
    Table(
        id="phoneme",
        files=("data/phoneme/phoneme.csv",),
        task="binary",
        target="5",
        split="stratified",
        header=False,
    ),
    Table(
        id="churn",
        files=("data/churn/churn.tsv.gz",),
        task="binary",
        target="target",
        split="stratified",
        separator="\t",
        dropped={"phone number": "an identifier"},
        codes=("state", "area code"),
    ),
    Table(
        id="diabetes",
        files=("data/diabetes/pima-indians-diabetes.csv",),
        task="binary",
        target="8",
        split="stratified",
        header=False,
        note="zeros that stand for missing values are left as they are",
    ),
    Table(
        id="car",
        files=("data/car/car.tsv.gz",),
        task="multiclass",
        target="target",
        split="stratified",
        separator="\t",
        note="codes in an order, given as numbers",
    ),
    Table(
        id="letter",
        files=("data/letter/letter.tsv.gz",),
        task="multiclass",
        target="target",
        split="stratified",
        separator="\t",
    ),
    Table(
        id="mice-protein",
        files=("data/mice-protein/mice.csv",),
        task="multiclass",
        target="class",
        split="group",
        by="MouseID",
        dropped={
            "MouseID": "names the mouse, and a mouse has one class",
            "Genotype": _OF_CLASS,
            "Treatment": _OF_CLASS,
            "Behavior": _OF_CLASS,
        },
        note="a mouse is 309 of 309_15; no system is told which rows are of one mouse",
    ),
    Table(
        id="kddcup99-10pct",
        files=("data/kddcup99-10pct/kddcup.tsv.gz",),
        task="multiclass",
        target="target",
        split="stratified",
        separator="\t",
        codes=("Atr-1", "Atr-2", "Atr-3"),
        note="each class has a row in the training part",
    ),
    Table(
        id="penguins",
        files=("data/penguins/penguins.csv",),
        task="multiclass",
        target="species",
        split="stratified",
    ),
    Table(
        id="california-houses",
        files=("data/california-houses/537_houses.tsv.gz",),
        task="regression",
        target="target",
        split="random",
        separator="\t",
        logarithm=True,
        note="the logarithm of the target is predicted, as in TabArena",
    ),
    Table(
        id="diamonds",
        files=("data/diamonds/diamonds.csv.gz",),
        task="regression",
        target="price",
        split="random",
    ),
    Table(
        id="concrete",
        files=("data/concrete/concrete.csv",),
        task="regression",
        target="strength",
        split="random",
        note="names and numbers with blanks at the end, which are cut off",
    ),
    Table(
        id="bike-sharing-hourly",
        files=("data/bike-sharing-hourly/bike.csv",),
        task="regression",
        target="cnt",
        split="time",
        by="instant",
        dropped={"instant": "the number of the row"},
        dates={"dteday": "%m/%d/%Y"},
        note="the test is the last third of the hours; the seed is that of the systems alone",
    ),
    Table(
        id="taxis",
        files=("data/taxis/taxis.csv",),
        task="regression",
        target="total",
        split="random",
        dropped={
            "fare": _OF_TOTAL,
            "tip": _OF_TOTAL,
            "tolls": _OF_TOTAL,
            "payment": "known after the ride; tips are on record for cards alone",
        },
        dates={"pickup": "%Y-%m-%d %H:%M:%S", "dropoff": "%Y-%m-%d %H:%M:%S"},
    ),
    Table(
        id="earthquakes-geojson",
        files=("data/earthquakes-geojson/earthquakes.json",),
        task="regression",
        target="properties.mag",
        split="random",
        dropped={
            "id": _PER_EVENT,
            "properties.code": _PER_EVENT,
            "properties.ids": _PER_EVENT,
            "properties.url": _PER_EVENT,
            "properties.detail": _PER_EVENT,
            "properties.title": "has the magnitude in its words",
            "properties.sig": "computed from the magnitude",
            "geometry.coordinates": "longitude, latitude and depth are columns of their own",
        },
        dates={"properties.time": "ms", "properties.updated": "ms"},
        note="a row is one of the features, its columns their properties and the coordinates",
    ),
)
_BY_ID: Final = {table.id: table for table in ALL}


@dataclass(frozen=True, eq=False)
class Parts:
    """``train`` and ``test`` are features, ``train_y`` and ``test_y`` class indices (int64) or values (float64).

    ``classes`` are the words of the classes, empty for a regression; ``groups`` are the positions of both parts' rows
    in the file.
    """

    train: pd.DataFrame
    train_y: NDArray[np.int64] | NDArray[np.float64]
    test: pd.DataFrame
    test_y: NDArray[np.int64] | NDArray[np.float64]
    classes: tuple[str, ...]
    rows: tuple[NDArray[np.int64], NDArray[np.int64]]


def table(id_: str) -> Table:
    """Give the table of this id.

    Raises:
        KeyError: there is none.
    """
    return _BY_ID[id_]


def read(table: Table, root: Path) -> pd.DataFrame:
    """Give the rows and columns of the files of a table, with names and missing cells mended, and nothing left out."""
    if table.files[0].endswith(".json"):
        return pd.json_normalize(json.loads((root / table.files[0]).read_text(encoding="utf-8"))["features"])
    frames = []
    for file in table.files:
        with (gzip.open if file.endswith(".gz") else open)(root / file, "rt", encoding="utf-8-sig") as text:
            frames.append(
                pd.read_csv(
                    text,
                    sep=table.separator,
                    header=0 if table.header else None,
                    engine="python" if len(table.separator) > 1 else "c",
                    na_values=["?"],
                )
            )
    frame = pd.concat(frames, ignore_index=True)
    # A header of numbers would be taken for one of places.
    return frame.rename(columns=lambda name: str(name).strip() if table.header else f"column {name}")


def target_of(table: Table) -> str:
    """Give the name that the target's column has in :func:`read`."""
    return table.target if table.header else f"column {table.target}"


def parted(table: Table, frame: pd.DataFrame, seed: int) -> Parts:
    """Part the rows that were read, and make of their columns what the systems are given."""
    y, classes = _target(table, frame[target_of(table)])
    is_test = _test_rows(table, frame, y, seed)
    features = _features(table, frame)
    rows = np.flatnonzero(~is_test), np.flatnonzero(is_test)
    train, test = (features.iloc[part].reset_index(drop=True) for part in rows)
    return Parts(train=train, train_y=y[rows[0]], test=test, test_y=y[rows[1]], classes=classes, rows=rows)


def _target(table: Table, values: pd.Series) -> tuple[NDArray[np.int64] | NDArray[np.float64], tuple[str, ...]]:
    if table.task == "regression":
        numbers = values.to_numpy(dtype=np.float64)
        return (np.log(numbers) if table.logarithm else numbers), ()
    words = values.astype(str).str.strip().str.removesuffix(".")
    classes, codes = np.unique(words.to_numpy(dtype=str), return_inverse=True)
    return codes.astype(np.int64), tuple(str(word) for word in classes)


def _features(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    made = frame.drop(columns=[target_of(table), *table.dropped])
    for name, written in table.dates.items():
        made[name] = (
            pd.to_datetime(made[name], unit="ms") if written == "ms" else pd.to_datetime(made[name], format=written)
        )
    for name in table.codes:
        # Words that no reader takes for numbers.
        made[name] = "c" + made[name].astype(int).astype(str)
    if "geometry.coordinates" in table.dropped:
        for place, name in enumerate(("longitude", "latitude", "depth")):
            made[name] = frame["geometry.coordinates"].str[place].astype(float)
    # What is missing in every row says nothing, and has no type.
    return made.dropna(axis="columns", how="all")


def _test_rows(table: Table, frame: pd.DataFrame, y: NDArray[np.generic], seed: int) -> NDArray[np.bool_]:
    match table.split:
        case "stratified":
            return _per_class(y, seed)
        case "random":
            return _per_class(np.zeros(len(y)), seed)
        case "time":
            order = np.argsort(frame[table.by].to_numpy(), kind="stable")
            is_test = np.zeros(len(y), dtype=bool)
            is_test[order[round(len(y) * (1 - TEST)) :]] = True
            return is_test
        case "group":
            groups = groups_of(table, frame)
            names, first = np.unique(groups, return_index=True)
            # A mouse has one class: so many mice of each class are for the test.
            chosen = names[_per_class(y[first], seed)]
            return np.isin(groups, chosen)


def groups_of(table: Table, frame: pd.DataFrame) -> NDArray[np.str_]:
    """Give the group of each row: what stands before the last underscore."""
    return frame[table.by].str.rpartition("_")[0].to_numpy(dtype=str)


def _per_class(y: NDArray[np.generic], seed: int) -> NDArray[np.bool_]:
    """Draw the share of each class, rounded down: a class is never wholly in the test."""
    rng = np.random.default_rng(seed)
    is_test = np.zeros(len(y), dtype=bool)
    for label in np.unique(y):
        places = rng.permutation(np.flatnonzero(y == label))
        is_test[places[: int(len(places) * TEST)]] = True
    return is_test
