"""Models, and the roles that read their artifacts."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from blueprints.local.sagemaker.models import containers, is_multi_model
from tests.blueprints.local.serving import IMAGE, MODEL, ROLE, Served


def test_a_model_comes_back_as_it_was_made(served: Served) -> None:
    served.model(EnableNetworkIsolation=True)
    told = served.sagemaker.describe_model(ModelName="m")
    assert (told["PrimaryContainer"], told["ExecutionRoleArn"], told["EnableNetworkIsolation"]) == (MODEL, ROLE, True)
    assert [row["ModelName"] for row in served.sagemaker.list_models()["Models"]] == ["m"]
    served.sagemaker.delete_model(ModelName="m")
    with pytest.raises(ClientError, match=r"ValidationException.*Could not find model"):
        served.sagemaker.describe_model(ModelName="m")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "Exactly one of PrimaryContainer and Containers must be given"),
        ({"PrimaryContainer": MODEL, "Containers": [MODEL]}, "Exactly one of PrimaryContainer and Containers must be given"),
        ({"PrimaryContainer": {"ModelDataUrl": "s3://a/b"}}, "must have an Image"),
        ({"PrimaryContainer": {"Image": IMAGE, "Mode": "MultiModel"}}, "must have a ModelDataUrl, the prefix of its models"),
        (
            {"PrimaryContainer": {**MODEL, "ModelDataSource": {}}},
            "ModelDataUrl and ModelDataSource must not both be given",
        ),
    ],
)
def test_containers_that_can_not_be_are_refused(served: Served, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=f"ValidationException.*{message}"):
        served.sagemaker.create_model(ModelName="m", ExecutionRoleArn=ROLE, **settings)


def test_a_role_that_sagemaker_may_not_assume_is_refused(served: Served) -> None:
    for name in ("Other", "Gone"):
        with pytest.raises(ClientError, match=r"Could not assume role .* allows principal 'sagemaker.amazonaws.com' to assume the role"):
            served.sagemaker.create_model(ModelName="m", ExecutionRoleArn=f"{ROLE[:-5]}{name}", PrimaryContainer=MODEL)


def test_containers_have_an_order() -> None:
    assert containers({"PrimaryContainer": {"Image": "a"}}) == [{"Image": "a"}]
    assert [each["Image"] for each in containers({"Containers": [{"Image": "a"}, {"Image": "b"}]})] == ["a", "b"]
    assert is_multi_model({"PrimaryContainer": {"Mode": "MultiModel"}})
    assert not is_multi_model({"PrimaryContainer": {"Mode": "SingleModel"}})
