"""What a function that answers is told in its environment, read once."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Any, get_type_hints

from questions.errors import ConfigurationError

SEARCH_TYPES = ("SEMANTIC", "HYBRID")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one deployment; an empty text or a 0 switches off what it stands for.

    Args:
        knowledge_base_id: The knowledge base.
        model_id: A model, an inference profile or the profile's ARN.
        model_name: What callers are told instead, so that they see neither account nor region.
        guardrail_arn: The guardrail of every call of the model.
        guardrail_version: Its version.
        max_output_tokens: The length of an answer at most.
        temperature: 0 to 1; not sent when empty, for models that don't take it.
        max_question_characters: The length of a question at most.
        passages: How many passages a question is answered from, 1 to 100.
        search_type: One of ``SEARCH_TYPES``.
        rerank_model_arn: A model that puts ``candidates`` passages in order.
        candidates: How many passages are reranked, ``passages`` to 100.
        tenant_claim: The claim of the caller's token that names the tenant.
        tenant_attribute: The metadata attribute of passages that names it.
        allowed_clients: The clients of the user pool whose ID tokens are served, a JSON list; every client's when left out.
        sessions_table: Keeps earlier questions and answers.
        session_hours: How long after the last question.
        session_turns: How many of them the model sees.
        cache_table: Keeps answers to first questions.
        cache_hours: How long.
        configuration_id: Changes with whatever changes answers.
        prompt_caching: Whether what the model is always told is cached.
        instructions: What the model is told beside that.
    """

    knowledge_base_id: str
    model_id: str
    model_name: str
    guardrail_arn: str
    guardrail_version: str
    max_output_tokens: int
    temperature: float | None
    max_question_characters: int
    passages: int
    search_type: str
    configuration_id: str
    prompt_caching: bool
    instructions: str = ""
    rerank_model_arn: str = ""
    candidates: int = 0
    tenant_claim: str = ""
    tenant_attribute: str = ""
    allowed_clients: tuple[str, ...] = ()
    sessions_table: str = ""
    session_hours: int = 0
    session_turns: int = 0
    cache_table: str = ""
    cache_hours: int = 0

    @property
    def tenancy(self) -> bool:
        """Whether callers see the passages of their own tenant only."""
        return bool(self.tenant_claim)


@cache
def settings() -> Settings:
    """The settings of this function.

    Raises:
        ConfigurationError: Names every variable that is missing, does not parse or does not fit the others.
    """
    values, wrong = _read(os.environ)
    if wrong:
        raise ConfigurationError("ENVIRONMENT", "; ".join(wrong))
    found = Settings(**values)
    if wrong := list(_conflicts(found)):
        raise ConfigurationError("ENVIRONMENT", "; ".join(wrong))
    return found


def _read(variables: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    values, wrong = {}, []
    kinds = get_type_hints(Settings)
    for field in fields(Settings):
        name = field.name.upper()
        try:
            values[field.name] = _parsed(variables[name], kinds[field.name])
        except KeyError:
            if field.default is MISSING:
                wrong.append(f"{name} is missing")
            else:
                values[field.name] = field.default
        except ValueError:
            wrong.append(f"{name} does not parse")
    return values, wrong


def _parsed(text: str, kind: Any) -> Any:
    if kind is bool:
        return {"true": True, "false": False}[text] if text in ("true", "false") else int("neither")
    if kind is int:
        return int(text) if text else 0
    if kind is str:
        return text
    if kind == tuple[str, ...]:
        return _names(json.loads(text)) if text else ()
    return float(text) if text else None


def _names(given: Any) -> tuple[str, ...]:
    """A list without names is refused: it would let everybody in where nobody was meant."""
    if not isinstance(given, list) or not given or not all(isinstance(name, str) and name for name in given):
        raise ValueError("must be a list of names")
    return tuple(given)


def _conflicts(given: Settings) -> Iterator[str]:
    """What would leave tenants unseparated, or fail at every question."""
    if bool(given.tenant_claim) != bool(given.tenant_attribute):
        yield "TENANT_CLAIM and TENANT_ATTRIBUTE must be given together"
    if given.search_type not in SEARCH_TYPES:
        yield f"SEARCH_TYPE must be one of {', '.join(SEARCH_TYPES)}"
    if not 1 <= given.passages <= 100:
        yield "PASSAGES must be 1 to 100"
    if given.rerank_model_arn and not given.passages <= given.candidates <= 100:
        yield "CANDIDATES must be PASSAGES to 100"
    if given.sessions_table and (given.session_hours < 1 or given.session_turns < 1):
        yield "SESSION_HOURS and SESSION_TURNS must be 1 or more"
    if given.cache_table and given.cache_hours < 1:
        yield "CACHE_HOURS must be 1 or more"
    if given.max_question_characters < 1 or given.max_output_tokens < 1:
        yield "MAX_QUESTION_CHARACTERS and MAX_OUTPUT_TOKENS must be 1 or more"
