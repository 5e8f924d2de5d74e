"""Where batch transform finds requests and data, and puts results."""

from dataclasses import dataclass

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from ml_constructs.foundation.checks import check_text
from ml_constructs.foundation.grants import grant_objects
from ml_constructs.foundation.roles import allow_matching
from ml_constructs.sagemaker.inference.asynchronous.async_options import A_PREFIX, PREFIX

PLANS = "plans/"
ANSWERS = "answers/"
"""As in ``lambda/plan_transform/logic.py``."""
LOG_GROUP = "/aws/sagemaker/TransformJobs"
LOG_ACTIONS = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")

_LOGS = "SageMaker writes the logs of all transform jobs of an account into this one group, and names their streams after jobs and hosts."


@dataclass(frozen=True, kw_only=True)
class TransformPlaces:
    """Where requests, data and results are.

    Args:
        inputs: The bucket of requests and data.
        results: The bucket of results; its key encrypts them.
        requests: Start of the keys of manifests and request files.
        data: Start of the keys of data; requests may name nothing else.

    Raises:
        ValueError: A prefix that isn't one, or that the other one or ``PLANS`` is part of.
    """

    inputs: s3.IBucket
    results: s3.IBucket
    requests: str = "requests/"
    data: str = "data/"

    def __post_init__(self) -> None:
        for name in ("requests", "data"):
            check_text(name, getattr(self, name), PREFIX, A_PREFIX)
        prefixes = {"requests": self.requests, "data": self.data, "plans": PLANS}
        for name, prefix in prefixes.items():
            for other, within in prefixes.items():
                if name != other and within.startswith(prefix):
                    raise ValueError(f"{name} must not be where {other} are ({within}), got {prefix!r}")

    def grant(self, role: iam.Role) -> None:
        """Lets SageMaker, as the ``role`` of a model, read what is planned, write results, and write the log of jobs.

        The group is one for all transform jobs of the account, so that it is nobody's to make, to encrypt or to expire, and SageMaker
        has to be allowed to make it.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms and
        https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
        """
        for prefix in (self.data, PLANS):
            grant_objects(self.inputs, role, ["GetObject"], prefix=prefix)
        listing = {"StringLike": {"s3:prefix": [f"{self.data}*", f"{PLANS}*"]}}
        role.add_to_policy(iam.PolicyStatement(actions=["s3:ListBucket"], resources=[self.inputs.bucket_arn], conditions=listing))
        grant_objects(self.results, role, ["AbortMultipartUpload", "PutObject"], prefix=ANSWERS)
        group = Stack.of(role).format_arn(
            service="logs", resource="log-group", resource_name=LOG_GROUP, arn_format=ArnFormat.COLON_RESOURCE_NAME
        )
        role.add_to_policy(iam.PolicyStatement(actions=["logs:CreateLogGroup"], resources=[group]))
        allow_matching(role, LOG_ACTIONS, [f"{group}:*"], _LOGS)
