"""Writes the results of jobs into the caller's bucket."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from blueprints.local.stand_ins import ClientFactory, StandInError
from blueprints.local.stand_ins.textract.jobs import Job

DEFAULT_PREFIX = "textract_output"
PROBE = ".s3_access_check"


def check_output(request: dict[str, Any], job_id: str, aws: ClientFactory) -> None:
    """Writes an empty object where the results will lie, as Textract does before it starts.

    See https://docs.aws.amazon.com/textract/latest/dg/API_OutputConfig.html

    Raises:
        StandInError: ``InvalidS3ObjectException`` or ``InvalidKMSKeyException``.
    """
    try:
        _put(request, f"{job_id}/{PROBE}", b"", aws)
    except (BotoCoreError, ClientError) as error:
        if "KMS" in str(error):
            raise StandInError("InvalidKMSKeyException", f"Cannot encrypt with {request['KMSKeyId']}") from error
        raise StandInError("InvalidS3ObjectException", f"Cannot write to {request['OutputConfig']['S3Bucket']}") from error


def write_output(job: Job, aws: ClientFactory) -> None:
    """Writes each part of the result, as ``Get`` answers it, under the job's id."""
    token: dict[str, str] = {}
    for number in range(1, len(job.result.items) + 2 if job.result else 1):
        part = job.answer(token)
        _put(job.request, f"{job.job_id}/{number}", json.dumps(part).encode(), aws)
        if "NextToken" not in part:
            return
        token = {"NextToken": part["NextToken"]}


def _put(request: dict[str, Any], name: str, content: bytes, aws: ClientFactory) -> None:
    output = request["OutputConfig"]
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": request["KMSKeyId"]} if "KMSKeyId" in request else {}
    aws("s3").put_object(Bucket=output["S3Bucket"], Key=f"{output.get('S3Prefix', DEFAULT_PREFIX)}/{name}", Body=content, **encryption)
