"""The trust report: each defect that is planted is found, and its clean twin is left in peace."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aetheron_desktop.engine.datasets.checks.finding import Checked, CheckQuestion, Finding, Fix, ranked
from aetheron_desktop.engine.datasets.checks.report import check, propose_split
from aetheron_desktop.engine.datasets.dataset import Dataset
from aetheron_desktop.engine.datasets.reading.reader import import_file
from aetheron_desktop.engine.datasets.schema import Task, task_for
from aetheron_desktop.engine.datasets.staging import Stopped
from aetheron_desktop.engine.errors import DatasetError, UsageError

ROWS = 1_000


def clean(seed: int = 0, rows: int = ROWS) -> pd.DataFrame:
    """A table without fault: three features that tell a part of ``y``."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": random.integers(18, 90, rows),
            "income": random.lognormal(8, 0.5, rows).round(2),
            "city": random.choice(["Ulm", "Bonn", "Kiel", "Jena"], rows),
        }
    )
    score = (frame["age"] - 50) / 20 + (frame["city"] == "Ulm") + random.normal(0, 1, rows)
    frame["y"] = np.where(score > 0.3, "yes", "no")
    return frame


def report(
    frame: pd.DataFrame, folder: Path, target: str = "y", task: Task | None = None, without: tuple[str, ...] = ()
) -> tuple[dict[str, Finding], Checked]:
    """Import the table, check it, and give the findings by their id."""
    frame.to_csv(folder / "t.csv", index=False)
    info = import_file(folder / "t.csv", folder / "datasets", progress=lambda *_: None, should_stop=lambda: False)
    assert info is not None
    features = tuple(name for name in info.schema.names if name != target and name not in without)
    question = CheckQuestion(
        dataset=info.id, target=target, task=task or task_for(info.schema.column(target)), features=features
    )
    told: list[Finding | Checked] = []
    dataset = Dataset(info, folder / "datasets" / info.id)
    check(dataset, question, told.append, lambda *_: None, lambda: False, folder / "tmp")
    end = told[-1]
    assert isinstance(end, Checked)
    found = [one for one in told if isinstance(one, Finding)]
    assert len({one.id for one in found}) == len(found)
    return {one.id: one for one in found}, end


def test_that_a_table_without_fault_has_no_finding(tmp_path: Path) -> None:
    found, end = report(clean(), tmp_path)
    assert not found
    assert end.split.kind == "stratified"
    assert "target leakage" in end.checks
    assert (end.rows, end.sampled) == (ROWS, ROWS)


def _leak(frame: pd.DataFrame) -> None:
    frame["paid back"] = np.where(frame["y"] == "yes", 1, 0)


def _id(frame: pd.DataFrame) -> None:
    frame["code"] = [f"k{number * 7919 % 100_003:06}" for number in range(len(frame))]


def _constant(frame: pd.DataFrame) -> None:
    frame["country"] = ["DE"] * (len(frame) - 2) + ["AT"] * 2


def _copies(frame: pd.DataFrame) -> None:
    frame.iloc[500:600] = frame.iloc[0:100].to_numpy()


def _near(frame: pd.DataFrame) -> None:
    frame["extra"] = np.random.default_rng(1).normal(0, 1, len(frame)).round(3)
    twins = frame.iloc[0:50].copy()
    twins["city"] = twins["city"].str.upper()
    frame.iloc[500:550] = twins.to_numpy()


def _torn(frame: pd.DataFrame) -> None:
    frame.iloc[500:600, :3] = frame.iloc[0:100, :3].to_numpy()
    frame.loc[500:599, "y"] = np.where(frame["y"].iloc[0:100] == "yes", "no", "yes")


def _rare(frame: pd.DataFrame) -> None:
    frame["y"] = np.where(np.arange(len(frame)) % 50 == 0, "yes", "no")


def _few(frame: pd.DataFrame) -> None:
    frame.loc[:2, "y"] = "perhaps"


