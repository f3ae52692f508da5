"""The script of a run of an ensemble: what is special to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.errors import ModelError
from aetheron_desktop.engine.estimators.cards.scripts import SCRIPTS
from aetheron_desktop.engine.training.auto.folds import make_folds
from aetheron_desktop.engine.training.learner import implementation, style_of
from aetheron_desktop.engine.training.script.source import constant, packed, wrapped
from aetheron_desktop.engine.training.script.views import view_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.estimators.treatments import Style
    from aetheron_desktop.engine.training.auto_record import Cut
    from aetheron_desktop.engine.training.candidate import Candidate
    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.training.preparation import Material
    from aetheron_desktop.engine.training.script.facts import Ensemble, Facts
    from aetheron_desktop.engine.training.script.source import Imports
    from aetheron_desktop.engine.training.script.views import View

_FEATURES: Final = '''\
def {name}(frame: pd.DataFrame) -> ColumnTransformer:
    """Give what makes features of the columns; ``frame`` are the training rows{which}."""
    parts = [
{lines}
    ]
    return ColumnTransformer(parts, sparse_threshold=0.0)'''
_LEARN: Final = """\
    rows = np.sort(np.concatenate([train, valid]))
    folds = {folds}
    setting = Setting(params={{}}, classes=len(CLASSES), seed=SEED, threads=THREADS, codes=(), quantiles=QUANTILES)
    said = []
    for member in MEMBERS:
        print(f"{{member.weight:7.3f}} of {{member.fit.__name__.removeprefix('fit_')}}", file=sys.stderr)
        said.append(said_by(member, Table(frame, y, weight), folds, test, setting))
    predicted = together(said, [member.weight for member in MEMBERS], OFFSETS, WARMTH)"""


def refuse(experiment: Experiment, facts: Facts) -> None:
    """Refuse what no script would do again, before the table is read.

    Raises:
        ModelError: the words say why.
    """
    found = facts.ensemble
    if found is None:
        raise ModelError(
            "It was made by an earlier version, which kept no record of its members.",
            hint="Train it again; that run has a script.",
        )
    if experiment.params["latency_ms"] is not None and len(found.shares) == 1 < len(found.record.members):
        raise ModelError(
            "Of its members one is left, for the time that a row may take, and which it was is not kept.",
            hint="Train that estimator by itself; that run has a script.",
        )


class Whole:
    """The members that count, fitted on the folds of the run, with the weights that were chosen then."""

    def __init__(
        self,
        experiment: Experiment,
        dataset: Dataset,
        facts: Facts,
        material: Material,
        lists: Mapping[str, Sequence[str]],
        imports: Imports,
    ) -> None:
        assert facts.ensemble is not None
        self._plan, self._material, self._lists, self._imports = experiment, material, lists, imports
        self._ensemble: Ensemble = facts.ensemble
        self.threads = max(1, facts.threads // min(self._ensemble.record.lanes, facts.threads))
        made = make_folds(experiment, material, dataset, self._ensemble.record.folds)
        self._folds = made.parts
        self._functions: dict[str, str] = {}
        self._views: dict[Style, list[str]] = {}
        self._pieces: set[str] = set()
        self._unended: list[str] = []
        found = self._members()
        members = [self._member(*one) for one in found]
        cards = [candidate.card for candidate, *_ in found]
        self.within = max(SCRIPTS[card.id].within for card in cards)
        self.libraries = tuple(sorted({name for card in cards for name in card.libraries}))
        fits = sorted({SCRIPTS[card.id].piece for card in cards})
        self.pieces = (*sorted(self._pieces), *fits, "folds", "ensemble")
        views = [_tuple(_name(style), each) for style, each in self._views.items()]
        listed = "MEMBERS = [\n" + "\n".join(members) + "\n]"
        self.features = "\n\n\n".join((*self._functions.values(), "\n".join((*views, listed))))
        self.learn = _LEARN.format(folds=self._dealt())
        self.constants = self._constants()

    @property
    def note(self) -> str:
        """What the script does otherwise than the run; empty where it does the same."""
        if not self._unended:
            return ""
        return (
            f"The time budget cut fits of {', '.join(dict.fromkeys(self._unended))} short, which no parameter of their "
            "libraries does: here they are done to the end, and the scores may differ by more."
        )

    def _members(self) -> list[tuple[Candidate, float, tuple[int, ...], tuple[Cut | None, ...]]]:
        """Give each member that counts: what it is, its weight, its folds, and where its fits were cut."""
        record = self._ensemble.record
        if record.begun is not None:
            begun = record.begun
            return [(begun.candidate, 1.0, (begun.fold,), (*[None] * begun.fold, begun.cut))]
        found = [(record.members[share.member], share) for share in self._ensemble.shares]
        return [(one.candidate, share.weight, tuple(range(share.fits)), one.cuts) for one, share in found]

    def _member(self, candidate: Candidate, weight: float, folds: tuple[int, ...], cuts: tuple[Cut | None, ...]) -> str:
        told = SCRIPTS[candidate.estimator]
        style = style_of(implementation(candidate.card), self._material.subject)
        if style not in self._views:
            self._views[style] = self._view(style)
        changed: dict[int, dict[str, Any]] = {}
        ends: dict[int, tuple[int, bool]] = {}
        for fold in folds:
            if fold >= len(cuts) or (cut := cuts[fold]) is None:
                continue
            if told.ends_at_steps:
                ends[fold] = cut.step, cut.is_after
            elif told.rounds:
                changed[fold] = {told.rounds: max(1, cut.step)}
            else:
                self._unended.append(candidate.card.name)
        given = [
            f"fit=fit_{candidate.estimator}",
            f"params={candidate.params!r}",
            f"weight={weight!r}",
            f"views={_name(style)}",
            f"folds={folds!r}",
            *([f"changed={changed!r}"] if changed else []),
            *([f"ends={ends!r}"] if ends else []),
        ]
        return "\n".join(("    Member(", *(wrapped(f"{one},", 8) for one in given), "    ),"))

    def _view(self, style: Style) -> list[str]:
        """Give the views of a style, one for each fold; what folds have in common is said once."""
        known: dict[View, str] = {}
        views = []
        for fold in self._folds:
            view = view_of(self._material, style, self._plan.seed, fold.train, self._lists, self._imports)
            self._pieces |= view.pieces
            if view not in known:
                number = sum(one.lines != view.lines for one in known)
                same = next((known[one] for one in known if one.lines == view.lines), None)
                name = same or f"features_{style}{f'_{number + 1}' if known else ''}"
                known[view] = name
                which = " of a fold" if len(self._folds) > 1 else ""
                self._functions[name] = _FEATURES.format(name=name, which=which, lines=view.lines)
            given = [
                known[view],
                *([f"codes={view.codes}"] if view.codes else []),
                *([f"numbers={view.numbers!r}"] if view.numbers else []),
                *([f"directions={view.directions!r}"] if view.directions else []),
            ]
            views.append(f"View({', '.join(given)})")
        return views

    def _dealt(self) -> str:
        if len(self._folds) == 1:
            return "[(train, valid)]"
        if self._plan.split.frozen:
            return "folds_of(rows, unpacked(FOLD_OF_ROW)[rows])"
        return f"folds_of(rows, dealt(y[rows], FOLDS, SEED, {bool(self._material.subject.classes)}))"

    def _constants(self) -> list[str]:
        lines = [f"FOLDS = {self._ensemble.record.folds}"]
        if len(self._folds) > 1 and self._plan.split.frozen:
            place = np.full(len(self._material.y), -1, dtype=np.int16)
            for number, fold in enumerate(self._folds):
                place[fold.valid] = number
            lines.append(constant("FOLD_OF_ROW", packed(place)))
        lines += [
            "# The temperature of the probabilities, and the offsets of the second layer where there is one.",
            f"WARMTH = {self._ensemble.temperature!r}",
            f"OFFSETS = {self._ensemble.offsets!r}",
        ]
        return lines


def _tuple(name: str, parts: Sequence[str]) -> str:
    """Give the lines that name what stands for each fold; what is the same for all is said once."""
    if len(set(parts)) == 1:
        return f"{name} = ({parts[0]},) * {len(parts)}"
    inside = wrapped(" ".join(f"{one}," for one in parts), 4)
    return f"{name} = (\n{inside}\n)"


def _name(style: Style) -> str:
    return f"VIEWS_{style.upper()}"
