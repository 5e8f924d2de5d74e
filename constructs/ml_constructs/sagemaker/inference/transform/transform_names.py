"""How the jobs of a deployment are called."""

from aws_cdk import Names
from constructs import Construct

LONGEST_PREFIX = 33
"""A name has 63 characters: a hyphen and 16 digits for the request, a hyphen and up to 6 for the attempt, and 2 for the try follow."""


def job_prefix(scope: Construct) -> str:
    """How the names of all jobs below ``scope`` begin: names of the stack and of constructs, and a hash of them.

    A job's name is taken for good in its account and region. What follows is derived from the name of the bucket too, which no other
    deployment has had. In lower case, because the ARNs of jobs hold their names in it.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
    """
    return Names.unique_resource_name(scope, max_length=LONGEST_PREFIX, separator="-").lower()
