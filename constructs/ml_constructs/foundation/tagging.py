"""Tags that say what a resource belongs to."""

from collections.abc import Mapping

from aws_cdk import Stack, Tags

REPLACED_BY_TAGS = (
    "AWS::Batch::ComputeEnvironment",
    "AWS::Bedrock::AutomatedReasoningPolicyVersion",
    "AWS::Bedrock::PromptVersion",
    "AWS::EC2::KeyPair",
    "AWS::EC2::PlacementGroup",
    "AWS::HealthImaging::Datastore",
    "AWS::Kinesis::StreamConsumer",
    "AWS::MSK::ServerlessCluster",
    "AWS::Omics::AnnotationStore",
    "AWS::Omics::ReferenceStore",
    "AWS::Omics::VariantStore",
    "AWS::OpenSearchServerless::Collection",
    "AWS::Personalize::Dataset",
    "AWS::Personalize::DatasetGroup",
    "AWS::Personalize::Schema",
    "AWS::Personalize::Solution",
    "AWS::SageMaker::DataQualityJobDefinition",
    "AWS::SageMaker::FeatureGroup",
    "AWS::SageMaker::ModelBiasJobDefinition",
    "AWS::SageMaker::ModelExplainabilityJobDefinition",
    "AWS::SageMaker::ModelQualityJobDefinition",
    "AWS::SageMaker::ProcessingJob",
    "AWS::SageMaker::Project",
    "AWS::SageMaker::StudioLifecycleConfig",
    "AWS::SageMaker::UserProfile",
)
RESERVED_PREFIX = "aws:"
MAX_KEY = 128
MAX_VALUE = 256


def tag(stack: Stack, *, project: str, blueprint: str, deployment: str, tags: Mapping[str, str] | None = None) -> None:
    """Tags every resource of a stack that takes tags, except those that CloudFormation replaces when a tag changes.

    A replaced feature group, dataset or vector collection is an empty one, and a replaced user profile loses its user's files.

    Args:
        stack: Whose resources are tagged.
        project: Value of ``project``.
        blueprint: Value of ``blueprint``.
        deployment: Value of ``deployment``.
        tags: More tags, which win over those three.

    Raises:
        ValueError: A key or value that AWS refuses.

    See https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html and
    https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2094
    """
    for key, value in {"project": project, "blueprint": blueprint, "deployment": deployment, **(tags or {})}.items():
        _check(key, value)
        Tags.of(stack).add(key, value, exclude_resource_types=list(REPLACED_BY_TAGS))


def _check(key: str, value: str) -> None:
    if not 1 <= len(key) <= MAX_KEY or key.lower().startswith(RESERVED_PREFIX):
        raise ValueError(f"tag key must have 1 to {MAX_KEY} characters and not start with {RESERVED_PREFIX}, got {key!r}")
    if len(value) > MAX_VALUE:
        raise ValueError(f"value of tag {key} must have at most {MAX_VALUE} characters, got {len(value)}")
