import pytest

from ml_constructs.foundation import DataKey
from ml_constructs.sagemaker.inference.endpoints.volume_key import volume_key
from tests.constructs.sagemaker.inference.endpoints.endpoint_scene import Scene, scene


@pytest.fixture(scope="module")
def seen() -> Scene:
    return scene()


def grants(seen: Scene, role: object) -> list[object]:
    return [each for each in seen.statements(role) if "kms:CreateGrant" in each["Action"]]  # type: ignore[arg-type]


def test_volumes_are_encrypted_with_the_key(seen: Scene) -> None:
    assert seen.config(seen.plain)["KmsKeyId"] == seen.stack.resolve(seen.key.key_arn)


def test_sagemaker_may_hand_the_key_to_services_and_nobody_else(seen: Scene) -> None:
    assert grants(seen, seen.plain.model.role) == [
        {
            "Action": "kms:CreateGrant",
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
            "Effect": "Allow",
            "Resource": seen.stack.resolve(seen.key.key_arn),
        }
    ]


def test_no_key_is_given_where_the_hardware_encrypts(seen: Scene) -> None:
    assert "KmsKeyId" not in seen.config(seen.gpu)
    assert grants(seen, seen.gpu.model.role) == []


def test_why_there_is_none_stands_beside_the_configuration(seen: Scene) -> None:
    said = {
        reason for entry in seen.gpu.config.node.metadata if entry.type == "aws:cdk:acknowledged-rules" for reason in entry.data.values()
    }
    assert len(said) == 1
    assert "instances with an instance store (one of ml.g5.xlarge)" in said.pop()


@pytest.mark.parametrize(
    ("types", "encrypted"),
    [
        ((), True),
        (("ml.m5.large",), True),
        (("ml.m5d.large",), False),
        (("ml.m5.large", "ml.g5.xlarge"), False),
        (("ml.inf2.xlarge",), True),
    ],
)
def test_one_type_with_an_instance_store_is_enough_for_no_key(seen: Scene, types: tuple[str, ...], encrypted: bool) -> None:
    key: DataKey = seen.key
    assert (volume_key(key, types) is key) == encrypted
