"""The ARNs behind the identifiers that callers of Bedrock give."""

from __future__ import annotations

import re
from collections.abc import Sequence

from blueprints.local import identity

DESTINATIONS = {
    "apac": ("ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
    "au": ("ap-southeast-2", "ap-southeast-4"),
    "eu": ("eu-central-1", "eu-north-1", "eu-west-1", "eu-west-3"),
    "global": ("",),
    "jp": ("ap-northeast-1", "ap-northeast-3"),
    "us": ("us-east-1", "us-east-2", "us-west-2"),
    "us-gov": ("us-gov-east-1", "us-gov-west-1"),
}
"""The regions that a profile may send a request to, by the beginning of its id; which ones they are depends on the model too.

https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html; global profiles need the model without a region,
https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html.
"""
_PROFILE = re.compile(rf"({'|'.join(sorted(DESTINATIONS, key=len, reverse=True))})\.(.+)")


def foundation_model(model: str, region: str | None = None) -> str:
    """Returns the ARN of a foundation model in a region; in this one unless another is given."""
    return f"arn:aws:bedrock:{identity.region() if region is None else region}::foundation-model/{model}"


def own(kind: str, name: str) -> str:
    """Returns the ARN of something of this account; ``name`` may be the ARN already."""
    return name if name.startswith("arn:") else f"arn:aws:bedrock:{identity.region()}:{identity.ACCOUNT_ID}:{kind}/{name}"


def invocable(model: str) -> str:
    """Returns the ARN of what is invoked: a foundation model, or an inference profile."""
    if model.startswith("arn:"):
        return model
    return own("inference-profile", model) if _PROFILE.fullmatch(model) else foundation_model(model)


def models_behind(source: str) -> Sequence[str]:
    """Returns the ARNs of the models that requests to ``source`` reach: a model, or a profile that AWS defines."""
    if "inference-profile/" not in source:
        return [source]
    profile = _PROFILE.fullmatch(source.rpartition("/")[2])
    if profile is None:
        return []
    regions = dict.fromkeys((identity.region(), *DESTINATIONS[profile[1]]))
    return [foundation_model(profile[2], region) for region in regions]
