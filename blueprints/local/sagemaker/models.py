"""SageMaker's models: containers, where their artifacts are, and the role that reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from blueprints.local import identity
from blueprints.local.sagemaker.naming import invalid
from blueprints.local.sagemaker.records import Record, Records, Request
from blueprints.local.stand_ins import ClientFactory
from blueprints.local.trust import trusts

SERVICE = "sagemaker.amazonaws.com"
MAX_CONTAINERS = 15


class Models:
    """Keeps models and checks them as the service does.

    Follows https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html and its neighbours.
    """

    def __init__(self) -> None:
        self.records = Records("model", "Model", "model")
        self.answers: Mapping[str, Callable[[Request, ClientFactory], dict[str, Any]]] = {
            "CreateModel": self._create,
            "DescribeModel": lambda request, _aws: _told(self.records.get(request["ModelName"])),
            "ListModels": lambda request, _aws: self.records.list(request, ("ModelName", "ModelArn", "CreationTime")),
            "DeleteModel": self._delete,
        }

    def _create(self, request: Request, aws: ClientFactory) -> dict[str, Any]:
        if ("PrimaryContainer" in request) == bool(request.get("Containers")):
            raise invalid("Exactly one of PrimaryContainer and Containers must be given.")
        if not request.get("ExecutionRoleArn"):
            raise invalid("ExecutionRoleArn must be given.")
        for container in containers(request):
            _check(container)
        check_role(request["ExecutionRoleArn"], aws)
        return {"ModelArn": self.records.add(request)["ModelArn"]}

    def _delete(self, request: Request, _aws: ClientFactory) -> dict[str, Any]:
        self.records.remove(request["ModelName"])
        return {}


def containers(model: Request) -> list[dict[str, Any]]:
    """Returns the containers of a model in their order."""
    primary = model.get("PrimaryContainer")
    return [dict(primary)] if primary is not None else [dict(each) for each in model.get("Containers") or ()]


def is_multi_model(model: Request) -> bool:
    """Tells whether the model's container holds many models."""
    return any(container.get("Mode") == "MultiModel" for container in containers(model))


def check_role(role_arn: str, aws: ClientFactory) -> None:
    """Checks that SageMaker may assume a role (https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html).

    Raises:
        StandInError: It may not.
    """
    context = {"aws:sourceaccount": identity.ACCOUNT_ID, "aws:sourcearn": f"arn:aws:sagemaker:{identity.region()}:{identity.ACCOUNT_ID}:*"}
    try:
        trust = aws("iam").get_role(RoleName=role_arn.rpartition("/")[2])["Role"]["AssumeRolePolicyDocument"]
    except ClientError:
        trust = {}
    if not trusts(trust, SERVICE, context):
        allows = f"allows principal '{SERVICE}' to assume the role"
        raise invalid(f"Could not assume role {role_arn}. Please ensure that the role exists and {allows}.")


def _check(container: Request) -> None:
    """Refuses a container that names no image, or its artifact twice."""
    if not container.get("Image"):
        raise invalid("A container of a model must have an Image; the embedded AWS has no model packages.")
    if "ModelDataUrl" in container and "ModelDataSource" in container:
        raise invalid("ModelDataUrl and ModelDataSource must not both be given.")
    if container.get("Mode") == "MultiModel" and not ("ModelDataUrl" in container or "ModelDataSource" in container):
        raise invalid("A container in MultiModel mode must have a ModelDataUrl, the prefix of its models.")


def _told(record: Record) -> dict[str, Any]:
    return {"EnableNetworkIsolation": False, **{key: value for key, value in record.items() if key != "LastModifiedTime"}}
