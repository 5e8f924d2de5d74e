"""What the role of a knowledge base may do with models."""

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from ml_constructs.bedrock.knowledge_sources import KnowledgeSource
from ml_constructs.bedrock.models import invocation_arns, warn_if_unknown
from ml_constructs.bedrock.parsing import DataAutomationParsing, FoundationModelParsing
from ml_constructs.foundation import allow_matching, allow_unscoped

_REGIONS = "An inference profile chooses the region of its geography when it is called; the model is named."
_PROFILES = "Data Automation chooses the profile of the geography, and the region, when a document comes."
_INVOCATIONS = "Data Automation names its invocations itself; only those of this account match."


def allow_invoking(role: iam.Role, model: str, setting: str) -> None:
    """Lets ``role`` invoke a model, directly or through an inference profile, and warns of one that isn't listed.

    Args:
        role: Gets the permission.
        model: Its id or ARN.
        setting: What the model is for, as the user knows it.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
    """
    warn_if_unknown(role, setting, model)
    arns = invocation_arns(role, model)
    allow_matching(role, ["bedrock:InvokeModel"], arns, _REGIONS)
    if "inference-profile/" in arns[0]:
        role.add_to_policy(iam.PolicyStatement(actions=["bedrock:GetInferenceProfile"], resources=[arns[0]]))


def allow_ingestion(role: iam.Role, source: KnowledgeSource, key: kms.IKey) -> None:
    """Lets ``role`` have the documents of ``source`` read, and enriched, by what the source names.

    Args:
        role: Gets the permission.
        source: Names the models.
        key: Encrypts what Data Automation makes of documents.
    """
    match source.parsing:
        case FoundationModelParsing(model=model):
            allow_invoking(role, model, "parsing model")
        case DataAutomationParsing():
            allow_data_automation(role, key)
    if source.enrichment is not None:
        allow_invoking(role, source.enrichment.model, "enrichment model")


def allow_reranking(role: iam.Role, model: str) -> None:
    """Lets ``role`` order passages anew with a reranking model.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/rerank-prereq.html
    """
    allow_unscoped(
        role, ["bedrock:Rerank"], "Bedrock defines no resource for reranking; the model that it takes is named in a statement of its own."
    )
    allow_invoking(role, model, "reranking model")


def allow_data_automation(role: iam.Role, key: kms.IKey) -> None:
    """Lets ``role`` have documents read by Bedrock Data Automation, and what comes of it encrypted with ``key``.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/kb-permissions.html
    """
    stack = Stack.of(role)

    def arn(resource: str, name: str, **place: str) -> str:
        return stack.format_arn(service="bedrock", resource=resource, resource_name=name, arn_format=ArnFormat.SLASH_RESOURCE_NAME, **place)

    project = arn("data-automation-project", "public-rag-default", account="aws")
    profiles = arn("data-automation-profile", "*", region="*")
    allow_matching(role, ["bedrock:InvokeDataAutomationAsync"], [project, profiles], _PROFILES)
    allow_matching(role, ["bedrock:GetDataAutomationStatus"], [arn("data-automation-invocation", "*")], _INVOCATIONS)
    via = {"StringEquals": {"kms:ViaService": f"bedrock.{stack.region}.{stack.url_suffix}"}}
    actions = ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
    role.add_to_policy(iam.PolicyStatement(actions=actions, resources=[key.key_arn], conditions=via))
