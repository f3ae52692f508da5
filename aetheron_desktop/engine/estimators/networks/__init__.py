"""The parts of networks: how features become vectors, the bodies that take them, and the loop that fits them all."""
