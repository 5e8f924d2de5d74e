"""Which IAM actions an API operation needs, and which of them AWS defines without resources."""

import functools
import json
from importlib import resources
from typing import Any

from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import ServiceModel

# Operations whose action has another name.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
# https://docs.aws.amazon.com/bedrock/latest/userguide/inference-prereq.html
_OTHER_NAMES = {
    "s3:HeadObject": ("s3:GetObject",),
    "s3:HeadBucket": ("s3:ListBucket",),
    "s3:ListObjects": ("s3:ListBucket",),
    "s3:ListObjectsV2": ("s3:ListBucket",),
    "s3:ListObjectVersions": ("s3:ListBucketVersions",),
    "s3:DeleteObjects": ("s3:DeleteObject",),
    "s3:CopyObject": ("s3:GetObject", "s3:PutObject"),
    "s3:CreateMultipartUpload": ("s3:PutObject",),
    "s3:UploadPart": ("s3:PutObject",),
    "s3:CompleteMultipartUpload": ("s3:PutObject",),
    "s3:ListMultipartUploads": ("s3:ListBucketMultipartUploads",),
    "s3:ListParts": ("s3:ListMultipartUploadParts",),
    "sqs:SendMessageBatch": ("sqs:SendMessage",),
    "sqs:DeleteMessageBatch": ("sqs:DeleteMessage",),
    "sqs:ChangeMessageVisibilityBatch": ("sqs:ChangeMessageVisibility",),
    "sns:PublishBatch": ("sns:Publish",),
    "dynamodb:TransactGetItems": ("dynamodb:GetItem",),
    "dynamodb:ExecuteStatement": ("dynamodb:PartiQLSelect",),
    "bedrock:Converse": ("bedrock:InvokeModel",),
    "bedrock:ConverseStream": ("bedrock:InvokeModelWithResponseStream",),
    "lambda:Invoke": ("lambda:InvokeFunction",),
    "lambda:InvokeAsync": ("lambda:InvokeFunction",),
}
# Methods that boto3 adds to those of the operations: what they call, and the names of their first arguments.
# https://boto3.amazonaws.com/v1/documentation/api/latest/guide/s3.html
_UPLOAD = ("PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload")
_ADDED_METHODS = {
    ("s3", "upload_file"): (_UPLOAD, ("Filename", "Bucket", "Key")),
    ("s3", "upload_fileobj"): (_UPLOAD, ("Fileobj", "Bucket", "Key")),
    ("s3", "download_file"): (("HeadObject", "GetObject"), ("Bucket", "Key", "Filename")),
    ("s3", "download_fileobj"): (("HeadObject", "GetObject"), ("Bucket", "Key", "Fileobj")),
}
# The prefix of a service's actions where it is not the name that its requests are signed with.
_PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag"}


# Actions on resources of the user's own, which are taken without a resource as well.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncomprehend.html
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html: metrics belong to no data set
_OPTIONAL = ("cloudwatch:PutMetricData", "comprehend:DetectEntities", "comprehend:DetectPiiEntities")


@functools.cache
def _model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


@functools.cache
def methods(service: str) -> dict[str, tuple[str, ...]]:
    """The operations that each method of a boto3 client calls.

    Raises:
        botocore.exceptions.UnknownServiceError: A service that botocore does not know.
    """
    added = {method: operations for (of, method), (operations, _) in _ADDED_METHODS.items() if of == service}
    return {xform_name(operation): (operation,) for operation in _model(service).operation_names} | added


def positional_names(service: str, method: str) -> tuple[str, ...]:
    """The names of the positional arguments of a method; those of operations take none."""
    return _ADDED_METHODS.get((service, method), ((), ()))[1]


def actions(service: str, operation: str) -> tuple[str, ...]:
    """The IAM actions that a call of an operation needs.

    Raises:
        ValueError: AWS's list of actions does not have the action that the operation's name suggests.
    """
    signing_name = _model(service).signing_name
    action = f"{_PREFIXES.get(signing_name, signing_name)}:{operation}"
    found = _OTHER_NAMES.get(action, (action,))
    for name in found:
        if not is_known(name):
            raise ValueError(f"{service}.{operation} needs the action {name}, which AWS's list of actions does not have")
    return found


@functools.cache
def _services() -> dict[str, Any]:
    """AWS's service authorization reference, in the form that cfn-lint carries (all names in lower case)."""
    text = resources.files("cfnlint.data.AdditionalSpecs").joinpath("Policies.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _definition(action: str) -> dict[str, Any] | None:
    service, name = action.lower().split(":")
    found: dict[str, Any] | None = _services().get(service, {}).get("Actions", {}).get(name)
    return found


def is_known(action: str) -> bool:
    """Whether AWS's list of actions has this one."""
    return _definition(action) is not None


def takes_resource(action: str) -> bool:
    """Whether a policy can name the resource of this action; otherwise only ``*`` matches."""
    return action not in _OPTIONAL and bool((_definition(action) or {}).get("Resources"))


def matching(pattern: str) -> list[str]:
    """All actions that a pattern such as ``kms:GenerateDataKey*`` stands for, in lower case."""
    from fnmatch import fnmatchcase

    service, name = (*pattern.lower().split(":", 1), "")[:2]
    return [f"{service}:{known}" for known in _services().get(service, {}).get("Actions", {}) if fnmatchcase(known, name)]
