"""The pages of a table, and views of it: filtered, sorted, searched."""
