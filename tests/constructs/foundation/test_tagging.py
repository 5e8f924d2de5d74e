import json
from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import cfnlint
import pytest
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_sqs as sqs
from aws_cdk.assertions import Match, Template

from ml_constructs.foundation import tag
from ml_constructs.foundation.tagging import REPLACED_BY_TAGS

WITH_DATA = ("Batch", "Bedrock", "EC2", "HealthImaging", "Kinesis", "MSK", "Omics", "OpenSearchServerless", "Personalize", "SageMaker")
REPORTED_BY_OTHERS = {"AWS::SageMaker::UserProfile"}


def tags(**values: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(values.items())]


def test_resources_say_what_they_belong_to(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    sqs.Queue(stack, "Queue")
    tag(stack, project="ml", blueprint="document-analysis", deployment="invoices")
    expected = tags(project="ml", blueprint="document-analysis", deployment="invoices")
    template().has_resource_properties("AWS::SQS::Queue", {"Tags": expected})


def test_tags_of_the_user_are_added_and_win(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    sqs.Queue(stack, "Queue")
    tag(stack, project="ml", blueprint="document-analysis", deployment="invoices", tags={"team": "archive", "project": "paper"})
    expected = tags(project="paper", blueprint="document-analysis", deployment="invoices", team="archive")
    template().has_resource_properties("AWS::SQS::Queue", {"Tags": expected})


def test_what_a_changed_tag_would_replace_has_none(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    sagemaker.CfnUserProfile(stack, "User", domain_id="d-1", user_profile_name="user")
    tag(stack, project="ml", blueprint="studio", deployment="research")
    template().has_resource_properties("AWS::SageMaker::UserProfile", {"Tags": Match.absent()})


def test_the_list_holds_every_type_whose_schema_replaces_it_for_a_tag() -> None:
    replaced = set()
    for path in Path(cfnlint.__file__).parent.glob("data/schemas/resources/*.json"):
        schema = json.loads(path.read_text(encoding="utf-8"))
        if any(pointer.startswith("/properties/Tags") for pointer in schema.get("createOnlyProperties", [])):
            replaced.add(schema["typeName"])
    relevant = {name for name in replaced if name.split("::")[1] in WITH_DATA}
    assert set(REPLACED_BY_TAGS) - REPORTED_BY_OTHERS == relevant


@pytest.mark.parametrize("key", ["", "aws:team", "AWS:team", "k" * 129])
def test_a_key_that_aws_refuses_is_refused(stack: cdk.Stack, key: str) -> None:
    with pytest.raises(ValueError, match=r"tag key must have 1 to 128 characters and not start with aws:, got "):
        tag(stack, project="ml", blueprint="b", deployment="d", tags={key: "value"})


def test_a_value_that_aws_refuses_is_refused(stack: cdk.Stack) -> None:
    with pytest.raises(ValueError, match=r"value of tag team must have at most 256 characters, got 257"):
        tag(stack, project="ml", blueprint="b", deployment="d", tags={"team": "v" * 257})
