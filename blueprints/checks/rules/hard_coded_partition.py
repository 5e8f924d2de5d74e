"""ARNs that only work in the partition of the commercial regions."""

import re
from collections.abc import Iterator
from typing import Any

from blueprints.checks.rules.finding import Finding, Template
from blueprints.checks.rules.graph import resources

ISSUE = "aws-solutions-library-samples/accelerated-intelligent-document-processing-on-aws#478"
_ARN = re.compile(r"\barn:aws[\w-]*:[^\s\"']*")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def check(template: Template) -> Iterator[Finding]:
    """ARNs take their partition from ``AWS::Partition``, so that the template deploys in China and GovCloud as well."""
    for logical_id, resource in resources(template):
        for text in _texts(resource.get("Properties", {})):
            for arn in _ARN.findall(text):
                yield Finding(ISSUE, logical_id, f"names its partition in {arn}: use AWS::Partition")
