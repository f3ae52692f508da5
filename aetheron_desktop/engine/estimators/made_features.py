"""What a fitted transformer makes of the table's columns, feature by feature, in words for people."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    StandardScaler,
    TargetEncoder,
)

from aetheron_desktop.engine.estimators.features import SEPARATOR, names_of
from aetheron_desktop.engine.estimators.pipeline import Blend
from aetheron_desktop.engine.estimators.treatments import MadeFeature

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sklearn.compose import ColumnTransformer

    from aetheron_desktop.engine.estimators.pipeline import FittedPipeline

MOST_TOLD: Final = 5_000
"""So many features of a model are told; the others are counted."""
_LONGEST: Final = 60
_RUNS: Final = {"words": "words", "characters": "runs of letters"}


@dataclass(frozen=True, slots=True)
class _Draft:
    """A feature on its way through the steps of a part; ``said`` is what was done to it so far."""

    name: str
    columns: tuple[str, ...]
    how: str
    said: tuple[str, ...]

    def then(self, said: str, how: str = "", name: str = "") -> _Draft:
        return replace(
            self, name=name or self.name, how=how or self.how, said=(*self.said, said) if said else self.said
        )


def made_features(fitted: ColumnTransformer, classes: Sequence[str] = ()) -> tuple[tuple[MadeFeature, ...], int]:
    """Give the features that ``fitted`` makes, in their order, and how many more there are than are told.

    ``classes`` are the words for the classes of the target, none for regression.
    """
    drafts: list[_Draft] = []
    for part, step, chosen in fitted.transformers_:
        if part == "remainder":
            continue
        given = [_begun(name) for name in names_of(fitted, chosen)]
        for one in [one for _, one in step.steps] if isinstance(step, Pipeline) else [step]:
            given = _after(one, given, classes)
        drafts += given
    told = tuple(
        MadeFeature(draft.name, draft.columns, draft.how, f"{'; '.join(draft.said)}.") for draft in drafts[:MOST_TOLD]
    )
    return told, max(0, len(drafts) - MOST_TOLD)


def features_of(pipeline: FittedPipeline) -> tuple[tuple[MadeFeature, ...], int]:
    """Give what a whole model sees: of an ensemble what each of its branches does, equal ones once."""
    predictor = pipeline.predictor
    if not isinstance(predictor, Blend):
        return made_features(pipeline.transformer, pipeline.classes)
    found: dict[MadeFeature, None] = {}
    more = 0
    for transformer in {id(branch.transformer): branch.transformer for branch in predictor.branches}.values():
        told, untold = made_features(transformer, pipeline.classes)
        found |= dict.fromkeys(told)
        more += untold
    return tuple(found)[:MOST_TOLD], more + max(0, len(found) - MOST_TOLD)


def _begun(name: str) -> _Draft:
    """Give a column of the frame: a column of the table, a part of a date, or the days between two."""
    pieces = name.split(SEPARATOR)
    match pieces:
        case [column, "to", other]:
            said = f"Days from {column} to {other}"
            return _Draft(said[0].lower() + said[1:], (column, other), "span", (said,))
        case [column, "days"]:
            return _Draft(f"days of {column}", (column,), "date", (f"Days from 2000-01-01 to {column}",))
        case [column, one] if one.endswith("sine"):
            what, _, circle = one.partition(" ")
            said = f"The {circle} of the {what} of {column} on a circle, on which the last is next to the first"
            return _Draft(f"{circle} of the {what} of {column}", (column,), "date", (said,))
        case [column, one]:
            return _Draft(f"{one} of {column}", (column,), "date", (f"The {one} of {column}",))
        case _:
            return _Draft(name, (name,), "as-is", (f"{name}, as it stands in the table",))


def _after(step: Any, given: list[_Draft], classes: Sequence[str]) -> list[_Draft]:
    for kind, make in _STEPS.items():
        if isinstance(step, kind):
            return make(step, given, classes)
    return given


def _imputed(step: SimpleImputer, given: list[_Draft], classes: Sequence[str]) -> list[_Draft]:
    del classes
    if step.indicator_ is None:
        return given
    holes = set(step.indicator_.features_.tolist())
    filled = [
        one.then(f"{value:.4g} where it is missing (the median)" if place in holes else "")
        for place, (one, value) in enumerate(zip(given, step.statistics_, strict=True))
    ]
    return [*filled, *_missing(step.indicator_, given, ())]


def _missing(step: MissingIndicator, given: list[_Draft], classes: Sequence[str]) -> list[_Draft]:
    del classes
    return [
        _Draft(f"{one.name} is missing", one.columns, "missing", (f"1 where {one.name} is missing, else 0",))
        for one in (given[place] for place in step.features_)
    ]


def _scaled(step: StandardScaler, given: list[_Draft], classes: Sequence[str]) -> list[_Draft]:
    del classes
    return [
        one
        if one.how == "missing"
        else one.then(f"less {mean:.4g}, divided by {scale:.4g}", _unless_date(one, "scaled"))
        for one, mean, scale in zip(given, step.mean_, step.scale_, strict=True)
    ]


def _unless_date(draft: _Draft, how: str) -> str:
    return how if draft.how == "as-is" else draft.how


def _bounded(step: MinMaxScaler, given: list[_Draft], classes: Sequence[str]) -> list[_Draft]:
    del classes
    low, high = step.feature_range
    return [one if one.how == "missing" else one.then(f"cut at {low:g} and {high:g}") for one in given]


def _ranked(step: QuantileTransformer, given: list[_Draft], classes: Sequence[str]) -> list[_Draft]:
    del classes, step
    return [
        one if one.how == "missing" else one.then("by rank, bent to the bell curve", _unless_date(one, "quantile"))
        for one in given
    ]


def _binned(step: KBinsDiscretizer, given: list[_Draft], classes: Sequence[str]) -> list[_Draft]:
    del classes
    return [
        one.then(f"the number of its bin: {', '.join(f'{edge:.4g}' for edge in edges[1:-1])} part them", "binned")
        for one, edges in zip(given, step.bin_edges_, strict=True)
    ]


def _one_hot(step: OneHotEncoder, given: list[_Draft], classes: Sequence[str]) -> list[_Draft]:
    del classes
    made = []
    for one, known, rare in zip(given, step.categories_, step.infrequent_categories_, strict=True):
        few = set() if rare is None else set(rare.tolist())
        what, how = ("bin of ", "binned") if one.how == "binned" else ("", "one-hot")
        for level in known.tolist():
            if level not in few:
                word = _word(level)
                made.append(
                    _Draft(
                        f"{what}{one.name} = {word}", one.columns, how, (f"1 where {what}{one.name} is {word}, else 0",)
                    )
                )
        if rare is not None:
            said = f"1 where {what}{one.name} is none of those, but rare ({len(few):,}) or new"
            made.append(_Draft(f"{what}{one.name} = (others)", one.columns, how, (said,)))
    return made


def _word(level: Any) -> str:
    word = f"{level:g}" if isinstance(level, float) else str(level)
    return word if len(word) <= _LONGEST else f"{word[:_LONGEST]}…"


def _coded(step: OrdinalEncoder, given: list[_Draft], classes: Sequence[str]) -> list[_Draft]:
    del classes
    made = []
    for one, known, rare in zip(given, step.categories_, step.infrequent_categories_, strict=True):
        shared = f"; {len(rare):,} rare ones share the last" if rare is not None else ""
        said = f"The number of the level of {one.name} among {len(known):,}{shared}; a new one counts as missing"
        made.append(_Draft(one.name, one.columns, "codes", (said,)))
    return made


def _means(step: TargetEncoder, given: list[_Draft], classes: Sequence[str]) -> list[_Draft]:
    each = len(step.encodings_) // len(given)
    made = []
    for one, known in zip(given, step.categories_, strict=True):
        where = (
            f"among the rows of each of {len(known) - 1:,} levels of {one.name}; that of all rows for rare and new ones"
        )
        for place in range(each):
            named = classes[place if each > 1 else -1] if classes else ""
            what = f"share of {named}" if classes else "mean of the target"
            said = f"The {what} {where} (target encoding)"
            made.append(_Draft(f"{what} by {one.name}", one.columns, "target", (said,)))
    return made


def _weighed(step: TfidfVectorizer, given: list[_Draft], classes: Sequence[str]) -> list[_Draft]:
    del classes
    (one,) = given
    how, what = ("words", "word") if step.analyzer == "word" else ("characters", "run of letters")
    ordered = sorted(step.vocabulary_.items(), key=lambda pair: pair[1])
    return [
        _Draft(f"{one.name}: “{word}”", one.columns, how, (f"How much the {what} “{word}” says of {one.name}",))
        for word, _ in ordered
    ]


def _folded(step: TruncatedSVD, given: list[_Draft], classes: Sequence[str]) -> list[_Draft]:
    del classes
    made = []
    for place, weights in enumerate(step.components_, start=1):
        strongest = np.argsort(-np.abs(weights), kind="stable")[:5]
        words = ", ".join(given[at].name.partition(": ")[2] for at in strongest)
        columns, how = given[0].columns, given[0].how
        said = f"A weighted sum of how much each of {len(given):,} {_RUNS[how]} of {columns[0]} says, most of {words}"
        made.append(_Draft(f"{columns[0]}: {how} {place}", columns, how, (said,)))
    return made


_STEPS: Final[dict[type, Callable[[Any, list[_Draft], Sequence[str]], list[_Draft]]]] = {
    SimpleImputer: _imputed,
    MissingIndicator: _missing,
    StandardScaler: _scaled,
    MinMaxScaler: _bounded,
    QuantileTransformer: _ranked,
    KBinsDiscretizer: _binned,
    OneHotEncoder: _one_hot,
    OrdinalEncoder: _coded,
    TargetEncoder: _means,
    TfidfVectorizer: _weighed,
    TruncatedSVD: _folded,
}
