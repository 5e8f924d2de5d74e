import pytest

from ml_constructs.bedrock.embedding import Embedding
from ml_constructs.bedrock.vector_store import WITHOUT_CRAWLERS
from tests.constructs.bedrock.aurora_scene import AuroraScene, aurora_scene


@pytest.fixture(scope="module")
def scene() -> AuroraScene:
    return aurora_scene()


def test_a_knowledge_base_waits_for_the_table_and_finds_it(scene: AuroraScene) -> None:
    assert scene.kept.ready == [scene.kept.table]
    storage = scene.stack.resolve(scene.kept.storage)
    assert storage["type"] == "RDS"
    assert storage["rdsConfiguration"] == {
        "credentialsSecretArn": scene.stack.resolve(scene.kept.cluster.secret_arn),
        "databaseName": "vectors",
        "fieldMapping": {
            "customMetadataField": "custom_metadata",
            "metadataField": "metadata",
            "primaryKeyField": "id",
            "textField": "chunks",
            "vectorField": "embedding",
        },
        "resourceArn": scene.stack.resolve(scene.kept.cluster.arn),
        "tableName": scene.kept.table.name,
    }


def test_a_role_looks_at_the_cluster_and_runs_single_and_batched_statements(scene: AuroraScene) -> None:
    cluster = scene.stack.resolve(scene.kept.cluster.arn)
    for action in ("rds:DescribeDBClusters", "rds-data:BatchExecuteStatement", "rds-data:ExecuteStatement"):
        assert scene.allowed(scene.role, action) == [cluster]


def test_another_revision_is_another_table_and_another_identity(scene: AuroraScene) -> None:
    assert scene.kept.table.name != scene.passing.table.name
    assert scene.kept.identity != scene.passing.identity


def test_it_is_searched_by_words_as_well_and_crawls_nothing(scene: AuroraScene) -> None:
    scene.kept.check_search_type("HYBRID")
    assert scene.kept.source_types == WITHOUT_CRAWLERS


def test_without_a_network_there_is_no_database(scene: AuroraScene) -> None:
    with pytest.raises(ValueError, match="placement must be a network with isolated subnets for Aurora PostgreSQL, got None"):
        scene.store_in("Nowhere", placement=None)


def test_vectors_that_pgvector_does_not_index_are_refused(scene: AuroraScene) -> None:
    with pytest.raises(ValueError, match="dimensions must be at most 2000 for Aurora PostgreSQL, got 3072"):
        scene.store_in("Long", embedding=Embedding(model="amazon.nova-2-multimodal-embeddings-v1:0", dimensions=3072))
