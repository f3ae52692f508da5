"""Format 1: one table of records, each a JSON text under its kind and id."""

STATEMENTS = (
    """
    CREATE TABLE record (
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        body BLOB NOT NULL,
        changed REAL NOT NULL,
        PRIMARY KEY (kind, id)
    ) WITHOUT ROWID
    """,
)
