"""Rule packs at synthesis, and the findings that this project explains instead of fixing."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from aws_cdk import Acknowledgment, App, Validations
from constructs import IConstruct

if TYPE_CHECKING:
    from cdk_nag import NagPack

MINIMUM_REASON = 30
PACKS = {
    "AwsSolutions": "AwsSolutionsChecks",
    "HIPAA.Security": "HIPAASecurityChecks",
    "NIST.800.53.R5": "NIST80053R5Checks",
    "PCI.DSS.321": "PCIDSS321Checks",
    "Serverless": "ServerlessChecks",
}
STANDARDS = ("HIPAA.Security", "NIST.800.53.R5", "PCI.DSS.321")
PROFILES = {
    "baseline": ("AwsSolutions", "Serverless"),
    "hipaa": ("AwsSolutions", "Serverless", "HIPAA.Security"),
    "pci": ("AwsSolutions", "Serverless", "PCI.DSS.321"),
    "gdpr": ("AwsSolutions", "Serverless", "NIST.800.53.R5"),
    "fedramp": ("AwsSolutions", "Serverless", "NIST.800.53.R5"),
}

_RULE_ID = re.compile(rf"({'|'.join(map(re.escape, PACKS))})::\1-\w+(\[.+\])?")


def attach_rules(app: App, profile: str = "baseline") -> None:
    """Checks every resource of the app against the rule packs of a compliance profile when the app is synthesised.

    The rules map to controls of a standard and are no proof that a deployment meets it. There is no pack for PCI DSS 4, so ``pci`` maps to
    3.2.1. ``fedramp`` maps to NIST 800-53 r5, from which FedRAMP draws its baselines. There is none for GDPR: ``gdpr`` maps to the NIST
    rules, which cover encryption, access and resilience as in its article 32.

    Args:
        app: The app, once.
        profile: One of ``PROFILES``.

    Raises:
        ValueError: A profile that doesn't exist.

    See https://github.com/cdklabs/cdk-nag/blob/main/RULES.md
    """
    if profile not in PROFILES:
        raise ValueError(f"profile must be one of {', '.join(PROFILES)}, got {profile!r}")
    Validations.of(app).add_plugins(*rule_packs(app, PROFILES[profile]))


def rule_packs(app: App, names: Iterable[str] = PACKS) -> "list[NagPack]":
    """Returns the packs called ``names``, all by default; their library is loaded here and not before."""
    import cdk_nag

    return [getattr(cdk_nag, PACKS[name])(app) for name in names]


def acknowledge(construct: IConstruct, rule_ids: str | Sequence[str], reason: str) -> None:
    """Explains, beside the resource, why a finding of a rule pack stands.

    Args:
        construct: The construct with the finding, as deep in the tree as possible.
        rule_ids: One or more ids in the form ``Pack::Pack-Rule`` or ``Pack::Pack-Rule[finding]``.
        reason: What makes up for it, at least ``MINIMUM_REASON`` characters.

    Raises:
        ValueError: An id without its pack, which would leave no trace in the report, or a reason that explains nothing.
    """
    acknowledge_all(construct, {reason: [rule_ids] if isinstance(rule_ids, str) else rule_ids})


def acknowledge_all(construct: IConstruct, explained: Mapping[str, Sequence[str]]) -> None:
    """Does the same for several findings of one construct at once, which is faster.

    Args:
        construct: As in ``acknowledge``.
        explained: Rule ids by reason.
    """
    for reason, rule_ids in explained.items():
        _check(reason, rule_ids)
    Validations.of(construct).acknowledge(
        *(Acknowledgment(id=rule_id, reason=reason) for reason, rule_ids in explained.items() for rule_id in rule_ids)
    )


def _check(reason: str, rule_ids: Sequence[str]) -> None:
    for rule_id in rule_ids:
        if not _RULE_ID.fullmatch(rule_id):
            raise ValueError(f"rule id must look like 'AwsSolutions::AwsSolutions-S1' with a pack of {', '.join(PACKS)}, got {rule_id!r}")
    if len(reason.strip()) < MINIMUM_REASON:
        raise ValueError(f"reason must have at least {MINIMUM_REASON} characters, got {reason!r}")


def standard_rules(rule: str, packs: Iterable[str] = STANDARDS) -> list[str]:
    """The prefixed ids of a rule that several packs share, such as ``IAMNoInlinePolicy``."""
    return [f"{pack}::{pack}-{rule}" for pack in packs]
