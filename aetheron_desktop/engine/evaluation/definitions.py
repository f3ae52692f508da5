"""What each figure of Analyze is: its name, its formula and where it was defined; data alone.

:mod:`.metrics` has those that models are trained, ranked and chosen by, under the same names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.evaluation import class_definitions, number_definitions

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.evaluation.definition import Definition

ALL: Final[tuple[Definition, ...]] = (*class_definitions.ALL, *number_definitions.ALL)
_BY_NAME: Final = {definition.name: definition for definition in ALL}


def definition(name: str) -> Definition:
    """Give the definition of this name.

    Raises:
        UsageError: there is none.
    """
    found = _BY_NAME.get(name)
    if found is None:
        raise UsageError(f"There is no metric {name!r}.", hint=f"There are: {', '.join(_BY_NAME)}.")
    return found


def definitions_for(task: Task) -> tuple[Definition, ...]:
    """Give the definitions of ``task``, in the order of the table."""
    return tuple(one for one in ALL if task in one.tasks)
