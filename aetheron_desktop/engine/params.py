"""Parameters that know their limits.

One declaration yields the form, the check, the message, the search space, the file and the help.
A parameter is data: it can be read without importing the library that uses it.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import msgspec

from aetheron_desktop.engine.errors import UsageError

Value: TypeAlias = int | float | bool | str | None


class _Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """``name`` is the library's, ``label`` is for people; ``unit`` stands behind the value; ``help`` is a sentence."""

    name: str
    label: str
    help: str
    unit: str = ""
    advanced: bool = False


class Int(_Parameter, frozen=True, kw_only=True, tag="int"):
    """A whole number from ``low`` to ``high``, both included; with ``optional`` also None."""

    default: int | None
    low: int
    high: int
    log: bool = False
    optional: str = ""  # what None means, in words; empty when None is not allowed

    def check(self, value: object) -> int | None:
        """Give the value as this parameter holds it.

        Raises:
            UsageError: the value is not a whole number between the limits.
        """
        if _is_none(value) and self.optional:
            return None
        number = _number(self, value)
        if not number.is_integer():
            raise _refusal(self, "must be a whole number", value)
        _between(self, number, self.low, self.high, value)
        return int(number)


class Float(_Parameter, frozen=True, kw_only=True, tag="float"):
    """A number from ``low`` to ``high``, both included."""

    default: float
    low: float
    high: float
    log: bool = False

    def check(self, value: object) -> float:
        """Give the value as this parameter holds it.

        Raises:
            UsageError: the value is not a number between the limits.
        """
        number = _number(self, value)
        _between(self, number, self.low, self.high, value)
        return number


class Bool(_Parameter, frozen=True, kw_only=True, tag="bool"):
    """Yes or no."""

    default: bool

    def check(self, value: object) -> bool:
        """Give the value as this parameter holds it.

        Raises:
            UsageError: the value is neither yes nor no.
        """
        if isinstance(value, bool):
            return value
        word = str(value).strip().lower()
        if word in {"true", "yes", "on", "1"}:
            return True
        if word in {"false", "no", "off", "0"}:
            return False
        raise _refusal(self, "must be true or false", value)


class Choice(_Parameter, frozen=True, kw_only=True, tag="choice"):
    """One of ``options``; ``labels`` are their names for people, in the same order."""

    default: str
    options: tuple[str, ...]
    labels: tuple[str, ...] = ()

    def check(self, value: object) -> str:
        """Give the value as this parameter holds it.

        Raises:
            UsageError: the value is none of the options.
        """
        if value in self.options:
            return str(value)
        raise _refusal(self, f"must be one of {', '.join(self.options)}", value)


Parameter: TypeAlias = Int | Float | Bool | Choice


def defaults(parameters: tuple[Parameter, ...]) -> dict[str, Value]:
    """Give each parameter's default by its name."""
    return {parameter.name: parameter.default for parameter in parameters}


def check_all(parameters: tuple[Parameter, ...], values: dict[str, Any], *, owner: str) -> dict[str, Value]:
    """Give all parameters' values: those of ``values``, checked, and the defaults of the others.

    Raises:
        UsageError: a name is unknown to ``owner``, or a value is out of its limits.
    """
    known = {parameter.name: parameter for parameter in parameters}
    for name in values:
        if name not in known:
            names = ", ".join(known) or "none"
            raise UsageError(f"{owner} has no parameter {name!r}.", hint=f"Its parameters are: {names}.")
    return {name: parameter.check(values.get(name, parameter.default)) for name, parameter in known.items()}


def _is_none(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.strip().lower() in {"", "none"})


def _number(parameter: Parameter, value: object) -> float:
    if isinstance(value, bool):
        raise _refusal(parameter, "must be a number", value)
    try:
        number = float(str(value))
    except ValueError:
        raise _refusal(parameter, "must be a number", value) from None
    if not math.isfinite(number):
        raise _refusal(parameter, "must be a finite number", value)
    return number


def _between(parameter: Parameter, number: float, low: float, high: float, value: object) -> None:
    if not low <= number <= high:
        raise _refusal(parameter, f"must lie between {low:g} and {high:g}", value)


def _refusal(parameter: Parameter, must: str, value: object) -> UsageError:
    return UsageError(f"{parameter.label} {must}, got {value!r}.", hint=f"The default is {parameter.default!r}.")
