"""A decision tree in words: its questions with the names and values of the table, and its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
import pandas as pd
from sklearn.preprocessing import OrdinalEncoder

from aetheron_desktop.engine.errors import ModelError
from aetheron_desktop.engine.estimators.base import SklearnPredictor

if TYPE_CHECKING:
    from aetheron_desktop.engine.estimators.pipeline import FittedPipeline

_SEPARATOR: Final = "\N{SYMBOL FOR UNIT SEPARATOR}"
_MOST_WORDS: Final = 12
_MOST_LINES: Final = 2_000


class Rules(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="rules"):
    """The lines of a tree, two blanks further in for each question."""

    lines: tuple[str, ...]


def is_tree(pipeline: FittedPipeline) -> bool:
    """Tell whether the model is one decision tree."""
    predictor = pipeline.predictor
    return isinstance(predictor, SklearnPredictor) and hasattr(predictor.model, "tree_")


def rules(pipeline: FittedPipeline) -> Rules:
    """Give the tree in words.

    Raises:
        ModelError: the model is no tree, or one that nobody could read.
    """
    if not is_tree(pipeline):
        raise ModelError("This model is no decision tree.", hint="Train the estimator tree.")
    tree = pipeline.predictor.model.tree_  # type: ignore[attr-defined]
    if tree.node_count > _MOST_LINES:
        raise ModelError(
            f"The tree has {tree.node_count:,} questions and answers, more than anyone reads.",
            hint="Train it with a smaller depth.",
        )
    questions = _Questions(pipeline)
    lines: list[str] = []
    left: list[tuple[int, int, str]] = [(0, 0, "")]
    while left:
        node, depth, before = left.pop()
        inner = int(tree.children_left[node]) != -1
        lines.append(f"{'  ' * depth}{before}{'' if inner else questions.answer(tree, node)}".rstrip())
        if inner:
            yes, no = questions.sides(tree, node)
            left.append((int(tree.children_right[node]), depth + bool(before), f"{no}: "))
            left.append((int(tree.children_left[node]), depth + bool(before), f"{yes}: "))
    return Rules(lines=tuple(line for line in lines if line))


class _Questions:
    """Says what a threshold of a feature means in the table."""

    def __init__(self, pipeline: FittedPipeline) -> None:
        self._pipeline = pipeline
        self._names: dict[int, str] = {}
        self._codes: dict[int, dict[str, float]] = {}
        transformer = pipeline.transformer
        for name, fitted, chosen in transformer.transformers_:
            span = transformer.output_indices_.get(name, slice(0, 0))
            names = [chosen] if isinstance(chosen, str) else list(chosen)
            is_single = len(names) == span.stop - span.start
            for place in range(span.start, span.stop):
                told = names[place - span.start] if is_single else f"{names[0]}{_SEPARATOR}{place - span.start + 1}"
                self._names[place] = str(told).replace(_SEPARATOR, ": ")
                if is_single and isinstance(fitted, OrdinalEncoder):
                    self._codes[place] = _codes(fitted, names, place - span.start)

    def sides(self, tree: Any, node: int) -> tuple[str, str]:
        """Give what is so of the rows that go left, and of those that go right."""
        feature, threshold = int(tree.feature[node]), float(tree.threshold[node])
        name, missing_left = self._names[feature], bool(tree.missing_go_to_left[node])
        codes = self._codes.get(feature)
        if codes is not None:
            lower = [word for word, code in codes.items() if code <= threshold]
            upper = [word for word, code in codes.items() if code > threshold]
            # What was never seen has no code.
            said = [_listed(lower), _listed(upper)]
            said[not missing_left] += " or new"
            return f"{name} is {said[0]}", f"{name} is {said[1]}"
        said = [f"{name} ≤ {threshold:.6g}", f"{name} > {threshold:.6g}"]
        said[not missing_left] += " or missing"
        return said[0], said[1]

    def answer(self, tree: Any, node: int) -> str:
        """Give what a leaf says, and of how many rows it was learned."""
        rows = f"{int(tree.n_node_samples[node]):,} rows"
        value = np.asarray(tree.value[node][0], dtype=np.float64)
        if not self._pipeline.classes:
            return f"{value[0]:.6g} ({rows})"
        likely = int(value.argmax())
        return f"{self._pipeline.classes[likely]} {value[likely]:.1%} ({rows})"


def _codes(encoder: OrdinalEncoder, names: list[str], column: int) -> dict[str, float]:
    words = [str(word) for word in encoder.categories_[column]]
    frame = pd.DataFrame(
        {name: words if place == column else words[:1] * len(words) for place, name in enumerate(names)}
    )
    for place, name in enumerate(names):
        if place != column:
            frame[name] = encoder.categories_[place][0]
    codes = encoder.transform(frame)[:, column]
    return {word: float(code) for word, code in zip(words, codes, strict=True)}


def _listed(words: list[str]) -> str:
    more = f" or {len(words) - _MOST_WORDS} more" if len(words) > _MOST_WORDS else ""
    return " or ".join(repr(word) for word in words[:_MOST_WORDS]) + more
