"""A pipeline as ONNX: what the file predicts beside the model, on rows that the model has seen and on strange ones."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx.reference import ReferenceEvaluator
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.preprocessing import MinMaxScaler

from aetheron_desktop import __version__
from aetheron_desktop.engine.datasets.schema import Column
from aetheron_desktop.engine.errors import ModelError, StorageError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.base import SklearnPredictor
from aetheron_desktop.engine.estimators.features import Columns, transformer
from aetheron_desktop.engine.estimators.limits import Limits
from aetheron_desktop.engine.estimators.pipeline import FittedPipeline
from aetheron_desktop.engine.registry.artifact import load_model, save_model
from aetheron_desktop.engine.registry.onnx.columns import feeds
from aetheron_desktop.engine.registry.onnx_export import CLOSE, OnnxUnsupported, export_onnx
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.training.trainer import train
from tests.tables import made_dataset

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.schema import ColumnType, Task
    from aetheron_desktop.engine.training.run import Run

QUICK: dict[str, Any] = {
    "forest": {"n_estimators": 12},
    "extra_trees": {"n_estimators": 12},
    "auto": {"models": 2, "folds": 2},
    "elastic_net": {"n_alphas": 12},
    "glass_box": {"max_iter": 12, "min_samples_leaf": 5},
    "boosting": {"max_iter": 12, "min_samples_leaf": 5},
    "lightgbm": {"n_estimators": 12, "min_child_samples": 5},
    "xgboost": {"n_estimators": 12},
    "quantile": {"max_iter": 60},
    "quantile_boosting": {"n_estimators": 12},
    "catboost": {"iterations": 12},
    "network": {"epochs": 2, "hidden_size": 16},
    "tabm": {"epochs": 2, "hidden_size": 16, "members": 4},
    "resnet": {"epochs": 2, "hidden_size": 16},
    "ft_transformer": {"epochs": 2, "hidden_size": 16},
}
TYPES: dict[str, ColumnType] = {
    "size": "number",
    "count": "integer",
    "skew": "number",
    "colour": "category",
    "shop": "category",
    "code": "identifier",
    "fresh": "boolean",
    "kept": "boolean",
    "seen": "date",
    "day": "date",
    "remark": "text",
    "título": "text",
    "price": "number",
    "sort": "category",
    "sold": "boolean",
}
TARGETS: dict[Task, str] = {"regression": "price", "multiclass": "sort", "binary": "sold"}
FEATURES = tuple(name for name in TYPES if name not in TARGETS.values())
MODELS = [(task, card.id) for task in TARGETS for card in catalog.for_task(task)]
REMARKS = (
    "Good apple, very good apple",
    "bad pear tree",
    "ΟΔΟΣ και οδός ΣΟΦΟΣ",
    "İstanbul'da kötü elma",
    "straße GROSSE Straße",
    "日本 の リンゴ apple",
    "no_remark at 42nd street",
    "...",
    "",
    None,
)
TITLES = ("Old plum", "new PLUM", "the 3rd Pear", "пЛохая груша", "a b c", None)


def table(rows: int = 400, seed: int = 0) -> pd.DataFrame:
    """Give a table of every type of column with missing values, from which each target can be learned."""
    rng = np.random.default_rng(seed)

    def gaps(values: Any, share: float = 0.08) -> Any:
        made = np.asarray(values, dtype=object)
        made[rng.random(rows) < share] = None
        return made

    size = rng.normal(50, 10, rows)
    colour = rng.choice(["red", "green", "blue", "true", "1"], rows)
    remark = rng.integers(0, len(REMARKS), rows)
    value = size * 2 + (colour == "red") * 15 + remark * 3 + rng.normal(0, 1, rows)
    seen = pd.Series(pd.Timestamp("1955-03-01") + pd.to_timedelta(rng.integers(0, 900_000, rows), unit="h"))
    return pd.DataFrame(
        {
            "size": gaps(size).astype(float),
            "count": pd.array(gaps(rng.integers(0, 9, rows)), dtype="Int64"),
            "skew": np.round(rng.lognormal(0, 2, rows), 1),
            "colour": gaps(colour),
            "shop": gaps([f"shop {number}" for number in rng.zipf(1.3, rows) % 400]),
            "code": [f"{number:05d}" for number in rng.integers(0, 150, rows)],
            "fresh": rng.random(rows) < 0.5,
            "kept": gaps(rng.choice(["Yes", "no"], rows)),
            "seen": seen.where(rng.random(rows) > 0.1),
            "day": gaps(seen.dt.strftime("%Y-%m-%d")),
            "remark": [REMARKS[place] for place in remark],
            "título": rng.choice(np.array(TITLES, dtype=object), rows),
            "price": value,
            "sort": np.where(colour == "red", "a", np.where(size > 50, "b", "c")),
            "sold": value > np.median(value),
        }
    )


def strange(rows: int, seed: int, known: pd.DataFrame) -> pd.DataFrame:
    """Give rows that no training has seen: values at, beside and far from the known ones, and none."""
    rng = np.random.default_rng(seed)

    def drawn(values: list[Any]) -> Any:
        made = np.empty(len(values), dtype=object)
        made[:] = values
        return made[rng.integers(0, len(made), rows)]

    def numbers(name: str) -> Any:
        near = known[name].dropna().astype(float).to_numpy()
        around = np.concatenate(
            [near, np.nextafter(near, np.inf), np.nextafter(near, -np.inf), near + 5e-8, near + 0.5]
        )
        odd = [np.nan, np.inf, -np.inf, 0.0, -0.0, 5e-324, 1e300, -1e300, 3.5e38, 1e37, 16_777_217.0, 0.1]
        return np.where(rng.random(rows) < 0.2, rng.choice(odd, rows), rng.choice(around, rows))

    texts = [
        *REMARKS,
        *TITLES,
        "APPLE Pear Ελλάδα ΟΔΟΣ",
        "xİstanbul İİ",
        "Good\tapple\nbad  PLUM—plum",
        "a" * 3000,
        "ſtraße",  # noqa: RUF001 - a letter whose large form is another one's
    ]
    return pd.DataFrame(
        {
            "size": numbers("size"),
            "count": numbers("count"),
            "skew": numbers("skew"),
            "colour": drawn(["red", "blue", "purple", "RED", " red", None, "(missing)", 1, 1.0, True, np.nan]),
            "shop": drawn([*known["shop"].dropna(), "shop 99999", None, "ς", "🦆"]),
            "code": drawn([*known["code"], None, 7, "00007"]),
            "fresh": drawn([True, False, None, "yes", "N", "perhaps", "0", 2]),
            "kept": drawn(["Yes", " no ", None, "T", "1", "x"]),
            "seen": drawn(
                [*known["seen"].dropna(), None]
                + [
                    f"{year}-{month:02d}-{day}T23:59:59"
                    for year in (1600, 1900, 2000, 2024, 9999)
                    for month, day in ((2, 28), (3, "01"), (12, 31), (1, "01"))
                ]
                + ["2024-02-29", "1900-02-29", "no date", "2024-06-30T23:30:00-05:00"]
            ),
            "day": drawn([*known["day"].dropna(), None, "1969-12-31T23:00:00.25"]),
            "remark": drawn(texts),
            "título": drawn(texts),
        }
    )


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[Task, str], Run]:
    made: dict[tuple[Task, str], Run] = {}
    for task, target in TARGETS.items():
        dataset = made_dataset(tmp_path_factory.mktemp(task), table(), TYPES, target)
        estimators = [estimator for one, estimator in MODELS if one == task]
        params = {name: QUICK[name] for name in estimators if name in QUICK}
        for one in plan(dataset.info, estimators=estimators, features=FEATURES, params=params, new_id=lambda: "run-1"):
            made[task, one.estimator] = train(one, dataset, lambda event: None, lambda: False)
    return made


def pipeline_of(run: Run) -> FittedPipeline:
    assert run.model is not None
    return run.model


def opened(file: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def differing(pipeline: FittedPipeline, file: Path, rows: pd.DataFrame) -> float:
    """Give the largest difference between file and model, and see that the labels are the same."""
    found = opened(file).run(None, feeds(pipeline, rows))
    want = pipeline.raw(rows)
    if not pipeline.classes:
        told = pipeline.predict(rows).to_numpy(dtype=float)
        assert told.shape[1] == len(found)
        return float((np.abs(np.concatenate(found, axis=1) - told) / max(1.0, np.abs(told).max())).max())
    assert found[0].tolist() == [pipeline.classes[place] for place in want.argmax(axis=1)]
    return float(np.abs(found[1] - want).max())


# -- the same predictions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("task", "estimator"), MODELS)
def test_that_the_file_predicts_what_the_model_predicts(
    runs: dict[tuple[Task, str], Run], tmp_path: Path, task: Task, estimator: str
) -> None:
    pipeline, file = pipeline_of(runs[task, estimator]), tmp_path / "model.onnx"
    report = export_onnx(pipeline, runs[task, estimator].sample, file)
    assert report.rows == len(runs[task, estimator].sample)
    assert report.same_labels
    assert report.largest_difference <= CLOSE
    assert report.bytes == file.stat().st_size
    assert [one.name for one in tmp_path.iterdir()] == ["model.onnx"]
    assert differing(pipeline, file, table(500, seed=3)) <= CLOSE
    assert differing(pipeline, file, strange(1500, 4, table())) <= CLOSE


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(1, 40))
def test_that_strange_rows_are_predicted_alike_in_any_number(
    runs: dict[tuple[Task, str], Run], exported: dict[str, Path], seed: int, rows: int
) -> None:
    for estimator, file in exported.items():
        assert differing(pipeline_of(runs["multiclass", estimator]), file, strange(rows, seed, table())) <= CLOSE


@pytest.fixture(scope="module")
def exported(runs: dict[tuple[Task, str], Run], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("exported")
    files = {estimator: folder / f"{estimator}.onnx" for task, estimator in MODELS if task == "multiclass"}
    for estimator, file in files.items():
        export_onnx(pipeline_of(runs["multiclass", estimator]), table(5), file)
    return files


@pytest.mark.parametrize(
    "estimator", ["logistic", "forest", "boosting", "network", "tabm", "resnet", "ft_transformer", "dummy"]
)
def test_that_a_table_without_rows_is_predicted(exported: dict[str, Path], estimator: str) -> None:
    given_ = {
        one.name: np.empty((0, 1), object if one.type == "tensor(string)" else float)
        for one in opened(exported[estimator]).get_inputs()
    }
    labels, probabilities = opened(exported[estimator]).run(None, given_)
    assert labels.shape == (0,)
    assert probabilities.shape == (0, 3)


def test_that_boosted_trees_ask_for_categories_as_sets(exported: dict[str, Path]) -> None:
    nodes = onnx.load(exported["boosting"]).graph.node
    ensembles = [node for node in nodes if node.op_type == "TreeEnsemble"]
    assert any(one.name == "membership_values" for node in ensembles for one in node.attribute)


@pytest.mark.parametrize("estimator", ["dummy", "ridge", "quantile", "quantile_boosting", "auto"])
def test_that_limits_are_further_outputs(runs: dict[tuple[Task, str], Run], tmp_path: Path, estimator: str) -> None:
    pipeline = pipeline_of(runs["regression", estimator])
    edges = tuple(np.quantile(pipeline.raw(table()), [0.2, 0.5, 0.7])) if estimator in {"ridge", "auto"} else ()
    distances = tuple(float(one) for one in range(1, len(edges) + 2))
    assert pipeline.limits is not None
    limits = Limits(
        level=0.8, rows=100, edges=edges, below=distances, above=tuple(reversed(distances)),
        of_quantiles=pipeline.limits.of_quantiles,
    )  # fmt: skip
    for known in (None, limits):
        changed = dataclasses.replace(pipeline, limits=known)
        export_onnx(changed, table(5), tmp_path / "it.onnx")
        session = opened(tmp_path / "it.onnx")
        names = ["value"] if known is None else ["value", "lower", "upper"]
        assert [one.name for one in session.get_outputs()] == names
        assert differing(changed, tmp_path / "it.onnx", strange(300, 5, table())) <= CLOSE
        told = onnx.load(tmp_path / "it.onnx").metadata_props
        assert [one.value for one in told if one.key == "level"] == ([] if known is None else ["0.8"])


def test_that_thresholds_of_trees_are_not_rounded(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    # Neighbours in double precision that single precision cannot tell apart.
    values = 1.0 + rng.integers(0, 40, 400) * 1e-12
    given_ = pd.DataFrame({"x": values})
    model = HistGradientBoostingRegressor(max_iter=5, min_samples_leaf=2, early_stopping=False, random_state=0)
    made = handmade(given_, {"x": "number"}, rng.normal(size=400) + (values - 1.0) * 1e12, model, "tree")
    assert len(np.unique(made.raw(given_))) > 10
    assert export_onnx(made, given_, tmp_path / "it.onnx").largest_difference <= 1e-12


def test_that_another_runtime_predicts_the_same(tmp_path: Path) -> None:
    # ONNX's own evaluator, in Python, has every operator but the one that splits texts.
    features = tuple(name for name in FEATURES if TYPES[name] != "text")
    dataset = made_dataset(tmp_path / "dataset", table(), TYPES, "sort")
    rows = table(60, seed=4)
    params = {name: QUICK[name] for name in ("forest", "boosting", "network")}
    for one in plan(dataset.info, features=features, params=params, new_id=lambda: "run-1"):
        pipeline = pipeline_of(train(one, dataset, lambda event: None, lambda: False))
        export_onnx(pipeline, rows, tmp_path / "it.onnx")
        evaluator: Any = ReferenceEvaluator(str(tmp_path / "it.onnx"))
        labels, probabilities = evaluator.run(None, feeds(pipeline, rows))
        assert np.abs(probabilities - pipeline.raw(rows)).max() <= CLOSE
        assert labels.tolist() == [pipeline.classes[place] for place in pipeline.raw(rows).argmax(axis=1)]


# -- pipelines made by hand -------------------------------------------------------------------------------------------


def handmade(
    given_: pd.DataFrame, types: dict[str, ColumnType], y: Any, model: Any, style: Any, rows: slice = slice(None)
) -> FittedPipeline:
    """Give a pipeline with a scikit-learn ``model`` that has seen ``rows`` of the table."""
    columns = Columns(tuple(Column(name, kind, 0, 2) for name, kind in types.items()))
    frame = columns.frame(given_)
    fitted = transformer(columns, frame, style, 0).fit(frame)
    y = np.asarray(y)
    model.fit(fitted.transform(frame)[rows], y[rows])
    classes = tuple(f"class {one}" for one in model.classes_) if hasattr(model, "classes_") else ()
    task: Task = "regression" if not classes else "binary" if len(classes) == 2 else "multiclass"
    return FittedPipeline(columns, Column("y", "category", 0, 2), task, classes, fitted, SklearnPredictor(model))


def test_that_columns_may_have_the_names_of_the_files_own_things(tmp_path: Path) -> None:
    names = ["label", "probabilities", "value", "rows", "constant_9", "Concat_12", "a b", "", "ä/ö:😀", "label_"]
    given_ = pd.DataFrame(np.random.default_rng(0).normal(size=(60, len(names))), columns=names)
    types: dict[str, ColumnType] = dict.fromkeys(names, "number")
    for model, outputs in ((Ridge(), ["value_"]), (LogisticRegression(), ["label__", "probabilities_"])):
        made = handmade(given_, types, np.arange(60) % 2, model, "linear")
        if "" in types:
            with pytest.raises(OnnxUnsupported, match="name"):
                export_onnx(made, given_, tmp_path / "it.onnx")
            del types[""]
            made = handmade(given_, types, np.arange(60) % 2, model, "linear")
        report = export_onnx(made, given_, tmp_path / "it.onnx")
        assert report.largest_difference <= CLOSE
        assert any(outputs[0] in note for note in report.notes)
        session = opened(tmp_path / "it.onnx")
        assert [one.name for one in session.get_outputs()] == outputs
        assert [one.name for one in session.get_inputs()] == list(types)


def test_that_categories_that_the_boosted_trees_have_not_seen_count_as_missing(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    colour = np.array(["a", "b", "c", "d", "e"])[rng.integers(0, 5, 300)]
    given_ = pd.DataFrame({"colour": colour, "x": rng.normal(size=300)})
    seen = ~np.isin(colour, ["b", "e"])
    y = (colour == "c").astype(int) + (given_["x"].to_numpy() > 0)
    model = HistGradientBoostingClassifier(categorical_features=[0], max_iter=10, early_stopping=False)
    made = handmade(given_, {"colour": "category", "x": "number"}, y, model, "tree", seen)  # type: ignore[arg-type]
    report = export_onnx(made, given_, tmp_path / "it.onnx")
    assert report.largest_difference <= CLOSE
    assert report.same_labels


@pytest.mark.parametrize("model", [RandomForestRegressor(3), HistGradientBoostingRegressor(max_iter=3)])
def test_that_trees_that_are_a_leaf_alone_are_written(tmp_path: Path, model: Any) -> None:
    given_ = pd.DataFrame({"x": np.arange(30.0)})
    made = handmade(given_, {"x": "number"}, np.full(30, 7.25), model, "tree")
    export_onnx(made, given_, tmp_path / "it.onnx")
    assert opened(tmp_path / "it.onnx").run(None, {"x": np.zeros((2, 1))})[0].tolist() == [[7.25], [7.25]]


def test_that_an_empty_word_that_was_learned_is_not_a_missing_one(tmp_path: Path) -> None:
    given_ = pd.DataFrame({"word": np.array(["", "x", None, "y"] * 20, dtype=object)})
    y = [0.0, 1.0, 2.0, 3.0] * 20
    made = handmade(given_, {"word": "category"}, y, Ridge(alpha=1e-9), "linear")
    report = export_onnx(made, given_, tmp_path / "it.onnx")
    assert report.largest_difference <= CLOSE
    assert any("“word”" in note and "(missing)" in note for note in report.notes)


# -- texts and dates --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> tuple[FittedPipeline, Any]:
    given_ = pd.DataFrame({"remark": [*REMARKS, *TITLES, "ΑΣ σας οδοσ"] * 5})
    made = handmade(given_, {"remark": "text"}, np.arange(len(given_)) % 7, Ridge(alpha=0.01), "linear")
    file = tmp_path_factory.mktemp("texts") / "it.onnx"
    report = export_onnx(made, given_, file)
    assert report.largest_difference <= 1e-12
    assert "Tokenizer" in report.notes[0]
    return made, opened(file)


LETTERS = st.characters(exclude_categories=("Cs", "Cn", "Co"), exclude_characters="Σ")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.lists(
            st.one_of(
                st.text(LETTERS), st.sampled_from(" ".join(filter(None, [*REMARKS, *TITLES])).split(" "))
            ).flatmap(lambda word: st.sampled_from([word, word.upper(), word.title(), word.swapcase()])),
            max_size=8,
        ).flatmap(lambda found: st.sampled_from(["", " ", "-", "_", "İ", "\n"]).map(lambda by: by.join(found))),
        min_size=1,
        max_size=6,
    )
)
def test_that_any_text_has_the_words_that_python_finds(texts: tuple[FittedPipeline, Any], rows: list[str]) -> None:
    made, session = texts
    given_ = pd.DataFrame({"remark": rows})
    found = session.run(None, feeds(made, given_))[0][:, 0]
    assert np.abs(found - made.raw(given_)).max() <= 1e-9


def test_that_capitals_that_end_in_sigma_are_found(texts: tuple[FittedPipeline, Any]) -> None:
    made, session = texts
    given_ = pd.DataFrame({"remark": ["ΟΔΟΣ ΣΟΦΟΣ", "Σ", "ΑΣ ΣΑΣ", "οδος", "οδοσ", "Σ2 σΣ_"]})
    found = session.run(None, feeds(made, given_))[0][:, 0]
    assert np.abs(found - made.raw(given_)).max() <= 1e-9
    assert found[0] != found[4]


def test_that_a_word_may_stand_more_often_than_anyone_expects(texts: tuple[FittedPipeline, Any]) -> None:
    made, session = texts
    given_ = pd.DataFrame({"remark": ["apple " * 3000 + "pear", "apple " * 1023, "apple " * 1024 + "bad"]})
    found = session.run(None, feeds(made, given_))[0][:, 0]
    assert np.abs(found - made.raw(given_)).max() <= 1e-9


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments=st.lists(st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2240, 1, 1)), min_size=1, max_size=20))
def test_that_any_moment_has_the_parts_that_pandas_gives(dates: tuple[FittedPipeline, Any], moments: list[Any]) -> None:
    made, session = dates
    given_ = pd.DataFrame({"when": pd.Series(moments, dtype="datetime64[us]")})
    found = session.run(None, feeds(made, given_))[0][:, 0]
    want = made.raw(given_)
    assert (np.abs(found - want) <= 1e-9 * np.maximum(1.0, np.abs(want))).all()


@pytest.fixture(scope="module")
def dates(tmp_path_factory: pytest.TempPathFactory) -> tuple[FittedPipeline, Any]:
    given_ = pd.DataFrame({"when": pd.Timestamp("2000-02-28") + pd.to_timedelta(np.arange(90) * 7919, unit="min")})
    made = handmade(given_, {"when": "date"}, np.arange(90), Ridge(alpha=0.01), "tree")
    # Each part counts, and none hides behind another.
    made.predictor.model.coef_ = np.array([1e-3, 1.0, 3.0, 5.0, 7.0])  # type: ignore[attr-defined]
    file = tmp_path_factory.mktemp("dates") / "it.onnx"
    export_onnx(made, given_, file)
    return made, opened(file)


# -- what the file is -------------------------------------------------------------------------------------------------

FOREIGN = """
import datetime, json, sys
import numpy, onnxruntime

