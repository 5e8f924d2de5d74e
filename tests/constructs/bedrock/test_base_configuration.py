import pytest

from ml_constructs.bedrock.base_configuration import base_configuration
from ml_constructs.bedrock.embedding import Embedding
from tests.constructs.bedrock.knowledge_scene import KnowledgeScene


@pytest.fixture(scope="module")
def scene() -> KnowledgeScene:
    return KnowledgeScene()


def test_texts_become_vectors_of_the_model_and_nothing_is_kept(scene: KnowledgeScene) -> None:
    rendered = scene.stack.resolve(base_configuration(scene.stack, scene.embedding, None))
    assert rendered["type"] == "VECTOR"
    vectors = rendered["vectorKnowledgeBaseConfiguration"]
    assert vectors["embeddingModelArn"]["Fn::Join"][1][-1] == "::foundation-model/amazon.titan-embed-text-v2:0"
    assert vectors["embeddingModelConfiguration"]["bedrockEmbeddingModelConfiguration"]["dimensions"] == 1024
    assert "supplementalDataStorageConfiguration" not in vectors


def test_a_model_without_choice_is_only_named(scene: KnowledgeScene) -> None:
    titan = Embedding(model="amazon.titan-embed-text-v1", dimensions=1536)
    rendered = scene.stack.resolve(base_configuration(scene.stack, titan, None))
    assert set(rendered["vectorKnowledgeBaseConfiguration"]) == {"embeddingModelArn"}


def test_figures_are_kept_in_a_bucket(scene: KnowledgeScene) -> None:
    rendered = scene.stack.resolve(base_configuration(scene.stack, scene.embedding, scene.bucket))
    storage = rendered["vectorKnowledgeBaseConfiguration"]["supplementalDataStorageConfiguration"]
    (place,) = storage["supplementalDataStorageLocations"]
    uri = {"Fn::Join": ["", ["s3://", scene.stack.resolve(scene.bucket.bucket_name)]]}
    assert place == {"supplementalDataStorageLocationType": "S3", "s3Location": {"uri": uri}}
