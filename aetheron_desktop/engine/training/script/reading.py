"""How the script of a run gets its table: from the imported file where that gives the same, or from Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from aetheron_desktop.engine.datasets.dataset import source_state
from aetheron_desktop.engine.datasets.recipe import load
from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.engine.estimators.features import Columns, numbers, words
from aetheron_desktop.engine.training.script.pieces.delimited import read_delimited

if TYPE_CHECKING:
    import pandas as pd

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.schema import Column
    from aetheron_desktop.engine.training.preparation import Subject

_LARGEST: Final = 100 << 20
"""A larger file is not read again to see whether the script would read it as it was read."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """The ``piece`` that reads, the ``call`` of it and the ``constants`` that it needs; in words where the file is."""

    piece: str
    call: str
    constants: tuple[str, ...]
    told: str
    notes: tuple[str, ...] = ()


def reading(dataset: Dataset, subject: Subject, weight: Column | None = None) -> Reading:
    """Give how the script reads the table of ``dataset``; ``weight`` is the column that says what a row counts."""
    used = (*subject.columns.columns, subject.target, *(() if weight is None else (weight,)))
    kinds: dict[str, str] = {column.name: column.type for column in used}
    form = _form(dataset)
    origin = dataset.info.origin
    if origin is not None and form is not None and _is_the_same(dataset, subject, weight, origin.path, kinds, form):
        return Reading(
            piece="delimited",
            call="read_delimited(sys.argv[1] if len(sys.argv) > 1 else FILE, COLUMNS, FORM)",
            constants=(f"FILE = {origin.path!r}", _columns(kinds), f"FORM = {form!r}"),
            told=f"Usage: python SCRIPT [FILE]. FILE is {Path(origin.path).name}, which the program imported; without "
            "it, the file is looked for where it lay then.",
        )
    file = f"{''.join(sign if sign.isalnum() or sign in ' -_.' else '_' for sign in dataset.info.name)}.parquet"
    return Reading(
        piece="table",
        call="read_table(sys.argv[1] if len(sys.argv) > 1 else FILE)",
        constants=(f"FILE = {file!r}",),
        told=f"Usage: python SCRIPT [FILE]. FILE is the dataset {dataset.info.name}, written once by the program: "
        f"aetheron export {dataset.info.name!r} --out {file!r}",
        notes=(
            f"The script reads the dataset from a Parquet file, for {_why(dataset)}. Write it once: "
            f"aetheron export {dataset.info.id} --out {file!r}",
        ),
    )


def _why(dataset: Dataset) -> str:
    if dataset.info.lineage is not None:
        return "it was made by steps"
    return "pandas alone would not read its file as it was imported" if dataset.info.origin else "it was not in a file"


def _columns(kinds: dict[str, str]) -> str:
    inside = "\n".join(f"    {name!r}: {kind!r}," for name, kind in kinds.items())
    return f"COLUMNS = {{\n{inside}\n}}"


def _form(dataset: Dataset) -> dict[str, Any] | None:
    """Give how pandas would read the file; None when it is no plain delimited text, or not as it was."""
    info = dataset.info
    if info.quarantined or info.lineage is not None or source_state(info) != "same":
        return None
    if info.origin is None or info.origin.bytes > _LARGEST:
        return None
    try:
        recipe = load(dataset.recipe)
    except AetheronError:
        return None
    if not recipe.delimiter or recipe.delimiter == " " or recipe.header != 1 or recipe.member or recipe.comment:
        return None
    form: dict[str, Any] = {"sep": recipe.delimiter, "encoding": recipe.encoding or "utf-8"}
    form |= {"quotechar": recipe.quote} if recipe.quote else {"quoting": 3}
    form |= {"escapechar": recipe.escape} if recipe.escape else {}
    return form | ({"skiprows": recipe.skip} if recipe.skip else {})


def _is_the_same(
    dataset: Dataset, subject: Subject, weight: Column | None, path: str, kinds: dict[str, str], form: dict[str, Any]
) -> bool:
    """Tell whether the script would read what was imported: it is tried, for a guess would be no promise."""
    try:
        here, there = read_delimited(path, kinds, form), dataset.table(list(kinds))
        if len(here) != len(there):
            return False
        target = subject.target.name
        columns = Columns(subject.columns.columns)
        same = columns.frame(here).equals(columns.frame(there))
        if weight is not None:
            same = same and np.array_equal(numbers(here[weight.name]), numbers(there[weight.name]), equal_nan=True)
        return same and _same_target(here[target], there[target], is_number=not subject.classes)
    except (OSError, ValueError, KeyError, LookupError, AetheronError):
        return False


def _same_target(here: pd.Series, there: pd.Series, *, is_number: bool) -> bool:
    if is_number:
        return bool(np.array_equal(numbers(here), numbers(there), equal_nan=True))
    return bool((here.notna() == there.notna()).all() and (words(here) == words(there)).all())
