from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import TargetEncoder

from aetheron_desktop.engine.datasets.schema import Column
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.estimators.features import (
    Columns,
    categorical_positions,
    fitted,
    number_positions,
    part,
    span,
    transformer,
)
from aetheron_desktop.engine.estimators.made_features import made_features
from aetheron_desktop.engine.estimators.treatments import (
    AUTO,
    MANY_LEVELS,
    OUT,
    PRESETS,
    SEVERAL,
    TREE_LEVELS,
    WAYS,
    Kind,
    Style,
    Treatment,
    automatic,
    checked,
    kind_of,
    label,
    parsed,
    told,
)
from aetheron_desktop.engine.registry import format as skops_format
from aetheron_desktop.engine.registry.artifact import load_model, save_model
from aetheron_desktop.engine.registry.audit import audit
from aetheron_desktop.engine.training.experiment import Experiment, plan
from aetheron_desktop.engine.training.trainer import train
from tests.tables import FEATURES, made_dataset, made_table

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.dataset import Dataset

STYLES: tuple[Style, ...] = ("linear", "tree", "network")
TYPES: dict[str, Any] = {
    "size": "number",
    "count": "integer",
    "colour": "category",
    "fresh": "boolean",
    "seen": "date",
    "due": "date",
    "remark": "text",
}


def table(rows: int = 120) -> pd.DataFrame:
    made = made_table(rows)
    return made.assign(due=made["seen"] + pd.to_timedelta(np.arange(rows), unit="h"))


def columns(given_: pd.DataFrame, *treatments: Treatment) -> Columns:
    return Columns(
        tuple(Column(n, t, int(given_[n].isna().sum()), given_[n].nunique()) for n, t in TYPES.items()), treatments
    )


def ways() -> list[tuple[str, tuple[str, ...]]]:
    return [(name, how) for name, type_ in TYPES.items() for how in PRESETS[kind_of(type_)] if how != (OUT,)]


def made(given_: pd.DataFrame, style: Style, *treatments: Treatment, classes: int = 2) -> tuple[Any, Any, Any]:
    chosen = columns(given_, *treatments)
    frame = chosen.frame(given_)
    y = np.arange(len(given_)) % classes if classes else given_["price"].to_numpy()
    maker = transformer(chosen, frame, style, 0, classes)
    return maker, fitted(maker, frame, y), frame


# -- treatments --------------------------------------------------------------------------------------------------------


def test_that_a_treatment_is_read_as_it_is_written() -> None:
    assert parsed(["age=binned", "a=b=one-hot", "when=elapsed+cyclic"]) == (
        Treatment("age", ("binned",)),
        Treatment("a=b", ("one-hot",)),
        Treatment("when", ("elapsed", "cyclic")),
    )


@pytest.mark.parametrize("word", ["age", "=binned", "age=", ""])
def test_that_what_is_no_treatment_is_refused_with_an_example(word: str) -> None:
    with pytest.raises(UsageError, match="COLUMN=TREATMENT") as refused:
        parsed([word])
    assert "--feature age=binned" in refused.value.hint


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("nothing=binned", "no column 'nothing'"),
        ("size=words", "cannot be treated as 'words'"),
        ("colour=binned", "cannot be treated as 'binned'"),
        ("size=scaled+binned", "cannot be joined"),
        ("seen=left-out+month", "cannot be joined"),
        ("seen=month+month", "cannot be joined"),
        ("size=one-hot", "a column for each would be too many"),
        ("sold=codes", "what is predicted"),
    ],
)
def test_that_a_treatment_that_does_not_fit_is_refused_in_words(word: str, said: str, dataset: Dataset) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        plan(dataset.info, treatments=parsed([word]), new_id=lambda: "run-1")
    assert refused.value.hint


def test_that_a_column_has_one_treatment(dataset: Dataset) -> None:
    with pytest.raises(UsageError, match="two treatments"):
        plan(dataset.info, treatments=parsed(["size=binned", "size=scaled"]), new_id=lambda: "run-1")


