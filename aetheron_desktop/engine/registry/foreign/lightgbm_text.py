"""LightGBM's text files: parsed and checked here, and written anew for the library's own parser.

LightGBM follows the numbers of such a file in compiled code without looking at them: a size that is wrong, or a node
that points outside of its tree, ends the process. So each line is read here, held against the others, and only what was
understood is handed on, in the library's own format (``GBDT::SaveModelToString``, ``Tree::ToString``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from aetheron_desktop.engine.errors import ModelError
from aetheron_desktop.engine.registry.foreign.info import (
    LIGHTGBM_FILE,
    MOST_CLASSES,
    MOST_FEATURES,
    MOST_TREES,
    FeatureType,
    ForeignInfo,
    OutputForm,
    damaged,
    read_bounded,
    word,
)
from aetheron_desktop.engine.registry.foreign.trees import reached

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.schema import Task

_VERSIONS: Final = frozenset({"v2", "v3", "v4"})
_OBJECTIVE: Final = re.compile(r"[a-z_0-9]{1,40}( (sqrt|[a-z_]{1,40}:[0-9.eE+\-]{1,40}))*")
_RANGE: Final = re.compile(r"none|\[[0-9.eE+\-inf]{1,60}:[0-9.eE+\-inf]{1,60}\]|-?[0-9]{1,12}(:-?[0-9]{1,12})*")
_ENDLESS: Final = "inf"
_NUMBERS: Final = re.compile(r"[0-9eE+\-. ]*")
_BY_POSITION: Final = re.compile(r"Column_[0-9]+")
_TWO: Final = frozenset({"binary", "cross_entropy"})
_MANY: Final = frozenset({"multiclass", "multiclassova"})
_VALUES: Final = frozenset(
    {"regression", "regression_l1", "huber", "fair", "poisson", "quantile", "mape", "gamma", "tweedie"}
)
_INNER_INTEGERS: Final = ("split_feature", "decision_type", "left_child", "right_child")
_INNER_EXTRAS: Final = ("split_gain", "internal_value", "internal_weight", "internal_count")
_LEAF_EXTRAS: Final = ("leaf_weight", "leaf_count")
_CATEGORY: Final = 1
_MOST_DECISION: Final = 11
"""A bit for categories, one for the way of missing values, and two, of which three values are used, for their kind."""


@dataclass(frozen=True, slots=True)
class LightgbmModel:
    """A file that was understood: what it says of itself, and the text for the library."""

    info: ForeignInfo
    text: str


def read_lightgbm(file: Path, data: bytes | None = None) -> LightgbmModel:
    """Read and check ``file``; of ``data`` it is where it stands.

    Raises:
        UntrustedModel: it is damaged; the words say where.
        ModelError: it is of a kind that cannot be compared: it ranks, or is of an unknown version.
    """
    try:
        text = (read_bounded(file) if data is None else data).decode("utf-8")
        return _Reader(text).model()
    except UnicodeDecodeError as error:
        raise damaged(file, "it holds signs that no text has") from error
    except (ValueError, KeyError, OverflowError, msgspec.MsgspecError) as error:
        what = f"the line {error} is missing" if isinstance(error, KeyError) else str(error)
        raise damaged(file, what) from error


class _Reader:
    def __init__(self, text: str) -> None:
        # A file from Windows ends its lines in two signs.
        self.lines = [line.rstrip("\r") for line in text.split("\n")]
        self.at = 0
        self.head = self._block()

    def model(self) -> LightgbmModel:
        head = self.head
        features = head["feature_names"].split(" ")
        count = _whole(head["max_feature_idx"], 0, MOST_FEATURES - 1) + 1
        if len(features) != count or len(set(features)) != count or not all(features):
            raise ValueError(f"it names {len(features)} features and says that there are {count}")
        outputs = _whole(head["num_tree_per_iteration"], 1, MOST_CLASSES)
        if _whole(head["num_class"], 1, MOST_CLASSES) != outputs:
            raise ValueError("its counts of classes contradict each other")
        if head["version"] not in _VERSIONS:
            raise ModelError(
                f"The LightGBM file is of the version {head['version'][:20]!r}, which is not known here.",
                hint="Write it with LightGBM 3 or 4.",
            )
        ranges = head.get("feature_infos", " ".join(["none"] * count)).split(" ")
        if len(ranges) != count or not all(map(_RANGE.fullmatch, ranges)):
            raise ValueError("the ranges of its features are not as they should be")
        trees = self._trees(count)
        if len(trees) % outputs:
            raise ValueError(f"{len(trees)} trees cannot be shared by {outputs} classes")
        text = self._written(features, ranges, outputs, trees)
        return LightgbmModel(self._info(features, ranges, outputs, len(trees)), text)

    # -- lines --------------------------------------------------------------------------------------------------------

    def _block(self) -> dict[str, str]:
        """Give the lines up to the next empty one, as key and value."""
        found: dict[str, str] = {}
        while self.at < len(self.lines) and self.lines[self.at]:
            key, _, value = self.lines[self.at].partition("=")
            if key in found or len(found) > 64:
                raise ValueError(f"the line {key[:40]!r} is there twice, or there are too many")
            found[key] = value
            self.at += 1
        while self.at < len(self.lines) and not self.lines[self.at]:
            self.at += 1
        return found

    def _trees(self, features: int) -> list[str]:
        made: list[str] = []
        while self.at < len(self.lines) and self.lines[self.at] == f"Tree={len(made)}":
            made.append(_tree(self._block(), len(made), features))
        if not made or len(made) > MOST_TREES:
            raise ValueError("it holds no tree, or too many")
        if self.at >= len(self.lines) or self.lines[self.at] != "end of trees":
            raise ValueError(f"it ends, or goes wrong, after tree {len(made) - 1}")
        return made

    def _categories(self) -> list[list[Any]]:
        """Give the categories that pandas had, a list for each of its columns of categories."""
        for line in reversed(self.lines[self.at :]):
            if line.startswith("pandas_categorical:"):
                return (
                    msgspec.json.decode(
                        line.partition(":")[2].encode(), type=list[list[str | int | float | bool | None]] | None
                    )
                    or []
                )
        return []

    # -- what it is ---------------------------------------------------------------------------------------------------

    def _info(self, features: list[str], ranges: list[str], outputs: int, trees: int) -> ForeignInfo:
        form, task, notes = _outputs(self.head.get("objective", "").partition(" ")[0], outputs)
        categories, types = self._coded(features, ranges)
        return ForeignInfo(
            kind="lightgbm",
            file_name=LIGHTGBM_FILE,
            features=tuple(features),
            types=types,
            named=not all(map(_BY_POSITION.fullmatch, features)),
            categories=categories,
            outputs=form,
            count={"binary": 2, "multiclass": outputs}.get(task or "", 0),
            task=task,
            details=(
                f"LightGBM, format {self.head['version']}",
                f"{trees:,} trees, {trees // outputs:,} rounds",
                f"objective {self.head.get('objective') or 'of its own'}",
            ),
            notes=notes,
        )

    def _coded(
        self, features: list[str], ranges: list[str]
    ) -> tuple[dict[str, tuple[str, ...]], tuple[FeatureType, ...]]:
        coded = [position for position, told in enumerate(ranges) if told != "none" and not told.startswith("[")]
        lists = self._categories()
        if lists and len(lists) != len(coded):
            # The parameters name them all, also those that had one value only.
            told = next((line for line in self.lines[self.at :] if line.startswith("[categorical_feature: ")), "")
            coded = [_whole(one, 0, len(features) - 1) for one in told[22:-1].split(",") if one]
        if lists and len(lists) != len(coded):
            raise ModelError(
                f"The LightGBM file has the categories of {len(lists)} columns, and does not say of which.",
                hint="Train it with unordered categories only, or export it as ONNX.",
            )
        types: list[FeatureType] = ["category" if at in coded else "number" for at in range(len(features))]
        words = {features[at]: tuple(map(word, told)) for at, told in zip(coded, lists, strict=False)}
        return words, tuple(types)

    def _written(self, features: list[str], ranges: list[str], outputs: int, trees: list[str]) -> str:
        head = ["tree", "version=v4", f"num_class={outputs}", f"num_tree_per_iteration={outputs}"]
        head += ["label_index=0", f"max_feature_idx={len(features) - 1}"]
        if objective := self.head.get("objective", ""):
            if not _OBJECTIVE.fullmatch(objective):
                raise ValueError("its objective is not as it should be")
            head.append(f"objective={objective}")
        if "average_output" in self.head:
            head.append("average_output")
        # The names are of no use to the library; they may hold signs that its parser takes amiss.
        head.append("feature_names=" + " ".join(f"f{at}" for at in range(len(features))))
        head.append("feature_infos=" + " ".join(ranges))
        head.append("tree_sizes=" + " ".join(str(len(tree)) for tree in trees))
        return "\n".join([*head, "", "".join(trees)]) + "end of trees\n\nparameters:\nend of parameters\n"


def _outputs(objective: str, outputs: int) -> tuple[OutputForm, Task | None, tuple[str, ...]]:
    if objective in _TWO and outputs == 1:
        return "probabilities", "binary", ()
    if objective in _MANY and outputs > 1:
        if objective == "multiclass":
            return "probabilities", "multiclass", ()
        return "one-vs-rest", "multiclass", ("It judges each class alone; the probabilities are made to add up to 1.",)
    if objective in _VALUES and outputs == 1:
        return "value", "regression", ()
    if not objective:
        return "scores", "multiclass" if outputs > 1 else None, ("It was trained on an objective of its own.",)
    raise ModelError(
        f"The LightGBM model was trained for {objective[:40]!r} with {outputs} outputs: "
        "it gives neither probabilities of classes nor values.",
        hint="Models for regression, for two and for more classes can be compared.",
    )


def _tree(told: dict[str, str], number: int, features: int) -> str:
    """Give the text of one tree, written anew once it was understood."""
    leaves = _whole(told["num_leaves"], 1, 1 << 24)
    sets = _whole(told["num_cat"], 0, 1 << 24)
    lines = [f"num_leaves={leaves}", f"num_cat={sets}"]
    inner = leaves - 1
    if inner:
        lines += _inner(told, inner, sets, features)
    lines.append(_line(told, "leaf_value", leaves))
    lines += [_line(told, name, leaves) for name in _LEAF_EXTRAS if told.get(name) and inner]
    if sets:
        lines += _category_sets(told, sets)
    if _whole(told.get("is_linear", "0"), 0, 1):
        lines += ["is_linear=1", *_linear(told, leaves, features)]
    else:
        lines.append("is_linear=0")
    lines.append(_line(told, "shrinkage", 1))
    return f"Tree={number}\n" + "\n".join(lines) + "\n\n\n"


def _inner(told: dict[str, str], inner: int, sets: int, features: int) -> list[str]:
    feature, decision, left, right = (_integers(told, name, inner) for name in _INNER_INTEGERS)
    threshold = _thresholds(told, inner)
    if (feature < 0).any() or (feature >= features).any():
        raise ValueError("a tree asks for a feature that is not there")
    if (decision < 0).any() or (decision > _MOST_DECISION).any():
        raise ValueError("a tree decides in a way that is not known")
    if min(left.min(), right.min()) < -(inner + 1):
        raise ValueError("a tree leads to a leaf that is not there")
    if not reached(left, right).all():
        raise ValueError("a tree has nodes that nothing leads to")
    asked = threshold[(decision & _CATEGORY) != 0]
    if len(asked) and (sets == 0 or (asked < 0).any() or (asked >= sets).any() or (asked != asked.astype(int)).any()):
        raise ValueError("a tree asks for categories that are not there")
    written = [_line(told, name, inner) for name in _INNER_INTEGERS]
    written.append("threshold=" + " ".join(told["threshold"].split()))
    return written + [_line(told, name, inner) for name in _INNER_EXTRAS if told.get(name)]


def _thresholds(told: dict[str, str], inner: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Give the thresholds, of which one that is endless parts all numbers from the missing ones."""
    finite = " ".join("0" if token == _ENDLESS else token for token in told["threshold"].split())
    found = _floats({"threshold": finite}, "threshold", inner)
    found[[token == _ENDLESS for token in told["threshold"].split()]] = np.inf
    return found


