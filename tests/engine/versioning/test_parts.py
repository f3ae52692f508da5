from __future__ import annotations

from aetheron_desktop.engine.registry.description import BranchShape
from aetheron_desktop.engine.versioning.record import EnsemblePart, parts_of


def test_that_the_parts_of_an_ensemble_are_summed_by_estimator_and_the_heaviest_is_first() -> None:
    branches = [
        BranchShape(estimator="ridge", weight=0.2, transformer=0),
        BranchShape(estimator="boosting", weight=0.5, transformer=1),
        BranchShape(estimator="ridge", weight=0.2, transformer=0),
        BranchShape(estimator="forest", weight=0.1, transformer=1),
    ]
    assert parts_of(branches) == (
        EnsemblePart(estimator="boosting", weight=0.5, fits=1),
        EnsemblePart(estimator="ridge", weight=0.4, fits=2),
        EnsemblePart(estimator="forest", weight=0.1, fits=1),
    )
    assert parts_of(()) == ()
