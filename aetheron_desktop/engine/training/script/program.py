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


{features}


def main() -> None:
    """Train, and print the scores."""
    table = {read}
    if len(table) != ROWS:
        sys.exit(f"The table has {{len(table):,}} rows, and the run had {{ROWS:,}}: it is another one.")
{target}
{parts}
{weight}
    frame = frame_of(table)
{learn}
    found = {scores}
    print(f"{{'on ' + str(len(test)) + ' test rows':<24}} {{'here':>22}} {{'the run':>22}}")
    for name, then in OF_THE_RUN.items():
        print(f"{{name:<24}} {{float(found.get(name, np.nan)):>22.17g}} {{then:>22.17g}}")


if __name__ == "__main__":
    main()
'''
