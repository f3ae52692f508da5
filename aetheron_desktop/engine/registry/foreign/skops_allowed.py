"""What a stranger's skops file may ask to build; wider than :mod:`..allowed`, and as closed.

The types are arithmetic on arrays. What trains, draws at random or compares for sorting is left out of the plan before
it is built: a fitted estimator predicts without. Functions are never built, but for NumPy's of one number.
"""

from __future__ import annotations

from typing import Any, Final

from aetheron_desktop.engine.registry.plan import Profile


def _named(module: str, names: str) -> tuple[str, ...]:
    return tuple(f"sklearn.{module}.{name}" for name in names.split())


TREES: Final = frozenset(
    _named("tree._classes", "DecisionTreeClassifier DecisionTreeRegressor ExtraTreeClassifier ExtraTreeRegressor")
)
_LINEAR: Final = (
    *_named("linear_model._base", "LinearRegression"),
    *_named("linear_model._bayes", "ARDRegression BayesianRidge"),
    *_named("linear_model._coordinate_descent", "ElasticNet ElasticNetCV Lasso LassoCV"),
    *_named("linear_model._glm.glm", "GammaRegressor PoissonRegressor TweedieRegressor"),
    *_named("linear_model._huber", "HuberRegressor"),
    *_named("linear_model._least_angle", "Lars LarsCV LassoLars LassoLarsCV LassoLarsIC"),
    *_named("linear_model._logistic", "LogisticRegression LogisticRegressionCV"),
    *_named("linear_model._omp", "OrthogonalMatchingPursuit OrthogonalMatchingPursuitCV"),
    *_named("linear_model._passive_aggressive", "PassiveAggressiveClassifier PassiveAggressiveRegressor"),
    *_named("linear_model._perceptron", "Perceptron"),
    *_named("linear_model._quantile", "QuantileRegressor"),
    *_named("linear_model._ransac", "RANSACRegressor"),
    *_named("linear_model._ridge", "Ridge RidgeCV RidgeClassifier RidgeClassifierCV"),
    *_named("linear_model._stochastic_gradient", "SGDClassifier SGDRegressor"),
    *_named("linear_model._theil_sen", "TheilSenRegressor"),
    *_named("svm._classes", "LinearSVC LinearSVR"),
)
_ENSEMBLES: Final = (
    *_named("calibration", "CalibratedClassifierCV"),
    *_named("compose._target", "TransformedTargetRegressor"),
    *_named("ensemble._bagging", "BaggingClassifier BaggingRegressor"),
    *_named("ensemble._stacking", "StackingClassifier StackingRegressor"),
    *_named("ensemble._voting", "VotingClassifier VotingRegressor"),
    *_named("ensemble._weight_boosting", "AdaBoostClassifier AdaBoostRegressor"),
    *_named("multiclass", "OneVsRestClassifier"),
)
PREDICTORS: Final = frozenset(
    (
        *TREES,
        *_LINEAR,
        *_ENSEMBLES,
        *_named("cross_decomposition._pls", "PLSRegression"),
        *_named("discriminant_analysis", "LinearDiscriminantAnalysis QuadraticDiscriminantAnalysis"),
        *_named("dummy", "DummyClassifier DummyRegressor"),
        *_named(
            "ensemble._forest",
            "ExtraTreesClassifier ExtraTreesRegressor RandomForestClassifier RandomForestRegressor",
        ),
        *_named("ensemble._gb", "GradientBoostingClassifier GradientBoostingRegressor"),
        *_named(
            "ensemble._hist_gradient_boosting.gradient_boosting",
            "HistGradientBoostingClassifier HistGradientBoostingRegressor",
        ),
        *_named("isotonic", "IsotonicRegression"),
        *_named("naive_bayes", "BernoulliNB CategoricalNB ComplementNB GaussianNB MultinomialNB"),
        *_named("neighbors._classification", "KNeighborsClassifier"),
        *_named("neighbors._regression", "KNeighborsRegressor"),
        *_named("neighbors._nearest_centroid", "NearestCentroid"),
        *_named("neural_network._multilayer_perceptron", "MLPClassifier MLPRegressor"),
        *_named("svm._classes", "NuSVC NuSVR SVC SVR"),
    )
)
"""What a file may end in, by its full name."""