def test_that_the_means_of_many_classes_are_refused(dataset: Dataset) -> None:
    with pytest.raises(UsageError, match="one per class"):
        checked(parsed(["colour=target"]), dataset.info.schema, "sort", "multiclass", 300)


def test_that_a_plan_keeps_what_was_chosen_and_leaves_out_what_shall_be(dataset: Dataset) -> None:
    chosen = parsed(["remark=left-out", "size=binned", f"colour={AUTO}"])
    for experiment in plan(dataset.info, treatments=chosen, new_id=lambda: "run-1"):
        assert experiment.treatments == (Treatment("size", ("binned",)),)
        assert "remark" not in experiment.features
        assert "colour" in experiment.features


def test_that_each_kind_has_words_for_all_that_is_offered() -> None:
    for kind, presets in PRESETS.items():
        assert {name for how in presets for name in how} == {way.name for way in WAYS[kind]}
        assert (OUT,) in presets
        for how in presets:
            assert label(kind, how)
            assert told(kind, how).endswith(".")
            assert len(how) == 1 or kind in SEVERAL
        assert len({label(kind, how) for how in presets}) == len(presets)


@given(st.sampled_from(list(TYPES.values())), st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from(STYLES))
def test_that_auto_is_said_in_a_sentence_for_any_column(type_: Any, missing: int, distinct: int, style: Style) -> None:
    said = automatic(Column("it", type_, missing, distinct), style)
    assert said[0].isupper()
    assert said.endswith(".")


# -- what becomes of columns -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES)
def test_that_every_way_gives_numbers_that_are_told_and_restored_to_the_bit(style: Style, tmp_path: Path) -> None:
    given_ = table()
    for number, (name, how) in enumerate(ways()):
        maker, features, frame = made(given_, style, Treatment(name, how))
        told_, more = made_features(maker, ("no", "yes"))
        assert (len(told_), more) == (features.shape[1], 0)
        assert any(feature.columns == (name,) for feature in told_)
        file = tmp_path / f"{number}.skops"
        skops_format.dump({"transformer": maker}, file)
        audit(file)
        from aetheron_desktop.engine.registry.allowed import NAMES

        again = skops_format.load(file, trusted=list(NAMES))["transformer"]
        assert np.array_equal(again.transform(frame), maker.transform(frame), equal_nan=True)
        if style != "tree":
            assert np.isfinite(features).all()


def test_that_a_table_alone_decides_a_row(tmp_path: Path) -> None:
    given_ = table()
    for style in STYLES:
        maker, _, frame = made(given_, style)
        whole = maker.transform(frame)
        for place in (0, 57, 119):
            assert np.array_equal(maker.transform(frame.iloc[[place]])[0], whole[place], equal_nan=True)


def test_that_auto_places_categories_first_and_knows_where_numbers_are() -> None:
    for style in STYLES:
        maker, features, _ = made(table(), style)
        assert categorical_positions(maker)[0] == 0
        told_, _ = made_features(maker)
        at = number_positions(maker)
        assert [told_[place].columns[0] for place in at][:3] == ["size", "count", "fresh"]
        assert at.stop <= features.shape[1]


def test_that_numbers_are_cut_so_that_one_wild_value_does_not_decide() -> None:
    given_ = table()
    maker, _, _ = made(given_, "linear")
    wild = columns(given_).frame(given_.assign(size=1e30))
    assert np.abs(maker.transform(wild)[:, number_positions(maker)]).max() <= 4.0


