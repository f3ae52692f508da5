"""What a model's ``pipeline.skops`` may ask to build; the list is part of the program and is never read from a file.

An entry is a type and the way in which skops builds it. Nothing on the list calls a function that a file could name:
there are no functions, methods, partials or reduced objects, and of Cython's types only the losses and the tree.
"""

from __future__ import annotations

from typing import Final

_PLAIN: Final = (
    ("builtins.dict", "DictNode"),
    ("builtins.list", "ListNode"),
    ("builtins.tuple", "TupleNode"),
    ("builtins.slice", "SliceNode"),
    ("builtins.str", "JsonNode"),
    ("builtins.str", "TypeNode"),
)
_ARRAYS: Final = (
    ("numpy.dtype", "DTypeNode"),
    ("numpy.ndarray", "NdArrayNode"),
    ("numpy.float32", "NdArrayNode"),
    ("numpy.float64", "NdArrayNode"),
    ("numpy.int32", "NdArrayNode"),
    ("numpy.int64", "NdArrayNode"),
    ("numpy.uint64", "NdArrayNode"),
    ("numpy.float64", "TypeNode"),
)
_PREPARATION: Final = (
    "sklearn.compose._column_transformer.ColumnTransformer",
    "sklearn.decomposition._truncated_svd.TruncatedSVD",
    "sklearn.feature_extraction.text.TfidfTransformer",
    "sklearn.feature_extraction.text.TfidfVectorizer",
    "sklearn.impute._base.MissingIndicator",
    "sklearn.impute._base.SimpleImputer",
    "sklearn.pipeline.Pipeline",
    "sklearn.preprocessing._data.QuantileTransformer",
    "sklearn.preprocessing._data.StandardScaler",
    "sklearn.preprocessing._encoders.OneHotEncoder",
    "sklearn.preprocessing._encoders.OrdinalEncoder",
    "sklearn.preprocessing._function_transformer.FunctionTransformer",
    "sklearn.preprocessing._label.LabelEncoder",
)
_ESTIMATORS: Final = (
    "sklearn.dummy.DummyClassifier",
    "sklearn.dummy.DummyRegressor",
    "sklearn.ensemble._forest.RandomForestClassifier",
    "sklearn.ensemble._forest.RandomForestRegressor",
    "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
    "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingClassifier",
    "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingRegressor",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.linear_model._logistic.LogisticRegression",
    "sklearn.linear_model._ridge.Ridge",
    "sklearn.tree._classes.DecisionTreeClassifier",
    "sklearn.tree._classes.DecisionTreeRegressor",
    "sklearn._loss.link.IdentityLink",
    "sklearn._loss.link.Interval",
    "sklearn._loss.link.LogitLink",
    "sklearn._loss.link.MultinomialLogit",
    "sklearn._loss.loss.HalfBinomialLoss",
    "sklearn._loss.loss.HalfMultinomialLoss",
    "sklearn._loss.loss.HalfSquaredError",
)
_COMPILED: Final = (
    ("sklearn._loss._loss.CyHalfBinomialLoss", "LossNode"),
    ("sklearn._loss._loss.CyHalfMultinomialLoss", "LossNode"),
    ("sklearn._loss._loss.CyHalfSquaredError", "LossNode"),
    ("sklearn.tree._tree.Tree", "TreeNode"),
)

ALLOWED: Final[frozenset[tuple[str, str]]] = frozenset(
    (*_PLAIN, *_ARRAYS, *((name, "ObjectNode") for name in (*_PREPARATION, *_ESTIMATORS)), *_COMPILED)
)
NAMES: Final[tuple[str, ...]] = tuple(sorted({name for name, _ in ALLOWED}))
