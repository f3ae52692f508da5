"""The run as one Python file: it reads the table, parts the rows, makes the features, fits and prints the scores.

What depends on the rows, as which columns have holes, is looked up in the dataset, so that the file says it plainly.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.cards.scripts import SCRIPTS
from aetheron_desktop.engine.estimators.quantiles import levels
from aetheron_desktop.engine.evaluation.metrics import metrics_for, metrics_of_limits
from aetheron_desktop.engine.training.auto.portfolio import tells_quantiles
from aetheron_desktop.engine.training.preparation import read
from aetheron_desktop.engine.training.script.facts import Script
from aetheron_desktop.engine.training.script.program import PROGRAM
from aetheron_desktop.engine.training.script.reading import reading
from aetheron_desktop.engine.training.script.single import Single
from aetheron_desktop.engine.training.script.single import refuse as refuse_single
from aetheron_desktop.engine.training.script.source import WIDTH, Imports, constant, joined, packed
from aetheron_desktop.engine.training.script.whole import Whole
from aetheron_desktop.engine.training.script.whole import refuse as refuse_whole

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.training.preparation import Material
    from aetheron_desktop.engine.training.script.facts import Facts

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


def script_of(experiment: Experiment, dataset: Dataset, facts: Facts) -> Script:
    """Give the script that does what the run did.

    Raises:
        ModelError: no script would do that; the words say why.
        TrainingError: the table is not any more as it was.
    """
    (refuse_whole if is_ensemble(experiment) else refuse_single)(experiment, facts)
    material = read(experiment, dataset, lambda text: None)
    return _Made(experiment, dataset, facts, material).script()


def is_ensemble(experiment: Experiment) -> bool:
    """Whether it trains many estimators and puts them together."""
    return catalog.card(experiment.estimator).ensemble


class _Made:
    """A script on its way."""

    def __init__(self, experiment: Experiment, dataset: Dataset, facts: Facts, material: Material) -> None:
        self._plan, self._dataset, self._facts = experiment, dataset, facts
        self._material = material
        self._imports = Imports()
        self._classes = material.subject.classes
        columns = material.subject.columns.columns
        self._lists = {
            word: [column.name for column in columns if column.type in types] for word, (_, types) in _KINDS.items()
        }
        self._of_quantiles = SCRIPTS[experiment.estimator].of_quantiles or tells_quantiles(experiment)
        self._fits: Single | Whole
        if is_ensemble(experiment):
            self._fits = Whole(experiment, dataset, facts, material, self._lists, self._imports)
        else:
            self._fits = Single(experiment, facts, material, self._lists, self._imports)

    def script(self) -> Script:
        """Put it together."""
        name = self._plan.sample_weight
        weight = self._dataset.info.schema.column(name) if name else None
        read_as = reading(self._dataset, self._material.subject, weight)
        used = [word for word, names in self._lists.items() if names]
        pieces = [
            read_as.piece,
            *(_KINDS[word][0] for word in used),
            *(("words",) if self._classes else ("numbers",)),
            *(("numbers",) if weight is not None else ()),
            "given_split" if self._plan.split.frozen else "split",
            *self._fits.pieces,
            self._scores(),
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
            features=self._fits.features,
            read=read_as.call,
            target=self._target(),
            parts=self._parts(),
            weight=self._weight(),
            learn=self._fits.learn,
            scores=_SCORES[self._scores()],
        )
        return Script(text=text, within=self._fits.within, notes=read_as.notes)

    def _head(self, told: str) -> str:
        environment = self._facts.environment
        needed = " ".join(
            f"{name}=={environment[name]}" if name in environment else name
            for name in ("numpy", "pandas", "pyarrow", "scikit-learn", *self._fits.libraries)
        )
        about = (
            f"{self._plan.name}: a run of Aetheron Desktop {environment.get('program', '')} as a script.",
            f"It does what the run {self._plan.run} did, with public libraries alone: it reads the table, parts the "
            "rows, makes the features, trains, and prints the scores on the test rows beside those of the run. On the "
            f"same machine with the same libraries they differ by no more than {self._fits.within:g} of their size; "
            "other versions, and other processors, round otherwise.",
            *([self._fits.note] if self._fits.note else []),
            told,
            f"Needs Python {environment.get('python', '3.11')}, and: python -m pip install {needed}",
        )
        return "\n\n".join(map(_sentences, about))

    def _constants(self, used: list[str]) -> list[str]:
        plan = self._plan
        lines = [
            *self._fits.constants,
            f"SEED = {plan.seed}",
            f"THREADS = {self._fits.threads}",
            f"ROWS = {self._dataset.info.rows}",
            constant("TARGET", plan.target),
            *([constant("SAMPLE_WEIGHT", plan.sample_weight)] if plan.sample_weight else []),
            constant("CLASSES", list(self._classes)),
        ]
        if self._classes:
            lines.append(f"THRESHOLD = {self._facts.threshold!r}")
            costs = self._facts.costs
            lines += [
                "# What each class costs that is taken for each other one, and the temperature of the probabilities.",
                constant("COSTS", [] if costs is None else [list(row) for row in costs.matrix]),
                f"TEMPERATURE = {1.0 if costs is None else costs.temperature!r}",
            ]
        lines += [constant(word, self._lists[word]) for word in used]
        if plan.split.frozen:
            lines += [f"# The split “{plan.split.frozen}”, a byte a row.", f"SPLIT = {_split(self._material)!r}"]
        quantiles = levels(plan.level) if self._of_quantiles else ()
        lines.append(f"QUANTILES = {quantiles!r}")
        limits = self._facts.limits
        if quantiles:
            lines.append("# So far beyond the outer quantiles the limits of the run were put, by the validation rows.")
            lines.append(f"BEYOND = {None if limits is None else (limits.below[0], limits.above[0])!r}")
        # Of limits around a single value it says nothing.
        told = (*metrics_for(plan.task), *(metrics_of_limits() if quantiles else ()))
        measured = [(one.name, self._facts.metrics.get(one.name)) for one in told]
        lines.append(constant("OF_THE_RUN", {name: value for name, value in measured if value is not None}))
        return lines

    def _scores(self) -> str:
        return "class_scores" if self._classes else "quantile_scores" if self._of_quantiles else "value_scores"

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
_SCORES: Final = {
    "class_scores": "class_scores(y[test], predicted, THRESHOLD, COSTS, TEMPERATURE)",
    "value_scores": "value_scores(y[test], predicted)",
    "quantile_scores": "quantile_scores(y[test], predicted, QUANTILES, BEYOND)",
}
_COUNTED: Final = """\
    table = table[numbers(table[SAMPLE_WEIGHT]) > 0.0]"""
_SAMPLE_WEIGHT: Final = """\
    counts = numbers(table[SAMPLE_WEIGHT])
    weight = counts / counts[train].mean() * (1.0 if weight is None else weight)"""
_CLASS_WEIGHT: Final = """\
    weight = (len(train) / (len(CLASSES) * np.maximum(np.bincount(y[train], minlength=len(CLASSES)), 1)))[y]"""


def _split(material: Material) -> str:
    parts = np.full(len(material.y), -1, dtype=np.int8)
    for number, places in enumerate(material.parts):
        parts[places] = number
    return packed(parts)


def _sentences(text: str) -> str:
    """Give words for the head of the script."""
    told = text.replace("\\", "\\\\").replace('"""', "'''")
    return "\n".join(textwrap.wrap(told, WIDTH - 4, break_long_words=False, break_on_hyphens=False))
