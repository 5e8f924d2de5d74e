"""Parts of records, and answers beside what they are answers to."""

from typing import Any

import pytest

from blueprints.local.stand_ins.sagemaker.filters import FilterError, Filters, select

ROW = ["id", "1", "2", "3"]
RECORD = {"id": 7, "features": [1, 2, 3], "deep": {"a": "b"}}


@pytest.mark.parametrize(
    ("value", "path", "found"),
    [
        (ROW, "$", ROW),
        (ROW, "$[1:]", ["1", "2", "3"]),
        (ROW, "$[0,2:]", ["id", "2", "3"]),
        (ROW, "$[-1]", "3"),
        (RECORD, "$.features", [1, 2, 3]),
        (RECORD, "$.features[0]", 1),
        (RECORD, "$.deep.a", "b"),
        (RECORD, "$['id','features']", {"id": 7, "features": [1, 2, 3]}),
        (RECORD, "$['deep']", {"a": "b"}),
    ],
)
def test_paths_name_parts(value: Any, path: str, found: Any) -> None:
    assert select(value, path) == found


@pytest.mark.parametrize(
    ("value", "path", "message"),
    [
        (ROW, "features", "a filter must be a path such as"),
        (ROW, "$..a", "a filter must be a path such as"),
        (ROW, "$[9]", "is not within the data"),
        (RECORD, "$.none", "there is no none in the data"),
        (RECORD, "$[1]", "needs a list"),
    ],
)
def test_paths_that_lead_nowhere_are_refused(value: Any, path: str, message: str) -> None:
    with pytest.raises(FilterError, match=message):
        select(value, path)


def test_rows_are_cut_joined_and_cut_again() -> None:
    filters = Filters.of({"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}, "text/csv")
    assert filters.needed
    assert filters.taken(b'id,"1,5",2\n') == b'"1,5",2\n'
    assert filters.outcome(b'id,"1,5",2\n', b"0.9") == b"id,0.9\n"


def test_json_gets_the_answer_as_a_member() -> None:
    filters = Filters.of({"InputFilter": "$.features", "JoinSource": "Input"}, "application/jsonlines")
    assert filters.taken(b'{"id": 7, "features": [1]}\n') == b"[1]\n"
    assert filters.outcome(b'{"id": 7}', b'{"score": 1}') == b'{"id": 7, "SageMakerOutput": {"score": 1}}\n'
    assert filters.outcome(b"[1]", b"2") == b'{"SageMakerInput": [1], "SageMakerOutput": 2}\n'
    with pytest.raises(FilterError, match="the data is no JSON"):
        filters.outcome(b"{", b"1")


def test_there_may_be_nothing_to_do() -> None:
    filters = Filters.of({}, "text/csv")
    assert not filters.needed
    assert filters.taken(b"as it is") == b"as it is"
