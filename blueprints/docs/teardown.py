"""The tear-down section: what stays, what goes, and what has to be emptied by hand."""

import re
from collections.abc import Sequence

from blueprints.docs import markdown
from blueprints.docs.resources import short
from blueprints.docs.template import Resource, Template

KEPT = ("Retain", "RetainExceptOnCreate")
MANY = 8
EMPTIERS = re.compile(r"Custom::.*(Empty|AutoDelete)")
HOLDERS = (
    "AWS::S3::Bucket",
    "AWS::S3Vectors::VectorBucket",
    "AWS::S3Vectors::Index",
    "AWS::OpenSearchServerless::Collection",
    "AWS::OpenSearchServerless::Index",
    "AWS::RDS::DBCluster",
    "AWS::Cognito::UserPool",
    "AWS::DynamoDB::Table",
    "AWS::DynamoDB::GlobalTable",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::SQS::Queue",
)


def teardown(removals: Sequence[tuple[Template, Template]]) -> str:
    """Returns what becomes of everything that holds data.

    Args:
        removals: Pairs of templates, with ``data_on_removal: keep`` and with ``destroy``; later ones add what only they have.
    """
    fates: dict[tuple[str, str, str], list[str]] = {}
    told: set[tuple[str, str]] = set()
    for kept, destroyed in removals:
        other = {_place(resource): resource for resource in destroyed.resources.values()}
        for holder in kept.resources.values():
            place = _place(holder)
            if not holder.is_framework and place not in told and (holder.type in HOLDERS or _policy(holder) in KEPT):
                gone = fate(destroyed, other[place]) if place in other else "not defined"
                fates.setdefault((short(holder.type), fate(kept, holder), gone), []).append(place[0])
                told.add(place)
    rows = [(kind, _listed(names), *fate) for (kind, *fate), names in fates.items()]
    return markdown.table(("Type", "Resources", "`data_on_removal: keep`", "`data_on_removal: destroy`"), rows)


def _place(resource: Resource) -> tuple[str, str]:
    return resource.lasting_name, resource.type


def _listed(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= MANY else f"all {len(names)}"


def fate(template: Template, resource: Resource) -> str:
    """Returns what ``cdk destroy`` does to a resource."""
    policy = _policy(resource)
    if policy in KEPT:
        return "stays"
    if policy == "Snapshot":
        return "deleted after a snapshot"
    if resource.type == "AWS::S3::Bucket":
        helpers = [helper for helper in template.resources.values() if EMPTIERS.match(helper.type)]
        emptied = any(resource.id in template.references(dict(helper.properties)) for helper in helpers)
        return "emptied and deleted" if emptied else "deletion fails until you have emptied it"
    if resource.type == "AWS::KMS::Key":
        return f"deleted {resource.properties.get('PendingWindowInDays', 30)} days later"
    return "deleted with what it holds"


def _policy(resource: Resource) -> str:
    return str(resource.body.get("DeletionPolicy", "Delete"))
