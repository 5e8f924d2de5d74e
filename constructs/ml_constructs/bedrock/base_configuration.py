"""How a knowledge base is told its embedding model, and where it keeps figures."""

from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_s3 as s3
from constructs import Construct

from ml_constructs.bedrock.embedding import Embedding
from ml_constructs.bedrock.models import invocation_arns

_KnowledgeBase = bedrock.CfnKnowledgeBase


def base_configuration(
    scope: Construct, embedding: Embedding, extracted: s3.IBucket | None
) -> _KnowledgeBase.KnowledgeBaseConfigurationProperty:
    """Describes a knowledge base with vectors.

    Args:
        scope: In the region of the model.
        embedding: The model, and what it is asked for.
        extracted: Keeps figures and tables that are taken out of documents, if any are.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/kb-data-source-customize-ingestion.html
    """
    vector = _KnowledgeBase.VectorKnowledgeBaseConfigurationProperty(
        embedding_model_arn=invocation_arns(scope, embedding.model)[0],
        embedding_model_configuration=embedding.render(),
        supplemental_data_storage_configuration=_storage(extracted) if extracted else None,
    )
    return _KnowledgeBase.KnowledgeBaseConfigurationProperty(type="VECTOR", vector_knowledge_base_configuration=vector)


def _storage(bucket: s3.IBucket) -> _KnowledgeBase.SupplementalDataStorageConfigurationProperty:
    place = _KnowledgeBase.S3LocationProperty(uri=f"s3://{bucket.bucket_name}")
    location = _KnowledgeBase.SupplementalDataStorageLocationProperty(supplemental_data_storage_location_type="S3", s3_location=place)
    return _KnowledgeBase.SupplementalDataStorageConfigurationProperty(supplemental_data_storage_locations=[location])