def _unknown(frame: pd.DataFrame) -> None:
    frame.loc[::5, "y"] = None


def _sentinel(frame: pd.DataFrame) -> None:
    frame.loc[::20, "age"] = 999


def _minus(frame: pd.DataFrame) -> None:
    frame.loc[::20, "age"] = -1


def _zero(frame: pd.DataFrame) -> None:
    frame["pressure"] = np.random.default_rng(2).normal(120, 10, len(frame)).round(0)
    frame.loc[::20, "pressure"] = 0


def _word(frame: pd.DataFrame) -> None:
    frame.loc[::20, "city"] = "unknown"


def _mixed(frame: pd.DataFrame) -> None:
    frame["size"] = np.random.default_rng(3).integers(1, 500, len(frame)).astype(str)
    frame.loc[::10, "size"] = "large"


def _broken(frame: pd.DataFrame) -> None:
    frame.loc[::9, "city"] = "MÃ¼nchen"


def _far(frame: pd.DataFrame) -> None:
    frame.loc[3, "income"] = 9e9


def _empty(frame: pd.DataFrame) -> None:
    frame["note"] = [None if number % 10 else number for number in range(len(frame))]


def _gaps(frame: pd.DataFrame) -> None:
    frame["ended on"] = np.where(frame["y"] == "yes", 3.5, np.nan)
    frame.loc[::15, "ended on"] = 2.5


def _levels(frame: pd.DataFrame) -> None:
    frame["street"] = [f"street{number // 2}" for number in range(len(frame))]
    frame["street"] = frame["street"].sample(frac=1, random_state=0).to_numpy()


def _groups(frame: pd.DataFrame) -> None:
    random = np.random.default_rng(4)
    frame["patient_id"] = random.integers(0, 100, len(frame))
    frame["y"] = np.where(random.random(100)[frame["patient_id"]] > 0.5, "yes", "no")


def _times(frame: pd.DataFrame) -> None:
    frame["day"] = pd.date_range("2020-01-01", periods=len(frame)).strftime("%Y-%m-%d")
    frame["y"] = np.where(np.sin(np.arange(len(frame)) / 60) > 0, "yes", "no")


def _parts(frame: pd.DataFrame) -> None:
    frame["part"] = np.where(np.arange(len(frame)) % 4 == 0, "test", "train")


