"""Which model a request means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml
from botocore.exceptions import ClientError

from blueprints.local.stand_ins import ClientFactory, StandInError

ARN = re.compile(r"arn:[^:]+:bedrock:[^:]*:\d*:(?P<kind>foundation-model|inference-profile|application-inference-profile)/(?P<name>.+)")
KINDS = {"embed": "embedding", "rerank": "rerank"}
"""What models of which nothing is known make, by a part of their ids; others make text."""


def kind_of(model_id: str, aws: ClientFactory) -> tuple[str, str]:
    """Returns the model behind the id or ARN of a model or profile, and whether it is for ``text``, ``embedding`` or ``rerank``.

    Raises:
        StandInError: There is no such profile, nobody of that name provides models, or the model takes requests through profiles only.
    """
    named = _copied_from(model_id, aws) if ":application-inference-profile/" in model_id else model_id
    match = ARN.fullmatch(named)
    if named.startswith("arn:") and match is None:
        raise _invalid()
    name = match["name"] if match else named
    plain = name.partition(".")[2] if name.partition(".")[0] in _listed()["geographies"] else name
    kind, facts = _models().get(plain, (None, {}))
    if kind is None and plain.partition(".")[0] not in {known.partition(".")[0] for known in _models()}:
        raise _invalid()
    if facts.get("profile_only") and named == model_id and name == plain:
        message = f"Invocation of model ID {plain} with on-demand throughput isn't supported."
        raise StandInError("ValidationException", f"{message} Retry your request with the ID or ARN of an inference profile that has it.")
    return plain, kind or next((known for sign, known in KINDS.items() if sign in plain), "text")


def _copied_from(arn: str, aws: ClientFactory) -> str:
    """Returns the model of an application inference profile."""
    try:
        found = aws("bedrock").get_inference_profile(inferenceProfileIdentifier=arn)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            raise StandInError("ResourceNotFoundException", f"The inference profile {arn} does not exist.", 404) from None
        raise
    return str(found["models"][0]["modelArn"])


@cache
def _models() -> Mapping[str, tuple[str, Mapping[str, Any]]]:
    """Returns the listed models' kinds and facts by their ids."""
    kinds = ("text", *KINDS.values())
    providers = _listed()["providers"].values()
    return {model: (kind, facts) for provider in providers for kind in kinds for model, facts in provider.get(kind, {}).items()}


@cache
def _listed() -> Mapping[str, Any]:
    """Returns the list of models as it stands; importing the module that reads it would start the CDK."""
    listed: Mapping[str, Any] = yaml.safe_load(resources.files("ml_constructs.bedrock").joinpath("models.yaml").read_text(encoding="utf-8"))
    return listed


def _invalid() -> StandInError:
    return StandInError("ValidationException", "The provided model identifier is invalid.")
