"""Which column goes into which feature, and which output is which class."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.errors import ModelError
from aetheron_desktop.engine.registry.foreign.info import ForeignInfo, ForeignShape, OutputForm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aetheron_desktop.engine.datasets.schema import Column, Task

_BLANKS: Final = re.compile(r"[\s_]+")
_QUANTITIES: Final = frozenset({"number", "integer", "boolean"})


def foreign_shape(
    info: ForeignInfo,
    *,
    columns: Sequence[Column],
    target: Column,
    task: Task,
    classes: tuple[str, ...],
    mapping: Mapping[str, str] | None = None,
    class_order: tuple[str, ...] | None = None,
) -> ForeignShape:
    """Match a model to a table.

    Args:
        info: what the file says of itself.
        columns: the table's columns; those that the model does not need are left aside.
        target: the column that is predicted.
        task: what is predicted.
        classes: the table's classes as words, empty for regression.
        mapping: the column by feature; the features that it leaves out are matched by name.
        class_order: the classes in the order of the model's outputs, where its file does not know them.

    Raises:
        ModelError: columns are missing, or the task or the classes do not suit; the words name them.
    """
    others = [column for column in columns if column.name != target.name]
    chosen = _matched(info, others, mapping or {})
    notes = list(info.notes)
    notes += [f"“{feature}” is the column “{column.name}”." for feature, column in renamed(info, chosen)]
    notes += [note for at, column in enumerate(chosen) for note in _type_notes(info, at, column)]
    form = _form(info, task, notes)
    order: tuple[str, ...] = ()
    if classes:
        order = _class_order(info, target, classes, class_order, notes)
    return ForeignShape(
        kind=info.kind,
        file_name=info.file_name,
        features=info.features,
        columns=tuple(column.name for column in chosen),
        outputs=form,
        classes=order,
        categories=info.categories,
        notes=tuple(dict.fromkeys(notes)),
    )


# -- columns ----------------------------------------------------------------------------------------------------------


def in_order(info: ForeignInfo, names: Sequence[str]) -> dict[str, str]:
    """Give the mapping that takes ``names`` in order, for a file whose features have no names.

    Raises:
        ModelError: they are not as many as the features.
    """
    if len(names) != len(info.features):
        raise ModelError(
            f"The model takes {len(info.features)} features, and {len(names)} columns were given.",
            hint="Give the columns that it was trained on, in their order.",
        )
    return dict(zip(info.features, names, strict=True))


def renamed(info: ForeignInfo, chosen: Sequence[Column]) -> list[tuple[str, Column]]:
    """Give the features whose column has another name, with the column."""
    return [pair for pair in zip(info.features, chosen, strict=True) if pair[0] != pair[1].name]


def _matched(info: ForeignInfo, columns: Sequence[Column], mapping: Mapping[str, str]) -> list[Column]:
    if strange := sorted(set(mapping) - set(info.features)):
        raise ModelError(f"The model has no feature {strange[0]!r}.", hint=f"It has: {_listed(info.features)}.")
    by_name = {column.name: column for column in columns}
    alike: dict[str, list[Column]] = {}
    for column in columns:
        alike.setdefault(_plain(column.name), []).append(column)
    if not info.named and (unsaid := [name for name in info.features if name not in mapping]):
        raise ModelError(
            f"The file does not name its {len(info.features)} features, so nothing says which column is which.",
            hint=f"Say which column each of them is: {_listed(unsaid)}.",
        )
    found: list[Column] = []
    missing: list[str] = []
    for feature in info.features:
        name = mapping.get(feature, feature)
        near = [] if feature in mapping else alike.get(_plain(feature), [])
        if name in by_name:
            found.append(by_name[name])
        elif len(near) == 1:
            found.append(near[0])
        else:
            missing.append(name)
    if missing:
        raise ModelError(
            f"{len(missing)} of the {len(info.features)} columns that the model needs are not in the table: "
            f"{_listed(missing)}.",
            hint=f"Rename columns, or say which column is which; the table has: {_listed(list(by_name))}.",
        )
    names = [column.name for column in found]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise ModelError(f"The column {twice[0]!r} would be two features.", hint="Say which column each of them is.")
    return found


def _plain(name: str) -> str:
    # LightGBM writes blanks as underscores.
    return _BLANKS.sub("_", name.strip())


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")


def _type_notes(info: ForeignInfo, at: int, column: Column) -> list[str]:
    """Refuse a column that cannot be what the feature is; tell what is decided about one that can."""
    kind, feature = info.types[at], info.features[at]
    if info.kind == "skops":
        return []
    if column.type == "date":
        if info.kind == "onnx" and kind in {"number", "integer"}:
            return [f"“{column.name}” is given as the seconds since 1970-01-01 UTC."]
        raise ModelError(
            f"“{column.name}” is a date, and the model takes {feature!r} as a {kind}.",
            hint="Make the number that it was trained on from the date, as a column of its own.",
        )
    if kind == "category" and info.kind in {"lightgbm", "xgboost"} and feature not in info.categories:
        if column.type not in _QUANTITIES:
            raise ModelError(
                f"The file does not know the categories of {feature!r}, only their codes, and “{column.name}” is no "
                "column of numbers.",
                hint="Save it with its categories: XGBoost 3.1 or newer, or LightGBM trained on categories of pandas.",
            )
        return [f"“{column.name}” is taken as the codes of categories."]
    return []


# -- what comes out ---------------------------------------------------------------------------------------------------


def _form(info: ForeignInfo, task: Task, notes: list[str]) -> OutputForm:
    if task == "regression":
        if info.outputs == "value" or (info.outputs == "scores" and info.task != "multiclass" and info.count < 2):
            return "value"
        raise ModelError(
            "The model gives classes, and the task asks for values.", hint="Choose a target that holds classes."
        )
    if info.outputs == "value":
        raise ModelError("The model gives values, and the task asks for classes.", hint="Choose a numeric target.")
    if info.task not in {None, task} and not (info.outputs == "scores" and task == "binary" and info.count < 2):
        raise ModelError(
            f"The model is made for {info.count} classes, and the task is {task}.", hint="Choose the target it knows."
        )
    if info.outputs == "scores":
        notes.append(
            "It gives scores; probabilities are made of them by the "
            f"{'logistic function' if task == 'binary' else 'softmax'}: the order is the model's, "
            "how sure it is may not be."
        )
    if info.outputs == "labels":
        notes.append("It gives labels alone: the label it gives counts as certain.")
    return info.outputs


def _class_order(
    info: ForeignInfo,
    target: Column,
    classes: tuple[str, ...],
    given: tuple[str, ...] | None,
    notes: list[str],
) -> tuple[str, ...]:
    """Give the table's classes in the order of the model's outputs."""
    known = info.classes
    if info.count and info.count != len(classes):
        raise ModelError(
            f"The model knows {info.count} classes ({_listed(known) or 'without names'}), "
            f"and {target.name!r} has {len(classes)}: {_listed(classes)}.",
            hint="Choose the target that it was trained for.",
        )
    if given is not None:
        if sorted(given) != sorted(classes):
            raise ModelError(f"The order of the classes must name each of {_listed(classes)} once.")
        return given
    if set(known) == set(classes):
        return known
    numbered = tuple(str(at) for at in range(len(classes)))
    if known and set(known) != set(numbered):
        raise ModelError(
            f"The model knows the classes {_listed(known)}, and {target.name!r} has {_listed(classes)}.",
            hint="Choose the target that it was trained for, or rename its values.",
        )
    order = tuple(sorted(classes, key=_sorting))
    if order != numbered:
        said = ", ".join(f"{at} is “{name}”" for at, name in enumerate(order[:10]))
        notes.append(f"The file numbers its classes; they are taken in sorted order: {said}.")
    return tuple(order[int(name)] for name in known) if known else order


def _sorting(name: str) -> tuple[int, float, str]:
    # As NumPy and pandas sort labels: numbers by their size, words by their signs.
    try:
        return (0, float(name), "")
    except ValueError:
        return (1, 0.0, name)
