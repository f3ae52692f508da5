"""The script of a run of one estimator: what is special to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aetheron_desktop.engine.errors import ModelError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.cards.scripts import SCRIPTS
from aetheron_desktop.engine.training.learner import implementation, style_of
from aetheron_desktop.engine.training.script.source import constant
from aetheron_desktop.engine.training.script.views import view_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.training.preparation import Material
    from aetheron_desktop.engine.training.script.facts import Facts
    from aetheron_desktop.engine.training.script.source import Imports

_FEATURES: Final = '''\
def features_of(frame: pd.DataFrame) -> ColumnTransformer:
    """Give what makes features of the columns; ``frame`` are the training rows."""
    parts = [
{lines}
    ]
    return ColumnTransformer(parts, sparse_threshold=0.0)'''
_LEARN: Final = """\
    features = features_of(frame.iloc[train])
    learned = np.ascontiguousarray(features.fit_transform(frame.iloc[train], y[train]), dtype=np.float64)
    judged, tested = (
        np.ascontiguousarray(features.transform(frame.iloc[part]), dtype=np.float64) for part in (valid, test)
    )
    setting = Setting(
        params=PARAMS,
        classes=len(CLASSES),
        seed=SEED,
        threads=THREADS,
        codes=tuple(range(CODES)),
        directions=DIRECTIONS,
        numbers=NUMBER_PLACES,
        end=END,
        quantiles=QUANTILES,
    )
    predict = fit_{estimator}(
        Rows(learned, y[train], None if weight is None else weight[train]),
        Rows(judged, y[valid], None if weight is None else weight[valid]),
        setting,
    )
    predicted = predict(tested)"""


def refuse(experiment: Experiment, facts: Facts) -> None:
    """Refuse what no script would do again, before the table is read.

    Raises:
        ModelError: the words say why.
    """
    name, told = catalog.card(experiment.estimator).name, SCRIPTS[experiment.estimator]
    if facts.ended_by not in {"time", "hand"} or told.rounds:
        return
    if told.ends_at_steps and not facts.steps:
        raise ModelError(
            f"{name} was ended early, before it was judged for the first time.",
            hint="Train it again with more time; that run has a script.",
        )
    if not told.ends_at_steps:
        raise ModelError(
            f"{name} was ended early, by {'its time budget' if facts.ended_by == 'time' else 'hand'}, and no parameter "
            "of its library ends it at the same step.",
            hint="Train it again without a time budget; that run has a script.",
        )


class Single:
    """One estimator, fitted on the training part and judged by the validation part."""

    def __init__(
        self,
        experiment: Experiment,
        facts: Facts,
        material: Material,
        lists: Mapping[str, Sequence[str]],
        imports: Imports,
    ) -> None:
        self._plan, self._facts = experiment, facts
        self._told = told = SCRIPTS[experiment.estimator]
        card = catalog.card(experiment.estimator)
        style = style_of(implementation(card), material.subject)
        self._view = view_of(material, style, experiment.seed, material.parts.train, lists, imports)
        self.within, self.libraries, self.threads = told.within, card.libraries, facts.threads
        self.pieces = (*sorted(self._view.pieces), told.piece)
        self.features = _FEATURES.format(lines=self._view.lines)
        self.learn = _LEARN.format(estimator=experiment.estimator)
        self.note = ""

    @property
    def constants(self) -> list[str]:
        """What is said before the functions."""
        params: dict[str, Any] = dict(self._plan.params)
        cut = self._facts.ended_by in {"time", "hand"}
        rounds = self._facts.steps if cut else self._plan.steps
        lines = []
        if rounds is not None and self._told.rounds:
            params[self._told.rounds] = min(rounds, int(params[self._told.rounds] or rounds))
            lines.append(f"# It was ended after {rounds:,} steps.")
        view = self._view
        return [
            *lines,
            constant("PARAMS", params),
            f"DIRECTIONS = {view.directions!r}  # features with which a prediction only rises or only falls",
            f"CODES = {view.codes}  # so many features, the first, are codes of categories",
            f"NUMBER_PLACES = {view.numbers!r}  # the features that are numbers of the table",
            f"END = {self._end()!r}  # the step that ended the fit early, and whether what it gave was kept",
        ]

    def _end(self) -> tuple[int, bool] | None:
        facts = self._facts
        if not self._told.ends_at_steps or facts.steps is None or facts.ended_by not in {"time", "hand", "steps"}:
            return None
        # A person and the clock end it between two judgements, a number of steps at one.
        return facts.steps, facts.ended_by != "steps"
