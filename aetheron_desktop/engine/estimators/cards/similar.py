"""Rows that are alike, and features one by one: neighbours, naive Bayes, support vectors."""

from __future__ import annotations

from typing import Final

from aetheron_desktop.engine.estimators.cards.card import ANY, CLASSIFICATION, Card
from aetheron_desktop.engine.params import Float, Int

NEIGHBOURS: Final = Card(
    id="knn",
    name="Nearest neighbours",
    family="neighbours",
    summary="Asks the rows that are most like one, and takes their mean. The model file holds all rows that it keeps.",
    good_at="Small tables of few numbers with an answer that changes bit by bit; slow to ask, with many rows.",
    tasks=ANY,
    parameters=(
        Int(
            name="n_neighbors",
            label="Neighbours",
            default=None,
            low=1,
            high=1_000,
            log=True,
            optional="chosen on the validation rows",
            help="How many rows are asked; more is smoother.",
        ),
        Int(
            name="max_rows",
            label="Rows kept",
            default=50_000,
            low=100,
            high=1_000_000,
            log=True,
            unit="rows",
            help="A prediction takes about a millisecond for 50,000 rows of 50 features; more rows, more time.",
        ),
    ),
    implementation="neighbours:Neighbours",
    iterative=True,
    default=False,
    aliases=("k_nearest_neighbours", "k_nearest_neighbors", "kneighbors", "nearest_neighbors"),
    source="Fix and Hodges (1951), Discriminatory Analysis; sklearn.neighbors",
)

MOST_EXACT_ROWS: Final = 10_000
MOST_PAIRS: Final = 200_000_000
"""The most rows that libsvm sees, and pairs of rows over all its fits: its time grows with their square."""
SHARES: Final = (0.125, 0.25, 0.5, 1.0)
"""Of the rows, or of the landmarks, support vectors learn from ever more."""
LANDMARKS: Final = 1_000
MAPPED_ROWS: Final = 200_000
MAPPED_BYTES: Final = 512 << 20

NAIVE_BAYES: Final = Card(
    id="naive_bayes",
    name="Naive Bayes",
    family="bayes",
    summary="Counts what each column alone tells of the class, and adds it up, as if they knew nothing of each other.",
    good_at="Very few rows, many columns, an answer in a moment; and as a measure for slower ones.",
    tasks=CLASSIFICATION,
    parameters=(
        Float(
            name="smoothing",
            label="Smoothing",
            default=1.0,
            low=0.0,
            high=1_000.0,
            unit="rows",
            help="So many rows that tell nothing are added to each class; more is more careful.",
        ),
    ),
    implementation="naive_bayes:NaiveBayes",
    iterative=False,
    default=False,
    aliases=("naivebayes", "gaussian_nb", "nb"),
    source="Hand and Yu (2001), Idiot's Bayes: Not So Stupid After All?; sklearn.naive_bayes",
)

SUPPORT_VECTORS: Final = Card(
    id="svm",
    name="Support vectors",
    family="kernel",
    summary="Draws a smooth border by the rows nearest to it; of many rows by a thousand landmarks instead.",
    good_at="Up to some ten thousand rows of numbers with smooth effects that depend on each other.",
    tasks=ANY,
    parameters=(
        Float(
            name="C",
            label="Inverse regularization",
            default=1.0,
            low=1e-3,
            high=1e3,
            log=True,
            help="Larger values follow the rows more closely.",
        ),
        Float(
            name="gamma",
            label="Reach",
            default=0.0,
            low=0.0,
            high=100.0,
            help="Larger values look less far around each row; 0 goes by the features' number and variance.",
        ),
        Float(
            name="epsilon",
            label="Tolerance",
            default=0.1,
            low=0.0,
            high=2.0,
            advanced=True,
            help="Errors up to this share of the target's standard deviation do not count (regression).",
        ),
    ),
    implementation="support:SupportVectors",
    iterative=True,
    default=False,
    aliases=("support_vector_machine", "svc", "svr", "support_vectors"),
    source="Cortes and Vapnik (1995), Support-Vector Networks; sklearn.svm",
)
