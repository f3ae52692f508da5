"""Runs of other programs: MLflow's file store, its database and its server, and tables of metrics."""

from __future__ import annotations

import json
import sqlite3
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from aetheron_desktop.engine.comparing.condition import matching
from aetheron_desktop.engine.comparing.exporting import export
from aetheron_desktop.engine.comparing.foreign import ForeignRun, _row, foreign_rows, forget, read_runs, take_in
from aetheron_desktop.engine.comparing.table import RunTable
from aetheron_desktop.engine.errors import StorageError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aetheron_desktop.engine.workspace import Workspace


@pytest.fixture
def mlruns(tmp_path: Path) -> Path:
    """The files that MLflow 2 writes for an experiment with a run, and one that was deleted."""
    root = tmp_path / "mlruns"
    for run, stage in (("a" * 32, "active"), ("b" * 32, "deleted")):
        folder = root / "7" / run
        for kind in ("metrics/val", "params", "tags"):
            (folder / kind).mkdir(parents=True)
        (folder / "meta.yaml").write_text(
            f"artifact_uri: file:///x\nend_time: 1700000060000\nexperiment_id: '7'\nlifecycle_stage: {stage}\n"
            f"run_id: {run}\nrun_name: 'bold: ant'\nstart_time: 1700000000000\nstatus: 3\nuser_id: ada\n"
        )
        (folder / "metrics" / "roc_auc").write_text("1700000001000 0.5 0\n1700000002000 0.93 1\n")
        (folder / "metrics" / "val" / "loss").write_text("1700000001000 nan 0\n")
        (folder / "params" / "learning_rate").write_text("0.1")
        (folder / "params" / "model").write_text("xgboost")
        (folder / "tags" / "mlflow.note.content").write_text("why")
    (root / "7" / "meta.yaml").write_text("experiment_id: '7'\nname: churn\n")
    (root / ".trash").mkdir()
    return root


def test_that_a_file_store_is_read(mlruns: Path, workspace: Workspace) -> None:
    (run,) = read_runs(str(mlruns))
    assert (run.name, run.group, run.status) == ("bold: ant", "churn", "succeeded")
    assert (run.started, run.ended) == (1_700_000_000.0, 1_700_000_060.0)
    assert run.metrics == {"roc_auc": 0.93, "val/loss": None}
    assert run.params == {"learning_rate": "0.1", "model": "xgboost"}
    assert take_in(workspace, [run]) == 1
    assert take_in(workspace, read_runs(str(mlruns))) == 1
    table = RunTable(foreign_rows(workspace))
    assert len(table) == 1
    row = table.rows[0]
    assert (row.estimator, row.seconds, row.card.params["learning_rate"]) == ("xgboost", 60.0, 0.1)
    assert row.source.startswith("MLflow, ")
    assert row.rivals is None
    assert table.best == set()
    assert matching("roc_auc > 0.9 and learning_rate = 0.1 and note = why", table).all()
    forget(workspace, [run.id])
    assert foreign_rows(workspace) == []


def test_that_links_out_of_a_file_store_are_passed_over(mlruns: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("not for others")
    folder = mlruns / "7" / ("a" * 32)
    (folder / "params" / "stolen").symlink_to(secret)
    (folder / "params" / "same").symlink_to(folder / "params" / "model")
    (run,) = read_runs(str(mlruns))
    assert run.params == {"learning_rate": "0.1", "model": "xgboost", "same": "xgboost"}


def test_that_foreign_runs_outlive_the_index(mlruns: Path, workspace: Workspace) -> None:
    take_in(workspace, read_runs(str(mlruns)))
    workspace.store.remove_all("foreign-run")
    assert [row.name for row in foreign_rows(workspace)] == ["bold: ant"]


def test_that_a_database_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE TABLE experiments (experiment_id INTEGER, name TEXT);"
        "CREATE TABLE runs (run_uuid TEXT, name TEXT, status TEXT, start_time INTEGER, end_time INTEGER,"
        " experiment_id INTEGER, lifecycle_stage TEXT);"
        "CREATE TABLE latest_metrics (run_uuid TEXT, key TEXT, value REAL, is_nan INTEGER);"
        "CREATE TABLE params (run_uuid TEXT, key TEXT, value TEXT);"
        "CREATE TABLE tags (run_uuid TEXT, key TEXT, value TEXT);"
        "INSERT INTO experiments VALUES (1, 'churn');"
        "INSERT INTO runs VALUES ('r1', 'one', 'FAILED', 1700000000000, NULL, 1, 'active');"
        "INSERT INTO runs VALUES ('r2', 'two', 'FINISHED', 1, 2, 1, 'deleted');"
        "INSERT INTO latest_metrics VALUES ('r1', 'roc_auc', 0.8, 0), ('r1', 'loss', 0, 1);"
        "INSERT INTO params VALUES ('r1', 'depth', '4');"
    )
    connection.close()
    (run,) = read_runs(str(path))
    assert (run.name, run.group, run.status, run.ended) == ("one", "churn", "failed", None)
    assert run.metrics == {"roc_auc": 0.8, "loss": None}
    assert run.params == {"depth": "4"}
    path.write_bytes(b"no database")
    with pytest.raises(StorageError, match="cannot be read as such a store"):
        read_runs(str(path))


