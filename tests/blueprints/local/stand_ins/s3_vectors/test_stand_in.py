"""S3 Vectors as clients meet it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from blueprints.local.stand_ins.s3_vectors.stand_in import S3VectorsStandIn
from tests.blueprints.local.in_process import InProcess

BUCKET = "arn:aws:s3vectors:us-east-1:123456789012:bucket/bucket"
SHAPE = {"dataType": "float32", "dimension": 2, "distanceMetric": "cosine"}


@pytest.fixture
def stand_in() -> S3VectorsStandIn:
    return S3VectorsStandIn()


@pytest.fixture
def vectors(stand_in: S3VectorsStandIn) -> Any:
    client = InProcess(stand_in)("s3vectors")
    client.create_vector_bucket(vectorBucketName="bucket", tags={"team": "a"})
    return client


@pytest.fixture
def index(vectors: Any) -> str:
    keys = {"metadataConfiguration": {"nonFilterableMetadataKeys": ["text"]}}
    arn: str = vectors.create_index(vectorBucketName="bucket", indexName="index", **SHAPE, **keys)["indexArn"]
    rows = [{"key": str(number), "data": {"float32": [1, number]}, "metadata": {"number": number}} for number in range(3)]
    vectors.put_vectors(indexArn=arn, vectors=rows)
    return arn


def test_buckets_and_indexes_come_back_as_they_were_made(vectors: Any, index: str) -> None:
    bucket = vectors.get_vector_bucket(vectorBucketName="bucket")["vectorBucket"]
    assert (bucket["vectorBucketArn"], bucket["encryptionConfiguration"]) == (BUCKET, {"sseType": "AES256"})
    told = vectors.get_index(indexArn=index)["index"]
    assert told == vectors.get_index(vectorBucketName="bucket", indexName="index")["index"]
    assert (told["indexArn"], told["dimension"], told["distanceMetric"]) == (f"{BUCKET}/index/index", 2, "cosine")
    assert told["metadataConfiguration"] == {"nonFilterableMetadataKeys": ["text"]}
    assert [each["vectorBucketName"] for each in vectors.list_vector_buckets()["vectorBuckets"]] == ["bucket"]
    assert [each["indexName"] for each in vectors.list_indexes(vectorBucketArn=BUCKET)["indexes"]] == ["index"]
    assert vectors.list_indexes(vectorBucketArn=BUCKET, prefix="other")["indexes"] == []


def test_the_nearest_are_told_with_what_is_asked_for(vectors: Any, index: str) -> None:
    answer = vectors.query_vectors(indexArn=index, topK=1, queryVector={"float32": [1, 0]}, returnMetadata=True, returnDistance=True)
    assert (answer["vectors"], answer["distanceMetric"]) == ([{"key": "0", "distance": 0.0, "metadata": {"number": 0}}], "cosine")
    wanted = {"number": {"$gte": 1}}
    plain = vectors.query_vectors(indexArn=index, topK=5, queryVector={"float32": [1, 0]}, filter=wanted)["vectors"]
    assert plain == [{"key": "1"}, {"key": "2"}]


def test_vectors_are_read_by_key_and_listed_page_by_page(vectors: Any, index: str) -> None:
    found = vectors.get_vectors(indexArn=index, keys=["2", "9"], returnData=True, returnMetadata=True)["vectors"]
    assert found == [{"key": "2", "data": {"float32": [1.0, 2.0]}, "metadata": {"number": 2}}]
    pages = vectors.get_paginator("list_vectors").paginate(indexArn=index, PaginationConfig={"PageSize": 2})
    assert [[vector["key"] for vector in page["vectors"]] for page in pages] == [["0", "1"], ["2"]]
    parts = [vectors.list_vectors(indexArn=index, segmentCount=2, segmentIndex=number)["vectors"] for number in range(2)]
    assert [len(part) for part in parts] == [2, 1]


def test_deleted_vectors_are_gone(vectors: Any, index: str) -> None:
    vectors.delete_vectors(indexArn=index, keys=["0", "1"])
    assert [vector["key"] for vector in vectors.list_vectors(indexArn=index)["vectors"]] == ["2"]


def test_only_empty_buckets_are_deleted(vectors: Any, index: str) -> None:
    with pytest.raises(vectors.exceptions.ConflictException, match="not empty"):
        vectors.delete_vector_bucket(vectorBucketName="bucket")
    vectors.delete_index(indexArn=index)
    vectors.delete_vector_bucket(vectorBucketName="bucket")
    with pytest.raises(vectors.exceptions.NotFoundException, match="vector bucket could not be found"):
        vectors.get_vector_bucket(vectorBucketName="bucket")


def test_tags_are_kept(vectors: Any, index: str) -> None:
    vectors.tag_resource(resourceArn=index, tags={"stage": "b"})
    assert vectors.list_tags_for_resource(resourceArn=index)["tags"] == {"stage": "b"}
    assert vectors.list_tags_for_resource(resourceArn=BUCKET)["tags"] == {"team": "a"}
    with pytest.raises(vectors.exceptions.NotFoundException):
        vectors.list_tags_for_resource(resourceArn=f"{BUCKET}/index/none")


def test_buckets_have_policies(stand_in: S3VectorsStandIn, vectors: Any) -> None:
    with pytest.raises(vectors.exceptions.NotFoundException, match="policy could not be found"):
        vectors.get_vector_bucket_policy(vectorBucketName="bucket")
    vectors.put_vector_bucket_policy(vectorBucketArn=BUCKET, policy="{}")
    assert vectors.get_vector_bucket_policy(vectorBucketName="bucket")["policy"] == "{}"
    assert stand_in.policy_of(f"{BUCKET}/index/index") == ("{}", "123456789012")
    vectors.delete_vector_bucket_policy(vectorBucketName="bucket")
    assert stand_in.policy_of(BUCKET) is None


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda client: client.create_vector_bucket(vectorBucketName="bucket"), "bucket with the specified name already exists"),
        (lambda client: client.create_index(vectorBucketName="bucket", indexName="index", **SHAPE), "index with the specified name"),
        (lambda client: client.get_index(vectorBucketName="bucket"), "Must specify either indexArn or both"),
        (lambda client: client.get_index(vectorBucketName="bucket", indexName="none"), "index could not be found"),
        (lambda client: client.get_vector_bucket(vectorBucketName="bucket", vectorBucketArn=BUCKET), "but not both"),
        (lambda client: client.list_vectors(vectorBucketName="bucket", indexName="index", nextToken="x"), "Invalid nextToken"),
        (
            lambda client: client.query_vectors(vectorBucketName="bucket", indexName="index", topK=101, queryVector={"float32": [1, 0]}),
            "topK must be between 1 and 100, got 101",
        ),
    ],
)
def test_mistakes_are_refused(vectors: Any, index: str, call: Any, problem: str) -> None:
    with pytest.raises(ClientError, match=problem):
        call(vectors)


@pytest.fixture
def key() -> Iterator[str]:
    with mock_aws():
        kms = InProcess()("kms")
        yield kms.create_key()["KeyMetadata"]["Arn"]


def allow_indexing(key: str, **condition: Any) -> None:
    condition = {"ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": ["aws:s3vectors:arn"]}, **condition}
    principal = {"Service": "indexing.s3vectors.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "kms:Decrypt", "Resource": "*", "Condition": condition}
    InProcess.made["kms"].put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps({"Statement": [statement]}))


def test_an_index_inherits_the_key_of_its_bucket(key: str, stand_in: S3VectorsStandIn) -> None:
    allow_indexing(key, ArnLike={"aws:SourceArn": "arn:aws:s3vectors:us-east-1:123456789012:bucket/*"})
    client = InProcess(stand_in)("s3vectors")
    client.create_vector_bucket(vectorBucketName="bucket", encryptionConfiguration={"sseType": "aws:kms", "kmsKeyArn": key})
    arn = client.create_index(vectorBucketName="bucket", indexName="index", **SHAPE)["indexArn"]
    assert stand_in.key_of(arn) == key
    assert stand_in.key_of(f"{BUCKET}/index/none") is None


@pytest.mark.parametrize("condition", [None, {"StringEquals": {"aws:SourceAccount": "999999999999"}}])
def test_a_key_has_to_let_the_service_index(key: str, stand_in: S3VectorsStandIn, condition: dict[str, Any] | None) -> None:
    if condition:
        allow_indexing(key, **condition)
    client = InProcess(stand_in)("s3vectors")
    client.create_vector_bucket(vectorBucketName="bucket")
    encryption = {"sseType": "aws:kms", "kmsKeyArn": key}
    with pytest.raises(ClientError, match=r"does not let indexing\.s3vectors\.amazonaws\.com perform kms:Decrypt"):
        client.create_index(vectorBucketName="bucket", indexName="index", encryptionConfiguration=encryption, **SHAPE)
