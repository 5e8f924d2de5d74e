"""S3 Vectors, kept in memory and searched exactly."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from blueprints.local import constraints, identity
from blueprints.local.stand_ins import ClientFactory, StandInError
from blueprints.local.stand_ins.s3_vectors.index import Index, Vector
from blueprints.local.tags import Tags
from blueprints.local.trust import allows

Request = Mapping[str, Any]
INDEXING = "indexing.s3vectors.amazonaws.com"
ENCRYPTION_CONTEXT = ("aws:s3vectors:arn", "aws:s3vectors:resource-id")
MOST_RESULTS = 100
PAGE = 500
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-limitations.html"""


@dataclass
class Bucket:
    """A vector bucket with its indexes, by their names."""

    arn: str
    encryption: Mapping[str, str] = field(default_factory=dict)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    indexes: dict[str, Index] = field(default_factory=dict)
    policy: str | None = None


class S3VectorsStandIn:
    """Answers for S3 Vectors; unlike the service, it compares with every vector, and finds what is really nearest.

    Follows https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_S3_Vectors.html.
    """

    name = "numpy vector search"
    service = "s3vectors"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[str, Bucket] = {}
        self._tags = Tags(self._exists, missing="NotFoundException")
        self._answers: Mapping[str, Callable[[Request], dict[str, Any]]] = {
            "CreateVectorBucket": self._create_bucket,
            "GetVectorBucket": lambda request: {"vectorBucket": _bucket_row(self._bucket(request))},
            "ListVectorBuckets": self._list_buckets,
            "DeleteVectorBucket": self._delete_bucket,
            "PutVectorBucketPolicy": self._put_policy,
            "GetVectorBucketPolicy": self._get_policy,
            "DeleteVectorBucketPolicy": self._delete_policy,
            "CreateIndex": self._create_index,
            "GetIndex": lambda request: {"index": _index_row(self._index(request))},
            "ListIndexes": self._list_indexes,
            "DeleteIndex": self._delete_index,
            "PutVectors": self._put_vectors,
            "GetVectors": self._get_vectors,
            "ListVectors": self._list_vectors,
            "DeleteVectors": self._delete_vectors,
            "QueryVectors": self._query,
            **self._tags.answers,
        }

    @property
    def operations(self) -> frozenset[str]:
        """The operations answered."""
        return frozenset(self._answers)

    def answer(self, operation: str, request: dict[str, Any], aws: ClientFactory) -> dict[str, Any]:
        """Returns botocore's output for botocore's input.

        Raises:
            StandInError: An error that S3 Vectors declares for the operation.
        """
        constraints.check(self.service, operation, request)
        if operation == "CreateIndex":
            self._check_key(request, aws)
        return self._answers[operation](request)

    def key_of(self, arn: str) -> str | None:
        """Returns the key that encrypts the index of this ARN, if it is one of the account."""
        bucket = self._buckets.get(arn.partition("/index/")[0])
        index = bucket.indexes.get(arn.rpartition("/")[2]) if bucket else None
        return index.encryption.get("kmsKeyArn") if index else None

    def policy_of(self, arn: str) -> tuple[str, str] | None:
        """Returns the policy of the vector bucket that an ARN is of, and the account that owns it."""
        bucket = self._buckets.get(arn.partition("/index/")[0])
        return (bucket.policy, identity.ACCOUNT_ID) if bucket and bucket.policy else None

    def _check_key(self, request: Request, aws: ClientFactory) -> None:
        """Checks that the service may use the key of a new index in the background.

        See https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-data-encryption.html.
        """
        bucket = self._bucket(_without(request, "indexName"))
        key = (request.get("encryptionConfiguration") or bucket.encryption).get("kmsKeyArn")
        if key is None:
            return
        context = {"aws:sourceaccount": identity.ACCOUNT_ID, "aws:sourcearn": bucket.arn, "kms:encryptioncontextkeys": ENCRYPTION_CONTEXT}
        policy = aws("kms").get_key_policy(KeyId=key, PolicyName="default")["Policy"]
        if not allows(policy, INDEXING, "kms:Decrypt", context):
            raise StandInError("AccessDeniedException", f"The policy of the key {key} does not let {INDEXING} perform kms:Decrypt", 403)

    def _exists(self, arn: str) -> bool:
        bucket = self._buckets.get(arn.partition("/index/")[0])
        return bucket is not None and ("/index/" not in arn or arn.rpartition("/")[2] in bucket.indexes)

    def _create_bucket(self, request: Request) -> dict[str, Any]:
        arn = _bucket_arn(request)
        with self._lock:
            if arn in self._buckets:
                raise StandInError("ConflictException", "A vector bucket with the specified name already exists", 409)
            self._buckets[arn] = Bucket(arn, request.get("encryptionConfiguration") or {"sseType": "AES256"})
        self._tags.put(arn, request.get("tags"))
        return {"vectorBucketArn": arn}

    def _list_buckets(self, request: Request) -> dict[str, Any]:
        found = [bucket for bucket in self._buckets.values() if _name(bucket.arn).startswith(request.get("prefix", ""))]
        rows, rest = _page(found, request)
        return {"vectorBuckets": [_without(_bucket_row(bucket), "encryptionConfiguration") for bucket in rows], **rest}

    def _delete_bucket(self, request: Request) -> dict[str, Any]:
        bucket = self._bucket(request)
        with self._lock:
            if bucket.indexes:
                raise StandInError("ConflictException", "The specified vector bucket is not empty", 409)
            self._buckets.pop(bucket.arn, None)
        self._tags.forget(bucket.arn)
        return {}

    def _put_policy(self, request: Request) -> dict[str, Any]:
        self._bucket(request).policy = request["policy"]
        return {}

    def _get_policy(self, request: Request) -> dict[str, Any]:
        policy = self._bucket(request).policy
        if policy is None:
            raise _not_found("The specified vector bucket policy could not be found")
        return {"policy": policy}

    def _delete_policy(self, request: Request) -> dict[str, Any]:
        self._bucket(request).policy = None
        return {}

    def _create_index(self, request: Request) -> dict[str, Any]:
        bucket = self._bucket(request)
        name = request["indexName"]
        keys = (request.get("metadataConfiguration") or {}).get("nonFilterableMetadataKeys", [])
        encryption = request.get("encryptionConfiguration") or bucket.encryption
        index = Index(f"{bucket.arn}/index/{name}", request["dimension"], request["distanceMetric"], tuple(keys), encryption)
        with self._lock:
            if name in bucket.indexes:
                raise StandInError("ConflictException", "An index with the specified name already exists", 409)
            bucket.indexes[name] = index
        self._tags.put(index.arn, request.get("tags"))
        return {"indexArn": index.arn}

    def _list_indexes(self, request: Request) -> dict[str, Any]:
        indexes = self._bucket(request).indexes
        rows, rest = _page([indexes[name] for name in sorted(indexes) if name.startswith(request.get("prefix", ""))], request)
        members = ("vectorBucketName", "indexName", "indexArn", "creationTime")
        return {"indexes": [{member: _index_row(index)[member] for member in members} for index in rows], **rest}

    def _delete_index(self, request: Request) -> dict[str, Any]:
        index = self._index(request)
        self._buckets[index.arn.partition("/index/")[0]].indexes.pop(_name(index.arn), None)
        self._tags.forget(index.arn)
        return {}

    def _put_vectors(self, request: Request) -> dict[str, Any]:
        self._index(request).put(request["vectors"])
        return {}

    def _get_vectors(self, request: Request) -> dict[str, Any]:
        vectors = self._index(request).vectors
        return {"vectors": [_vector_row(vectors[key], request) for key in request["keys"] if key in vectors]}

    def _list_vectors(self, request: Request) -> dict[str, Any]:
        vectors = list(self._index(request).vectors.values())
        if count := request.get("segmentCount"):
            vectors = vectors[request.get("segmentIndex", 0) :: count]
        rows, rest = _page(vectors, request)
        return {"vectors": [_vector_row(vector, request) for vector in rows], **rest}

    def _delete_vectors(self, request: Request) -> dict[str, Any]:
        self._index(request).delete(request["keys"])
        return {}

    def _query(self, request: Request) -> dict[str, Any]:
        index = self._index(request)
        if request["topK"] > MOST_RESULTS:
            raise StandInError("ValidationException", f"topK must be between 1 and {MOST_RESULTS}, got {request['topK']}")
        found = index.nearest(request["queryVector"], request["topK"], request.get("filter"))
        shown = {"returnMetadata": request.get("returnMetadata")}
        rows = [
            {**_vector_row(vector, shown), **({"distance": distance} if request.get("returnDistance") else {})}
            for vector, distance in found
        ]
        return {"vectors": rows, "distanceMetric": index.metric}

    def _bucket(self, request: Request) -> Bucket:
        if ("vectorBucketArn" in request) == ("vectorBucketName" in request):
            raise StandInError("ValidationException", "Must specify either vectorBucketName or vectorBucketArn but not both")
        bucket = self._buckets.get(_bucket_arn(request))
        if bucket is None:
            raise _not_found("The specified vector bucket could not be found")
        return bucket

    def _index(self, request: Request) -> Index:
        if ("indexArn" in request) == ("vectorBucketName" in request and "indexName" in request):
            raise StandInError("ValidationException", "Must specify either indexArn or both vectorBucketName and indexName")
        arn = request.get("indexArn") or f"{_bucket_arn(request)}/index/{request['indexName']}"
        bucket = self._buckets.get(arn.partition("/index/")[0])
        if bucket is None or _name(arn) not in bucket.indexes:
            raise _not_found("The specified index could not be found")
        return bucket.indexes[_name(arn)]


