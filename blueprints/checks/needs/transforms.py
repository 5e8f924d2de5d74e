"""What a state machine that runs transform jobs needs, and what SageMaker does with the role of the model in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from blueprints.checks.deployed import ACCOUNT, Account
from blueprints.checks.needs.endpoints import FOR_SERVICES, LOGS
from blueprints.checks.needs.facts import Facts
from blueprints.checks.permissions import Need

JOB = "AWS::SageMaker::TransformJob"
OPERATION = ("sagemaker", "CreateTransformJob")
RULE = "StepFunctionsGetEventsForSageMakerTransformJobsRule"
LOG_GROUP = "/aws/sagemaker/TransformJobs"
_RUN = ("CreateTransformJob", "DescribeTransformJob", "ListTags", "StopTransformJob")
_EVENTS = ("events:DescribeRule", "events:PutRule", "events:PutTargets")
# A job's name begins with a text that the template knows.
_NAME = re.compile(r"\{%\s*'(?P<start>[^']*)'\s*&.*%\}", re.DOTALL)


def transform_needs(account: Account, role: str, arguments: Mapping[str, Any], facts: Facts, reason: str) -> Iterator[Need]:
    """What a Task that runs a transform job and waits for it needs, and what the job does as the role of its model.

    A job takes the role of its model; nobody passes one to it.

    Args:
        account: Where everything stands.
        role: Of the state machine.
        arguments: Of the Task.
        facts: ``also`` names the data, the plans and the results, by ``JOB`` and the action.
        reason: What needs it.

    See https://docs.aws.amazon.com/step-functions/latest/dg/sagemaker-iam.html
    """
    yield from (Need(role, f"sagemaker:{action}", _job(account, arguments), reason) for action in _RUN)
    if "Tags" in arguments:
        yield Need(role, "sagemaker:AddTags", _job(account, arguments), reason)
    rule = f"arn:aws:events:{account.region}:{ACCOUNT}:rule/{RULE}"
    yield from (Need(role, action, rule, f"{reason} waits for the job") for action in _EVENTS)
    for model in account.of_type("AWS::SageMaker::Model"):
        if model.name == arguments["ModelName"]:
            yield from _job_needs(account, model.properties["ExecutionRoleArn"], arguments, facts)


def _job(account: Account, arguments: Mapping[str, Any]) -> str:
    name = str(arguments["TransformJobName"])
    found = _NAME.fullmatch(name)
    return f"arn:aws:sagemaker:{account.region}:{ACCOUNT}:transform-job/{found['start'] + 'example' if found else name}"


def _job_needs(account: Account, role: str, arguments: Mapping[str, Any], facts: Facts) -> Iterator[Need]:
    """What a job does as the role of its model.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms and
    https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
    """
    for action in ("s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"):
        yield from (Need(role, action, arn, "data is transformed") for arn in facts.also.get((JOB, action), ()))
    for arn in facts.also.get((JOB, "s3:GetObject"), ()):
        bucket, _, key = arn.partition("/")
        yield Need(role, "s3:ListBucket", bucket, "data is looked for", (("s3:prefix", key),))
    group = f"arn:aws:logs:{account.region}:{ACCOUNT}:log-group:{LOG_GROUP}"
    yield Need(role, "logs:CreateLogGroup", group, "jobs log")
    yield from (Need(role, action, f"{group}:log-stream:example", "jobs log") for action in LOGS)
    if key := arguments["TransformResources"].get("VolumeKmsKeyId"):
        yield Need(role, "kms:CreateGrant", key, "volumes are encrypted", FOR_SERVICES)
