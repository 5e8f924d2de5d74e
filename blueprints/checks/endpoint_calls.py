"""Names what calls of SageMaker's endpoints work on: the endpoint, the inference component, the model behind it."""

from collections.abc import Iterator, Mapping
from typing import Any

from blueprints.checks.deployed import ACCOUNT, Account
from blueprints.checks.model_calls import Context

SERVICES = ("sagemaker-runtime",)
PARAMETERS = ("EndpointName", "InferenceComponentName", "TargetModel")
"""Every parameter that decides what a call works on, or under which condition it is made."""


def endpoint_targets(account: Account, parameters: Mapping[str, Any]) -> Iterator[tuple[str, Context]]:
    """The ARNs that a call of an endpoint is checked against, each with the condition keys that the call has for it.

    See https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemakerruntime.html and
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
    """
    target = parameters.get("TargetModel")
    context: Context = () if target is None else (("sagemaker:targetmodel", str(target)),)
    yield _arn(account, "endpoint", str(parameters.get("EndpointName", "{unknown}"))), context
    if "InferenceComponentName" in parameters:
        yield _arn(account, "inference-component", str(parameters["InferenceComponentName"])), context


def _arn(account: Account, kind: str, name: str) -> str:
    return f"arn:aws:sagemaker:{account.region}:{ACCOUNT}:{kind}/{name}"
