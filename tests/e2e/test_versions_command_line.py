"""The versions of models on the command line: in this process where that proves as much, else by the real program."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from tests.e2e.line import Line
from tests.e2e.program import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e
TABLE = ROOT / "data" / "breast-cancer.csv"
VERBS = (
    "adopt", "alias", "branch", "card", "cohort", "diff", "evaluate", "explain", "export", "failures", "gc",
    "import-model", "join", "lineage", "log", "pull", "push", "remote", "report", "reproduce", "restore", "revert",
    "script", "signers", "tag", "take", "threshold", "verify",
)  # fmt: skip


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Line:
    """A workspace with the model “it”: version 1 a logistic regression, 2 a quick forest."""
    folder = tmp_path_factory.mktemp("versions")
    line = Line(folder / "workspace", folder / "config")
    first = line.records("train", str(TABLE), "--estimator", "logistic")[-1]["model"]
    line.say("rename", first, "it")
    line.say("train", "breast-cancer", "--estimator", "forest", "--param", "n_estimators=5",
             "--version-of", "it", "--message", "Trees")  # fmt: skip
    return line


def test_that_a_model_goes_its_way_from_a_variation_to_the_champion(line: Line, tmp_path: Path) -> None:
    versions = line.records("log", "it")
    assert [(v["number"], v["estimator"]) for v in versions] == [(2, "forest"), (1, "logistic")]
    assert "Trees" in line.say("log", "it")
    shown = line.say("diff", "it", "v1", "v2", really=True)
    assert "ROC AUC" in shown
    assert "Estimator" in shown
    answer = line.answer("diff", "it", "v1")
    assert answer["verdict"]["state"] in {"better", "worse", "same", "unsure"}
    line.say("branch", "it", "bold")
    line.say("threshold", "it", "0.7", "--message", "Bolder")
    assert line.records("log", "it", "--most", "1")[0]["threshold"] == 0.7
    line.say("card", "it", "--file", "-", "--message", "Said more", says="# Bold\n", really=True)
    assert line.say("card", "it").strip() == "# Bold"
    line.say("branch", "it", "main")
    line.say("threshold", "it", "0.2")
    refused = line.run("adopt", "it", "bold")
    assert refused.returncode == 1
    assert "threshold: 0.2 here, 0.7 there" in refused.stderr
    assert "--keep" in refused.stderr
    line.say("adopt", "it", "bold", "--keep", "threshold=ours", "--message", "The words")
    assert line.say("card", "it").strip() == "# Bold"
    line.say("take", "it", "threshold", "bold")
    assert line.records("log", "it", "--most", "1")[0]["threshold"] == 0.7
    line.say("tag", "it", "released", "v2", "--message", "Out")
    assert "released" in line.say("tag", "it")
    line.say("alias", "it", "champion", "--conditions", "roc_auc >= 1.5", "size <= 50 MB")
    refused = line.run("alias", "it", "champion", "v2", "--reason", "It is")
    assert refused.returncode == 1
    assert "not met: roc_auc >= 1.5" in refused.stderr
    line.say("alias", "it", "champion", "v2", "--reason", "It is", "--despite")
    moves = line.records("log", "it", "--aliases")
    assert [(move["alias"], move["reason"]) for move in moves] == [("champion", "It is")]
    assert len(moves[0]["checked"]) == 3
    line.say("revert", "it", "v1", "--reason", "Enough")
    assert line.records("log", "it", "--most", "1")[0]["estimator"] == "logistic"
    out = tmp_path / "files"
    line.say("restore", "it", "champion", "--out", str(out))
    assert {file.name for file in out.iterdir()} >= {"model.json", "pipeline.skops", "card.md"}
    line.say("branch", "it", "--drop", "bold")
    assert {record["name"] for record in line.records("branch", "it")} == {"main"}


def test_that_a_version_is_measured_on_its_rows_and_on_a_file(line: Line) -> None:
    head, *told = line.records("evaluate", "it", "--version", "v1")
    metrics = {one["name"]: one for one in told if one["kind"] == "metric"}
    assert head["rows"] == 114
    assert metrics["roc_auc"]["low"] < metrics["roc_auc"]["value"]
    assert metrics["roc_auc"]["baseline"] == 0.5
    said = line.say("evaluate", "it", str(TABLE), "--threshold", "0.3", really=True)
    assert "569 rows of breast-cancer.csv" in said
    assert "of 0.3 or more" in said
    refused = line.run("evaluate", "it", "nowhere.csv")
    assert refused.returncode == 2
    assert "no dataset and no file 'nowhere.csv'" in refused.stderr


def test_that_a_model_that_can_be_read_is_explained(line: Line) -> None:
    sums = line.records("train", "breast-cancer", "--estimator", "glass_box", "--param", "max_iter=20")[-1]["model"]
    records = line.records("explain", sums)
    told = next(record for record in records if record.get("kind") == "effects")
    assert told["away"] < 1e-6
    strongest = told["effects"][0]["columns"]
    answers = [record["answer"] for record in records if "answer" in record]
    assert {"importance", "shap_rows", "shap_summary"} <= {answer["answer"] for answer in answers}
    said = line.say("explain", sums)
    assert " × ".join(strongest) in said
    assert "The model leans most on" in said
    assert len(line.say("explain", sums, "--column", strongest[0])) < len(said)
    refused = line.run("explain", sums, "--column", "nowhere")
    assert refused.returncode == 2
    assert strongest[0] in refused.stderr
    tree = line.records("train", "breast-cancer", "--estimator", "tree")[-1]["model"]
    rules = line.records("explain", tree)[-1]
    assert rules["lines"][0] in line.say("explain", tree)


def answered(line: Line, *words: str) -> dict[str, Any]:
    """Give the last answer of a command, which tells what it has so far."""
    answers: list[dict[str, Any]] = [record["answer"] for record in line.records(*words) if "answer" in record]
    return answers[-1]


def test_that_other_fits_and_the_rows_of_a_weighted_sum_are_told(line: Line) -> None:
    table = str(ROOT / "data" / "diabetes-progression.csv")
    line.say("train", table, "--target", "progression", "--estimator", "ridge")
    model = next(one["id"] for one in line.records("models") if one["estimator"] == "ridge")
    curve = answered(line, "explain", model, "--validation-curve", "alpha=0.1,10,1000")
    assert [point["at"] for point in curve["points"]] == [0.1, 10.0, 1000.0]
    assert curve["points"][0]["valid"] < curve["points"][2]["valid"], "RMSE grows where hardly a weight is left"
    rows = answered(line, "explain", model, "--learning-curve")
    assert [point["at"] for point in rows["points"]] == sorted(point["at"] for point in rows["points"])
    told = answered(line, "explain", model, "--influence")
    first = max(told["shown"], key=lambda one: one["distance"])
    said = line.say("explain", model, "--influence")
    assert str(first["row"]) in said
    assert "Cook's distance" in said
    refused = line.run("explain", model, "--validation-curve", "nothing")
    assert refused.returncode == 1
    assert "has no parameter 'nothing'" in refused.stderr


def test_that_what_a_forest_says_of_a_row_is_explained(line: Line) -> None:
    forest = line.records("train", "breast-cancer", "--estimator", "forest", "--param", "n_estimators=3")[-1]["model"]
    said = line.say("explain", forest, "--row", "3", "--keep", "worst_area", really=True)
    for part in ("Predicted: ", "The truth: ", "usual", "What would have to be otherwise", "most similar"):
        assert part in said
    told = line.records("explain", forest, "--row", "3")
    kinds = [record["answer"]["answer"] for record in told if "answer" in record]
    assert kinds == ["predicted", "row", "similar", "counterfactuals"]
    assert "mean probability" in line.say("explain", forest, "--column", "worst_area")
    refused = line.run("explain", forest, "--row", "1000000")
    assert refused.returncode != 0
    assert "no row 1000000" in refused.stderr


def test_that_where_a_model_fails_is_told_by_rows_groups_and_cohorts(line: Line) -> None:
    told = [r["answer"] for r in line.records("failures", "it") if r.get("kind") == "answered"]
    kinds = ["weak_segments", "error_tree", "label_errors", "missing_errors", "test_drift"]
    assert [one["answer"] for one in told] == kinds
    said = line.say("failures", "it", really=True)
    for heading in ("Weak segments", "Error tree", "Suspected labels", "Missing cells", "Drift of the test rows"):
        assert heading in said
    groups = line.answer("failures", "it", "--by", "mean_radius")
    assert sum(group["rows"] for group in groups["groups"]) == told[-1]["rows"][1]
    line.say("cohort", "breast-cancer", "large", "--where", "mean_radius > 15")
    assert line.answer("failures", "it", "--cohort", "large")["numbers"]
    refused = line.run("failures", "it", "--where", "radius >")
    assert refused.returncode != 0
    assert "Traceback" not in refused.stderr


def test_that_a_report_is_written_and_printed_without_a_screen(line: Line, tmp_path: Path) -> None:
    page = tmp_path / "it.html"
    said = line.say("report", "it", "--out", str(page), "--pdf", really=True)
    assert "it.pdf" in said
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert (tmp_path / "it.pdf").read_bytes().startswith(b"%PDF-")
    assert line.run("report", "it", "--out", str(tmp_path / "it.docx")).returncode == 2


def test_that_a_version_is_followed_verified_and_trained_again(line: Line) -> None:
    links = line.answer("lineage", "it", "v1")["back"]
    assert [link["kind"] for link in links] == ["version", "run", "dataset", "recipe", "source"]
    assert str(TABLE) in line.say("lineage", "it") or "breast-cancer" in line.say("lineage", "it")
    assert "whole" in line.say("verify", "it", really=True)
    assert "its content is what its id says" in line.say("verify", "breast-cancer")
    assert line.answer("verify", "it")["troubles"] == []
    assert "Identical" in line.say("reproduce", "it", "v1")


def test_that_a_run_becomes_a_script_that_prints_its_scores(line: Line, tmp_path: Path) -> None:
    end = line.records("train", "breast-cancer", "--estimator", "tree")
    run = next(record for record in end if record.get("kind") == "model_saved" and record["name"].startswith("Dec"))
    file = tmp_path / "run.py"
    assert run["job"] in line.say("script", run["job"], "--out", str(file), really=True)
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, "-I", str(file)], capture_output=True, text=True, cwd=tmp_path, env=surroundings, check=True
    )
    scores = {name: (here, then) for name, here, then in (row.split() for row in done.stdout.splitlines()[1:])}
    assert scores["roc_auc"][0] == scores["roc_auc"][1]
    assert float(scores["roc_auc"][1]) == run["metrics"]["roc_auc"]
    assert line.say("script", run["model"]) == file.read_text(encoding="utf-8")
    assert line.answer("script", run["model"])["text"] == file.read_text(encoding="utf-8")
    dummy = next(record["job"] for record in end if record.get("kind") == "model_saved")
    assert line.run("script", dummy, "--out", str(tmp_path / "no" / "run.py")).returncode == 1


def test_that_a_damaged_model_is_told_of_and_fails(line: Line, tmp_path: Path) -> None:
    shutil.copytree(line.workspace, tmp_path / "workspace")
    copy = Line(tmp_path / "workspace", line.config)
    for file in (copy.workspace / "models").glob("*/files/*/card.md"):
        file.write_text("by hand")
    done = copy.run("verify")
    assert done.returncode == 1
    assert "DAMAGED" in done.stdout
    assert "card.md" in done.stdout
    assert copy.run("verify", "--json").returncode == 1


def test_that_a_model_is_pushed_got_elsewhere_and_carried(line: Line, tmp_path: Path) -> None:
    url = str(tmp_path / "remote.git")
    line.say("remote", "it", "origin", url)
    assert url in line.say("remote", "it")
    assert "version" in line.say("push", "it", really=True)
    there = Line(tmp_path / "there", tmp_path / "another config")
    assert "version" in there.say("pull", url, "--new", "--name", "theirs", really=True)
    assert there.records("log", "theirs")[0]["commit"] == line.records("log", "it")[0]["commit"]
    assert "here already" in there.say("pull", "theirs")
    fingerprint = next(words for words in line.say("signers").split() if words.startswith("SHA256:"))
    assert "compare the fingerprint with its maker" in there.say("verify", "theirs")
    there.say("signers", "--trust", fingerprint, "--name", "Ada")
    assert "compare the fingerprint" not in there.say("verify", "theirs")
    there.say("signers", "--distrust", fingerprint)
    onnx, carried, out, again = (tmp_path / name for name in ("x.onnx", "x.aether", "out.csv", "again.csv"))
    assert "stored rows" in line.say("export", "it", "--out", str(onnx), really=True)
    line.say("export", "it", "--version", "v2", "--out", str(carried))
    there.say("import-model", str(carried), "--name", "carried")
    line.say("predict", "it", str(TABLE), "--version", "v2", "--out", str(out))
    there.say("predict", "carried", str(TABLE), "--out", str(again))
    assert out.read_bytes() == again.read_bytes()
    there.say("import", str(TABLE))
    look = there.run("import-model", str(onnx))
    assert look.returncode == 2
    assert "onnx" in look.stdout
    there.say("import-model", str(onnx), "--dataset", "breast-cancer", "--name", "foreign", really=True)
    there.say("predict", "foreign", str(TABLE), "--out", str(again))
    line.say("predict", "it", str(TABLE), "--out", str(out))
    probabilities = [pd.read_csv(file).filter(like="probability_").to_numpy() for file in (out, again)]
    assert abs(probabilities[0] - probabilities[1]).max() <= 1e-5
    there.say("join", "carried", "theirs", "--branch", "carried", "--message", "Both")
    assert {record["name"] for record in there.records("branch", "theirs")} == {"main", "carried"}


def test_that_space_is_freed_after_a_look(line: Line) -> None:
    keys = [item["key"] if "key" in item else f"{item['kind']}:{item['id']}" for item in line.answer("gc")["items"]]
    assert keys
    shown = line.say("gc")
    assert all(key in shown for key in keys)
    wrong = line.run("gc", "--free", "files:nobody")
    assert wrong.returncode == 2
    assert "nothing to free" in wrong.stderr
    assert line.answer("gc", "--free", "all")["items"] > 0
    assert "Nothing can be freed" in line.say("gc", "--free", "all")


@pytest.mark.parametrize("verb", VERBS)
def test_that_each_verb_has_its_help(verb: str) -> None:
    from aetheron_desktop.cli.arguments import parser

    verbs = next(action for action in parser()._actions if action.choices is not None and action.nargs == "A...")
    known = dict(verbs.choices or {})[verb]
    text = known.format_help()
    assert known.description in text
    assert known.description.endswith(".")
    plain = {"message", "reason", "name", "part", "remote", "distrust"}
    bare = [action.dest for action in known._actions if not action.help and action.dest not in plain]
    assert bare == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["log", "nobody"], 2, "nobody"),
        (["log", "it", "--most", "-1"], 2, "number from 1"),
        (["diff", "it", "v1", "v99"], 1, "v99"),
        (["card", "it", "v99"], 1, "v99"),
        (["restore", "it", "v1", "--out", "."], 1, "already"),
        (["branch", "it", "a:b"], 1, "cannot be the name"),
        (["branch", "it", "CON"], 1, "device"),
        (["tag", "it", "..", "v1"], 1, "cannot be the name"),
        (["alias", "it", "champion"], 2, "Which version"),
        (["alias", "it", "--conditions", "signed"], 2, "Of which alias"),
        (["alias", "it", "champion", "--conditions", "very good"], 1, "no condition"),
        (["alias", "it", "other", "v1"], 1, "reason"),
        (["revert", "it"], 2, "--reason"),
        (["adopt", "it", "v1", "--keep", "all=mine"], 2, "what to keep"),
        (["take", "it", "model", "v1"], 2, "invalid choice"),
        (["threshold", "it", "half"], 2, "no number"),
        (["threshold", "it", "nan"], 1, "between 0 and 1"),
        (["card", "it", "--file", "no-such.md"], 2, "no-such.md"),
        (["export", "it", "--version", "v99", "--out", "x.onnx"], 1, "v99"),
        (["push", "it", "nowhere"], 1, "nowhere"),
        (["pull", "gopher://x/y", "--new"], 1, ""),
        (["import-model", "no-such.onnx"], 1, "no-such.onnx"),
        (["import-model", str(TABLE), "--dataset", "breast-cancer"], 1, ""),
        (["reproduce", "it", "v99"], 1, "v99"),
        (["verify", "nobody"], 2, "nobody"),
        (["signers", "--trust", "me"], 2, "me"),
        (["join", "it", "it"], 1, "itself"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else None,
)  # fmt: skip
def test_that_what_is_wrong_is_said_in_words(line: Line, words: list[str], code: int, said: str) -> None:
    found, out, told = line.run(*words, "--json")
    assert "error in the program" not in out
    assert (found, said in told + out) == (code, True), told + out
    assert told.strip()
    for text in out.splitlines():
        json.loads(text)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no Ctrl+C to send")
def test_that_ctrl_c_ends_a_second_training(line: Line) -> None:
    command = line.command("reproduce", "it", "v1", "--json")
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=line.surroundings) as program:
        assert program.stdout is not None
        first = json.loads(program.stdout.readline())
        assert first["kind"] == "job_started"
        program.send_signal(signal.SIGINT)
        records = [json.loads(text) for text in program.stdout]
        assert program.wait(60) == 130
    assert records[-1]["kind"] == "job_ended"