def _bucket_arn(request: Request) -> str:
    name = request.get("vectorBucketName")
    return f"arn:aws:s3vectors:{identity.region()}:{identity.ACCOUNT_ID}:bucket/{name}" if name else request["vectorBucketArn"]


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


def _bucket_row(bucket: Bucket) -> dict[str, Any]:
    named = {"vectorBucketName": _name(bucket.arn), "vectorBucketArn": bucket.arn}
    return {**named, "creationTime": bucket.created, "encryptionConfiguration": bucket.encryption}


def _index_row(index: Index) -> dict[str, Any]:
    keys = {"metadataConfiguration": {"nonFilterableMetadataKeys": list(index.non_filterable)}} if index.non_filterable else {}
    return {
        "vectorBucketName": _name(index.arn.partition("/index/")[0]),
        "indexName": _name(index.arn),
        "indexArn": index.arn,
        "creationTime": index.created,
        "dataType": "float32",
        "dimension": index.dimension,
        "distanceMetric": index.metric,
        **keys,
        "encryptionConfiguration": index.encryption,
    }


def _vector_row(vector: Vector, request: Request) -> dict[str, Any]:
    data = {"data": {"float32": vector.data.tolist()}} if request.get("returnData") else {}
    return {"key": vector.key, **data, **({"metadata": vector.metadata} if request.get("returnMetadata") else {})}


def _without(row: Request, name: str) -> dict[str, Any]:
    return {member: value for member, value in row.items() if member != name}


def _page(found: Iterable[Any], request: Request) -> tuple[list[Any], dict[str, str]]:
    """Returns one page of what was found, and the token of the next."""
    rows = list(found)
    token = request.get("nextToken") or "0"
    if not token.isdigit():
        raise StandInError("ValidationException", "Invalid nextToken")
    start, most = int(token), request.get("maxResults", PAGE)
    return rows[start : start + most], ({"nextToken": str(start + most)} if start + most < len(rows) else {})


def _not_found(message: str) -> StandInError:
    return StandInError("NotFoundException", message, 404)
