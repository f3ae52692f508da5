"""What a script says of how features are made for one style of estimator."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aetheron_desktop.engine.estimators.features import fitted, number_positions, transformer
from aetheron_desktop.engine.training.preparation import directions
from aetheron_desktop.engine.training.script.written import Writer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.treatments import Style
    from aetheron_desktop.engine.training.preparation import Material
    from aetheron_desktop.engine.training.script.source import Imports


class View(NamedTuple):
    """The lines of what a ``ColumnTransformer`` takes, and what an estimator is told of its features."""

    lines: str
    pieces: frozenset[str]
    codes: int
    numbers: range
    directions: tuple[tuple[int, int], ...]


def view_of(
    material: Material,
    style: Style,
    seed: int,
    rows: NDArray[np.int64],
    lists: Mapping[str, Sequence[str]],
    imports: Imports,
) -> View:
    """Give what is said of features that are learned from ``rows``, positions in the table of ``material``.

    ``lists`` are names of lists of columns.
    """
    subject = material.subject
    frame = subject.columns.frame(material.table.iloc[rows])
    made = transformer(subject.columns, frame, style, seed, len(subject.classes))
    kept: tuple[tuple[int, int], ...] = ()
    numbers, codes = range(0), 0
    if subject.monotone or style in {"network", "embedded"}:
        fitted(made, frame, material.y[rows])
        kept, numbers = directions(made, subject.monotone), number_positions(made)
    if style in {"tree", "embedded"}:
        codes = next((len(chosen) for name, _, chosen in made.transformers if name == "category"), 0)
    writer = Writer(frame, lists, imports)
    lines = writer.transformer(made)
    return View(lines, frozenset(writer.pieces), codes, numbers, kept)
