"""Names what calls of Amazon Bedrock work on: models, profiles, guardrails and knowledge bases."""

from collections.abc import Iterator, Mapping
from typing import Any

from blueprints.checks.deployed import ACCOUNT, Account

SERVICES = ("bedrock", "bedrock-agent", "bedrock-agent-runtime", "bedrock-runtime")
GUARDRAIL, VERSION = "guardrailConfig.guardrailIdentifier", "guardrailConfig.guardrailVersion"
PARAMETERS = ("KnowledgeBaseId", "guardrailIdentifier", "guardrailVersion", GUARDRAIL, VERSION, "knowledgeBaseId", "modelId")
"""Every parameter that decides what a call works on, or under which condition it is made."""

Context = tuple[tuple[str, str], ...]


def model_targets(account: Account, action: str, parameters: Mapping[str, Any]) -> list[tuple[str, Context]]:
    """The ARNs that an action of Bedrock is checked against, each with the condition keys that the call has for it.

    A call by an application inference profile is checked for the profile, and for the models behind it.

    See https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html and
    https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
    """
    if action.startswith("bedrock:InvokeModel"):
        guarded = _guarded(account, parameters)
        return [(arn, (*guarded, *by)) for arn, by in _models(account, str(parameters.get("modelId", "{unknown}")))]
    names = [parameters[name] for name in ("knowledgeBaseId", "KnowledgeBaseId", "guardrailIdentifier") if name in parameters]
    named = names[0] if names else "{unknown}"
    resource = account.find(named)
    targets = [resource.arn if resource else str(named)]
    if resource and "CrossRegionConfig" in resource.properties:
        targets.append(_profile_elsewhere(str(resource.properties["CrossRegionConfig"]["GuardrailProfileArn"])))
    return [(arn, ()) for arn in targets]


def _profile_elsewhere(profile: str) -> str:
    """A guardrail across regions is applied by its profile, in a region of the same geography.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/guardrail-profiles-permissions.html
    """
    parts = profile.split(":")
    parts[3] = f"{parts[3].split('-')[0]}-example-1"
    return ":".join(parts)


def _guarded(account: Account, parameters: Mapping[str, Any]) -> Context:
    """A numbered version of a guardrail goes by the guardrail's ARN and the number.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-permissions-id.html
    """
    if GUARDRAIL not in parameters:
        return ()
    guardrail = account.find(parameters[GUARDRAIL])
    return (("bedrock:guardrailidentifier", f"{guardrail.arn if guardrail else parameters[GUARDRAIL]}:{parameters.get(VERSION)}"),)


def _models(account: Account, model: str) -> Iterator[tuple[str, Context]]:
    profile = account.find(model)
    if profile is None:
        yield from ((arn, ()) for arn in model_arns(account, model))
        return
    yield profile.arn, ()
    source = str(profile.properties["ModelSource"]["CopyFrom"])
    for arn in model_arns(account, source.rpartition("/")[2]):
        if ":inference-profile/" in arn:
            continue
        yield arn, (("bedrock:inferenceprofilearn", profile.arn),)


def model_arns(account: Account, model: str) -> Iterator[str]:
    """What the id of a model or of a profile stands for: a model of the region; the profile itself, and its model here and elsewhere."""
    from ml_constructs.bedrock.model_list import model_data, plain_id, profile_geography

    if model.startswith("arn:"):
        yield model
        return
    foundation = f"arn:aws:bedrock:{{region}}::foundation-model/{plain_id(model)}"
    yield foundation.format(region=account.region)
    geography = profile_geography(model)
    if geography is not None:
        yield f"arn:aws:bedrock:{account.region}:{ACCOUNT}:inference-profile/{model}"
        elsewhere = "" if geography == "global" else str(model_data()["geographies"][geography]).replace("*", "example-1")
        yield foundation.format(region=elsewhere)
