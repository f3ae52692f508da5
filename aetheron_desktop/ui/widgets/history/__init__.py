"""The history of a model as a picture: the graph of its versions, and what was measured of each."""