def _mice(frame: pd.DataFrame) -> None:
    frame["mouse"] = [f"{300 + row // 10}_{row % 10}" for row in range(len(frame))]
    ill = np.random.default_rng(8).random(len(frame) // 10 + 1) > 0.5
    frame["y"] = np.where(ill[np.arange(len(frame)) // 10], "yes", "no")


def _text(frame: pd.DataFrame) -> None:
    frame["note"] = [f"person {number}, aged: {answer}" for number, answer in enumerate(frame["y"])]


def _compound(frame: pd.DataFrame) -> None:
    random = np.random.default_rng(9)
    for name in ("gene", "drug", "cage"):
        frame[name] = random.choice(["a", "b"], len(frame))
    frame["y"] = frame["gene"] + "-" + frame["drug"] + "-" + frame["cage"]


def _drift(frame: pd.DataFrame) -> None:
    _parts(frame)
    frame.loc[frame["part"] == "test", "income"] *= 3


def _new_word(frame: pd.DataFrame) -> None:
    _parts(frame)
    frame.loc[frame.index[frame["part"] == "test"][::4], "city"] = "Jever"


def _crossing(frame: pd.DataFrame) -> None:
    _parts(frame)
    test = frame.index[frame["part"] == "test"][:60]
    frame.loc[test, ["age", "income", "city"]] = (
        frame.loc[frame.index[frame["part"] == "train"][:60]].iloc[:, :3].values
    )


@pytest.mark.parametrize(
    ("plant", "id", "words"),
    [
        (_leak, "leakage:paid back", "alone gives away"),
        (_id, "identifiers", "“code” names the rows"),
        (_constant, "constants", "“country” has almost one value only"),
        (_copies, "duplicates", "100 rows are copies of others"),
        (_near, "near-duplicates", "rows are almost copies"),
        (_torn, "contradictions", "200 rows are alike but for “y”"),
        (_rare, "imbalance", "98 % of the rows are “no”"),
        (_few, "rare-classes", "“perhaps” has fewer than 10 rows"),
        (_unknown, "unknown-targets", "missing in 20 % of the rows"),
        (_sentinel, "disguised:999:age", "“999” in “age”"),
        (_minus, "disguised:-1:age", "“-1” in “age”"),
        (_zero, "disguised:0:pressure", "“0” in “pressure”"),
        (_word, "disguised:unknown:city", "“unknown” in “city”"),
        (_mixed, "mixed:size", "“size” holds numbers and words"),
        (_broken, "encodings", "“city” holds signs that look wrongly read"),
        (_far, "outliers", "“income” holds values far out"),
        (_empty, "gaps", "“note” is mostly empty"),
        (_gaps, "gaps:ended on", "Whether “ended on” is filled tells “y”"),
        (_levels, "levels", "“street” has a word for every few rows"),
        (_groups, "group:patient_id", "Rows with the same “patient_id”"),
        (_times, "time:day", "Rows near in “day”"),
        (_parts, "parts:part", "“part” says which rows are for training"),
        (_mice, "prefix:mouse", "Rows whose “mouse” begins alike"),
        (_text, "written:note", "“note” has “y” written in it"),
        (_compound, "compound:cage,drug,gene", "“y” is put together from"),
        (_drift, "given-drift", "“income” is otherwise in the test"),
        (_new_word, "given-drift", "“city” is otherwise in the test"),
        (_crossing, "crossing", "60 rows of the test stand in the training too"),
    ],
)
def test_that_a_planted_defect_is_found(
    tmp_path: Path, plant: Callable[[pd.DataFrame], None], id: str, words: str
) -> None:
    frame = clean()
    plant(frame)
    found, _ = report(frame, tmp_path)
    assert words in found[id].headline
    assert 0 < found[id].harm <= 1
    assert found[id].evidence
    assert found[id].why


def test_that_the_rows_of_a_finding_are_those_of_the_table(tmp_path: Path) -> None:
    frame = clean()
    _sentinel(frame)
    _copies(frame)
    found, _ = report(frame, tmp_path)
    assert found["disguised:999:age"].rows == tuple(np.flatnonzero(frame["age"] == 999))
    assert found["disguised:999:age"].count == int((frame["age"] == 999).sum())
    assert {0, 500} <= set(found["duplicates"].rows)
    pairs = frame.iloc[list(found["duplicates"].rows)]
    assert pairs.duplicated(keep=False).all()


def test_that_the_worst_comes_first_and_ten_are_told() -> None:
    made = [Finding(id=str(n), check="c", headline="", why="", evidence=(), harm=n / 20) for n in range(15)]
    assert [one.id for one in ranked(made)] == ["14", "13", "12", "11", "10", "9", "8", "7", "6", "5"]
    assert [one.severity for one in (made[14], made[3], made[1])] == ["high", "medium", "low"]


@pytest.mark.parametrize(
    ("plant", "kind", "column"), [(_groups, "group", "patient_id"), (_times, "time", "day"), (_parts, "column", "part")]
)
def test_that_the_split_that_is_needed_is_proposed(
    tmp_path: Path, plant: Callable[[pd.DataFrame], None], kind: str, column: str
) -> None:
    frame = clean()
    plant(frame)
    _, end = report(frame, tmp_path)
    assert (end.split.kind, end.split.column) == (kind, column)
    assert end.split.reason


def test_that_a_quantity_is_split_at_random_without_a_reason_for_more() -> None:
    question = CheckQuestion(dataset="d", target="y", task="regression", features=())
    assert propose_split([], question).kind == "random"


def test_that_a_target_that_is_a_sum_is_found(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame({name: random.gamma(2, 30, ROWS).round(0) for name in ("casual", "registered", "other")})
    frame["all"] = frame["casual"] + frame["registered"]
    found, _ = report(frame, tmp_path, "all", "regression")
    assert found["sum:casual,registered"].fix == Fix(
        deed="exclude", label="Leave them out", columns=("casual", "registered")
    )
    frame["all"] += random.normal(0, 20, ROWS)
    found, _ = report(frame, tmp_path, "all", "regression")
    assert not found


def test_that_a_target_that_is_a_sum_and_a_little_more_is_found(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame({name: random.gamma(2, 30, ROWS).round(1) for name in ("fare", "tip", "miles")})
    frame["total"] = frame["fare"] + frame["tip"] + random.choice([2.5, 3.3, 5.0], ROWS)
    found, _ = report(frame, tmp_path, "total", "regression")
    assert found["sum:fare,tip"].columns == ("fare", "tip")
    frame["total"] = 0.6 * frame["fare"] + 1.4 * frame["tip"] + random.normal(0, 5, ROWS).round(1)
    found, _ = report(frame, tmp_path, "total", "regression")
    assert not found


def test_that_a_quantity_that_was_cut_off_is_found(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"rooms": random.normal(5, 1, ROWS).round(3), "age": random.integers(1, 90, ROWS)})
    price = (frame["rooms"] * 50_000 + random.normal(0, 60_000, ROWS)).round()
    frame["price"] = price
    found, _ = report(frame, tmp_path, "price", "regression")
    assert not found
    frame["price"] = price.clip(upper=350_000)
    found, _ = report(frame, tmp_path, "price", "regression")
    assert "“price” seems to be cut off at 350,000" in found["capped:greatest"].headline
    assert found["capped:greatest"].rows == tuple(np.flatnonzero(frame["price"] == 350_000)[:100])


def test_that_the_harm_of_a_leak_is_what_a_model_loses_without_it(tmp_path: Path) -> None:
    frame = clean()
    random = np.random.default_rng(1)
    frame["paid back"] = np.where(frame["y"] == "yes", 1.0, 0.0) + random.normal(0, 0.2, ROWS).round(3)
    found, _ = report(frame, tmp_path)
    leak = found["leakage:paid back"]
    assert 0.4 < leak.harm < 0.9
    assert "without it" in leak.evidence[1]
    # Where the others tell as much, nothing is lost.
    for number in range(3):
        frame[f"blood {number}"] = np.where(frame["y"] == "yes", 1.0, 0.0) + random.normal(0, 0.2, ROWS).round(3)
    found, _ = report(frame, tmp_path)
    assert not found


def test_that_a_leak_is_found_in_few_rows_of_a_quantity(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    frame = pd.DataFrame({"depth": random.gamma(2, 5, 600).round(2), "place": random.choice(["a", "b"], 600)})
    frame["size"] = random.gamma(3, 1, 600).round(2)
    frame["rank"] = (frame["size"] ** 2 * 100).round() + random.integers(0, 20, 600)
    found, _ = report(frame, tmp_path, "size", "regression")
    assert list(found) == ["leakage:rank"]
    assert found["leakage:rank"].fix == Fix(deed="exclude", label="Leave out “rank”", columns=("rank",))


def _strong(frame: pd.DataFrame) -> None:
    random = np.random.default_rng(5)
    for name in ("length", "width"):
        frame[name] = np.where(frame["y"] == "yes", 3.0, 1.0) + random.normal(0, 0.45, len(frame)).round(3)


def _honest_zero(frame: pd.DataFrame) -> None:
    frame["rooms"] = np.random.default_rng(6).poisson(2, len(frame))


def _honest_minus(frame: pd.DataFrame) -> None:
    frame["degrees"] = np.random.default_rng(7).normal(0, 3, len(frame)).round(0)


def _honest_groups(frame: pd.DataFrame) -> None:
    frame["customer_id"] = np.random.default_rng(8).integers(0, 200, len(frame))


def _honest_times(frame: pd.DataFrame) -> None:
    frame["day"] = pd.date_range("2020-01-01", periods=len(frame)).strftime("%Y-%m-%d")


def _natural_copies(frame: pd.DataFrame) -> None:
    for name in ("age", "income"):
        frame[name] = frame[name] > frame[name].median()


def _honest_text(frame: pd.DataFrame) -> None:
    random = np.random.default_rng(10)
    frame["note"] = [f"seen {number}, says {word}" for number, word in enumerate(random.choice(["yes", "no"], ROWS))]


def _rare_zero(frame: pd.DataFrame) -> None:
    frame["visits"] = np.random.default_rng(11).geometric(0.3, len(frame)) - 1


def _long_tail(frame: pd.DataFrame) -> None:
    frame["bytes"] = (np.random.default_rng(12).pareto(1.5, len(frame)) * 100).round(2)


def _dense(frame: pd.DataFrame) -> None:
    """Rows on a line are near to each other by nature."""
    place = np.random.default_rng(13).normal(0, 1, len(frame)).round(5)
    for number, name in enumerate(("age", "income", "height", "weight")):
        frame[name] = place * (number + 1)
    frame["y"] = np.random.default_rng(14).choice(["yes", "no"], len(frame))
    del frame["city"]


@pytest.mark.parametrize(
    "leave",
    [
        _honest_text,
        _rare_zero,
        _long_tail,
        _dense,
        _strong,
        _honest_zero,
        _honest_minus,
        _honest_groups,
        _honest_times,
        _natural_copies,
    ],
)
def test_that_what_is_no_defect_is_left_in_peace(tmp_path: Path, leave: Callable[[pd.DataFrame], None]) -> None:
    frame = clean()
    leave(frame)
    found, _ = report(frame, tmp_path)
    assert not found


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1.0, 2.0], "y": ["x", "z"]}),
        pd.DataFrame({"a": [None, None, "q"], "y": ["x", None, "z"]}),
        pd.DataFrame({"a": np.arange(30), "b": [None] * 30, "y": ["x"] * 29 + ["z"]}),
        pd.DataFrame({"a": [1e300, -1e300] * 20, "y": [1e300, -1e300] * 20}),
    ],
)
def test_that_odd_tables_are_checked_to_the_end(tmp_path: Path, frame: pd.DataFrame) -> None:
    _, end = report(frame, tmp_path)
    assert end.rows == len(frame)


def test_that_a_stop_and_a_wrong_column_are_heard(tmp_path: Path) -> None:
    _, _ = report(clean(), tmp_path)
    info_folder = next(path for path in (tmp_path / "datasets").iterdir() if path.is_dir())
    dataset = Dataset(_info(info_folder), info_folder)
    asked: Any = {"dataset": "d", "target": "y", "task": "binary", "features": ("age",)}
    with pytest.raises(Stopped):
        check(dataset, CheckQuestion(**asked), lambda _: None, lambda *_: None, lambda: True, tmp_path)
    wrong = CheckQuestion(**{**asked, "features": ("agee",)})
    with pytest.raises(UsageError, match="agee"):
        check(dataset, wrong, lambda _: None, lambda *_: None, lambda: False, tmp_path)
    dataset.parquet.write_bytes(b"PAR1 and no more")
    with pytest.raises(DatasetError, match="cannot be read"):
        check(dataset, CheckQuestion(**asked), lambda _: None, lambda *_: None, lambda: False, tmp_path)


def _info(folder: Path) -> Any:
    import msgspec

    from aetheron_desktop.engine.datasets.dataset import DatasetInfo

    return msgspec.json.decode((folder / "dataset.json").read_bytes(), type=DatasetInfo)
