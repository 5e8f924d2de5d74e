"""The service APIs behind CloudFormation's resource types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SERVICES = {
    "ApplicationAutoScaling": "application-autoscaling",
    "BedrockAgentCore": "bedrock-agentcore-control",
    "CertificateManager": "acm",
    "ElasticLoadBalancing": "elb",
    "ElasticLoadBalancingV2": "elbv2",
    "KinesisFirehose": "firehose",
    "Lex": "lexv2-models",
    "Macie": "macie2",
    "OpenSearchService": "opensearch",
    "ResourceGroups": "resource-groups",
}
"""The API behind CloudFormation's name of a service, where it is not the same in lower case."""
AGENT_TYPES = ("Agent", "AgentAlias", "DataSource", "Flow", "FlowAlias", "FlowVersion", "KnowledgeBase", "Prompt", "PromptVersion")
"""The types of AWS::Bedrock that Agents for Amazon Bedrock keeps."""


@dataclass(frozen=True)
class Settling:
    """How one sees that a resource has become what was asked for.

    Args:
        read: The operation that tells its status.
        status: The member with the status.
        wanted: The member that must be as it was asked for in the end, if there is one.
    """

    read: str
    status: str
    wanted: str = ""


@dataclass(frozen=True)
class Api:
    """How a resource type maps to a service's API.

    Args:
        service: The service, as botocore names it.
        create: The operation that creates.
        update: The operation that changes.
        delete: The operation that deletes.
        renamed: Names of parameters, and of members of them, that differ from the names of the properties.
        identified: The parameters that name a resource that exists, each with the attribute that it takes; as far as they can be
            found by their names unless given.
        read: The operation that tells the attributes, where the answer to the creation does not.
        settling: How one sees that the resource is ready, where the answer comes before it is.
        whole: Whether resources are only created by the API if it takes all properties.
    """

    service: str
    create: str
    update: str
    delete: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    identified: Mapping[str, str] = field(default_factory=dict)
    read: str = ""
    settling: Settling | None = None
    whole: bool = True


APIS = {
    "AWS::ApplicationAutoScaling::ScalableTarget": Api(
        "application-autoscaling", "RegisterScalableTarget", "RegisterScalableTarget", "DeregisterScalableTarget"
    ),
    "AWS::ApplicationAutoScaling::ScalingPolicy": Api(
        "application-autoscaling", "PutScalingPolicy", "PutScalingPolicy", "DeleteScalingPolicy"
    ),
    "AWS::Bedrock::ApplicationInferenceProfile": Api(
        "bedrock",
        "CreateInferenceProfile",
        "UpdateInferenceProfile",
        "DeleteInferenceProfile",
        identified={"inferenceProfileIdentifier": "InferenceProfileArn"},
        read="GetInferenceProfile",
    ),
    "AWS::Bedrock::DataSource": Api(
        "bedrock-agent",
        "CreateDataSource",
        "UpdateDataSource",
        "DeleteDataSource",
        identified={"knowledgeBaseId": "KnowledgeBaseId", "dataSourceId": "DataSourceId"},
    ),
    "AWS::Bedrock::Guardrail": Api(
        "bedrock",
        "CreateGuardrail",
        "UpdateGuardrail",
        "DeleteGuardrail",
        {
            "KmsKeyArn": "kmsKeyId",
            "ContentFiltersTierConfig": "tierConfig",
            "TopicsTierConfig": "tierConfig",
            "GuardrailProfileArn": "guardrailProfileIdentifier",
        },
        identified={"guardrailIdentifier": "GuardrailArn"},
        read="GetGuardrail",
    ),
    "AWS::Bedrock::GuardrailVersion": Api(
        "bedrock",
        "CreateGuardrailVersion",
        "UpdateGuardrailVersion",
        "DeleteGuardrail",
        identified={"guardrailIdentifier": "GuardrailId", "guardrailVersion": "Version"},
        read="GetGuardrail",
    ),
    "AWS::Bedrock::KnowledgeBase": Api(
        "bedrock-agent",
        "CreateKnowledgeBase",
        "UpdateKnowledgeBase",
        "DeleteKnowledgeBase",
        identified={"knowledgeBaseId": "KnowledgeBaseId"},
    ),
    "AWS::CloudTrail::Trail": Api("cloudtrail", "CreateTrail", "UpdateTrail", "DeleteTrail", {"TrailName": "Name"}),
    "AWS::EC2::EIP": Api("ec2", "AllocateAddress", "ModifyAddressAttribute", "ReleaseAddress"),
    "AWS::EC2::FlowLog": Api("ec2", "CreateFlowLogs", "ModifyFlowLogs", "DeleteFlowLogs", {"ResourceId": "ResourceIds"}),
    "AWS::S3Vectors::Index": Api(
        "s3vectors", "CreateIndex", "UpdateIndex", "DeleteIndex", identified={"indexArn": "IndexArn"}, read="GetIndex"
    ),
    "AWS::S3Vectors::VectorBucket": Api(
        "s3vectors",
        "CreateVectorBucket",
        "UpdateVectorBucket",
        "DeleteVectorBucket",
        identified={"vectorBucketArn": "VectorBucketArn"},
        read="GetVectorBucket",
    ),
    "AWS::S3Vectors::VectorBucketPolicy": Api(
        "s3vectors",
        "PutVectorBucketPolicy",
        "PutVectorBucketPolicy",
        "DeleteVectorBucketPolicy",
        identified={"vectorBucketArn": "VectorBucketArn"},
    ),
    "AWS::SageMaker::Endpoint": Api(
        "sagemaker",
        "CreateEndpoint",
        "UpdateEndpoint",
        "DeleteEndpoint",
        identified={"EndpointName": "EndpointName"},
        settling=Settling("DescribeEndpoint", "EndpointStatus", "EndpointConfigName"),
        whole=False,
    ),
    "AWS::SageMaker::InferenceComponent": Api(
        "sagemaker",
        "CreateInferenceComponent",
        "UpdateInferenceComponent",
        "DeleteInferenceComponent",
        identified={"InferenceComponentName": "InferenceComponentName"},
        settling=Settling("DescribeInferenceComponent", "InferenceComponentStatus"),
        whole=False,
    ),
}
"""The types whose operations are not named after them."""


def api_of(kind: str) -> Api:
    """Returns where resources of the type ``kind`` would be created in AWS."""
    _, service, resource = kind.split("::")[:3]
    name = "bedrock-agent" if service == "Bedrock" and resource in AGENT_TYPES else SERVICES.get(service, service.lower())
    return APIS.get(kind) or Api(name, f"Create{resource}", f"Update{resource}", f"Delete{resource}")
