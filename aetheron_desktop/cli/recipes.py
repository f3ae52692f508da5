"""The options of an import: a recipe's file, and each of its choices by itself."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import msgspec

from aetheron_desktop.engine.datasets.recipe import ROLES, ColumnRecipe, Recipe, load
from aetheron_desktop.engine.errors import UsageError

_NAMED = {"tab": "\t", "comma": ",", "semicolon": ";", "blank": " ", "none": "", "pipe": "|"}


def add_options(verb: argparse.ArgumentParser) -> None:
    """Let ``verb`` understand every choice of a recipe; what is not given is found out."""
    verb.add_argument("--recipe", type=Path, metavar="FILE", help="read it as FILE (.recipe.json) says")
    text = verb.add_argument_group("text", "What is not given is found out. Signs have names too: tab, blank, none.")
    text.add_argument("--encoding", help="for example utf-8, cp1252, shift_jis")
    text.add_argument("--delimiter", type=_sign, metavar="SIGN", help="what parts the cells; none for one column")
    text.add_argument("--quote", type=_sign, metavar="SIGN", help="what stands around cells; none for nothing")
    text.add_argument("--escape", type=_sign, metavar="SIGN", help="what stands before a quote within a cell")
    text.add_argument("--comment", type=_sign, metavar="SIGN", help="how lines begin that are no rows; none for none")
    text.add_argument("--skip", type=_count, metavar="N", help="lines before the table")
    text.add_argument("--header", type=_count, metavar="N", help="lines that name the columns; 0 for none")
    values = verb.add_argument_group("values")
    values.add_argument("--decimal", choices=(".", ","), help="the decimal sign")
    values.add_argument("--thousands", choices=("none", ",", ".", "'", "blank"), help="what parts thousands")
    values.add_argument("--dates", choices=("day-first", "month-first"), help="how 03/04/2026 is read")
    values.add_argument("--missing", action="append", metavar="WORD", help="a word for a missing value; repeat it")
    values.add_argument(
        "--missing-in", action="append", default=[], metavar="COL=WORD", help="the same for one column; repeat it"
    )
    values.add_argument(
        "--type", action="append", default=[], metavar="COL=TYPE", help=f"the type of a column: {', '.join(ROLES)}"
    )
    values.add_argument("--form", action="append", default=[], metavar="COL=FORM", help="its form, as %%d.%%m.%%Y")
    values.add_argument("--rename", action="append", default=[], metavar="COL=NAME", help="give a column another name")
    place = verb.add_argument_group("place")
    place.add_argument("--sheet", help="the sheet of a workbook; the first by default")
    place.add_argument("--range", metavar="B2:F100", help="the cells of the sheet")
    place.add_argument("--path", metavar="A.B", help="where in JSON the list of rows is")
    place.add_argument("--table", help="the table of a database")
    place.add_argument("--member", metavar="FILE", help="the file of an archive")


def recipe_of(options: argparse.Namespace) -> Recipe:
    """Give the recipe that the options spell out.

    Raises:
        UsageError: an option is not COL=VALUE, or names a type that there is not; or the recipe's file is none.
    """
    recipe = load(options.recipe) if options.recipe else Recipe()
    given: dict[str, Any] = {
        name: value
        for name in (
            "encoding", "delimiter", "quote", "escape", "comment", "skip", "header", "decimal", "sheet", "range",
            "path", "table", "member",
        )
        if (value := getattr(options, name)) is not None
    }  # fmt: skip
    if options.thousands is not None:
        given["thousands"] = {"none": "", "blank": " "}.get(options.thousands, options.thousands)
    if options.dates is not None:
        given["dates"] = options.dates.replace("-", " ")
    if options.missing is not None:
        given["missing"] = tuple(options.missing)
    recipe = msgspec.structs.replace(recipe, **given)
    for option, field in (("type", "type"), ("form", "form"), ("rename", "rename")):
        for name, value in map(_pair, getattr(options, option)):
            recipe = _with(recipe, name, **{field: value})
    for name, word in map(_pair, options.missing_in):
        recipe = _with(recipe, name, missing=((*(recipe.column(name).missing or ()), word) if word else ()))
    return recipe


def _with(recipe: Recipe, name: str, **choice: Any) -> Recipe:
    if "type" in choice and choice["type"] not in ROLES:
        raise UsageError(f"There is no type {choice['type']!r}.", hint=f"There are: {', '.join(ROLES)}.")
    column: ColumnRecipe = msgspec.structs.replace(recipe.column(name), **choice)
    return recipe.with_column(column)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.rpartition("=")
    if not equals or not name:
        raise UsageError(f"{text!r} is not COLUMN=VALUE.", hint="For example: --type price=number")
    return name, value


def _sign(text: str) -> str:
    return _NAMED.get(text, text.encode().decode("unicode_escape") if text.startswith("\\") and len(text) > 1 else text)


def _count(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of lines")
    return int(text)
