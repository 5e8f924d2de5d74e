"""Knowledge bases, guardrails and profiles are deployed, filled, asked, changed and deleted on the embedded AWS, each by right."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from blueprints.local.embedded import EmbeddedAws
from tests.local import raw
from tests.waiting import until

STACK = "knowledge"
EMBEDDING = {"Fn::Sub": "arn:aws:bedrock:${AWS::Region}::foundation-model/amazon.titan-embed-text-v2:0"}
WRITING = {"Fn::Sub": "arn:aws:bedrock:${AWS::Region}::foundation-model/amazon.nova-lite-v1:0"}
VECTORS = [f"s3vectors:{action}" for action in ("DeleteVectors", "GetIndex", "GetVectors", "PutVectors", "QueryVectors")]
ROOT = {"AWS": "arn:aws:iam::123456789012:root"}
VIA_S3_VECTORS = {"StringEquals": {"kms:ViaService": {"Fn::Sub": "s3vectors.${AWS::Region}.amazonaws.com"}}}
VERSIONED = {"Fn::Sub": "${Guardrail.GuardrailArn}:${Version.Version}"}
INGEST = ["bedrock:StartIngestionJob", "bedrock:GetIngestionJob"]
MESSAGES = [{"role": "user", "content": [{"text": "Where are bicycles kept?"}]}]


def store(dimension: int = 256) -> dict[str, Any]:
    indexing = raw.allow("kms:Decrypt", Principal={"Service": "indexing.s3vectors.amazonaws.com"})
    encryption = {"EncryptionConfiguration": {"SseType": "aws:kms", "KmsKeyArn": raw.attribute("Key")}}
    index = {
        "VectorBucketArn": raw.attribute("Bucket", "VectorBucketArn"),
        "DataType": "float32",
        "Dimension": dimension,
        "DistanceMetric": "cosine",
        "MetadataConfiguration": {"NonFilterableMetadataKeys": ["AMAZON_BEDROCK_TEXT", "AMAZON_BEDROCK_METADATA"]},
    }
    return {
        "Documents": {"Type": "AWS::S3::Bucket"},
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": [raw.allow("kms:*", Principal=ROOT), indexing]}}},
        "Bucket": {"Type": "AWS::S3Vectors::VectorBucket", "Properties": encryption},
        "Index": {"Type": "AWS::S3Vectors::Index", "Properties": {**index, **encryption}},
    }


def base(name: str) -> dict[str, Any]:
    vectors = {
        "EmbeddingModelArn": EMBEDDING,
        "EmbeddingModelConfiguration": {"BedrockEmbeddingModelConfiguration": {"Dimensions": 256, "EmbeddingDataType": "FLOAT32"}},
    }
    properties = {
        "Name": name,
        "RoleArn": raw.attribute("BaseRole"),
        "KnowledgeBaseConfiguration": {"Type": "VECTOR", "VectorKnowledgeBaseConfiguration": vectors},
        "StorageConfiguration": {"Type": "S3_VECTORS", "S3VectorsConfiguration": {"IndexArn": raw.attribute("Index", "IndexArn")}},
    }
    return {"Type": "AWS::Bedrock::KnowledgeBase", "Properties": properties}


def source(name: str, tokens: int) -> dict[str, Any]:
    chunking = {"ChunkingStrategy": "FIXED_SIZE", "FixedSizeChunkingConfiguration": {"MaxTokens": tokens, "OverlapPercentage": 10}}
    place = {"Type": "S3", "S3Configuration": {"BucketArn": raw.attribute("Documents")}}
    properties = {
        "Name": name,
        "KnowledgeBaseId": raw.ref("Base"),
        "DataDeletionPolicy": "RETAIN",
        "DataSourceConfiguration": place,
        "VectorIngestionConfiguration": {"ChunkingConfiguration": chunking},
    }
    return {"Type": "AWS::Bedrock::DataSource", "Properties": properties}


def guardrail(word: str) -> dict[str, Any]:
    texts = {"BlockedInputMessaging": "no", "BlockedOutputsMessaging": "never"}
    words = {"WordPolicyConfig": {"WordsConfig": [{"Text": word}]}}
    return {"Type": "AWS::Bedrock::Guardrail", "Properties": {"Name": "guardrail", **texts, **words}}


def version(description: str) -> dict[str, Any]:
    properties = {"GuardrailIdentifier": raw.attribute("Guardrail", "GuardrailId"), "Description": description}
    return {"Type": "AWS::Bedrock::GuardrailVersion", "Properties": properties}


def profile() -> dict[str, Any]:
    properties = {"InferenceProfileName": "profile", "ModelSource": {"CopyFrom": WRITING}, "Tags": [{"Key": "cost", "Value": "a"}]}
    return {"Type": "AWS::Bedrock::ApplicationInferenceProfile", "Properties": properties}


def roles() -> dict[str, Any]:
    """The role of the knowledge base, one that asks with a guardrail, and one that runs ingestions."""
    guarded = {"StringEquals": {"bedrock:GuardrailIdentifier": VERSIONED}}
    models = [raw.attribute("Profile", "InferenceProfileArn"), WRITING]
    return {
        "BaseRole": raw.role(
            "bedrock.amazonaws.com",
            raw.allow("bedrock:InvokeModel", on=EMBEDDING),
            raw.allow("s3:ListBucket", on=raw.attribute("Documents")),
            raw.allow("s3:GetObject", on={"Fn::Sub": "${Documents.Arn}/*"}),
            raw.allow(*VECTORS, on=raw.attribute("Index", "IndexArn")),
            raw.allow("kms:Decrypt", on=raw.attribute("Key"), Condition=VIA_S3_VECTORS),
        ),
        "AskingRole": raw.role(
            raw.ANYBODY,
            raw.allow("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream", on=models, Condition=guarded),
            raw.allow("bedrock:ApplyGuardrail", on=raw.attribute("Guardrail", "GuardrailArn")),
            raw.allow("bedrock:Retrieve", on=raw.attribute("Base", "KnowledgeBaseArn")),
        ),
        "IngestingRole": raw.role("states.amazonaws.com", raw.allow(*INGEST, on=raw.attribute("Base", "KnowledgeBaseArn"))),
    }


def template(*, tokens: int = 100, word: str = "secret") -> dict[str, Any]:
    return {
        **store(),
        **roles(),
        "Base": base("base"),
        "Other": base("other"),
        "Source": source(f"source-{tokens}", tokens),
        "Guardrail": guardrail(word),
        "Version" if word == "secret" else "Second": version(word),
        "Profile": profile(),
    }


@pytest.fixture(scope="module")
def names(embedded_aws: EmbeddedAws) -> Mapping[str, str]:
    """A knowledge base with documents of two tenants, and what belongs to it."""
    refs = {name: raw.ref(name) for name in template()}
    attributes = {
        "SourceId": raw.attribute("Source", "DataSourceId"),
        "IndexArn": raw.attribute("Index", "IndexArn"),
        "GuardrailId": raw.attribute("Guardrail", "GuardrailId"),
        "Number": raw.attribute("Version", "Version"),
        "ProfileArn": raw.attribute("Profile", "InferenceProfileArn"),
        "AskingRoleArn": raw.attribute("AskingRole"),
        "IngestingRoleArn": raw.attribute("IngestingRole"),
    }
    found = raw.deploy(embedded_aws, STACK, template(), {**refs, **attributes})
    s3 = embedded_aws.client("s3")
    for tenant, text in (("north", "Bicycles are kept in the cellar of house 7."), ("south", "Bicycles are kept on the roof.")):
        key = f"{tenant}/bicycles.md"
        s3.put_object(Bucket=found["Documents"], Key=key, Body=text)
        s3.put_object(Bucket=found["Documents"], Key=f"{key}.metadata.json", Body=json.dumps({"metadataAttributes": {"tenant": tenant}}))
    return found


def job(embedded_aws: EmbeddedAws, names: Mapping[str, str]) -> dict[str, Any]:
    """Runs an ingestion to its end."""
    agent = embedded_aws.client("bedrock-agent")
    source = {"knowledgeBaseId": names["Base"], "dataSourceId": names["SourceId"]}
    identifier = agent.start_ingestion_job(**source)["ingestionJob"]["ingestionJobId"]

    def ended() -> Any:
        found = agent.get_ingestion_job(**source, ingestionJobId=identifier)["ingestionJob"]
        return None if found["status"] in ("STARTING", "IN_PROGRESS") else found

    return dict(until(ended, 60))


@pytest.fixture(scope="module")
def filled(embedded_aws: EmbeddedAws, names: Mapping[str, str]) -> Mapping[str, str]:
    ended = job(embedded_aws, names)
    assert (ended["status"], ended["statistics"]["numberOfNewDocumentsIndexed"], ended.get("failureReasons")) == ("COMPLETE", 2, None)
    return names


@pytest.fixture(scope="module")
def asking(embedded_aws: EmbeddedAws, names: Mapping[str, str]) -> Callable[[str], Any]:
    return raw.as_role(embedded_aws, names["AskingRoleArn"])


def test_references_have_the_forms_of_aws(names: Mapping[str, str]) -> None:
    own = "arn:aws:bedrock:us-east-1:123456789012"
    assert names["Source"] == f"{names['Base']}|{names['SourceId']}"
    assert names["Version"] == f"{names['GuardrailId']}|{names['Number']}"
    assert names["Number"] == "1"
    assert names["Guardrail"] == f"{own}:guardrail/{names['GuardrailId']}"
    assert names["Profile"] == names["ProfileArn"]
    assert names["ProfileArn"].startswith(f"{own}:application-inference-profile/")
    assert names["Index"] == names["IndexArn"]
    assert names["IndexArn"].startswith(f"{names['Bucket']}/index/")


def test_what_was_deployed_is_where_the_services_look(embedded_aws: EmbeddedAws, names: Mapping[str, str]) -> None:
    bedrock = embedded_aws.client("bedrock")
    told = bedrock.get_guardrail(guardrailIdentifier=names["GuardrailId"], guardrailVersion=names["Number"])
    assert (told["wordPolicy"]["words"], told["description"]) == ([{"text": "secret"}], "secret")
    assert bedrock.list_tags_for_resource(resourceARN=names["ProfileArn"])["tags"] == [{"key": "cost", "value": "a"}]
    index = embedded_aws.client("s3vectors").get_index(indexArn=names["IndexArn"])["index"]
    assert (index["dimension"], index["encryptionConfiguration"]["sseType"]) == (256, "aws:kms")


def test_questions_are_answered_from_the_documents_of_one_tenant(filled: Mapping[str, str], asking: Callable[[str], Any]) -> None:
    search = {"vectorSearchConfiguration": {"filter": {"equals": {"key": "tenant", "value": "north"}}}}
    question = {"text": "Where do I find bicycles?"}
    answer = asking("bedrock-agent-runtime").retrieve(
        knowledgeBaseId=filled["Base"], retrievalQuery=question, retrievalConfiguration=search
    )
    (result,) = answer["retrievalResults"]
    assert result["content"]["text"] == "Bicycles are kept in the cellar of house 7."
    assert result["location"]["s3Location"]["uri"] == f"s3://{filled['Documents']}/north/bicycles.md"
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-local-provenance"] == "stand-in MiniLM retrieval"


def test_another_knowledge_base_is_not_for_everybody(names: Mapping[str, str], asking: Callable[[str], Any]) -> None:
    with pytest.raises(ClientError, match=rf"not authorized to perform: bedrock:Retrieve on resource: .*{names['Other']}"):
        asking("bedrock-agent-runtime").retrieve(knowledgeBaseId=names["Other"], retrievalQuery={"text": "a"})


def test_vectors_are_the_business_of_the_knowledge_base_only(names: Mapping[str, str], asking: Callable[[str], Any]) -> None:
    with pytest.raises(ClientError, match="not authorized to perform: s3vectors:QueryVectors"):
        asking("s3vectors").query_vectors(indexArn=names["IndexArn"], topK=1, queryVector={"float32": [0.1] * 256})


@pytest.mark.parametrize("guarded", ["", "DRAFT", "other"])
def test_models_are_not_asked_without_the_right_guardrail(names: Mapping[str, str], asking: Callable[[str], Any], guarded: str) -> None:
    identifier = "abcdefghijkl" if guarded == "other" else names["GuardrailId"]
    number = guarded if guarded == "DRAFT" else "1"
    guardrail = {"guardrailConfig": {"guardrailIdentifier": identifier, "guardrailVersion": number}} if guarded else {}
    for call in (asking("bedrock-runtime").converse, asking("bedrock-runtime").converse_stream):
        with pytest.raises(ClientError, match="not authorized to perform: bedrock:InvokeModel"):
            call(modelId=names["ProfileArn"], messages=MESSAGES, **guardrail)


@pytest.mark.parametrize("model", ["ProfileArn", "amazon.nova-lite-v1:0"])
def test_models_are_asked_with_it(names: Mapping[str, str], asking: Callable[[str], Any], model: str) -> None:
    guardrail = {"guardrailIdentifier": names["GuardrailId"], "guardrailVersion": names["Number"]}
    answer = asking("bedrock-runtime").converse(modelId=names.get(model, model), messages=MESSAGES, guardrailConfig=guardrail)
    assert answer["output"]["message"]["role"] == "assistant"
    stream = asking("bedrock-runtime").converse_stream(modelId=names.get(model, model), messages=MESSAGES, guardrailConfig=guardrail)
    assert "messageStop" in {kind for event in stream["stream"] for kind in event}


def test_other_models_are_not_asked_even_with_it(names: Mapping[str, str], asking: Callable[[str], Any]) -> None:
    guardrail = {"guardrailIdentifier": names["GuardrailId"], "guardrailVersion": names["Number"]}
    with pytest.raises(ClientError, match=r"not authorized to perform: bedrock:InvokeModel on resource: .*nova-pro"):
        asking("bedrock-runtime").converse(modelId="amazon.nova-pro-v1:0", messages=MESSAGES, guardrailConfig=guardrail)


def test_a_state_machine_ingests_with_its_own_role(embedded_aws: EmbeddedAws, filled: Mapping[str, str]) -> None:
    start, get = (f"arn:aws:states:::aws-sdk:bedrockagent:{name}" for name in ("startIngestionJob", "getIngestionJob"))
    arguments = {"KnowledgeBaseId": filled["Base"], "DataSourceId": filled["SourceId"]}
    definition = {
        "QueryLanguage": "JSONata",
        "StartAt": "Start",
        "States": {
            "Start": {"Type": "Task", "Resource": start, "Arguments": arguments, "Next": "Conflict"},
            "Conflict": {
                "Type": "Task",
                "Resource": start,
                "Arguments": arguments,
                "Assign": {"job": "{% $states.result.IngestionJob.IngestionJobId %}"},
                "Retry": [{"ErrorEquals": ["BedrockAgent.ConflictException"], "IntervalSeconds": 1, "MaxAttempts": 20, "BackoffRate": 1}],
                "Next": "Get",
            },
            "Get": {
                "Type": "Task",
                "Resource": get,
                "Arguments": {**arguments, "IngestionJobId": "{% $job %}"},
                "Output": "{% $states.result.IngestionJob.Statistics.NumberOfDocumentsFailed %}",
                "End": True,
            },
        },
    }
    ended = raw.run_definition(embedded_aws, filled["IngestingRoleArn"], definition)
    assert (ended["status"], ended.get("output")) == ("SUCCEEDED", "0")
    other = raw.run_task(embedded_aws, filled["IngestingRoleArn"], start, {**arguments, "KnowledgeBaseId": filled["Other"]})
    assert (other["status"], other["error"]) == ("FAILED", "BedrockAgent.AccessDeniedException")


def update(embedded_aws: EmbeddedAws, resources: Mapping[str, Any]) -> dict[str, Any]:
    cloudformation = embedded_aws.client("cloudformation")
    kept = {name: {"Value": raw.attribute(*place)} for name, place in (("SourceId", ("Source", "DataSourceId")),)}
    kept["Number"] = {"Value": raw.attribute("Second", "Version")}
    body = json.dumps({"Resources": resources, "Outputs": kept})
    cloudformation.update_stack(StackName=STACK, TemplateBody=body, Capabilities=["CAPABILITY_IAM"])
    ended = raw.settle(cloudformation, STACK)
    assert ended["StackStatus"] == "UPDATE_COMPLETE", cloudformation.describe_stack_events(StackName=STACK)["StackEvents"][:8]
    return {output["OutputKey"]: output["OutputValue"] for output in ended["Outputs"]}


def test_changes_are_made_in_place_or_by_replacement_and_nothing_is_left(embedded_aws: EmbeddedAws, filled: Mapping[str, str]) -> None:
    bedrock, agent = embedded_aws.client("bedrock"), embedded_aws.client("bedrock-agent")
    changed = template(tokens=50, word="classified")
    changed["AskingRole"]["Properties"]["Policies"] = []
    changed["Base"]["Properties"]["Description"] = "changed"
    after = update(embedded_aws, changed)
    assert after["Number"] == "2"
    assert bedrock.get_guardrail(guardrailIdentifier=filled["GuardrailId"], guardrailVersion="2")["wordPolicy"]["words"] == [
        {"text": "classified"}
    ]
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.get_guardrail(guardrailIdentifier=filled["GuardrailId"], guardrailVersion="1")
    assert agent.get_knowledge_base(knowledgeBaseId=filled["Base"])["knowledgeBase"]["description"] == "changed"
    assert [each["name"] for each in agent.list_data_sources(knowledgeBaseId=filled["Base"])["dataSourceSummaries"]] == ["source-50"]
    s3 = embedded_aws.client("s3")
    for found in s3.list_objects_v2(Bucket=filled["Documents"])["Contents"]:
        s3.delete_object(Bucket=filled["Documents"], Key=found["Key"])
    assert raw.destroy(embedded_aws, STACK) == "DELETE_COMPLETE"
    assert filled["Guardrail"] not in {found["arn"] for found in bedrock.list_guardrails()["guardrails"]}
    profiles = bedrock.list_inference_profiles(typeEquals="APPLICATION")["inferenceProfileSummaries"]
    assert filled["ProfileArn"] not in {found["inferenceProfileArn"] for found in profiles}
    assert not {filled["Base"], filled["Other"]} & {
        found["knowledgeBaseId"] for found in agent.list_knowledge_bases()["knowledgeBaseSummaries"]
    }
    buckets = embedded_aws.client("s3vectors").list_vector_buckets()["vectorBuckets"]
    assert filled["Bucket"] not in {found["vectorBucketArn"] for found in buckets}


@pytest.mark.parametrize(
    ("without", "problem"),
    [
        ("s3vectors:GetIndex", "storage configuration provided is invalid.*s3vectors:GetIndex"),
        ("bedrock.amazonaws.com", "unable to assume the given role"),
    ],
)
def test_a_knowledge_base_is_not_made_with_a_role_that_cannot_do_its_work(embedded_aws: EmbeddedAws, without: str, problem: str) -> None:
    resources = {**store(), "BaseRole": roles()["BaseRole"], "Base": base("powerless")}
    wrong = json.loads(json.dumps(resources["BaseRole"]).replace(without, "s3vectors:TagResource" if "GetIndex" in without else "a.b"))
    with pytest.raises(raw.DeploymentError, match=problem):
        raw.deploy(embedded_aws, f"powerless-{without[:2]}", {**resources, "BaseRole": wrong}, {})


def test_vectors_are_not_written_without_the_key_of_the_index(embedded_aws: EmbeddedAws) -> None:
    role = roles()["BaseRole"]
    role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].pop()
    resources = {**store(), "BaseRole": role, "Base": base("keyless"), "Source": source("source", 100)}
    names = {name: raw.ref(name) for name in ("Documents", "Base")} | {"SourceId": raw.attribute("Source", "DataSourceId")}
    found = raw.deploy(embedded_aws, "keyless", resources, names)
    embedded_aws.client("s3").put_object(Bucket=found["Documents"], Key="a.txt", Body="a")
    ended = job(embedded_aws, found)
    assert ended["status"] == "FAILED"
    assert "not authorized to perform: kms:Decrypt" in ended["failureReasons"][0]
