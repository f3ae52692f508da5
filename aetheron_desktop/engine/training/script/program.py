"""What holds the pieces of a script together."""

from __future__ import annotations

from typing import Final

PROGRAM: Final = '''\
"""{head}
"""

{imports}

{constants}


{pieces}


def frame_of(table: pd.DataFrame) -> pd.DataFrame:
    """Give the columns as numbers, words and texts."""
    made = {{}}
{frame}
    return pd.DataFrame(made, index=table.index)


def features_of(frame: pd.DataFrame) -> ColumnTransformer:
    """Give what makes features of the columns; ``frame`` are the training rows."""
    parts = [
{features}
    ]
    return ColumnTransformer(parts, sparse_threshold=0.0)


def main() -> None:
    """Train, and print the scores."""
    table = {read}
    if len(table) != ROWS:
        sys.exit(f"The table has {{len(table):,}} rows, and the run had {{ROWS:,}}: it is another one.")
{target}
{parts}
{weight}
    frame = frame_of(table)
    features = features_of(frame.iloc[train])
    learned = np.ascontiguousarray(features.fit_transform(frame.iloc[train], y[train]), dtype=np.float64)
    judged, tested = (
        np.ascontiguousarray(features.transform(frame.iloc[part]), dtype=np.float64) for part in (valid, test)
    )
    setting = Setting(PARAMS, len(CLASSES), SEED, THREADS, tuple(range(CODES)), DIRECTIONS)
    predict = {fit}(
        Rows(learned, y[train], None if weight is None else weight[train]),
        Rows(judged, y[valid], None if weight is None else weight[valid]),
        setting,
    )
    predicted = predict(tested)
    found = {scores}
    print(f"{{'on ' + str(len(test)) + ' test rows':<24}} {{'here':>22}} {{'the run':>22}}")
    for name, then in OF_THE_RUN.items():
        print(f"{{name:<24}} {{float(found.get(name, np.nan)):>22.17g}} {{then:>22.17g}}")


if __name__ == "__main__":
    main()
'''
