"""What becomes of a topic's key."""

import pytest

from blueprints.local.embedded import EmbeddedAws
from tests.local import raw


def key_of_a_topic(aws: EmbeddedAws) -> str | None:
    template = {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"KmsMasterKeyId": "alias/some-key"}}}
    arn = raw.deploy(aws, "encrypted-topic", template, {"Arn": raw.ref("Topic")})["Arn"]
    found: str | None = aws.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"].get("KmsMasterKeyId")
    return found


@pytest.mark.long
def test_ministack_drops_the_key_of_topics(plain_aws: EmbeddedAws) -> None:
    assert key_of_a_topic(plain_aws) is None


def test_topics_keep_their_key(adapted_aws: EmbeddedAws) -> None:
    assert key_of_a_topic(adapted_aws) == "alias/some-key"
