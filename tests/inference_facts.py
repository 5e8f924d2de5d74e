"""What neither the templates of endpoints nor the code in front of them say about their permissions."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from blueprints.checks.deployed import Account
from blueprints.checks.needs.facts import Facts

INVOKE = {"generate_text": "sagemaker:InvokeEndpoint", "stream_text": "sagemaker:InvokeEndpointWithResponseStream"}


def facts_of(account: Account, settings: Any) -> Facts:
    """The keys of models' files, which the settings name, and the components and the inputs, which requests name."""
    components = [component.arn for component in account.of_type("AWS::SageMaker::InferenceComponent")]
    inputs = [bucket.arn for bucket in account.of_type("AWS::S3::Bucket") if bucket.logical_id.startswith("StoreInputs")]
    return Facts(
        named=dict.fromkeys(INVOKE.items(), components) if components else {},
        also={
            **{(uri, "kms:Decrypt"): [key] for uri, key in artifact_keys(settings)},
            ("AWS::SageMaker::Endpoint", "s3:GetObject"): [f"{arn}/requests/example" for arn in inputs],
        },
    )


def artifact_keys(settings: BaseModel, inherited: str | None = None) -> Iterator[tuple[str, str]]:
    """The key of each model's files, by their address; adapters have that of their base."""
    key = getattr(settings, "artifact_key_arn", None) or inherited
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if name == "artifact" and value and key:
            yield value, key
        parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, tuple) else (value,)
        for part in parts:
            if isinstance(part, BaseModel):
                yield from artifact_keys(part, key)
