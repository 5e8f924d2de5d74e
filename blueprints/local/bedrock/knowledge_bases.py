"""Knowledge bases and their data sources."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from blueprints.local import identity
from blueprints.local.bedrock import arns
from blueprints.local.stand_ins import ClientFactory, StandInError
from blueprints.local.tags import Tags
from blueprints.local.trust import trusts

Request = Mapping[str, Any]
SERVICE = "bedrock.amazonaws.com"
DIMENSIONS = {
    "amazon.nova-2-multimodal-embeddings-v1:0": 3072,
    "amazon.titan-embed-g1-text-02": 1536,
    "amazon.titan-embed-text-v1": 1536,
    "cohere.embed-v4:0": 1536,
}
"""The length of a model's vectors, where it is not 1024 unless another is asked for."""
DOCUMENTS_A_CALL = 25


class KnowledgeBases:
    """Keeps knowledge bases and data sources, and checks their roles and stores as the service does.

    Follows https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_CreateKnowledgeBase.html and its neighbours.
    """

    name = "knowledge bases"
    service = "bedrock-agent"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bases: dict[str, dict[str, Any]] = {}
        self._sources: dict[tuple[str, str], dict[str, Any]] = {}
        self._tags = Tags(lambda arn: any(base["knowledgeBaseArn"] == arn for base in self._bases.values()))
        self._answers: Mapping[str, Callable[[Request, ClientFactory], dict[str, Any]]] = {
            "CreateKnowledgeBase": self._create,
            "UpdateKnowledgeBase": self._update,
            "GetKnowledgeBase": lambda request, _aws: {"knowledgeBase": self._base(request)},
            "ListKnowledgeBases": lambda _request, _aws: {"knowledgeBaseSummaries": _summaries(self._bases.values())},
            "DeleteKnowledgeBase": self._delete,
            "CreateDataSource": self._create_source,
            "UpdateDataSource": self._update_source,
            "GetDataSource": lambda request, _aws: {"dataSource": self._source(request)},
            "ListDataSources": lambda request, _aws: {"dataSourceSummaries": _summaries(self._sources_of(request))},
            "DeleteDataSource": self._delete_source,
            **{operation: _without_clients(answer) for operation, answer in self._tags.answers.items()},
        }

    @property
    def operations(self) -> frozenset[str]:
        """The operations answered."""
        return frozenset(self._answers)

    def answer(self, operation: str, request: dict[str, Any], aws: ClientFactory) -> dict[str, Any]:
        """Returns botocore's output for botocore's input.

        Raises:
            StandInError: An error that Agents for Amazon Bedrock declares for the operation.
        """
        return self._answers[operation](request, aws)

    def _create(self, request: Request, aws: ClientFactory) -> dict[str, Any]:
        identifier = _identifier()
        arn = arns.own("knowledge-base", identifier)
        _check_role(request["roleArn"], arn, aws)
        _check_store(request, aws)
        members = ("name", "description", "roleArn", "knowledgeBaseConfiguration", "storageConfiguration")
        with self._lock:
            _check_name(request["name"], self._bases.values(), "KnowledgeBase")
            known = {"knowledgeBaseId": identifier, "knowledgeBaseArn": arn, "status": "ACTIVE", "createdAt": datetime.now(UTC)}
            self._bases[identifier] = {**_given(request, members), **known, "updatedAt": datetime.now(UTC)}
        self._tags.put(arn, request.get("tags"))
        return {"knowledgeBase": self._bases[identifier]}

    def _update(self, request: Request, aws: ClientFactory) -> dict[str, Any]:
        base = self._base(request)
        _check_role(request["roleArn"], base["knowledgeBaseArn"], aws)
        base.update(_given(request, ("name", "description", "roleArn", "knowledgeBaseConfiguration")), updatedAt=datetime.now(UTC))
        return {"knowledgeBase": base}

    def _delete(self, request: Request, aws: ClientFactory) -> dict[str, Any]:
        base = self._base(request)
        for source in self._sources_of(request):
            self._delete_source(source, aws)
        self._tags.forget(base["knowledgeBaseArn"])
        del self._bases[base["knowledgeBaseId"]]
        return {"knowledgeBaseId": base["knowledgeBaseId"], "status": "DELETING"}

    def _create_source(self, request: Request, _aws: ClientFactory) -> dict[str, Any]:
        base = self._base(request)["knowledgeBaseId"]
        members = ("name", "description", "dataSourceConfiguration", "serverSideEncryptionConfiguration", "vectorIngestionConfiguration")
        with self._lock:
            _check_name(request["name"], self._sources_of(request), "DataSource")
            identifier, now = _identifier(), datetime.now(UTC)
            known = {"knowledgeBaseId": base, "dataSourceId": identifier, "status": "AVAILABLE", "createdAt": now, "updatedAt": now}
            policy = request.get("dataDeletionPolicy", "DELETE")
            self._sources[base, identifier] = {**_given(request, members), **known, "dataDeletionPolicy": policy}
        return {"dataSource": self._sources[base, identifier]}

    def _update_source(self, request: Request, _aws: ClientFactory) -> dict[str, Any]:
        source = self._source(request)
        if _chunking(request) != _chunking(source):
            raise _invalid("The chunking configuration of a data source can't be changed after it was created.")
        members = ("name", "description", "dataSourceConfiguration", "dataDeletionPolicy", "serverSideEncryptionConfiguration")
        source.update(_given(request, members), updatedAt=datetime.now(UTC))
        return {"dataSource": source}

    def _delete_source(self, request: Request, aws: ClientFactory) -> dict[str, Any]:
        """Deletes a data source, with what was made of its documents if its policy says so."""
        source = self._source(request)
        named = {name: source[name] for name in ("knowledgeBaseId", "dataSourceId")}
        try:
            if source["dataDeletionPolicy"] == "DELETE":
                _delete_documents(named, aws("bedrock-agent"))
        except ClientError as error:
            source.update(status="DELETE_UNSUCCESSFUL", failureReasons=[error.response["Error"]["Message"]])
            return {**named, "status": "DELETE_UNSUCCESSFUL"}
        del self._sources[named["knowledgeBaseId"], named["dataSourceId"]]
        return {**named, "status": "DELETING"}

    def _base(self, request: Request) -> dict[str, Any]:
        identifier = request["knowledgeBaseId"]
        if identifier not in self._bases:
            raise StandInError("ResourceNotFoundException", f"KnowledgeBase with id {identifier} does not exist.", 404)
        return self._bases[identifier]

    def _source(self, request: Request) -> dict[str, Any]:
        found = self._sources.get((self._base(request)["knowledgeBaseId"], request["dataSourceId"]))
        if found is None:
            raise StandInError("ResourceNotFoundException", f"DataSource with id {request['dataSourceId']} does not exist.", 404)
        return found

    def _sources_of(self, request: Request) -> list[dict[str, Any]]:
        base = self._base(request)["knowledgeBaseId"]
        return [source for (owner, _), source in self._sources.items() if owner == base]


