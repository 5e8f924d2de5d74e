"""What a rule reports."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Template = Mapping[str, Any]


@dataclass(frozen=True)
class Finding:
    """One thing in a template that a deployment would trip over.

    Args:
        issue: The public issue that tells of it, such as ``aws/aws-cdk#10064``.
        logical_id: The resource.
        message: What is wrong, and what would be right.
    """

    issue: str
    logical_id: str
    message: str


Rule = Callable[[Template], Iterator[Finding]]
