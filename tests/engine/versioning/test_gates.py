"""Conditions of aliases: how they are read, and that each is met, not met or not known, which the record keeps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.evaluation.metrics import ALL, Metric, main_metric
from aetheron_desktop.engine.evaluation.scores import scores
from aetheron_desktop.engine.registry import keys
from aetheron_desktop.engine.registry.description import SIGNATURE
from aetheron_desktop.engine.registry.revising import description_of, signed
from aetheron_desktop.engine.versioning.changes import MoveAlias, RollBack, SetCard, SetGates, SetThreshold
from aetheron_desktop.engine.versioning.gates import look, read_gate
from aetheron_desktop.engine.versioning.measuring import scores_of
from aetheron_desktop.engine.versioning.questions import RecordQuestion
from aetheron_desktop.engine.versioning.record import ModelRecord
from tests.engine.registry.repository.looking import known
from tests.engine.versioning.doing import asked, changed, put_dataset, refused, trained, trained_into
from tests.tables import made_table

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.registry.model import ModelInfo
    from aetheron_desktop.engine.versioning.gates import GateResult
    from aetheron_desktop.engine.workspace import Workspace

NUMBERS = st.floats(0, 1e9, allow_nan=False).map(lambda value: f"{value:g}")
BLANKS = st.sampled_from(["", " ", "  ", "\t"])


@given(st.sampled_from(ALL), st.sampled_from([">=", "<=", "≥", "≤"]), NUMBERS, BLANKS, BLANKS)
def test_that_a_bound_of_a_metric_is_read(metric: Metric, sign: str, number: str, one: str, other: str) -> None:
    gate = read_gate(f"{one}{metric.name}{one}{sign}{other}{number}{other}")
    assert (gate.kind, gate.metric, gate.bound) == ("metric", metric.name, float(number))
    assert gate.at_least == (sign in {">=", "≥"})
    assert read_gate(gate.text) == gate


@given(NUMBERS, st.sampled_from([("B", 1), ("kB", 1e3), ("MB", 1e6), ("gb", 1e9), ("", 1)]), BLANKS)
def test_that_a_size_is_read(number: str, unit: tuple[str, float], blank: str) -> None:
    gate = read_gate(f"size <= {number}{blank}{unit[0]}")
    assert (gate.kind, gate.bound) == ("size", float(number) * unit[1])


@given(NUMBERS, st.sampled_from([("ms", 1), ("s", 1000), ("", 1)]))
def test_that_a_latency_is_read(number: str, unit: tuple[str, float]) -> None:
    gate = read_gate(f"latency<={number} {unit[0]}")
    assert (gate.kind, gate.bound) == ("latency", float(number) * unit[1])


@given(NUMBERS, st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda text: bool(text.strip())))
def test_that_a_part_of_the_rows_is_kept_as_it_was_written(number: str, where: str) -> None:
    gate = read_gate(f"not  worse by {number} where {where}")
    assert (gate.kind, gate.bound, gate.where) == ("worse", float(number), where.strip())
    assert read_gate(gate.text) == gate


@given(st.text())
def test_that_any_text_is_a_condition_or_refused_in_words(text: str) -> None:
    try:
        gate = read_gate(text)
    except UsageError:
        return
    assert math.isfinite(gate.bound)
    assert read_gate(gate.text) == gate


@pytest.mark.parametrize(
    "text",
    [
        "", "roc_auc", "roc_auc > 0.9", "roc_auc >= high", "roc_auc >= 1e999", "roc_auc >= 0.9 MB", "size >= 5 MB",
        "size <= 5 TB", "latency >= 5", "baseline_roc_auc >= 0.5", "accuracies >= 0.5", "not worse by much",
        "not worse than it", "unsigned", "signed twice", "roc_auc >= 1-2",
    ],
)  # fmt: skip
def test_that_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_gate(text)


def test_that_not_worse_stands_alone() -> None:
    gate = read_gate("Not worse")
    assert (gate.kind, gate.bound, gate.where) == ("worse", 0.0, "")


def looked(workspace: Workspace, model: str, text: str, version: str = "current", against: str = "v1") -> GateResult:
    to, old = (workspace.shelf.find(model, word) if word else "" for word in (version, against))
    (result,) = look(workspace, model, to, old, (read_gate(text),), lambda _: None)
    assert result.text == text
    assert result.words.startswith({True: "met: ", False: "not met: ", None: "not known: "}[result.passed])
    return result


def test_that_each_kind_is_met_not_met_or_not_known(kept: Workspace) -> None:
    (info,) = kept.models()
    value = kept.shelf.versions(info.id)[info.version].metrics["roc_auc"]
    assert value is not None
    old = kept.shelf.versions(info.id)[kept.shelf.find(info.id, "v1")].metrics["roc_auc"]
    assert old is not None
    expected = {
        f"roc_auc >= {value - 0.001:.4f}": True,
        f"roc_auc >= {value + 0.001:.4f}": False,
        f"roc_auc <= {value + 0.001:.4f}": True,
        "log_loss >= 0": True,
        "rmse <= 5": None,
        "size <= 50 MB": True,
        "size <= 5 kB": False,
        "latency <= 1000 s": True,
        "latency <= 0 ms": False,
        "signed": True,
        f"not worse by {max(0.0, old - value) + 0.001:.4f}": True,
        f"not worse by {old - value - 0.001:.4f}": False,
        "not worse by 2 where size > 50": True,
        "not worse where size > 5000": None,
        "not worse where wings > 2": None,
        "not worse where size >": None,
    }
    found = {text: looked(kept, info.id, text).passed for text in expected}
    assert found == expected
    assert "no column" in looked(kept, info.id, "not worse where wings > 2").found
    assert looked(kept, info.id, "not worse", against="").passed is True
    assert looked(kept, info.id, "not worse", against="current").passed is True


def test_that_a_part_of_the_test_rows_is_measured_as_by_hand(kept: Workspace) -> None:
    import pandas as pd

    (info,) = kept.models()
    commit = kept.shelf.find(info.id, "v3")
    run = kept.shelf.versions(info.id)[commit].run
    table = pd.read_parquet(kept.run_folder(run) / "predictions.parquet")
    size = pd.read_parquet(kept.dataset("made").parquet)["size"]
    part = table[size.iloc[table["row"]].to_numpy() > 50]
    measured = scores_of(kept, info.id, commit, "size > 50")
    assert not isinstance(measured, str)
    truth = (part["truth"] == "yes").to_numpy(dtype=np.int64)
    wanted = scores("binary", truth, part[["probability_no", "probability_yes"]].to_numpy(), threshold=0.3)
    assert (measured.count, measured.metrics) == (len(part), wanted)
    assert 0 < len(part) < len(table)


def test_that_gone_predictions_and_other_rows_are_not_known(workspace: Workspace, model: ModelInfo) -> None:
    other = put_dataset(workspace, made_table(seed=7), "fedcba9876543210")
    trained_into(workspace, model.id, other, "dummy")
    result = looked(workspace, model.id, "not worse")
    assert (result.passed, result.found) == (None, "they were measured on different test rows")
    run = workspace.shelf.versions(model.id)[workspace.shelf.find(model.id, "v1")].run
    (workspace.run_folder(run) / "predictions.parquet").write_bytes(b"not a table")
    assert "are not here" in looked(workspace, model.id, "not worse").found
    (workspace.run_folder(run) / "predictions.parquet").unlink()
    assert looked(workspace, model.id, "not worse").passed is None


def test_that_a_signature_counts_when_it_is_trusted(
    workspace: Workspace, model: ModelInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = keys.own_fingerprint()
    assert own
    monkeypatch.setenv("AETHERON_CONFIG", str(tmp_path / "somebody-else"))
    assert looked(workspace, model.id, "signed").passed is False
    keys.trust(own, "Ada")
    assert looked(workspace, model.id, "signed").passed is True
    with workspace.shelf.changing(model.id) as repository:
        repository.change(repository.find("current"), {SIGNATURE: None}, "Without it", "changed")
    assert looked(workspace, model.id, "signed").passed is False


def test_that_what_a_stranger_measured_is_not_known_until_they_are_trusted(
    workspace: Workspace, model: ModelInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = keys.own_fingerprint()
    assert maker
    texts = ("roc_auc >= 0", "not worse by 1", "not worse by 2 where size > 50")
    assert {looked(workspace, model.id, text).passed for text in texts} == {True}
    monkeypatch.setenv("AETHERON_CONFIG", str(tmp_path / "somebody-else"))
    for text in texts:
        result = looked(workspace, model.id, text)
        assert result.passed is None
        assert result.found.startswith("only its maker says so")
    assert looked(workspace, model.id, "not worse", against="").passed is True
    assert looked(workspace, model.id, "size <= 50 MB").passed is True
    keys.trust(maker, "Ada")
    assert {looked(workspace, model.id, text).passed for text in texts} == {True}


def test_that_another_threshold_or_card_does_not_make_a_strangers_model_ones_own(
    workspace: Workspace, model: ModelInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = keys.own_fingerprint()
    assert maker
    monkeypatch.setenv("AETHERON_CONFIG", str(tmp_path / "somebody-else"))
    changed(workspace, SetThreshold(model=model.id, threshold=0.6, message="Mine"))
    changed(workspace, SetCard(model=model.id, card="# Mine\n", message="Mine"))
    record = asked(workspace, RecordQuestion(model=model.id), ModelRecord)
    assert record.state == "own"
    assert looked(workspace, model.id, "signed").passed is False
    assert looked(workspace, model.id, "roc_auc >= 0").passed is None
    trained_into(workspace, model.id, workspace.dataset("made"), "dummy")
    assert looked(workspace, model.id, "signed").passed is True, "this one was trained here"
    changed(workspace, RollBack(model=model.id, to="v5", reason="The forest"))
    assert looked(workspace, model.id, "signed").passed is False
    keys.trust(maker, "Ada")
    assert looked(workspace, model.id, "signed").passed is True


def test_that_a_size_is_that_of_the_files_whatever_the_description_says(workspace: Workspace, model: ModelInfo) -> None:
    folder = workspace.shelf.files(model.id)
    size = sum(file.stat().st_size for file in folder.iterdir())
    with workspace.shelf.changing(model.id) as repository:
        current = repository.find("current")
        description = description_of(repository, current)
        info = msgspec.structs.replace(description.info, bytes=1)
        made = signed(msgspec.structs.replace(description, info=info))
        repository.change(current, {**made}, "Smaller, it says", "changed")
    assert looked(workspace, model.id, f"size <= {size - 1000}").passed is False
    assert looked(workspace, model.id, f"size <= {size + 1000}").passed is True


def test_that_conditions_hold_an_alias_back_and_the_record_says_what_was_looked_at(
    workspace: Workspace, model: ModelInfo
) -> None:
    id_ = model.id
    conditions = ("size <= 50 MB", "roc_auc >= 1.5", "rmse <= 3")
    words = changed(workspace, SetGates(model=id_, alias="champion", conditions=conditions)).words
    assert words == "Conditions of champion: size <= 50 MB; roc_auc >= 1.5; rmse <= 3"
    before = known(workspace, id_)
    end, decide = refused(workspace, MoveAlias(model=id_, alias="champion", to="v2", reason="Now"))
    assert end.title == "The conditions are not met"
    assert decide is not None
    assert [result.partition(":")[0] for result in decide.results] == ["not met", "not known"]
    assert known(workspace, id_) == before
    changed(workspace, MoveAlias(model=id_, alias="challenger", to="v2", reason="It has no conditions"))
    done = changed(workspace, MoveAlias(model=id_, alias="champion", to="v2", reason="All the same", despite=True))
    assert done.notes[-1].startswith("moved")
    record = asked(workspace, RecordQuestion(model=id_), ModelRecord)
    assert record.gates == {"champion": conditions}
    move = record.moves[0]
    assert (move.alias, move.after, move.reason, move.author) == (
        "champion", workspace.shelf.find(id_, "v2"), "All the same", "Ada Lovelace"
    )  # fmt: skip
    assert [line.partition(":")[0] for line in move.checked] == ["met", "not met", "not known", done.notes[-1]]
    changed(workspace, MoveAlias(model=id_, alias="champion", to=None, reason="None is good enough"))
    changed(workspace, SetGates(model=id_, alias="champion", conditions=()))
    assert asked(workspace, RecordQuestion(model=id_), ModelRecord).gates == {}
    done = changed(workspace, MoveAlias(model=id_, alias="champion", to="v2", reason="Free"))
    assert done.notes == ()


def test_that_not_worse_looks_at_what_the_alias_names_now(workspace: Workspace, model: ModelInfo) -> None:
    least = trained(workspace, workspace.dataset("made"), "dummy")
    changed(workspace, SetGates(model=least.id, alias="champion", conditions=("not worse",)))
    changed(workspace, MoveAlias(model=least.id, alias="champion", to="current", reason="The first"))
    trained_into(workspace, least.id, workspace.dataset("made"), "logistic")
    done = changed(workspace, MoveAlias(model=least.id, alias="champion", to="current", reason="Better"))
    assert done.notes[0].startswith(f"met: not worse ({main_metric('binary').label}")
    _, decide = refused(workspace, MoveAlias(model=least.id, alias="champion", to="v1", reason="Back"))
    assert decide is not None
    assert decide.results[0].startswith("not met: not worse")