class Server(BaseHTTPRequestHandler):
    """Answers as MLflow's documentation says, a run on each of two pages."""

    asked: ClassVar[list[tuple[str, dict[str, Any]]]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, body))
        if self.path.endswith("experiments/search"):
            told: dict[str, Any] = {"experiments": [{"experiment_id": "3", "name": "churn"}]}
        elif "page_token" not in body:
            told = {"runs": [self.run("r1", 0.9)], "next_page_token": "more"}
        else:
            told = {"runs": [self.run("r2", 0.8)]}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    @staticmethod
    def run(id: str, auc: float) -> dict[str, Any]:
        return {
            "info": {"run_id": id, "run_name": id, "experiment_id": "3", "status": "FINISHED", "start_time": 1_000},
            "data": {"metrics": [{"key": "roc_auc", "value": auc, "step": "0"}],
                     "params": [{"key": "depth", "value": "3"}]},
        }  # fmt: skip

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    made = HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    thread.join()
    made.server_close()


def test_that_a_tracking_server_is_read_page_by_page(server: str) -> None:
    Server.asked.clear()
    runs = read_runs(server + "/")
    assert [(run.name, run.group, run.metrics) for run in runs] == [
        ("r1", "churn", {"roc_auc": 0.9}), ("r2", "churn", {"roc_auc": 0.8}),
    ]  # fmt: skip
    assert [path for path, _ in Server.asked] == ["/api/2.0/mlflow/experiments/search"] + [
        "/api/2.0/mlflow/runs/search"
    ] * 2
    assert Server.asked[2][1] == {"experiment_ids": ["3"], "max_results": 1000, "page_token": "more"}


def test_that_a_server_that_is_none_is_told() -> None:
    with pytest.raises(StorageError, match="does not answer as a tracking server"):
        read_runs("http://127.0.0.1:9")


def test_that_a_table_of_metrics_is_read(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_text("name,roc_auc,param.depth,kind,metric.loss\nfirst,0.9,4,tree,0.3\nsecond,,5,net,\n")
    first, second = read_runs(str(path))
    assert (first.name, first.metrics, first.params) == (
        "first", {"roc_auc": 0.9, "loss": 0.3}, {"depth": "4", "kind": "tree"},
    )  # fmt: skip
    assert (second.metrics, second.params) == ({}, {"depth": "5", "kind": "net"})


def test_that_lines_of_one_name_are_several_runs(tmp_path: Path, workspace: Workspace) -> None:
    path = tmp_path / "results.csv"
    path.write_text("model,run,auc\nforest,churn,0.9\nboosting,churn,0.8\n,,0.7\n")
    assert take_in(workspace, read_runs(str(path))) == 3
    assert sorted(row.metrics["auc"] or 0.0 for row in foreign_rows(workspace)) == [0.7, 0.8, 0.9]
    assert take_in(workspace, read_runs(str(path))) == len(foreign_rows(workspace)) == 3


def test_that_what_is_no_place_of_runs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no run"):
        read_runs(str(tmp_path))
    with pytest.raises(UsageError, match="no place of runs"):
        read_runs(str(tmp_path / "x.txt"))


def test_that_what_is_exported_to_mlflow_is_read_back(tmp_path: Path, table: RunTable) -> None:
    out = tmp_path / "mlruns"
    assert export(table.rows, table.columns(), out) == 5
    assert export(table.rows[:1], table.columns(), out) == 1
    runs = {run.name: run for run in read_runs(str(out))}
    assert len(runs) == 5
    one = runs["one"]
    assert (one.metrics, one.group, one.status) == ({"roc_auc": 0.93, "log_loss": 0.2}, "churn", "succeeded")
    assert one.params == {"rounds": "200", "depth": "4"}
    assert one.ended == pytest.approx(1_700_000_004.0)
    assert (runs["two"].tags["mlflow.note.content"], runs["four"].status) == ("a wide forest", "failed")


def test_that_csv_and_html_have_what_is_shown_without_rounding(tmp_path: Path, table: RunTable) -> None:
    columns = [column for column in table.columns() if column.key in {"run", "score", "metric.log_loss", "tags"}]
    export([table.rows[0], table.rows[4]], columns, tmp_path / "c.csv")
    assert (tmp_path / "c.csv").read_text().splitlines() == [
        "id,run,score,tags,log_loss", 'one,one,0.93,"x, best yet",0.2', "five,five,,,",
    ]  # fmt: skip
    export(table.rows[:1], columns, tmp_path / "c.html", best=table.best)
    page = (tmp_path / "c.html").read_text()
    assert '<tr class="best"><td>one</td><td class=n>0.93</td>' in page
    assert "http" not in page
    with pytest.raises(UsageError, match="no form for a comparison"):
        export(table.rows[:1], columns, tmp_path / "c.xml")


def test_that_names_of_others_are_no_formulas_and_no_folders(tmp_path: Path) -> None:
    run = ForeignRun(id="foreign-1", name='=HYPERLINK("x")', source="CSV", metrics={"auc": -0.5}, params={"..": "Zoë"})
    table = RunTable([_row(run)])
    columns = [column for column in table.columns() if column.key in {"run", "metric.auc"}]
    export(table.rows[:1], columns, tmp_path / "c.csv")
    assert (tmp_path / "c.csv").read_text().splitlines()[1] == """foreign-1,"'=HYPERLINK(""x"")",-0.5"""
    export(table.rows[:1], columns, tmp_path / "mlruns")
    (back,) = read_runs(str(tmp_path / "mlruns"))
    assert (back.name, back.params) == (run.name, {"_": "Zoë"})
