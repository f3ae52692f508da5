"""What the script of a run is put together of: each file is read as text, and stands in the script as it stands here.

So it names public libraries alone, its names are not those of another piece, and it has no annotations that only this
program knows. What a piece takes from another one is imported from there, which tells that the other belongs before it.
"""
