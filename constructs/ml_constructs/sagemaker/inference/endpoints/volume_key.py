"""The key of the volumes beside an endpoint's instances."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sagemaker as sagemaker

from ml_constructs.foundation.compliance import acknowledge, standard_rules
from ml_constructs.sagemaker.inference.models.fit import volume_key_allowed

HARDWARE = (
    "SageMaker takes no key for instances with an instance store (one of {types}): their disks are encrypted by a hardware module with a "
    "key that is unique to the device and lost when the instance stops."
)
NO_KEY = "The blueprint has no key of its own; SageMaker encrypts volumes with one of AWS."


def volume_key(key: kms.IKey | None, instance_types: Sequence[str]) -> kms.IKey | None:
    """The key that volumes can be encrypted with: none where one of the types has an instance store.

    See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/data-protection.html#encryption-rest and
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html#sagemaker-CreateEndpointConfig-request-KmsKeyId
    """
    return key if not instance_types or volume_key_allowed(instance_types) else None


def grant_volumes(key: kms.IKey, role: iam.Role) -> None:
    """Lets SageMaker, as ``role``, hand the key on to the service that keeps the volumes, and to nobody else.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_RecommendationJobInputConfig.html, which says what encrypted volumes
    of endpoints take, and
    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-grant-is-for-aws-resource
    """
    for_services = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    role.add_to_policy(iam.PolicyStatement(actions=["kms:CreateGrant"], resources=[key.key_arn], conditions=for_services))


def explain_missing_key(config: sagemaker.CfnEndpointConfig, key: kms.IKey | None, instance_types: Sequence[str]) -> None:
    """Says beside the configuration why it has no key."""
    reason = NO_KEY if key is None else HARDWARE.format(types=", ".join(instance_types))
    acknowledge(config, standard_rules("SageMakerEndpointConfigurationKMSKeyConfigured"), reason)
