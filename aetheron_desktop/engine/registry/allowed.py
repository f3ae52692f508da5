"""What a model's ``pipeline.skops`` may ask to build; the list is part of the program and is never read from a file.

An entry is a type and the way in which skops builds it. Nothing on the list calls a function that a file could name:
there are no functions, methods, partials or reduced objects, and of Cython's types only the losses and the tree.
"""

from __future__ import annotations

from typing import Any, Final

MOST_FEATURES: Final = 1_000_000
MOST_CLASSES: Final = 100_000
MOST_CATEGORIES: Final = 128
"""The most columns that the categories of one column become; the program makes 100 at most."""

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
    "sklearn.preprocessing._data.MinMaxScaler",
    "sklearn.preprocessing._data.QuantileTransformer",
    "sklearn.preprocessing._data.StandardScaler",
    "sklearn.preprocessing._discretization.KBinsDiscretizer",
    "sklearn.preprocessing._encoders.OneHotEncoder",
    "sklearn.preprocessing._encoders.OrdinalEncoder",
    "sklearn.preprocessing._function_transformer.FunctionTransformer",
    "sklearn.preprocessing._label.LabelEncoder",
    "sklearn.preprocessing._target_encoder.TargetEncoder",
)
_ESTIMATORS: Final = (
    "sklearn.dummy.DummyClassifier",
    "sklearn.dummy.DummyRegressor",
    "sklearn.ensemble._forest.ExtraTreesClassifier",
    "sklearn.ensemble._forest.ExtraTreesRegressor",
    "sklearn.ensemble._forest.RandomForestClassifier",
    "sklearn.ensemble._forest.RandomForestRegressor",
    "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
    "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingClassifier",
    "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingRegressor",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.linear_model._coordinate_descent.ElasticNet",
    "sklearn.linear_model._logistic.LogisticRegression",
    "sklearn.linear_model._quantile.QuantileRegressor",
    "sklearn.linear_model._ridge.Ridge",
    "sklearn.tree._classes.DecisionTreeClassifier",
    "sklearn.tree._classes.DecisionTreeRegressor",
    "sklearn.tree._classes.ExtraTreeClassifier",
    "sklearn.tree._classes.ExtraTreeRegressor",
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

_TREE: Final[dict[str, tuple[Any, ...]]] = {"n_outputs_": (1,), "monotonic_cst": (None,)}
_FOREST: Final[dict[str, tuple[Any, ...]]] = _TREE | {"n_jobs": (None, 1), "verbose": (0,)}
_BOOSTING: Final[dict[str, tuple[Any, ...]]] = {
    "_in_fit": (False,),
    "_preprocessor": (None,),
    "_scorer": (None,),
    "loss": ("log_loss", "squared_error"),
    "verbose": (0,),
}
_DUMMY: Final[dict[str, tuple[Any, ...]]] = {
    "constant": (None,),
    "n_outputs_": (1,),
    "sparse_output_": (False,),
    "strategy": ("prior", "mean"),
    "_strategy": ("prior",),
}
_LOSS: Final[dict[str, tuple[Any, ...]]] = {"device": (None,), "xp": (None,)}

SETTINGS: Final[dict[str, dict[str, tuple[Any, ...]]]] = {
    # What is set for every type: another kind of output would import another library.
    "any": {"_sklearn_output_config": ({}, {"transform": "default"}), "_metadata_request": ()},
    # More than one job would start processes.
    "sklearn.compose._column_transformer.ColumnTransformer": {
        "n_jobs": (None,),
        "remainder": ("drop",),
        "sparse_output_": (False,),
        "sparse_threshold": (0.0,),
        "transformer_weights": (None,),
        "verbose": (False,),
        "verbose_feature_names_out": (True,),
    },
    "sklearn.pipeline.Pipeline": {"memory": (None,), "transform_input": (None,), "verbose": (False,)},
    "sklearn.preprocessing._function_transformer.FunctionTransformer": {
        "func": (None,),
        "inverse_func": (None,),
        "kw_args": (None,),
        "inv_kw_args": (None,),
        "validate": (False,),
        "check_inverse": (False,),
        "feature_names_out": (None, "one-to-one"),
    },
    # As a file's name, a text would be opened; another pattern could take for ever.
    "sklearn.feature_extraction.text.TfidfVectorizer": {
        "analyzer": ("word", "char_wb"),
        "binary": (False,),
        "decode_error": ("strict",),
        "dtype": ("numpy.float64",),
        "encoding": ("utf-8",),
        "input": ("content",),
        "lowercase": (True,),
        "ngram_range": ([1, 1], [2, 4]),
        "norm": ("l2",),
        "preprocessor": (None,),
        "stop_words": (None,),
        "strip_accents": (None,),
        "token_pattern": (r"(?u)\b\w\w+\b",),
        "tokenizer": (None,),
        "vocabulary": (None,),
    },
    "sklearn.feature_extraction.text.TfidfTransformer": {"norm": ("l2",)},
    "sklearn.preprocessing._encoders.OneHotEncoder": {
        "_drop_idx_after_grouping": (None,),
        "_infrequent_enabled": (True,),
        "categories": ("auto",),
        "drop": (None,),
        "drop_idx_": (None,),
        "dtype": ("numpy.float64",),
        "feature_name_combiner": ("concat",),
        "handle_unknown": ("infrequent_if_exist",),
        "sparse_output": (False,),
    },
    "sklearn.preprocessing._encoders.OrdinalEncoder": {
        "_infrequent_enabled": (True,),
        "categories": ("auto",),
        "dtype": ("numpy.float64",),
        "handle_unknown": ("use_encoded_value",),
    },
    "sklearn.preprocessing._data.QuantileTransformer": {
        "ignore_implicit_zeros": (False,),
        "output_distribution": ("normal",),
    },
    "sklearn.preprocessing._data.MinMaxScaler": {"clip": (True,)},
    # With one-hot, another encoder would be in it.
    "sklearn.preprocessing._discretization.KBinsDiscretizer": {
        "dtype": (None,),
        "encode": ("ordinal",),
        "strategy": ("quantile",),
        "subsample": (None,),
    },
    # What else is given for cv would be called.
    "sklearn.preprocessing._target_encoder.TargetEncoder": {
        "_infrequent_enabled": (False,),
        "categories": ("auto",),
        "cv": (5,),
        "random_state": ("deprecated",),
        "shuffle": ("deprecated",),
        "target_type": ("binary", "continuous", "multiclass"),
        "target_type_": ("binary", "continuous", "multiclass"),
    },
    "sklearn.impute._base.SimpleImputer": {"fill_value": (None,), "strategy": ("median",)},
    "sklearn.impute._base.MissingIndicator": {
        "error_on_new": (False,),
        "features": ("missing-only",),
        "sparse": ("auto",),
    },
    "sklearn.tree._classes.DecisionTreeClassifier": _TREE,
    "sklearn.tree._classes.DecisionTreeRegressor": _TREE,
    "sklearn.tree._classes.ExtraTreeClassifier": _TREE,
    "sklearn.tree._classes.ExtraTreeRegressor": _TREE,
    "sklearn.ensemble._forest.ExtraTreesClassifier": _FOREST,
    "sklearn.ensemble._forest.ExtraTreesRegressor": _FOREST,
    "sklearn.ensemble._forest.RandomForestClassifier": _FOREST,
    "sklearn.ensemble._forest.RandomForestRegressor": _FOREST,
    "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingClassifier": _BOOSTING,
    "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingRegressor": _BOOSTING,
    "sklearn.linear_model._logistic.LogisticRegression": {
        "n_jobs": (None,),
        "solver": ("lbfgs", "saga"),
        "verbose": (0,),
    },
    "sklearn.linear_model._quantile.QuantileRegressor": {"solver": ("highs",), "solver_options": (None,)},
    "sklearn.dummy.DummyClassifier": _DUMMY,
    "sklearn.dummy.DummyRegressor": _DUMMY,
    "sklearn._loss.loss.HalfBinomialLoss": _LOSS,
    "sklearn._loss.loss.HalfMultinomialLoss": _LOSS,
    "sklearn._loss.loss.HalfSquaredError": _LOSS,
}
"""The only values that these attributes may have, where a type has them: all else would call, open, start or write."""
