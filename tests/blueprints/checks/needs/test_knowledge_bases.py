from collections.abc import Mapping
from typing import Any

from blueprints.checks.deployed import Account
from blueprints.checks.needs.knowledge_bases import knowledge_base_needs

EMBEDDING = "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0"
READER = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0"
SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:s-Secret"


def needs(storage: Mapping[str, Any], *sources: Mapping[str, Any]) -> set[tuple[str, str]]:
    knowledge_base = {
        "Type": "AWS::Bedrock::KnowledgeBase",
        "Properties": {
            "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
            "KnowledgeBaseConfiguration": {"VectorKnowledgeBaseConfiguration": {"EmbeddingModelArn": EMBEDDING}},
            "StorageConfiguration": storage,
        },
    }
    resources = {
        "Role": {"Type": "AWS::IAM::Role"},
        "Base": knowledge_base,
        "Key": {"Type": "AWS::KMS::Key"},
        "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"KmsKeyId": {"Fn::GetAtt": ["Key", "Arn"]}}},
        **{
            f"Source{number}": {"Type": "AWS::Bedrock::DataSource", "Properties": {"KnowledgeBaseId": {"Ref": "Base"}, **source}}
            for number, source in enumerate(sources)
        },
    }
    account = Account({"s": {"Resources": resources}})
    (base,) = account.of_type("AWS::Bedrock::KnowledgeBase")
    found = list(knowledge_base_needs(account, base))
    assert {need.principal for need in found} == {"arn:aws:iam::111122223333:role/s-Role"}
    return {(need.action, need.resource) for need in found}


def test_vectors_in_s3_are_written_and_searched() -> None:
    index = "arn:aws:s3vectors:us-east-1:111122223333:bucket/b/index/i"
    actions = {"DeleteVectors", "GetIndex", "GetVectors", "PutVectors", "QueryVectors"}
    vectors = {(f"s3vectors:{action}", index) for action in actions}
    assert needs({"S3VectorsConfiguration": {"IndexArn": index}}) == {("bedrock:InvokeModel", EMBEDDING), *vectors}


def test_a_collection_is_used_as_a_whole() -> None:
    assert ("aoss:APIAccessAll", "collection") in needs({"OpensearchServerlessConfiguration": {"CollectionArn": "collection"}})


def test_a_database_is_asked_with_the_credentials_of_its_secret() -> None:
    found = needs({"RdsConfiguration": {"ResourceArn": "cluster", "CredentialsSecretArn": {"Ref": "Secret"}}})
    assert {("rds-data:ExecuteStatement", "cluster"), ("secretsmanager:GetSecretValue", SECRET)} <= found
    assert ("kms:Decrypt", "arn:aws:kms:us-east-1:111122223333:key/s-Key") in found


def test_a_bucket_is_listed_and_read_below_its_prefix() -> None:
    bucket = {"BucketArn": "arn:aws:s3:::documents", "InclusionPrefixes": ["public/"]}
    found = needs({}, {"DataSourceConfiguration": {"S3Configuration": bucket}})
    assert {("s3:ListBucket", "arn:aws:s3:::documents"), ("s3:GetObject", "arn:aws:s3:::documents/public/example")} <= found


def test_a_source_elsewhere_is_signed_in_to() -> None:
    configuration = {"ConfluenceConfiguration": {"SourceConfiguration": {"CredentialsSecretArn": SECRET}}}
    assert ("secretsmanager:GetSecretValue", SECRET) in needs({}, {"DataSourceConfiguration": configuration})


def test_documents_may_be_read_by_a_model() -> None:
    ingestion = {"ParsingConfiguration": {"BedrockFoundationModelConfiguration": {"ModelArn": READER}}}
    found = needs({}, {"DataSourceConfiguration": {}, "VectorIngestionConfiguration": ingestion})
    assert found == {("bedrock:InvokeModel", EMBEDDING), ("bedrock:InvokeModel", READER)}


def test_a_profile_has_documents_read_by_its_model_wherever_it_chooses() -> None:
    profile = "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.amazon.nova-pro-v1:0"
    ingestion = {"ParsingConfiguration": {"BedrockFoundationModelConfiguration": {"ModelArn": profile}}}
    found = needs({}, {"DataSourceConfiguration": {}, "VectorIngestionConfiguration": ingestion})
    elsewhere = READER.replace("us-east-1", "us-example-1")
    assert {("bedrock:InvokeModel", arn) for arn in (profile, READER, elsewhere)} <= found
    assert {resource for action, resource in found if action == "bedrock:GetInferenceProfile"} == {profile}


def test_what_is_on_its_way_is_kept_in_a_bucket() -> None:
    storage = {"IntermediateStorage": {"S3Location": {"URI": "s3://between/"}}}
    found = needs({}, {"DataSourceConfiguration": {}, "VectorIngestionConfiguration": {"CustomTransformationConfiguration": storage}})
    assert {("s3:GetObject", "arn:aws:s3:::between/example"), ("s3:PutObject", "arn:aws:s3:::between/example")} <= found
