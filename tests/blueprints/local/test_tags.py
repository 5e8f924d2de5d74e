"""Tags of resources."""

import pytest

from blueprints.local.stand_ins import StandInError
from blueprints.local.tags import Tags

ARN = "arn:aws:s3vectors:us-east-1:123456789012:bucket/a"


def test_tags_are_kept_changed_and_told() -> None:
    tags = Tags(lambda arn: arn == ARN)
    tags.put(ARN, {"team": "a", "stage": "b"})
    tags.answers["TagResource"]({"resourceArn": ARN, "tags": {"team": "c"}})
    tags.answers["UntagResource"]({"resourceArn": ARN, "tagKeys": ["stage", "never"]})
    assert tags.answers["ListTagsForResource"]({"resourceArn": ARN}) == {"tags": {"team": "c"}}
    tags.forget(ARN)
    assert tags.answers["ListTagsForResource"]({"resourceArn": ARN}) == {"tags": {}}


def test_some_services_write_them_as_lists() -> None:
    tags = Tags(lambda _: True, arn="resourceARN", listed=True)
    tags.put(ARN, [{"key": "team", "value": "a"}])
    tags.put(ARN, None)
    assert tags.answers["ListTagsForResource"]({"resourceARN": ARN}) == {"tags": [{"key": "team", "value": "a"}]}


def test_what_does_not_exist_has_none() -> None:
    tags = Tags(lambda _: False, missing="NotFoundException")
    with pytest.raises(StandInError, match=f"NotFoundException: Resource {ARN} not found") as refusal:
        tags.answers["TagResource"]({"resourceArn": ARN, "tags": {}})
    assert refusal.value.status == 404
