"""The functions of document analysis: their sizes, and what all of them are given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from ml_constructs.foundation import HandlerDefaults, HandlerFunction
from ml_constructs.foundation.grants import grant_objects
from ml_constructs.foundation.named_function import named_function, queue_visibility

SHARED = ("documents",)
READ_OBJECTS = ("GetObject", "GetObjectVersion")
WRITE_STREAMS = ("AbortMultipartUpload", "PutObject")


@dataclass(frozen=True)
class Size:
    """What a function needs at most: whole seconds, and megabytes of memory."""

    timeout_seconds: int
    memory_mb: int = 512


SIZES = {
    "StartAnalysis": Size(120),
    "InspectDocument": Size(300, 1769),
    "AnalyzeImage": Size(120, 1024),
    "StartTextractJob": Size(120),
    "CompleteTextractJob": Size(120),
    "CollectTextractJob": Size(900, 1769),
    "AssembleDocument": Size(300, 3008),
    "EnrichText": Size(900, 1769),
    "RequestReview": Size(120, 1769),
    "DecideReview": Size(29),
    "StoreResult": Size(300, 3008),
    "RecordRejection": Size(120),
    "CloseExecution": Size(120),
}


def document_function(
    scope: Construct, name: str, *, defaults: HandlerDefaults, environment: Mapping[str, str], libraries: Sequence[str] = ()
) -> HandlerFunction:
    """Defines the function called ``name``, one of ``SIZES``, whose package has the same name in lower case.

    Args:
        scope: Where it is defined, under its name.
        name: Its name.
        defaults: What it shares with the others.
        environment: What it is told.
        libraries: What its package needs beside ``SHARED``.
    """
    return named_function(
        scope,
        name,
        defaults=defaults,
        environment=environment,
        timeout_seconds=SIZES[name].timeout_seconds,
        memory_mb=SIZES[name].memory_mb,
        shared=SHARED,
        libraries=libraries,
    )


def visibility_timeout(consumer: str) -> Duration:
    """For the queue that the function called ``consumer`` works off."""
    return queue_visibility(SIZES[consumer].timeout_seconds)


def grant_reading(sources: Sequence[s3.IBucket], role: iam.Role) -> None:
    """Lets ``role`` read documents in any of the buckets that they may lie in."""
    for bucket in sources:
        grant_objects(bucket, role, READ_OBJECTS)
