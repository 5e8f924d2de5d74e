"""A condition on the principal of a session means its role."""

import pytest
from botocore.exceptions import ClientError

from blueprints.local.embedded import EmbeddedAws
from tests.local import raw


def deployed(aws: EmbeddedAws) -> dict[str, str]:
    """A bucket that only the role may write to, and another role with the same policy."""
    only = {"ArnNotEquals": {"aws:PrincipalArn": raw.attribute("Writer")}}
    objects = {"Fn::Sub": "${Bucket.Arn}/*"}
    refusal = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:PutObject", "Resource": objects, "Condition": only}
    policy = {"Bucket": raw.ref("Bucket"), "PolicyDocument": {"Version": "2012-10-17", "Statement": [refusal]}}
    resources = {
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": policy},
        "Writer": raw.role(raw.ANYBODY, raw.allow("s3:*")),
        "Other": raw.role(raw.ANYBODY, raw.allow("s3:*")),
    }
    outputs = {"Bucket": raw.ref("Bucket"), "Writer": raw.attribute("Writer"), "Other": raw.attribute("Other")}
    return raw.deploy(aws, "principals", resources, outputs)


def write(aws: EmbeddedAws, names: dict[str, str], role: str) -> None:
    raw.as_role(aws, names[role])("s3").put_object(Bucket=names["Bucket"], Key="a", Body=b"a")


@pytest.mark.long
def test_ministack_takes_sessions_for_somebody_else(plain_aws: EmbeddedAws) -> None:
    names = deployed(plain_aws)
    with pytest.raises(ClientError, match="AccessDenied"):
        write(plain_aws, names, "Writer")


def test_a_session_of_the_role_may_and_one_of_another_may_not(adapted_aws: EmbeddedAws) -> None:
    names = deployed(adapted_aws)
    write(adapted_aws, names, "Writer")
    with pytest.raises(ClientError, match="AccessDenied"):
        write(adapted_aws, names, "Other")