session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
row = json.loads(sys.argv[2])
row["seen"] = datetime.datetime(2024, 2, 29, 13, tzinfo=datetime.timezone.utc).timestamp()
made = {
    one.name: numpy.array([[row[one.name]]], dtype=object if one.type == "tensor(string)" else float)
    for one in session.get_inputs()
}
label, probabilities = session.run(["label", "probabilities"], made)
assert not any(name.startswith(("aetheron", "sklearn", "pandas", "torch", "onnx.")) for name in sys.modules)
print(json.dumps([label.tolist(), probabilities.tolist()]))
"""


def test_that_the_file_runs_where_nothing_but_the_runtime_is(
    runs: dict[tuple[Task, str], Run], exported: dict[str, Path]
) -> None:
    row = {
        "size": 51.5,
        "count": 3,
        "skew": None,
        "colour": "red",
        "shop": "",
        "code": "00007",
        "fresh": 1,
        "kept": None,
    }
    row |= {"day": None, "remark": "Good pear", "título": ""}
    whole = pd.DataFrame([row | {"seen": pd.Timestamp("2024-02-29 13:00"), "shop": None, "fresh": True}])
    for estimator, file in exported.items():
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", FOREIGN, str(file), json.dumps(row)],
            capture_output=True,
            text=True,
            check=True,
        )
        label, probabilities = json.loads(done.stdout)
        want = pipeline_of(runs["multiclass", estimator]).predict(whole)
        assert label == want["prediction"].tolist()
        assert probabilities[0] == pytest.approx(want.iloc[0, 1:].tolist(), abs=CLOSE)


def test_that_the_file_says_what_it_is(runs: dict[tuple[Task, str], Run], tmp_path: Path) -> None:
    report = export_onnx(pipeline_of(runs["binary", "logistic"]), table(5), tmp_path / "it.onnx", threshold=0.25)
    model = onnx.load(tmp_path / "it.onnx")
    onnx.checker.check_model(model)
    assert (model.producer_name, model.producer_version) == ("Aetheron Desktop", __version__)
    assert report.opset == next(one.version for one in model.opset_import if one.domain == "")
    told = opened(tmp_path / "it.onnx").get_modelmeta().custom_metadata_map
    assert (told["target"], told["task"], told["version"]) == ("sold", "binary", __version__)
    assert json.loads(told["classes"]) == ["false", "true"]
    assert json.loads(told["outputs"]) == ["label", "probabilities"]
    assert json.loads(told["threshold"]) == 0.25
    assert json.loads(told["columns"]) == [{"name": name, "type": TYPES[name]} for name in FEATURES]


@pytest.mark.parametrize("estimator", ["dummy", "logistic", "forest", "boosting", "network"])
def test_that_the_label_of_two_classes_respects_the_threshold(
    runs: dict[tuple[Task, str], Run], tmp_path: Path, estimator: str
) -> None:
    pipeline, rows = pipeline_of(runs["binary", estimator]), table(100, seed=8)
    second = pipeline.raw(rows)[:, 1]
    # Just above a probability, so that the last bit of a network decides nothing.
    for threshold in (0.0, float(np.sort(second)[50]) + 1e-6, 0.9, 1.0):
        report = export_onnx(pipeline, rows, tmp_path / "it.onnx", threshold=threshold)
        labels = opened(tmp_path / "it.onnx").run(["label"], feeds(pipeline, rows))[0]
        assert labels.tolist() == ["true" if one >= threshold else "false" for one in second]
        assert report.same_labels


def test_that_a_model_that_was_opened_is_written_as_the_trained_one(
    runs: dict[tuple[Task, str], Run], tmp_path: Path
) -> None:
    for task, estimator in MODELS[5:10]:
        name = f"model-{task}-{estimator}"
        save_model(runs[task, estimator], tmp_path / "models", id=name, name="it")
        again = load_model(tmp_path / "models" / name).pipeline
        report = export_onnx(again, table(40, seed=2), tmp_path / "again.onnx")
        export_onnx(pipeline_of(runs[task, estimator]), table(40, seed=2), tmp_path / "first.onnx")
        assert report.largest_difference <= CLOSE
        assert (tmp_path / "again.onnx").read_bytes() == (tmp_path / "first.onnx").read_bytes()


# -- what is refused --------------------------------------------------------------------------------------------------


def refused(pipeline: FittedPipeline, folder: Path, *words: str) -> None:
    (folder / "it.onnx").write_text("what was there before")
    with pytest.raises(OnnxUnsupported) as caught:
        export_onnx(pipeline, table(5), folder / "it.onnx")
    assert all(word in caught.value.detail for word in words), caught.value.detail
    assert caught.value.hint
    assert isinstance(caught.value, ModelError)
    assert [file.name for file in folder.iterdir()] == ["it.onnx"]
    assert (folder / "it.onnx").read_text() == "what was there before"


def test_that_a_part_without_a_counterpart_is_named_with_its_columns(
    runs: dict[tuple[Task, str], Run], tmp_path: Path
) -> None:
    given_ = table(60).assign(remark="good apple")
    types: dict[str, ColumnType] = {"size": "number", "skew": "number", "colour": "category", "remark": "text"}

    def made(model: Any = None) -> FittedPipeline:
        return handmade(given_, types, np.arange(60.0), model or Ridge(), "linear")

    changed = made()
    changed.transformer.named_transformers_["number"].steps[1] = ("scale", MinMaxScaler())
    refused(changed, tmp_path, "numbers", "“size”, “skew”", "MinMaxScaler")
    changed = made()
    changed.transformer.named_transformers_["category"].handle_unknown = "ignore"
    refused(changed, tmp_path, "categories", "“colour”", "OneHotEncoder")
    changed = made()
    changed.transformer.named_transformers_["text0"].named_steps["words"].ngram_range = (1, 2)
    refused(changed, tmp_path, "text", "“remark”")
    refused(made(KNeighborsRegressor()), tmp_path, "KNeighborsRegressor")
    with pytest.raises(ModelError, match="colour"):
        export_onnx(made(), given_.drop(columns="colour"), tmp_path / "it.onnx")
    assert [file.name for file in tmp_path.iterdir()] == ["it.onnx"]


def test_that_trees_that_no_file_holds_are_refused(
    runs: dict[tuple[Task, str], Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aetheron_desktop.engine.registry.onnx.trees._MOST_BYTES", 10_000)
    for estimator in ("forest", "boosting"):
        refused(pipeline_of(runs["multiclass", estimator]), tmp_path, "trees", "nodes")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of a file")
def test_that_a_disk_that_fills_is_said_and_leaves_nothing(runs: dict[tuple[Task, str], Run], tmp_path: Path) -> None:
    import resource

    usual, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    (tmp_path / "it.onnx").write_text("before")
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, most))
    try:
        with pytest.raises(StorageError, match=r"it\.onnx"):
            export_onnx(pipeline_of(runs["binary", "forest"]), table(5), tmp_path / "it.onnx")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (usual, most))
    assert [file.name for file in tmp_path.iterdir()] == ["it.onnx"]
    assert (tmp_path / "it.onnx").read_text() == "before"
    with pytest.raises(StorageError):
        export_onnx(pipeline_of(runs["binary", "forest"]), table(5), tmp_path / "nowhere" / "it.onnx")


def test_that_a_difference_is_told(runs: dict[tuple[Task, str], Run], tmp_path: Path) -> None:
    pipeline = pipeline_of(runs["binary", "logistic"])

    class Moved(SklearnPredictor):
        def predict(self, X: Any) -> Any:  # noqa: N803 - as its base has it
            return np.roll(super().predict(X), 1, axis=1)

    other = dataclasses.replace(pipeline, predictor=Moved(pipeline.predictor.model))  # type: ignore[attr-defined]
    report = export_onnx(other, table(30), tmp_path / "it.onnx")
    assert not report.same_labels
    assert report.largest_difference > CLOSE
    assert any("30 rows" in note and "labels" in note for note in report.notes)


@pytest.mark.parametrize(
    ("estimator", "values"),
    [
        ("network", {"embedding": "piecewise"}),
        ("network", {"embed_numbers": False}),
        ("tabm", {"sharing": "layers"}),
        ("tabm", {"sharing": "layers", "embed_numbers": False, "layers": 1}),
        ("ft_transformer", {"embed_numbers": False, "layers": 1, "heads": 3}),
    ],
    ids=str,
)
def test_that_networks_of_each_shape_leave_as_they_are(estimator: str, values: dict[str, Any], tmp_path: Path) -> None:
    dataset = made_dataset(tmp_path / "dataset", table(), TYPES, target="sort")
    params = {estimator: QUICK[estimator] | values}
    planned = plan(dataset.info, features=FEATURES, estimators=(estimator,), params=params, new_id=lambda: "run-1")
    run = train(planned[-1], dataset, lambda event: None, lambda: False)
    report = export_onnx(pipeline_of(run), strange(300, 5, table()), tmp_path / "it.onnx")
    assert report.largest_difference <= 1e-6
    assert report.same_labels
