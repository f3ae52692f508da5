"""The same job without a window: in this process where that proves as much, else by the real program."""

import json
import signal
import statistics
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from aetheron_desktop.__main__ import COMMANDS
from tests.e2e.line import Line
from tests.e2e.program import ROOT

pytestmark = pytest.mark.e2e
DATA = ROOT / "data"


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(tmp_path / "workspace")


def test_that_a_table_is_checked_split_and_trained_on_so(line: Line, tmp_path: Path) -> None:
    table = tmp_path / "visits.csv"
    lines = [f"{row % 25},{row * 7 % 13},{'yes' if row % 25 % 3 == 0 else 'no'}" for row in range(400)]
    table.write_text("patient_id,pressure,ill\n" + "\n".join(lines) + "\n")
    line.records("import", str(table))
    told = line.records("check", "visits", "--target", "ill")
    assert "group:patient_id" in {record.get("id") for record in told}
    assert told[-1]["split"]["kind"] == "group"
    shown = line.run("check", "visits", "--target", "ill").stdout
    assert "Rows with the same “patient_id”" in shown
    assert "Proposed split: by group, “patient_id”" in shown
    made = line.records("split", "visits", "--name", "people", "--by", "group", "--column", "patient_id")[0]
    assert sum(made["rows"]) == 400
    assert line.records("split", "visits")[0]["hash"] == made["hash"]
    told = line.records("train", "visits", "--target", "ill", "--estimator", "logistic", "--split", "people")
    started = next(record for record in told if record["kind"] == "run_started")
    assert started["experiment"]["split"]["hash"] == made["hash"]
    wrong = line.run("train", "visits", "--target", "ill", "--split", "persons")
    assert wrong.returncode == 2
    assert "no split named" in wrong.stderr


def test_that_rows_of_a_dataset_are_written_to_a_file(line: Line, tmp_path: Path) -> None:
    line.records("import", str(DATA / "penguins.csv"))
    out = tmp_path / "heavy.xlsx"
    told = line.records("export", "penguins", "--out", str(out), "--where", "body_mass_g > 5000", "--column", "island")
    saved = next(record for record in told if record["kind"] == "table_saved")
    truth = pd.read_csv(DATA / "penguins.csv")
    assert saved["rows"] == (truth["body_mass_g"] > 5000).sum()
    wrong = line.run("export", "penguins", "--out", str(tmp_path / "a.csv"), "--where", "body_mass > 5000")
    assert wrong.returncode == 1
    assert "no column “body_mass”" in wrong.stderr
    assert not (tmp_path / "a.csv").exists()


