from typing import Any

import pytest

from blueprints.docs.teardown import fate, teardown
from blueprints.docs.template import Template


def fate_of(body: dict[str, Any], name: str, **more: Any) -> str:
    body["Resources"][name] |= more
    template = Template(body)
    return fate(template, template.resources[name])


@pytest.mark.parametrize(
    ("policy", "text"), [("Retain", "stays"), ("RetainExceptOnCreate", "stays"), ("Snapshot", "deleted after a snapshot")]
)
def test_the_deletion_policy_decides_first(body: dict[str, Any], policy: str, text: str) -> None:
    assert fate_of(body, "Inbox", DeletionPolicy=policy) == text


def test_a_bucket_that_nobody_empties_stops_the_removal(body: dict[str, Any]) -> None:
    assert fate_of(body, "Inbox", DeletionPolicy="Delete") == "deletion fails until you have emptied it"


@pytest.mark.parametrize("helper", ["Custom::S3AutoDeleteObjects", "Custom::EmptyBucket"])
def test_a_bucket_with_its_helper_is_emptied(body: dict[str, Any], helper: str) -> None:
    body["Resources"]["Emptied"] = {"Type": helper, "Properties": {"BucketName": {"Ref": "Inbox"}}}
    assert fate_of(body, "Inbox", DeletionPolicy="Delete") == "emptied and deleted"


def test_a_key_waits_before_it_goes(body: dict[str, Any]) -> None:
    assert fate_of(body, "Key", DeletionPolicy="Delete") == "deleted 30 days later"


def test_other_holders_go_with_what_they_hold(body: dict[str, Any]) -> None:
    assert fate_of(body, "Index") == "deleted with what it holds"


def test_both_choices_stand_side_by_side(body: dict[str, Any]) -> None:
    kept = Template(body)
    destroyed = Template({"Resources": {name: body["Resources"][name] | {"DeletionPolicy": "Delete"} for name in ("Index", "Key")}})
    text = teardown([(kept, destroyed)])
    assert "| KMS Key | Key | stays | deleted 30 days later |" in text
    assert "| S3 Bucket | Storage/Inbox | stays | not defined |" in text


def test_many_resources_with_one_fate_are_counted() -> None:
    groups = {f"Logs{number}": {"Type": "AWS::Logs::LogGroup", "DeletionPolicy": "Retain"} for number in range(9)}
    template = Template({"Resources": groups})
    assert "| Logs LogGroup | all 9 | stays | stays |" in teardown([(template, template)])


def test_further_pairs_add_what_only_they_have(body: dict[str, Any]) -> None:
    first = Template({"Resources": {"Inbox": body["Resources"]["Inbox"]}})
    text = teardown([(first, first), (Template(body), Template(body))])
    assert text.count("Storage/Inbox") == 1
    assert "| KMS Key | Key | stays | stays |" in text


def test_a_resource_whose_id_follows_its_content_is_one_in_all_pairs() -> None:
    indexes = [
        {"I": {"Type": "AWS::S3Vectors::Index", "Metadata": {"aws:cdk:path": f"stack/Store/Index{end}"}}} for end in ("", "0123abcd")
    ]
    text = teardown([(template, template) for template in (Template({"Resources": each}) for each in indexes)])
    assert "| S3Vectors Index | Store/Index | deleted with what it holds | deleted with what it holds |" in text
