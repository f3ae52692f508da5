"""Tables that nobody can learn from, or that lie: each is driven through the command line, and met with a clear word.

What is refused is refused before any run is begun; what is odd is told before the fit, and once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from aetheron_desktop.cli import main
from aetheron_desktop.engine.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 120


def rows(count: int = ROWS, **changed: Any) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    given = {"a": rng.normal(size=count), "b": rng.normal(size=count), "c": rng.choice(list("xyz"), count)}
    return pd.DataFrame(given | {"y": np.where(given["a"] + rng.normal(size=count) > 0, "yes", "no")} | changed)


def train(table: pd.DataFrame, folder: Path, *words: str) -> int:
    file = folder / "table.csv"
    table.to_csv(file, index=False)
    return main(
        ["train", str(file), "--target", "y", "--estimator", "ridge", "--estimator", "dummy", *words]
        if table["y"].dtype.kind == "f" and "--task" not in words
        else ["train", str(file), "--target", "y", "--estimator", "dummy", *words]
    )


REFUSED: dict[str, tuple[pd.DataFrame, str]] = {
    "all missing": (rows(y=np.nan), "has no values at all"),
    "nearly all missing": (rows(y=["yes", "no", "yes"] + [None] * (ROWS - 3)), "Only 3 of 120 rows have a value"),
    "constant class": (rows(y="yes"), "has the same value in every row"),
    "constant number": (rows(y=7.5), "has the same value in every row"),
    "a class with one row": (rows(y=["rare"] + ["common"] * (ROWS - 1)), "'rare' of the target 'y' has 1 row"),
    "one row per class": (rows(y=[f"class {one}" for one in range(ROWS)]), "holds no numbers, but for ex"),
    "5,000 classes of text": (
        rows(20_000, y=[f"word number {one % 5_000} of many" for one in range(20_000)]), "5,000 classes; at most 1,000"
    ),
    "dates": (rows(y=pd.date_range("2020-01-01", periods=ROWS).astype(str)), "is of the type date"),
    "columns that are empty": (pd.DataFrame({"a": [np.nan] * ROWS, "y": rows()["y"]}), "No column is left"),
    "two rows": (rows().head(2), "at least 10 are needed"),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("table", "words"), REFUSED.values(), ids=list(REFUSED))
def test_that_what_cannot_be_learned_is_refused_before_any_run(
    table: pd.DataFrame, words: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = train(table, folder, "--workspace", str(folder / "workspace"))
    said = " ".join("".join(capsys.readouterr()).split())
    assert code == 1
    assert words in said
    assert "Traceback" not in said
    workspace = Workspace.open(folder / "workspace")
    assert workspace.runs() == []
    workspace.close()


ODD: dict[str, tuple[pd.DataFrame, str]] = {
    "leak": (rows(400).assign(told=lambda table: (table["y"] == "yes") * 3 + 1), "“told” alone gives away “y”"),
    "infinite": (
        rows(a=np.where(np.arange(ROWS) % 7 == 0, np.inf, np.arange(ROWS) / 7.0)),
        "“a” holds infinite values. They count as missing",
    ),
    "classes with hardly a row": (
        rows(y=["rare"] + ["one", "two"] * ((ROWS - 2) // 2) + ["rarer"]), "2 of 4 classes have fewer than 3 rows"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("table", "words"), ODD.values(), ids=list(ODD))
def test_that_what_is_odd_is_said_once_and_trained_on(
    table: pd.DataFrame, words: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = train(table, folder, "--estimator", "tree", "--workspace", str(folder / "workspace"))
    out, err = capsys.readouterr()
    assert code == 0, err
    assert " ".join(err.split()).count(words) == 1
    assert "Traceback" not in err
    assert "Decision tree" in out


def test_that_an_infinite_target_is_left_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = np.where(np.arange(ROWS) % 10 == 0, np.inf, np.arange(ROWS) / 7.0)
    assert train(rows(y=target), folder, "--workspace", str(folder / "workspace")) == 0
    assert "Traceback" not in "".join(capsys.readouterr())
