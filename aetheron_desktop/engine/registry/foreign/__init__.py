"""Models that other programs made, taken in to be evaluated and compared: ONNX, LightGBM, XGBoost and skops.

``look.look`` says what a file holds, ``opening.foreign_pipeline`` opens it for a table; ``info.ForeignShape`` is what
is kept of that (``matching.foreign_shape`` makes it), and ``opening.open_foreign`` opens it again.
"""
