"""Rule packs at synthesis, and the findings that this project explains instead of fixing."""

import re
from collections.abc import Sequence

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct

MINIMUM_REASON = 30
PACKS = ("AwsSolutions", "HIPAA.Security", "NIST.800.53.R5", "PCI.DSS.321", "Serverless")

_RULE_ID = re.compile(rf"({'|'.join(map(re.escape, PACKS))})::\1-\w+(\[.+\])?")


def acknowledge(construct: IConstruct, rule_ids: str | Sequence[str], reason: str) -> None:
    """Explains, beside the resource, why a finding of a rule pack stands.

    Args:
        construct: The construct with the finding, as deep in the tree as possible.
        rule_ids: One or more ids in the form ``Pack::Pack-Rule`` or ``Pack::Pack-Rule[finding]``.
        reason: What makes up for it, at least ``MINIMUM_REASON`` characters.

    Raises:
        ValueError: An id without its pack, which would leave no trace in the report, or a reason that explains nothing.
    """
    ids = [rule_ids] if isinstance(rule_ids, str) else list(rule_ids)
    for rule_id in ids:
        if not _RULE_ID.fullmatch(rule_id):
            raise ValueError(f"rule id must look like 'AwsSolutions::AwsSolutions-S1' with a pack of {', '.join(PACKS)}, got {rule_id!r}")
    if len(reason.strip()) < MINIMUM_REASON:
        raise ValueError(f"reason must have at least {MINIMUM_REASON} characters, got {reason!r}")
    Validations.of(construct).acknowledge(*(Acknowledgment(id=rule_id, reason=reason) for rule_id in ids))
