"""The way of the index from one format to the next.

A step is a frozen list of SQL statements: it imports nothing of the program, and is never edited once released.
Step ``n`` (counted from one) leads to format ``n``.
"""

from __future__ import annotations

from aetheron_desktop.engine.store.migrations import to1

STEPS: tuple[tuple[str, ...], ...] = (to1.STATEMENTS,)
