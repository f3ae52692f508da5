"""An ensemble: its members, what it is worth, and how it grew."""
