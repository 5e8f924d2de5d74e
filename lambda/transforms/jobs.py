"""Transform jobs of SageMaker."""

from typing import Any

from botocore.exceptions import ClientError

from documents.clients import client
from documents.errors import is_code
from documents.runtime import logger

IN_PROGRESS, COMPLETED, STOPPING = "InProgress", "Completed", "Stopping"
UNKNOWN = ("ResourceNotFound", "ValidationException")
"""The API declares the former; the latter comes as well for names that it doesn't know, and for jobs that have ended."""


def describe(name: str) -> dict[str, Any]:
    """What SageMaker tells of a job; nothing when there is none."""
    try:
        told: dict[str, Any] = client("sagemaker").describe_transform_job(TransformJobName=name)
    except ClientError as error:
        if is_code(error, *UNKNOWN):
            return {}
        raise
    return told


def stop(name: str) -> bool:
    """Stops a job; says whether it still ran.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTransformJob.html
    """
    try:
        client("sagemaker").stop_transform_job(TransformJobName=name)
    except ClientError as error:
        if is_code(error, *UNKNOWN):
            return False
        raise
    logger.warning("the job is stopped")
    return True
