"""The run as one Python file: it reads the table, parts the rows, makes the features, fits and prints the scores.

What depends on the rows, as which columns have holes, is looked up in the dataset, so that the file says it plainly.
"""

from __future__ import annotations

import base64
import textwrap
import zlib
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from aetheron_desktop.engine.errors import ModelError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.cards.scripts import SCRIPTS, UNTOLD, Told
from aetheron_desktop.engine.estimators.deciding import CostRule
from aetheron_desktop.engine.estimators.features import fitted, transformer
from aetheron_desktop.engine.evaluation.metrics import metrics_for
from aetheron_desktop.engine.training.experiment import EndedBy
from aetheron_desktop.engine.training.learner import implementation
from aetheron_desktop.engine.training.preparation import Material, directions, read
from aetheron_desktop.engine.training.script.program import PROGRAM
from aetheron_desktop.engine.training.script.reading import reading
from aetheron_desktop.engine.training.script.source import WIDTH, Imports, joined, wrapped
from aetheron_desktop.engine.training.script.written import Writer

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.training.experiment import Experiment

_LONGEST_SPLIT: Final = 2_000_000
_KINDS: Final = {
    "NUMBERS": ("numbers", ("number", "integer")),
    "TRUTHS": ("truths", ("boolean",)),
    "DATES": ("dates", ("date",)),
    "WORDS": ("words", ("category", "identifier")),
    "TEXTS": ("texts", ("text",)),
}
_MADE: Final = {
    "NUMBERS": "made[name] = numbers(table[name])",
    "TRUTHS": "made[name] = truths(table[name])",
    "DATES": "made |= date_parts(name, table[name])",
    "WORDS": "made[name] = words(table[name])",
    "TEXTS": "made[name] = texts(table[name])",
}


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the run, as far as its script needs it; ``metrics`` are those on the test rows."""

    metrics: dict[str, float | None]
    environment: dict[str, str]
    threshold: float | None = None
    costs: CostRule | None = None
    steps: int | None = None
    ended_by: EndedBy = ""


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """The ``text`` of a script, and in words ``notes`` on what to do before it is run."""

    text: str
    notes: tuple[str, ...] = ()


def script_of(experiment: Experiment, dataset: Dataset, facts: Facts) -> Script:
    """Give the script that does what the run did.

    Raises:
        ModelError: no script would do that; the words say why.
        TrainingError: the table is not any more as it was.
    """
    told = _told(experiment, facts)
    material = read(experiment, dataset, lambda text: None)
    return _Made(experiment, dataset, facts, told, material).script()


def _told(experiment: Experiment, facts: Facts) -> Told:
    name = catalog.card(experiment.estimator).name
    if experiment.estimator in UNTOLD:
        raise ModelError(
            f"A run of {name} cannot be told as a script. {UNTOLD[experiment.estimator]}",
            hint="Reproduce it here, or export the model.",
        )
    told = SCRIPTS[experiment.estimator]
    if facts.ended_by in {"time", "hand"} and not told.rounds:
        raise ModelError(
            f"{name} was ended early, by {'its time budget' if facts.ended_by == 'time' else 'hand'}, and no parameter "
            "of its library ends it at the same step.",
            hint="Train it again without a time budget; that run has a script.",
        )
    return told


class _Made:
    """A script on its way."""

    def __init__(self, experiment: Experiment, dataset: Dataset, facts: Facts, told: Told, material: Material) -> None:
        self._plan, self._dataset, self._facts, self._told = experiment, dataset, facts, told
        self._material = material
        self._imports = Imports()
        self._classes = material.subject.classes
        columns = material.subject.columns.columns
        self._lists = {
            word: [column.name for column in columns if column.type in types] for word, (_, types) in _KINDS.items()
        }

    def script(self) -> Script:
        """Put it together."""
        name = self._plan.sample_weight
        weight = self._dataset.info.schema.column(name) if name else None
        read_as = reading(self._dataset, self._material.subject, weight)
        used = [word for word, names in self._lists.items() if names]
        features = self._features()
        pieces = [
            read_as.piece,
            *(_KINDS[word][0] for word in used),
            *(("words",) if self._classes else ("numbers",)),
            *(("numbers",) if weight is not None else ()),
            *sorted(self._writer.pieces),
            "given_split" if self._plan.split.frozen else "split",
            self._told.piece,
            "class_scores" if self._classes else "value_scores",
        ]
        for module in ("sys", "numpy as np", "pandas as pd"):
            self._imports.module(module)
        if self._spans():
            self._imports.name("itertools", "combinations")
        bodies = joined(pieces, self._imports)
        text = PROGRAM.format(
            head=self._head(read_as.told),
            imports=self._imports.text(),
            constants="\n".join((*read_as.constants, *self._constants(used))),
            pieces=bodies,
            frame=self._frame(used),
            features=features,
            read=read_as.call,
            target=self._target(),
            parts=self._parts(),
            weight=self._weight(),
            fit=f"fit_{self._plan.estimator}",
            scores=_CLASS_SCORES if self._classes else "value_scores(y[test], predicted)",
        )
        return Script(text=text, notes=read_as.notes)

    def _features(self) -> str:
        columns, parts = self._material.subject.columns, self._material.parts
        frame = columns.frame(self._material.table.iloc[parts.train])
        style = implementation(catalog.card(self._plan.estimator)).style
        made = transformer(columns, frame, style, self._plan.seed, len(self._classes))
        self._writer = Writer(frame, self._lists, self._imports)
        self._directions: tuple[tuple[int, int], ...] = ()
        if self._material.subject.monotone:
            fitted(made, frame, self._material.y[parts.train])
            self._directions = directions(made, self._material.subject.monotone)
        self._codes = 0
        if style in {"tree", "embedded"}:
            self._codes = next((len(chosen) for name, _, chosen in made.transformers if name == "category"), 0)
        return self._writer.transformer(made)

    def _head(self, told: str) -> str:
        environment = self._facts.environment
        needed = " ".join(
            f"{name}=={environment[name]}" if name in environment else name
            for name in ("numpy", "pandas", "pyarrow", "scikit-learn", *catalog.card(self._plan.estimator).libraries)
        )
        about = (
            f"{self._plan.name}: a run of Aetheron Desktop {environment.get('program', '')} as a script.",
            f"It does what the run {self._plan.run} did, with public libraries alone: it reads the table, parts the "
            "rows, makes the features, trains, and prints the scores on the test rows beside those of the run. On the "
            f"same machine with the same libraries they differ by no more than {self._told.within:g} of their size; "
            "other versions, and other processors, round otherwise.",
            told,
            f"Needs Python {environment.get('python', '3.11')}, and: python -m pip install {needed}",
        )
        return "\n\n".join(map(_sentences, about))

    def _constants(self, used: list[str]) -> list[str]:
        plan, params = self._plan, dict(self._plan.params)
        cut = self._facts.ended_by in {"time", "hand"}
        rounds = self._facts.steps if cut else plan.steps
        lines = []
        if rounds is not None and self._told.rounds:
            params[self._told.rounds] = min(rounds, int(params[self._told.rounds] or rounds))
            lines.append(f"# It was ended after {rounds:,} steps.")
        lines += [
            _constant("PARAMS", params),
            f"SEED = {plan.seed}",
            f"THREADS = {int(self._facts.environment.get('threads', '1') or 1)}",
            f"ROWS = {self._dataset.info.rows}",
            _constant("TARGET", plan.target),
            *([_constant("SAMPLE_WEIGHT", plan.sample_weight)] if plan.sample_weight else []),
            _constant("CLASSES", list(self._classes)),
        ]
        if self._classes:
            lines.append(f"THRESHOLD = {self._facts.threshold!r}")
            costs = self._facts.costs
            lines += [
                "# What each class costs that is taken for each other one, and the temperature of the probabilities.",
                _constant("COSTS", [] if costs is None else [list(row) for row in costs.matrix]),
                f"TEMPERATURE = {1.0 if costs is None else costs.temperature!r}",
            ]
        lines += [_constant(word, self._lists[word]) for word in used]
        lines.append(f"DIRECTIONS = {self._directions!r}  # features with which a prediction only rises or only falls")
        lines.append(f"CODES = {self._codes}  # so many features, the first, are codes of categories")
        if plan.split.frozen:
            lines += [f"# The split “{plan.split.frozen}”, a byte a row.", f"SPLIT = {_packed(self._material)!r}"]
        # Of the limits of a number it says nothing.
        measured = [(one.name, self._facts.metrics.get(one.name)) for one in metrics_for(plan.task)]
        lines.append(_constant("OF_THE_RUN", {name: value for name, value in measured if value is not None}))
        return lines

    def _spans(self) -> bool:
        return bool(self._material.subject.columns.spans())

    def _frame(self, used: list[str]) -> str:
        lines = [line for word in used for line in (f"    for name in {word}:", f"        {_MADE[word]}")]
        if self._spans():
            lines += [
                "    for one, other in combinations(DATES, 2):",
                '        made[f"{one}\u241fto\u241f{other}"] = made[f"{other}\u241fdays"] - made[f"{one}\u241fdays"]',
            ]
        return "\n".join(lines)

    def _target(self) -> str:
        target = _TARGET_CLASSES if self._classes else _TARGET_VALUES
        return f"{_COUNTED}\n{target}" if self._plan.sample_weight else target

    def _weight(self) -> str:
        lines = ["    weight = None"] if self._material.class_weight is None else [_CLASS_WEIGHT]
        if self._plan.sample_weight:
            lines.append(_SAMPLE_WEIGHT)
        return "\n".join(lines)

    def _parts(self) -> str:
        split = self._plan.split
        if split.frozen:
            return "    train, valid, test = parts_of(SPLIT)"
        strata = "y" if self._classes and split.stratify else "None"
        return f"    train, valid, test = split_rows(len(y), {split.valid!r}, {split.test!r}, SEED, {strata})"


_TARGET_CLASSES: Final = """\
    table = table[table[TARGET].notna().to_numpy()].reset_index(drop=True)
    y = words(table[TARGET]).map({word: place for place, word in enumerate(CLASSES)}).to_numpy(dtype=np.int64)"""
_TARGET_VALUES: Final = """\
    y = numbers(table[TARGET])
    table, y = table[~np.isnan(y)].reset_index(drop=True), y[~np.isnan(y)]"""
_CLASS_SCORES: Final = "class_scores(y[test], predicted, THRESHOLD, COSTS, TEMPERATURE)"
_COUNTED: Final = """\
    table = table[numbers(table[SAMPLE_WEIGHT]) > 0.0]"""
_SAMPLE_WEIGHT: Final = """\
    counts = numbers(table[SAMPLE_WEIGHT])
    weight = counts / counts[train].mean() * (1.0 if weight is None else weight)"""
_CLASS_WEIGHT: Final = """\
    weight = (len(train) / (len(CLASSES) * np.maximum(np.bincount(y[train], minlength=len(CLASSES)), 1)))[y]"""


def _packed(material: Material) -> str:
    parts = np.full(len(material.y), -1, dtype=np.int8)
    for number, places in enumerate(material.parts):
        parts[places] = number
    packed = base64.b85encode(zlib.compress(parts.tobytes(), 9)).decode()
    if len(packed) > _LONGEST_SPLIT:
        raise ModelError(
            "Its split has too many rows to stand in a script.",
            hint="Train with a split at random; the script parts the rows itself.",
        )
    return packed


def _constant(name: str, value: Any) -> str:
    line = f"{name} = {value!r}"
    if len(line) <= WIDTH:
        return line
    if isinstance(value, dict):
        inside = "\n".join(wrapped(f"{key!r}: {one!r},", 4) for key, one in value.items())
        return f"{name} = {{\n{inside}\n}}"
    if isinstance(value, list):
        inside = wrapped(f"{', '.join(map(repr, value))},", 4)
        return f"{name} = [\n{inside}\n]"
    return line


def _sentences(text: str) -> str:
    """Give words for the head of the script."""
    told = text.replace("\\", "\\\\").replace('"""', "'''")
    return "\n".join(textwrap.wrap(told, WIDTH - 4, break_long_words=False, break_on_hyphens=False))