_TRANSFORMERS: Final = (
    *_named("compose._column_transformer", "ColumnTransformer"),
    *_named("decomposition._incremental_pca", "IncrementalPCA"),
    *_named("decomposition._pca", "PCA"),
    *_named("decomposition._truncated_svd", "TruncatedSVD"),
    *_named("feature_extraction.text", "CountVectorizer TfidfTransformer TfidfVectorizer"),
    *_named("feature_selection._from_model", "SelectFromModel"),
    *_named("feature_selection._rfe", "RFE"),
    *_named("feature_selection._univariate_selection", "SelectFdr SelectFpr SelectFwe SelectKBest SelectPercentile"),
    *_named("feature_selection._variance_threshold", "VarianceThreshold"),
    *_named("impute._base", "MissingIndicator SimpleImputer"),
    *_named("impute._knn", "KNNImputer"),
    *_named("pipeline", "FeatureUnion Pipeline"),
    *_named("preprocessing._data", "Binarizer MaxAbsScaler MinMaxScaler Normalizer PowerTransformer"),
    *_named("preprocessing._data", "QuantileTransformer RobustScaler StandardScaler"),
    *_named("preprocessing._discretization", "KBinsDiscretizer"),
    *_named("preprocessing._encoders", "OneHotEncoder OrdinalEncoder"),
    *_named("preprocessing._function_transformer", "FunctionTransformer"),
    *_named("preprocessing._polynomial", "PolynomialFeatures"),
    *_named("preprocessing._target_encoder", "TargetEncoder"),
)
_INNER: Final = (
    *_named("_loss.link", "HalfLogitLink IdentityLink Interval LogLink LogitLink MultinomialLogit"),
    *_named("_loss.loss", "AbsoluteError ExponentialLoss HalfBinomialLoss HalfGammaLoss HalfMultinomialLoss"),
    *_named("_loss.loss", "HalfPoissonLoss HalfSquaredError HalfTweedieLoss HalfTweedieLossIdentity HuberLoss"),
    *_named("_loss.loss", "PinballLoss"),
    *_named("calibration", "_CalibratedClassifier _SigmoidCalibration"),
    *_named("ensemble._hist_gradient_boosting.binning", "_BinMapper"),
    *_named("ensemble._hist_gradient_boosting.predictor", "TreePredictor"),
    *_named("multiclass", "_ConstantPredictor"),
    *_named("preprocessing._label", "LabelBinarizer LabelEncoder"),
)

_NUMBERS: Final = "bool float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64"
_ONE_NUMBER: Final = (
    "absolute arcsinh cbrt exp exp2 expm1 log log10 log1p log2 negative reciprocal sign sqrt square tanh"
)
FUNCTIONS: Final = frozenset(f"numpy.{name}" for name in _ONE_NUMBER.split())
"""NumPy's functions of one number, which a step or a target may be passed through."""

LEFT_OUT: Final = frozenset(
    (
        "numpy.random._generator.Generator",
        "numpy.random.mtrand.RandomState",
        *_named("compose._column_transformer", "make_column_selector"),
        *_named("linear_model._sgd_fast", "EpsilonInsensitive Hinge ModifiedHuber SquaredEpsilonInsensitive"),
        *_named("linear_model._sgd_fast", "SquaredHinge"),
        *_named("_loss._loss", "CyAbsoluteError CyExponentialLoss CyHalfBinomialLoss CyHalfGammaLoss CyPinballLoss"),
        *_named("_loss._loss", "CyHalfMultinomialLoss CyHalfPoissonLoss CyHalfSquaredError CyHalfTweedieLoss"),
        *_named("_loss._loss", "CyHalfTweedieLossIdentity CyHuberLoss"),
        *_named("neighbors._ball_tree", "BallTree BallTree32 BallTree64"),
        *_named("neighbors._kd_tree", "KDTree KDTree32 KDTree64"),
        *_named("neural_network._stochastic_optimizers", "AdamOptimizer SGDOptimizer"),
    )
)
"""Types that are put as nothing in the plan, by whatever way they would be built; neighbours are sorted anew."""

SCORES: Final = frozenset(
    (
        *_named("feature_selection._univariate_selection", "chi2 f_classif f_regression r_regression"),
        *_named("feature_selection._mutual_info", "mutual_info_classif mutual_info_regression"),
    )
)
"""Functions by which columns were chosen when a step was fitted; put as nothing where they stand for that."""

_SETTINGS: Final[dict[str, dict[str, tuple[Any, ...]]]] = {
    # pandas is there already; any other kind of output would import another library.
    "any": {
        "_sklearn_output_config": ({}, {"transform": "default"}, {"transform": "pandas"}),
        "_metadata_request": (),
    },
}

_ALLOWED: Final = (
    *(("builtins.dict", "DictNode"), ("sklearn.utils._bunch.Bunch", "DictNode"), ("builtins.list", "ListNode")),
    *(("builtins.tuple", "TupleNode"), ("builtins.slice", "SliceNode"), ("builtins.str", "JsonNode")),
    *((f"builtins.{name}", "TypeNode") for name in ("str", "int", "float", "bool")),
    *((f"numpy.{name}", "TypeNode") for name in ("str_", *_NUMBERS.split())),
    *((f"numpy.{name}", "NdArrayNode") for name in ("ndarray", "str_", *_NUMBERS.split())),
    *((name, "FunctionNode") for name in FUNCTIONS),
    ("numpy.dtype", "DTypeNode"),
    ("sklearn.tree._tree.Tree", "TreeNode"),
    *((name, "ObjectNode") for name in (*PREDICTORS, *_TRANSFORMERS, *_INNER)),
)
NAMES: Final[tuple[str, ...]] = tuple(sorted({name for name, _ in _ALLOWED}))
FOREIGN: Final = Profile(
    allowed=frozenset(_ALLOWED),
    settings=_SETTINGS,
    refusal="The file asks for types that are not opened",
    is_own=False,
)
