"""A knowledge base over an index of S3 Vectors and a bucket, in the process of the tests."""

import json
from collections.abc import Mapping
from typing import Any

from blueprints.local.bedrock.knowledge_bases import KnowledgeBases
from blueprints.local.stand_ins.bedrock_agent.stand_in import BedrockAgentStandIn
from blueprints.local.stand_ins.bedrock_agent_runtime.stand_in import BedrockAgentRuntimeStandIn
from blueprints.local.stand_ins.s3_vectors.stand_in import S3VectorsStandIn
from tests.blueprints.local.in_process import DIMENSIONS, InProcess, Words
from tests.waiting import until

ACCOUNT = "123456789012"
MODEL = "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/Base"
KEYS = ["AMAZON_BEDROCK_TEXT", "AMAZON_BEDROCK_METADATA"]
SMALL = {"chunkingStrategy": "FIXED_SIZE", "fixedSizeChunkingConfiguration": {"maxTokens": 20, "overlapPercentage": 10}}


class Knowledge:
    """What tests of knowledge bases begin with; moto keeps buckets and roles."""

    def __init__(self) -> None:
        self.model = Words()
        self.vectors = S3VectorsStandIn()
        runtime = BedrockAgentRuntimeStandIn()
        self.aws = InProcess(KnowledgeBases(), self.vectors, BedrockAgentStandIn(seconds_to_start=0), runtime, self.model)
        self.agent = self.aws("bedrock-agent")
        self.aws("s3").create_bucket(Bucket="documents")
        self.trust("bedrock.amazonaws.com")
        self.aws("s3vectors").create_vector_bucket(vectorBucketName="vectors")
        self.index = self.make_index()

    def trust(self, service: str, name: str = "Base") -> None:
        statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        condition = {"ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:us-east-1:{ACCOUNT}:knowledge-base/*"}}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement | {"Condition": condition}]})
        self.aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)

    def make_index(self, name: str = "passages", dimension: int = DIMENSIONS, keys: list[str] | None = None) -> str:
        configuration = {"metadataConfiguration": {"nonFilterableMetadataKeys": KEYS if keys is None else keys}}
        arn: str = self.aws("s3vectors").create_index(
            vectorBucketName="vectors",
            indexName=name,
            dataType="float32",
            dimension=dimension,
            distanceMetric="cosine",
            **(configuration if keys is None or keys else {}),
        )["indexArn"]
        return arn

    def definition(self, **changes: Any) -> dict[str, Any]:
        embedding = {"bedrockEmbeddingModelConfiguration": {"dimensions": DIMENSIONS}}
        vectors = {"embeddingModelArn": MODEL, "embeddingModelConfiguration": embedding}
        return {
            "name": "base",
            "roleArn": ROLE,
            "knowledgeBaseConfiguration": {"type": "VECTOR", "vectorKnowledgeBaseConfiguration": vectors},
            "storageConfiguration": {"type": "S3_VECTORS", "s3VectorsConfiguration": {"indexArn": self.index}},
            **changes,
        }

    def base(self, **changes: Any) -> str:
        return str(self.agent.create_knowledge_base(**self.definition(**changes))["knowledgeBase"]["knowledgeBaseId"])

    def source(
        self, base: str, *, chunking: Mapping[str, Any] | None = SMALL, steps: Mapping[str, Any] | None = None, **changes: Any
    ) -> dict[str, str]:
        """Creates a data source and returns what names it."""
        ingestion = {**({"chunkingConfiguration": chunking} if chunking else {}), **(steps or {})}
        place = {"type": "S3", "s3Configuration": {"bucketArn": "arn:aws:s3:::documents"}}
        wanted = {"name": "source", "dataSourceConfiguration": place, "dataDeletionPolicy": "RETAIN", **changes}
        if ingestion:
            wanted["vectorIngestionConfiguration"] = ingestion
        found = self.agent.create_data_source(knowledgeBaseId=base, **wanted)["dataSource"]
        return {"knowledgeBaseId": base, "dataSourceId": found["dataSourceId"]}

    def put(self, key: str, content: str | bytes, attributes: Mapping[str, Any] | None = None) -> str:
        """Puts a document into the bucket, with its metadata file, and returns its URI."""
        s3 = self.aws("s3")
        s3.put_object(Bucket="documents", Key=key, Body=content)
        if attributes is not None:
            s3.put_object(Bucket="documents", Key=f"{key}.metadata.json", Body=json.dumps({"metadataAttributes": attributes}))
        return f"s3://documents/{key}"

    def ingest(self, source: Mapping[str, str]) -> dict[str, Any]:
        """Runs a job to its end."""
        return self.ended(source, self.agent.start_ingestion_job(**source)["ingestionJob"])

    def ended(self, source: Mapping[str, str], job: Mapping[str, Any]) -> dict[str, Any]:
        """Waits for the end of a job."""

        def end() -> Any:
            found = self.agent.get_ingestion_job(**source, ingestionJobId=job["ingestionJobId"])["ingestionJob"]
            return None if found["status"] in ("STARTING", "IN_PROGRESS", "STOPPING") else found

        return dict(until(end, 20))

    def counts(self, source: Mapping[str, str]) -> dict[str, int]:
        """Runs a job and returns the statistics that are not zero, by the middle of their names."""
        job = self.ingest(source)
        return {name.removeprefix("numberOf"): count for name, count in job["statistics"].items() if count}

    def stored(self, index: str | None = None) -> list[dict[str, Any]]:
        listed = self.aws("s3vectors").list_vectors(indexArn=index or self.index, returnData=True, returnMetadata=True)
        return list(listed["vectors"])

    def statuses(self, source: Mapping[str, str]) -> dict[str, tuple[str, str]]:
        found = self.agent.list_knowledge_base_documents(**source)["documentDetails"]
        return {each["identifier"]["s3"]["uri"]: (each["status"], each.get("statusReason", "")) for each in found}

    def retrieve(self, base: str, question: str, **search: Any) -> list[dict[str, Any]]:
        configuration = {"retrievalConfiguration": {"vectorSearchConfiguration": search}} if search else {}
        answer = self.aws("bedrock-agent-runtime").retrieve(knowledgeBaseId=base, retrievalQuery={"text": question}, **configuration)
        return list(answer["retrievalResults"])
