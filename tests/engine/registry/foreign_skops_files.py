"""Strangers' skops files, whole and spoilt, and a process that opens them.

As a program it reads lines of JSON, ``{"file", "array", "changes", "values"}``: it changes bytes of the array of that
number, or values in the plan by their number, so that the file is whole in all else, opens it, predicts, and answers
with a line: what came of it, and what the interpreter did.
"""

from __future__ import annotations

import itertools
import json
import sys
import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import skops.io
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import (
    AdaBoostClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, MinMaxScaler, OneHotEncoder, PolynomialFeatures
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.engine.registry.foreign.skops_parts import read_skops
from tests.engine.registry.hostile.child import Watch
from tests.engine.registry.hostile.tools import Pipeline, zipped

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = 60
_IDS = itertools.count(10**15)


def table() -> pd.DataFrame:
    """Give a table of three numbers above nought and a word."""
    rng = np.random.default_rng(0)
    made = pd.DataFrame(np.abs(rng.normal(2, 1, (ROWS, 3))), columns=["a", "b", "c"])
    return made.assign(word=rng.choice(["owl", "hawk", "rook"], ROWS))


def numbers() -> pd.DataFrame:
    """Give the numbers of the table."""
    return table()[["a", "b", "c"]]


def sorts(count: int = 3) -> np.ndarray[Any, Any]:
    """Give a class for each row, as NumPy's text."""
    made = table()
    third = np.where(made["b"] > 2, "q", "r") if count == 3 else "q"
    return np.where(made["a"] > 2, "p", third).astype("<U1")


def words_pipeline() -> Any:
    """Give a pipeline for the whole table, not yet fitted."""
    step = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(drop="first", handle_unknown="ignore"))
    return make_pipeline(
        make_column_transformer(
            (step, make_column_selector(dtype_exclude="number")),
            (make_pipeline(SimpleImputer(strategy="constant", fill_value=0), MinMaxScaler()), ["a", "b", "c"]),
        ),
        LogisticRegression(),
    )


MODELS: dict[str, Callable[[], Any]] = {
    "tree": lambda: DecisionTreeClassifier(max_depth=4),
    "forest": lambda: RandomForestClassifier(3, n_jobs=2),
    "boosting": lambda: GradientBoostingClassifier(n_estimators=2),
    "histogram": lambda: HistGradientBoostingClassifier(max_iter=3),
    "vectors": SVC,
    "neighbours": KNeighborsClassifier,
    "neighbours, all": lambda: KNeighborsClassifier(algorithm="brute"),
    "bayes": GaussianNB,
    "network": lambda: MLPClassifier((4,), max_iter=20),
    "one-hot": lambda: make_pipeline(
        KBinsDiscretizer(5, encode="ordinal", strategy="uniform"),
        OneHotEncoder(min_frequency=8),
        LogisticRegression(),
    ),
    "products": lambda: make_pipeline(PolynomialFeatures(2), LogisticRegression()),
    "steps": lambda: AdaBoostClassifier(n_estimators=3),
    "vote": lambda: VotingClassifier([("a", DecisionTreeClassifier()), ("b", LogisticRegression())], voting="soft"),
    "stack": lambda: StackingClassifier([("a", SVC()), ("b", DecisionTreeClassifier(max_depth=2))], cv=2),
    "words": words_pipeline,
}


def given(name: str) -> pd.DataFrame:
    """Give the columns that a model takes."""
    return table() if name == "words" else numbers()


def fitted(name: str) -> Any:
    """Give a model of :data:`MODELS`, fitted."""
    with warnings.catch_warnings():
        # Of too few rounds.
        warnings.simplefilter("ignore")
        return MODELS[name]().fit(given(name), sorts())


class ForeignFile(Pipeline):
    """The members and the plan of a stranger's file, to be changed."""

    def __init__(self, model: Any, folder: Path) -> None:
        skops.io.dump(model, folder / "pipeline.skops")
        super().__init__(folder)

    def write(self) -> Path:
        """Put the plan and the members back."""
        self.members["schema.json"] = json.dumps(self.plan).encode()
        file = self.folder / "pipeline.skops"
        file.write_bytes(zipped(self.members))
        return file


def _spoilt(file: Path, number: int, changes: list[tuple[int, int]], values: list[tuple[int, Any]]) -> Path:
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    arrays = sorted(name for name in members if name.endswith(".npy"))
    if changes:
        name = arrays[number % len(arrays)]
        body = bytearray(members[name])
        # Behind the header, which says what it is.
        for place, byte in changes:
            body[128 + place % (len(body) - 128) if len(body) > 128 else -1] = byte
        members[name] = bytes(body)
    if values:
        plan = json.loads(members["schema.json"])
        told = _told(plan)
        for place, value in values:
            # Under a name of its own: Python keeps small values once, and so does the file.
            told[place % len(told)].update(content=json.dumps(value), __id__=next(_IDS))
        members["schema.json"] = json.dumps(plan).encode()
    spoilt = file.with_name("spoilt.skops")
    spoilt.write_bytes(zipped(members))
    return spoilt


def _told(plan: Any) -> list[dict[str, Any]]:
    found, left = [], [plan]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            if node.get("__loader__") == "JsonNode":
                found.append(node)
            left.extend(node.values())
        elif isinstance(node, list):
            left.extend(node)
    return found


def answer(file: Path) -> str:
    """Open ``file`` and have it predict; say what came of it."""
    try:
        model = read_skops(file)
    except AetheronError as error:
        return f"refused: {error.detail}"
    rows = next((one for one in (numbers(), table()) if tuple(one.columns) == model.info.features), None)
    if rows is None:
        return "refused: other columns"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model.estimator.predict(rows)
        except Exception as error:  # noqa: BLE001 - as the predictor takes it
            return f"predicts not: {type(error).__name__}"
    return "predicted"


def main() -> None:
    """Answer each line of standard input."""
    watch = Watch(Path(sys.argv[1]))
    for file in Path(sys.argv[1]).glob("*.skops"):
        answer(file)
    for line in sys.stdin:
        told = json.loads(line)
        file = Path(told["file"])
        if len(told) > 1:
            file = _spoilt(file, told.get("array", 0), told.get("changes", []), told.get("values", []))
        watch.begin()
        try:
            said = answer(file)
        except Exception as error:  # noqa: BLE001 - the test asks which error was not foreseen
            said = f"unforeseen: {error!r}"
        print(json.dumps([said, watch.end()]), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
