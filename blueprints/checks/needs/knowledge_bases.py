"""What Amazon Bedrock does with the role of a knowledge base."""

from collections.abc import Iterator, Mapping
from typing import Any

from blueprints.checks.deployed import ACCOUNT, Account, Resource
from blueprints.checks.model_calls import model_arns
from blueprints.checks.needs.encryption import secret_key_needs
from blueprints.checks.permissions import Need

# https://docs.aws.amazon.com/bedrock/latest/userguide/kb-permissions.html
VECTOR_ACTIONS = ("DeleteVectors", "GetIndex", "GetVectors", "PutVectors", "QueryVectors")
STATEMENT_ACTIONS = ("rds-data:BatchExecuteStatement", "rds-data:ExecuteStatement", "rds:DescribeDBClusters")
_WITH_SECRETS = ("Confluence", "Salesforce", "SharePoint")


def knowledge_base_needs(account: Account, knowledge_base: Resource) -> Iterator[Need]:
    """What the role of a knowledge base needs of its models, its store and its sources."""
    properties, role = knowledge_base.properties, knowledge_base.properties["RoleArn"]
    vectors = properties["KnowledgeBaseConfiguration"]["VectorKnowledgeBaseConfiguration"]
    yield Need(role, "bedrock:InvokeModel", vectors["EmbeddingModelArn"], "text is embedded")
    for action, arn in _store(properties["StorageConfiguration"]):
        yield Need(role, action, arn, "vectors are stored and searched")
        if action == "secretsmanager:GetSecretValue":
            yield from secret_key_needs(account, role, arn)
    yield from _reranking(account, role, knowledge_base)
    for source in account.of_type("AWS::Bedrock::DataSource"):
        if source.properties["KnowledgeBaseId"] == knowledge_base.ref:
            yield from _source(account, role, source)


def _store(storage: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if found := storage.get("S3VectorsConfiguration"):
        yield from ((f"s3vectors:{action}", found["IndexArn"]) for action in VECTOR_ACTIONS)
    if found := storage.get("OpensearchServerlessConfiguration"):
        yield "aoss:APIAccessAll", found["CollectionArn"]
    if found := storage.get("RdsConfiguration"):
        yield from ((action, found["ResourceArn"]) for action in STATEMENT_ACTIONS)
        yield "secretsmanager:GetSecretValue", found["CredentialsSecretArn"]


def _reranking(account: Account, role: str, knowledge_base: Resource) -> Iterator[Need]:
    """A retrieval that names a reranking model has it invoked with the role of the knowledge base.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/rerank-prereq.html
    """
    for function in account.of_type("AWS::Lambda::Function"):
        variables = function.properties.get("Environment", {}).get("Variables", {})
        model = variables.get("RERANK_MODEL_ARN")
        if model and variables.get("KNOWLEDGE_BASE_ID") == knowledge_base.ref:
            yield Need(role, "bedrock:Rerank", "*", "passages are put in order")
            yield Need(role, "bedrock:InvokeModel", model, "passages are put in order")


def _source(account: Account, role: str, source: Resource) -> Iterator[Need]:
    configuration, place = source.properties["DataSourceConfiguration"], source.logical_id
    if key := source.properties.get("ServerSideEncryptionConfiguration", {}).get("KmsKeyArn"):
        for action in ("kms:Decrypt", "kms:GenerateDataKey"):
            yield Need(role, action, key, f"what is on its way from {place} is encrypted")
    if bucket := configuration.get("S3Configuration"):
        own = (("aws:resourceaccount", ACCOUNT),)
        yield Need(role, "s3:ListBucket", bucket["BucketArn"], f"{place} is listed", own)
        for prefix in bucket.get("InclusionPrefixes", [""]):
            yield Need(role, "s3:GetObject", f"{bucket['BucketArn']}/{prefix}example", f"{place} is read", own)
    for kind in _WITH_SECRETS:
        if found := configuration.get(f"{kind}Configuration"):
            secret = found["SourceConfiguration"]["CredentialsSecretArn"]
            yield Need(role, "secretsmanager:GetSecretValue", secret, f"{place} signs in")
            yield from secret_key_needs(account, role, secret)
    ingestion = source.properties.get("VectorIngestionConfiguration", {})
    for model in _models(account, ingestion):
        yield Need(role, "bedrock:InvokeModel", model, f"{place} is read by a model")
        if ":inference-profile/" in model:  # https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
            yield Need(role, "bedrock:GetInferenceProfile", model, f"{place} is read by the model of a profile")
    transformation = ingestion.get("CustomTransformationConfiguration", {})
    if uri := transformation.get("IntermediateStorage", {}).get("S3Location", {}).get("URI"):
        bucket_arn = f"arn:aws:s3:::{str(uri).removeprefix('s3://')}".rstrip("/")
        for action in ("s3:GetObject", "s3:PutObject"):
            yield Need(role, action, f"{bucket_arn}/example", f"{place} keeps what is on its way")


def _models(account: Account, ingestion: Mapping[str, Any]) -> Iterator[str]:
    """The models that read documents; of an inference profile, all that it may choose."""
    parsing = ingestion.get("ParsingConfiguration", {}).get("BedrockFoundationModelConfiguration", {})
    enrichment = ingestion.get("ContextEnrichmentConfiguration", {}).get("BedrockFoundationModelConfiguration", {})
    for arn in (found["ModelArn"] for found in (parsing, enrichment) if found):
        yield from model_arns(account, arn.rpartition("/")[2]) if ":inference-profile/" in arn else (arn,)
