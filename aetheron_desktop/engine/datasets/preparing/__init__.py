"""What steps do to a table: each becomes one SELECT, and lines of pandas that give the same table."""
