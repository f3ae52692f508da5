"""Steps of a stranger's pipeline that compiled code, or a name in the file, could lead astray."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.errors import UntrustedModel
from aetheron_desktop.engine.registry.foreign.info import MADE_AGAIN, MOST_FEATURES

if TYPE_CHECKING:
    from collections.abc import Sequence

_STRANGE: Final = "Do not use it; ask whoever made it what that is for."
# Another pattern could take for ever on a text.
_PATTERNS: Final = frozenset(
    {
        *(rf"{start}\b\w{more}\b" for start in ("(?u)", "") for more in ("+", r"\w+", r"\w\w+", "{2,}", "{3,}")),
        *(r"\w+", r"\w\w+", r"(?u)\w+", r"\S+", "[a-zA-Z]+", "[A-Za-z]+", "[a-z]+"),
    }
)
_ENCODINGS: Final = frozenset({"utf-8", "utf8", "latin-1", "iso-8859-1", "ascii", "cp1252"})
_MOST_WORDS: Final = 20
_MOST_POWER: Final = 20


def check_function(part: Any) -> None:
    """Refuse a step that calls anything but one of NumPy's functions of one number.

    Raises:
        UntrustedModel: it does.
    """
    known = all(one is None or isinstance(one, np.ufunc) for one in (part.func, part.inverse_func))
    if not known or part.kw_args or part.inv_kw_args or part.feature_names_out not in (None, "one-to-one"):
        raise UntrustedModel("A step of the file calls what is not known.", hint=_STRANGE)


def check_selection(part: Any) -> None:
    """Refuse a choice of columns by anything but what a model learned of them.

    Raises:
        UntrustedModel: it is.
    """
    if part.importance_getter not in ("auto", "coef_", "feature_importances_"):
        raise UntrustedModel("A step of the file chooses its columns in an unknown way.", hint=_STRANGE)


def check_words(part: Any) -> None:
    """Refuse words whose places are not 0, 1, 2 and so on, or that are found in a way that is not known.

    Raises:
        UntrustedModel: they are.
    """
    if part.input != "content":
        raise UntrustedModel("A step of the file reads files that the table names.", hint=_STRANGE)
    shortest, longest = part.ngram_range
    told = (part.preprocessor, part.tokenizer, getattr(part, "vocabulary", None))
    stops = part.stop_words
    if (
        part.analyzer not in ("word", "char", "char_wb")
        or part.token_pattern not in _PATTERNS
        or part.encoding not in _ENCODINGS
        or not (told[0] is None and told[1] is None and isinstance(told[2], dict | list | None))
        or not (stops in (None, "english") or isinstance(stops, list))
        or not 1 <= shortest <= longest <= _MOST_WORDS
    ):
        raise UntrustedModel(
            "A step of the file takes words out of texts in a way that is not known.",
            hint="Set it as scikit-learn does by itself (token_pattern, tokenizer), or save the model as ONNX.",
        )
    places = list(getattr(part, "vocabulary_", {}).values())
    if any(type(place) is not int for place in places) or sorted(places) != list(range(len(places))):
        raise UntrustedModel("The file's words lead out of their columns.", hint=MADE_AGAIN)


def check_imputer(part: Any) -> None:
    """Refuse rows to fill from that are not as wide as the table.

    Raises:
        UntrustedModel: they are not.
    """
    if "_fit_X" in vars(part) and part._fit_X.shape[1:] != (part.n_features_in_,):
        raise UntrustedModel("The file's KNNImputer is damaged: its rows are of other columns.", hint=MADE_AGAIN)


def check_polynomial(part: Any) -> None:
    """Refuse products of columns that are more than can be, or not as many as they say.

    Raises:
        UntrustedModel: they are.
    """
    if "_max_degree" not in vars(part):
        return
    low, high, columns = part._min_degree, part._max_degree, part.n_features_in_
    if not 0 <= low <= high <= _MOST_POWER or not 0 < columns <= MOST_FEATURES:
        raise UntrustedModel("The file's PolynomialFeatures is damaged.", hint=MADE_AGAIN)
    if [low, high] != ([0, part.degree] if isinstance(part.degree, int) else list(part.degree)):
        raise UntrustedModel("The file's PolynomialFeatures is of another degree than it says.", hint=MADE_AGAIN)
    counts = [
        part._num_combinations(
            n_features=columns,
            min_degree=degree,
            max_degree=high,
            interaction_only=part.interaction_only,
            include_bias=part.include_bias,
        )
        for degree in (low, 0)
    ]
    if counts != [part.n_output_features_, part._n_out_full] or max(counts) > MOST_FEATURES:
        raise UntrustedModel("The file's PolynomialFeatures makes too many columns.", hint=MADE_AGAIN)


def check_one_hot(part: Any) -> None:
    """Refuse categories that become columns that are not there: compiled code writes to them without looking.

    Raises:
        UntrustedModel: they do.
        AttributeError, TypeError, ValueError: it is not built as one is.
    """
    if "categories_" not in vars(part):
        return
    count = len(part.categories_)
    rare: Sequence[Any] = part._infrequent_indices if part._infrequent_enabled else [None] * count
    places: Sequence[Any] = part._default_to_infrequent_mappings if part._infrequent_enabled else [None] * count
    dropped = part._drop_idx_after_grouping
    drops: Sequence[Any] = [None] * count if dropped is None else dropped.tolist()
    if dropped is not None and (dropped.dtype != object or dropped.shape != (count,)):
        raise UntrustedModel("The file's OneHotEncoder is damaged: it leaves out what is not there.", hint=MADE_AGAIN)
    for categories, few, place, drop, width in zip(
        part.categories_, rare, places, drops, part._n_features_outs, strict=True
    ):
        size = _grouped(categories, few, place)
        if drop is not None:
            if not isinstance(drop, int | np.integer) or not 0 <= drop < size:
                raise UntrustedModel("The file's OneHotEncoder leaves out what is not there.", hint=MADE_AGAIN)
            size -= 1
        if not isinstance(width, int | np.integer) or width != size:
            raise UntrustedModel("The file's categories lead out of their columns.", hint=MADE_AGAIN)


def _grouped(categories: Any, few: Any, place: Any) -> int:
    """Give how many columns ``categories`` become, the rare ones of them (``few``) one."""
    size: int = len(categories)
    if categories.ndim != 1 or not size or (few is None) != (place is None) or not _is_sorted(categories):
        raise UntrustedModel("The file's categories do not suit each other.", hint=MADE_AGAIN)
    if few is None:
        return size
    left: int = size - few.size + 1
    if (
        few.ndim != 1
        or not few.size
        or place.shape != (size,)
        or place.dtype.kind != "i"
        or ((place < 0) | (place >= left)).any()
    ):
        raise UntrustedModel("The file's rare categories lead out of their columns.", hint=MADE_AGAIN)
    return left


def _is_sorted(categories: Any) -> bool:
    # Numbers are found by halving, words one by one; what is missing stands at the end.
    if categories.dtype.kind not in "biuf":
        return bool(categories.dtype.kind in "OU")
    known = categories[:-1] if np.isnan(categories[-1]) else categories
    return bool((known[1:] > known[:-1]).all()) and not np.isnan(known).any()
