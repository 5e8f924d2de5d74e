"""What a template's roles have Amazon Bedrock do, in the kinds that are billed apart."""

import re
from collections.abc import Iterator

from blueprints.docs.policies import Role, Statement, roles
from blueprints.docs.template import Template
from ml_constructs.bedrock.model_list import model_facts

BY_ACTION = {"bedrock:ApplyGuardrail": "bedrock guardrails", "bedrock:InvokeDataAutomationAsync": "bedrock for data automation"}
INVOKES = ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream")
BY_KIND = {"embedding": "bedrock for embeddings", "rerank": "bedrock for reranking"}
ANSWERS, PARSING = "bedrock for answers", "bedrock for parsing"
KNOWLEDGE_BASES = "bedrock.amazonaws.com"
MODEL = re.compile(r":foundation-model/(\S+)$")


def model_calls(template: Template) -> set[str]:
    """Returns the drivers of ``costs.yaml`` that the roles of a template allow."""
    return {driver for role in roles(template) for statement in role.statements for driver in _drivers(template, role, statement)}


def _drivers(template: Template, role: Role, statement: Statement) -> Iterator[str]:
    if statement.effect != "Allow":
        return
    yield from (BY_ACTION[action] for action in statement.actions if action in BY_ACTION)
    if any(action in INVOKES for action in statement.actions):
        for resource in statement.resources:
            if model := MODEL.search(template.text(resource)):
                yield _driver(role, model[1])


def _driver(role: Role, model_id: str) -> str:
    """A model of text writes answers for functions, and reads documents for knowledge bases."""
    facts = model_facts(model_id)
    text = PARSING if KNOWLEDGE_BASES in role.services else ANSWERS
    return BY_KIND.get(facts.kind, text) if facts else text
