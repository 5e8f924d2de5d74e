"""The name of an endpoint, which its log group bears before there is an endpoint."""

import hashlib
import re
from collections.abc import Sequence

from aws_cdk import Stack
from constructs import Construct

from ml_constructs.foundation.stack_ids import SHORT_ID, short_id

LONGEST = 63
HASH_LENGTH = 6
LONGEST_PLACE = 24
LOG_GROUP_PREFIX = "/aws/sagemaker/Endpoints/"


def endpoint_name(scope: Construct, forces: Sequence[str] = ()) -> str:
    """The names of the stack and of ``scope``, shortened, a hash of what makes another endpoint, and the start of the stack's id.

    Endpoints, unlike their models and configurations, are updated in place, so that nothing is replaced that bears the name. The stack's id
    tells the endpoint apart from those of other deployments, and its log group from one that an earlier deployment has left.

    Args:
        scope: Where the endpoint is defined.
        forces: What no update can change, so that CloudFormation has to make another endpoint before it deletes this one.

    See https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-endpoint.html and
    https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
    """
    stack = Stack.of(scope)
    # The end of a long path tells more of a construct than its beginning.
    place = _slug(scope.node.path.removeprefix(stack.node.path))[-LONGEST_PLACE:].strip("-")
    parts = [place, *([_hash(forces)] if forces else [])]
    room = LONGEST - SHORT_ID - sum(len(part) + 1 for part in parts) - 1
    return "-".join([_slug(stack.stack_name)[:room].strip("-"), *parts, short_id()])


def _slug(text: str) -> str:
    """Lower case: ARNs of endpoints hold their names in it."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _hash(forces: Sequence[str]) -> str:
    return hashlib.sha256(",".join(sorted(forces)).encode()).hexdigest()[:HASH_LENGTH]
