"""The list of models of Amazon Bedrock, and where each sends prompts and answers."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Any, Literal

import yaml
from aws_cdk import Stack
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class DataPolicy:
    """Where prompts and answers go.

    Args:
        operator: Who runs the model.
        provider_access: Whether the provider gets prompts and answers; ``None`` where that depends on the account, or nobody says.
        retention: What is kept, and for how long.
        opt_out: How an account gets out of that; ``None`` where it can't, or needn't.
        source: The AWS page that says so.
    """

    operator: str
    provider_access: bool | None
    retention: str
    opt_out: str | None
    source: str


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """What is known about one model.

    Args:
        id: Without the prefix of a profile.
        provider: As AWS writes it.
        kind: What it makes of a text.
        data_policy: Where prompts and answers go.
        dimensions: Lengths of vectors that an embedding model can be asked for, its default last.
        data_types: Types of vectors that it can be asked for, its default last.
        prompt_caching: Whether Converse takes cache points for it.
        profile_only: Whether it can be invoked through an inference profile alone.
        converse: Whether Converse serves it; ``None`` where nobody says.
    """

    id: str
    provider: str
    kind: Literal["text", "embedding", "rerank"]
    data_policy: DataPolicy
    dimensions: tuple[int, ...] = ()
    data_types: tuple[str, ...] = ()
    prompt_caching: bool = False
    profile_only: bool = False
    converse: bool | None = None


def listed_on() -> str:
    """The date of the list of models."""
    return str(model_data()["as_of"])


@cache
def models() -> dict[str, ModelFacts]:
    """Every model of ``models.yaml`` by its id."""
    return {facts.id: facts for provider, entry in model_data()["providers"].items() for facts in _of_provider(provider, entry)}


def model_facts(model_id: str) -> ModelFacts | None:
    """What is known about a model, asked for by its id or that of a geographic or global profile; ``None`` for one that isn't listed."""
    return models().get(plain_id(model_id))


def profile_geography(model_id: str) -> str | None:
    """Where a profile may send prompts, such as ``eu`` or ``global``; ``None`` for the id of a model."""
    prefix = model_id.split(".", 1)[0]
    return prefix if prefix in model_data()["geographies"] else None


def regions_of(scope: Construct, geography: str | None) -> list[str]:
    """The regions of a geography for use in ARNs: that of ``scope``, and the pattern of the others.

    A global profile asks for the model of no region at all, as
    https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html has it.
    """
    if geography is None:
        return []
    here, pattern = Stack.of(scope).region, str(model_data()["geographies"][geography])
    return [pattern] if pattern and fnmatchcase(here, pattern) else [here, pattern]


def plain_id(model_id: str) -> str:
    """The id of the model behind a profile, or the id itself."""
    return model_id if profile_geography(model_id) is None else model_id.split(".", 1)[1]


def _of_provider(provider: str, entry: dict[str, Any]) -> list[ModelFacts]:
    policies = {name: DataPolicy(**fields) for name, fields in model_data()["data_policies"].items()}
    return [
        _facts(model_id, provider, kind, policies[fields.get("policy", entry["policy"])], fields)
        for kind in ("text", "embedding", "rerank")
        for model_id, fields in entry.get(kind, {}).items()
    ]


def _facts(model_id: str, provider: str, kind: Any, policy: DataPolicy, fields: dict[str, Any]) -> ModelFacts:
    return ModelFacts(
        id=model_id,
        provider=provider,
        kind=kind,
        data_policy=policy,
        dimensions=tuple(fields.get("dimensions", ())),
        data_types=tuple(fields.get("data_types", ("FLOAT32",) if kind == "embedding" else ())),
        prompt_caching=fields.get("prompt_caching", False),
        profile_only=fields.get("profile_only", False),
        converse=fields.get("converse", kind == "text"),
    )


@cache
def model_data() -> dict[str, Any]:
    """``models.yaml`` as it stands."""
    text = resources.files(__package__).joinpath("models.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return loaded