def test_that_a_changed_file_becomes_a_new_version_and_what_changed_is_shown(line: Line, tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    rows = [f"p{number:02};{number};NA" for number in range(30)]
    table.write_text("id;age;country\n" + "\n".join(rows) + "\n")
    first = line.records("import", str(table), "--missing", "-")[-1]["result"]
    assert "as it was" in line.run("datasets").stdout
    rows[3] = "p03;99;DE"
    table.write_text("id;age;country\n" + "\n".join([*rows[:-1], "p77;1;FR"]) + "\n")
    assert "has changed" in line.run("datasets").stdout
    second = line.records("import", "--update", "people")[-1]["result"]
    infos = {record["id"]: record for record in line.records("datasets")}
    assert (infos[second]["name"], infos[second]["previous"]) == ("people v2", first)
    found = line.records("diff", "people", "people v2")[0]
    assert (found["key"], found["added"], found["removed"], found["changed"]) == (["id"], 1, 1, 1)
    shown = line.run("diff", "people", "people v2").stdout
    assert "~ id=p03   age: 3 → 99; country: NA → DE" in shown
    assert "+ id=p77" in shown
    drifted = line.records("drift", "people", "people v2")
    assert {record.get("column") for record in drifted} == {"id", "age", "country", None}
    assert "PSI" in line.run("drift", "people", "people v2").stdout
    assert line.run("drift", "people").returncode == 2
    assert line.run("import").returncode == 2


def test_that_lines_in_quarantine_are_edited_and_merged(line: Line, tmp_path: Path) -> None:
    table, edited = tmp_path / "t.csv", tmp_path / "aside.csv"
    table.write_text("id,price\n1,1.5\n2,2,5\n3,3.5\n")
    line.records("import", str(table))
    assert "2,2,5" in line.run("quarantine", "t").stdout
    assert line.run("quarantine", "t", "--out", str(edited)).returncode == 0
    edited.write_text(edited.read_text().replace("2,2,5", "2,2.5"))
    made = line.records("quarantine", "t", "--merge", str(edited))[0]
    assert (made["name"], made["rows"], made["quarantined"]) == ("t v2", 3, 0)
    assert "No line of t v2 is in quarantine" in line.run("quarantine", "t v2").stdout
    edited.write_text("a,b\n1,2\n")
    assert "has not the columns line and text" in line.run("quarantine", "t", "--merge", str(edited)).stderr


def test_that_the_main_job_is_done_from_the_import_to_the_predictions(line: Line, tmp_path: Path) -> None:
    imported = line.records("import", str(DATA / "penguins.csv"))
    assert [record["kind"] for record in imported][-2:] == ["dataset_imported", "job_ended"]
    assert line.records("datasets")[0]["name"] == "penguins"

    words = ("train", "penguins", "--target", "species", "--estimator", "logistic", "--seed", "3")
    told = line.records(*words, really=True)
    assert told[-1]["kind"] == "best_chosen"
    model = told[-1]["model"]
    models = {record["id"]: record for record in line.records("models")}
    assert len(models) == 2
    assert {"id", "name", "status", "metrics"} <= set(models[model])
    assert [run["outcome"] for run in line.records("runs")] == ["succeeded", "succeeded"]

    out = tmp_path / "out.csv"
    line.say("predict", model, str(DATA / "penguins.csv"), "--out", str(out), really=True)
    predictions = pd.read_csv(out)
    assert list(predictions.columns) == [
        "prediction",
        "probability_Adelie",
        "probability_Chinstrap",
        "probability_Gentoo",
    ]
    truth = pd.read_csv(DATA / "penguins.csv")["species"]
    assert len(predictions) == len(truth)
    assert (predictions["prediction"] == truth).mean() > 0.95

    carried = tmp_path / "carried.aether"
    line.say("export", model, "--out", str(carried), really=True)
    elsewhere = Line(tmp_path / "elsewhere")
    elsewhere.say("import", str(carried), really=True)
    again = tmp_path / "again.csv"
    assert elsewhere.run("predict", model, str(DATA / "penguins.csv"), "--out", str(again)).returncode == 0
    assert again.read_bytes() == out.read_bytes()


def test_that_a_regression_predicts_a_number_and_its_limits(line: Line, tmp_path: Path) -> None:
    table = str(DATA / "diabetes-progression.csv")
    best = line.records("train", table, "--estimator", "quantile", "--level", "80%")[-1]
    out = tmp_path / "out.parquet"
    assert line.run("predict", best["model"], table, "--out", str(out)).returncode == 0
    told = pd.read_parquet(out)
    assert list(told.columns) == ["prediction", "lower", "upper"]
    truth = pd.read_csv(table)["progression"]
    assert 0.7 < truth.between(told["lower"], told["upper"]).mean() < 0.9
    shown = next(record for record in line.records("show", best["model"]) if "metrics" in record)
    assert 0.6 < shown["metrics"]["coverage"] < 1.0
    for wrong in ("much", "0", "200%"):
        refused = line.run("train", table, "--level", wrong)
        assert refused.returncode == 2
        assert "level" in refused.stderr


def test_that_a_direction_is_kept_and_refused_where_it_cannot_be(line: Line, tmp_path: Path) -> None:
    table = DATA / "diabetes-progression.csv"
    words = ("train", str(table), "--target", "progression", "--monotone", "bmi=+")
    params = ("--param", "n_estimators=20", "--param", "min_child_samples=5")
    best = line.records(*words, "--estimator", "lightgbm", *params)[-1]
    grid = pd.read_csv(table).head(1).loc[[0] * 30].assign(bmi=range(15, 45))
    grid.to_csv(tmp_path / "grid.csv", index=False)
    out = tmp_path / "out.csv"
    assert line.run("predict", best["model"], str(tmp_path / "grid.csv"), "--out", str(out)).returncode == 0
    assert pd.read_csv(out)["prediction"].is_monotonic_increasing
    assert "only rises with bmi" in line.run("show", best["model"], "--features").stdout
    refused = line.run(*words, "--estimator", "ridge")
    assert refused.returncode == 2
    assert "Ridge regression cannot promise a direction" in refused.stderr
    assert "lightgbm" in refused.stderr


def test_that_rows_count_as_a_column_says(line: Line, tmp_path: Path) -> None:
    table = pd.read_csv(DATA / "penguins.csv").assign(times=lambda frame: 1 + (frame["sex"] == "MALE") * 99)
    table.to_csv(tmp_path / "counted.csv", index=False)
    words = ("train", str(tmp_path / "counted.csv"), "--target", "body_mass_g", "--sample-weight")
    best = line.records(*words, "times", "--estimator", "ridge", "--exclude", "sex")[-1]
    shown = line.run("show", best["model"], "--features").stdout
    assert "Each row counts as times says while it is learned" in shown
    assert "times " not in shown.split("\n", 1)[1], "it is not learned from"
    refused = line.run(*words, "species", "--estimator", "ridge")
    assert refused.returncode == 2
    assert "'species' is of the type category" in refused.stderr


def test_that_each_fold_is_the_test_once(line: Line) -> None:
    words = ("train", str(DATA / "penguins.csv"), "--target", "species", "--estimator", "naive_bayes", "--folds", "3")
    told = line.records(*words)
    over = [record for record in told if record.get("kind") == "over_folds"]
    assert [one["estimator"] for one in over] == ["naive_bayes", "dummy"]
    assert all(len(one["scores"]) == 3 for one in over)
    assert over[0]["mean"] == pytest.approx(statistics.fmean(over[0]["scores"]))
    assert over[0]["sd"] == pytest.approx(statistics.stdev(over[0]["scores"]))
    runs = line.records("runs")
    assert len({run["group"] for run in runs}) == 1
    rows = [set(pd.read_parquet(line.workspace / "runs" / run["id"] / "predictions.parquet")["row"]) for run in runs]
    assert len(set.union(*rows)) == sum(map(len, rows)) / 2 == len(pd.read_csv(DATA / "penguins.csv"))
    shown = line.run("train", "penguins", *words[2:], "--fold", "1").stdout
    assert "Over the folds" not in shown
    assert "no fold 3" in line.run("train", "penguins", *words[2:], "--fold", "3").stderr


def test_that_one_seed_gives_one_model(line: Line) -> None:
    def scores(*, really: bool) -> dict[str, float]:
        forest = ("--estimator", "forest", "--param", "n_estimators=20", "--seed", "5")
        told = line.records("train", str(DATA / "breast-cancer.csv"), *forest, really=really)
        return [record for record in told if record["kind"] == "model_saved"][-1]["metrics"]  # type: ignore[no-any-return]

    assert scores(really=True) == scores(really=False)


def test_that_a_model_goes_to_the_bin_and_comes_back(line: Line) -> None:
    model = line.records("train", str(DATA / "penguins.csv"), "--estimator", "dummy")[-1]["model"]
    assert line.run("rename", model, "My baseline").returncode == 0
    assert line.run("remove", "My baseline").returncode == 0
    assert line.records("models") == []
    assert line.run("restore", "My baseline").returncode == 0
    assert [record["name"] for record in line.records("models")] == ["My baseline"]
    assert "estimator: dummy" in line.run("show", model).stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["train", str(DATA / "penguins.csv"), "--target", "specie"], 2),
        (["train", str(DATA / "penguins.csv"), "--estimator", "forrest"], 2),
        (["train", str(DATA / "penguins.csv"), "--estimator", "forest", "--param", "n_estimators=0"], 2),
        (["train", str(DATA / "penguins.csv"), "--estimator", "forest", "--param", "n_trees=5"], 2),
        (["train", str(DATA / "penguins.csv"), "--budget", "soon"], 2),
        (["train", "no such dataset"], 2),
        (["train", "folder/no-such-file.csv"], 2),
        (["import", "no-such-file.csv"], 1),
        (["import", str(ROOT)], 1),
        (["predict", "no-such-model", str(DATA / "penguins.csv"), "--out", "x.csv"], 2),
        (["show", "nothing"], 2),
        (["fly"], 2),
    ],
    ids=lambda value: " ".join(value[-2:]) if isinstance(value, list) else str(value),
)
def test_that_what_is_wrong_is_said_on_the_error_output(line: Line, words: list[str], code: int) -> None:
    done = line.run(*words)
    assert done.returncode == code, done.stderr
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("words", "code"), [(["import", "no-such-file.csv"], 1), (["fly"], 2)])
def test_that_the_program_ends_with_the_code_of_its_command(line: Line, words: list[str], code: int) -> None:
    done = line.program(*words)
    assert done.returncode == code
    assert done.stderr == line.run(*words).stderr
    assert not done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="there is no Ctrl+C to send")
