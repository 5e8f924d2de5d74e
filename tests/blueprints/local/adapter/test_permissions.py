"""Which rights Bedrock and S3 Vectors demand."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from blueprints.local.adapter import permissions
from blueprints.local.embedded import EmbeddedAws
from blueprints.local.operations import Request
from blueprints.local.rights import Lookup
from tests.local import raw

MODEL = "amazon.nova-lite-v1:0"
MESSAGES = [{"role": "user", "content": [{"text": "Hello"}]}]


def converse(aws: EmbeddedAws, stack: str, *statements: Any) -> str:
    """Asks a model with a role that has these rights."""
    role = raw.deploy(aws, stack, {"Role": raw.role(raw.ANYBODY, *statements)}, {"Role": raw.attribute("Role")})["Role"]
    answer = raw.as_role(aws, role)("bedrock-runtime").converse(modelId=MODEL, messages=MESSAGES)
    return str(answer["output"]["message"]["role"])


INVOKE = raw.allow("bedrock:InvokeModel", on=f"arn:aws:bedrock:us-east-1::foundation-model/{MODEL}")


@pytest.mark.long
def test_ministack_demands_a_right_that_does_not_exist(plain_aws: EmbeddedAws) -> None:
    with pytest.raises(ClientError, match="not authorized to perform: bedrock:Converse"):
        converse(plain_aws, "converse", INVOKE)


def test_models_are_invoked_by_right(adapted_aws: EmbeddedAws) -> None:
    assert converse(adapted_aws, "converse", INVOKE) == "assistant"
    with pytest.raises(ClientError, match="not authorized to perform: bedrock:InvokeModel"):
        converse(adapted_aws, "other-model", raw.allow("bedrock:InvokeModel", on="arn:aws:bedrock:us-east-1::foundation-model/a.b"))


def test_an_explicit_denial_of_what_has_no_guardrail_holds(adapted_aws: EmbeddedAws) -> None:
    unguarded = {"Null": {"bedrock:GuardrailIdentifier": "true"}}
    deny = {"Effect": "Deny", "Action": "bedrock:InvokeModel", "Resource": "*", "Condition": unguarded}
    with pytest.raises(ClientError, match="explicit deny"):
        converse(adapted_aws, "denied", raw.allow("bedrock:*"), deny)


def test_rights_are_those_of_the_model_behind_a_profile_too(adapted_aws: EmbeddedAws) -> None:
    profile = {"Fn::Sub": "arn:aws:bedrock:us-east-1:${AWS::AccountId}:inference-profile/us.amazon.nova-lite-v1:0"}
    role = raw.role(raw.ANYBODY, raw.allow("bedrock:InvokeModel", on=profile))
    arn = raw.deploy(adapted_aws, "profile-only", {"Role": role}, {"Role": raw.attribute("Role")})["Role"]
    with pytest.raises(
        ClientError, match=r"bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-1::foundation-model/amazon\.nova-lite"
    ):
        raw.as_role(adapted_aws, arn)("bedrock-runtime").converse(modelId=f"us.{MODEL}", messages=MESSAGES)


def test_vector_buckets_have_policies(adapted_aws: EmbeddedAws) -> None:
    vectors = adapted_aws.client("s3vectors")
    arn = vectors.create_vector_bucket(vectorBucketName="with-policy")["vectorBucketArn"]
    resources = {"Role": raw.role(raw.ANYBODY, raw.allow("s3vectors:GetVectorBucket"))}
    role = raw.deploy(adapted_aws, "vectors", resources, {"Role": raw.attribute("Role")})["Role"]
    mine = raw.as_role(adapted_aws, role)("s3vectors")
    assert mine.get_vector_bucket(vectorBucketName="with-policy")["vectorBucket"]["vectorBucketArn"] == arn
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3vectors:*", "Resource": arn}
    vectors.put_vector_bucket_policy(vectorBucketArn=arn, policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    with pytest.raises(ClientError, match="explicit deny"):
        mine.get_vector_bucket(vectorBucketName="with-policy")


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"indexArn": 1, "vectors": 2}'])
def test_requests_that_are_not_well_formed_are_left_to_the_service(body: bytes) -> None:
    signed = {"authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3vectors/aws4_request"}
    found = permissions._needed(Request("POST", "/PutVectors", "", signed, body), Lookup())
    assert [right.action for right in found] in ([], ["s3vectors:PutVectors"])