def test_that_dates_have_their_parts_and_the_days_between_them() -> None:
    given_ = pd.DataFrame(
        {"seen": pd.to_datetime(["2024-12-31 18:00", None]), "due": pd.to_datetime(["2025-01-02"] * 2)}
    )
    frame = Columns((Column("seen", "date", 1, 1), Column("due", "date", 0, 1))).frame(given_)
    assert frame[span("seen", "due")].tolist()[0] == 1.25
    assert frame[part("seen", "weekday")][0] == 1.0
    assert frame[part("seen", "month sine")][0] == np.sin(2 * np.pi * 11 / 12)
    assert frame[part("seen", "hour cosine")][0] == np.cos(2 * np.pi * 18 / 24)
    assert frame.filter(like="seen").iloc[1].isna().all()


def many(rows: int = 1_500, levels: int = 1_200) -> tuple[pd.DataFrame, Columns]:
    rng = np.random.default_rng(0)
    given_ = pd.DataFrame({"user": [f"user {number}" for number in rng.zipf(1.5, rows) % levels]})
    return given_, Columns((Column("user", "category", 0, levels),))


@pytest.mark.parametrize("style", STYLES)
def test_that_rare_levels_of_very_many_are_what_new_levels_are(style: Style) -> None:
    rng = np.random.default_rng(0)
    names = [f"user {number}" for number in range(1_400)]
    words = names + ["often"] * 60
    given_ = pd.DataFrame({"user": words})
    chosen = Columns((Column("user", "category", 0, 1_401),))
    frame = chosen.frame(given_)
    maker = transformer(chosen, frame, style, 0, 2)
    fitted(maker, frame, rng.integers(0, 2, len(words)))
    rare, new, often = (
        maker.transform(chosen.frame(pd.DataFrame({"user": [word]}))) for word in ("user 7", "never seen", "often")
    )
    assert np.array_equal(rare, new, equal_nan=True)
    assert not np.array_equal(often, new, equal_nan=True)
    for _, step, _ in maker.transformers_:
        encoder = step[0] if hasattr(step, "steps") else step
        assert sum(len(levels) for levels in getattr(encoder, "categories_", [])) <= 2


@pytest.mark.parametrize("style", STYLES)
def test_that_names_of_which_no_two_rows_have_the_same_are_what_new_ones_are(style: Style) -> None:
    rows = 1_100
    chosen = Columns((Column("bill", "category", 0, rows),))
    frame = chosen.frame(pd.DataFrame({"bill": [f"no. {number}" for number in range(rows)]}))
    maker = transformer(chosen, frame, style, 0, 2)

    fitted(maker, frame, np.arange(rows) % 2)

    known, new = (maker.transform(chosen.frame(pd.DataFrame({"bill": [word]}))) for word in ("no. 77", "no. 7777"))
    assert np.array_equal(known, new, equal_nan=True)


def test_that_the_target_is_learned_from_other_rows_than_it_is_used_for() -> None:
    rng = np.random.default_rng(1)
    given_ = pd.DataFrame({"user": [f"user {number}" for number in rng.integers(0, 500, 2_000)]})
    chosen = Columns((Column("user", "category", 0, 500),))
    frame = chosen.frame(given_)
    y = rng.integers(0, 2, 2_000)
    maker = transformer(chosen, frame, "tree", 0, 2)
    learned = fitted(maker, frame, y)
    at = maker.output_indices_["means"].start
    # The target is noise: what is used for learning must not know it, what was learned of the same rows does.
    assert abs(np.corrcoef(learned[:, at], y)[0, 1]) < 0.1
    assert np.corrcoef(maker.transform(frame)[:, at], y)[0, 1] > 0.3


def test_that_target_encoding_comes_with_many_levels_alone() -> None:
    for style, most in (("linear", MANY_LEVELS), ("tree", TREE_LEVELS), ("network", MANY_LEVELS)):
        for levels, is_there in ((most, False), (most + 1, True)):
            given_ = pd.DataFrame({"c": [str(number % 7) for number in range(60)]})
            chosen = Columns((Column("c", "category", 0, levels),))
            maker = transformer(chosen, chosen.frame(given_), style, 0, 2)  # type: ignore[arg-type]
            assert any(name == "means" for name, _, _ in maker.transformers) == is_there