def test_that_ctrl_c_keeps_the_best_so_far(line: Line) -> None:
    words = ["train", str(DATA / "breast-cancer.csv"), "--estimator", "network", "--json"]
    long = ["--param", "epochs=2000", "--param", "patience=500"]
    program = subprocess.Popen(line.command(*words, *long), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    records = []
    for text in program.stdout:
        records.append(json.loads(text))
        # The second run is the network's; the first is the baseline.
        runs = sum(record["kind"] == "run_started" for record in records)
        if runs == 2 and records[-1]["kind"] == "metric_logged" and records[-1]["part"] == "valid":
            program.send_signal(signal.SIGINT)
            break
    records += [json.loads(text) for text in program.stdout]
    assert program.wait(60) == 130
    program.stdout.close()
    assert [r["outcome"] for r in records if r["kind"] == "job_ended"][-1] == "stopped"
    assert records[-1]["model"] is not None


def test_that_a_dataset_is_prepared_by_steps_and_by_the_scripts_of_them(line: Line, tmp_path: Path) -> None:
    line.records("import", str(DATA / "penguins.csv"))
    steps = tmp_path / "steps.json"
    steps.write_text(
        '[{"do": "filter", "condition": "body_mass_g > 4000"},'
        ' {"do": "derive", "name": "kg", "expression": "body_mass_g / 1000"},'
        ' {"do": "group", "keys": ["species"], "aggregations":'
        ' [{"column": "kg", "summary": "mean", "name": "mean kg"}]}]'
    )
    shown = line.run("prepare", "penguins", "--steps", str(steps), "--effects").stdout
    assert "Keep rows where body_mass_g > 4000" in shown
    assert "+1 column" in shown
    end = line.records("prepare", "penguins", "--steps", str(steps), "--name", "heavy")[-1]
    assert end["outcome"] == "succeeded"
    made = pd.read_parquet(line.workspace / "datasets" / end["result"] / "data.parquet")
    assert list(made.columns) == ["species", "mean kg"]
    assert len(made) == 3
    script = tmp_path / "script.py"
    script.write_text(
        line.run("prepare", "penguins", "--steps", str(steps), "--show-python").stdout + "print(frame.to_csv())"
    )
    told = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True).stdout
    assert [row.split(",")[1] for row in told.strip().splitlines()[1:]] == made["species"].tolist()
    steps.write_text('[{"do": "filter", "condition": "wings > 4"}, {"do": "drop_columns", "columns": ["beak"]}]')
    refused = line.run("prepare", "penguins", "--steps", str(steps))
    assert refused.returncode == 2
    assert "2 of 2 steps do not fit penguins" in refused.stderr
    assert "wings" in refused.stderr
    assert "beak" in refused.stderr


