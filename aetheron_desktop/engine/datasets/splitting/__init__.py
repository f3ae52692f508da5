"""How the rows of a table are parted for training and test."""
