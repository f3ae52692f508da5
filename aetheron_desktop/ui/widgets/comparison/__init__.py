"""Runs side by side: the leaderboard of all, and what can be told of those that are chosen."""
