"""Small functions that the exported code of pandas calls; those that it needs are written out before it."""

from __future__ import annotations

from typing import Final

HELPERS: Final = {
    "digits": '''
def digits(values, numbers):
    """Give whole numbers of texts: digits as they stand, other numerals where ``numbers`` are whole."""
    rounded = whole(numbers)
    made = [
        int(text) if text is not pd.NA and re.fullmatch(" *[-+]?[0-9]{1,18} *", text) else number
        for text, number in zip(values, rounded)
    ]
    return pd.Series(made, index=values.index, dtype=pd.ArrowDtype(pa.int64()))
''',
    "filled": '''
def filled(values, value):
    """Put ``value`` where nothing is; where there is none to put, that stays."""
    return values if value is pd.NA or value != value else values.fillna(value)
''',
    "groups": '''
def groups(values, pattern, count):
    """Give for each named group of ``pattern`` what it finds."""
    cells = pa.array(values.array, pa.string())
    found = pc.extract_regex(cells, pattern)
    return [
        pd.Series(pd.arrays.ArrowExtensionArray(pc.struct_field(found, place)), index=values.index)
        for place in range(count)
    ]
''',
    "joined": '''
def joined(left, right, left_on, right_on, how, names):
    """Join two tables; the rows of ``left`` in their order, and a missing key is equal to none.

    ``names`` says how the columns of ``right`` that are no keys are called afterwards.
    """
    theirs, ours = [[f"{KEY}{side}{place}" for place in range(len(left_on))] for side in ("right", "left")]
    right = right[[*right_on, *names]].set_axis([*theirs, *names.values()], axis=1).assign(**{RIGHT: range(len(right))})
    left = left.assign(**{LEFT: range(len(left))}, **{key: left[column] for key, column in zip(ours, left_on)})
    for one, other in zip(ours, theirs):
        if left[one].dtype != right[other].dtype:  # whole numbers and others
            left[one], right[other] = left[one].astype("float64[pyarrow]"), right[other].astype("float64[pyarrow]")
    partners = right[right[theirs].notna().all(axis=1)]
    if how in ("with", "without"):
        met = left.merge(partners[theirs], left_on=ours, right_on=theirs)[LEFT]
        return left[left[LEFT].isin(met) == (how == "with")].drop(columns=[LEFT, *ours]).reset_index(drop=True)
    made = left.merge(partners, how="inner" if how == "inner" else "left", left_on=ours, right_on=theirs)
    made = made.sort_values([LEFT, RIGHT], kind="stable")
    if how == "outer":
        rest = right[~right[RIGHT].isin(made[RIGHT].dropna())]
        rest = rest.assign(**{column: rest[key] for column, key in zip(left_on, theirs)})
        made = pd.concat([made.astype(object), rest.astype(object).reindex(columns=made.columns)])
    return made.drop(columns=[LEFT, RIGHT, *ours, *theirs]).reset_index(drop=True)
''',
    "moments": '''
def moments(values, pattern, places):
    """Give the dates that texts write; ``places`` are the groups of year, month and day in ``pattern``."""
    def moment(text):
        found = None if text is pd.NA else re.fullmatch(pattern, text, re.ASCII)
        try:
            return found and datetime.datetime(*(int(found[place] or 0) for place in (*places, 4, 5, 6)))
        except ValueError:
            return None
    return pd.Series([moment(text) for text in values], index=values.index, dtype=pd.ArrowDtype(pa.timestamp("us")))
''',
    "pieces": '''
def pieces(values, delimiter, count):
    """Give the parts of texts; the last has what is left."""
    made = [[] if text is pd.NA else text.split(delimiter, count - 1) for text in values]
    return [
        pd.Series(
            [parts[place] if place < len(parts) else None for parts in made],
            index=values.index,
            dtype=pd.ArrowDtype(pa.string()),
        )
        for place in range(count)
    ]
''',
    "put": '''
def put(values, condition, value):
    """Put ``value`` where the condition is true."""
    if value is not pd.NA and value != value:
        return values
    return values.mask(condition.fillna(False), value).astype(values.dtype)
''',
    "summary": '''
def summary(grouped, name, dtype):
    """Give one value for each group; of none that is not missing, a missing one."""
    made = {
        "count": lambda: grouped.count(),
        "distinct": lambda: grouped.nunique(),
        "sum": lambda: grouped.sum(min_count=1),
        "mean": lambda: grouped.mean(),
        "median": lambda: grouped.median(),
        "minimum": lambda: grouped.min(),
        "maximum": lambda: grouped.max(),
        "deviation": lambda: grouped.std(),
        "first": lambda: grouped.first(),
        "last": lambda: grouped.last(),
        "missing": lambda: grouped.size() - grouped.count(),
        "rows": lambda: grouped.size(),
    }[name]()
    values = [None if value is pd.NA or value != value else value for value in made]
    return pd.Series(values, dtype=dtype)
''',
    "truths": '''
def truths(values):
    """Give truth values of words and of 0 and 1; what is neither is missing."""
    known = dict.fromkeys(("true", "yes", "t", "y", "1", 1), True)
    known |= dict.fromkeys(("false", "no", "f", "n", "0", 0), False)
    made = [known.get(value.strip(" ").lower() if isinstance(value, str) else value) for value in values]
    return pd.Series(made, index=values.index, dtype=pd.ArrowDtype(pa.bool_()))
''',
    "whole": '''
def whole(values):
    """Give whole numbers; what is none, or too large to be exact, is missing."""
    numbers = values.to_numpy("float64", na_value=np.nan)
    with np.errstate(invalid="ignore"):
        held = (numbers == np.trunc(numbers)) & (np.abs(numbers) <= 2**53)
    made = pa.array(np.where(held, numbers, 0).astype("int64"), mask=~held)
    return pd.Series(pd.arrays.ArrowExtensionArray(made), index=values.index)
''',
    "words": '''
def words(values):
    """Give the texts that stand for values."""
    def word(value):
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, float):
            return repr(value).removesuffix(".0")
        if isinstance(value, datetime.datetime):
            return value.isoformat(sep=" ").removesuffix(" 00:00:00")
        return str(value)
    made = [None if value is pd.NA or value is pd.NaT else word(value) for value in values]
    return pd.Series(made, index=values.index, dtype=pd.ArrowDtype(pa.string()))
''',
}  # fmt: skip