def test_that_the_window_knows_every_verb_of_the_command_line() -> None:
    from aetheron_desktop.cli.arguments import parser

    verbs = next(action for action in parser()._actions if action.choices is not None and action.nargs == "A...")
    assert set(verbs.choices or ()) == COMMANDS


@pytest.mark.parametrize("before", [("--workspace", "{there}"), ("--json", "--workspace={there}")])
def test_that_options_may_stand_before_the_command(line: Line, before: tuple[str, ...]) -> None:
    options = [word.format(there=line.workspace) for word in before]
    command = [sys.executable, "-m", "aetheron_desktop", *options, "import", str(DATA / "penguins.csv")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("{") is ("--json" in before)
    assert [dataset["name"] for dataset in line.records("datasets")] == ["penguins"]


def test_that_no_word_goes_to_standard_output_beside_the_records(line: Line) -> None:
    done = line.program("train", str(DATA / "penguins.csv"), "--budget", "1s", "--json")
    assert done.returncode == 0, done.stderr
    assert all(json.loads(text)["kind"] for text in done.stdout.splitlines())


def test_that_a_profile_is_shown_and_told_as_records(line: Line) -> None:
    line.run("import", str(DATA / "penguins.csv"))
    shown = line.run("profile", "penguins", "--target", "species").stdout
    assert "flipper_length_mm" in shown
    assert "█" in shown
    one = line.run("profile", "penguins", "--column", "sex").stdout
    assert "MALE" in one
    records = line.records("profile", "penguins", "--column", "bill_length_mm", "--target", "species")
    assert [record["answer"] for record in records] == ["column_profile", "target_profile"]
    assert records[0]["missing"] == 2
    assert 0 < records[1]["power"] < 1
    wrong = line.run("profile", "penguins", "--column", "sexes")
    assert wrong.returncode == 2
    assert "Did you mean one of: sex" in wrong.stderr


def test_that_auto_trains_an_ensemble_by_groups_and_shows_its_members(line: Line, tmp_path: Path) -> None:
    table = tmp_path / "visits.csv"
    lines = [f"{row % 40},{row * 7 % 13},{'yes' if row * 7 % 13 > 6 else 'no'}" for row in range(400)]
    table.write_text("patient_id,pressure,ill\n" + "\n".join(lines) + "\n")
    words = ("train", str(table), "--target", "ill", "--auto", "--models", "2", "--folds", "2")
    done = line.run(*words, "--group-by", "patient_id")
    assert done.returncode == 0, done.stderr
    assert "Auto" in done.stdout
    assert "Best: model-" in done.stdout
    run = next(record for record in line.records("runs") if record["estimator"] == "auto")
    members = line.records("leaderboard", run["id"])
    assert [member["member"] for member in members] == [1, 2]
    assert all(member["fits"] == 2 and member["low"] <= member["score"] <= member["high"] for member in members)
    shown = line.run("leaderboard", run["id"]).stdout
    assert "Logistic regression" in shown
    assert "Ensemble: ROC AUC" in shown
    assert run["model"] in line.run("leaderboard").stdout
    refused = line.run(*words, "--group-by", "patient_id", "--time-by", "pressure")
    assert refused.returncode == 2
    assert "exclude each other" in refused.stderr
    alone = line.run("train", str(table), "--models", "3")
    assert alone.returncode == 2
    assert "Add --auto" in alone.stderr


def test_that_costs_set_the_threshold_and_a_metric_chooses_the_best(line: Line, tmp_path: Path) -> None:
    table = tmp_path / "visits.csv"
    lines = [
        f"{row * 13 % 40},{row * 7 % 13},{'yes' if row * 7 % 13 + row * 11 % 5 > 10 else 'no'}" for row in range(400)
    ]
    table.write_text("age,pressure,ill\n" + "\n".join(lines) + "\n")
    words = ("train", str(table), "--target", "ill", "--estimator", "logistic")
    best = line.records(*words, "--metric", "f1", "--cost", "1:20")[-1]
    assert best["metric"] == "f1"
    shown = next(record for record in line.records("show", best["model"]) if "threshold" in record)
    assert shown["threshold"] < 0.4
    for wrong, said in (("--cost", "much"), ("--cost", "0:1"), ("--metric", "rmse")):
        refused = line.run(*words, wrong, said)
        assert refused.returncode == 2
        assert said in refused.stderr or "above 0" in refused.stderr


def test_that_costs_of_several_classes_choose_the_class(line: Line, tmp_path: Path) -> None:
    table = str(DATA / "penguins.csv")
    words = ("train", table, "--target", "species", "--feature", "bill_length_mm=left-out", "--estimator", "tree")
    matrix = tmp_path / "costs.csv"
    matrix.write_text(",Adelie,Chinstrap,Gentoo\nAdelie,0,1,1\nChinstrap,50,0,50\nGentoo,1,1,0\n")
    best = line.records(*words, "--cost", str(matrix))[-1]
    out = tmp_path / "out.csv"
    assert line.run("predict", best["model"], table, "--out", str(out)).returncode == 0
    told = pd.read_csv(out)
    chances = told.filter(like="probability_")
    dear = told["prediction"] == "Chinstrap"
    assert dear.sum() > (chances.idxmax(axis=1) == "probability_Chinstrap").sum()
    plain = line.records(*words, "--cost", "Chinstrap:Adelie=50", "--cost", "Chinstrap:Gentoo=50")[-1]
    assert line.run("predict", plain["model"], table, "--out", str(out)).returncode == 0
    assert (pd.read_csv(out)["prediction"] == told["prediction"]).all()
    for wrong, said in (
        ("1:5", "two classes"),
        ("Chinstrap:Adelie", "ACTUAL:PREDICTED=AMOUNT"),
        ("Emu:Adelie=2", "Emu"),
    ):
        refused = line.run(*words, "--cost", wrong)
        assert refused.returncode in {1, 2}
        assert said in refused.stderr


def test_that_what_is_made_of_a_column_is_chosen_and_told(line: Line) -> None:
    told = line.records(
        "train", str(DATA / "penguins.csv"), "--target", "species", "--estimator", "logistic",
        "--feature", "bill_length_mm=binned", "--feature", "island=left-out",
    )  # fmt: skip
    started = [record for record in told if record["kind"] == "run_started"][-1]
    assert started["experiment"]["treatments"] == [{"column": "bill_length_mm", "how": ["binned"]}]
    assert "island" not in started["experiment"]["features"]
    features = line.records("show", told[-1]["model"], "--features")
    assert {"binned"} == {one["how"] for one in features if one["columns"] == ["bill_length_mm"]} - {"missing"}
    assert "weighted sums: Scaled" in line.run("show", "penguins", "--features").stdout
    wrong = line.run("train", "penguins", "--target", "species", "--feature", "sex=binned")
    assert wrong.returncode == 2
    assert "cannot be treated as 'binned'" in " ".join(wrong.stderr.split())
    assert "one-hot, codes, target, left-out" in " ".join(wrong.stderr.split())
