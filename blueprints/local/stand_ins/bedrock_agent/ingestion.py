"""One ingestion: what changed in the bucket since the last one becomes vectors, with the rights of the knowledge base's role."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from blueprints.local.bedrock.embedding import Embedding
from blueprints.local.bedrock.knowledge_bases import index_of
from blueprints.local.clients import ClientFactory
from blueprints.local.stand_ins.bedrock_agent import chunking, documents, sidecars
from blueprints.local.stand_ins.bedrock_agent.chunking import Chunk
from blueprints.local.stand_ins.bedrock_agent.documents import IgnoredError, UnreadableError
from blueprints.local.stand_ins.bedrock_agent.jobs import DOCUMENT_FAILED, IGNORED, INDEXED, Document, Job
from blueprints.local.stand_ins.bedrock_agent.sidecars import Attributes, SidecarError

SOURCE_URI = "x-amz-bedrock-kb-source-uri"
CHUNK_ID = "x-amz-bedrock-kb-chunk-id"
SOURCE_ID = "x-amz-bedrock-kb-data-source-id"
PAGE_NUMBER = "x-amz-bedrock-kb-document-page-number"
TEXT, METADATA = "AMAZON_BEDROCK_TEXT", "AMAZON_BEDROCK_METADATA"
VECTORS_A_CALL = 100
EMBEDDED_AT_ONCE = 4
STEPS = ("contextEnrichmentConfiguration", "customTransformationConfiguration", "parsingConfiguration")
REFUSALS = ("AccessDenied", "AccessDeniedException", "NotImplemented")

T = TypeVar("T")


class RefusedError(RuntimeError):
    """The whole job can't go on: the role is not allowed something, or the configuration asks for what is not here."""


@dataclass(frozen=True)
class Found:
    """An object of the bucket, and its metadata file if it has one, by key and ETag."""

    key: str
    etag: str
    size: int
    sidecar: str = ""

    @property
    def version(self) -> tuple[str, str]:
        """Changes with the content of either."""
        return self.etag, self.sidecar


