"""A run as one Python file that needs nothing of ours: the pieces it is put together of, and the putting together."""
