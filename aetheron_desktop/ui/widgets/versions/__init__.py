"""What is told of versions: how two differ, where one comes from, and how aliases moved."""
