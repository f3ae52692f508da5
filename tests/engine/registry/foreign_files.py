"""Small models made with the libraries of others, and a process that opens files which may be spoilt.

As a program it reads lines of JSON, ``{"file", "changes"}``, opens the file with these bytes in it changed, predicts,
and answers with a line: what came of it. A file that kills it kills nothing else.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import xgboost

from aetheron_desktop.engine.datasets.schema import Column, ColumnType, Task
from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.engine.registry.foreign.look import look
from aetheron_desktop.engine.registry.foreign.matching import in_order
from aetheron_desktop.engine.registry.foreign.opening import foreign_pipeline

TYPES: dict[str, ColumnType] = {
    "body mass": "number",
    "age": "integer",
    "kind": "category",
    "code": "category",
    "price": "number",
    "sort": "category",
    "sold": "category",
}
TARGETS: dict[Task, str] = {"regression": "price", "multiclass": "sort", "binary": "sold"}
FEATURES = ("body mass", "age", "kind", "code")
NUMBERS = ("body mass", "age")


def table(rows: int = 300, seed: int = 0) -> pd.DataFrame:
    """Give a table with words, codes and missing values, from which its last three columns can be learned."""
    rng = np.random.default_rng(seed)
    mass = rng.normal(50, 10, rows)
    kind = rng.choice(["owl", "hawk", "sea eagle"], rows)
    code = rng.choice([1, 5, 7], rows)
    return pd.DataFrame(
        {
            "body mass": np.where(rng.random(rows) < 0.05, np.nan, mass),
            "age": rng.integers(0, 9, rows),
            "kind": pd.Series(kind).where(rng.random(rows) >= 0.05),
            "code": code,
            "price": mass * 2 + (kind == "owl") * 15 + code + rng.normal(0, 1, rows),
            "sort": np.where(kind == "owl", "a", np.where(mass > 50, "b", "c")),
            "sold": np.where(mass + (code == 5) * 9 + rng.normal(0, 3, rows) > 50, "yes", "no"),
        }
    )


def columns_of(made: pd.DataFrame) -> tuple[Column, ...]:
    """Give the schema of what :func:`table` gives, or of a part of it."""
    return tuple(
        Column(str(name), TYPES.get(str(name), "number"), int(made[name].isna().sum()), int(made[name].nunique()))
        for name in made.columns
    )


def target_of(task: Task) -> Column:
    """Give the column that is predicted."""
    return Column(TARGETS[task], TYPES[TARGETS[task]], 0, 3)


def classes_of(task: Task) -> tuple[str, ...]:
    """Give the classes of the table."""
    return {"regression": (), "multiclass": ("a", "b", "c"), "binary": ("no", "yes")}[task]


def given(made: pd.DataFrame, features: tuple[str, ...] = FEATURES) -> pd.DataFrame:
    """Give the features as LightGBM and XGBoost take them from pandas: words and codes as its categories."""
    chosen = made[list(features)].copy()
    for name in {"kind", "code"} & set(features):
        chosen[name] = chosen[name].astype("category")
    return chosen


def asked(made: pd.DataFrame, task: Task) -> Any:
    """Give the target as the libraries take it: values, or numbers of classes."""
    values = made[TARGETS[task]]
    return values if task == "regression" else values.map({name: at for at, name in enumerate(classes_of(task))})


def lightgbm_file(
    file: Path, task: Task, features: tuple[str, ...] = FEATURES, rows: int = 300, **settings: Any
) -> Any:
    """Train a booster, write it, and give it."""
    made = table(rows)
    objective = {"regression": "regression", "multiclass": "multiclass", "binary": "binary"}[task]
    told = {"objective": objective, "verbose": -1, "num_leaves": 7, "seed": 1, "num_threads": 1, "min_data_in_leaf": 5}
    told |= {"num_class": 3} if task == "multiclass" else {}
    told |= {"cat_smooth": 1, "min_data_per_group": 5} | settings
    booster = lightgbm.train(told, lightgbm.Dataset(given(made, features), asked(made, task)), 6)
    booster.save_model(file)
    return booster


def xgboost_file(file: Path, task: Task, features: tuple[str, ...] = FEATURES, rows: int = 300, **settings: Any) -> Any:
    """Train a booster, write it as JSON or UBJSON by the name's end, and give it."""
    made = table(rows)
    objective = {"regression": "reg:squarederror", "multiclass": "multi:softprob", "binary": "binary:logistic"}[task]
    told: dict[str, Any] = {"objective": objective, "max_depth": 3, "seed": 1, "nthread": 1, "max_cat_to_onehot": 1}
    told |= {"num_class": 3} if task == "multiclass" else {}
    data = xgboost.DMatrix(given(made, features), asked(made, task), enable_categorical=True)
    booster = xgboost.train(told | settings, data, 6)
    booster.save_model(file)
    return booster


def sklearn_model(task: Task, made: pd.DataFrame, *, names: bool = True) -> Any:
    """Give a fitted pipeline of numbers: medians, one scale, and a linear model."""
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    last = Ridge() if task == "regression" else LogisticRegression()
    steps = [("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler()), ("last", last)]
    chosen = made[list(NUMBERS)]
    return Pipeline(steps).fit(chosen if names else chosen.to_numpy(), made[TARGETS[task]])


def onnx_file(file: Path, task: Task, *, one_tensor: bool = True, **options: Any) -> Any:
    """Write :func:`sklearn_model` with skl2onnx, and give what was written; ``options`` are those of the last step."""
    from skl2onnx import to_onnx

    made = table()
    model = sklearn_model(task, made, names=not one_tensor)
    chosen = made[list(NUMBERS)].astype(np.float32)
    example = chosen.to_numpy()[:1] if one_tensor else chosen[:1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = to_onnx(model, example, options={id(model): options} if options else None)
    file.write_bytes(told.SerializeToString())
    return model


def opened(file: Path, task: Task, **more: Any) -> Any:
    """Open ``file`` for the table; features without names are the numbers in order."""
    info = look(file)
    if not info.named and "mapping" not in more:
        more["mapping"] = in_order(info, (NUMBERS * len(info.features))[: len(info.features)])
    settings: dict[str, Any] = {
        "columns": columns_of(table()),
        "target": target_of(task),
        "classes": classes_of(task),
    } | more
    return foreign_pipeline(file, info, task=task, **settings)


def _tried(file: Path, changes: list[tuple[int, int]]) -> str:
    body = bytearray(file.read_bytes())
    for place, byte in changes:
        body[place % len(body)] = byte
    spoilt = file.with_name(f"spoilt-{file.name}")
    spoilt.write_bytes(body)
    task: Task = "multiclass" if "multiclass" in file.name else "regression" if "regression" in file.name else "binary"
    try:
        opened(spoilt, task).raw(table(20))
    except AetheronError as error:
        return f"refused: {type(error).__name__}: {error.detail}"
    return "predicted"


def main() -> None:
    """Answer each line of standard input."""
    for line in sys.stdin:
        told = json.loads(line)
        try:
            answer = _tried(Path(told["file"]), told["changes"])
        except Exception as error:  # noqa: BLE001 - the test asks which error was not foreseen
            answer = f"unforeseen: {error!r}"
        print(json.dumps(answer), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