class Ingestion:
    """Brings the index of a knowledge base up to date with one of its data sources.

    Args:
        base: The knowledge base.
        source: The data source.
        known: The documents that earlier jobs met, by their URIs; kept up to date.
        aws: Gives clients with the rights of the knowledge base's role.
    """

    def __init__(self, base: Mapping[str, Any], source: Mapping[str, Any], known: dict[str, Document], aws: ClientFactory) -> None:
        check(base, source)
        place = source["dataSourceConfiguration"]["s3Configuration"]
        self._bucket: str = place["bucketArn"].rpartition(":")[2]
        self._prefixes: Sequence[str] = place.get("inclusionPrefixes") or [""]
        self._chunking = (source.get("vectorIngestionConfiguration") or {}).get("chunkingConfiguration") or {}
        self._source_id: str = source["dataSourceId"]
        self._embedding = Embedding.of(base)
        self._index = index_of(base)
        self._known = known
        self._aws = aws

    def run(self, job: Job) -> None:
        """Works through the bucket and counts in ``job`` what it did.

        Raises:
            RefusedError: The role is not allowed what it needs.
        """
        present = {self._uri(found.key): found for found in self._listed(job)}
        for uri in [uri for uri in self._known if uri not in present]:
            if job.stop.is_set():
                return
            self._forget(uri, job)
        for uri, found in present.items():
            if job.stop.is_set():
                return
            before = self._known.get(uri)
            if before is None or before.version != found.version:
                self._take(uri, found, before, job)

    def _uri(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"

    def _listed(self, job: Job) -> list[Found]:
        """Returns the documents in the bucket, each with the ETag of its metadata file."""
        objects = {found["Key"]: found for found in self._objects()}
        sidecar_keys = {key for key in objects if key.endswith(sidecars.SUFFIX)}
        found = [
            Found(key, each["ETag"], each["Size"], objects[key + sidecars.SUFFIX]["ETag"] if key + sidecars.SUFFIX in sidecar_keys else "")
            for key, each in objects.items()
            if key not in sidecar_keys and not key.endswith("/")
        ]
        job.count("numberOfDocumentsScanned", len(found))
        job.count("numberOfMetadataDocumentsScanned", sum(bool(each.sidecar) for each in found))
        return found

    def _objects(self) -> Iterator[dict[str, Any]]:
        pages = self._aws("s3").get_paginator("list_objects_v2")
        for prefix in self._prefixes:
            yield from _asked(pages.paginate(Bucket=self._bucket, Prefix=prefix).build_full_result).get("Contents", [])

    def _take(self, uri: str, found: Found, before: Document | None, job: Job) -> None:
        """Indexes a document that is new or changed, or notes why it could not be."""
        old = before.vectors if before else ()
        try:
            vectors = self._indexed(uri, found)
        except (UnreadableError, SidecarError) as error:
            status = IGNORED if isinstance(error, IgnoredError) else DOCUMENT_FAILED
            self._known[uri] = Document(uri, ("", ""), status, str(error), old)
            job.count("numberOfDocumentsFailed")
            job.blame(f"Encountered error: {error} [Files: {uri}]. Call to Amazon Bedrock Knowledge Bases did not succeed for this file.")
            return
        self._remove([key for key in old if key not in vectors])
        self._known[uri] = Document(uri, found.version, INDEXED, "", tuple(vectors))
        _count_indexed(before, found, job)

    def _indexed(self, uri: str, found: Found) -> list[str]:
        """Puts the vectors of a document into the index and returns their keys."""
        if not documents.is_supported(found.key):
            raise IgnoredError("Ignored 1 files as their file format was not supported.")
        if found.size > documents.MAX_BYTES:
            raise IgnoredError(f"Ignored 1 files as they were larger than {documents.MAX_BYTES} bytes.")
        attributes = sidecars.parse(self._content(found.key + sidecars.SUFFIX)) if found.sidecar else Attributes()
        parts = chunking.chunks(documents.read(found.key, self._content(found.key)), self._chunking)
        names = [str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self._source_id} {uri} {number}")) for number in range(len(parts))]
        rows = self._vectors([attributes.heading() + part.text for part in parts])
        given = [
            {"key": name, "data": {"float32": row}, "metadata": self._metadata(uri, name, part, attributes)}
            for name, row, part in zip(names, rows, parts, strict=True)
        ]
        for start in range(0, len(given), VECTORS_A_CALL):
            _asked(
                partial(self._aws("s3vectors").put_vectors, **self._index, vectors=given[start : start + VECTORS_A_CALL]), UnreadableError
            )
        return names

    def _content(self, key: str) -> bytes:
        found = _asked(partial(self._aws("s3").get_object, Bucket=self._bucket, Key=key), UnreadableError)
        content: bytes = found["Body"].read()
        return content

    def _vectors(self, texts: Sequence[str]) -> list[list[float]]:
        def vector(text: str) -> list[float]:
            return _asked(partial(self._embedding.vector, text, self._aws, query=False), UnreadableError)

        with ThreadPoolExecutor(EMBEDDED_AT_ONCE) as pool:
            return list(pool.map(vector, texts))

    def _metadata(self, uri: str, name: str, part: Chunk, attributes: Attributes) -> dict[str, Any]:
        origin: dict[str, Any] = {"source": {"sourceLocation": uri, "sourceType": "S3"}}
        page = {PAGE_NUMBER: part.page} if part.page is not None else {}
        parent = {"parentText": part.parent} if part.parent is not None else {}
        own = {SOURCE_URI: uri, CHUNK_ID: name, SOURCE_ID: self._source_id, **page}
        return {**attributes.values, **own, TEXT: part.text, METADATA: json.dumps({**origin, **parent})}

    def _forget(self, uri: str, job: Job) -> None:
        """Removes what was made of a document that is gone."""
        document = self._known[uri]
        self._remove(document.vectors)
        del self._known[uri]
        if document.vectors:
            job.count("numberOfDocumentsDeleted")

    def _remove(self, keys: Iterable[str]) -> None:
        listed = list(keys)
        for start in range(0, len(listed), VECTORS_A_CALL):
            _asked(partial(self._aws("s3vectors").delete_vectors, **self._index, keys=listed[start : start + VECTORS_A_CALL]))


def check(base: Mapping[str, Any], source: Mapping[str, Any]) -> None:
    """Refuses what can't be ingested here, rather than to do something else.

    Raises:
        RefusedError: A kind of source, of store or of processing that the embedded AWS has no program for.
    """
    kind, store = source["dataSourceConfiguration"]["type"], (base.get("storageConfiguration") or {}).get("type")
    steps = source.get("vectorIngestionConfiguration") or {}
    missing = [f"a data source of the type {kind}"] if kind != "S3" else []
    missing += [f"a vector store of the type {store}"] if store != "S3_VECTORS" else []
    missing += [f"what {name} asks for" for name in STEPS if name in steps]
    if missing:
        raise RefusedError(f"the embedded AWS has no program for {missing[0]}")


def _asked(call: Callable[[], T], failure: type[Exception] = RefusedError) -> T:
    """Returns what a service answers; a service that refuses is the job's failure, or, for other reasons than rights, ``failure``."""
    try:
        return call()
    except ClientError as error:
        details = error.response["Error"]
        raise (RefusedError if details.get("Code") in REFUSALS else failure)(details.get("Message", str(error))) from error


def _count_indexed(before: Document | None, found: Found, job: Job) -> None:
    if before is None or not before.vectors:
        job.count("numberOfNewDocumentsIndexed")
    elif before.version[0] != found.etag:
        job.count("numberOfModifiedDocumentsIndexed")
    if before and before.vectors and before.version[1] != found.sidecar:
        job.count("numberOfMetadataDocumentsModified")
