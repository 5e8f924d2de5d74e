"""The name of an endpoint, which its log group bears before there is an endpoint."""

import re

from aws_cdk import Aws, Fn, Stack
from constructs import Construct

LONGEST = 63
GUID_START = 8
LONGEST_PLACE = 24
LOG_GROUP_PREFIX = "/aws/sagemaker/Endpoints/"


def endpoint_name(scope: Construct) -> str:
    """The names of the stack and of ``scope``, shortened, and the start of the stack's id.

    Endpoints, unlike their models and configurations, are updated in place, so that nothing is replaced that bears the name. The stack's id
    tells the endpoint apart from those of other deployments, and its log group from one that an earlier deployment has left.

    See https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-endpoint.html and
    https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
    """
    stack = Stack.of(scope)
    below = scope.node.path.removeprefix(stack.node.path)
    # The end of a long path tells more of a construct than its beginning.
    place = _slug(below)[-LONGEST_PLACE:].strip("-")
    name = _slug(stack.stack_name)[: LONGEST - GUID_START - len(place) - 2].strip("-")
    guid = Fn.select(2, Fn.split("/", Aws.STACK_ID))
    return f"{name}-{place}-{Fn.select(0, Fn.split('-', guid))}"


def _slug(text: str) -> str:
    """Lower case: ARNs of endpoints hold their names in it."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
