import pytest

from aetheron_desktop.engine.datasets.propose import propose
from aetheron_desktop.engine.datasets.schema import Column, ColumnType, Schema, Task

ROWS = 1000


def table(**columns: tuple[ColumnType, int]) -> Schema:
    return Schema(tuple(Column(name, type_, 0, distinct) for name, (type_, distinct) in columns.items()))


@pytest.mark.parametrize(
    ("name", "type_", "distinct", "task"),
    [
        ("species", "category", 3, "multiclass"),
        ("Survived", "integer", 2, "binary"),
        ("churned", "boolean", 2, "binary"),
        ("median price", "number", 800, "regression"),
        ("target", "integer", 26, "multiclass"),
        ("Total", "number", 700, "regression"),
    ],
)
def test_that_a_column_with_the_name_of_a_target_is_proposed_wherever_it_stands(
    name: str, type_: ColumnType, distinct: int, task: Task
) -> None:
    schema = table(age=("integer", 70), **{name: (type_, distinct)}, size=("number", 900))
    proposal = propose(schema, ROWS)
    assert (proposal.target, proposal.task) == (name, task)
    assert proposal.features == ("age", "size")
    assert name in proposal.reason


def test_that_without_a_telling_name_the_last_column_is_proposed() -> None:
    proposal = propose(table(a=("number", 900), b=("category", 4), c=("integer", 2)), ROWS)
    assert (proposal.target, proposal.task) == ("c", "binary")
    assert "last column" in proposal.reason


def test_that_texts_identifiers_and_places_are_no_targets() -> None:
    schema = table(
        strength=("number", 900),
        lat=("number", 999),
        lon=("number", 999),
        note=("text", 1000),
        id=("identifier", 1000),
    )
    assert propose(schema, ROWS).target == "strength"


def test_that_y_beside_x_and_z_is_a_place_in_space() -> None:
    schema = table(price=("number", 900), x=("number", 500), y=("number", 500), z=("number", 500))
    assert propose(schema, ROWS).target == "price"
    assert propose(table(x=("number", 500), y=("number", 500)), ROWS).target == "y"


def test_that_columns_that_cannot_help_are_left_out_with_a_reason() -> None:
    schema = Schema(
        (
            Column("id", "identifier", 0, ROWS),
            Column("same", "category", 0, 1),
            Column("nothing", "category", ROWS, 0),
            Column("size", "number", 0, 900),
            Column("label", "category", 0, 2),
        )
    )
    proposal = propose(schema, ROWS)
    assert proposal.features == ("size",)
    assert set(proposal.excluded) == {"id", "same", "nothing"}
    assert all(proposal.excluded.values())


def test_that_a_table_with_nothing_to_predict_is_told_so() -> None:
    proposal = propose(table(id=("identifier", ROWS), same=("category", 1)), ROWS)
    assert proposal.target is None
    assert proposal.task is None
    assert "choose one" in proposal.reason
