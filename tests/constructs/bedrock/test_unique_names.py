import re

import aws_cdk as cdk
import pytest
from constructs import Construct

from ml_constructs.bedrock.unique_names import content_hash, lasting_name, unique_name


@pytest.fixture(scope="module")
def stack() -> cdk.Stack:
    return cdk.Stack(None, "Knowledge--Base-Of-The-Handbook")


@pytest.fixture(scope="module")
def place(stack: cdk.Stack) -> Construct:
    return Construct(stack, "Place")


def test_a_hash_follows_its_content_tokens_included(stack: cdk.Stack) -> None:
    bucket = cdk.aws_s3.Bucket(stack, "Bucket")
    hashes = [content_hash(stack, *parts) for parts in ([], ["a"], ["a", 1], ["a", cdk.Aws.REGION], ["a", bucket.bucket_arn], [["a"], 1])]
    assert len(set(hashes)) == len(hashes)
    assert content_hash(stack, "a", bucket.bucket_arn) == hashes[4]
    assert all(re.fullmatch("[0-9a-f]{8}", found) for found in hashes)


def test_a_name_starts_with_the_stack_and_holds_single_hyphens_only(place: Construct) -> None:
    assert re.fullmatch("knowledge-base-of-the-handbook-[0-9a-f]{8}", unique_name(place, max_length=100))


@pytest.mark.parametrize("length", [12, 24, 32])
def test_a_name_is_no_longer_than_allowed_and_keeps_its_hash(place: Construct, length: int) -> None:
    name = unique_name(place, "x", max_length=length)
    assert len(name) <= length
    assert re.fullmatch("[a-z][a-z0-9]*(-[a-z0-9]+)*", name)
    assert name.rsplit("-", 1)[1] == unique_name(place, "x", max_length=100).rsplit("-", 1)[1]


def test_whatever_forces_a_replacement_changes_the_name(place: Construct) -> None:
    assert unique_name(place, 1024, max_length=32) != unique_name(place, 512, max_length=32)


def test_the_place_changes_the_name(stack: cdk.Stack, place: Construct) -> None:
    assert unique_name(place, max_length=32) != unique_name(stack, max_length=32)


def test_a_lasting_name_ends_with_the_start_of_the_stacks_guid(stack: cdk.Stack, place: Construct) -> None:
    start, guid = stack.resolve(lasting_name(place, "x", max_length=32))["Fn::Join"][1]
    assert len(start) + 8 <= 32
    assert re.fullmatch("knowledge-base-[0-9a-f]{8}-", start)
    assert guid["Fn::Select"][0] == 0
    assert "AWS::StackId" in str(guid)
