"""The tear-down section: what stays, what goes, and what has to be emptied by hand."""

from blueprints.docs import markdown
from blueprints.docs.resources import short
from blueprints.docs.template import Resource, Template

KEPT = ("Retain", "RetainExceptOnCreate")
HOLDERS = (
    "AWS::S3::Bucket",
    "AWS::DynamoDB::Table",
    "AWS::DynamoDB::GlobalTable",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::SQS::Queue",
)


def teardown(kept: Template, destroyed: Template) -> str:
    """Returns what becomes of everything that holds data, for ``data_on_removal: keep`` and for ``destroy``."""
    other = {resource.name: resource for resource in destroyed.resources.values()}
    holders = [r for r in kept.resources.values() if not r.is_framework and (r.type in HOLDERS or _policy(r) in KEPT)]
    rows = [(r.name, short(r.type), fate(kept, r), fate(destroyed, other[r.name]) if r.name in other else "not defined") for r in holders]
    return markdown.table(("Resource", "Type", "`data_on_removal: keep`", "`data_on_removal: destroy`"), rows)


def fate(template: Template, resource: Resource) -> str:
    """Returns what ``cdk destroy`` does to a resource."""
    policy = _policy(resource)
    if policy in KEPT:
        return "stays"
    if policy == "Snapshot":
        return "deleted after a snapshot"
    if resource.type == "AWS::S3::Bucket":
        emptied = any(resource.id in template.references(dict(r.properties)) for r in template.of_type("Custom::S3AutoDeleteObjects"))
        return "emptied and deleted" if emptied else "deletion fails until you have emptied it"
    if resource.type == "AWS::KMS::Key":
        return f"deleted {resource.properties.get('PendingWindowInDays', 30)} days later"
    return "deleted with what it holds"


def _policy(resource: Resource) -> str:
    return str(resource.body.get("DeletionPolicy", "Delete"))