def test_that_one_seed_gives_one_encoding() -> None:
    given_, chosen = many()
    frame = chosen.frame(given_)
    y = np.arange(len(frame)) % 2
    first, second, other = (fitted(transformer(chosen, frame, "tree", seed, 2), frame, y) for seed in (3, 3, 4))
    assert np.array_equal(first, second, equal_nan=True)
    assert not np.array_equal(first, other, equal_nan=True)


def test_that_words_are_no_files_of_their_own_in_the_file_of_a_model(tmp_path: Path) -> None:
    given_ = pd.DataFrame({"said": [f"word{row} word{row + 1} and more" for row in range(60)]})
    chosen = Columns((Column("said", "text", 0, 60),))
    frame = chosen.frame(given_)
    maker = transformer(chosen, frame, "linear", 0, 2)
    fitted(maker, frame, np.arange(60) % 2)

    skops_format.dump({"transformer": maker}, tmp_path / "made.skops")

    with zipfile.ZipFile(tmp_path / "made.skops") as file:
        assert len(file.namelist()) < 20


def test_that_texts_without_blanks_are_read_by_their_characters() -> None:
    texts = ["我喜欢苹果", "我不喜欢梨", "苹果很好吃", "梨不好吃", "新鲜的苹果", "旧的梨"] * 5
    chosen = Columns((Column("said", "text", 0, 6),))
    frame = chosen.frame(pd.DataFrame({"said": texts}))
    maker = transformer(chosen, frame, "linear", 0, 2)
    fitted(maker, frame, np.arange(30) % 2)
    assert [name for name, _, _ in maker.transformers] == ["letters0"]
    assert made_features(maker)[0][0].how == "characters"


# -- a whole run -------------------------------------------------------------------------------------------------------


def experiment(dataset: Dataset, estimator: str, *words: str) -> Experiment:
    found = plan(
        dataset.info,
        estimators=[estimator],
        params={"boosting": {"max_iter": 3}, "logistic": {"max_iter": 10}},
        features=FEATURES,
        treatments=parsed(words),
        new_id=lambda: "run-1",
    )
    return next(one for one in found if one.estimator == estimator)


@pytest.mark.parametrize("estimator", ["logistic", "boosting"])
def test_that_a_model_says_what_it_sees_and_what_that_was_made_from(
    estimator: str, dataset: Dataset, tmp_path: Path
) -> None:
    chosen = experiment(dataset, estimator, "size=binned", "colour=target", "seen=cyclic")
    run = train(chosen, dataset, lambda event: None, lambda: False)
    save_model(run, tmp_path, id="it", name="it")
    model = load_model(tmp_path / "it")
    assert model.description.experiment == chosen
    told_ = model.description.features
    assert run.model is not None
    frame = run.model.columns.frame(made_table())
    assert len(told_) == run.model.transformer.transform(frame).shape[1]
    assert {feature.how for feature in told_} >= {"binned", "target", "date", "words"}
    assert {name for feature in told_ for name in feature.columns} == set(FEATURES)
    assert np.array_equal(model.pipeline.raw(made_table()), run.model.raw(made_table()))


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_that_any_choice_of_ways_is_planned_and_stored(data: st.DataObject) -> None:
    chosen = []
    for name, type_ in TYPES.items():
        kind: Kind = kind_of(type_)
        how = data.draw(st.sampled_from([(AUTO,), *PRESETS[kind]]))
        chosen.append(Treatment(name, how))
    written = [f"{one.column}={one.words}" for one in chosen]
    assert list(parsed(written)) == chosen


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return made_dataset(tmp_path / "dataset")


def test_that_the_encoder_in_a_file_is_plain() -> None:
    maker, _, _ = made(table(), "network", Treatment("colour", ("target",)))
    encoder = next(step[0] for name, step, _ in maker.transformers_ if name == "means")
    assert type(encoder) is TargetEncoder
    assert (encoder.cv, encoder.categories) == (5, "auto")
