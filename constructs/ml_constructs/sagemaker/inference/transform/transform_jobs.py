"""Who may do what with the transform jobs of a deployment."""

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from ml_constructs.foundation.roles import allow_matching

RULE = "StepFunctionsGetEventsForSageMakerTransformJobsRule"
RUN = ("CreateTransformJob", "DescribeTransformJob", "StopTransformJob", "AddTags", "ListTags")
RULE_ACTIONS = ("events:DescribeRule", "events:PutRule", "events:PutTargets")

_NAMES = "Jobs are named when they are made; the names of all jobs of this deployment begin like this, and those of no other do."


def jobs_arn(scope: Construct, prefix: str) -> str:
    """The ARN of all jobs whose names begin with ``prefix`` and a hyphen."""
    return Stack.of(scope).format_arn(
        service="sagemaker", resource="transform-job", resource_name=f"{prefix}-*", arn_format=ArnFormat.SLASH_RESOURCE_NAME
    )


def allow_jobs(role: iam.Role, prefix: str, *actions: str) -> None:
    """Lets ``role`` act on the jobs whose names begin with ``prefix``.

    Args:
        role: Gets the permission.
        prefix: Of the names.
        actions: Of SageMaker, without ``sagemaker:``.
    """
    allow_matching(role, [f"sagemaker:{action}" for action in actions], [jobs_arn(role, prefix)], _NAMES)


def allow_run(role: iam.Role, prefix: str) -> None:
    """Lets a state machine, as ``role``, run jobs and wait for them, and no more than that.

    A job takes the role of its model, which nobody passes to it.

    See https://docs.aws.amazon.com/step-functions/latest/dg/sagemaker-iam.html
    """
    allow_jobs(role, prefix, *RUN)
    rule = Stack.of(role).format_arn(service="events", resource="rule", resource_name=RULE, arn_format=ArnFormat.SLASH_RESOURCE_NAME)
    role.add_to_policy(iam.PolicyStatement(actions=list(RULE_ACTIONS), resources=[rule]))
