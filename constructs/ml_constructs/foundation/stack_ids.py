"""What tells a deployment apart from others, also from earlier ones of the same name."""

from aws_cdk import Aws, Fn

SHORT_ID = 8
"""Characters of ``short_id``."""


def stack_guid() -> str:
    """The unique part of the id that CloudFormation gives the stack when it is made.

    See https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html
    """
    return Fn.select(2, Fn.split("/", Aws.STACK_ID))


def short_id() -> str:
    """The first 8 characters of it, hexadecimal digits, for names that have to be short."""
    return Fn.select(0, Fn.split("-", stack_guid()))
