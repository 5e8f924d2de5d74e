from typing import Any

import pytest
from aws_cdk import aws_opensearchserverless as aoss

from ml_constructs.bedrock.opensearch_index import field_mapping, vector_index
from tests.constructs.bedrock.knowledge_scene import KnowledgeScene


@pytest.fixture(scope="module")
def indexes() -> dict[str, Any]:
    scene = KnowledgeScene()
    collection = aoss.CfnCollection(scene.stack, "Collection", name="collection")
    made = {
        name: vector_index(scene.stack, name, collection=collection, name=name.lower(), dimensions=512, next_generation=name == "Next")
        for name in ("Classic", "Next")
    }
    return {name: scene.properties(index) for name, index in made.items()}


def test_an_index_finds_neighbours_in_its_collection(indexes: dict[str, Any]) -> None:
    assert indexes["Classic"]["CollectionEndpoint"] == {"Fn::GetAtt": ["Collection", "CollectionEndpoint"]}
    assert indexes["Classic"]["IndexName"] == "classic"
    assert indexes["Classic"]["Settings"] == {"Index": {"Knn": True}}


def test_vectors_are_compared_by_euclidean_distance_with_faiss(indexes: dict[str, Any]) -> None:
    vector = indexes["Classic"]["Mappings"]["Properties"]["embedding"]
    assert (vector["Type"], vector["Dimension"], vector["SpaceType"]) == ("knn_vector", 512, "l2")
    assert vector["Method"] == {"Engine": "faiss", "Name": "hnsw", "Parameters": {"EfConstruction": 128, "M": 24}}


def test_a_collection_that_scales_to_zero_chooses_the_engine_itself(indexes: dict[str, Any]) -> None:
    assert indexes["Next"]["Mappings"]["Properties"]["embedding"]["Method"] == {"Name": "hnsw"}


@pytest.mark.parametrize("kind", ["Classic", "Next"])
def test_texts_are_searched_and_notes_of_bedrock_are_not(indexes: dict[str, Any], kind: str) -> None:
    properties = indexes[kind]["Mappings"]["Properties"]
    assert properties["AMAZON_BEDROCK_TEXT_CHUNK"] == {"Index": True, "Type": "text"}
    assert properties["AMAZON_BEDROCK_METADATA"] == {"Index": False, "Type": "text"}


def test_the_knowledge_base_is_told_every_field_of_the_index(indexes: dict[str, Any]) -> None:
    mapping = field_mapping()
    assert {mapping.metadata_field, mapping.text_field, mapping.vector_field} == set(indexes["Classic"]["Mappings"]["Properties"])