def _without_clients(answer: Callable[[Request], dict[str, Any]]) -> Callable[[Request, ClientFactory], dict[str, Any]]:
    return lambda request, _aws: answer(request)


def _identifier() -> str:
    return uuid.uuid4().hex[:10].upper()


def _given(request: Request, members: Iterable[str]) -> dict[str, Any]:
    return {name: request[name] for name in members if name in request}


def _chunking(source: Request) -> Any:
    return (source.get("vectorIngestionConfiguration") or {}).get("chunkingConfiguration")


def _summaries(records: Iterable[Request]) -> list[dict[str, Any]]:
    members = ("knowledgeBaseId", "dataSourceId", "name", "description", "status", "updatedAt")
    return [_given(record, members) for record in records]


def _check_name(name: str, others: Iterable[Request], kind: str) -> None:
    if any(other["name"] == name for other in others):
        raise StandInError("ConflictException", f"{kind} with name {name} already exists.", 409)


def _check_role(role_arn: str, knowledge_base: str, aws: ClientFactory) -> None:
    """Checks that the service may assume the role (https://docs.aws.amazon.com/bedrock/latest/userguide/kb-permissions.html)."""
    context = {"aws:sourceaccount": identity.ACCOUNT_ID, "aws:sourcearn": knowledge_base}
    try:
        trust = aws("iam").get_role(RoleName=role_arn.rpartition("/")[2])["Role"]["AssumeRolePolicyDocument"]
    except ClientError:
        trust = {}
    if not trusts(trust, SERVICE, context):
        message = "Bedrock Knowledge Base was unable to assume the given role. Provide the proper permissions and retry the request."
        raise _invalid(message)


def _check_store(request: Request, aws: ClientFactory) -> None:
    """Checks that the role may use the index, and that the embedding model's vectors fit into it."""
    store = request.get("storageConfiguration") or {}
    if store.get("type") != "S3_VECTORS":
        return
    try:
        found = acting_as(request, aws)("s3vectors").get_index(**index_of(request))["index"]
    except ClientError as error:
        message = f"The knowledge base storage configuration provided is invalid... {error.response['Error']['Message']}"
        raise _invalid(message) from error
    wanted = dimensions_of(request)
    if found["dimension"] != wanted:
        message = f"the index takes vectors of {found['dimension']} dimensions, the embedding model gives {wanted}"
        raise _invalid(f"The knowledge base storage configuration provided is invalid... {message}")


def acting_as(base: Request, aws: Any) -> ClientFactory:
    """Returns clients with the rights of a knowledge base's role."""
    factory: ClientFactory = aws.assume(base["roleArn"], "bedrock-knowledge-base")
    return factory


def index_of(base: Request) -> dict[str, str]:
    """Returns the parameters that name a knowledge base's index to S3 Vectors."""
    place = base["storageConfiguration"]["s3VectorsConfiguration"]
    if "indexArn" in place:
        return {"indexArn": place["indexArn"]}
    return {"vectorBucketName": place["vectorBucketArn"].rpartition("/")[2], "indexName": place["indexName"]}


def embedding_of(base: Request) -> tuple[str, dict[str, Any]]:
    """Returns the ARN of a knowledge base's embedding model, and what is asked of it, where that is given."""
    vectors = base["knowledgeBaseConfiguration"].get("vectorKnowledgeBaseConfiguration") or {}
    asked = (vectors.get("embeddingModelConfiguration") or {}).get("bedrockEmbeddingModelConfiguration") or {}
    return vectors.get("embeddingModelArn", ""), dict(asked)


def dimensions_of(base: Request) -> int:
    """Returns how long the vectors are that a knowledge base's embedding model gives."""
    model, asked = embedding_of(base)
    return int(asked.get("dimensions") or DIMENSIONS.get(model.rpartition("/")[2], 1024))


def _delete_documents(source: dict[str, str], client: Any) -> None:
    found = client.get_paginator("list_knowledge_base_documents").paginate(**source).build_full_result()["documentDetails"]
    identifiers = [document["identifier"] for document in found]
    for start in range(0, len(identifiers), DOCUMENTS_A_CALL):
        client.delete_knowledge_base_documents(**source, documentIdentifiers=identifiers[start : start + DOCUMENTS_A_CALL])


def _invalid(message: str) -> StandInError:
    return StandInError("ValidationException", message)
