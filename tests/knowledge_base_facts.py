"""What neither the templates of knowledge-base-rag nor the code of its functions say about their permissions."""

from blueprints.checks.deployed import Account
from blueprints.checks.needs.facts import Facts
from stacks.knowledge_base_rag_settings import KnowledgeBaseRagSettings

LABELLING = ("s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject")


def facts_of(account: Account, settings: KnowledgeBaseRagSettings) -> Facts:
    """What the settings and the events decide: labels are written for tenants only, below the prefix that their documents have."""
    (documents,) = (bucket for bucket in account.of_type("AWS::S3::Bucket") if bucket.logical_id.startswith("Documents"))
    keys = [source.key_arn for source in settings.sources if source.type == "s3" and source.key_arn]
    labels = [f"{documents.arn}/tenants/example/document.pdf.metadata.json"]
    return Facts(
        named={("request_sync", action): labels for action in LABELLING if action != "s3:ListBucket"},
        also={("AWS::Bedrock::KnowledgeBase", "kms:Decrypt"): keys},
        unused=frozenset() if settings.tenancy.enabled else frozenset(f"request_sync {action}" for action in LABELLING),
    )
