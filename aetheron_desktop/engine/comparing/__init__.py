"""Runs beside each other: what is known of each, which of them may be compared, and what differs."""
