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


def test_a_bucket_with_its_helper_is_emptied(body: dict[str, Any]) -> None:
    body["Resources"]["Emptied"] = {"Type": "Custom::S3AutoDeleteObjects", "Properties": {"BucketName": {"Ref": "Inbox"}}}
    assert fate_of(body, "Inbox", DeletionPolicy="Delete") == "emptied and deleted"


def test_a_key_waits_before_it_goes(body: dict[str, Any]) -> None:
    assert fate_of(body, "Key", DeletionPolicy="Delete") == "deleted 30 days later"


def test_other_holders_go_with_what_they_hold(body: dict[str, Any]) -> None:
    assert fate_of(body, "Index") == "deleted with what it holds"


def test_both_choices_stand_side_by_side(body: dict[str, Any]) -> None:
    kept = Template(body)
    destroyed = Template({"Resources": {name: body["Resources"][name] | {"DeletionPolicy": "Delete"} for name in ("Index", "Key")}})
    text = teardown(kept, destroyed)
    assert "| Key | KMS Key | stays | deleted 30 days later |" in text
    assert "| Storage/Inbox | S3 Bucket | stays | not defined |" in text
