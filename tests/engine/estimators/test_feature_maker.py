from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import PolynomialFeatures

from aetheron_desktop.engine.datasets.schema import Column
from aetheron_desktop.engine.estimators import feature_maker
from aetheron_desktop.engine.estimators.feature_maker import made_by
from aetheron_desktop.engine.estimators.features import Columns, fitted, transformer
from aetheron_desktop.engine.estimators.treatments import OUT, PRESETS, Style, Treatment, kind_of
from tests.engine.estimators.test_features import TYPES, columns, table

STYLES: tuple[Style, ...] = ("linear", "tree", "network", "embedded")
WAYS = [(name, how) for name, type_ in TYPES.items() for how in PRESETS[kind_of(type_)] if how != (OUT,)]


def learned(chosen: Columns, given: pd.DataFrame, style: Style, classes: int) -> Any:
    frame = chosen.frame(given)
    made = transformer(chosen, frame, style, 0, classes)
    y = np.arange(len(given)) % classes if classes else np.linspace(0.0, 1.0, len(given))
    fitted(made, frame, y)
    return made


def strange(given: pd.DataFrame) -> pd.DataFrame:
    """Give rows that no fit has seen: what is far away, missing, infinite or new."""
    rows = given.copy()
    rows.loc[:4, "size"] = [1e30, -1e30, np.inf, -0.0, np.nan]
    rows.loc[5:9, "colour"] = ["never seen", None, "", "red", "7"]
    rows["count"] = rows["count"].astype(float)
    rows.loc[10:12, "count"] = [np.nan, 99.0, -1.0]
    rows.loc[13:15, "remark"] = ["", None, "ünbekannt"]
    rows.loc[16:17, "seen"] = [pd.NaT, pd.Timestamp("1901-02-03")]
    return rows


def assert_same_bits(made: Any, chosen: Columns, rows: pd.DataFrame) -> None:
    want = np.ascontiguousarray(made.transform(chosen.frame(rows)), dtype=np.float64)
    got = made_by(made, chosen.given(rows))
    single = np.vstack([made_by(made, chosen.given(rows.iloc[[place]])) for place in range(20)])
    assert np.array_equal(np.nan_to_num(want, nan=1e300).view(np.int64), np.nan_to_num(got, nan=1e300).view(np.int64))
    np.testing.assert_array_equal(single, want[:20])


@pytest.fixture
def no_help(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where a transformer is left to scikit-learn."""
    found = feature_maker._maker_of

    def maker_of(made: Any) -> Any:
        maker = found(made)
        assert maker is not None
        return maker

    monkeypatch.setattr(feature_maker, "_maker_of", maker_of)


@pytest.mark.usefixtures("no_help")
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("classes", [0, 2, 3])
def test_that_rows_become_what_scikit_learn_makes_of_them(style: Style, classes: int) -> None:
    given = table()
    chosen = columns(given)
    assert_same_bits(learned(chosen, given, style, classes), chosen, strange(given))


@pytest.mark.usefixtures("no_help")
@pytest.mark.parametrize(("name", "how"), WAYS)
@pytest.mark.parametrize("style", ["linear", "tree"])
def test_that_each_treatment_is_done_to_the_bit(name: str, how: tuple[str, ...], style: Style) -> None:
    given = table()
    chosen = columns(given, Treatment(name, how))
    assert_same_bits(learned(chosen, given, style, 3), chosen, strange(given))


@pytest.mark.usefixtures("no_help")
@pytest.mark.parametrize("style", STYLES)
def test_that_rare_and_new_levels_of_very_many_are_told_apart_as_before(style: Style) -> None:
    words = [f"user {number}" for number in range(1_200)] + ["often"] * 60 + ["twice", "twice"]
    given = pd.DataFrame({"user": words})
    chosen = Columns((Column("user", "category", 0, 1_202),))
    made = learned(chosen, given, style, 3)
    rows = pd.DataFrame({"user": ["never seen", "often", "twice", None, "user 7"] * 20})
    assert_same_bits(made, chosen, rows)


def test_that_a_step_that_is_not_known_is_left_to_scikit_learn() -> None:
    given = table()[["size"]].fillna(0.0)
    chosen = Columns((Column("size", "number", 0, 100),))
    made = learned(chosen, given, "tree", 2)
    name, _, names = made.transformers_[0]
    more = PolynomialFeatures(2, include_bias=False).fit(given)
    made.transformers_[0] = (name, more, names)
    np.testing.assert_array_equal(made_by(made, chosen.given(given)), more.transform(given))
