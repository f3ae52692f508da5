"""The table of rows: any length, with its filter, its search and the heads of its columns."""
