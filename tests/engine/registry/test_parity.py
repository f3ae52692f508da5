"""A model that predicts otherwise than when it was made says so, and what is otherwise."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from aetheron_desktop.engine.errors import ModelError, UntrustedModel
from aetheron_desktop.engine.registry.artifact import load_model, save_model
from aetheron_desktop.engine.registry.parity import parity, stored_rows, warning
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.training.trainer import train
from tests.tables import FEATURES, made_dataset

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    dataset = made_dataset(tmp_path / "dataset")
    planned = plan(dataset.info, features=FEATURES, estimators=["logistic"], new_id=lambda: "run-1")
    run = train(planned[-1], dataset, lambda event: None, lambda: False)
    return tmp_path / save_model(run, tmp_path, id="model-1", name="it").id


def rewritten(folder: Path, sample: pd.DataFrame, **environment: str) -> None:
    """Put other stored rows into a model, as if it had been made so, in another environment."""
    sample.to_parquet(folder / "sample.parquet")
    (folder / "signature.json").unlink()
    told = json.loads((folder / "model.json").read_text())
    told["hashes"]["sample.parquet"] = hashlib.sha256((folder / "sample.parquet").read_bytes()).hexdigest()
    told["environment"] |= environment
    (folder / "model.json").write_text(json.dumps(told))


def test_that_a_model_predicts_its_stored_rows_to_the_bit(folder: Path) -> None:
    model = load_model(folder)
    found = parity(model, folder)
    assert (found.rows, found.largest_difference, found.is_equal) == (20, 0.0, True)
    assert warning(model, folder) == ""


def test_that_another_prediction_is_told_with_what_is_otherwise(folder: Path) -> None:
    sample = stored_rows(folder)
    names = [name for name in sample.columns if name.startswith("predicted probability_")]
    sample.loc[3, names] = [0.25, 0.75]
    rewritten(folder, sample, **{"scikit-learn": "0.1"})
    words = warning(load_model(folder), folder)
    assert "otherwise than when it was made" in words
    assert "scikit-learn 0.1 then" in words


def test_that_rounding_is_no_reason_to_worry(folder: Path) -> None:
    sample = stored_rows(folder)
    names = [name for name in sample.columns if name.startswith("predicted probability_")]
    sample[names] += 1e-13
    rewritten(folder, sample)
    model = load_model(folder)
    assert not parity(model, folder).is_equal
    assert warning(model, folder) == ""


def test_that_stored_rows_without_predictions_are_refused_in_words(folder: Path) -> None:
    rewritten(folder, stored_rows(folder).filter(items=list(FEATURES)))
    with pytest.raises(ModelError, match="lacks predicted"):
        parity(load_model(folder), folder)


def test_that_far_too_many_stored_rows_are_not_read(folder: Path) -> None:
    rewritten(folder, pd.DataFrame({"size": [0] * 200_000}))
    with pytest.raises(UntrustedModel, match="200,000 rows"):
        stored_rows(folder)