def _category_sets(told: dict[str, str], sets: int) -> list[str]:
    borders = _integers(told, "cat_boundaries", sets + 1)
    words = told["cat_threshold"].split()
    bits = _integers(told, "cat_threshold", len(words))
    if borders[0] != 0 or (np.diff(borders) < 0).any() or borders[-1] != len(words):
        raise ValueError("the categories of a tree are not as many as it says")
    if (bits < 0).any() or (bits >= 1 << 32).any():
        raise ValueError("the categories of a tree are not as they should be")
    return [_line(told, "cat_boundaries", sets + 1), _line(told, "cat_threshold", len(words))]


def _linear(told: dict[str, str], leaves: int, features: int) -> list[str]:
    counts = _integers(told, "num_features", leaves)
    if (counts < 0).any() or counts.sum() > 1 << 26:
        raise ValueError("the lines in the leaves of a tree are not as they should be")
    total = int(counts.sum())
    asked = _integers(told, "leaf_features", total)
    _floats(told, "leaf_coeff", total)
    if (asked < 0).any() or (asked >= features).any():
        raise ValueError("a leaf asks for a feature that is not there")
    lines = [_line(told, "leaf_const", leaves), _line(told, "num_features", leaves)]
    for name in ("leaf_features", "leaf_coeff"):
        # As the library writes it: a blank after each number, and one after each leaf.
        left = iter(told[name].split())
        lines.append(f"{name}=" + "".join("".join(f"{next(left)} " for _ in range(count)) + " " for count in counts))
    return lines


def _whole(text: str, low: int, high: int) -> int:
    if not re.fullmatch(r"-?[0-9]{1,12}", text) or not low <= int(text) <= high:
        raise ValueError(f"{text[:20]!r} is no whole number from {low} to {high:,}")
    return int(text)


def _line(told: dict[str, str], name: str, count: int) -> str:
    _floats(told, name, count)
    return f"{name}=" + " ".join(told[name].split())


def _tokens(told: dict[str, str], name: str, count: int) -> list[str]:
    if not _NUMBERS.fullmatch(told[name]):
        raise ValueError(f"{name} of a tree holds what are no numbers")
    tokens = told[name].split()
    if len(tokens) != count:
        raise ValueError(f"{name} of a tree has {len(tokens)} numbers instead of {count}")
    return tokens


def _integers(told: dict[str, str], name: str, count: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array([int(token) for token in _tokens(told, name, count)], dtype=np.int64)


def _floats(told: dict[str, str], name: str, count: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    found = np.array([float(token) for token in _tokens(told, name, count)], dtype=np.float64)
    if not np.isfinite(found).all():
        raise ValueError(f"{name} of a tree holds what is no finite number")
    return found
