"""Names the resources that an API call works on, as its IAM actions see them."""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from blueprints.checks.deployed import ACCOUNT, Account
from blueprints.checks.endpoint_calls import PARAMETERS as ENDPOINT_PARAMETERS
from blueprints.checks.endpoint_calls import SERVICES as ENDPOINT_SERVICES
from blueprints.checks.endpoint_calls import endpoint_targets
from blueprints.checks.iam_actions import actions, takes_resource
from blueprints.checks.model_calls import PARAMETERS as MODEL_PARAMETERS
from blueprints.checks.model_calls import SERVICES as MODEL_SERVICES
from blueprints.checks.model_calls import Context, model_targets

# The parameter that names the resource, by boto3 service.
_PARAMETERS = {
    "dynamodb": ("TableName",),
    "ec2": ("GroupId",),
    "events": ("EventBusName",),
    "lambda": ("FunctionName",),
    "rds-data": ("resourceArn",),
    "s3": ("Bucket",),
    "sagemaker": ("TransformJobName",),
    "sns": ("TopicArn",),
    "sqs": ("QueueUrl",),
    "ssm": ("Name",),
    "stepfunctions": ("stateMachineArn", "executionArn", "taskToken"),
}
# Every parameter that decides which resource a call works on, or which other permission it takes.
TELLING_PARAMETERS = {
    *itertools.chain.from_iterable(_PARAMETERS.values()),
    *("Key", "IndexName", "VersionId", "CopySource.Bucket", "CopySource.Key", "Delete.Objects.VersionId"),
    *("NotificationChannel.RoleArn", "NotificationChannel.SNSTopicArn"),
    *("loggingConfig.cloudWatchConfig.roleArn", "secretArn"),
    *ENDPOINT_PARAMETERS,
    *MODEL_PARAMETERS,
}
_OBJECT_ACTIONS = ("Object", "MultipartUploadParts", "AbortMultipartUpload")
UNKNOWN = "{unknown}"


def _arn(account: Account, value: object) -> str:
    resource = account.find(value)
    return resource.arn.removesuffix(":*") if resource else str(value)


def _object_arn(account: Account, parameters: Mapping[str, Any], prefix: str) -> str:
    return f"{_arn(account, parameters.get(f'{prefix}Bucket', UNKNOWN))}/{parameters.get(f'{prefix}Key', UNKNOWN)}"


def _actions(service: str, operation: str, parameters: Mapping[str, Any]) -> Iterator[str]:
    for action in actions(service, operation):
        yield action
        if action in ("s3:GetObject", "s3:DeleteObject") and parameters.keys() & {"VersionId", "Delete.Objects.VersionId"}:
            yield f"{action}Version"


def call_targets(account: Account, service: str, operation: str, parameters: Mapping[str, Any]) -> list[tuple[str, str, Context]]:
    """The IAM actions of a call, each with the ARN it is checked against and the condition keys that the call has for it.

    Args:
        account: Where the resources stand.
        service: A boto3 service.
        operation: Its operation, as in the API.
        parameters: Those of the call that are known, with ``{unknown}`` for what is not.
    """
    found: list[tuple[str, str, Context]] = []
    for action in _actions(service, operation, parameters):
        if not takes_resource(action) and not action.startswith("states:SendTask"):
            found.append((action, "*", ()))
            continue
        if service in MODEL_SERVICES:
            found += [(action, arn, context) for arn, context in model_targets(account, action, parameters)]
            continue
        if service in ENDPOINT_SERVICES:
            found += [(action, arn, context) for arn, context in endpoint_targets(account, parameters)]
            continue
        names = [name for name in _PARAMETERS.get(service, ()) if name in parameters]
        value = parameters[names[0]] if names else UNKNOWN
        arn = _arn(account, value)
        if service == "s3" and any(part in action for part in _OBJECT_ACTIONS):
            is_source = operation == "CopyObject" and action.startswith("s3:Get")
            arn = _object_arn(account, parameters, "CopySource." if is_source else "")
        if service == "ec2" and arn != UNKNOWN:
            arn = f"arn:aws:ec2:{account.region}:{ACCOUNT}:security-group/{arn}"
        if service == "sagemaker" and not arn.startswith(UNKNOWN):
            arn = f"arn:aws:sagemaker:{account.region}:{ACCOUNT}:transform-job/{arn}"
        if service == "ssm" and arn != UNKNOWN:
            arn = f"arn:aws:ssm:{account.region}:{ACCOUNT}:parameter/{arn.lstrip('/')}"
        if service == "dynamodb" and "IndexName" in parameters:
            arn = f"{arn}/index/{parameters['IndexName']}"
        found.append((action, arn, ()))
    return found
