"""How a file becomes a dataset."""
