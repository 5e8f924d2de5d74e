"""What is known about the models of Amazon Bedrock, and what a role needs to invoke one."""

from aws_cdk import Annotations, Stack, Token
from constructs import Construct

from ml_constructs.bedrock.model_list import DataPolicy, ModelFacts, listed_on, model_facts, models, plain_id, profile_geography, regions_of

__all__ = [
    "DataPolicy",
    "ModelFacts",
    "invocation_arns",
    "listed_on",
    "model_facts",
    "models",
    "profile_geography",
    "refuse_shared_data",
    "warn_if_unknown",
]

UNKNOWN_MODEL = "ml-blueprints:unknownModel"
PROFILE_NEEDED = "ml-blueprints:inferenceProfileNeeded"
MODELS_PAGE = "https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html"
PROFILES_PAGE = "https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html"


def warn_if_unknown(scope: Construct, setting: str, model_id: str) -> None:
    """Warns at synthesis of a model that isn't listed, which may be new, or misspelt, and of one that needs a profile and got none.

    Args:
        scope: Gets the warning.
        setting: Where the id comes from, as the user knows it.
        model_id: Of a model or profile; ARNs and tokens are taken as they are.
    """
    if Token.is_unresolved(model_id) or model_id.startswith("arn:"):
        return
    facts = model_facts(model_id)
    if facts is None:
        message = f"{setting} {model_id!r} is not among the models listed on {listed_on()}: check that its region offers it ({MODELS_PAGE})"
        Annotations.of(scope).add_warning_v2(UNKNOWN_MODEL, message)
    elif facts.profile_only and profile_geography(model_id) is None:
        message = (
            f"{setting} {model_id!r} is served through inference profiles alone: put us., eu. or another geography, or global., before it"
        )
        Annotations.of(scope).add_warning_v2(PROFILE_NEEDED, f"{message} ({PROFILES_PAGE})")


def refuse_shared_data(setting: str, model_id: str) -> None:
    """Refuses a model whose provider gets prompts and answers, or may get them.

    Args:
        setting: Where the id comes from, as the user knows it.
        model_id: Of a model or profile.

    Raises:
        ValueError: The provider gets them, or nothing is known about it.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/data-retention.html
    """
    facts = model_facts(model_id)
    if facts is None:
        raise ValueError(f"{setting} must be a model whose data policy is known, listed on {listed_on()}, got {model_id!r}")
    policy = facts.data_policy
    if policy.provider_access is not False:
        may = f"{facts.provider} may get them ({policy.source})"
        raise ValueError(f"{setting} must be a model whose provider gets no prompts, got {model_id!r}: {may}")


def invocation_arns(scope: Construct, model_id: str) -> list[str]:
    """What ``bedrock:InvokeModel`` has to be allowed on to invoke a model from the region of ``scope``.

    A profile needs itself and the model, here and wherever it may send the prompt; a global one asks for the model of no region.

    Args:
        scope: Gives account, region and partition.
        model_id: Of a model, or of a geographic or global profile; the ARN of a model of one's own stands for itself.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/geographic-cross-region-inference.html and
    https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html
    """
    if Token.is_unresolved(model_id) or model_id.startswith("arn:"):
        return [model_id]
    stack, geography = Stack.of(scope), profile_geography(model_id)
    plain = plain_id(model_id)
    if geography is None:
        return [_model_arn(stack, plain, stack.region)]
    profile = stack.format_arn(service="bedrock", resource="inference-profile", resource_name=model_id)
    return [profile, *(_model_arn(stack, plain, region) for region in regions_of(stack, geography))]


def _model_arn(stack: Stack, model_id: str, region: str) -> str:
    return stack.format_arn(service="bedrock", region=region, account="", resource="foundation-model", resource_name=model_id)
