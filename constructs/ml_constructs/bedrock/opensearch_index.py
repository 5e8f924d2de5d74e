"""The index in a collection of OpenSearch Serverless, as knowledge bases need it."""

from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_opensearchserverless as aoss
from constructs import Construct

VECTOR, TEXT, METADATA = "embedding", "AMAZON_BEDROCK_TEXT_CHUNK", "AMAZON_BEDROCK_METADATA"
# https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base-setup.html
NEIGHBOURS = 24
CANDIDATES = 128

_Mapping = aoss.CfnIndex.PropertyMappingProperty


def vector_index(
    scope: Construct, construct_id: str, *, collection: aoss.CfnCollection, name: str, dimensions: int, next_generation: bool
) -> aoss.CfnIndex:
    """An index of vectors, their texts, and what Bedrock notes about them.

    Args:
        scope: Where the index is defined.
        construct_id: Its id there.
        collection: Where it lies.
        name: Its name.
        dimensions: Length of a vector.
        next_generation: Whether the collection scales to zero; such a one chooses the engine itself.

    See https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-vector-search.html
    """
    settings = aoss.CfnIndex.IndexSettingsProperty(index=aoss.CfnIndex.IndexProperty(knn=True))
    properties = {
        VECTOR: _Mapping(type="knn_vector", dimension=dimensions, space_type="l2", method=_method(next_generation=next_generation)),
        TEXT: _Mapping(type="text", index=True),
        METADATA: _Mapping(type="text", index=False),
    }
    return aoss.CfnIndex(
        scope,
        construct_id,
        collection_endpoint=collection.attr_collection_endpoint,
        index_name=name,
        mappings=aoss.CfnIndex.MappingsProperty(properties=properties),
        settings=settings,
    )


def _method(*, next_generation: bool) -> aoss.CfnIndex.MethodProperty:
    if next_generation:
        return aoss.CfnIndex.MethodProperty(name="hnsw")
    parameters = aoss.CfnIndex.ParametersProperty(ef_construction=CANDIDATES, m=NEIGHBOURS)
    return aoss.CfnIndex.MethodProperty(name="hnsw", engine="faiss", parameters=parameters)


def field_mapping() -> bedrock.CfnKnowledgeBase.OpenSearchServerlessFieldMappingProperty:
    """Where the knowledge base finds what in the index."""
    return bedrock.CfnKnowledgeBase.OpenSearchServerlessFieldMappingProperty(metadata_field=METADATA, text_field=TEXT, vector_field=VECTOR)
