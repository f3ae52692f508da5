"""What is known of a model that another program made; data alone, without any library behind it."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.datasets.schema import Task
from aetheron_desktop.engine.errors import ModelError, UntrustedModel, storage_error

if TYPE_CHECKING:
    from pathlib import Path

Kind: TypeAlias = Literal["onnx", "lightgbm", "xgboost", "skops"]
FeatureType: TypeAlias = Literal["number", "integer", "boolean", "category", "text", "unknown"]
OutputForm: TypeAlias = Literal["probabilities", "one-vs-rest", "scores", "labels", "value"]
"""``one-vs-rest`` are probabilities of each class against all others, which need not add up to 1."""

ONNX_FILE: Final = "foreign.onnx"
LIGHTGBM_FILE: Final = "foreign.txt"
XGBOOST_JSON_FILE: Final = "foreign.json"
XGBOOST_UBJ_FILE: Final = "foreign.ubj"
SKOPS_FILE: Final = "foreign.skops"
FOREIGN_FILES: Final = frozenset({ONNX_FILE, LIGHTGBM_FILE, XGBOOST_JSON_FILE, XGBOOST_UBJ_FILE, SKOPS_FILE})
"""How a foreign model's file is called in a version's folder."""

MOST_BYTES: Final = 256 << 20
MOST_FEATURES: Final = 100_000
MOST_CLASSES: Final = 10_000
MOST_TREES: Final = 1_000_000
MOST_DEPTH: Final = 4_096
MADE_AGAIN: Final = "Write the model again with the library that made it, or get it again from where it came."


class ForeignInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a foreign model's file says of itself.

    ``features`` are the names as the file has them; where it has none (``named`` is False) they are made up from the
    positions, and whoever opens it must say which column is which. ``types`` go with them. ``categories`` are, by
    feature, the words that stand for the codes 0, 1, …. ``classes`` are words in the order of the outputs, empty where
    the file does not know them; ``count`` is how many there are, 0 for values or where that is not known.
    """

    kind: Kind
    file_name: str
    features: tuple[str, ...]
    types: tuple[FeatureType, ...]
    named: bool = True
    categories: dict[str, tuple[str, ...]] = {}
    outputs: OutputForm
    classes: tuple[str, ...] = ()
    count: int = 0
    task: Task | None = None
    details: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class ForeignShape(msgspec.Struct, frozen=True, kw_only=True):
    """What must be kept beside a foreign model's file to open it again as it was opened first.

    ``columns`` are the names of the table's columns, one for each of ``features``; ``classes`` are the words of the
    outputs in the file's order; ``notes`` say in words what was decided on the way.
    """

    kind: Kind
    file_name: str
    features: tuple[str, ...]
    columns: tuple[str, ...]
    outputs: OutputForm
    classes: tuple[str, ...] = ()
    categories: dict[str, tuple[str, ...]] = {}
    notes: tuple[str, ...] = ()


def word(value: str | float | bool | None) -> str:
    """Give a category or a class as the word that :func:`..estimators.features.words` gives it, without pandas."""
    if value is None:
        return "(missing)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**63 else repr(value)
    return str(value)


def damaged(file: Path, what: str) -> UntrustedModel:
    """Give the error that says what is wrong inside ``file``."""
    return UntrustedModel(f"{file.name} is damaged: {what}.", hint=MADE_AGAIN)


def read_bounded(file: Path) -> bytes:
    """Read a plain file whole.

    Raises:
        ModelError: it is not there, or cannot be read.
        UntrustedModel: it is no plain file, is empty, or is too large.
    """
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UntrustedModel(f"{file.name} is no plain file.", hint="Choose the model's file itself.")
        if status.st_size > MOST_BYTES:
            raise UntrustedModel(
                f"{file.name} has {status.st_size:,} bytes; models of up to {MOST_BYTES:,} are opened.",
                hint="Make the model smaller: fewer trees, or fewer weights.",
            )
        # One byte more than allowed: a file that grows meanwhile is noticed.
        with file.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise ModelError(storage_error(error, file).detail, hint="Choose the file again.") from error
    if not data or len(data) > MOST_BYTES:
        raise UntrustedModel(f"{file.name} is empty, or grew while it was read.", hint=MADE_AGAIN)
    return data
