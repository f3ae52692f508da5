"""Charts of data that does not move: drawn by the same code on the screen, in a picture and in a drawing (SVG)."""
