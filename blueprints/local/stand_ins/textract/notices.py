"""Tells a topic that a job has ended, with no more rights than the role that Textract was given."""

from __future__ import annotations

import json
import logging
from functools import cache
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from blueprints.local.stand_ins import ClientFactory
from blueprints.local.stand_ins.textract.requests import invalid
from blueprints.local.trust import trusts

SERVICE = "textract.amazonaws.com"
log = logging.getLogger(__name__)


def check_channel(channel: dict[str, str], aws: ClientFactory) -> None:
    """Checks that the topic exists and that Textract may assume the role.

    See https://docs.aws.amazon.com/textract/latest/dg/api-async-roles.html

    Raises:
        StandInError: ``InvalidParameterException``.
    """
    role, topic = channel["RoleArn"], channel["SNSTopicArn"]
    try:
        trust = aws("iam").get_role(RoleName=role.rsplit("/", 1)[-1])["Role"]["AssumeRolePolicyDocument"]
        aws("sns").get_topic_attributes(TopicArn=topic)
    except (BotoCoreError, ClientError) as error:
        raise invalid(f"NotificationChannel names a role or a topic that does not exist: {role}, {topic}") from error
    if not trusts_textract(trust, account=role.split(":")[4], region=topic.split(":")[3]):
        raise invalid(f"NotificationChannel names a role that {SERVICE} cannot assume for this account: {role}")


def publish(channel: dict[str, str], notice: dict[str, Any], aws: ClientFactory) -> bool:
    """Publishes the notice as the role, and tells whether it was allowed to; as on AWS, a refusal does not fail the job."""
    try:
        client = _as_role(channel["RoleArn"], aws) or _if_allowed(channel, aws)
        client.publish(TopicArn=channel["SNSTopicArn"], Message=json.dumps(notice))
    except (BotoCoreError, ClientError, PermissionError) as error:
        log.warning("Textract could not publish to %s as %s: %s", channel["SNSTopicArn"], channel["RoleArn"], error)
        return False
    return True


def trusts_textract(policy: dict[str, Any] | str, *, account: str, region: str) -> bool:
    """Tells whether a role's trust policy lets Textract assume it on behalf of the account's jobs."""
    return trusts(policy, SERVICE, {"aws:sourceaccount": account, "aws:sourcearn": f"arn:aws:textract:{region}:{account}:job"})


def _as_role(role: str, aws: ClientFactory) -> Any:
    """Returns a client with the role's credentials; None where only a service may assume it."""
    if assume := getattr(aws, "assume", None):
        return assume(role, "textract")("sns")
    administrator = aws("sns")
    try:
        granted = aws("sts").assume_role(RoleArn=role, RoleSessionName="textract")["Credentials"]
    except ClientError:
        return None
    return _session().client(
        "sns",
        endpoint_url=administrator.meta.endpoint_url,
        region_name=administrator.meta.region_name,
        aws_access_key_id=granted["AccessKeyId"],
        aws_secret_access_key=granted["SecretAccessKey"],
        aws_session_token=granted["SessionToken"],
    )


@cache
def _session() -> boto3.Session:
    return boto3.Session()


def _if_allowed(channel: dict[str, str], aws: ClientFactory) -> Any:
    """Returns the administrator's client if the role's policies allow what publishing needs.

    Raises:
        PermissionError: They don't.
    """
    topic = channel["SNSTopicArn"]
    needed = [("sns:Publish", topic)]
    key = aws("sns").get_topic_attributes(TopicArn=topic)["Attributes"].get("KmsMasterKeyId", "")
    if key.startswith("arn:") and ":key/" in key:
        needed += [("kms:GenerateDataKey", key), ("kms:Decrypt", key)]
    for action, resource in needed:
        answer = aws("iam").simulate_principal_policy(PolicySourceArn=channel["RoleArn"], ActionNames=[action], ResourceArns=[resource])
        if any(result["EvalDecision"] != "allowed" for result in answer["EvaluationResults"]):
            raise PermissionError(f"{action} on {resource} is not allowed")
    return aws("sns")
