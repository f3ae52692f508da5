"""The levels of a category that count."""

import pandas as pd


def most_frequent(values: pd.Series, most: int) -> list[str]:
    """Give at most ``most`` words, the most frequent of those that two rows have, in the alphabet's order."""
    counted = values.value_counts(sort=False)
    often = sorted((-int(count), str(word)) for word, count in counted[counted >= 2].items())
    return sorted(word for _, word in often[:most])
