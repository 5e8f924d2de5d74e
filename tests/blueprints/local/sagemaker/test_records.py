"""Resources of one kind by their names."""

import pytest

from blueprints.local.sagemaker.records import Records
from blueprints.local.stand_ins import StandInError


@pytest.fixture
def models() -> Records:
    return Records("model", "Model", "model")


def test_what_is_added_has_an_arn_and_no_tags(models: Records) -> None:
    models.add({"ModelName": "a", "Tags": []})
    assert models.get("a")["ModelArn"] == "arn:aws:sagemaker:us-east-1:123456789012:model/a"
    assert "Tags" not in models.get("a")
    assert [record["ModelName"] for record in models] == ["a"]


def test_a_name_is_taken_once(models: Records) -> None:
    models.add({"ModelName": "a"})
    with pytest.raises(StandInError, match='Cannot create already existing model "arn:aws:sagemaker:us-east-1:123456789012:model/a"'):
        models.add({"ModelName": "a"})


def test_what_is_gone_is_not_found(models: Records) -> None:
    models.add({"ModelName": "a"})
    models.remove("a")
    assert models.find("a") is None
    with pytest.raises(StandInError, match='Could not find model "arn:aws:sagemaker:us-east-1:123456789012:model/a"'):
        models.remove("a")


def test_lists_have_pages_newest_first(models: Records) -> None:
    for name in "abc":
        models.add({"ModelName": name, "Status": name})
    first = models.list({"MaxResults": 2}, ("ModelName",))
    assert [row["ModelName"] for row in first["Models"]] == ["c", "b"]
    assert models.list({"MaxResults": 2, "NextToken": first["NextToken"]}, ("ModelName",)) == {"Models": [{"ModelName": "a"}]}


def test_lists_are_filtered_and_ordered(models: Records) -> None:
    for name in ("ab", "b", "a"):
        models.add({"ModelName": name, "Status": name})
    assert models.list({"NameContains": "A", "SortBy": "Name", "SortOrder": "Ascending"}, ("ModelName",))["Models"] == [
        {"ModelName": "a"},
        {"ModelName": "ab"},
    ]
    assert models.list({"StatusEquals": "b"}, ("ModelName",), status="Status")["Models"] == [{"ModelName": "b"}]
    assert models.list({}, ("ModelName",), only=lambda record: record["ModelName"] == "ab")["Models"] == [{"ModelName": "ab"}]
